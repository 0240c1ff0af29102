// SPDX-License-Identifier: MIT
/* flatten.c - all dimensions behind the first become one; the numbers keep their order. */
#include <string.h>
#include "op/op.h"

static const limpid_role roles[] = { { "x" }, { 0 } };

static limpid_status shape(limpid_shaping *s)
{
    const limpid_shape *x = &s->in[0];
    if (x->rank < 1)
        return limpid_shape_fail(s, "x is a single number; expected are samples");
    s->out[0] = (limpid_shape){ 2, { x->dim[0], limpid_shape_part(x, 1, x->rank) } };
    return LIMPID_OK;
}

static void copy(const limpid_tensor *from, const limpid_tensor *to)
{
    memcpy(to->data, from->data, (size_t)limpid_count(&from->shape) * sizeof(float));
}

static void forward(const limpid_call *call)
{
    copy(&call->in[0], &call->out[0]);
}

static void backward(const limpid_call *call)
{
    copy(&call->dout[0], &call->din[0]);
}

static const limpid_onnx_attribute onnx_attributes[] = {
    { "axis", "1", LIMPID_ONNX_ONLY },
    { 0 },
};

static const limpid_case cases[] = {
    { "", "2x3x4x5" },
    { "", "7" },
    { 0 },
};

const limpid_op limpid_op_flatten = {
    .name = "flatten",
    .summary = "all of a sample as one row",
    .roles = roles,
    .outputs = 1,
    .shape = shape,
    .forward = forward,
    .backward = backward,
    .onnx = { "Flatten", .since = 1, .attributes = onnx_attributes },
    .cases = cases,
};
