// SPDX-License-Identifier: MIT
/* Paper runs out: on a sheet with room for k numbers, for every k, each piece of work either
 * gives no result or the result that a large sheet gives. */
#include "golden.h"

static note_tensor input(note_sheet *s)
{
    return ROWS(s, 3, 2, 1, 2, 3, 4, 5, 6);
}

static note_tensor filter(note_sheet *s)
{
    return ROWS(s, 2, 2, 1, 2, 3, 4);
}

static note_layer layer(note_sheet *s)
{
    return (note_layer){ input(s), filter(s), note_as_matrix(ROWS(s, 2, 1, 1, 2), 2, 1),
                         note_filter_window(2, 2) };
}

static note_tensor square(note_sheet *s, note_tensor x, const void *with)
{
    (void)with;
    return note_squared_loss(s, note_like(s, x), x);
}

static note_tensor differences(note_sheet *s)
{
    return note_derivative(s, square, NULL, input(s));
}

static note_tensor definition(note_sheet *s)
{
    note_window g = note_filter_window(2, 2);
    note_tensor y = note_convolution(s, input(s), filter(s), ROWS(s, 1, 1, 5), g, 1);
    return note_convolution_gradient_x(s, input(s), filter(s), note_relu(s, y), g, 1);
}

static note_tensor by_parts(note_sheet *s)
{
    note_tensor y = note_convolve(s, input(s), filter(s)), db = note_convolution_gradient_b(s, y);
    note_tensor F = note_F(filter(s)), part = note_subvolume(s, input(s), 1, 0, 2, 2);
    return note_dense_gradient_F(s, part, note_dense(s, part, F, db));
}

static note_tensor parameters(note_sheet *s)
{
    note_layer l = layer(s);
    note_tensor sum = note_multiply(s, note_filters_28(s, &l), note_filters_29(s, &l));
    sum = note_multiply(s, sum, note_transpose(s, note_filters_30(s, &l)));
    return note_multiply(s, sum, note_multiply(s, note_filters_33(s, &l), note_filters_26(s, &l)));
}

static note_tensor signal_back(note_sheet *s)
{
    note_layer l = layer(s);
    note_tensor row =
        note_chain_rule(s, note_input_38(s, &l), note_transpose(s, note_input_37(s, &l)));
    row = note_chain_rule(s, row, note_input_37(s, &l));
    row = note_chain_rule(s, row, note_multiply(s, note_input_45(s, &l), note_input_43(s, &l)));
    return note_chain_rule(s, row, note_multiply(s, note_input_44(s, &l), note_input_40(s, &l)));
}

static note_tensor deconvolution(note_sheet *s)
{
    note_window g = note_filter_window(2, 1);
    note_tensor phi = note_phi(s, input(s), g);
    return note_deconvolute_57(s, note_deconvolute(s, input(s), phi, g), phi, g);
}

static note_tensor maxima(note_sheet *s)
{
    note_tensor positions, x = input(s);
    note_tensor y = note_max_pool(s, x, note_pool_window(3, 1), NOTE_ROW_FIRST, &positions);
    note_tensor S = note_S(s, x, 3, 1), dx = note_max_pool_gradient(s, x, positions, y);
    note_tensor recorded = note_S_recorded(s, positions, 6),
                back = note_max_unpool(s, dx, y, positions);
    return note_max_pool_54(s, recorded, note_max_pool_53(s, S, back));
}

static note_tensor averages(note_sheet *s)
{
    note_window g = note_pool_window(1, 2);
    note_tensor y = note_average_pool(s, input(s), g, true);
    note_tensor dx = note_average_pool_gradient(s, input(s), g, true, y);
    return note_average_unpool(s, dx, y, g, true);
}

static note_tensor classifier(note_sheet *s)
{
    const long label[] = { 0, 0, 0, 0, 0, 0 };
    note_tensor y = note_softmax(s, input(s)), z = note_cross_entropy(s, y, label);
    note_tensor dx = note_cross_entropy_gradient(s, note_softmax_gradient(s, y, y), label);
    return note_dense_gradient_x(s, dx, note_vec(dx), note_as_volume(z, 1, 1, 1, 1));
}

static note_tensor normalization(note_sheet *s)
{
    note_batch_norm b = { ROWS(s, 1, 1, 2), ROWS(s, 1, 1, 3), 1 };
    note_local_response r = { 2, 1, 1, 1 };
    note_tensor x = input(s), mean = note_batch_mean(s, x), variance = note_batch_variance(s, x);
    note_tensor y =
        note_normalize(s, x, &b, mean, note_running_moment(s, mean, variance, .5, x, true));
    y = note_batch_norm_gradient_x(s, note_normalize_gradient_x(s, x, &b, variance, y), &b, y);
    return note_local_normalize_gradient(s, x, &r, note_local_normalize(s, y, &r));
}

static note_tensor network(note_sheet *s)
{
    note_box box[] = {
        { &note_convolution_box, filter(s), note_filter_window(2, 2) },
        { .kind = &note_relu_box },
        { .kind = &note_max_pool_box, .window = note_pool_window(2, 1) },
        { .kind = &note_loss_box, .w = ROWS(s, 1, 1, 1) },
    };
    note_tensor x[5] = { input(s) }, dw[4], dx[4];
    bool done = note_run(s, box, 4, x) && note_back_propagate(s, box, 4, x, dw, dx);
    return done && note_sgd_step(dw[0], 1, dw[0]) ? dx[0] : (note_tensor){ 0 };
}

static note_tensor descent(note_sheet *s)
{
    note_tensor w[3] = { input(s) };
    return note_sgd_history(s, (note_function *)NULL, NULL, 1, 0, w) ? note_copy(s, w[0]) : w[0];
}

static void paper_runs_out(void **state)
{
    note_tensor (*const work[])(note_sheet *) = {
        differences, definition, by_parts,   parameters,    signal_back, deconvolution,
        maxima,      averages,   classifier, normalization, network,     descent,
    };
    (void)state;
    for (size_t k = 0; k < sizeof work / sizeof work[0]; k++) {
        note_sheet *large = note_sheet_new(1L << 20);
        note_tensor expected = work[k](large);
        bool done = false;
        assert_non_null(expected.data);
        for (long room = 0; !done; room++) {
            note_sheet *small = note_sheet_new(room);
            note_tensor got = work[k](small);
            done = got.data != NULL;
            if (done)
                assert_tensor(got, expected);
            else
                assert_int_equal(note_count(got), 0);
            note_sheet_free(small);
        }
        note_sheet_free(large);
    }
}

static void no_sheet_is_free_to_give_back(void **state)
{
    (void)state;
    note_sheet_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paper_runs_out),
        cmocka_unit_test(no_sheet_is_free_to_give_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
