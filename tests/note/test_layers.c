// SPDX-License-Identifier: MIT
/* Sections 3 and 7 and the additions by hand: losses, descent, ReLU, dense, soft-max,
 * normalization. */
#include <math.h>
#include "golden.h"

static void relu(void **state)
{
    note_tensor x = ROWS(*state, 1, 5, -1, 0, -0.0, 2, (double)NAN);
    assert_tensor(note_relu(*state, x), ROWS(*state, 1, 5, 0, 0, 0, 2, (double)NAN));
    assert_tensor(note_relu_indicator(*state, x), ROWS(*state, 1, 5, 0, 0, 0, 1, 0));
    assert_tensor(note_relu_gradient(*state, x, ROWS(*state, 1, 5, 5, 6, 7, 8, 9)),
                  ROWS(*state, 1, 5, 0, 0, 0, 8, 0));
}

static void squared_loss(void **state)
{
    note_tensor t = VOLUME(*state, 1, 2, 1, 1, 1, 2), x = VOLUME(*state, 1, 2, 1, 1, 4, 0);
    assert_tensor(note_squared_loss(*state, t, x), ROWS(*state, 1, 1, 13));
    assert_tensor(note_squared_loss_gradient(*state, t, x), VOLUME(*state, 1, 2, 1, 1, 6, -4));
    t = VOLUME(*state, 2, 1, 1, 1, 1, 2);
    x = VOLUME(*state, 2, 1, 1, 1, 4, 0);
    assert_tensor(note_squared_loss(*state, t, x), ROWS(*state, 1, 1, 6.5));
    assert_tensor(note_squared_loss_gradient(*state, t, x), VOLUME(*state, 2, 1, 1, 1, 3, -2));
    assert_none(note_squared_loss(*state, t, ROWS(*state, 1, 3, 0, 0, 0)));
}

static note_tensor twice(note_sheet *s, note_tensor w, const void *with)
{
    (void)with;
    note_tensor dw = note_copy(s, w);
    if (dw.data)
        dw.data[0] *= 2;
    return dw;
}

static void prediction_and_descent(void **state)
{
    note_tensor w[4] = { ROWS(*state, 1, 1, 8) };
    assert_int_equal(note_predict(ROWS(*state, 1, 3, 1, 5, 5)), 1);
    assert_true(note_sgd_history(*state, twice, NULL, 0.25, 3, w));
    assert_true(w[0].data[0] == 8 && w[1].data[0] == 4 && w[2].data[0] == 2 && w[3].data[0] == 1);
    assert_true(note_sgd_step(w[0], 0.5, ROWS(*state, 1, 1, 4)));
    assert_true(w[0].data[0] == 6);
    assert_false(note_sgd_step(w[0], 0.5, ROWS(*state, 1, 2, 4, 4)));
    assert_true(w[0].data[0] == 6);
}

/* x = 3, filter 2, ReLU, target 1: z = (1 - 6)^2 = 25, dz/dx^3 = 10, dz/dw = 30, dz/dx = 20. */
static void a_network_of_three_layers(void **state)
{
    note_box box[] = {
        { &note_convolution_box, ROWS(*state, 1, 1, 2), note_filter_window(1, 1) },
        { .kind = &note_relu_box },
        { .kind = &note_loss_box, .w = ROWS(*state, 1, 1, 1) },
    };
    note_tensor x[4] = { ROWS(*state, 1, 1, 3) }, dw[3], dx[3];
    assert_true(note_run(*state, box, 3, x));
    assert_true(x[1].data[0] == 6 && x[2].data[0] == 6 && x[3].data[0] == 25);
    assert_true(note_back_propagate(*state, box, 3, x, dw, dx));
    assert_true(dx[2].data[0] == 10 && dx[1].data[0] == 10 && dx[0].data[0] == 20);
    assert_true(dw[0].data[0] == 30);
    assert_none(dw[1]);
    x[0] = (note_tensor){ 0 };
    assert_false(note_run(*state, box, 3, x));
}

static void fully_connected(void **state)
{
    note_tensor x = VOLUME(*state, 1, 2, 1, 1, 1, 2), dy = VOLUME(*state, 1, 3, 1, 1, 1, 2, 3);
    note_tensor F = note_as_matrix(ROWS(*state, 2, 3, 1, 0, 1, 0, 1, 1), 2, 3);
    note_tensor b = VOLUME(*state, 1, 3, 1, 1, 10, 20, 30);
    assert_tensor(note_dense(*state, x, F, b), VOLUME(*state, 1, 3, 1, 1, 11, 22, 33));
    assert_tensor(note_dense_gradient_x(*state, x, F, dy), VOLUME(*state, 1, 2, 1, 1, 4, 5));
    assert_tensor(note_dense_gradient_F(*state, x, dy), ROWS(*state, 2, 3, 1, 2, 3, 2, 4, 6));
    assert_none(note_dense(*state, dy, F, b));
    /* the engine's weight has a row for each output: as a filter bank it is the same F */
    assert_tensor(note_F(VOLUME(*state, 3, 2, 1, 1, 1, 0, 0, 1, 1, 1)), F);
}

static void softmax_and_cross_entropy(void **state)
{
    note_tensor x = VOLUME(*state, 2, 2, 1, 1, 0, log(3), 0, 0);
    const long label[] = { 0, 1 }, outside[] = { 0, 2 }, below[] = { -1, 0 };
    assert_tensor_near(note_softmax(*state, x), VOLUME(*state, 2, 2, 1, 1, .25, .75, .5, .5));
    assert_tensor_near(note_cross_entropy(*state, x, label), ROWS(*state, 1, 1, 1.5 * log(2)));
    assert_tensor_near(note_cross_entropy_gradient(*state, x, label),
                       VOLUME(*state, 2, 2, 1, 1, -.375, .375, .25, -.25));
    assert_tensor_near(note_softmax_gradient(*state, VOLUME(*state, 1, 2, 1, 1, .25, .75),
                                             VOLUME(*state, 1, 2, 1, 1, 4, 0)),
                       VOLUME(*state, 1, 2, 1, 1, .75, -.75));
    assert_none(note_cross_entropy(*state, x, outside));
    assert_none(note_cross_entropy_gradient(*state, x, below));
    x = VOLUME(*state, 1, 2, 1, 2, 1000, 0, 1000, 0); /* two pixels; exp(1000) would be infinite */
    assert_tensor_near(note_softmax(*state, x), VOLUME(*state, 1, 2, 1, 2, .5, .5, .5, .5));
}

static void batch_normalization(void **state)
{
    note_tensor x = VOLUME(*state, 2, 1, 1, 1, 1, 3), dy = VOLUME(*state, 2, 1, 1, 1, 4, 8);
    note_tensor one = ROWS(*state, 1, 1, 1);
    note_batch_norm b = { ROWS(*state, 1, 1, 10), ROWS(*state, 1, 1, 5),
                          3 }; /* sigma = sqrt(1 + 3) */
    note_tensor mean = note_batch_mean(*state, x), variance = note_batch_variance(*state, x);
    assert_tensor(mean, ROWS(*state, 1, 1, 2));
    assert_tensor(variance, one);
    assert_tensor(note_normalize(*state, x, &b, mean, variance), VOLUME(*state, 2, 1, 1, 1, 0, 10));
    assert_tensor(note_batch_norm_gradient_gamma(*state, x, &b, mean, variance, dy),
                  ROWS(*state, 1, 1, 2));
    assert_tensor(note_batch_norm_gradient_beta(*state, dy), ROWS(*state, 1, 1, 12));
    assert_tensor(note_batch_norm_gradient_x(*state, x, &b, dy),
                  VOLUME(*state, 2, 1, 1, 1, -7.5, 7.5));
    assert_tensor(note_normalize_gradient_x(*state, x, &b, variance, dy),
                  VOLUME(*state, 2, 1, 1, 1, 20, 40));
    assert_tensor(note_running_moment(*state, one, variance, .5, x, true), ROWS(*state, 1, 1, 1.5));
    assert_tensor(note_running_moment(*state, one, mean, .25, x, false), ROWS(*state, 1, 1, 1.25));
    assert_none(note_normalize(*state, x, &b, mean, note_vector(*state, 2)));
}

static void local_response_normalization(void **state)
{
    note_tensor x = VOLUME(*state, 1, 3, 1, 1, 1, 2, 3);
    note_local_response r = { 3, 3, 1, 1 }; /* L = 1 + 5, 1 + 14, 1 + 13 */
    assert_tensor_near(note_local_normalize(*state, x, &r),
                       VOLUME(*state, 1, 3, 1, 1, 1 / 6., 2 / 15., 3 / 14.));
    r = (note_local_response){ 2, 2, 1, 1 }; /* itself and the next: L = 1 + 5, 1 + 13, 1 + 9 */
    assert_tensor_near(note_local_normalize(*state, x, &r),
                       VOLUME(*state, 1, 3, 1, 1, 1 / 6., 1 / 7., .3));
    r = (note_local_response){ 1, 1, 1,
                               1 }; /* y = x / (1 + x^2): dy/dx = (1 - x^2) / (1 + x^2)^2 */
    assert_tensor_near(
        note_local_normalize_gradient(*state, x, &r, VOLUME(*state, 1, 3, 1, 1, 1, 1, 1)),
        VOLUME(*state, 1, 3, 1, 1, 0, -3 / 25., -8 / 100.));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SHEET_TEST(relu),
        SHEET_TEST(squared_loss),
        SHEET_TEST(prediction_and_descent),
        SHEET_TEST(a_network_of_three_layers),
        SHEET_TEST(fully_connected),
        SHEET_TEST(softmax_and_cross_entropy),
        SHEET_TEST(batch_normalization),
        SHEET_TEST(local_response_normalization),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
