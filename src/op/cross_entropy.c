// SPDX-License-Identifier: MIT
/* cross_entropy.c - soft-max with cross-entropy: z = mean over rows of -log softmax(x)[target].
 *
 * x is (n, classes) or (n, classes, places...), target (n) or (n, places...): one class number a
 * row. The mean runs over all rows. Backward: dz/dx = (softmax(x) - onehot(target)) / rows. A
 * target outside [0, classes) makes the loss NaN. Rows are summed in double: within a shard in
 * order, shards by one tree. */
#include <math.h>
#include "op/rows.h"

static const limpid_role roles[] = { { "x" }, { "target", .type = LIMPID_INT32 }, { 0 } };

static limpid_status shape(limpid_shaping *s)
{
    limpid_shape expected = s->in[0];
    if (expected.rank < 2)
        return limpid_shape_fail(s, "x has shape %s; expected are samples and classes",
                                 limpid_shape_print(&expected).text);
    expected.rank--;
    for (int i = 1; i < expected.rank; i++)
        expected.dim[i] = expected.dim[i + 1];
    if (!limpid_shape_equal(&expected, &s->in[1]))
        return limpid_shape_fail(
            s, "target has shape %s; for x %s it must be %s", limpid_shape_print(&s->in[1]).text,
            limpid_shape_print(&s->in[0]).text, limpid_shape_print(&expected).text);
    s->out[0] = (limpid_shape){ 0 };
    s->out[1] = s->in[0]; /* the probabilities */
    limpid_shape_need(s, (limpid_scratch_need){ LIMPID_SHARDS * sizeof(double), 0 });
    return LIMPID_OK;
}

typedef struct {
    const limpid_call *call;
    limpid_rows rows;
    double *sums;
} work;

static void forward_task(void *argument, int64_t shard, int worker)
{
    const work *w = argument;
    const limpid_call *call = w->call;
    int64_t n = call->in[0].shape.dim[0], each = n ? w->rows.count / n : 0;
    double sum = 0;
    (void)worker;
    for (int64_t row = limpid_shard_begin(n, shard) * each;
         row < limpid_shard_begin(n, shard + 1) * each; row++) {
        int64_t at = limpid_row_start(&w->rows, row), step = w->rows.step;
        int32_t target = call->in[1].i[row];
        const float *x = call->in[0].f + at;
        float *p = call->out[1].f ? call->out[1].f + at : NULL;
        double log_sum = limpid_softmax_row(x, w->rows.classes, step, p);
        bool valid = target >= 0 && target < w->rows.classes;
        sum += valid ? log_sum - (double)x[target * step] : (double)NAN;
    }
    w->sums[shard] = sum;
}

static void forward(const limpid_call *call)
{
    work w = { call, limpid_rows_of(&call->in[0].shape, 1), call->site->scratch.shared };
    limpid_parallel(call->site->context, LIMPID_SHARDS, forward_task, &w);
    for (int width = 1; width < LIMPID_SHARDS; width *= 2)
        for (int shard = 0; shard < LIMPID_SHARDS; shard += 2 * width)
            w.sums[shard] += w.sums[shard + width];
    call->out[0].f[0] = (float)(w.sums[0] / (double)w.rows.count);
}

static void backward_task(void *argument, int64_t shard, int worker)
{
    const work *w = argument;
    const limpid_call *call = w->call;
    int64_t n = call->in[0].shape.dim[0], each = n ? w->rows.count / n : 0;
    double share = (double)call->dout[0].f[0] / (double)w->rows.count;
    (void)worker;
    for (int64_t row = limpid_shard_begin(n, shard) * each;
         row < limpid_shard_begin(n, shard + 1) * each; row++) {
        int64_t at = limpid_row_start(&w->rows, row), step = w->rows.step;
        const float *p = call->out[1].f + at;
        for (int64_t c = 0; c < w->rows.classes; c++) {
            double wrong = (double)p[c * step] - (c == call->in[1].i[row] ? 1 : 0);
            call->din[0].f[at + c * step] = (float)(wrong * share);
        }
    }
}

static void backward(const limpid_call *call)
{
    work w = { call, limpid_rows_of(&call->in[0].shape, 1), NULL };
    limpid_parallel(call->site->context, LIMPID_SHARDS, backward_task, &w);
}

static const limpid_case cases[] = {
    { "", "4x10 4" },
    { "", "2x3x4x5 2x4x5" },
    { "", "33x2 33" },
    { 0 },
};

const limpid_op limpid_op_cross_entropy = {
    .name = "cross-entropy",
    .summary = "loss: soft-max with cross-entropy against the right class",
    .roles = roles,
    .loss = true,
    .outputs = 1,
    .saved = 1,
    .keep = LIMPID_KEEP_IN(1) | LIMPID_KEEP_OUT(1),
    .shape = shape,
    .forward = forward,
    .backward = backward,
    .cases = cases,
};
