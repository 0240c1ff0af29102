// SPDX-License-Identifier: MIT
/* Distortions: drawn from the stream alone, mild, finite, and the same for every channel. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "data/data.h"

/* SHA-256 over the floats of the first 100 distorted digits. */
static const char golden[] = "4b00cd2503ddd4ae4f51900a9fe6786d923f37517029e23daf2510b87399132d";

enum { SIDE = 28, PIXELS = SIDE * SIDE };

static limpid_random stream(uint64_t sample)
{
    return limpid_random_stream(3, LIMPID_RANDOM_AUGMENT, 0, sample);
}

static void digit(int64_t i, float *x)
{
    uint8_t pixels[PIXELS];
    limpid_digit_draw(5, i, (int)(i % 10), pixels);
    for (int p = 0; p < PIXELS; p++)
        x[p] = (float)pixels[p] / 255.0f;
}

static void names_are_found(void **state)
{
    (void)state;
    assert_ptr_equal(limpid_augmenter_find("digits"), &limpid_augmenter_digits);
    assert_ptr_equal(limpid_augmenter_find("none"), &limpid_augmenter_none);
    assert_null(limpid_augmenter_none.change);
    assert_null(limpid_augmenter_find("digit"));
    for (int i = 0; limpid_augmenters[i]; i++)
        assert_true(*limpid_augmenters[i]->name && *limpid_augmenters[i]->summary);
}

static void stream_decides(void **state)
{
    (void)state;
    float a[PIXELS], b[PIXELS], c[PIXELS], scratch[PIXELS];
    digit(3, a);
    digit(3, b);
    digit(3, c);
    limpid_random first = stream(9), again = stream(9), other = stream(10);
    limpid_augmenter_digits.change(&first, 1, SIDE, SIDE, a, scratch);
    memset(scratch, 0xff, sizeof scratch);
    limpid_augmenter_digits.change(&again, 1, SIDE, SIDE, b, scratch);
    limpid_augmenter_digits.change(&other, 1, SIDE, SIDE, c, scratch);
    assert_memory_equal(a, b, sizeof a);
    assert_memory_not_equal(a, c, sizeof a);
}

/* Compilers and instruction sets must agree to the bit. */
static void bits_are_the_golden_ones(void **state)
{
    (void)state;
    limpid_sha256 sha;
    limpid_sha256_start(&sha);
    for (int64_t i = 0; i < 100; i++) {
        float x[PIXELS], scratch[PIXELS];
        digit(i, x);
        limpid_random random = stream((uint64_t)i);
        limpid_augmenter_digits.change(&random, 1, SIDE, SIDE, x, scratch);
        limpid_sha256_add(&sha, x, sizeof x);
    }
    char hex[65];
    limpid_sha256_finish(&sha, hex);
    assert_string_equal(hex, golden);
}

/* Ink may be stretched or leave the image a little; on the average it stays. */
static void ink_and_range_are_kept(void **state)
{
    (void)state;
    double before = 0, after = 0;
    for (int64_t i = 0; i < 500; i++) {
        float x[PIXELS], scratch[PIXELS];
        double one = 0, changed = 0;
        digit(i, x);
        for (int p = 0; p < PIXELS; p++)
            one += (double)x[p];
        limpid_random random = stream((uint64_t)i);
        limpid_augmenter_digits.change(&random, 1, SIDE, SIDE, x, scratch);
        for (int p = 0; p < PIXELS; p++) {
            assert_true(x[p] >= 0 && x[p] <= 1.000001f); /* false for NaN */
            changed += (double)x[p];
        }
        assert_true(changed > 0.5 * one && changed < 2 * one);
        before += one;
        after += changed;
    }
    assert_true(fabs(after / before - 1) < 0.05);
}

/* All channels move together, and sizes need be neither 28 nor square nor large. */
static void any_shape_is_served(void **state)
{
    (void)state;
    static const int64_t sides[][2] = { { 1, 1 }, { 1, 9 }, { 7, 1 }, { 13, 40 }, { 32, 32 } };
    for (size_t k = 0; k < sizeof sides / sizeof *sides; k++) {
        int64_t height = sides[k][0], width = sides[k][1];
        size_t plane = (size_t)(height * width);
        float *x = calloc(6 * plane, sizeof *x);
        assert_non_null(x);
        for (size_t p = 0; p < plane; p++)
            x[p] = x[plane + p] = x[2 * plane + p] = (float)(p % 5) / 4.0f;
        limpid_random random = stream(k);
        limpid_augmenter_digits.change(&random, 3, height, width, x, x + 3 * plane);
        assert_memory_equal(x, x + plane, plane * sizeof *x);
        assert_memory_equal(x, x + 2 * plane, plane * sizeof *x);
        for (size_t p = 0; p < plane; p++)
            assert_true(x[p] >= 0 && x[p] <= 1.000001f);
        free(x);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_found),          cmocka_unit_test(stream_decides),
        cmocka_unit_test(bits_are_the_golden_ones), cmocka_unit_test(ink_and_range_are_kept),
        cmocka_unit_test(any_shape_is_served),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
