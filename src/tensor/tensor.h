// SPDX-License-Identifier: MIT
/* tensor.h - shapes and the storage they describe; the only room that multiplies dimensions. */
#ifndef LIMPID_TENSOR_H
#define LIMPID_TENSOR_H

#include "base/base.h"

/* limpid_shape and LIMPID_RANK_MAX are public (limpid.h): rank dimensions, outermost first. */

typedef enum { LIMPID_FLOAT, LIMPID_INT32 } limpid_type;

/* Dense, rows last. Borrowed: a tensor never owns its data. */
typedef struct {
    limpid_type type;
    limpid_shape shape;
    union {
        void *data;
        float *f;   /* LIMPID_FLOAT */
        int32_t *i; /* LIMPID_INT32 */
    };
} limpid_tensor;

/* Element counts are limited so that byte counts fit ptrdiff_t too: false when the product of the
 * dimensions overflows, or one of them is negative. A shape of rank 0 has one element. */
bool limpid_shape_count(const limpid_shape *shape, int64_t *count);
bool limpid_shape_bytes(const limpid_shape *shape, size_t *bytes); /* 4 bytes an element */

/* The product of dimensions [from, to) of a shape that limpid_shape_count accepted. */
int64_t limpid_shape_part(const limpid_shape *shape, int from, int to);
static inline int64_t limpid_count(const limpid_shape *shape)
{
    return limpid_shape_part(shape, 0, shape->rank);
}

bool limpid_shape_equal(const limpid_shape *a, const limpid_shape *b);

/* "2x3x28x28" (or "scalar"); the text lives in the struct, so it can be an argument of limpid_fail.
 */
typedef struct {
    char text[168];
} limpid_shape_name;
limpid_shape_name limpid_shape_print(const limpid_shape *shape);

#endif
