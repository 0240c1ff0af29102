// SPDX-License-Identifier: MIT
/* bits.c - see bits.h. */
#include "kernel/bits.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { GUARD = 256 };

guarded guarded_new(int64_t count)
{
    size_t bytes = (size_t)count * sizeof(float), all = (bytes + 2 * GUARD + 63) / 64 * 64;
    guarded x = { .count = count, .memory = aligned_alloc(64, all) };
    assert_non_null(x.memory);
    memset(x.memory, 0xff, all);
    x.numbers = (float *)(void *)(x.memory + GUARD);
    return x;
}

guarded guarded_copy(const guarded *x)
{
    guarded copy = guarded_new(x->count);
    memcpy(copy.numbers, x->numbers, (size_t)x->count * sizeof(float));
    return copy;
}

void guarded_free(guarded *x)
{
    assert_guards(x);
    free(x->memory);
}

static void assert_untouched(const void *memory, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        if (((const unsigned char *)memory)[i] != 0xff)
            fail_msg("a kernel wrote outside its memory");
}

void assert_guards(const guarded *x)
{
    assert_untouched(x->memory, GUARD);
    assert_untouched(x->numbers + x->count, GUARD);
}

float any_float(limpid_random *random)
{
    uint32_t bits = limpid_random_bits(random);
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static float number_of(number_kind kind, limpid_random *random)
{
    float x = (float)(2 * limpid_random_uniform(random) - 1);
    switch (kind) {
    case ORDINARY:
        return x;
    case NOT_FINITE:
        if (limpid_random_below(random, 8) == 0)
            return limpid_random_below(random, 2) ? NAN : copysignf(INFINITY, x);
        return (float)((int)limpid_random_below(random, 7) - 3);
    case INTEGERS:
        return (float)((int)limpid_random_below(random, 7) - 3);
    case TINY: /* half of them so that products of two are near 2^-126 */
        return ldexpf(x, limpid_random_below(random, 2) ? -126 : -63);
    case LARGE:
        return ldexpf(x, limpid_random_below(random, 2) ? 127 : 63);
    default:
        return any_float(random);
    }
}

void guarded_fill(const guarded *x, number_kind kind, uint64_t seed)
{
    limpid_random random = limpid_random_stream(seed, LIMPID_RANDOM_BENCH, 2, kind);
    for (int64_t i = 0; i < x->count; i++)
        x->numbers[i] = number_of(kind, &random);
}

bool same_bits(float a, float b)
{
    return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b));
}

void assert_same_bits(const guarded *a, const guarded *b, const char *what)
{
    assert_int_equal(a->count, b->count);
    for (int64_t i = 0; i < a->count; i++)
        if (!same_bits(a->numbers[i], b->numbers[i]))
            fail_msg("%s: number %ld is %a and %a", what, (long)i, (double)a->numbers[i],
                     (double)b->numbers[i]);
}

workshop workshop_new(limpid_isa_kind isa, int threads)
{
    workshop w = { 0 };
    assert_int_equal(limpid_context_new(&w.context, NULL), LIMPID_OK);
    w.context->isa = isa;
    w.context->threads = threads;
    w.kernels = limpid_kernels_for(isa);
    w.site.context = w.context;
    return w;
}

void workshop_free(workshop *w)
{
    limpid_context_free(w->context);
}

const limpid_worksite *workshop_open(workshop *w, limpid_scratch_need need)
{
    w->need = need;
    w->site.scratch.stride = (need.worker + 63) / 64 * 64 + GUARD;
    size_t workers = w->site.scratch.stride * (size_t)w->context->threads;
    size_t shared = (need.shared + GUARD + 63) / 64 * 64;
    w->site.scratch.shared = aligned_alloc(64, shared);
    w->site.scratch.worker = aligned_alloc(64, workers);
    assert_non_null(w->site.scratch.shared);
    assert_non_null(w->site.scratch.worker);
    memset(w->site.scratch.shared, 0xff, shared);
    memset(w->site.scratch.worker, 0xff, workers);
    return &w->site;
}

void workshop_close(workshop *w)
{
    const limpid_scratch *scratch = &w->site.scratch;
    assert_untouched((const char *)scratch->shared + w->need.shared, GUARD);
    /* Kernels may write the rest of a vector behind the end of a worker's part: there is room for
     * one in a plan too. */
    for (int i = 0; i < w->context->threads; i++)
        assert_untouched(scratch->worker + (size_t)i * scratch->stride + w->need.worker + 64,
                         GUARD - 64);
    free(scratch->shared);
    free(scratch->worker);
}
