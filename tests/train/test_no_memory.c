// SPDX-License-Identifier: MIT
/* test_no_memory.c - every allocation of training, saving, loading and resuming fails in turn: a
 * clean failure, nothing left behind in memory, and the folder as good as before. */
#include "train/support.h"

static const char smallest[] = "x: input shape=1x28x28\n"
                               "pool-average size=7 stride=7\n"
                               "dense out=10\n";

static limpid_train_options two_steps(const char *out)
{
    return (limpid_train_options){
        .out = out, .data_spec = "digits:20", .steps = 2, .batch = 10, .rate = 0.01
    };
}

static limpid_status train(limpid_context *context, void *argument)
{
    limpid_data *data = NULL;
    limpid_graph *graph = NULL;
    const limpid_train_options options = two_steps(argument);
    limpid_status status = limpid_data_open(&data, context, "digits:20", "train");
    if (status == LIMPID_OK)
        status = limpid_graph_parse(&graph, context, smallest, "net");
    if (status == LIMPID_OK)
        status = limpid_train(graph, context, data, &options);
    limpid_graph_free(graph);
    limpid_data_close(data);
    return status;
}

static void test_train(void **state)
{
    char folder[] = "memory";
    (void)state;
    remove_folder(folder);
    int64_t without = fail_every_allocation(train, NULL, 1);
    int64_t with = fail_every_allocation(train, folder, 1);
    print_message("%lld and %lld allocations\n", (long long)without, (long long)with);
    assert_true(without > 30 && with > without + 30);
    assert_int_equal(access("memory/model.onnx", F_OK), 0);
    /* No file lies about that a failure left. */
    assert_int_equal(system("test $(ls memory | wc -l) -eq 2"), 0);
    remove_folder(folder);
}

static limpid_status load_and_use(limpid_context *context, void *argument)
{
    limpid_data *data = NULL;
    limpid_graph *graph = NULL;
    limpid_score score;
    LIMPID_TRY(limpid_graph_load(&graph, context, argument));
    limpid_status status = limpid_data_open(&data, context, "digits:20", "test");
    if (status == LIMPID_OK)
        status = limpid_evaluate(graph, context, data, 0, &score);
    if (status == LIMPID_OK)
        status = limpid_graph_save(graph, context, "again.onnx");
    limpid_graph_free(graph);
    limpid_data_close(data);
    return status;
}

static limpid_status resume(limpid_context *context, void *argument)
{
    limpid_graph *graph = NULL;
    int copied = system("rm -rf resumed && cp -r stopped resumed");
    (void)argument;
    assert_int_equal(copied, 0);
    limpid_status status = limpid_resume(&graph, context, "resumed", NULL, NULL);
    if (status != LIMPID_OK)
        assert_null(graph);
    limpid_graph_free(graph);
    return status;
}

static void test_load_and_resume(void **state)
{
    limpid_context *context = new_context();
    limpid_data *data = open_data(context, "digits:20");
    limpid_graph *graph = parse(context, smallest);
    stopper stop = { .stop = 1 };
    limpid_train_options options = two_steps("stopped");
    char folder[] = "stopped";
    (void)state;
    options.progress = stop_there;
    options.user = &stop;
    assert_int_equal(limpid_train(graph, context, data, &options), LIMPID_INTERRUPTED);
    limpid_graph_free(graph);
    limpid_data_close(data);
    limpid_context_free(context);
    assert_true(fail_every_allocation(load_and_use, folder, 1) > 30);
    assert_true(fail_every_allocation(resume, NULL, 1.02) > 100);
    assert_int_equal(system("rm -rf stopped resumed again.onnx"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_train),
        cmocka_unit_test(test_load_and_resume),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
