// SPDX-License-Identifier: MIT
/* shape.c - products of dimensions, checked once, here. */
#include <stddef.h>
#include "tensor/tensor.h"

bool limpid_shape_count(const limpid_shape *shape, int64_t *count)
{
    int64_t product = 1;
    bool empty = false;
    if (shape->rank < 0 || shape->rank > LIMPID_RANK_MAX)
        return false;
    /* An empty dimension must not hide that the others overflow: loops over them would. */
    for (int i = 0; i < shape->rank; i++) {
        if (shape->dim[i] < 0)
            return false;
        if (shape->dim[i] == 0)
            empty = true;
        else if (__builtin_mul_overflow(product, shape->dim[i], &product))
            return false;
    }
    if (product > PTRDIFF_MAX / 8)
        return false;
    *count = empty ? 0 : product;
    return true;
}

bool limpid_shape_bytes(const limpid_shape *shape, size_t *bytes)
{
    int64_t count;
    return limpid_shape_count(shape, &count) &&
           limpid_size_multiply(bytes, (size_t)count, sizeof(float));
}

int64_t limpid_shape_part(const limpid_shape *shape, int from, int to)
{
    int64_t product = 1;
    for (int i = from; i < to; i++)
        product *= shape->dim[i];
    return product;
}

bool limpid_shape_equal(const limpid_shape *a, const limpid_shape *b)
{
    bool equal = a->rank == b->rank;
    for (int i = 0; equal && i < a->rank; i++)
        equal = a->dim[i] == b->dim[i];
    return equal;
}

limpid_shape_name limpid_shape_print(const limpid_shape *shape)
{
    limpid_shape_name name = { "scalar" };
    size_t used = 0;
    for (int i = 0; i < shape->rank && i < LIMPID_RANK_MAX; i++)
        used += (size_t)snprintf(name.text + used, sizeof name.text - used, "%s%lld", i ? "x" : "",
                                 (long long)shape->dim[i]);
    return name;
}
