// SPDX-License-Identifier: MIT
/* test_pack.c - blocks in one arena: none that live at the same moment share a byte, and the arena
 * is no smaller than what lives at one moment, and not much larger. */
#include "graph/support.h"

enum { MOST = 60, MOMENTS = 40 };

static size_t pack(limpid_block *blocks, size_t count)
{
    size_t order[MOST];
    return limpid_pack_blocks(blocks, count, order);
}

static bool share(size_t a_first, size_t a_end, size_t b_first, size_t b_end)
{
    return a_first < b_end && b_first < a_end;
}

static void assert_packed(const limpid_block *blocks, size_t count, size_t total)
{
    size_t end = 0;
    for (size_t i = 0; i < count; i++) {
        const limpid_block *a = &blocks[i];
        end = a->offset + a->bytes > end ? a->offset + a->bytes : end;
        for (size_t k = 0; k < i; k++) {
            const limpid_block *b = &blocks[k];
            bool together = a->first <= b->last && b->first <= a->last;
            if (together && share(a->offset, a->offset + a->bytes, b->offset, b->offset + b->bytes))
                fail_msg("blocks %zu and %zu overlap", i, k);
        }
    }
    assert_true(end == total);
}

static size_t most_at_once(const limpid_block *blocks, size_t count)
{
    size_t most = 0;
    for (int64_t moment = -1; moment <= MOMENTS; moment++) {
        size_t sum = 0;
        for (size_t i = 0; i < count; i++)
            if (blocks[i].first <= moment && moment <= blocks[i].last)
                sum += blocks[i].bytes;
        most = sum > most ? sum : most;
    }
    return most;
}

static void test_random_blocks(void **state)
{
    limpid_random random = limpid_random_stream(0, LIMPID_RANDOM_BENCH, 0, 0);
    double worst = 0;
    (void)state;
    for (int round = 0; round < 3000; round++) {
        limpid_block blocks[MOST] = { 0 };
        size_t count = (size_t)limpid_random_below(&random, MOST + 1);
        uint64_t sizes = limpid_random_below(&random, 2) ? 5 : 1000; /* many equal ones, or few */
        for (size_t i = 0; i < count; i++) {
            blocks[i].bytes = (size_t)(64 * limpid_random_below(&random, sizes));
            blocks[i].first = (int64_t)limpid_random_below(&random, MOMENTS) - 1;
            blocks[i].last =
                blocks[i].first + (int64_t)limpid_random_below(&random, round % 2 ? 4 : MOMENTS);
            blocks[i].last = limpid_min(blocks[i].last, MOMENTS);
        }
        size_t total = pack(blocks, count), least = most_at_once(blocks, count);
        assert_packed(blocks, count, total);
        assert_true(total >= least);
        if (least)
            worst = fmax(worst, (double)total / (double)least);
    }
    print_message("at most %.2f times the most that lives at once\n", worst);
    assert_true(worst < 2);
}

/* Where a network is a chain, nothing is wasted. */
static void test_chain(void **state)
{
    limpid_block blocks[MOST] = { 0 };
    (void)state;
    for (int i = 0; i < MOST; i++)
        blocks[i] = (limpid_block){ .bytes = 128, .first = i, .last = i + 1 };
    assert_int_equal(pack(blocks, MOST), 256);
    assert_packed(blocks, MOST, 256);
}

static void test_no_blocks(void **state)
{
    limpid_block empty[2] = { { .bytes = 0, .first = 0, .last = 5 } };
    (void)state;
    assert_int_equal(pack(NULL, 0), 0);
    assert_int_equal(pack(empty, 2), 0);
}

/* More than can be counted must not come out as little. */
static void test_overflow(void **state)
{
    limpid_block blocks[5];
    (void)state;
    for (int i = 0; i < 5; i++)
        blocks[i] = (limpid_block){ .bytes = SIZE_MAX / 4 + 1, .first = 0, .last = 5 };
    assert_true(pack(blocks, 4) == SIZE_MAX);
    assert_true(pack(blocks, 5) == SIZE_MAX);
    assert_true(pack(blocks, 3) == 3 * (SIZE_MAX / 4 + 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_blocks),
        cmocka_unit_test(test_chain),
        cmocka_unit_test(test_no_blocks),
        cmocka_unit_test(test_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
