// SPDX-License-Identifier: MIT
/* test_memory.c - sizes that cannot wrap, zeroed and aligned memory, arrays that grow. */
#include "base/support.h"

static void test_products(void **state)
{
    size_t out = 7;
    (void)state;
    assert_true(limpid_size_multiply(&out, 6, 7));
    assert_int_equal(out, 42);
    assert_true(limpid_size_multiply(&out, SIZE_MAX, 1));
    assert_true(out == SIZE_MAX);
    assert_true(limpid_size_multiply(&out, SIZE_MAX, 0));
    assert_int_equal(out, 0);
    out = 7;
    assert_false(limpid_size_multiply(&out, SIZE_MAX / 2 + 1, 2));
    assert_false(limpid_size_multiply(&out, (size_t)1 << 32, (size_t)1 << 32));
    assert_int_equal(out, 7);
}

static void test_sums(void **state)
{
    size_t out = 7;
    (void)state;
    assert_true(limpid_size_add(&out, SIZE_MAX - 1, 1));
    assert_true(out == SIZE_MAX);
    out = 7;
    assert_false(limpid_size_add(&out, SIZE_MAX, 1));
    assert_false(limpid_size_add(&out, SIZE_MAX, SIZE_MAX));
    assert_int_equal(out, 7);
}

static void test_small_things(void **state)
{
    (void)state;
    assert_int_equal(limpid_min(-3, 2), -3);
    assert_int_equal(limpid_max(-3, 2), 2);
    assert_int_equal(limpid_ceil_divide(10, 5), 2);
    assert_int_equal(limpid_ceil_divide(11, 5), 3);
    assert_int_equal(limpid_ceil_divide(0, 5), 0);
}

static void test_allocate(void **state)
{
    limpid_context *context = new_context();
    (void)state;
    for (size_t bytes = 0; bytes < 300; bytes += 37) {
        uint8_t *memory = limpid_allocate(context, bytes, 1);
        assert_non_null(memory);
        assert_int_equal((uintptr_t)memory % 64, 0);
        for (size_t i = 0; i < bytes; i++)
            assert_int_equal(memory[i], 0);
        memset(memory, 0xff, bytes);
        limpid_release(context, memory);
    }
    limpid_release(context, NULL);
    assert_null(limpid_allocate(context, SIZE_MAX / 2, 3));
    assert_said(context, "memory", "3 bytes", NULL);
    assert_null(limpid_allocate(context, SIZE_MAX, 1));
    assert_null(limpid_allocate(context, SIZE_MAX - 62, 1));
    assert_null(limpid_allocate(context, PTRDIFF_MAX, 1));
    assert_said(context, "memory", NULL);
    limpid_context_free(context);
}

static void test_own_allocator(void **state)
{
    counting_memory memory = { .fail_at = 3 };
    const limpid_options options = counting_options(&memory);
    limpid_context *context;
    (void)state;
    assert_int_equal(limpid_context_new(&context, &options), LIMPID_OK);
    uint8_t *first = limpid_allocate(context, 100, 1);
    for (int i = 0; i < 100; i++) /* the allocator's own content is not zero */
        assert_int_equal(first[i], 0);
    assert_null(limpid_allocate(context, 100, 1));
    assert_said(context, "memory", "bytes left", NULL);
    limpid_release(context, first);
    limpid_release(context, NULL);
    limpid_context_free(context);
    assert_int_equal(memory.live, 0);
}

static void test_grow(void **state)
{
    limpid_context *context = new_context();
    void *memory = NULL;
    size_t capacity = 0;
    (void)state;
    for (size_t wanted = 1; wanted < 3000; wanted += wanted / 3 + 1) {
        size_t before = capacity;
        assert_int_equal(limpid_grow(context, &memory, &capacity, wanted, sizeof(int)), LIMPID_OK);
        assert_true(capacity >= wanted && (capacity == before || capacity >= 2 * before));
        int *numbers = memory;
        for (size_t i = 0; i < capacity; i++)
            assert_int_equal(numbers[i], i < before ? (int)i : 0);
        for (size_t i = 0; i < capacity; i++)
            numbers[i] = (int)i;
    }
    size_t before = capacity;
    void *kept = memory;
    assert_int_equal(limpid_grow(context, &memory, &capacity, SIZE_MAX, 8), LIMPID_NO_MEMORY);
    assert_int_equal(limpid_grow(context, &memory, &capacity, SIZE_MAX / 2, 8), LIMPID_NO_MEMORY);
    assert_int_equal(capacity, before);
    assert_ptr_equal(memory, kept);
    assert_int_equal(limpid_grow(context, &memory, &capacity, 0, 8), LIMPID_OK);
    limpid_release(context, memory);
    limpid_context_free(context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_products),      cmocka_unit_test(test_sums),
        cmocka_unit_test(test_small_things),  cmocka_unit_test(test_allocate),
        cmocka_unit_test(test_own_allocator), cmocka_unit_test(test_grow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
