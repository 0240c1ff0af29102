// SPDX-License-Identifier: MIT
/* cmocka.h - the few functions of cmocka that our tests use, for processors whose distribution has
 * no cmocka at hand: the emulated ones. On this machine's own processor the real one is used. */
#ifndef LIMPID_CROSS_CMOCKA_H
#define LIMPID_CROSS_CMOCKA_H

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef int cross_function(void **state);

struct CMUnitTest {
    const char *name;
    void (*test)(void **state);
    cross_function *setup, *teardown;
    void *initial_state;
};

#define cmocka_unit_test(f)                                                                        \
    {                                                                                              \
#f, f, NULL, NULL, NULL                                                                    \
    }
#define cmocka_unit_test_setup_teardown(f, before, after)                                          \
    {                                                                                              \
#f, f, before, after, NULL                                                                 \
    }
#define cmocka_unit_test_prestate(f, state)                                                        \
    {                                                                                              \
#f, f, NULL, NULL, state                                                                   \
    }

#define cmocka_run_group_tests(tests, before, after)                                               \
    cross_run(#tests, tests, sizeof(tests) / sizeof((tests)[0]), before, after)
#define cmocka_run_group_tests_name(name, tests, before, after)                                    \
    cross_run(name, tests, sizeof(tests) / sizeof((tests)[0]), before, after)

/* How many tests failed. */
int cross_run(const char *group, const struct CMUnitTest *tests, size_t count,
              cross_function *before, cross_function *after);
void cross_fail(const char *file, int line, const char *format, ...)
    __attribute__((noreturn, format(printf, 3, 4)));
void cross_skip(void) __attribute__((noreturn));
void print_message(const char *format, ...) __attribute__((format(printf, 1, 2)));
void print_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

static inline void cross_assert(bool held, const char *what, const char *file, int line)
{
    if (!held)
        cross_fail(file, line, "%s", what);
}

static inline void cross_compare(bool equal, intmax_t a, intmax_t b, const char *file, int line)
{
    if ((a == b) != equal)
        cross_fail(file, line, "%" PRIdMAX " against %" PRIdMAX, a, b);
}

static inline void cross_compare_text(bool equal, const char *a, const char *b, const char *file,
                                      int line)
{
    if ((strcmp(a, b) == 0) != equal)
        cross_fail(file, line, "\"%s\" against \"%s\"", a, b);
}

#define fail() cross_fail(__FILE__, __LINE__, "fail()")
#define fail_msg(...) cross_fail(__FILE__, __LINE__, __VA_ARGS__)
#define skip() cross_skip()
#define assert_true(c) cross_assert(!!(c), #c, __FILE__, __LINE__)
#define assert_false(c) cross_assert(!(c), "!(" #c ")", __FILE__, __LINE__)
#define assert_null(p) cross_assert((p) == NULL, #p " == NULL", __FILE__, __LINE__)
#define assert_non_null(p) cross_assert((p) != NULL, #p " != NULL", __FILE__, __LINE__)
#define assert_ptr_equal(a, b) cross_assert((a) == (b), #a " == " #b, __FILE__, __LINE__)
#define assert_ptr_not_equal(a, b) cross_assert((a) != (b), #a " != " #b, __FILE__, __LINE__)
#define assert_int_equal(a, b) cross_compare(true, (intmax_t)(a), (intmax_t)(b), __FILE__, __LINE__)
#define assert_int_not_equal(a, b)                                                                 \
    cross_compare(false, (intmax_t)(a), (intmax_t)(b), __FILE__, __LINE__)
#define assert_in_range(v, least, most)                                                            \
    cross_assert((uintmax_t)(v) >= (uintmax_t)(least) && (uintmax_t)(v) <= (uintmax_t)(most),      \
                 #v " in [" #least ", " #most "]", __FILE__, __LINE__)
#define assert_string_equal(a, b) cross_compare_text(true, a, b, __FILE__, __LINE__)
#define assert_string_not_equal(a, b) cross_compare_text(false, a, b, __FILE__, __LINE__)
#define assert_memory_equal(a, b, size)                                                            \
    cross_assert(memcmp(a, b, size) == 0, #a " equals " #b, __FILE__, __LINE__)
#define assert_memory_not_equal(a, b, size)                                                        \
    cross_assert(memcmp(a, b, size) != 0, #a " differs from " #b, __FILE__, __LINE__)
#define assert_float_equal(a, b, slack)                                                            \
    cross_assert((double)(a) - (double)(b) <= (double)(slack) &&                                   \
                     (double)(b) - (double)(a) <= (double)(slack),                                 \
                 #a " near " #b, __FILE__, __LINE__)

#endif
