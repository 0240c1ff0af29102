// SPDX-License-Identifier: MIT
/* test_text_errors.c - networks that are wrong: one line that names the file, the line, the
 * operator and the shapes, says what was found and what was expected, and nothing is left behind.
 */
#include "graph/support.h"

typedef struct {
    const char *text;
    limpid_status status;
    const char *message; /* whole */
} row;

static void assert_rows(const row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        counting_memory memory = { 0 };
        const limpid_options options = counting_options(&memory);
        limpid_context *context;
        limpid_graph *graph = NULL;
        assert_int_equal(limpid_context_new(&context, &options), LIMPID_OK);
        limpid_status status = limpid_graph_parse(&graph, context, rows[i].text, "a/net.txt");
        if (status != rows[i].status || strcmp(limpid_message(context), rows[i].message) != 0)
            fail_msg("row %zu\n  says      %s\n  should be %s\n  status %d, should be %d", i,
                     limpid_message(context), rows[i].message, status, rows[i].status);
        assert_null(graph);
        limpid_context_free(context);
        assert_int_equal(memory.live, 0);
    }
}

#define assert_all(rows) assert_rows(rows, sizeof(rows) / sizeof *(rows))

static const row attributes[] = {
    { "input shape=3x8x8\n"
      "conv ouput=3 size=3\n",
      LIMPID_BAD_FILE,
      "a/net.txt:2: conv has no attribute 'ouput'; did you mean 'out'; it "
      "has out, size, stride, pad, dilation, groups, bias, gain" },
    { "input shape=3x8x8\n"
      "conv outt=3 size=3\n",
      LIMPID_BAD_FILE,
      "a/net.txt:2: conv has no attribute 'outt'; did you mean 'out'; it has "
      "out, size, stride, pad, dilation, groups, bias, gain" },
    { "input shape=3x8x8\n"
      "relu size=3\n",
      LIMPID_BAD_FILE, "a/net.txt:2: relu has no attribute 'size'; it has none" },
    { "input shape=3x8x8\n"
      "conv out=three size=3\n",
      LIMPID_BAD_FILE, "a/net.txt:2: conv: out=three; expected is a number, 1 or more" },
    { "input shape=3x8x8\n"
      "conv out=0 size=3\n",
      LIMPID_BAD_FILE, "a/net.txt:2: conv: out=0; expected is a number, 1 or more" },
    { "input shape=3x8x8\n"
      "conv out=3 size=3x3x3\n",
      LIMPID_BAD_FILE,
      "a/net.txt:2: conv: size=3x3x3; expected is 1 or 2 numbers such as "
      "3x5, each 1 or more" },
    { "input shape=3x8x8\n"
      "conv out=3 size=3 pad=1x2x3\n",
      LIMPID_BAD_FILE,
      "a/net.txt:2: conv: pad=1x2x3; expected is 1, 2 or 4 numbers such as "
      "1x2x1x2, each 0 or more" },
    { "input shape=3x8x8\n"
      "conv out=3 size=3 bias=yes\n",
      LIMPID_BAD_FILE, "a/net.txt:2: conv: bias=yes; expected is true or false" },
    { "input shape=3x8x8\n"
      "dense out=3 gain=big\n",
      LIMPID_BAD_FILE, "a/net.txt:2: dense: gain=big; expected is a number such as 0.1" },
    { "input shape=3x8x8 type=text\n", LIMPID_BAD_FILE,
      "a/net.txt:1: input: type=text; expected is float or label" },
    { "input shape=3x0x8\n", LIMPID_BAD_FILE,
      "a/net.txt:1: input: shape=3x0x8; expected is a shape such as 1x28x28, "
      "each 1 to 2147483647" },
    { "input shape=3x8x8\n"
      "conv size=3\n",
      LIMPID_BAD_FILE, "a/net.txt:2: conv needs the attribute 'out' (filters)" },
    { "a: input shape=1x1x1x1x1x1x1x1x1\n", LIMPID_BAD_FILE,
      "a/net.txt:1: input: shape=1x1x1x1x1x1x1x1x1; expected is a shape such "
      "as 1x28x28, each 1 to 2147483647" },
    { "input =3\n", LIMPID_BAD_FILE, "a/net.txt:1: input has no attribute ''; it has shape, type" },
    { "input shape=\n", LIMPID_BAD_FILE,
      "a/net.txt:1: input: shape=; expected is a shape such as 1x28x28, each "
      "1 to 2147483647" },
};

static void test_attributes(void **state)
{
    (void)state;
    assert_all(attributes);
}

static const row words_and_inputs[] = {
    { "cnov out=3\n", LIMPID_BAD_FILE,
      "a/net.txt:1: there is no operator 'cnov'; did you mean 'conv'?" },
    { "transformer\n", LIMPID_BAD_FILE, "a/net.txt:1: there is no operator 'transformer'" },
    { "relu\n", LIMPID_BAD_FILE,
      "a/net.txt:1: relu1 (relu): the input 'x' is missing; name it behind "
      "the operator" },
    { "input shape=3\n"
      "add\n",
      LIMPID_BAD_FILE,
      "a/net.txt:2: add1 (add): the input 'b' is missing; name it behind the "
      "operator" },
    { "input shape=3\n"
      "add input1\n",
      LIMPID_BAD_FILE,
      "a/net.txt:2: add1 (add): the input 'b' is missing; name it behind the "
      "operator" },
    { "input shape=3\n"
      "relu input1 input1\n",
      LIMPID_BAD_FILE, "a/net.txt:2: relu1 (relu): 2 inputs are given; it takes 1" },
    { "input shape=3\n"
      "dense y out=2\n",
      LIMPID_BAD_FILE,
      "a/net.txt:2: there is no value 'y' above this line; attributes look "
      "like name=value" },
    { "input shape=3\n"
      "y: relu\n"
      "relu z\n",
      LIMPID_BAD_FILE,
      "a/net.txt:3: there is no value 'z' above this line; attributes look "
      "like name=value" },
    { "input shape=3\n"
      "y:\n",
      LIMPID_BAD_FILE, "a/net.txt:2: an operator is missing after 'y:'" },
    { "input shape=3 shape\n", LIMPID_BAD_FILE,
      "a/net.txt:1: there is no value 'shape' above this line; attributes "
      "look like name=value" },
};

static void test_words_and_inputs(void **state)
{
    (void)state;
    assert_all(words_and_inputs);
}

static const row names[] = {
    { "input shape=3\n"
      "x: relu\n"
      "x: relu\n",
      LIMPID_BAD_FILE, "a/net.txt:3: two values are named 'x'; names must differ" },
    { "input shape=3\n"
      ": relu\n",
      LIMPID_BAD_FILE, "a/net.txt:2: the name before ':' is missing" },
    { "input shape=3\n"
      "a=b: relu\n",
      LIMPID_BAD_FILE, "a/net.txt:2: the name 'a=b' must not hold '=', '[' or ']'" },
    { "input shape=3\n"
      "x: dense out=3\n"
      "x.weight: relu\n",
      LIMPID_BAD_FILE, "a/net.txt:3: two values are named 'x.weight'; names must differ" },
    { "input shape=3\n"
      "x[0]: relu\n",
      LIMPID_BAD_FILE, "a/net.txt:2: the name 'x[0]' must not hold '=', '[' or ']'" },
};

static void test_names(void **state)
{
    (void)state;
    assert_all(names);
}

static const row shapes[] = {
    { "input shape=3\n"
      "conv out=2 size=1\n",
      LIMPID_BAD_SHAPE,
      "a/net.txt:2: conv1 (conv): x has shape 1x3, 2 dimensions; expected "
      "are 4" },
    { "input shape=3x8x8\n"
      "conv out=3 size=9\n",
      LIMPID_BAD_SHAPE,
      "a/net.txt:2: conv1 (conv): a window of height 9, dilation 1, does not "
      "fit into 8 rows" },
    { "input shape=3x8x8\n"
      "conv out=3 size=3 dilation=4\n",
      LIMPID_BAD_SHAPE,
      "a/net.txt:2: conv1 (conv): a window of height 3, dilation 4, does not "
      "fit into 8 rows" },
    { "input shape=3x8x8\n"
      "conv out=3 size=3 groups=2\n",
      LIMPID_BAD_SHAPE,
      "a/net.txt:2: conv1 (conv): 2 groups do not divide 3 channels and 3 "
      "filters" },
    { "input shape=3x8x8\n"
      "pool-max size=2 pad=2\n",
      LIMPID_BAD_SHAPE,
      "a/net.txt:2: pool-max1 (pool-max): padding 2 and 2 of the height "
      "leaves windows of size 2 without a cell of the picture" },
    { "a: input shape=3x8x8\n"
      "b: input shape=3x8x9\n"
      "add a b\n",
      LIMPID_BAD_SHAPE,
      "a/net.txt:3: add1 (add): a has shape 1x3x8x8, but b has 1x3x8x9; they "
      "must be the same" },
    { "a: input shape=3x8x8\n"
      "t: input type=label\n"
      "add a t\n",
      LIMPID_BAD_SHAPE, "a/net.txt:3: add1 (add): b 't' holds labels; expected are floats" },
    { "a: input shape=3\n"
      "t: input shape=5\n"
      "squared-error a t\n",
      LIMPID_BAD_SHAPE,
      "a/net.txt:3: squared-error1 (squared-error): x has shape 1x3, but "
      "target has 1x5; they must be the same" },
    { "a: input shape=3\n"
      "t: input shape=5 type=label\n"
      "cross-entropy a t\n",
      LIMPID_BAD_SHAPE,
      "a/net.txt:3: cross-entropy1 (cross-entropy): target has shape 1x5; "
      "for x 1x3 it must be 1" },
    { "a: input shape=3\n"
      "t: input\n"
      "cross-entropy a t\n",
      LIMPID_BAD_SHAPE,
      "a/net.txt:3: cross-entropy1 (cross-entropy): target 't' holds floats; "
      "expected are labels" },
    { "input shape=3\n"
      "a: dense out=4\n"
      "b: dense input1 a.weight out=5\n",
      LIMPID_BAD_SHAPE, "a/net.txt:3: b (dense): weight has shape 4x3; expected is 5x3" },
    { "input shape=3\n"
      "a: dense out=4\n"
      "b: dense input1 a.weight a.bias out=4 bias=false\n",
      LIMPID_BAD_SHAPE, "a/net.txt:3: b (dense): 'a.bias' is given but not wanted" },
    { "input shape=3\n"
      "a: relu\n"
      "dense input1 a out=3\n",
      LIMPID_BAD_SHAPE, "a/net.txt:3: dense1 (dense): weight has shape 1x3; expected is 3x3" },
};

static void test_shapes(void **state)
{
    (void)state;
    assert_all(shapes);
}

static const row sizes[] = {
    { "a: input shape=1x1x1x1x1x1x1x1\n", LIMPID_BAD_SHAPE,
      "a/net.txt:1: a (input): shape 1x1x1x1x1x1x1x1 has 8 dimensions; at "
      "most 7 are possible" },
    { "a: input shape=2147483647x2147483647x2147483647\n", LIMPID_BAD_SHAPE,
      "a/net.txt:1: a (input): 1 samples of shape "
      "2147483647x2147483647x2147483647 are too large" },
    { "input shape=2147483648\n", LIMPID_BAD_FILE,
      "a/net.txt:1: input: shape=2147483648; expected is a shape such as "
      "1x28x28, each 1 to 2147483647" },
    { "input shape=1000000x1000x1000\n"
      "dense out=2147483647\n",
      LIMPID_BAD_SHAPE,
      "a/net.txt:2: dense1 (dense): 1x1000000x1000x1000 inputs for "
      "2147483647 outputs are too many" },
    { "input shape=1x1000000x1000000\n"
      "conv out=2147483647 size=1000\n",
      LIMPID_BAD_SHAPE,
      "a/net.txt:2: conv1 (conv): input 1x1x1000000x1000000, filters "
      "2147483647x1x1000x1000: too large" },
    { "input shape=1x1000000x1000000\n"
      "conv out=1 size=2147483647 dilation=2147483647\n",
      LIMPID_BAD_SHAPE,
      "a/net.txt:2: conv1 (conv): a window of height 2147483647, dilation "
      "2147483647, does not fit into 1000000 rows" },
};

static void test_sizes(void **state)
{
    (void)state;
    assert_all(sizes);
}

/* What is no text at all. */
static const row no_text[] = {
    { "", LIMPID_BAD_FILE,
      "a/net.txt: holds no operator; expected are lines such as 'conv out=20 size=5'" },
    { "\n\n# only a comment\n \t\r\n", LIMPID_BAD_FILE,
      "a/net.txt: holds no operator; expected are lines such as 'conv out=20 size=5'" },
    { "\x7f"
      "ELF\x02\x01\x01",
      LIMPID_BAD_FILE,
      "a/net.txt:1: holds the byte 0x02, which is no text; expected are lines such as "
      "'conv out=20 size=5'" },
    { "\x89PNG\r\n\x1a\n", LIMPID_BAD_FILE, "a/net.txt:1: there is no operator '\x89PNG'" },
    { "input shape=3\n\x1b[2J\n", LIMPID_BAD_FILE,
      "a/net.txt:2: holds the byte 0x1b, which is no text; expected are lines such as "
      "'conv out=20 size=5'" },
};

static void test_no_text(void **state)
{
    (void)state;
    assert_all(no_text);
}

static void test_long_lines(void **state)
{
    enum { LONGEST = 4095 };
    limpid_context *context = new_context();
    limpid_graph *graph = NULL;
    char *text = malloc(40000);
    (void)state;
    assert_non_null(text);
    strcpy(text, "input shape=3 #");
    memset(text + 15, 'x', LONGEST - 15);
    strcpy(text + LONGEST, "\nrelu\n");
    assert_ok(context, limpid_graph_parse(&graph, context, text, "net"));
    limpid_graph_free(graph);
    strcpy(text + LONGEST, "x\nrelu\n");
    assert_int_equal(limpid_graph_parse(&graph, context, text, "net"), LIMPID_BAD_FILE);
    assert_string_equal(limpid_message(context),
                        "net:1: a line of 4096 bytes; at most 4095 are accepted");
    /* A word that fills a line is cut in the message, which stays one line. */
    memset(text, 'y', LONGEST);
    text[LONGEST] = '\0';
    assert_int_equal(limpid_graph_parse(&graph, context, text, "net"), LIMPID_BAD_FILE);
    assert_said(context, "net:1: there is no operator 'yyyy", NULL);
    strcpy(text, "x: input shape=3\nadd");
    for (int i = 0; i < 65; i++)
        strcat(text, " x");
    assert_int_equal(limpid_graph_parse(&graph, context, text, "net"), LIMPID_BAD_FILE);
    assert_string_equal(limpid_message(context), "net:2: more than 64 inputs");
    for (int i = 0; i < 100; i++)
        strcat(text, " x");
    assert_int_equal(limpid_graph_parse(&graph, context, text, "net"), LIMPID_BAD_FILE);
    assert_string_equal(limpid_message(context), "net:2: more than 104 words");
    free(text);
    limpid_context_free(context);
}

/* Damaged networks: whatever comes, an answer and nothing lost. Blocks above 1 MiB are refused, so
 * that large sizes cost nothing. */
static void test_damage(void **state)
{
    static const char good[] = "x: input shape=2x9x9\nconv out=3 size=3 pad=1x0 groups=1\n"
                               "pool-max size=2 stride=2\ny: relu\nadd y pool-max1\ndense out=4\n"
                               "t: input type=label\ncross-entropy dense1 t\n";
    static const char letters[] = "x=0129: \n#-.\x01\xff"
                                  "abcdrelupt";
    limpid_random random = limpid_random_stream(0, LIMPID_RANDOM_BENCH, 0, 0);
    int parsed = 0;
    (void)state;
    for (int i = 0; i < 4000; i++) {
        counting_memory memory = { .most = 1 << 20 };
        const limpid_options options = counting_options(&memory);
        limpid_context *context;
        limpid_graph *graph = NULL;
        char text[sizeof good];
        memcpy(text, good, sizeof good);
        for (uint64_t k = limpid_random_below(&random, 3) + 1; k-- > 0;) {
            uint64_t at = limpid_random_below(&random, sizeof good - 1);
            text[at] = letters[limpid_random_below(&random, sizeof letters - 1)];
        }
        assert_int_equal(limpid_context_new(&context, &options), LIMPID_OK);
        if (limpid_graph_parse(&graph, context, text, "net") == LIMPID_OK) {
            limpid_plan *plan = NULL;
            const limpid_plan_options training = { .batch = 3, .training = true };
            if (limpid_plan_new(&plan, context, graph, &training) != LIMPID_OK)
                assert_said(context, "", NULL);
            limpid_plan_free(plan);
            parsed++;
        } else if (strncmp(limpid_message(context), "memory", 6) != 0)
            assert_said(context, "net:", NULL);
        limpid_graph_free(graph);
        limpid_context_free(context);
        assert_int_equal(memory.live, 0);
    }
    assert_in_range(parsed, 20, 3900);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_attributes), cmocka_unit_test(test_words_and_inputs),
        cmocka_unit_test(test_names),      cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_sizes),      cmocka_unit_test(test_no_text),
        cmocka_unit_test(test_long_lines), cmocka_unit_test(test_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
