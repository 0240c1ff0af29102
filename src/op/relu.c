// SPDX-License-Identifier: MIT
/* relu.c - the rectified linear unit (section 7 of the note).
 *
 *   y = max(0, x)   (58);   dz/dx = dz/dy where y > 0, else 0   (59, 60)
 *
 * The gradient at 0 is 0. A NaN stays a NaN. */
#include "op/op.h"

static const limpid_role roles[] = { { "x" }, { 0 } };

static limpid_status shape(limpid_shaping *s)
{
    s->out[0] = s->in[0];
    return LIMPID_OK;
}

static void forward(const limpid_call *call)
{
    call->kernels->relu_forward(call->site, limpid_count(&call->in[0].shape), call->in[0].f,
                                call->out[0].f);
}

static void backward(const limpid_call *call)
{
    call->kernels->relu_backward(call->site, limpid_count(&call->in[0].shape), call->out[0].f,
                                 call->dout[0].f, call->din[0].f);
}

static const limpid_case cases[] = {
    { "", "2x3x4x5" },
    { "", "1x1" },
    { "", "3x16389" },
    { 0 },
};

const limpid_op limpid_op_relu = {
    .name = "relu",
    .summary = "rectified linear unit: negative values become 0",
    .roles = roles,
    .outputs = 1,
    .keep = LIMPID_KEEP_OUT(0),
    .shape = shape,
    .forward = forward,
    .backward = backward,
    .onnx = { "Relu", .since = 6 },
    .cases = cases,
};
