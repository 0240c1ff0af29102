// SPDX-License-Identifier: MIT
/* squared_error.c - the note's simplest loss: z = || t - x ||^2 (6), averaged over the samples of a
 * batch.
 *
 * All elements of a sample are added, in double, in order. Backward: dz/dx = 2 (x - t) / n. */
#include "op/op.h"

static const limpid_role roles[] = { { "x" }, { "target" }, { 0 } };

static limpid_status shape(limpid_shaping *s)
{
    if (s->in[0].rank < 1)
        return limpid_shape_fail(s, "x is a single number; expected are samples");
    s->out[0] = (limpid_shape){ 0 };
    limpid_shape_need(s, (limpid_scratch_need){ LIMPID_SHARDS * sizeof(double), 0 });
    return limpid_shape_same(s, 0, 1);
}

static void forward_task(void *argument, int64_t shard, int worker)
{
    const limpid_call *call = argument;
    const limpid_shape *x = &call->in[0].shape;
    int64_t each = limpid_shape_part(x, 1, x->rank);
    double sum = 0;
    (void)worker;
    for (int64_t i = limpid_shard_begin(x->dim[0], shard) * each;
         i < limpid_shard_begin(x->dim[0], shard + 1) * each; i++) {
        double error = (double)call->in[1].f[i] - (double)call->in[0].f[i];
        sum += error * error;
    }
    ((double *)call->site->scratch.shared)[shard] = sum;
}

static void forward(const limpid_call *call)
{
    limpid_call copy = *call;
    double *sums = call->site->scratch.shared;
    limpid_parallel(call->site->context, LIMPID_SHARDS, forward_task, &copy);
    for (int width = 1; width < LIMPID_SHARDS; width *= 2)
        for (int shard = 0; shard < LIMPID_SHARDS; shard += 2 * width)
            sums[shard] += sums[shard + width];
    call->out[0].f[0] = (float)(sums[0] / (double)call->in[0].shape.dim[0]);
}

static void backward(const limpid_call *call)
{
    const limpid_shape *x = &call->in[0].shape;
    double factor = 2 * (double)call->dout[0].f[0] / (double)x->dim[0];
    for (int64_t i = 0; i < limpid_count(x); i++) {
        double difference = (double)call->in[0].f[i] - (double)call->in[1].f[i];
        if (call->din[0].f)
            call->din[0].f[i] = (float)(factor * difference);
        if (call->din[1].f)
            call->din[1].f[i] = (float)(-factor * difference);
    }
}

static const limpid_case cases[] = {
    { "", "4x10 4x10" },
    { "", "33x2x3 33x2x3" },
    { 0 },
};

const limpid_op limpid_op_squared_error = {
    .name = "squared-error",
    .summary = "loss: squared distance to the target",
    .roles = roles,
    .loss = true,
    .outputs = 1,
    .keep = LIMPID_KEEP_IN(0) | LIMPID_KEEP_IN(1),
    .shape = shape,
    .forward = forward,
    .backward = backward,
    .cases = cases,
};
