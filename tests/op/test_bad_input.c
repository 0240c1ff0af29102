// SPDX-License-Identifier: MIT
/* What does not fit is refused when the network is put together or planned, with a sentence that
 * names the node, the operator, what was found and what would fit. */
#include <string.h>
#include "op/trial.h"

enum { WORDS = 6 };

typedef struct {
    const char *network;
    limpid_status status;
    const char *words[WORDS]; /* that the message must hold */
} refusal;

#define BAD(shape_or_file, network, ...)                                                           \
    {                                                                                              \
        network, LIMPID_BAD_##shape_or_file,                                                       \
        {                                                                                          \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }

static const refusal refusals[] = {
    /* convolution */
    BAD(SHAPE, "input shape=3x4\nc: conv out=1 size=1", "c (conv)", "1x3x4", "3 dimensions", "4"),
    BAD(SHAPE, "input shape=3x4x5\nc: conv out=4 size=1 groups=2", "c (conv)", "2 groups",
        "3 channels", "4 filters"),
    BAD(SHAPE, "input shape=4x4x5\nc: conv out=3 size=1 groups=2", "c (conv)", "2 groups",
        "4 channels", "3 filters"),
    BAD(SHAPE, "input shape=1x4x9\nc: conv out=1 size=5", "c (conv)", "height 5", "4 rows"),
    BAD(SHAPE, "input shape=1x9x4\nc: conv out=1 size=3 dilation=2", "c (conv)", "width 3",
        "dilation 2", "4 columns"),
    BAD(SHAPE, "input shape=1x2x9\nc: conv out=1 size=5 pad=1x0", "c (conv)", "height 5",
        "2 with its padding"),
    BAD(SHAPE, "input shape=1x9x9\nc: conv out=1 size=2147483647 dilation=2147483647", "c (conv)",
        "height 2147483647", "9 rows"),
    BAD(SHAPE,
        "input shape=2147483647x9x9\nc: conv out=2147483647 size=2147483647x2147483647 "
        "pad=2147483647",
        "c (conv)", "1x2147483647x9x9", "2147483647x2147483647x2147483647x2147483647", "too large"),
    BAD(SHAPE,
        "input shape=1x9x9\nc: conv out=1 size=1000000000 "
        "pad=499999995x499999995x499999996x499999996",
        "c (conv)", "weights", "1x1x1000000000x1000000000", "too large"),
    BAD(FILE, "input shape=3x4x5\nc: conv size=1", "conv", "'out'", "filters"),
    BAD(FILE, "input shape=3x4x5\nc: conv out=1", "conv", "'size'", "height and width"),
    BAD(FILE, "input shape=3x4x5\nc: conv out=0 size=1", "conv", "out=0", "1 or more"),
    BAD(FILE, "input shape=3x4x5\nc: conv out=1 size=1 stride=0", "conv", "stride=0", "1 or more"),
    BAD(FILE, "input shape=3x4x5\nc: conv out=1 size=1 pad=-1", "conv", "pad=-1", "0 or more"),
    BAD(FILE, "input shape=3x4x5\nc: conv out=1 size=1x2x3", "conv", "size=1x2x3",
        "1 or 2 numbers"),
    BAD(FILE, "input shape=3x4x5\nc: conv out=1 size=1 pad=1x2x3", "conv", "pad=1x2x3",
        "1, 2 or 4 numbers"),
    BAD(FILE, "input shape=3x4x5\nc: conv out=1 size=1 bias=yes", "conv", "bias=yes",
        "true or false"),
    BAD(FILE, "input shape=3x4x5\nc: conv out=1 size=1 strid=2", "conv", "'strid'",
        "did you mean 'stride'"),
    BAD(FILE, "input shape=3x4x5\nc: conv out=99999999999 size=1", "conv", "out=99999999999"),
    /* fully connected */
    BAD(FILE, "input shape=3\nd: dense", "dense", "'out'", "outputs"),
    BAD(SHAPE, "input shape=2147483647\nd: dense out=2147483647", "d (dense)", "1x2147483647",
        "2147483647 outputs", "too many"),
    BAD(SHAPE, "input shape=2147483647x268435456\nd: dense out=1", "d (dense)", "weights",
        "1x576460752034988032", "too large"),
    BAD(SHAPE, "w: input shape=5\nx: input shape=3\nd: dense x w out=1", "d (dense)", "weight",
        "1x5", "1x3"),
    /* pooling */
    BAD(SHAPE, "input shape=3\np: pool-max size=1", "p (pool-max)", "1x3", "2 dimensions", "4"),
    BAD(SHAPE, "input shape=3\np: pool-average size=1", "p (pool-average)", "1x3", "2 dimensions",
        "4"),
    BAD(SHAPE, "input shape=1x2x2\np: pool-max size=3", "p (pool-max)", "height 3", "2 rows"),
    BAD(SHAPE, "input shape=1x2x2\np: pool-average size=1x3", "p (pool-average)", "width 3",
        "2 columns"),
    BAD(SHAPE, "input shape=1x4x4\np: pool-max size=2 pad=2x0", "p (pool-max)",
        "padding 2 and 2 of the height", "size 2"),
    BAD(SHAPE, "input shape=1x4x4\np: pool-average size=2 pad=0x0x0x2", "p (pool-average)",
        "padding 0 and 2 of the width", "size 2"),
    BAD(SHAPE, "input shape=1x1x1\np: pool-max size=2 pad=1 dilation=2", "p (pool-max)",
        "without a cell of the picture"),
    BAD(SHAPE, "input shape=1x65536x65536\np: pool-max size=1", "p (pool-max)", "1x1x65536x65536",
        "2^31 - 1 cells"),
    BAD(FILE, "input shape=1x4x4\np: pool-max", "pool-max", "'size'"),
    BAD(FILE, "input shape=1x4x4\np: pool-max size=1 count-pad=true", "pool-max", "'count-pad'",
        "size, stride, pad, dilation"),
    /* element by element, losses */
    BAD(FILE, "input shape=3\nr: relu slope=1", "relu has no attribute 'slope'", "none"),
    BAD(SHAPE, "a: input shape=3\nb: input shape=4\ns: add a b", "s (add)", "1x3", "1x4",
        "the same"),
    BAD(FILE, "a: input shape=3\ns: add a", "s (add)", "input 'b' is missing"),
    BAD(FILE, "a: input shape=3\ns: add a a a", "s (add)", "3 inputs", "takes 2"),
    BAD(SHAPE, "input shape=3x4\ns: softmax axis=3", "s (softmax)", "axis is 3", "1x3x4"),
    BAD(FILE, "input shape=3x4\ns: softmax axis=8", "softmax", "axis=8"),
    BAD(SHAPE, "x: input shape=scalar\nt: input shape=scalar type=label\nz: cross-entropy x t",
        "z (cross-entropy)", "x has shape 1;", "classes"),
    BAD(SHAPE, "x: input shape=3\nt: input shape=3 type=label\nz: cross-entropy x t",
        "z (cross-entropy)", "1x3", "must be 1"),
    BAD(SHAPE, "x: input shape=3\nt: input shape=3\nz: cross-entropy x t", "z (cross-entropy)",
        "target 't' holds floats", "labels"),
    BAD(SHAPE, "x: input shape=scalar type=label\nr: relu x", "r (relu)", "x 'x' holds labels",
        "floats"),
    BAD(SHAPE, "x: input shape=3\nt: input shape=3x1\nz: squared-error x t", "z (squared-error)",
        "1x3", "1x3x1", "the same"),
    BAD(FILE, "x: input shape=3\nz: squared-error x", "z (squared-error)", "'target' is missing"),
    /* inputs */
    BAD(SHAPE, "i: input shape=1x1x1x1x1x1x1x1", "i (input)", "1x1x1x1x1x1x1x1", "8 dimensions",
        "7"),
    BAD(SHAPE, "i: input shape=2147483647x2147483647x2147483647", "i (input)",
        "2147483647x2147483647x2147483647", "too large"),
    BAD(FILE, "i: input shape=0x3", "input", "shape=0x3", "1x28x28"),
    BAD(FILE, "i: input shape=3 type=double", "input", "type=double", "float or label"),
};

static void assert_words(const limpid_context *context, const refusal *r)
{
    const char *message = limpid_message(context);
    for (int i = 0; i < WORDS && r->words[i]; i++)
        if (!strstr(message, r->words[i]))
            fail_msg("\"%s\" should hold \"%s\", of the network\n%s", message, r->words[i],
                     r->network);
    assert_null(strchr(message, '\n'));
}

static void networks_that_do_not_fit(void **state)
{
    (void)state;
    limpid_context *context = trial_context(LIMPID_ISA_generic, 1);
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        limpid_graph *graph = NULL;
        limpid_status status = limpid_graph_parse(&graph, context, refusals[i].network, "net");
        if (status != refusals[i].status)
            fail_msg("status %d, not %d, of the network\n%s", (int)status, (int)refusals[i].status,
                     refusals[i].network);
        assert_null(graph);
        assert_words(context, &refusals[i]);
    }
    limpid_context_free(context);
}

/* ---- what only shows in a graph built by hand ---- */

typedef struct {
    const char *op, *attributes;
    limpid_shape in[2]; /* given as parameters; rank -1: not given */
    limpid_shape weight, bias;
    refusal expected;
} built;

#define ABSENT                                                                                     \
    {                                                                                              \
        .rank = -1                                                                                 \
    }
static const built builts[] = {
    { "flatten",
      "",
      { { 0 }, ABSENT },
      ABSENT,
      ABSENT,
      { NULL, LIMPID_BAD_SHAPE, { "node (flatten)", "single number", "samples" } } },
    { "squared-error",
      "",
      { { 0 }, { 0 } },
      ABSENT,
      ABSENT,
      { NULL, LIMPID_BAD_SHAPE, { "node (squared-error)", "single number", "samples" } } },
    { "dense",
      "out=1",
      { { 1, { 3 } }, ABSENT },
      ABSENT,
      ABSENT,
      { NULL, LIMPID_BAD_SHAPE, { "node (dense)", "shape 3;", "samples" } } },
    { "conv",
      "out=2 size=3",
      { { 4, { 1, 3, 5, 5 } }, ABSENT },
      { 4, { 2, 3, 3, 2 } },
      ABSENT,
      { NULL, LIMPID_BAD_SHAPE, { "node (conv)", "weight", "2x3x3x2", "2x3x3x3" } } },
    { "conv",
      "out=2 size=1",
      { { 4, { 1, 3, 5, 5 } }, ABSENT },
      { 4, { 2, 3, 1, 1 } },
      { 1, { 3 } },
      { NULL, LIMPID_BAD_SHAPE, { "node (conv)", "bias", "shape 3;", "expected is 2" } } },
    { "conv",
      "out=2 size=1 bias=false",
      { { 4, { 1, 3, 5, 5 } }, ABSENT },
      { 4, { 2, 3, 1, 1 } },
      { 1, { 2 } },
      { NULL, LIMPID_BAD_SHAPE, { "node (conv)", "'bias'", "not wanted" } } },
    { "dense",
      "out=2",
      { { 2, { 1, 3 } }, ABSENT },
      { 2, { 3, 2 } },
      ABSENT,
      { NULL, LIMPID_BAD_SHAPE, { "node (dense)", "weight", "3x2", "2x3" } } },
};

static int parameter(limpid_graph *graph, const char *name, limpid_shape shape)
{
    int value = 0;
    if (shape.rank >= 0)
        assert_int_equal(limpid_graph_add_parameter(graph, name, &shape, NULL, &value), LIMPID_OK);
    return value;
}

static void inputs_and_parameters_that_do_not_fit(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof builts / sizeof *builts; i++) {
        const built *b = &builts[i];
        limpid_context *context = trial_context(LIMPID_ISA_generic, 1);
        limpid_graph *graph;
        limpid_plan *plan = NULL;
        assert_int_equal(limpid_graph_new(&graph, context, "net"), LIMPID_OK);
        int in[] = { parameter(graph, "x", b->in[0]), parameter(graph, "t", b->in[1]), 0 };
        int count = 1 + (b->in[1].rank >= 0);
        if (b->weight.rank >= 0) {
            in[1] = parameter(graph, "weight", b->weight);
            in[2] = parameter(graph, "bias", b->bias);
            count = 2 + (b->bias.rank >= 0);
        }
        assert_int_equal(limpid_add(graph, "node", b->op, b->attributes, count, in), 0);
        /* What failed is kept until someone wants to use the graph. */
        assert_int_equal(limpid_add(graph, "more", "relu", "", 1, in), 0);
        assert_int_equal(limpid_plan_new(&plan, context, graph, NULL), b->expected.status);
        assert_null(plan);
        assert_words(context, &b->expected);
        limpid_graph_free(graph);
        limpid_context_free(context);
    }
}

/* A batch that makes sizes overflow which fit for one sample. */
static void a_batch_too_large(void **state)
{
    (void)state;
    static const refusal expected = { NULL,
                                      LIMPID_BAD_SHAPE,
                                      { "samples", "too large", "2147483647" } };
    limpid_context *context = trial_context(LIMPID_ISA_generic, 1);
    limpid_graph *graph;
    limpid_plan *plan = NULL;
    assert_int_equal(limpid_graph_parse(&graph, context, "input shape=65536x65536\nflatten", "net"),
                     LIMPID_OK);
    assert_int_equal(limpid_plan_new(&plan, context, graph, &(limpid_plan_options){ INT32_MAX }),
                     LIMPID_BAD_SHAPE);
    assert_null(plan);
    assert_words(context, &expected);
    limpid_graph_free(graph);
    limpid_context_free(context);
}

/* ---- pooling is accepted where the padding is narrower than the window, and every window has a
 * cell of the picture ---- */

typedef struct {
    int in, size, stride, dilation, before, after;
} row_of_windows;

static bool acceptable(const row_of_windows *r)
{
    int reach = (r->size - 1) * r->dilation, slack = r->in + r->before + r->after - reach - 1;
    if (slack < 0 || r->before > reach || r->after > reach)
        return false;
    for (int i = 0; i <= slack / r->stride; i++) {
        int cells = 0;
        for (int u = 0; u < r->size; u++) {
            int at = i * r->stride - r->before + u * r->dilation;
            cells += at >= 0 && at < r->in;
        }
        if (!cells)
            return false;
    }
    return true;
}

static void check_windows(limpid_context *context, const row_of_windows *r, bool across)
{
    char network[200];
    limpid_graph *graph;
    if (across)
        snprintf(network, sizeof network,
                 "input shape=1x1x%d\npool-max size=1x%d stride=1x%d dilation=1x%d pad=0x%dx0x%d",
                 r->in, r->size, r->stride, r->dilation, r->before, r->after);
    else
        snprintf(network, sizeof network,
                 "input shape=1x%dx1\npool-max size=%dx1 stride=%dx1 dilation=%dx1 pad=%dx0x%dx0",
                 r->in, r->size, r->stride, r->dilation, r->before, r->after);
    limpid_status status = limpid_graph_parse(&graph, context, network, "net");
    if (status == LIMPID_OK)
        limpid_graph_free(graph);
    if ((status == LIMPID_OK) != acceptable(r))
        fail_msg("%s: %s", status == LIMPID_OK ? "was accepted" : "was refused", network);
}

static void windows_without_a_cell(void **state)
{
    (void)state;
    limpid_context *context = trial_context(LIMPID_ISA_generic, 1);
    for (int i = 0; i < 4 * 3 * 3 * 5 * 5 * 5; i++) {
        const row_of_windows r = { 1 + i % 4,      1 + i / 4 % 3, 1 + i / 12 % 3,
                                   1 + i / 36 % 5, i / 180 % 5,   i / 900 % 5 };
        check_windows(context, &r, i % 2);
    }
    limpid_context_free(context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(networks_that_do_not_fit),
        cmocka_unit_test(inputs_and_parameters_that_do_not_fit),
        cmocka_unit_test(a_batch_too_large),
        cmocka_unit_test(windows_without_a_cell),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
