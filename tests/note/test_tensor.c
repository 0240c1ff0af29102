// SPDX-License-Identifier: MIT
/* Section 2 and section 4.5 by hand: the order of numbers, vec, NCHW, the matrix algebra. */
#include <math.h>
#include "golden.h"

static void the_first_index_runs_fastest(void **state)
{
    note_tensor x = note_volume(*state, 2, 3, 2, 2);
    *note_at(x, 1, 2, 0, 1) = 7; /* 1 + 2 * (2 + 3 * (0 + 2 * 1)) = 17 */
    assert_true(x.data[17] == 7);
    note_place at = note_place_of(x, 17);
    assert_true(at.i == 1 && at.j == 2 && at.d == 0 && at.n == 1);
    assert_int_equal(note_index(x, at), 17);
    assert_int_equal(note_count(x), 24);
    assert_true(note_inside(x, at));
    assert_false(note_inside(x, (note_place){ 2, 0, 0, 0 }));
    assert_false(note_inside(x, (note_place){ 0, -1, 0, 0 }));
}

static void vec_of_the_note_s_example(void **state)
{
    note_tensor A = ROWS(*state, 2, 2, 1, 2, 3, 4);
    assert_tensor(note_vec(A), note_vec(ROWS(*state, 4, 1, 1, 3, 2, 4)));
}

static void vec_goes_slice_by_slice(void **state)
{
    note_tensor x = VOLUME(*state, 1, 2, 2, 2, 1, 2, 3, 4, 5, 6, 7, 8);
    assert_tensor(note_vec(x), note_vec(ROWS(*state, 8, 1, 1, 3, 2, 4, 5, 7, 6, 8)));
}

static void nchw_there_and_back(void **state)
{
    double nchw[24], back[24];
    float single[24];
    for (int k = 0; k < 24; k++) {
        nchw[k] = k;
        single[k] = (float)k;
    }
    note_tensor x = note_from_nchw(*state, nchw, 2, 3, 1, 4);
    assert_true(*note_at(x, 0, 3, 1, 1) == 19); /* ((1 * 3 + 1) * 1 + 0) * 4 + 3 */
    assert_int_equal(note_nchw_index(x, note_index(x, (note_place){ 0, 3, 1, 1 })), 19);
    note_to_nchw(x, back);
    assert_memory_equal(nchw, back, sizeof nchw);
    assert_tensor(note_from_nchw_float(*state, single, 2, 3, 1, 4), x);
}

static void matrices(void **state)
{
    note_tensor A = ROWS(*state, 2, 2, 1, 2, 3, 4), B = ROWS(*state, 2, 3, 1, 0, 2, 0, 1, 1);
    note_tensor row = ROWS(*state, 1, 2, 0, 1);
    A = note_as_matrix(A, 2, 2);
    B = note_as_matrix(B, 2, 3);
    row = note_as_matrix(row, 1, 2);
    assert_tensor(note_multiply(*state, A, B), ROWS(*state, 2, 3, 1, 2, 4, 3, 4, 10));
    assert_tensor(note_transpose(*state, B), ROWS(*state, 3, 2, 1, 0, 0, 1, 2, 1));
    assert_tensor(note_kronecker(*state, A, row), ROWS(*state, 2, 4, 0, 1, 0, 2, 0, 3, 0, 4));
    assert_tensor(note_kronecker(*state, row, A), ROWS(*state, 2, 4, 0, 0, 1, 2, 0, 0, 3, 4));
    assert_tensor(note_kronecker_transposed(*state, A, row),
                  ROWS(*state, 4, 2, 0, 0, 1, 3, 0, 0, 2, 4));
    /* (0 1) A (1 2; 3 4) = (15 22) */
    assert_tensor(note_vec_of_product(*state, row, A, A), ROWS(*state, 2, 1, 15, 22));
    assert_tensor(note_identity(*state, 2), ROWS(*state, 2, 2, 1, 0, 0, 1));
    assert_none(note_multiply(*state, B, A));
    assert_none(note_chain_rule(*state, A, B));
}

static void differences(void **state)
{
    note_tensor a = ROWS(*state, 1, 3, 1, 2, 3), b = ROWS(*state, 1, 3, 1, 2.5, 2);
    note_tensor strange = ROWS(*state, 1, 3, 1, (double)NAN, HUGE_VAL);
    assert_true(note_difference(a, b) == 1);
    assert_true(note_difference(strange, strange) == 0);
    assert_true(note_difference(a, strange) == HUGE_VAL);
    assert_true(note_difference(a, note_as_matrix(a, 3, 1)) == HUGE_VAL);
    assert_true(note_difference(a, (note_tensor){ 0 }) == HUGE_VAL);
}

static note_tensor cube(note_sheet *s, note_tensor x, const void *with)
{
    (void)with;
    note_tensor y = note_copy(s, x);
    for (long k = 0; k < note_count(y); k++)
        y.data[k] *= x.data[k] * x.data[k];
    return y;
}

static void derivatives(void **state)
{
    note_tensor x = note_as_matrix(ROWS(*state, 2, 1, 2, -1), 2, 1);
    note_tensor J = note_jacobian(*state, cube, NULL, x);
    assert_true(note_difference(J, ROWS(*state, 2, 2, 12, 0, 0, 3)) < 1e-8);
    assert_none(note_derivative(*state, cube, NULL, x)); /* two numbers are not a z */
    note_tensor one = note_slice(note_reshape(x, 2, (long[]){ 1, 2 }), 0);
    assert_true(fabs(note_derivative(*state, cube, NULL, one).data[0] - 12) < 1e-8);
}

static void shapes_that_cannot_be(void **state)
{
    assert_none(note_volume(*state, 2, 0, 1, 1));
    assert_none(note_volume(*state, 2, -3, 1, 1));
    assert_none(note_volume(*state, 1L << 40, 1L << 40, 1, 1));
    assert_none(note_tensor_new(*state, 9, (long[]){ 1, 1, 1, 1, 1, 1, 1, 1, 1 }));
    assert_none(note_as_matrix(note_vector(*state, 6), 2, 4));
    assert_none(note_slice(note_vector(*state, 6), 1));
    assert_int_equal(note_count((note_tensor){ 0 }), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SHEET_TEST(the_first_index_runs_fastest),
        SHEET_TEST(vec_of_the_note_s_example),
        SHEET_TEST(vec_goes_slice_by_slice),
        SHEET_TEST(nchw_there_and_back),
        SHEET_TEST(matrices),
        SHEET_TEST(differences),
        SHEET_TEST(derivatives),
        SHEET_TEST(shapes_that_cannot_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
