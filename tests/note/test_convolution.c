// SPDX-License-Identifier: MIT
/* Section 4 by hand. A is the input of the worked example (13):
 *
 *   1 2 3 1
 *   4 5 6 1
 *   7 8 9 1 */
#include "golden.h"

static const note_tensor none = { 0 };

static note_tensor A(note_sheet *s)
{
    return ROWS(s, 3, 4, 1, 2, 3, 1, 4, 5, 6, 1, 7, 8, 9, 1);
}

static note_tensor ones(note_sheet *s)
{
    return ROWS(s, 2, 2, 1, 1, 1, 1);
}

static note_tensor counting(note_sheet *s)
{
    return ROWS(s, 2, 2, 1, 2, 3, 4);
}

static void the_worked_example(void **state)
{
    note_tensor y = ROWS(*state, 2, 3, 12, 16, 11, 24, 28, 17);
    note_tensor C =
        ROWS(*state, 6, 4, 1, 4, 2, 5, 4, 7, 5, 8, 2, 5, 3, 6, 5, 8, 6, 9, 3, 6, 1, 1, 6, 9, 1, 1);
    note_window g = note_filter_window(2, 2);
    assert_tensor(note_example_input(*state), A(*state));
    assert_tensor(note_example_filter(*state), ones(*state));
    assert_tensor(note_example_output(*state), y);
    assert_tensor(note_convolve(*state, A(*state), ones(*state)), y);
    assert_tensor(note_phi(*state, A(*state), g), C);
    assert_tensor(note_transpose(*state, note_im2col(*state, A(*state), 2, 2)), C);
    assert_tensor(note_convolve_phi(*state, A(*state), ones(*state), g), y);
    assert_tensor(note_convolve_24(*state, A(*state), ones(*state), g),
                  note_vec(ROWS(*state, 6, 1, 12, 24, 16, 28, 11, 17)));
    assert_tensor(note_convolve_25(*state, A(*state), ones(*state), g),
                  note_vec(ROWS(*state, 6, 1, 12, 24, 16, 28, 11, 17)));
    assert_tensor(note_convolution(*state, A(*state), ones(*state), none, g, 1), y);
}

static void the_filter_is_not_flipped(void **state)
{
    note_tensor y = ROWS(*state, 2, 3, 37, 47, 27, 67, 77, 39);
    assert_tensor(note_convolve(*state, A(*state), counting(*state)), y);
    assert_tensor(
        note_convolution(*state, A(*state), counting(*state), none, note_filter_window(2, 2), 1),
        y);
}

static note_tensor with(note_sheet *s, note_window g)
{
    return note_convolution(s, A(s), ones(s), none, g, 1);
}

static void strides_padding_dilation(void **state)
{
    note_window g = note_filter_window(2, 2);
    g.stride[0] = g.stride[1] = 2;
    assert_tensor(with(*state, g), ROWS(*state, 1, 2, 12, 11));
    g.stride[0] = 1;
    assert_tensor(with(*state, g), ROWS(*state, 2, 2, 12, 11, 24, 17));
    g = note_filter_window(2, 2);
    g.pad[0] = g.pad[1] = 1; /* above and on the left */
    assert_tensor(with(*state, g), ROWS(*state, 3, 4, 1, 3, 5, 4, 5, 12, 16, 11, 11, 24, 28, 17));
    g = note_filter_window(2, 2);
    g.pad[2] = g.pad[3] = 1; /* below and on the right */
    assert_tensor(with(*state, g), ROWS(*state, 3, 4, 12, 16, 11, 2, 24, 28, 17, 2, 15, 17, 10, 1));
    g = note_filter_window(2, 2);
    g.dilation[0] = g.dilation[1] = 2; /* 1 + 3 + 7 + 9 and 2 + 1 + 8 + 1 */
    assert_tensor(with(*state, g), ROWS(*state, 1, 2, 20, 12));
    assert_tensor(note_phi(*state, ROWS(*state, 1, 2, 5, 6),
                           (note_window){ { 1, 2 }, { 1, 1 }, { 0, 1, 0, 0 }, { 1, 1 } }),
                  ROWS(*state, 2, 2, 0, 5, 5, 6));
}

static void groups_bias_slices_samples(void **state)
{
    note_window g = note_filter_window(1, 1);
    note_tensor x = VOLUME(*state, 1, 2, 1, 2, 1, 2, 3, 4);
    assert_tensor(note_convolution(*state, x, VOLUME(*state, 2, 1, 1, 1, 10, 100),
                                   VOLUME(*state, 1, 2, 1, 1, 1, 2), g, 2),
                  VOLUME(*state, 1, 2, 1, 2, 11, 21, 302, 402));
    x = VOLUME(*state, 1, 2, 1, 1, 1, 2); /* filters 0 and 1 read slice 0; 2 and 3 read slice 1 */
    assert_tensor(
        note_convolution(*state, x, VOLUME(*state, 4, 1, 1, 1, 1, 10, 100, 1000), none, g, 2),
        VOLUME(*state, 1, 4, 1, 1, 1, 10, 200, 2000));
    x = VOLUME(*state, 2, 2, 1, 1, 1, 2, 3, 4); /* one filter over both slices, two samples */
    assert_tensor(note_convolution(*state, x, VOLUME(*state, 1, 2, 1, 1, 10, 100), none, g, 1),
                  VOLUME(*state, 2, 1, 1, 1, 210, 430));
}

static void gradients(void **state)
{
    note_window g = note_filter_window(2, 2);
    note_tensor x = A(*state), f = counting(*state), dy = ROWS(*state, 2, 3, 1, 0, 0, 0, 0, 2);
    note_tensor dx = ROWS(*state, 3, 4, 1, 2, 0, 0, 3, 4, 2, 4, 0, 0, 6, 8);
    note_tensor df = ROWS(*state, 2, 2, 13, 4, 22, 7); /* (1 2; 4 5) + 2 (6 1; 9 1) */
    note_layer l = { x, f, note_as_matrix(dy, 6, 1), g };
    assert_tensor(note_convolution_gradient_x(*state, x, f, dy, g, 1), dx);
    assert_tensor(note_convolution_gradient_f(*state, x, f, dy, g, 1), df);
    assert_tensor(note_convolution_gradient_b(*state, dy), ROWS(*state, 1, 1, 3));
    assert_tensor(note_filters_33(*state, &l), note_F(df));
    assert_tensor(note_input_44(*state, &l), note_as_matrix(dx, 12, 1));
    assert_tensor(note_input_45(*state, &l), note_as_matrix(dx, 12, 1));
}

static void gradients_with_stride_and_padding(void **state)
{
    note_window g = { { 2, 2 }, { 2, 2 }, { 1, 1, 0, 0 }, { 1, 1 } };
    note_tensor x = A(*state), f = ones(*state), dy = ROWS(*state, 2, 2, 1, 2, 3, 4);
    assert_tensor(with(*state, g), ROWS(*state, 2, 2, 1, 5, 11, 28));
    assert_tensor(note_convolution_gradient_x(*state, x, f, dy, g, 1),
                  ROWS(*state, 3, 4, 1, 2, 2, 0, 3, 4, 4, 0, 3, 4, 4, 0));
    assert_tensor(note_convolution_gradient_f(*state, x, f, dy, g, 1),
                  ROWS(*state, 2, 2, 20, 36, 36, 64));
}

static void gradients_with_groups_and_samples(void **state)
{
    note_window g = note_filter_window(1, 1);
    note_tensor x = VOLUME(*state, 2, 2, 1, 1, 1, 2, 3, 4),
                dy = VOLUME(*state, 2, 2, 1, 1, 5, 6, 7, 8);
    note_tensor f = VOLUME(*state, 2, 1, 1, 1, 10, 100);
    assert_tensor(note_convolution_gradient_x(*state, x, f, dy, g, 2),
                  VOLUME(*state, 2, 2, 1, 1, 50, 600, 70, 800));
    assert_tensor(note_convolution_gradient_f(*state, x, f, dy, g, 2),
                  VOLUME(*state, 2, 1, 1, 1, 1 * 5 + 3 * 7, 2 * 6 + 4 * 8));
    assert_tensor(note_convolution_gradient_b(*state, dy), VOLUME(*state, 1, 2, 1, 1, 12, 14));
}

static void maps_and_their_inverse(void **state)
{
    note_window g = note_filter_window(2, 2);
    note_place at = note_t(g, 2, 3, 6); /* p = 1 + 2 * 1, q = 0 + 2 * 1 + 4 * 1 */
    assert_true(at.i == 1 && at.j == 2 && at.d == 1);
    assert_int_equal(note_p(1, 1, 2), 3);
    assert_int_equal(note_q(g, 0, 1, 1), 6);
    note_tensor pq = note_t_inverse(*state, A(*state), g, (note_place){ 1, 1, 0, 0 });
    assert_tensor(pq, ROWS(*state, 2, 4, 3, 2, 1, 0, 0, 1, 2, 3));
    g.stride[0] = g.stride[1] = 2; /* row 2 is read by nothing */
    assert_none(note_t_inverse(*state, A(*state), g, (note_place){ 2, 0, 0, 0 }));
    g = (note_window){ { 3, 2 }, { 2, 3 }, { 1, 0, 2, 1 }, { 2, 1 } };
    assert_int_equal(note_i(g, 2, 1), 2 * 2 + 1 * 2 - 1);
    assert_int_equal(note_j(g, 2, 1), 2 * 3 + 1 * 1 - 0);
    assert_int_equal(note_out_size(g, 0, 7), (7 + 1 + 2 - 5) / 2 + 1);
    assert_int_equal(note_out_size(g, 0, 1), 0);
}

static void the_indicator_matrix(void **state)
{
    note_window g = note_filter_window(1, 2);
    note_tensor x = ROWS(*state, 1, 3, 5, 6, 7);
    assert_tensor(note_H(*state, x, g), ROWS(*state, 4, 3, 1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1));
    assert_tensor(note_convolute_56(*state, x, g),
                  note_as_matrix(ROWS(*state, 4, 1, 5, 6, 6, 7), 4, 1));
    g.pad[1] = 1; /* the first row of phi begins with padding: a row of H without a 1 */
    assert_tensor(note_H(*state, ROWS(*state, 1, 1, 5), g), ROWS(*state, 2, 1, 0, 1));
}

/* x = (1 2), two filters 3 and 4 of one element: phi(x) = (1; 2), F = (3 4), and dz/dY = (1 0; 0
 * 1). */
static void every_line_of_both_derivations(void **state)
{
    note_window g = note_filter_window(1, 1);
    note_tensor x = ROWS(*state, 1, 2, 1, 2), f = VOLUME(*state, 2, 1, 1, 1, 3, 4);
    note_layer l = { x, f, note_as_matrix(ROWS(*state, 2, 2, 1, 0, 0, 1), 2, 2), g };
    note_tensor dF = ROWS(*state, 1, 2, 1, 2), dFT = ROWS(*state, 2, 1, 1, 2);
    assert_tensor(note_convolve_phi(*state, x, f, g), VOLUME(*state, 1, 2, 1, 2, 3, 6, 4, 8));
    assert_true(note_difference(note_filters_26(*state, &l), dF) < 1e-8);
    assert_tensor(note_filters_27(*state, &l), ROWS(*state, 4, 2, 1, 0, 2, 0, 0, 1, 0, 2));
    assert_tensor(note_filters_28(*state, &l), dF);
    assert_tensor(note_filters_29(*state, &l), dFT);
    assert_tensor(note_filters_30(*state, &l), dFT);
    assert_tensor(note_filters_31(*state, &l), dFT);
    assert_tensor(note_filters_32(*state, &l), dFT);
    assert_tensor(note_filters_33(*state, &l), dF); /* 1 x 2: one row of F for the one element */
    assert_tensor(note_phi_35(*state, x, g), ROWS(*state, 2, 1, 1, 2));
    assert_tensor(note_phi_36(*state, x, g), ROWS(*state, 2, 2, 1, 0, 0, 1));
    assert_tensor(note_input_37(*state, &l), ROWS(*state, 4, 2, 3, 0, 0, 3, 4, 0, 0, 4));
    assert_tensor(note_input_38(*state, &l), ROWS(*state, 1, 2, 3, 4));
    assert_tensor(note_input_39(*state, &l), ROWS(*state, 1, 2, 3, 4));
    assert_tensor(note_input_40(*state, &l), ROWS(*state, 1, 2, 3, 4));
    assert_tensor(note_input_41(*state, &l), ROWS(*state, 1, 2, 3, 4));
    assert_tensor(note_input_42(*state, &l), ROWS(*state, 1, 2, 3, 4));
    assert_tensor(note_input_43(*state, &l), ROWS(*state, 1, 2, 3, 4));
    assert_tensor(note_input_44(*state, &l), ROWS(*state, 2, 1, 3, 4));
    assert_tensor(note_input_45(*state, &l), ROWS(*state, 2, 1, 3, 4));
}

static void deconvolution_is_the_adjoint_not_the_inverse(void **state)
{
    note_window g = note_filter_window(2, 2);
    note_tensor phi = note_phi(*state, A(*state), g);
    note_tensor back = ROWS(*state, 3, 4, 1, 4, 6, 1, 8, 20, 24, 2, 7, 16, 18, 1);
    assert_tensor(note_deconvolute(*state, A(*state), phi, g), back);
    assert_tensor(note_deconvolute_57(*state, A(*state), phi, g), back);
}

static void what_does_not_fit_gives_no_result(void **state)
{
    note_window g = note_filter_window(2, 2);
    note_tensor x = A(*state), f = ones(*state), wide = note_volume(*state, 2, 5, 1, 1);
    assert_none(note_convolve(*state, x, wide));
    assert_none(note_convolution(*state, x, wide, none, note_filter_window(2, 5), 1));
    assert_none(note_convolution(*state, x, f, none, note_filter_window(2, 3), 1));
    assert_none(note_convolution(*state, x, f, none, g, 2));
    assert_none(note_convolution(*state, x, f, none, g, 0));
    assert_none(note_convolution(*state, x, f, note_vector(*state, 2), g, 1));
    assert_none(note_convolution(*state, x, note_volume(*state, 2, 2, 3, 1), none, g, 1));
    assert_none(note_convolution_gradient_x(*state, x, f, ones(*state), g, 1));
    g.stride[0] = 0;
    assert_none(note_phi(*state, x, g));
    assert_none(note_convolution(*state, x, f, none, g, 1));
    assert_none(note_convolution(*state, none, none, none, note_filter_window(2, 2), 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SHEET_TEST(the_worked_example),
        SHEET_TEST(the_filter_is_not_flipped),
        SHEET_TEST(strides_padding_dilation),
        SHEET_TEST(groups_bias_slices_samples),
        SHEET_TEST(gradients),
        SHEET_TEST(gradients_with_stride_and_padding),
        SHEET_TEST(gradients_with_groups_and_samples),
        SHEET_TEST(maps_and_their_inverse),
        SHEET_TEST(the_indicator_matrix),
        SHEET_TEST(every_line_of_both_derivations),
        SHEET_TEST(deconvolution_is_the_adjoint_not_the_inverse),
        SHEET_TEST(what_does_not_fit_gives_no_result),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
