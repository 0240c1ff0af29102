// SPDX-License-Identifier: MIT
/* test_shape.c - products of dimensions that cannot wrap, and how shapes are written. */
#include "base/support.h"
#include "tensor/tensor.h"

static bool count_of(limpid_shape shape, int64_t *count)
{
    *count = -77;
    return limpid_shape_count(&shape, count);
}

static void test_count(void **state)
{
    int64_t count;
    (void)state;
    assert_true(count_of((limpid_shape){ 0 }, &count));
    assert_int_equal(count, 1); /* rank 0: a single number */
    assert_true(count_of((limpid_shape){ 4, { 2, 3, 4, 5 } }, &count));
    assert_int_equal(count, 120);
    assert_true(count_of((limpid_shape){ 3, { 2, 0, 5 } }, &count));
    assert_int_equal(count, 0);
    assert_true(count_of((limpid_shape){ 8, { 1, 1, 1, 1, 1, 1, 1, 9 } }, &count));
    assert_int_equal(count, 9);
}

static void test_refused(void **state)
{
    int64_t count;
    const int64_t large = (int64_t)1 << 31;
    (void)state;
    assert_false(count_of((limpid_shape){ 2, { -1, 5 } }, &count));
    assert_false(count_of((limpid_shape){ 2, { -3, -5 } }, &count));
    assert_false(count_of((limpid_shape){ 2, { 0, -5 } }, &count));
    assert_false(count_of((limpid_shape){ -1 }, &count));
    assert_false(count_of((limpid_shape){ LIMPID_RANK_MAX + 1 }, &count));
    assert_false(count_of((limpid_shape){ 3, { large, large, large } }, &count));
    assert_false(count_of((limpid_shape){ 3, { large, large, 2 } }, &count)); /* 2^63 */
    assert_false(count_of((limpid_shape){ 1, { INT64_MAX } }, &count));
    assert_false(count_of((limpid_shape){ 4, { large, large, large, 0 } }, &count));
    assert_false(count_of((limpid_shape){ 4, { 0, large, large, large } }, &count));
    assert_int_equal(count, -77); /* untouched */
}

/* What is accepted has a byte count that fits ptrdiff_t, to the last element. */
static void test_limit(void **state)
{
    int64_t count;
    size_t bytes = 77;
    limpid_shape most = { 1, { PTRDIFF_MAX / 8 } }, more = { 1, { PTRDIFF_MAX / 8 + 1 } };
    (void)state;
    assert_true(count_of(most, &count));
    assert_false(count_of(more, &count));
    assert_true(limpid_shape_bytes(&most, &bytes));
    assert_true(bytes == (size_t)(PTRDIFF_MAX / 8) * 4);
    bytes = 77;
    assert_false(limpid_shape_bytes(&more, &bytes));
    assert_int_equal(bytes, 77);
    assert_true(limpid_shape_bytes(&(limpid_shape){ 2, { 3, 5 } }, &bytes));
    assert_int_equal(bytes, 60);
}

static void test_part_and_equal(void **state)
{
    const limpid_shape a = { 3, { 2, 3, 5 } }, b = { 3, { 2, 3, 6 } }, c = { 2, { 2, 3 } };
    const limpid_shape other = { 2, { 2, 3, 9 } }; /* beyond the rank nothing counts */
    (void)state;
    assert_int_equal(limpid_shape_part(&a, 0, 3), 30);
    assert_int_equal(limpid_shape_part(&a, 1, 3), 15);
    assert_int_equal(limpid_shape_part(&a, 1, 1), 1);
    assert_int_equal(limpid_count(&a), 30);
    assert_true(limpid_shape_equal(&a, &a));
    assert_false(limpid_shape_equal(&a, &b));
    assert_false(limpid_shape_equal(&a, &c));
    assert_true(limpid_shape_equal(&c, &other));
}

static void test_print(void **state)
{
    limpid_shape longest = { .rank = LIMPID_RANK_MAX };
    (void)state;
    assert_string_equal(limpid_shape_print(&(limpid_shape){ 0 }).text, "scalar");
    assert_string_equal(limpid_shape_print(&(limpid_shape){ 1, { 7 } }).text, "7");
    assert_string_equal(limpid_shape_print(&(limpid_shape){ 4, { 2, 3, 28, 0 } }).text, "2x3x28x0");
    for (int i = 0; i < LIMPID_RANK_MAX; i++)
        longest.dim[i] = INT64_MIN;
    limpid_shape_name name = limpid_shape_print(&longest);
    assert_int_equal(strlen(name.text), 8 * 20 + 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_count), cmocka_unit_test(test_refused),
        cmocka_unit_test(test_limit), cmocka_unit_test(test_part_and_equal),
        cmocka_unit_test(test_print),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
