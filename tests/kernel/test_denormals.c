// SPDX-License-Identifier: MIT
/* Denormal numbers are 0 inside limpid_parallel, on every worker, and what they were outside. */
#include "kernel/bits.h"

enum { TASKS = 64 };

static float seen[TASKS][2];

/* 2^-140 as it is read, and 2^-126 halved. */
static void look(float *out)
{
    volatile float denormal = 0x1p-140f, least = 0x1p-126f, half = 0.5f, much = 0x1p60f;
    out[0] = denormal * much;
    out[1] = least * half * much;
}

static void look_task(void *argument, int64_t index, int worker)
{
    (void)argument;
    (void)worker;
    look(seen[index]);
}

static void assert_seen(const float *numbers, bool flushed)
{
    assert_true(numbers[0] == (flushed ? 0 : 0x1p-80f));
    assert_true(numbers[1] == (flushed ? 0 : 0x1p-67f));
}

static void flushed_inside_and_restored(void **state)
{
    (void)state;
    for (int threads = 1; threads <= 5; threads++) {
        workshop w = workshop_new(LIMPID_ISA_generic, threads);
        float here[2];
        look(here);
        assert_seen(here, false);
        for (int64_t tasks = 0; tasks <= TASKS; tasks += tasks < 3 ? 1 : 61) {
            for (int i = 0; i < TASKS; i++)
                seen[i][0] = seen[i][1] = 1;
            limpid_parallel(w.context, tasks, look_task, NULL);
            for (int64_t i = 0; i < tasks; i++)
                assert_seen(seen[i], true);
            look(here);
            assert_seen(here, false);
        }
        workshop_free(&w);
    }
}

/* A caller who flushes them goes on doing so: the inner of two calls must not undo the outer. */
static void nested_task(void *argument, int64_t index, int worker)
{
    float here[2];
    (void)worker;
    if (index == 0) {
        limpid_parallel(argument, 1, look_task, NULL);
        look(here);
        assert_seen(here, true);
    }
}

static void the_callers_mode_is_restored(void **state)
{
    (void)state;
    workshop w = workshop_new(LIMPID_ISA_generic, 1);
    float here[2];
    limpid_parallel(w.context, 1, nested_task, w.context);
    look(here);
    assert_seen(here, false);
    workshop_free(&w);
}

static void count_task(void *argument, int64_t index, int worker)
{
    int *counts = argument;
    assert_in_range(worker, 0, 4);
    counts[index]++;
}

static void every_task_runs_once(void **state)
{
    (void)state;
    for (int threads = 1; threads <= 5; threads++) {
        int counts[200] = { 0 };
        workshop w = workshop_new(LIMPID_ISA_generic, threads);
        limpid_parallel(w.context, 199, count_task, counts);
        for (int i = 0; i < 199; i++)
            assert_int_equal(counts[i], 1);
        assert_int_equal(counts[199], 0);
        workshop_free(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flushed_inside_and_restored),
        cmocka_unit_test(the_callers_mode_is_restored),
        cmocka_unit_test(every_task_runs_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
