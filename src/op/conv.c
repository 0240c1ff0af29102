// SPDX-License-Identifier: MIT
/* conv.c - the convolution layer (section 4 of the note).
 *
 *   y[n,k,i,j] = b[k] + sum over c,u,v of w[k,c,u,v] x[n, c, i stride - pad + u dilation, j ...]
 * (12)
 *
 * The filter is not flipped. Cells outside the picture are 0. Channels and filters may be cut into
 * groups that see only each other. Backward: dz/dw = phi(x)^T dz/dY (33), dz/dx by (45), dz/db sums
 * dz/dY. NaN and infinity go wherever the sums carry them. */
#include "op/convolve.h"

typedef struct {
    limpid_window_attributes window;
    int64_t out, groups;
    bool bias;
    float gain;
} attributes;

static const limpid_field fields[] = {
    { LIMPID_FIELD_OF(attributes, out), .help = "filters", .kind = LIMPID_FIELD_INT, .count = 1,
      .least = 1, .most = INT32_MAX, .required = true },
    { LIMPID_WINDOW_FIELD(attributes, size, 2), .help = "height and width of a filter",
      .onnx = "kernel_shape", .least = 1, .required = true },
    { LIMPID_WINDOW_FIELD(attributes, stride, 2), .help = "step between windows", .onnx = "strides",
      .least = 1, .initial = 1 },
    { LIMPID_WINDOW_FIELD(attributes, pad, 4), .help = "zeros at top, left, bottom, right",
      .onnx = "pads" },
    { LIMPID_WINDOW_FIELD(attributes, dilation, 2), .help = "step between a window's cells",
      .onnx = "dilations", .least = 1, .initial = 1 },
    { LIMPID_FIELD_OF(attributes, groups), .help = "groups of channels", .kind = LIMPID_FIELD_INT,
      .count = 1, .onnx = "group", .least = 1, .most = INT32_MAX, .initial = 1 },
    { LIMPID_FIELD_OF(attributes, bias), .help = "whether a bias is added",
      .kind = LIMPID_FIELD_BOOL, .initial = 1 },
    { LIMPID_FIELD_OF(attributes, gain),
      .help = "factor on the initial weights, whose deviation is sqrt(2 / terms)",
      .kind = LIMPID_FIELD_FLOAT, .initial = 1 },
    { 0 },
};

static const limpid_role roles[] = {
    { "x" },
    { "weight", .parameter = true, .initial = LIMPID_INITIAL_HE },
    { "bias", .parameter = true, .optional = true },
    { 0 },
};

static limpid_status shape(limpid_shaping *s)
{
    const attributes *a = s->attributes;
    LIMPID_TRY(limpid_shape_rank(s, 0, 4));
    int64_t channels = s->in[0].dim[1];
    if (channels % a->groups || a->out % a->groups)
        return limpid_shape_fail(s, "%lld groups do not divide %lld channels and %lld filters",
                                 (long long)a->groups, (long long)channels, (long long)a->out);
    LIMPID_TRY(limpid_shape_window(s, &a->window, a->out, a->groups, false));
    s->parameter[1] =
        (limpid_shape){ 4, { a->out, channels / a->groups, a->window.size[0], a->window.size[1] } };
    s->parameter[2] = (limpid_shape){ a->bias ? 1 : -1, { a->out } };
    limpid_shape terms = { 3, { channels / a->groups, a->window.size[0], a->window.size[1] } };
    int64_t cost;
    if (!limpid_shape_count(&terms, &s->fan_in) || !limpid_shape_count(&s->out[0], &cost) ||
        __builtin_mul_overflow(cost, s->fan_in, &cost))
        return limpid_shape_fail(s, "input %s, filters %s: too large",
                                 limpid_shape_print(&s->in[0]).text,
                                 limpid_shape_print(&s->parameter[1]).text);
    s->multiply_adds = cost;
    s->gain = a->gain;
    return limpid_convolve_need(s, &s->window);
}

static limpid_window window_of(const limpid_call *call)
{
    const attributes *a = call->attributes;
    return limpid_window_of(&a->window, &call->in[0], &call->out[0], a->groups);
}

static void forward(const limpid_call *call)
{
    limpid_window s = window_of(call);
    limpid_convolve(call, &s);
}

static void backward(const limpid_call *call)
{
    limpid_window s = window_of(call);
    limpid_convolve_back(call, &s);
}

/* ONNX has no number of filters: the weights' shape says it; and it may leave the window to them
 * too. */
static limpid_status complete(limpid_shaping *s, int opset, void *to)
{
    attributes *a = to;
    (void)opset;
    LIMPID_TRY(limpid_shape_rank(s, 1, 4));
    a->out = s->in[1].dim[0];
    a->bias = s->given[2];
    for (int d = 0; d < 2; d++)
        if (a->window.size[d] == 0)
            a->window.size[d] = s->in[1].dim[2 + d];
    return LIMPID_OK;
}

static const limpid_onnx_attribute onnx_attributes[] = {
    { "auto_pad", "NOTSET", LIMPID_ONNX_ONLY },
    { 0 },
};

static const limpid_case cases[] = {
    { "out=4 size=3", "2x3x6x7" },
    { "out=5 size=3x2 stride=2x1 pad=1x0x2x1", "3x2x7x5" },
    { "out=4 size=2 dilation=2x3 pad=1", "2x3x6x7" },
    { "out=6 size=3 pad=1 groups=2", "2x4x5x5" },
    { "out=3 size=3 pad=1 groups=3 stride=2", "2x3x8x8" },
    { "out=17 size=1", "2x33x5x3" },
    { "out=7 size=4 bias=false", "20x5x4x4" },
    { "out=2 size=5 pad=2", "1x1x1x1" },
    { 0 },
};

const limpid_op limpid_op_conv = {
    .name = "conv",
    .summary = "convolution: filters slide over the picture",
    .roles = roles,
    .outputs = 1,
    .keep = LIMPID_KEEP_IN(0) | LIMPID_KEEP_IN(1),
    .attributes_size = sizeof(attributes),
    .fields = fields,
    .shape = shape,
    .forward = forward,
    .backward = backward,
    .onnx = { "Conv", .since = 1, .attributes = onnx_attributes, .complete = complete },
    .cases = cases,
};
