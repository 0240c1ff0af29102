// SPDX-License-Identifier: MIT
/* cmocka.c - runs a group of tests; a failed assertion jumps out of its test. */
#include "cmocka.h"
#include <stdio.h>

enum { FAILED = 1, SKIPPED };

static jmp_buf out_of_test;

static void say(const char *format, va_list arguments)
{
    vfprintf(stderr, format, arguments);
}

void print_message(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(format, arguments);
    va_end(arguments);
}

void print_error(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(format, arguments);
    va_end(arguments);
}

void cross_fail(const char *file, int line, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "%s:%d: ", file, line);
    say(format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    longjmp(out_of_test, FAILED);
}

void cross_skip(void)
{
    longjmp(out_of_test, SKIPPED);
}

/* Returns whether the test failed. */
static bool run(const struct CMUnitTest *test, void *group_state)
{
    void *state = test->initial_state ? test->initial_state : group_state;
    if (test->setup && test->setup(&state) != 0) {
        fprintf(stderr, "%s: its setup failed\n", test->name);
        return true;
    }
    int how = setjmp(out_of_test);
    if (how == 0)
        test->test(&state);
    bool failed = how == FAILED;
    if (test->teardown && test->teardown(&state) != 0)
        failed = true;
    fprintf(stderr, "%s: %s\n",
            failed           ? "failed"
            : how == SKIPPED ? "skipped"
                             : "passed",
            test->name);
    return failed;
}

int cross_run(const char *group, const struct CMUnitTest *tests, size_t count,
              cross_function *before, cross_function *after)
{
    void *state = NULL;
    int failed = 0;
    if (before && before(&state) != 0) {
        fprintf(stderr, "%s: the setup of the group failed\n", group);
        return 1;
    }
    for (size_t i = 0; i < count; i++)
        failed += run(&tests[i], state);
    if (after && after(&state) != 0)
        failed++;
    fprintf(stderr, "%s: %d of %zu failed\n", group, failed, count);
    return failed;
}
