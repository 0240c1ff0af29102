// SPDX-License-Identifier: MIT
/* The fused multiply-add of every instruction set, also the one put together without the
 * instruction, is that of the C library, bit for bit: a convolution of one term is y = fma(w, x,
 * b). Both run with denormals flushed, as all kernels do. */
#include <math.h>
#include <string.h>
#include "kernel/bits.h"

enum { FILTERS = 64, PIXELS = 256 };

typedef struct {
    float w[FILTERS], b[FILTERS], x[PIXELS], y[FILTERS][PIXELS];
} batch;

static void expect(void *argument, int64_t index, int worker)
{
    batch *t = argument;
    (void)index;
    (void)worker;
    for (int k = 0; k < FILTERS; k++)
        for (int p = 0; p < PIXELS; p++)
            t->y[k][p] = fmaf(t->w[k], t->x[p], t->b[k]);
}

static void check(batch *t)
{
    static float y[FILTERS][PIXELS];
    const limpid_window s = { .n = 1,
                              .c = 1,
                              .h = 1,
                              .w = PIXELS,
                              .k = FILTERS,
                              .oh = 1,
                              .ow = PIXELS,
                              .size = { 1, 1 },
                              .stride = { 1, 1 },
                              .dilation = { 1, 1 },
                              .groups = 1 };
    workshop w = workshop_new(LIMPID_ISA_generic, 1);
    limpid_parallel(w.context, 1, expect, t);
    workshop_free(&w);
    for (int isa = 0; isa < LIMPID_ISA_COUNT; isa++) {
        if (!limpid_isa_available((limpid_isa_kind)isa))
            continue;
        w = workshop_new((limpid_isa_kind)isa, 1);
        w.kernels->conv_forward(workshop_open(&w, w.kernels->conv_forward_need(&s)), &s, t->x, t->w,
                                t->b, y[0]);
        workshop_close(&w);
        workshop_free(&w);
        for (int k = 0; k < FILTERS; k++)
            for (int p = 0; p < PIXELS; p++)
                if (!same_bits(y[k][p], t->y[k][p]))
                    fail_msg("%s: fma(%a, %a, %a) is %a, not %a",
                             limpid_isa_name((limpid_isa_kind)isa), (double)t->w[k],
                             (double)t->x[p], (double)t->b[k], (double)y[k][p], (double)t->y[k][p]);
    }
}

/* Every exponent, few or many bits in the fraction. */
static float random_number(limpid_random *random)
{
    float x = any_float(random);
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    bits &= ~(uint32_t)0 << limpid_random_below(random, 24);
    memcpy(&x, &bits, sizeof x);
    return x;
}

static void random_bits(void **state)
{
    (void)state;
    static batch t;
    limpid_random random = limpid_random_stream(1, LIMPID_RANDOM_BENCH, 3, 0);
    for (int round = 0; round < 300; round++) {
        for (int k = 0; k < FILTERS; k++) {
            t.w[k] = random_number(&random);
            t.b[k] = random_number(&random);
        }
        for (int p = 0; p < PIXELS; p++)
            t.x[p] = random_number(&random);
        check(&t);
    }
}

/* Sums whose parts nearly cancel, or where one is just about half a unit of the other: there a sum
 * that is rounded twice shows. */
static void close_calls(void **state)
{
    (void)state;
    static batch t;
    limpid_random random = limpid_random_stream(2, LIMPID_RANDOM_BENCH, 3, 0);
    for (int round = 0; round < 700; round++) {
        for (int p = 0; p < PIXELS; p++)
            t.x[p] = (float)(limpid_random_below(&random, 1 << 24) + 1);
        for (int k = 0; k < FILTERS; k++) {
            t.w[k] = (float)(limpid_random_below(&random, 1 << 24) + 1);
            float product = t.w[k] * t.x[limpid_random_below(&random, PIXELS)];
            int away = (int)limpid_random_below(&random, 54) - 27;
            t.b[k] = ldexpf(limpid_random_below(&random, 2) ? product : -product, away);
        }
        check(&t);
    }
}

static void special_numbers(void **state)
{
    static const uint32_t patterns[] = {
        0x00000000,                                     /* 0 */
        0x00000001, 0x00000002, 0x007fffff, 0x00400000, /* denormal */
        0x00800000, 0x00800001, 0x00ffffff, 0x01000000, /* the smallest normal ones */
        0x1f800000, 0x20000000, 0x203504f3, 0x1fffffff, /* about the square roots of these */
        0x33800000, 0x34000000, 0x33800001,             /* about half a unit of 1 */
        0x3f7fffff, 0x3f800000, 0x3f800001, 0x3fffffff, /* about 1 */
        0x40000000, 0x40400000, 0x4b000000, 0x4b7fffff, /* 2, 3, up to 2^24 */
        0x4b800000, 0x4b800001, 0x5f800000, 0x5f7fffff, 0x5f3504f3, /* 2^24, about 2^64 */
        0x7e800000, 0x7f000000, 0x7f7fffff, 0x7f7ffffe,             /* the largest ones */
        0x7f800000, 0x7fc00000,                                     /* infinity, NaN */
    };
    enum { HALF = sizeof patterns / sizeof *patterns, COUNT = 2 * HALF };
    static batch t;
    float numbers[COUNT];
    (void)state;
    for (int i = 0; i < COUNT; i++) {
        uint32_t bits = patterns[i % HALF] | (i < HALF ? 0 : 0x80000000u);
        memcpy(&numbers[i], &bits, sizeof bits);
    }
    for (int p = 0; p < PIXELS; p++)
        t.x[p] = numbers[p % COUNT];
    for (int first = 0; first < COUNT * COUNT; first += FILTERS) {
        for (int k = 0; k < FILTERS; k++) {
            int pair = (first + k) % (COUNT * COUNT);
            t.w[k] = numbers[pair % COUNT];
            t.b[k] = numbers[pair / COUNT];
        }
        check(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(special_numbers),
        cmocka_unit_test(random_bits),
        cmocka_unit_test(close_calls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
