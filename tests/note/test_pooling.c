// SPDX-License-Identifier: MIT
/* Sections 5 and 6 by hand: pooling, its ties, NaN and padding, its derivatives, unpooling. */
#include <math.h>
#include "golden.h"

static note_tensor sample_input(note_sheet *s)
{
    return ROWS(s, 4, 4, 1, 2, 5, 6, 3, 4, 8, 7, -1, -2, 0, 0, -3, -4, 0, 0);
}

static void maxima_and_where_they_were(void **state)
{
    note_tensor positions, x = sample_input(*state), dy = ROWS(*state, 2, 2, 10, 20, 30, 40);
    note_window g = note_pool_window(2, 2);
    note_tensor y = note_max_pool(*state, x, g, NOTE_COLUMN_FIRST, &positions);
    assert_tensor(y, ROWS(*state, 2, 2, 4, 8, -1, 0));
    assert_tensor(positions, ROWS(*state, 2, 2, 5, 9, 2, 10));
    note_tensor dx = ROWS(*state, 4, 4, 0, 0, 0, 0, 0, 10, 20, 0, 30, 0, 40, 0, 0, 0, 0, 0);
    assert_tensor(note_max_pool_gradient(*state, x, positions, dy), dx);
    assert_tensor(note_max_unpool(*state, x, dy, positions), dx);
    assert_tensor(note_max_pool_55(*state, note_S(*state, x, 2, 2), dy), note_as_matrix(dx, 16, 1));
}

static void the_indicator_matrix(void **state)
{
    note_tensor x = ROWS(*state, 2, 2, 1, 3, 2, 0);
    assert_tensor(note_S(*state, x, 2, 2), ROWS(*state, 1, 4, 0, 0, 1, 0));
    assert_tensor(note_S(*state, x, 1, 2), ROWS(*state, 2, 4, 0, 0, 1, 0, 0, 1, 0, 0));
    assert_none(note_S(*state, x, 3, 2));
}

/* The output (0, 1) of slice 0 is the 8 of row 1, column 2. */
static void the_three_conditions(void **state)
{
    note_tensor x = sample_input(*state), S = note_S(*state, x, 2, 2),
                dy = ROWS(*state, 4, 1, 1, 2, 3, 4);
    note_place eight = { 1, 2, 0, 0 }, seven = { 1, 3, 0, 0 }, zero = { 2, 2, 0, 0 },
               out = { 0, 1, 0, 0 };
    assert_true(note_same_slice(eight, out));
    assert_false(note_same_slice((note_place){ 1, 2, 1, 0 }, out));
    assert_true(note_same_subregion(seven, out, 2, 2));
    assert_false(note_same_subregion(zero, out, 2, 2));
    assert_false(note_same_subregion(eight, (note_place){ 0, 0, 0, 0 }, 2, 2));
    assert_true(note_is_largest(x, eight, out, 2, 2));
    assert_false(note_is_largest(x, seven, out, 2, 2));
    assert_true(note_is_largest(x, (note_place){ 3, 3, 0, 0 }, (note_place){ 1, 1, 0, 0 }, 2,
                                2)); /* a tie */
    assert_tensor(note_max_pool_53(*state, S, x), ROWS(*state, 4, 1, 4, -1, 8, 0));
    assert_tensor(note_max_pool_54(*state, S, dy),
                  ROWS(*state, 1, 16, 0, 0, 2, 0, 0, 1, 0, 0, 0, 3, 4, 0, 0, 0, 0, 0));
}

static double winner(note_sheet *s, note_tensor x, note_scan scan)
{
    note_tensor positions;
    note_max_pool(s, x, note_pool_window(2, 2), scan, &positions);
    return positions.data[0];
}

static void of_equal_cells_the_first_wins(void **state)
{
    note_tensor x = ROWS(*state, 2, 2, 0, 1, 1, 0), same = ROWS(*state, 2, 2, 3, 3, 3, 3);
    assert_true(winner(*state, x, NOTE_COLUMN_FIRST) == 1); /* row 1, column 0 */
    assert_true(winner(*state, x, NOTE_ROW_FIRST) == 2);    /* row 0, column 1 */
    assert_true(winner(*state, same, NOTE_COLUMN_FIRST) == 0);
    assert_true(winner(*state, same, NOTE_ROW_FIRST) == 0);
    assert_tensor(note_S(*state, x, 2, 2), ROWS(*state, 1, 4, 0, 1, 0, 0));
}

static void nan_beats_every_number(void **state)
{
    double nan = (double)NAN;
    note_tensor x = ROWS(*state, 2, 2, HUGE_VAL, nan, nan, 9), y;
    assert_true(winner(*state, x, NOTE_ROW_FIRST) == 2);
    assert_true(winner(*state, x, NOTE_COLUMN_FIRST) == 1);
    y = note_max_pool(*state, x, note_pool_window(2, 2), NOTE_ROW_FIRST, NULL);
    assert_true(isnan(y.data[0]));
    assert_true(winner(*state, ROWS(*state, 2, 2, nan, nan, nan, nan), NOTE_ROW_FIRST) == 0);
}

static const note_window padded = { { 2, 2 }, { 1, 1 }, { 1, 1, 1, 1 }, { 1, 1 } };

static void padding_takes_no_part_in_a_maximum(void **state)
{
    note_tensor positions, x = ROWS(*state, 2, 2, -1, -2, -3, -4);
    note_tensor y = note_max_pool(*state, x, padded, NOTE_ROW_FIRST, &positions);
    assert_tensor(y, ROWS(*state, 3, 3, -1, -1, -2, -1, -1, -2, -3, -3, -4));
    note_tensor dy = ROWS(*state, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1);
    assert_tensor(note_max_pool_gradient(*state, x, positions, dy), ROWS(*state, 2, 2, 4, 2, 2, 1));
    note_window all_padding = { { 1, 1 }, { 1, 1 }, { 0, 1, 0, 0 }, { 1, 1 } };
    x = ROWS(*state, 1, 1, 5);
    y = note_max_pool(*state, x, all_padding, NOTE_ROW_FIRST, &positions);
    assert_tensor(y, ROWS(*state, 1, 2, -HUGE_VAL, 5));
    assert_tensor(note_max_pool_gradient(*state, x, positions, ROWS(*state, 1, 2, 7, 8)),
                  ROWS(*state, 1, 1, 8));
}

static void strides_dilation_slices_samples(void **state)
{
    note_tensor x = VOLUME(*state, 2, 2, 1, 4, 1, 2, 3, 4, 8, 7, 6, 5, 9, 0, 0, 0, 1, 1, 1, 2);
    note_window g = { { 1, 2 }, { 1, 2 }, { 0, 0, 0, 0 }, { 1, 1 } };
    assert_tensor(note_max_pool(*state, x, g, NOTE_ROW_FIRST, NULL),
                  VOLUME(*state, 2, 2, 1, 2, 2, 4, 8, 6, 9, 0, 1, 2));
    g = (note_window){ { 1, 2 }, { 1, 1 }, { 0, 0, 0, 0 }, { 1, 2 } };
    assert_tensor(note_max_pool(*state, x, g, NOTE_ROW_FIRST, NULL),
                  VOLUME(*state, 2, 2, 1, 2, 3, 4, 8, 7, 9, 0, 1, 2));
    assert_tensor(note_average_pool(*state, x, g, true),
                  VOLUME(*state, 2, 2, 1, 2, 2, 3, 7, 6, 4.5, 0, 1, 1.5));
}

static void averages(void **state)
{
    note_tensor x = ROWS(*state, 2, 2, 1, 2, 3, 4),
                dy = ROWS(*state, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1);
    assert_tensor(note_average_pool(*state, x, note_pool_window(2, 2), false),
                  ROWS(*state, 1, 1, 2.5));
    assert_tensor(note_average_pool(*state, x, padded, true),
                  ROWS(*state, 3, 3, .25, .75, .5, 1, 2.5, 1.5, .75, 1.75, 1));
    assert_tensor(note_average_pool(*state, x, padded, false),
                  ROWS(*state, 3, 3, 1, 1.5, 2, 2, 2.5, 3, 3, 3.5, 4));
    assert_tensor(note_average_pool_gradient(*state, x, padded, true, dy),
                  ROWS(*state, 2, 2, 1, 1, 1, 1));
    assert_tensor(note_average_pool_gradient(*state, x, padded, false, dy),
                  ROWS(*state, 2, 2, 2.25, 2.25, 2.25, 2.25));
    assert_tensor(note_average_matrix(*state, x, note_pool_window(1, 2), false),
                  ROWS(*state, 2, 4, .5, 0, .5, 0, 0, .5, 0, .5));
    assert_tensor(
        note_average_unpool(*state, x, ROWS(*state, 1, 1, 8), note_pool_window(2, 2), false),
        ROWS(*state, 2, 2, 2, 2, 2, 2));
}

static void overlapping_maxima_unpool_once(void **state)
{
    note_tensor positions, x = ROWS(*state, 1, 3, 1, 5, 2);
    note_window g = note_filter_window(1, 2);
    note_tensor y = note_max_pool(*state, x, g, NOTE_ROW_FIRST, &positions);
    assert_tensor(y, ROWS(*state, 1, 2, 5, 5));
    assert_tensor(note_max_unpool(*state, x, y, positions), ROWS(*state, 1, 3, 0, 5, 0));
    assert_tensor(note_max_pool_gradient(*state, x, positions, y), ROWS(*state, 1, 3, 0, 10, 0));
}

static void sizes(void **state)
{
    long H_l1, W_l1, D_l1;
    note_tensor x = note_volume(*state, 6, 4, 3, 1);
    assert_true(note_pool_sizes(x, 3, 2, &H_l1, &W_l1, &D_l1));
    assert_true(H_l1 == 2 && W_l1 == 2 && D_l1 == 3);
    assert_false(note_pool_sizes(x, 4, 2, &H_l1, &W_l1, &D_l1));
    assert_false(note_pool_sizes(x, 0, 2, &H_l1, &W_l1, &D_l1));
    assert_none(note_max_pool(*state, x, note_pool_window(7, 1), NOTE_ROW_FIRST, NULL));
    assert_none(note_average_pool(*state, x, note_pool_window(7, 1), true));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SHEET_TEST(maxima_and_where_they_were),
        SHEET_TEST(the_indicator_matrix),
        SHEET_TEST(the_three_conditions),
        SHEET_TEST(of_equal_cells_the_first_wins),
        SHEET_TEST(nan_beats_every_number),
        SHEET_TEST(padding_takes_no_part_in_a_maximum),
        SHEET_TEST(strides_dilation_slices_samples),
        SHEET_TEST(averages),
        SHEET_TEST(overlapping_maxima_unpool_once),
        SHEET_TEST(sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
