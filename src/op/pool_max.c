// SPDX-License-Identifier: MIT
/* pool_max.c - the largest value in a sliding window (section 5 of the note).
 *
 *   y[n,c,i,j] = max over u,v of x[n, c, i stride - pad + u dilation, j stride - pad + v dilation]
 * (47)
 *
 * Cells outside the picture take no part (they are not zeros), and every window has a cell inside.
 * Of equal cells the first in row-major order wins; a NaN beats every number, so it is never
 * hidden. Backward: the gradient of y goes whole to the winner (54, 55), whose position forward
 * records. */
#include "op/op.h"

typedef struct {
    limpid_window_attributes window;
} attributes;

static const limpid_field fields[] = {
    { LIMPID_WINDOW_FIELD(attributes, size, 2), .help = "height and width of the window",
      .onnx = "kernel_shape", .least = 1, .required = true },
    { LIMPID_WINDOW_FIELD(attributes, stride, 2), .help = "step between windows", .onnx = "strides",
      .least = 1, .initial = 1 },
    { LIMPID_WINDOW_FIELD(attributes, pad, 4), .help = "rows and columns outside the picture",
      .onnx = "pads" },
    { LIMPID_WINDOW_FIELD(attributes, dilation, 2), .help = "step between a window's cells",
      .onnx = "dilations", .least = 1, .initial = 1 },
    { 0 },
};

static const limpid_role roles[] = { { "x" }, { 0 } };

static limpid_status shape(limpid_shaping *s)
{
    const attributes *a = s->attributes;
    LIMPID_TRY(limpid_shape_rank(s, 0, 4));
    LIMPID_TRY(limpid_shape_window(s, &a->window, s->in[0].dim[1], 1, true));
    if (limpid_shape_part(&s->in[0], 2, 4) > INT32_MAX)
        return limpid_shape_fail(s, "x has shape %s; a plane may have 2^31 - 1 cells",
                                 limpid_shape_print(&s->in[0]).text);
    s->out[1] = s->out[0]; /* the winners' positions */
    s->type[1] = LIMPID_INT32;
    return LIMPID_OK;
}

static void forward(const limpid_call *call)
{
    const attributes *a = call->attributes;
    limpid_window s = limpid_window_of(&a->window, &call->in[0], &call->out[0], 1);
    call->kernels->pool_max_forward(call->site, &s, call->in[0].f, call->out[0].f, call->out[1].i);
}

static void backward(const limpid_call *call)
{
    const attributes *a = call->attributes;
    limpid_window s = limpid_window_of(&a->window, &call->in[0], &call->out[0], 1);
    call->kernels->pool_max_backward(call->site, &s, call->dout[0].f, call->out[1].i,
                                     call->din[0].f);
}

static const limpid_onnx_attribute onnx_attributes[] = {
    { "auto_pad", "NOTSET", LIMPID_ONNX_ONLY },
    { "ceil_mode", "0", LIMPID_ONNX_ONLY },
    { "storage_order", "0", LIMPID_ONNX_ONLY },
    { 0 },
};

static const limpid_case cases[] = {
    { "size=2 stride=2", "2x3x8x8" },
    { "size=3 stride=2 pad=1", "1x2x7x5" },
    { "size=2x3 stride=1x2 pad=1x0x0x2 dilation=1x2", "2x3x9x11" },
    { "size=3", "1x1x20x40" },
    { "size=2 stride=2", "3x2x24x24" },
    { 0 },
};

const limpid_op limpid_op_pool_max = {
    .name = "pool-max",
    .summary = "largest value in a sliding window",
    .roles = roles,
    .outputs = 1,
    .saved = 1,
    .keep = LIMPID_KEEP_OUT(1),
    .attributes_size = sizeof(attributes),
    .fields = fields,
    .shape = shape,
    .forward = forward,
    .backward = backward,
    .onnx = { "MaxPool", .since = 1, .attributes = onnx_attributes },
    .cases = cases,
};
