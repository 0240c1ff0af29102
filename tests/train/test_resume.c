// SPDX-License-Identifier: MIT
/* test_resume.c - a run that was stopped, wherever, and went on, however often, on however many
 * threads, ends with the same bits as one that never stopped. */
#include "train/support.h"

enum { STEPS = 8 }; /* epochs of three steps: 20, 20 and 10 of 50 samples */

static limpid_train_options options_for(const char *out)
{
    return (limpid_train_options){ .out = out,
                                   .data_spec = "digits:50",
                                   .schedule = "one-cycle",
                                   .augment = "digits",
                                   .steps = STEPS,
                                   .batch = 20,
                                   .rate = 0.03,
                                   .momentum = 0.9,
                                   .decay = 5e-4 };
}

static limpid_status start(const char *text, int threads, const limpid_train_options *options,
                           char hex[65])
{
    limpid_context *context = new_context_of(threads, 6);
    limpid_data *data = open_data(context, "digits:50");
    limpid_graph *graph = parse(context, text);
    limpid_status status = limpid_train(graph, context, data, options);
    if (status == LIMPID_INTERRUPTED && options->out)
        assert_said(context, "stopped after step", "saved in ", options->out, NULL);
    digest_of(context, graph, hex);
    limpid_graph_free(graph);
    limpid_data_close(data);
    limpid_context_free(context);
    return status;
}

static limpid_status resume(const char *folder, int threads, stopper *stop, char hex[65])
{
    /* Another seed: the run's own is in the folder. */
    limpid_context *context = new_context_of(threads, 99);
    limpid_graph *graph = NULL, *loaded = NULL;
    limpid_status status = limpid_resume(&graph, context, folder, stop_there, stop);
    if (status == LIMPID_OK) {
        digest_of(context, graph, hex);
        assert_ok(context, limpid_graph_load(&loaded, context, folder));
        assert_same_digest(context, graph, loaded);
    } else if (status != LIMPID_INTERRUPTED)
        fail_msg("%s", limpid_message(context));
    else
        assert_null(graph);
    limpid_graph_free(graph);
    limpid_graph_free(loaded);
    limpid_context_free(context);
    return status;
}

static void test_any_step(void **state)
{
    char whole[65], hex[65];
    const limpid_train_options alone = options_for(NULL);
    (void)state;
    assert_int_equal(start(tiny, 1, &alone, whole), LIMPID_OK);
    for (int64_t stop = 1; stop < STEPS; stop++) {
        stopper first = { .stop = stop }, second = { 0 };
        limpid_train_options options = options_for("any");
        options.progress = stop_there;
        options.user = &first;
        options.checkpoint_every = stop % 3 == 0 ? 2 : 0; /* saved by chance, or for the stop */
        assert_int_equal(start(tiny, 1 + (int)(stop % 3), &options, hex), LIMPID_INTERRUPTED);
        assert_string_not_equal(hex, whole);
        assert_int_equal(resume("any", 1 + (int)((stop + 1) % 3), &second, hex), LIMPID_OK);
        assert_string_equal(hex, whole);
        assert_int_equal(second.calls, STEPS - stop);
        remove_folder("any");
    }
}

static void test_after_every_step(void **state)
{
    char whole[65], hex[65];
    stopper stop = { .stop = 1 };
    limpid_train_options options = options_for("every");
    (void)state;
    remove_folder("every");
    const limpid_train_options alone = options_for(NULL);
    assert_int_equal(start(tiny, 1, &alone, whole), LIMPID_OK);
    options.progress = stop_there;
    options.user = &stop;
    assert_int_equal(start(tiny, 2, &options, hex), LIMPID_INTERRUPTED);
    for (stop.stop = 2; stop.stop < STEPS; stop.stop++)
        assert_int_equal(resume("every", (int)stop.stop % 3 + 1, &stop, hex), LIMPID_INTERRUPTED);
    assert_int_equal(resume("every", 1, &stop, hex), LIMPID_OK); /* stopping at the end is ending */
    assert_string_equal(hex, whole);
    assert_int_equal(stop.last.step, STEPS);
    /* A run that has ended has nothing left to do. */
    stop = (stopper){ 0 };
    assert_int_equal(resume("every", 1, &stop, hex), LIMPID_OK);
    assert_int_equal(stop.calls, 0);
    assert_string_equal(hex, whole);
    remove_folder("every");
}

/* Loss and accuracy of an epoch go on too, and checkpoints are written when they should be. */
static void test_progress_goes_on(void **state)
{
    char hex[65];
    stopper whole = { 0 }, first = { .stop = 5 }, second = { 0 };
    limpid_train_options options = options_for("progress");
    (void)state;
    remove_folder("progress");
    options.progress = stop_there;
    options.user = &whole;
    assert_int_equal(start(tiny, 1, &options, hex), LIMPID_OK);
    assert_true(whole.last.saved && whole.last.epoch_ended);
    options.user = &first;
    assert_int_equal(start(tiny, 1, &options, hex), LIMPID_INTERRUPTED);
    assert_int_equal(resume("progress", 1, &second, hex), LIMPID_OK);
    assert_true(second.last.loss == whole.last.loss);
    assert_true(second.last.accuracy == whole.last.accuracy);
    assert_true(second.last.rate == whole.last.rate);
    assert_int_equal(second.last.epoch, whole.last.epoch);
    remove_folder("progress");
}

/* A network that brings its own loss, which the model file does not hold. */
static void test_own_loss(void **state)
{
    static const char text[] = "x: input shape=1x28x28\ny: dense out=10\nt: input shape=10\n"
                               "squared-error y t\n";
    char whole[65], hex[65];
    stopper first = { .stop = 4 }, second = { 0 };
    limpid_train_options options = options_for(NULL);
    (void)state;
    remove_folder("loss");
    options.rate = 1e-3;
    assert_int_equal(start(text, 1, &options, whole), LIMPID_OK);
    options.out = "loss";
    options.progress = stop_there;
    options.user = &first;
    assert_int_equal(start(text, 1, &options, hex), LIMPID_INTERRUPTED);
    assert_int_equal(resume("loss", 1, &second, hex), LIMPID_OK);
    assert_string_equal(hex, whole);
    remove_folder("loss");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_step),
        cmocka_unit_test(test_after_every_step),
        cmocka_unit_test(test_progress_goes_on),
        cmocka_unit_test(test_own_loss),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
