// SPDX-License-Identifier: MIT
/* test_text.c - networks as text, there and back: what is printed parses to the same network and
 * prints the same. */
#include "graph/support.h"

/* Parses, prints, and does both again. */
static void assert_text(const char *in, const char *out)
{
    limpid_context *context = new_context_of(1, 5);
    limpid_graph *first = parse(context, in);
    char *text, *again;
    assert_ok(context, limpid_graph_print(first, context, &text));
    assert_string_equal(text, out);
    limpid_graph *second = parse(context, text);
    assert_ok(context, limpid_graph_print(second, context, &again));
    assert_string_equal(again, text);
    assert_same_digest(context, first, second);
    assert_int_equal(first->node_count, second->node_count);
    assert_int_equal(first->value_count, second->value_count);
    for (size_t v = 1; v < first->value_count; v++) {
        assert_string_equal(first->values[v].name, second->values[v].name);
        assert_true(limpid_shape_equal(&first->values[v].shape, &second->values[v].shape));
        assert_int_equal(first->values[v].type, second->values[v].type);
    }
    limpid_text_free(context, text);
    limpid_text_free(context, again);
    limpid_graph_free(first);
    limpid_graph_free(second);
    limpid_context_free(context);
}

static void test_chain(void **state)
{
    static const char chain[] = "input shape=1x28x28\n"
                                "conv out=20 size=5\n"
                                "relu\n"
                                "dense out=10\n";
    (void)state;
    assert_text(chain, chain);
}

static void test_loose_writing(void **state)
{
    (void)state;
    assert_text("# a network\r\n"
                "\n"
                "  input\tshape=2x8x8   # one sample\r\n"
                "#\n"
                "   \t \n"
                "relu#no space is needed\n"
                "dense out=3 bias=true", /* no end of line either */
                "input shape=2x8x8\n"
                "relu\n"
                "dense out=3\n");
}

static void test_attributes_are_shortest(void **state)
{
    (void)state;
    assert_text("input shape=4x20x20\n"
                "conv size=3x3 out=8 stride=1 pad=1x1x1x1 groups=2 dilation=1x1\n"
                "conv size=3x2 out=4 stride=2x1 pad=1x0 bias=false\n"
                "conv size=2 out=4 pad=1x0x0x2\n"
                "pool-max size=2x2 stride=2x2\n"
                "pool-average size=2 stride=1x2\n",
                "input shape=4x20x20\n"
                "conv out=8 size=3 pad=1 groups=2\n"
                "conv out=4 size=3x2 stride=2x1 pad=1x0 bias=false\n"
                "conv out=4 size=2 pad=1x0x0x2\n"
                "pool-max size=2 stride=2\n"
                "pool-average size=2 stride=1x2\n");
}

/* A float has its shortest text that gives the same float again, and no locale. */
static void test_floats(void **state)
{
    (void)state;
    assert_text("input shape=4\ndense out=3 gain=0.1\ndense out=2 gain=1\ndense out=2 gain=1e-20\n",
                "input shape=4\ndense out=3 gain=0.1\ndense out=2\n"
                "dense out=2 gain=1e-20\n");
}

static void test_branches(void **state)
{
    (void)state;
    assert_text("input shape=8x6x6\n"
                "a: conv out=8 size=3 pad=1\n"
                "b: relu\n"
                "c: conv b out=8 size=1\n"
                "sum: add c a\n"
                "relu\n",
                "input shape=8x6x6\n"
                "a: conv out=8 size=3 pad=1\n"
                "b: relu\n"
                "c: conv out=8 size=1\n"
                "sum: add c a\n"
                "relu\n");
    /* Names that nobody needs are not invented. */
    assert_text("input shape=3\nrelu\nadd relu1 relu1\nadd input1 add1\n",
                "input1: input shape=3\nrelu1: relu\nadd1: add relu1 relu1\nadd input1 add1\n");
}

static void test_shared_parameters(void **state)
{
    (void)state;
    assert_text("x: input shape=5\n"
                "a: dense out=5\n"
                "b: dense a a.weight a.bias out=5\n"
                "dense b a.weight out=5\n",
                "x: input shape=5\n"
                "a: dense out=5\n"
                "b: dense a a.weight a.bias out=5\n"
                "dense b a.weight out=5\n");
}

static void test_inputs_and_losses(void **state)
{
    (void)state;
    assert_text("x: input shape=3x4x5\n"
                "y: dense out=7\n"
                "t: input shape=scalar type=label\n"
                "cross-entropy y t\n",
                "x: input shape=3x4x5\n"
                "y: dense out=7\n"
                "t: input type=label\n"
                "cross-entropy y t\n");
}

static void test_names(void **state)
{
    (void)state;
    /* Names as PyTorch and ONNX have them. */
    assert_text("input.1: input shape=3\n"
                "layer1/0/relu.Relu_2: relu\n"
                "\xc3\xa4: relu\n"
                "relu: relu\n",
                "input.1: input shape=3\n"
                "layer1/0/relu.Relu_2: relu\n"
                "\xc3\xa4: relu\n"
                "relu: relu\n");
    /* A number that is taken is left out. */
    assert_text("input shape=3\nrelu2: relu\nrelu\nrelu\n",
                "input shape=3\nrelu2: relu\nrelu\nrelu\n");
}

static void test_name_of_the_network(void **state)
{
    limpid_context *context = new_context();
    limpid_graph *graph = NULL;
    (void)state;
    assert_ok(context, limpid_graph_parse(&graph, context, "input shape=3\n", "some/folder/n.txt"));
    assert_string_equal(graph->name, "n.txt");
    limpid_graph_free(graph);
    limpid_context_free(context);
}

/* Every operator on every one of its cases: its text says all that it is. */
static void test_every_operator(void **state)
{
    limpid_context *context = new_context();
    (void)state;
    for (const limpid_op *const *op = limpid_ops; *op; op++)
        for (const limpid_case *c = (*op)->cases; c && c->attributes; c++) {
            _Alignas(16) char first[512] = { 0 }, second[512] = { 0 };
            limpid_text text = { .context = context };
            assert_true((*op)->attributes_size <= sizeof first);
            limpid_attributes_initial(*op, first);
            limpid_attributes_initial(*op, second);
            char words[200], *rest = words;
            snprintf(words, sizeof words, "%s", c->attributes);
            for (char *word; (word = strsep(&rest, " ")) != NULL;)
                if (*word) {
                    char *equals = strchr(word, '=');
                    *equals = '\0';
                    assert_ok(context,
                              limpid_attribute_parse(context, *op, first, word, equals + 1));
                }
            limpid_attributes_print(*op, first, &text);
            rest = text.data;
            for (char *word; rest && (word = strsep(&rest, " ")) != NULL;)
                if (*word) {
                    char *equals = strchr(word, '=');
                    *equals = '\0';
                    assert_ok(context,
                              limpid_attribute_parse(context, *op, second, word, equals + 1));
                }
            assert_memory_equal(first, second, sizeof first);
            limpid_release(context, text.data);
        }
    limpid_context_free(context);
}

/* limpid_add says the same as a line of text. */
static void test_add_is_the_same(void **state)
{
    limpid_context *context = new_context();
    limpid_graph *built, *parsed = parse(context, "x: input shape=2x6x6\n"
                                                  "conv out=3 size=3\n"
                                                  "pool-max size=2 stride=2\n"
                                                  "r: relu\n"
                                                  "add r r\n");
    char *a, *b;
    (void)state;
    assert_ok(context, limpid_graph_new(&built, context, NULL));
    int x = limpid_add(built, "x", "input", " shape=2x6x6 ", 0, NULL);
    x = limpid_add(built, NULL, "conv", "size=3  out=3", 1, &x);
    x = limpid_add(built, NULL, "pool-max", "size=2 stride=2", 1, &x);
    x = limpid_add(built, "r", "relu", NULL, 1, &x);
    x = limpid_add(built, NULL, "add", "", 2, (int[]){ x, x });
    assert_true(x > 0);
    limpid_graph_initialize(built, 0);
    assert_ok(context, limpid_graph_print(built, context, &a));
    assert_ok(context, limpid_graph_print(parsed, context, &b));
    assert_string_equal(a, b);
    assert_same_digest(context, built, parsed);
    limpid_text_free(context, a);
    limpid_text_free(context, b);
    limpid_text_free(context, NULL);
    limpid_graph_free(built);
    limpid_graph_free(parsed);
    limpid_context_free(context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chain),
        cmocka_unit_test(test_loose_writing),
        cmocka_unit_test(test_attributes_are_shortest),
        cmocka_unit_test(test_floats),
        cmocka_unit_test(test_branches),
        cmocka_unit_test(test_shared_parameters),
        cmocka_unit_test(test_inputs_and_losses),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_name_of_the_network),
        cmocka_unit_test(test_every_operator),
        cmocka_unit_test(test_add_is_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
