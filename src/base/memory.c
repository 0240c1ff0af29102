// SPDX-License-Identifier: MIT
/* memory.c - allocation through the context, with sizes that cannot wrap around. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "base/base.h"

enum { ALIGNMENT = 64 };

bool limpid_size_multiply(size_t *out, size_t a, size_t b)
{
    size_t product;
    if (__builtin_mul_overflow(a, b, &product))
        return false;
    *out = product;
    return true;
}

bool limpid_size_add(size_t *out, size_t a, size_t b)
{
    size_t sum;
    if (__builtin_add_overflow(a, b, &sum))
        return false;
    *out = sum;
    return true;
}

void *limpid_allocate(limpid_context *context, size_t count, size_t size)
{
    size_t bytes, rounded;
    if (!limpid_size_multiply(&bytes, count, size) ||
        !limpid_size_add(&rounded, bytes ? bytes : 1, ALIGNMENT - 1) || rounded > PTRDIFF_MAX) {
        limpid_fail(context, LIMPID_NO_MEMORY, "memory: %zu elements of %zu bytes are too many",
                    count, size);
        return NULL;
    }
    rounded -= rounded % ALIGNMENT;
    void *memory = context->options.allocate
                       ? context->options.allocate(context->options.user, rounded)
                       : aligned_alloc(ALIGNMENT, rounded);
    if (!memory) {
        limpid_fail(context, LIMPID_NO_MEMORY, "memory: no %zu bytes left", rounded);
        return NULL;
    }
    return memset(memory, 0, rounded);
}

void limpid_release(limpid_context *context, void *memory)
{
    if (context->options.release && memory)
        context->options.release(context->options.user, memory);
    else
        free(memory);
}

limpid_status limpid_grow(limpid_context *context, void **memory, size_t *capacity, size_t wanted,
                          size_t size)
{
    if (wanted <= *capacity)
        return LIMPID_OK;
    size_t grown = *capacity < 8 ? 8 : *capacity;
    while (grown < wanted && grown <= SIZE_MAX / 2)
        grown *= 2;
    if (grown < wanted)
        grown = wanted;
    void *larger = limpid_allocate(context, grown, size);
    if (!larger)
        return LIMPID_NO_MEMORY;
    if (*capacity)
        memcpy(larger, *memory, *capacity * size);
    limpid_release(context, *memory);
    *memory = larger;
    *capacity = grown;
    return LIMPID_OK;
}

char *limpid_copy_text(limpid_context *context, const char *text)
{
    size_t bytes = strlen(text) + 1;
    char *copy = limpid_allocate(context, bytes, 1);
    return copy ? memcpy(copy, text, bytes) : NULL;
}
