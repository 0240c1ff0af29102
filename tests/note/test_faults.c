// SPDX-License-Identifier: MIT
/* The checks can fail: each function of faults.def is spoiled in turn, and the equation named
 * there must no longer be verified. The linker's --wrap sends calls between source files here; a
 * fault changes only the result, so the check sees what a slip in that function would show. */
#include <string.h>
#include "golden.h"
#include "note/check.h"

static const char *planted = "";

static bool spoiled(const char *function)
{
    return strcmp(planted, function) == 0;
}

/* 1 more in the last number, but in a view of someone else's numbers that would spoil those too:
 * whoever asks for a view gets no result at all. */
static note_tensor spoil(note_tensor x, bool view)
{
    if (view)
        return (note_tensor){ 0 };
    if (x.data)
        x.data[note_count(x) - 1] += 1;
    return x;
}

#define WRAP(type, function, parameters, arguments, wrong)                                         \
    type __real_##function parameters;                                                             \
    type __wrap_##function parameters;                                                             \
    type __wrap_##function parameters                                                              \
    {                                                                                              \
        type right = __real_##function arguments;                                                  \
        return spoiled(#function) ? (wrong) : right;                                               \
    }
#define IS_VIEW(function) (strcmp(#function, "note_slice") == 0 || strcmp(#function, "note_F") == 0)
#define FAULT(function, parameters, arguments, number)                                             \
    WRAP(note_tensor, function, parameters, arguments, spoil(right, IS_VIEW(function)))
#define FAULT_LONG(function, parameters, arguments, number)                                        \
    WRAP(long, function, parameters, arguments, right > 0 ? right - 1 : 0)
#define FAULT_BOOL(function, parameters, arguments, number)                                        \
    WRAP(bool, function, parameters, arguments, !right)
#include "faults.def"
#undef FAULT
#undef FAULT_LONG
#undef FAULT_BOOL

static const struct fault {
    const char *function;
    int number;
} faults[] = {
#define FAULT(function, parameters, arguments, number) { #function, number },
#define FAULT_LONG(function, parameters, arguments, number) { #function, number },
#define FAULT_BOOL(function, parameters, arguments, number) { #function, number },
#include "faults.def"
#undef FAULT
#undef FAULT_LONG
#undef FAULT_BOOL
};

/* The verifying functions: (3) is 3, A3 is 103. */
static const struct row {
    int number;
    note_verify *verify;
} rows[] = {
#define EQUATION(number, allowed, title) { number, note_verify_##number },
#define ADDITION(number, allowed, title) { 100 + number, note_verify_A##number },
#include "note/equations.def"
};

enum { FAULTS = sizeof faults / sizeof faults[0], ROWS_OF_TABLE = sizeof rows / sizeof rows[0] };

/* The largest difference over as many trials as note_check() makes. */
static double difference(note_verify *verify)
{
    note_trial t = { .state = 5 };
    double largest = 0;
    for (int trial = 0; trial < 20; trial++) {
        t.s = note_sheet_new(1L << 24);
        largest = note_worst(largest, verify(&t));
        note_sheet_free(t.s);
    }
    return largest;
}

static void every_check_notices_its_fault(void **state)
{
    int noticed = 0;
    (void)state;
    for (int row = 0; row < ROWS_OF_TABLE; row++) {
        int tried = 0;
        assert_true(difference(rows[row].verify) < 1e-6);
        for (int k = 0; k < FAULTS; k++) {
            if (faults[k].number != rows[row].number)
                continue;
            planted = faults[k].function;
            bool seen = difference(rows[row].verify) > 1e-3;
            planted = "";
            if (!seen)
                print_error("a fault in %s escaped %d\n", faults[k].function, faults[k].number);
            noticed += seen;
            tried++;
        }
        if (tried == 0)
            print_error("no fault was planted for %d\n", rows[row].number);
        assert_true(tried > 0);
    }
    print_message("%d of %d planted faults noticed\n", noticed, FAULTS);
    assert_int_equal(noticed, FAULTS);
}

/* Through the public function: the fault costs at least one equation, and its row says so. */
static void note_check_reports_a_fault(void **state)
{
    (void)state;
    planted = "note_example_output";
    note_tally tally = note_check(5, NULL, NULL);
    planted = "";
    assert_int_equal(tally.equations, 60);
    assert_int_equal(tally.equations_verified, 58); /* (13) and (15) */
    assert_int_equal(note_check(5, NULL, NULL).equations_verified, 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_check_notices_its_fault),
        cmocka_unit_test(note_check_reports_a_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
