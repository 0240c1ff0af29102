// SPDX-License-Identifier: MIT
/* rows.h - softmax and the loss built on it walk the same rows: the classes of one sample at one
 * place. x is (n, classes, places...); a row's members lie `step` floats apart. Inside the op room
 * only. */
#ifndef LIMPID_OP_ROWS_H
#define LIMPID_OP_ROWS_H

#include "op/op.h"

typedef struct {
    int64_t count; /* rows in all */
    int64_t classes, step;
} limpid_rows;

static inline limpid_rows limpid_rows_of(const limpid_shape *x, int axis)
{
    int64_t step = limpid_shape_part(x, axis + 1, x->rank);
    return (limpid_rows){ limpid_shape_part(x, 0, axis) * step, x->dim[axis], step };
}

static inline int64_t limpid_row_start(const limpid_rows *rows, int64_t row)
{
    return row / rows->step * rows->step * rows->classes + row % rows->step;
}

#endif
