// SPDX-License-Identifier: MIT
/* test_build.c - networks piece by piece: failures that wait for the plan, notes, losses, digests.
 */
#include "graph/support.h"

/* The first failure is what counts; everything after it does nothing, and the plan reports it. */
static void test_failure_sticks(void **state)
{
    limpid_context *context = new_context();
    limpid_graph *graph;
    limpid_plan *plan = NULL;
    (void)state;
    assert_ok(context, limpid_graph_new(&graph, context, "mine"));
    int x = limpid_add(graph, NULL, "input", "shape=3x8x8", 0, NULL);
    int y = limpid_add(graph, NULL, "conv", "out=4 size=9", 1, &x);
    assert_int_equal(y, 0);
    assert_int_equal(limpid_add(graph, NULL, "relu", NULL, 1, &y), 0);
    assert_int_equal(limpid_add(graph, NULL, "nonsense", NULL, 1, &x), 0);
    limpid_fail(context, LIMPID_FAILED, "something else");
    assert_int_equal(limpid_plan_new(&plan, context, graph, NULL), LIMPID_BAD_SHAPE);
    assert_string_equal(limpid_message(context),
                        "conv1 (conv): a window of height 9, dilation 1, does not fit into 8 rows");
    assert_null(plan);
    assert_int_equal(limpid_graph_add_loss(graph, "cross-entropy"), LIMPID_BAD_SHAPE);
    limpid_graph_free(graph);
    limpid_context_free(context);
}

static void assert_add_fails(const char *op, const char *attributes, int count, const int *in,
                             limpid_status status, const char *message)
{
    limpid_context *context = new_context();
    limpid_graph *graph;
    limpid_plan *plan;
    assert_ok(context, limpid_graph_new(&graph, context, NULL));
    assert_int_equal(limpid_add(graph, "x", "input", "shape=3", 0, NULL), 1);
    assert_int_equal(limpid_add(graph, NULL, op, attributes, count, in), 0);
    assert_int_equal(limpid_plan_new(&plan, context, graph, NULL), status);
    assert_said(context, message, NULL);
    limpid_graph_free(graph);
    limpid_context_free(context);
}

static void test_wrong_additions(void **state)
{
    const int one = 1, minus = -1, large = 100, two[2] = { 1, 1 };
    char longer[400];
    (void)state;
    memset(longer, 'a', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    assert_add_fails("rellu", "", 1, &one, LIMPID_BAD_FILE, "did you mean 'relu'?");
    assert_add_fails("relu", "", 1, &minus, LIMPID_USAGE, "relu1 (relu): there is no value -1");
    assert_add_fails("relu", "", 1, &large, LIMPID_USAGE, "relu1 (relu): there is no value 100");
    assert_add_fails("relu", "", 2, two, LIMPID_BAD_FILE, "2 inputs are given; it takes 1");
    assert_add_fails("relu", "", 0, NULL, LIMPID_BAD_FILE, "the input 'x' is missing");
    assert_add_fails("dense", "out", 1, &one, LIMPID_BAD_FILE, "dense: 'out' is no attribute");
    assert_add_fails("dense", "out=", 1, &one, LIMPID_BAD_FILE, "dense: out=; expected is");
    assert_add_fails("dense", NULL, 1, &one, LIMPID_BAD_FILE, "needs the attribute 'out'");
    assert_add_fails("dense", longer, 1, &one, LIMPID_BAD_FILE, "an attribute of 399 bytes");
}

static void test_empty(void **state)
{
    limpid_context *context = new_context();
    limpid_graph *graph;
    limpid_plan *plan;
    limpid_parameter p;
    char *text, hex[65];
    (void)state;
    limpid_graph_free(NULL);
    assert_ok(context, limpid_graph_new(&graph, context, "nothing"));
    assert_int_equal(limpid_plan_new(&plan, context, graph, NULL), LIMPID_BAD_FILE);
    assert_string_equal(limpid_message(context), "nothing: the network is empty");
    assert_int_equal(limpid_graph_add_loss(graph, "cross-entropy"), LIMPID_BAD_FILE);
    assert_false(limpid_graph_parameter(graph, 0, &p));
    assert_int_equal(limpid_graph_answer(graph), 0);
    assert_int_equal(limpid_graph_input(graph, 0), 0);
    assert_ok(context, limpid_graph_digest(graph, context, hex));
    assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_ok(context, limpid_graph_print(graph, context, &text));
    assert_true(!text || !*text);
    limpid_text_free(context, text);
    limpid_graph_free(graph);
    limpid_context_free(context);
}

static void test_notes(void **state)
{
    limpid_context *context = new_context();
    limpid_graph *graph;
    char key[8];
    (void)state;
    assert_ok(context, limpid_graph_new(&graph, context, NULL));
    assert_null(limpid_graph_note(graph, "a"));
    for (int i = 0; i < 40; i++) {
        snprintf(key, sizeof key, "k%d", i);
        assert_ok(context, limpid_graph_set_note(graph, key, "first"));
        assert_ok(context, limpid_graph_set_note(graph, key, key));
    }
    assert_int_equal(graph->note_count, 40);
    assert_string_equal(limpid_graph_note(graph, "k0"), "k0");
    assert_string_equal(limpid_graph_note(graph, "k39"), "k39");
    limpid_graph_free(graph);
    limpid_context_free(context);
}

static void test_loss(void **state)
{
    static const struct {
        const char *text, *loss;
        limpid_shape target;
        limpid_type type;
    } rows[] = {
        { "input shape=5\ndense out=3\n", "cross-entropy", { 1, { 1 } }, LIMPID_INT32 },
        { "input shape=5\ndense out=3\n", "squared-error", { 2, { 1, 3 } }, LIMPID_FLOAT },
        { "input shape=2x4x6\nconv out=3 size=1\n",
          "cross-entropy",
          { 3, { 1, 4, 6 } },
          LIMPID_INT32 },
        { "input shape=2x4x6\n", "squared-error", { 4, { 1, 2, 4, 6 } }, LIMPID_FLOAT },
    };
    limpid_context *context = new_context();
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        limpid_graph *graph = parse(context, rows[i].text);
        int answer = limpid_graph_answer(graph);
        assert_int_equal(limpid_graph_loss(graph), 0);
        assert_ok(context, limpid_graph_add_loss(graph, rows[i].loss));
        int target = limpid_graph_find(graph, "target");
        assert_true(target && limpid_graph_loss(graph));
        assert_int_equal(limpid_graph_answer(graph), answer);
        assert_int_equal(limpid_graph_input(graph, 1), target);
        assert_int_equal(graph->values[target].type, rows[i].type);
        assert_true(limpid_shape_equal(&graph->values[target].shape, &rows[i].target));
        limpid_graph_free(graph);
    }
    limpid_graph *graph = parse(context, rows[0].text);
    assert_int_equal(limpid_graph_add_loss(graph, "relu"), LIMPID_USAGE);
    assert_string_equal(limpid_message(context),
                        "there is no loss 'relu'; known are cross-entropy, squared-error");
    assert_int_equal(limpid_graph_add_loss(graph, ""), LIMPID_USAGE);
    limpid_graph_free(graph);
    limpid_context_free(context);
}

static void add_number(limpid_sha256 *sha, int64_t value)
{
    limpid_sha256_add(sha, &value, sizeof value); /* the machines of the tests are little-endian */
}

/* The digest is what docs say: name, NUL, rank, dimensions, numbers, parameter by parameter. */
static void test_digest(void **state)
{
    limpid_context *context = new_context();
    limpid_graph *graph = parse(context, "input shape=2\nfirst: dense out=3\n");
    const float weight[6] = { 1, -2, 3, 0, -0.0f, 5.5f }, bias[3] = { (float)INFINITY, 8, 9 };
    limpid_parameter p[2];
    limpid_sha256 sha;
    char expected[65], hex[65] = "untouched";
    (void)state;
    for (int i = 0; i < 2; i++)
        assert_true(limpid_graph_parameter(graph, i, &p[i]));
    memcpy(p[0].data, weight, sizeof weight);
    memcpy(p[1].data, bias, sizeof bias);
    limpid_sha256_start(&sha);
    limpid_sha256_add(&sha, "first.weight", 13);
    add_number(&sha, 2);
    add_number(&sha, 3);
    add_number(&sha, 2);
    limpid_sha256_add(&sha, weight, sizeof weight);
    limpid_sha256_add(&sha, "first.bias", 11);
    add_number(&sha, 1);
    add_number(&sha, 3);
    limpid_sha256_add(&sha, bias, sizeof bias);
    limpid_sha256_finish(&sha, expected);
    assert_ok(context, limpid_graph_digest(graph, context, hex));
    assert_string_equal(hex, expected);
    p[0].data[4] = 0; /* minus zero is another number */
    assert_ok(context, limpid_graph_digest(graph, context, hex));
    assert_string_not_equal(hex, expected);
    p[1].data[2] = (float)NAN;
    strcpy(hex, "untouched");
    assert_int_equal(limpid_graph_digest(graph, context, hex), LIMPID_NOT_FINITE);
    assert_said(context, "first.bias", "element 2", "NaN", NULL);
    assert_string_equal(hex, "untouched");
    limpid_graph_free(graph);
    limpid_context_free(context);
}

/* Parameters are the graph's own memory: what is written there is what runs. */
static void test_own_weights(void **state)
{
    limpid_context *context = new_context();
    limpid_graph *graph = parse(context, "x: input shape=2\ny: dense out=2\n");
    limpid_plan *plan = plan_of(context, graph, (limpid_plan_options){ 0 });
    limpid_parameter p;
    (void)state;
    assert_true(limpid_graph_parameter(graph, 0, &p));
    assert_string_equal(p.name, "y.weight");
    memcpy(p.data, (const float[4]){ 1, 2, 3, 4 }, 4 * sizeof(float));
    assert_true(limpid_graph_parameter(graph, 1, &p));
    memcpy(p.data, (const float[2]){ 10, 20 }, 2 * sizeof(float));
    memcpy(limpid_plan_floats(plan, "x", NULL), (const float[2]){ 5, 7 }, 2 * sizeof(float));
    limpid_plan_forward(plan);
    const float *y = limpid_plan_floats(plan, "y", NULL);
    assert_true(y[0] == 10 + 5 + 14 && y[1] == 20 + 15 + 28);
    limpid_plan_free(plan);
    limpid_graph_free(graph);
    limpid_context_free(context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_failure_sticks), cmocka_unit_test(test_wrong_additions),
        cmocka_unit_test(test_empty),          cmocka_unit_test(test_notes),
        cmocka_unit_test(test_loss),           cmocka_unit_test(test_digest),
        cmocka_unit_test(test_own_weights),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
