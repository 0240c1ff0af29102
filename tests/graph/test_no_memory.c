// SPDX-License-Identifier: MIT
/* test_no_memory.c - every allocation of making, planning, printing and comparing networks fails in
 * turn: a clean failure, and nothing left behind. */
#include "graph/support.h"

static const char branched[] = "x: input shape=2x6x6\n"
                               "a: conv out=3 size=3 pad=1\n"
                               "relu\n"
                               "b: conv out=3 size=1\n"
                               "add a b\n"
                               "pool-max size=2 stride=2\n"
                               "d: dense out=4\n"
                               "t: input type=label\n"
                               "cross-entropy d t\n";

static limpid_status parse_only(limpid_context *context, void *argument)
{
    limpid_graph *graph;
    LIMPID_TRY(limpid_graph_parse(&graph, context, argument, "net"));
    limpid_graph_free(graph);
    return LIMPID_OK;
}

static limpid_status add_one_by_one(limpid_context *context, void *argument)
{
    limpid_graph *graph;
    limpid_plan *plan;
    (void)argument;
    LIMPID_TRY(limpid_graph_new(&graph, context, "mine"));
    int x = limpid_add(graph, NULL, "input", "shape=2x6x6", 0, NULL);
    x = limpid_add(graph, "c", "conv", "out=3 size=3", 1, &x);
    x = limpid_add(graph, NULL, "relu", NULL, 1, &x);
    limpid_add(graph, NULL, "dense", "out=4", 1, &x);
    limpid_status status = limpid_graph_add_loss(graph, "squared-error");
    if (status == LIMPID_OK)
        status = limpid_graph_set_note(graph, "key", "value");
    if (status == LIMPID_OK)
        status = limpid_plan_new(&plan, context, graph, NULL);
    if (status == LIMPID_OK)
        limpid_plan_free(plan);
    limpid_graph_free(graph);
    return status;
}

static limpid_status run_plan(limpid_plan *plan)
{
    LIMPID_TRY(limpid_plan_set_batch(plan, 2));
    fill_inputs(plan, 4, 0);
    limpid_plan_forward(plan);
    limpid_plan_backward(plan);
    limpid_plan_update(plan, 0.1, 0.9, 0);
    return LIMPID_OK;
}

static limpid_status print_and_digest(limpid_context *context, const limpid_graph *graph)
{
    char *text, hex[65];
    LIMPID_TRY(limpid_graph_print(graph, context, &text));
    limpid_text_free(context, text);
    return limpid_graph_digest(graph, context, hex);
}

static limpid_status plan_and_run(limpid_context *context, void *argument)
{
    limpid_graph *graph;
    limpid_plan *plan = NULL;
    const limpid_plan_options options = { .batch = 3, .training = true };
    LIMPID_TRY(limpid_graph_parse(&graph, context, argument, "net"));
    limpid_status status = limpid_plan_new(&plan, context, graph, &options);
    if (status == LIMPID_OK)
        status = run_plan(plan);
    if (status == LIMPID_OK)
        status = print_and_digest(context, graph);
    limpid_plan_free(plan);
    limpid_graph_free(graph);
    return status;
}

static void test_parse(void **state)
{
    char text[sizeof branched];
    (void)state;
    memcpy(text, branched, sizeof branched);
    assert_true(fail_every_allocation(parse_only, text, 1) > 50);
}

static void test_add(void **state)
{
    (void)state;
    assert_true(fail_every_allocation(add_one_by_one, NULL, 1) > 50);
}

static void test_plan(void **state)
{
    char text[sizeof branched];
    (void)state;
    memcpy(text, branched, sizeof branched);
    assert_true(fail_every_allocation(plan_and_run, text, 1) > 60);
}

/* A failure without memory for its explanation is still that failure. */
static limpid_status parse_wrong(limpid_context *context, void *argument)
{
    limpid_graph *graph = NULL;
    limpid_status status = limpid_graph_parse(&graph, context, argument, "net");
    assert_null(graph);
    assert_int_not_equal(status, LIMPID_OK);
    return status == LIMPID_NO_MEMORY ? status : LIMPID_OK;
}

static void test_wrong_networks(void **state)
{
    char texts[][60] = { "input shape=3\nconv outt=3", "input shape=3x4x4\nconv out=x size=3",
                         "input shape=3\nconv out=3 size=2", "nonsense", "" };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (int64_t k = 1; k < 40; k++) {
            counting_memory memory = { .fail_at = k };
            const limpid_options options = counting_options(&memory);
            limpid_context *context;
            if (limpid_context_new(&context, &options) != LIMPID_OK)
                continue;
            parse_wrong(context, texts[i]);
            assert_said(context, "", NULL);
            limpid_context_free(context);
            assert_int_equal(memory.live, 0);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_add),
        cmocka_unit_test(test_plan),
        cmocka_unit_test(test_wrong_networks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
