// SPDX-License-Identifier: MIT
/* input.c - a value the caller writes before each run: one sample's shape; the batch comes in
 * front. */
#include "op/op.h"

typedef struct {
    limpid_shape shape;
    int type; /* a limpid_type */
} attributes;

static const char *const types[] = { "float", "label", NULL };

static const limpid_field fields[] = {
    { LIMPID_FIELD_OF(attributes, shape), .help = "of one sample, for example 1x28x28",
      .kind = LIMPID_FIELD_SHAPE, .least = 1, .most = INT32_MAX },
    { LIMPID_FIELD_OF(attributes, type), .help = "numbers, or numbers of classes",
      .kind = LIMPID_FIELD_CHOICE, .choices = types },
    { 0 },
};

static limpid_status shape(limpid_shaping *s)
{
    const attributes *a = s->attributes;
    int64_t count;
    if (a->shape.rank >= LIMPID_RANK_MAX)
        return limpid_shape_fail(s, "shape %s has %d dimensions; at most %d are possible",
                                 limpid_shape_print(&a->shape).text, a->shape.rank,
                                 LIMPID_RANK_MAX - 1);
    s->out[0].rank = a->shape.rank + 1;
    s->out[0].dim[0] = s->batch;
    for (int i = 0; i < a->shape.rank; i++)
        s->out[0].dim[i + 1] = a->shape.dim[i];
    s->type[0] = a->type == 0 ? LIMPID_FLOAT : LIMPID_INT32;
    if (!limpid_shape_count(&s->out[0], &count))
        return limpid_shape_fail(s, "%lld samples of shape %s are too large", (long long)s->batch,
                                 limpid_shape_print(&a->shape).text);
    return LIMPID_OK;
}

const limpid_op limpid_op_input = {
    .name = "input",
    .summary = "what the network is given",
    .outputs = 1,
    .attributes_size = sizeof(attributes),
    .fields = fields,
    .shape = shape,
};
