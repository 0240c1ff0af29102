// SPDX-License-Identifier: MIT
/* golden.h - numbers written as one reads them: row by row, slice by slice, sample by sample. */
#ifndef LIMPID_TESTS_NOTE_GOLDEN_H
#define LIMPID_TESTS_NOTE_GOLDEN_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "note/note.h"

/* N samples of D slices of H x W numbers; filters: D filters of D_l slices. */
#define VOLUME(s, N, D, H, W, ...) note_from_nchw(s, (const double[]){ __VA_ARGS__ }, N, D, H, W)
#define ROWS(s, H, W, ...) VOLUME(s, 1, 1, H, W, __VA_ARGS__)

/* x is exactly, or nearly, what was worked out by hand. */
#define assert_tensor(x, ...) assert_true(note_difference(x, __VA_ARGS__) <= 0)
#define assert_tensor_near(x, ...) assert_true(note_difference(x, __VA_ARGS__) < 1e-12)
#define assert_none(x) assert_null((x).data)

/* Each test gets a fresh sheet as its state. */
static inline int sheet_setup(void **state)
{
    *state = note_sheet_new(1L << 20);
    return *state ? 0 : -1;
}

static inline int sheet_teardown(void **state)
{
    note_sheet_free(*state);
    return 0;
}

#define SHEET_TEST(test) cmocka_unit_test_setup_teardown(test, sheet_setup, sheet_teardown)

#endif
