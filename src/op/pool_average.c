// SPDX-License-Identifier: MIT
/* pool_average.c - the mean of a sliding window (section 5 of the note).
 *
 *   y[n,c,i,j] = 1/m sum over u,v of x[n, c, i stride - pad + u dilation, j stride - pad + v
 * dilation]   (48)
 *
 * Cells outside the picture are not added; m is the number of cells inside, or with count-pad=true
 * the size of the window. Every window has a cell inside. Backward: each cell inside gets dz/dy /
 * m. */
#include "op/op.h"

typedef struct {
    limpid_window_attributes window;
    bool count_pad;
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
    { "count-pad", .offset = offsetof(attributes, count_pad), .kind = LIMPID_FIELD_BOOL,
      .help = "whether cells outside count in the mean", .onnx = "count_include_pad" },
    { 0 },
};

static const limpid_role roles[] = { { "x" }, { 0 } };

static limpid_status shape(limpid_shaping *s)
{
    const attributes *a = s->attributes;
    LIMPID_TRY(limpid_shape_rank(s, 0, 4));
    return limpid_shape_window(s, &a->window, s->in[0].dim[1], 1, true);
}

static limpid_window window_of(const limpid_call *call)
{
    const attributes *a = call->attributes;
    limpid_window s = limpid_window_of(&a->window, &call->in[0], &call->out[0], 1);
    s.count_pad = a->count_pad;
    return s;
}

static void forward(const limpid_call *call)
{
    limpid_window s = window_of(call);
    call->kernels->pool_average_forward(call->site, &s, call->in[0].f, call->out[0].f);
}

static void backward(const limpid_call *call)
{
    limpid_window s = window_of(call);
    call->kernels->pool_average_backward(call->site, &s, call->dout[0].f, call->din[0].f);
}

static const limpid_onnx_attribute onnx_attributes[] = {
    { "auto_pad", "NOTSET", LIMPID_ONNX_ONLY },
    { "ceil_mode", "0", LIMPID_ONNX_ONLY },
    { "dilations", NULL, LIMPID_ONNX_FROM, .since = 19 },
    { 0 },
};

static const limpid_case cases[] = {
    { "size=2 stride=2", "2x3x8x8" },
    { "size=3 stride=2 pad=1", "1x2x7x5" },
    { "size=3 stride=2 pad=1 count-pad=true", "1x2x7x5" },
    { "size=2x3 stride=1x2 pad=1x0x0x2 dilation=1x2", "2x3x9x11" },
    { "size=7", "2x5x7x7" },
    { 0 },
};

const limpid_op limpid_op_pool_average = {
    .name = "pool-average",
    .summary = "mean of a sliding window",
    .roles = roles,
    .outputs = 1,
    .attributes_size = sizeof(attributes),
    .fields = fields,
    .shape = shape,
    .forward = forward,
    .backward = backward,
    .onnx = { "AveragePool", .since = 7, .attributes = onnx_attributes },
    .cases = cases,
};
