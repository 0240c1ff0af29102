// SPDX-License-Identifier: MIT
/* add.c - the sum of two values of the same shape: y = a + b; the gradient of y goes to both. */
#include <string.h>
#include "op/op.h"

static const limpid_role roles[] = { { "a" }, { "b" }, { 0 } };

static limpid_status shape(limpid_shaping *s)
{
    s->out[0] = s->in[0];
    return limpid_shape_same(s, 0, 1);
}

static void forward(const limpid_call *call)
{
    call->kernels->add(call->site, limpid_count(&call->in[0].shape), call->in[0].f, call->in[1].f,
                       call->out[0].f);
}

static void backward(const limpid_call *call)
{
    size_t bytes = (size_t)limpid_count(&call->in[0].shape) * sizeof(float);
    for (int i = 0; i < 2; i++)
        if (call->din[i].f)
            memcpy(call->din[i].f, call->dout[0].f, bytes);
}

static const limpid_case cases[] = {
    { "", "2x3x4x5 2x3x4x5" },
    { "", "3 3" },
    { 0 },
};

const limpid_op limpid_op_add = {
    .name = "add",
    .summary = "sum of two values",
    .roles = roles,
    .outputs = 1,
    .shape = shape,
    .forward = forward,
    .backward = backward,
    .onnx = { "Add", .since = 7 },
    .cases = cases,
};
