// SPDX-License-Identifier: MIT
/* test_random.c - random numbers: the published answers of Philox 4x32-10, streams that do not
 * meet, and the distributions drawn from them. */
#include "base/support.h"

/* The known-answer tests that accompany J. Salmon et al., SC 2011. */
static void test_philox(void **state)
{
    static const struct {
        uint32_t counter[4], key[2], out[4];
    } rows[] = {
        { { 0, 0, 0, 0 }, { 0, 0 }, { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 } },
        { { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff },
          { 0xffffffff, 0xffffffff },
          { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd } },
        { { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 },
          { 0xa4093822, 0x299f31d0 },
          { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 } },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint32_t out[4];
        limpid_philox(out, rows[i].counter, rows[i].key);
        assert_memory_equal(out, rows[i].out, sizeof out);
    }
}

/* The first numbers of the stream with key 0 are Philox's first block: what is drawn today is drawn
 * in ten years. */
static void test_stream_start(void **state)
{
    limpid_random random = limpid_random_stream(0, LIMPID_RANDOM_WEIGHTS, 0, 0);
    (void)state;
    assert_int_equal(limpid_random_bits(&random), 0x6627e8d5);
    assert_int_equal(limpid_random_bits(&random), 0xe169c58d);
    assert_int_equal(limpid_random_bits(&random), 0xbc57ac4c);
    assert_int_equal(limpid_random_bits(&random), 0x9b00dbd8);
}

static int compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Streams that differ in any part of their key have nothing in common: among this many numbers of
 * 32 bits a handful of equal ones is chance, a shared block would be four at once. */
static void test_streams_differ(void **state)
{
    enum { EACH = 16, STREAMS = 81 * 6 };
    static uint32_t all[STREAMS * EACH];
    static const uint64_t parts[3] = { 0, 1, 0x80000 };
    static const uint64_t samples[3] = { 0, 1, (uint64_t)1 << 39 };
    static const uint64_t seeds[9] = {
        0, 1, 2, (uint64_t)1 << 32, (uint64_t)1 << 63, 10, 11, 12, 99
    };
    size_t count = 0;
    int same = 0;
    (void)state;
    for (size_t seed = 0; seed < 9; seed++)
        for (size_t epoch = 0; epoch < 3; epoch++)
            for (size_t sample = 0; sample < 3; sample++)
                for (int purpose = 0; purpose < 6; purpose++) {
                    limpid_random random = limpid_random_stream(
                        seeds[seed], (limpid_purpose)purpose, parts[epoch], samples[sample]);
                    for (int i = 0; i < EACH; i++)
                        all[count++] = limpid_random_bits(&random);
                }
    assert_int_equal(count, STREAMS * EACH);
    qsort(all, count, sizeof *all, compare);
    for (size_t i = 1; i < count; i++)
        same += all[i] == all[i - 1];
    assert_in_range(same, 0, 3);
}

/* What a stream gives depends on its key and position alone: not on what else is drawn meanwhile.
 */
static void test_order(void **state)
{
    enum { STREAMS = 5, EACH = 33 };
    uint32_t one_by_one[STREAMS][EACH];
    limpid_random streams[STREAMS];
    (void)state;
    for (uint64_t s = 0; s < STREAMS; s++) {
        streams[s] = limpid_random_stream(7, LIMPID_RANDOM_AUGMENT, 3, s);
        limpid_random random = streams[s];
        for (int i = 0; i < EACH; i++)
            one_by_one[s][i] = limpid_random_bits(&random);
    }
    for (int i = 0; i < EACH; i++)
        for (int s = STREAMS; s-- > 0;)
            assert_int_equal(limpid_random_bits(&streams[s]), one_by_one[s][i]);
}

static void test_uniform(void **state)
{
    enum { COUNT = 200000, BINS = 64 };
    limpid_random random = limpid_random_stream(1, LIMPID_RANDOM_BENCH, 0, 0);
    int bins[BINS] = { 0 };
    double sum = 0, chi = 0;
    (void)state;
    for (int i = 0; i < COUNT; i++) {
        double u = limpid_random_uniform(&random);
        assert_true(u >= 0 && u < 1 && floor(u * 0x1p53) == u * 0x1p53);
        bins[(int)(u * BINS)]++;
        sum += u;
    }
    for (int i = 0; i < BINS; i++)
        chi += pow(bins[i] - COUNT / (double)BINS, 2) / (COUNT / (double)BINS);
    assert_true(fabs(sum / COUNT - 0.5) < 5 * sqrt(1.0 / 12 / COUNT));
    assert_true(chi > 20 && chi < 135); /* 63 degrees of freedom: mean 63, deviation 11 */
}

static void test_below(void **state)
{
    static const uint64_t bounds[] = { 1, 2, 3, 7, 10, 1000 };
    limpid_random random = limpid_random_stream(2, LIMPID_RANDOM_BENCH, 0, 0);
    (void)state;
    for (size_t b = 0; b < sizeof bounds / sizeof *bounds; b++) {
        int64_t counts[1000] = { 0 }, draws = 100000;
        double chi = 0, expected = (double)draws / (double)bounds[b];
        for (int64_t i = 0; i < draws; i++) {
            uint64_t drawn = limpid_random_below(&random, bounds[b]);
            assert_true(drawn < bounds[b]);
            counts[drawn]++;
        }
        for (uint64_t i = 0; i < bounds[b]; i++)
            chi += pow((double)counts[i] - expected, 2) / expected;
        double freedom = (double)bounds[b] - 1;
        assert_true(chi <= freedom + 6 * sqrt(2 * freedom));
    }
}

/* Bounds just above half of a word: plain remainders or products would favour the lower half two to
 * one. */
static void test_below_is_unbiased(void **state)
{
    static const uint64_t bounds[] = { 0xaaaaaaaa, 0xaaaaaaaaaaaaaaaa };
    limpid_random random = limpid_random_stream(3, LIMPID_RANDOM_BENCH, 0, 0);
    (void)state;
    for (int b = 0; b < 2; b++) {
        int lower = 0, third = 0, draws = 40000;
        for (int i = 0; i < draws; i++) {
            uint64_t drawn = limpid_random_below(&random, bounds[b]);
            assert_true(drawn < bounds[b]);
            lower += drawn < bounds[b] / 2;
            third += drawn % 3 == 0;
        }
        assert_true(abs(lower - draws / 2) < 600);
        assert_true(abs(third - draws / 3) < 600);
    }
    assert_true(limpid_random_below(&random, 1) == 0);
}

/* The high word is drawn first, whatever the compiler likes to evaluate first. */
static void test_below_large(void **state)
{
    limpid_random a = limpid_random_stream(4, LIMPID_RANDOM_BENCH, 0, 0), b = a;
    (void)state;
    for (int i = 0; i < 20; i++) {
        uint64_t high = limpid_random_bits(&b), low = limpid_random_bits(&b);
        assert_true(limpid_random_below(&a, (uint64_t)1 << 63) ==
                    ((high << 32 | low) & (uint64_t)INT64_MAX));
    }
}

static void test_normal(void **state)
{
    enum { COUNT = 200000 };
    limpid_random random = limpid_random_stream(5, LIMPID_RANDOM_WEIGHTS, 0, 0);
    double moment[5] = { 0 };
    int inside = 0;
    (void)state;
    for (int i = 0; i < COUNT; i++) {
        double x = limpid_random_normal(&random), power = 1;
        assert_true(isfinite(x));
        for (int m = 0; m < 5; m++, power *= x)
            moment[m] += power / COUNT;
        inside += fabs(x) < 1;
    }
    /* Five standard errors of each moment of the normal distribution. */
    assert_true(fabs(moment[1]) < 5 * sqrt(1.0 / COUNT));
    assert_true(fabs(moment[2] - 1) < 5 * sqrt(2.0 / COUNT));
    assert_true(fabs(moment[3]) < 5 * sqrt(15.0 / COUNT));
    assert_true(fabs(moment[4] - 3) < 5 * sqrt(96.0 / COUNT));
    assert_true(fabs(inside / (double)COUNT - 0.6826895) < 0.006);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_philox),      cmocka_unit_test(test_stream_start),
        cmocka_unit_test(test_order),       cmocka_unit_test(test_streams_differ),
        cmocka_unit_test(test_uniform),     cmocka_unit_test(test_below),
        cmocka_unit_test(test_below_large), cmocka_unit_test(test_below_is_unbiased),
        cmocka_unit_test(test_normal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
