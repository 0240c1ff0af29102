// SPDX-License-Identifier: MIT
/* bits.h - memory with guards, numbers of every kind, and comparing bit by bit. */
#ifndef LIMPID_TESTS_KERNEL_BITS_H
#define LIMPID_TESTS_KERNEL_BITS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "kernel/kernel.h"

/* Numbers with NaN before and behind them: what reads there shows it, what writes there is found.
 */
typedef struct {
    float *numbers;
    int64_t count;
    char *memory;
} guarded;

guarded guarded_new(int64_t count); /* all NaN */
guarded guarded_copy(const guarded *x);
void guarded_free(guarded *x);
void assert_guards(const guarded *x);

/* Kinds of numbers. */
typedef enum {
    ORDINARY,   /* about 1, of either sign */
    INTEGERS,   /* -3 to 3: ties */
    NOT_FINITE, /* the same, with some NaN and infinities among them */
    LARGE,      /* near the largest: sums and products become infinite */
    /* Compilers may choose instructions that flush a denormal where another one copies it. */
    LAST_DEFINED = LARGE,
    TINY, /* near the smallest normal number: sums and products become denormal */
    ANY,  /* any bits */
    KINDS
} number_kind;
void guarded_fill(const guarded *x, number_kind kind, uint64_t seed);
float any_float(limpid_random *random);

/* The same bits; any NaN equals any other. */
bool same_bits(float a, float b);
void assert_same_bits(const guarded *a, const guarded *b, const char *what);

/* Where kernels work: this instruction set and number of threads, scratch full of NaN and guarded.
 */
typedef struct {
    limpid_context *context;
    const limpid_kernels *kernels;
    limpid_worksite site;
    limpid_scratch_need need;
} workshop;

workshop workshop_new(limpid_isa_kind isa, int threads);
void workshop_free(workshop *w);
/* Makes room for one call. */
const limpid_worksite *workshop_open(workshop *w, limpid_scratch_need need);
void workshop_close(workshop *w); /* fails where the call wrote beyond it */

#endif
