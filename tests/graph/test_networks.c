// SPDX-License-Identifier: MIT
/* test_networks.c - the built-in networks and the numbers they begin with. */
#include "graph/support.h"

static limpid_graph *builtin(limpid_context *context, const char *name)
{
    limpid_graph *graph = NULL;
    assert_ok(context, limpid_graph_builtin(&graph, context, name));
    return graph;
}

static int64_t parameters(const limpid_graph *graph)
{
    limpid_parameter p;
    int64_t count = 0;
    for (int i = 0; limpid_graph_parameter(graph, i, &p); i++)
        count += limpid_count(&p.shape);
    return count;
}

/* MatConvNet's network for MNIST: layer by layer, 431,080 parameters. */
static void test_lenet(void **state)
{
    static const struct {
        const char *op;
        limpid_shape shape;
    } layers[] = {
        { "input", { 4, { 1, 1, 28, 28 } } },     { "conv", { 4, { 1, 20, 24, 24 } } },
        { "pool-max", { 4, { 1, 20, 12, 12 } } }, { "conv", { 4, { 1, 50, 8, 8 } } },
        { "pool-max", { 4, { 1, 50, 4, 4 } } },   { "conv", { 4, { 1, 500, 1, 1 } } },
        { "relu", { 4, { 1, 500, 1, 1 } } },      { "conv", { 4, { 1, 10, 1, 1 } } },
        { "flatten", { 2, { 1, 10 } } },
    };
    static const limpid_shape wanted[] = {
        { 4, { 20, 1, 5, 5 } },   { 1, { 20 } },  { 4, { 50, 20, 5, 5 } },  { 1, { 50 } },
        { 4, { 500, 50, 4, 4 } }, { 1, { 500 } }, { 4, { 10, 500, 1, 1 } }, { 1, { 10 } },
    };
    limpid_context *context = new_context();
    limpid_graph *graph = builtin(context, "lenet");
    limpid_parameter p;
    (void)state;
    assert_int_equal(graph->node_count, 9);
    for (size_t i = 0; i < 9; i++) {
        const limpid_node_row *node = &graph->nodes[i];
        assert_string_equal(node->op->name, layers[i].op);
        assert_true(limpid_shape_equal(&graph->values[node->out[0]].shape, &layers[i].shape));
    }
    for (int i = 0; i < 8; i++) {
        assert_true(limpid_graph_parameter(graph, i, &p));
        assert_true(limpid_shape_equal(&p.shape, &wanted[i]));
        assert_true(p.trained);
    }
    assert_false(limpid_graph_parameter(graph, 8, &p));
    assert_false(limpid_graph_parameter(graph, -1, &p));
    assert_int_equal(parameters(graph), 431080);
    limpid_graph_free(graph);
    limpid_context_free(context);
}

/* Each is a network that learns, under the name by which its recipe is found. */
static void test_all(void **state)
{
    limpid_context *context = new_context();
    (void)state;
    for (const limpid_network *n = limpid_networks; n->name; n++) {
        limpid_graph *graph = builtin(context, n->name);
        assert_string_equal(graph->name, n->name);
        assert_ptr_equal(limpid_network_find(graph->name), n);
        assert_true(parameters(graph) > 0);
        assert_true(*n->summary && n->batch > 0 && n->epochs > 0 && n->rate > 0);
        assert_ok(context, limpid_graph_add_loss(graph, "cross-entropy"));
        limpid_plan_free(plan_of(context, graph, (limpid_plan_options){ .training = true }));
        limpid_graph_free(graph);
    }
    limpid_context_free(context);
}

static void test_unknown(void **state)
{
    limpid_context *context = new_context();
    limpid_graph *graph = NULL;
    (void)state;
    assert_int_equal(limpid_graph_builtin(&graph, context, "lennet"), LIMPID_USAGE);
    assert_said(context, "there is no network 'lennet'; did you mean 'lenet'; ", "built in are ",
                "digits", NULL);
    assert_int_equal(limpid_graph_builtin(&graph, context, ""), LIMPID_USAGE);
    assert_null(graph);
    limpid_context_free(context);
}

/* The same numbers for the same seed, for ever: whatever the threads, whatever else is drawn. */
static void test_initial_digest(void **state)
{
    char hex[65];
    (void)state;
    for (int threads = 1; threads <= 3; threads++) {
        limpid_context *context = new_context_of(threads, 0);
        limpid_graph *graph = builtin(context, "lenet");
        assert_ok(context, limpid_graph_digest(graph, context, hex));
        assert_golden("lenet-initial", hex);
        limpid_graph_initialize(graph, 1);
        assert_ok(context, limpid_graph_digest(graph, context, hex));
        char other[65];
        read_golden("lenet-initial", other);
        assert_string_not_equal(hex, other);
        limpid_graph_initialize(graph, 0);
        assert_ok(context, limpid_graph_digest(graph, context, hex));
        assert_golden("lenet-initial", hex);
        limpid_graph_free(graph);
        limpid_context_free(context);
    }
}

/* He normal: mean 0, variance 2 gain^2 / fan-in; biases 0. */
static void test_variance(void **state)
{
    limpid_context *context = new_context_of(1, 3);
    limpid_graph *graph = parse(context, "input shape=8x20x20\n"
                                         "conv out=64 size=5\n"
                                         "conv out=64 size=3 groups=4 gain=0.5\n"
                                         "dense out=20\n"
                                         "dense out=500 gain=2\n");
    const double variances[] = { 2.0 / (8 * 25), 0.25 * 2 / (16 * 9), 2.0 / (64 * 14 * 14),
                                 4 * 2.0 / 20 };
    limpid_parameter p;
    (void)state;
    for (int i = 0; i < 8; i++) {
        assert_true(limpid_graph_parameter(graph, i, &p));
        double sum = 0, squares = 0, count = (double)limpid_count(&p.shape);
        for (int64_t k = 0; k < limpid_count(&p.shape); k++) {
            sum += (double)p.data[k];
            squares += (double)p.data[k] * (double)p.data[k];
        }
        if (i % 2) {
            assert_true(squares == 0);
            continue;
        }
        /* Five standard errors. */
        double variance = variances[i / 2];
        assert_true(fabs(sum / count) < 5 * sqrt(variance / count));
        assert_true(fabs(squares / count / variance - 1) < 5 * sqrt(2 / count));
    }
    limpid_graph_free(graph);
    limpid_context_free(context);
}

/* What comes behind does not change what was drawn before. */
static void test_more_layers(void **state)
{
    limpid_context *context = new_context();
    limpid_graph *small = parse(context, "input shape=30\ndense out=20\n");
    limpid_graph *large = parse(context, "input shape=30\ndense out=20\nrelu\ndense out=10\n");
    limpid_parameter a, b;
    (void)state;
    assert_true(limpid_graph_parameter(small, 0, &a) && limpid_graph_parameter(large, 0, &b));
    assert_memory_equal(a.data, b.data, 600 * sizeof(float));
    assert_true(limpid_graph_parameter(large, 2, &b));
    assert_memory_not_equal(a.data, b.data, 200 * sizeof(float));
    limpid_graph_free(small);
    limpid_graph_free(large);
    limpid_context_free(context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lenet),    cmocka_unit_test(test_all),
        cmocka_unit_test(test_unknown),  cmocka_unit_test(test_initial_digest),
        cmocka_unit_test(test_variance), cmocka_unit_test(test_more_layers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
