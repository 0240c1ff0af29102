// SPDX-License-Identifier: MIT
/* table.c - the operators by name, and what they all may say about shapes. */
#include <stdarg.h>
#include <string.h>
#include "op/op.h"

const limpid_op *const limpid_ops[] = {
#define LIMPID_OP(name) &limpid_op_##name,
#include "op/ops.def"
#undef LIMPID_OP
    NULL
};

const limpid_op *limpid_op_find(const char *name)
{
    for (const limpid_op *const *op = limpid_ops; *op; op++)
        if (strcmp((*op)->name, name) == 0)
            return *op;
    return NULL;
}

int limpid_op_roles(const limpid_op *op)
{
    int count = 0;
    while (op->roles && op->roles[count].name)
        count++;
    return count;
}

limpid_status limpid_shape_fail(const limpid_shaping *s, const char *format, ...)
{
    char text[800];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return limpid_fail(s->context, LIMPID_BAD_SHAPE, "%s (%s): %s", s->node, s->op->name, text);
}

limpid_status limpid_shape_rank(const limpid_shaping *s, int i, int rank)
{
    if (s->in[i].rank == rank)
        return LIMPID_OK;
    return limpid_shape_fail(s, "%s has shape %s, %d dimensions; expected are %d",
                             s->op->roles[i].name, limpid_shape_print(&s->in[i]).text,
                             s->in[i].rank, rank);
}

limpid_status limpid_shape_same(const limpid_shaping *s, int i, int j)
{
    if (limpid_shape_equal(&s->in[i], &s->in[j]))
        return LIMPID_OK;
    return limpid_shape_fail(s, "%s has shape %s, but %s has %s; they must be the same",
                             s->op->roles[i].name, limpid_shape_print(&s->in[i]).text,
                             s->op->roles[j].name, limpid_shape_print(&s->in[j]).text);
}

void limpid_shape_need(limpid_shaping *s, limpid_scratch_need need)
{
    if (need.shared > s->need.shared)
        s->need.shared = need.shared;
    if (need.worker > s->need.worker)
        s->need.worker = need.worker;
}
