// SPDX-License-Identifier: MIT
/* threads.c - the one place that starts threads.
 *
 * Tasks are handed out as workers become free; which worker runs a task never changes a result,
 * because tasks write to places of their own and every sum inside one has a fixed order. */
#include "base/base.h"
#if defined(_OPENMP)
#include <omp.h>
#endif
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

/* Flush-to-zero and denormals-are-zero: denormals cost up to a hundred times as much on some
 * processors, and one mode on all of them is part of the promise of the same bits. */
static uint64_t denormals_off(void)
{
#if defined(__x86_64__)
    unsigned before = _mm_getcsr();
    _mm_setcsr(before | 0x8040u);
    return before;
#elif defined(__aarch64__)
    uint64_t before;
    __asm__ volatile("mrs %0, fpcr" : "=r"(before));
    __asm__ volatile("msr fpcr, %0" ::"r"(before | (uint64_t)1 << 24));
    return before;
#else
    return 0;
#endif
}

static void denormals_restore(uint64_t mode)
{
#if defined(__x86_64__)
    _mm_setcsr((unsigned)mode);
#elif defined(__aarch64__)
    __asm__ volatile("msr fpcr, %0" ::"r"(mode));
#else
    (void)mode;
#endif
}

void limpid_parallel(const limpid_context *context, int64_t tasks, limpid_task *task,
                     void *argument)
{
    int workers = (int)limpid_min(context->threads, tasks);
    if (workers <= 1) {
        uint64_t mode = denormals_off();
        for (int64_t i = 0; i < tasks; i++)
            task(argument, i, 0);
        denormals_restore(mode);
        return;
    }
#if defined(_OPENMP)
#pragma omp parallel num_threads(workers)
    {
        uint64_t mode = denormals_off();
        int worker = omp_get_thread_num();
#pragma omp for schedule(dynamic, 1)
        for (int64_t i = 0; i < tasks; i++)
            task(argument, i, worker);
        denormals_restore(mode);
    }
#else
    uint64_t mode = denormals_off();
    for (int64_t i = 0; i < tasks; i++)
        task(argument, i, 0);
    denormals_restore(mode);
#endif
}
