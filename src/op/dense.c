// SPDX-License-Identifier: MIT
/* dense.c - the fully connected layer: y[n,k] = b[k] + sum over c of w[k,c] x[n,c].
 *
 * All dimensions of x behind the first are taken as one, in their order. It is the convolution
 * whose filters are as large as the picture (the note, section 3.1), and runs as one. */
#include "op/convolve.h"

typedef struct {
    int64_t out;
    bool bias;
    float gain;
} attributes;

static const limpid_field fields[] = {
    { LIMPID_FIELD_OF(attributes, out), .help = "outputs", .kind = LIMPID_FIELD_INT, .count = 1,
      .least = 1, .most = INT32_MAX, .required = true },
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

static limpid_window window_of(int64_t n, int64_t c, int64_t k)
{
    return (limpid_window){ .n = n,
                            .c = c,
                            .h = 1,
                            .w = 1,
                            .k = k,
                            .oh = 1,
                            .ow = 1,
                            .size = { 1, 1 },
                            .stride = { 1, 1 },
                            .dilation = { 1, 1 },
                            .groups = 1 };
}

static limpid_status shape(limpid_shaping *s)
{
    const attributes *a = s->attributes;
    const limpid_shape *x = &s->in[0];
    if (x->rank < 2)
        return limpid_shape_fail(s, "x has shape %s; expected are samples and something in them",
                                 limpid_shape_print(x).text);
    int64_t c = limpid_shape_part(x, 1, x->rank);
    s->fan_in = c;
    s->gain = a->gain;
    s->parameter[1] = (limpid_shape){ 2, { a->out, c } };
    s->parameter[2] = (limpid_shape){ a->bias ? 1 : -1, { a->out } };
    s->out[0] = (limpid_shape){ 2, { x->dim[0], a->out } };
    limpid_shape products = { 3, { x->dim[0], a->out, c } };
    if (!limpid_shape_count(&products, &s->multiply_adds))
        return limpid_shape_fail(s, "%s inputs for %lld outputs are too many",
                                 limpid_shape_print(x).text, (long long)a->out);
    limpid_window w = window_of(x->dim[0], c, a->out);
    return limpid_convolve_need(s, &w);
}

static limpid_window call_window(const limpid_call *call)
{
    const limpid_shape *w = &call->in[1].shape;
    return window_of(call->in[0].shape.dim[0], w->dim[1], w->dim[0]);
}

static void forward(const limpid_call *call)
{
    limpid_window s = call_window(call);
    limpid_convolve(call, &s);
}

static void backward(const limpid_call *call)
{
    limpid_window s = call_window(call);
    limpid_convolve_back(call, &s);
}

/* ONNX has no number of outputs: the weights' shape says it. */
static limpid_status complete(limpid_shaping *s, int opset, void *to)
{
    attributes *a = to;
    (void)opset;
    LIMPID_TRY(limpid_shape_rank(s, 1, 2));
    a->out = s->in[1].dim[0];
    a->bias = s->given[2];
    return LIMPID_OK;
}

static const limpid_onnx_attribute onnx_attributes[] = {
    { "transB", "1", LIMPID_ONNX_ALWAYS },
    { "transA", "0", LIMPID_ONNX_ONLY },
    { "alpha", "1", LIMPID_ONNX_ONLY },
    { "beta", "1", LIMPID_ONNX_ONLY },
    { 0 },
};

static const limpid_case cases[] = {
    { "out=10", "3x7" },
    { "out=5", "2x3x4x5" },
    { "out=33 bias=false", "17x65" },
    { "out=1", "1x1" },
    { 0 },
};

const limpid_op limpid_op_dense = {
    .name = "dense",
    .summary = "fully connected layer: every output sees every input",
    .roles = roles,
    .outputs = 1,
    .keep = LIMPID_KEEP_IN(0) | LIMPID_KEEP_IN(1),
    .attributes_size = sizeof(attributes),
    .fields = fields,
    .shape = shape,
    .forward = forward,
    .backward = backward,
    .onnx = { "Gemm", .since = 7, .attributes = onnx_attributes, .complete = complete, .rank = 2,
              .through = &limpid_op_flatten },
    .cases = cases,
};
