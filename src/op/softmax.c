// SPDX-License-Identifier: MIT
/* softmax.c - y_i = exp(x_i) / sum over j of exp(x_j), along one dimension.
 *
 * Backward: dz/dx_i = y_i (dz/dy_i - sum over j of y_j dz/dy_j). Members are added in order, in
 * double; a NaN or +infinity makes its whole row NaN. */
#include "op/rows.h"

typedef struct {
    int64_t axis;
} attributes;

static const limpid_field fields[] = {
    { LIMPID_FIELD_OF(attributes, axis), .help = "the dimension of the classes",
      .kind = LIMPID_FIELD_INT, .count = 1, .onnx = "axis", .most = LIMPID_RANK_MAX - 1,
      .initial = 1 },
    { 0 },
};

static const limpid_role roles[] = { { "x" }, { 0 } };

static limpid_status shape(limpid_shaping *s)
{
    const attributes *a = s->attributes;
    if (a->axis >= s->in[0].rank)
        return limpid_shape_fail(s, "axis is %lld, but x has shape %s", (long long)a->axis,
                                 limpid_shape_print(&s->in[0]).text);
    s->out[0] = s->in[0];
    return LIMPID_OK;
}

double limpid_softmax_row(const float *x, int64_t classes, int64_t step, float *y)
{
    double sum = 0;
    float most = x[0];
    for (int64_t c = 0; c < classes; c++)
        if (x[c * step] > most || x[c * step] != x[c * step])
            most = x[c * step];
    for (int64_t c = 0; c < classes; c++)
        sum += limpid_exp((double)x[c * step] - (double)most);
    for (int64_t c = 0; y && c < classes; c++)
        y[c * step] = (float)(limpid_exp((double)x[c * step] - (double)most) / sum);
    return limpid_log(sum) + (double)most;
}

typedef struct {
    const limpid_call *call;
    limpid_rows rows;
    int64_t each; /* rows of a task */
} work;

static void forward_task(void *argument, int64_t index, int worker)
{
    const work *w = argument;
    int64_t end = limpid_min((index + 1) * w->each, w->rows.count);
    (void)worker;
    for (int64_t row = index * w->each; row < end; row++) {
        int64_t at = limpid_row_start(&w->rows, row);
        limpid_softmax_row(w->call->in[0].f + at, w->rows.classes, w->rows.step,
                           w->call->out[0].f + at);
    }
}

static void backward_task(void *argument, int64_t index, int worker)
{
    const work *w = argument;
    int64_t end = limpid_min((index + 1) * w->each, w->rows.count), step = w->rows.step;
    (void)worker;
    for (int64_t row = index * w->each; row < end; row++) {
        int64_t at = limpid_row_start(&w->rows, row);
        const float *y = w->call->out[0].f + at, *dy = w->call->dout[0].f + at;
        float *dx = w->call->din[0].f + at;
        double mean = 0;
        for (int64_t c = 0; c < w->rows.classes; c++)
            mean += (double)y[c * step] * (double)dy[c * step];
        for (int64_t c = 0; c < w->rows.classes; c++)
            dx[c * step] = (float)((double)y[c * step] * ((double)dy[c * step] - mean));
    }
}

static void run(const limpid_call *call, limpid_task *task)
{
    const attributes *a = call->attributes;
    work w = { call, limpid_rows_of(&call->in[0].shape, (int)a->axis), 0 };
    w.each = 1 + 4096 / limpid_max(1, w.rows.classes);
    limpid_parallel(call->site->context, limpid_ceil_divide(w.rows.count, w.each), task, &w);
}

static void forward(const limpid_call *call)
{
    run(call, forward_task);
}

static void backward(const limpid_call *call)
{
    run(call, backward_task);
}

/* Below opset 13, axis meant this dimension and all behind it. */
static limpid_status complete(limpid_shaping *s, int opset, void *to)
{
    attributes *a = to;
    if (opset < 13 && a->axis != s->in[0].rank - 1)
        return limpid_fail(s->context, LIMPID_UNSUPPORTED,
                           "%s: Softmax of opset %d over several dimensions is not supported",
                           s->node, opset);
    return LIMPID_OK;
}

static const limpid_onnx_attribute onnx_attributes[] = {
    { "axis", "1", LIMPID_ONNX_AXIS },
    { "axis", "-1", LIMPID_ONNX_AXIS, .since = 13 },
    { 0 },
};

static const limpid_case cases[] = {
    { "", "3x10" },
    { "axis=1", "2x5x3x2" },
    { "axis=2", "2x3x4" },
    { 0 },
};

const limpid_op limpid_op_softmax = {
    .name = "softmax",
    .summary = "probabilities from scores",
    .roles = roles,
    .probabilities = true,
    .outputs = 1,
    .keep = LIMPID_KEEP_OUT(0),
    .attributes_size = sizeof(attributes),
    .fields = fields,
    .shape = shape,
    .forward = forward,
    .backward = backward,
    .onnx = { "Softmax", .since = 1, .attributes = onnx_attributes, .complete = complete },
    .cases = cases,
};
