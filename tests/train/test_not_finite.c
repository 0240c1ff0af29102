// SPDX-License-Identifier: MIT
/* test_not_finite.c - numbers that leave the range of floats: training stops, names the step and
 * the operator, and the folder holds the last good model. */
#include "train/support.h"

static void assert_stops(const char *text, double rate, const char *operator_name)
{
    limpid_context *context = new_context();
    limpid_data *data = open_data(context, "digits:50");
    limpid_graph *graph = parse(context, text), *loaded = NULL;
    stopper told = { 0 };
    char named[100], at[100], hex[65];
    const limpid_train_options options = { .out = "not-finite",
                                           .data_spec = "digits:50",
                                           .schedule = "constant",
                                           .steps = 30,
                                           .batch = 20,
                                           .checkpoint_every = 1,
                                           .rate = rate,
                                           .progress = stop_there,
                                           .user = &told };
    remove_folder("not-finite");
    assert_int_equal(limpid_train(graph, context, data, &options), LIMPID_NOT_FINITE);
    snprintf(named, sizeof named, "the first operator whose result is not finite is '%s'",
             operator_name);
    snprintf(at, sizeof at, "step %lld: the loss is ", (long long)told.calls + 1);
    assert_said(context, at, named, "a smaller learning rate", "untouched in not-finite", NULL);
    assert_true(told.calls < 30);
    assert_ok(context, limpid_graph_load(&loaded, context, "not-finite"));
    digest_of(context, loaded, hex); /* every number in it is one */
    limpid_graph_free(loaded);
    limpid_graph_free(graph);
    limpid_data_close(data);
    limpid_context_free(context);
    remove_folder("not-finite");
}

static void test_names_the_operator(void **state)
{
    (void)state;
    assert_stops(tiny, 1e30, "y"); /* 1e30 squared */
    assert_stops("input shape=1x28x28\ndense out=10\n", 1e37, "dense1");
    assert_stops("input shape=1x28x28\nfirst: dense out=20\nsecond: dense out=10\n", 1e25,
                 "second");
}

/* The memory of an input is used again once everybody has read it: looking for the operator must
 * not take what lies there for the input. */
static void test_inputs_that_are_gone(void **state)
{
    (void)state;
    assert_stops("input shape=1x28x28\npool-max size=2 stride=2\nrelu\nrelu\na: dense out=300\n"
                 "b: dense out=10\n",
                 1e25, "b");
}

/* Parameters that leave the range in the very step that would be saved. */
static void test_parameters(void **state)
{
    limpid_context *context = new_context();
    limpid_data *data = open_data(context, "digits:50");
    limpid_graph *graph = parse(context, tiny);
    const limpid_train_options options = { .steps = 1, .batch = 20, .rate = 1e39 };
    (void)state;
    assert_int_equal(limpid_train(graph, context, data, &options), LIMPID_NOT_FINITE);
    assert_said(context, "step 1: its update made 'conv1.weight'", "a smaller learning rate", NULL);
    limpid_graph_free(graph);
    limpid_data_close(data);
    limpid_context_free(context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_the_operator),
        cmocka_unit_test(test_inputs_that_are_gone),
        cmocka_unit_test(test_parameters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
