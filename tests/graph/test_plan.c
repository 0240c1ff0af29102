// SPDX-License-Identifier: MIT
/* test_plan.c - plans: what they refuse, what they hand out, batches that change, memory that is
 * shared without a trace, the update by hand. */
#include "graph/support.h"

static const char small[] = "x: input shape=2x9x7\n"
                            "c: conv out=5 size=3 pad=1\n"
                            "r: relu\n"
                            "p: pool-max size=2 stride=2\n"
                            "c2: conv out=6 size=2\n"
                            "r2: relu\n"
                            "a: pool-average size=2\n"
                            "d: dense out=4\n"
                            "t: input type=label\n"
                            "z: cross-entropy d t\n";

typedef struct {
    limpid_context *context;
    limpid_graph *graph;
    limpid_plan *plan;
} setup;

static setup prepare(const char *text, limpid_plan_options options)
{
    setup s = { .context = new_context() };
    s.graph = parse(s.context, text);
    s.plan = plan_of(s.context, s.graph, options);
    return s;
}

static void release(setup *s)
{
    limpid_plan_free(s->plan);
    limpid_graph_free(s->graph);
    limpid_context_free(s->context);
}

static void run(limpid_plan *plan, uint64_t seed)
{
    fill_inputs(plan, 4, seed);
    limpid_plan_forward(plan);
    limpid_plan_backward(plan);
}

static void assert_same_gradients(const limpid_plan *a, const limpid_plan *b)
{
    limpid_parameter p;
    for (int i = 0; limpid_graph_parameter(a->graph, i, &p); i++) {
        size_t bytes = (size_t)limpid_count(&p.shape) * sizeof(float);
        assert_memory_equal(limpid_plan_gradient(a, p.name), limpid_plan_gradient(b, p.name),
                            bytes);
    }
}

static void test_refused(void **state)
{
    limpid_context *context = new_context();
    limpid_graph *graph = parse(context, "input shape=3\ndense out=2\n");
    limpid_plan *plan = NULL;
    const int64_t wrong[] = { -1, INT64_MIN, (int64_t)INT32_MAX + 1, INT64_MAX };
    (void)state;
    const limpid_plan_options training = { .training = true };
    assert_int_equal(limpid_plan_new(&plan, context, graph, &training), LIMPID_BAD_FILE);
    assert_string_equal(limpid_message(context),
                        "net: training needs a loss at the end, such as cross-entropy");
    for (int i = 0; i < 4; i++) {
        const limpid_plan_options options = { .batch = wrong[i] };
        assert_int_equal(limpid_plan_new(&plan, context, graph, &options), LIMPID_USAGE);
        assert_said(context, "a batch of ", "expected are 1 to", NULL);
    }
    assert_null(plan);
    limpid_plan_free(NULL);
    limpid_graph_free(graph);
    limpid_context_free(context);
}

/* Sizes that fit one by one and not together, or not for a batch. */
static void test_too_large(void **state)
{
    static const struct {
        const char *text;
        limpid_plan_options options;
        limpid_status status;
        const char *said;
    } rows[] = {
        { "input shape=1000000x1000000\nrelu\n",
          { .batch = 2000000000 },
          LIMPID_BAD_SHAPE,
          "2000000000 samples of shape 1000000x1000000 are too large" },
        { "input shape=1x32768x32768\nconv out=1024 size=1\n",
          { .batch = 1 << 20 },
          LIMPID_BAD_SHAPE,
          "input 1048576x1x32768x32768, filters 1024x1x1x1: too large" },
        /* 2^62 bytes each: four of them are 0 where sums wrap around */
        { "x: input shape=1073741824x1073741823\nrelu\nrelu\nrelu\nrelu\nrelu\nrelu\n",
          { .keep_all = true },
          LIMPID_NO_MEMORY,
          "memory" },
        { "x: input shape=1073741824x536870911\na: relu x\nb: relu x\nc: relu x\nd: relu x\n"
          "e: relu x\nf: relu x\nadd a b\nadd add1 c\nadd add2 d\nadd add3 e\nadd add4 f\n",
          { .batch = 2 },
          LIMPID_NO_MEMORY,
          "memory" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        counting_memory memory = { .most = 1 << 24 };
        const limpid_options options = counting_options(&memory);
        limpid_context *context;
        limpid_plan *plan = NULL;
        assert_int_equal(limpid_context_new(&context, &options), LIMPID_OK);
        limpid_graph *graph = parse(context, rows[i].text);
        assert_int_equal(limpid_plan_new(&plan, context, graph, &rows[i].options), rows[i].status);
        assert_said(context, rows[i].said, NULL);
        assert_null(plan);
        limpid_graph_free(graph);
        limpid_context_free(context);
        assert_int_equal(memory.live, 0);
    }
}

/* Memory filled with NaN, every value in a place of its own, all in as little as possible: the same
 * bits. */
static void test_memory_is_shared_without_a_trace(void **state)
{
    static const limpid_plan_options options[] = {
        { .batch = 5, .training = true, .keep_all = true },
        { .batch = 5, .training = true },
        { .batch = 5, .training = true, .poison = true },
        { .batch = 5, .training = true, .keep_all = true, .poison = true },
        { .batch = 9, .training = true },
    };
    setup all[5];
    (void)state;
    for (int i = 0; i < 5; i++) {
        all[i] = prepare(small, options[i]);
        assert_ok(all[i].context, limpid_plan_set_batch(all[i].plan, 5));
        run(all[i].plan, 1); /* what an earlier run left must not matter */
        run(all[i].plan, 2);
        assert_true(isfinite(limpid_plan_loss(all[i].plan)));
        assert_true(limpid_plan_loss(all[i].plan) == limpid_plan_loss(all[0].plan));
        assert_same_gradients(all[i].plan, all[0].plan);
        assert_memory_equal(limpid_plan_floats(all[i].plan, "d", NULL),
                            limpid_plan_floats(all[0].plan, "d", NULL), 20 * sizeof(float));
    }
    assert_true(limpid_plan_bytes(all[1].plan) < limpid_plan_bytes(all[0].plan));
    assert_true(limpid_plan_bytes(all[1].plan) < limpid_plan_bytes(all[4].plan));
    for (int i = 0; i < 5; i++)
        release(&all[i]);
}

/* A plan says the truth about its size: it holds nothing else worth counting. */
static void test_bytes(void **state)
{
    static const struct {
        const char *text;
        limpid_plan_options options;
        size_t least, most;
    } rows[] = {
        { "input shape=1000000\nrelu\n", { 0 }, 8000000, 8100000 },
        { "input shape=1000000\nrelu\nrelu\nrelu\nrelu\n", { 0 }, 8000000, 8100000 },
        { "input shape=1000000\nrelu\nrelu\nrelu\nrelu\n",
          { .keep_all = true },
          20000000,
          20100000 },
        { "input shape=1000000\nrelu\n", { .batch = 3 }, 24000000, 24100000 },
        { "x: input shape=1000\ny: dense out=1000\nt: input shape=1000\nsquared-error y t\n",
          { .training = true },
          8000000,
          16000000 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        setup s = prepare(rows[i].text, rows[i].options);
        size_t bytes = limpid_plan_bytes(s.plan);
        if (bytes < rows[i].least || bytes > rows[i].most)
            fail_msg("row %zu: %zu bytes", i, bytes);
        release(&s);
    }
}

/* What may be looked at after the run, and what may not. */
static void test_values(void **state)
{
    setup packed = prepare(small, (limpid_plan_options){ .batch = 3, .training = true });
    setup whole =
        prepare(small, (limpid_plan_options){ .batch = 3, .training = true, .keep_all = true });
    limpid_shape shape;
    (void)state;
    assert_non_null(limpid_plan_floats(packed.plan, "x", &shape));
    assert_string_equal(limpid_shape_print(&shape).text, "3x2x9x7");
    assert_non_null(limpid_plan_floats(packed.plan, "d", &shape));
    assert_string_equal(limpid_shape_print(&shape).text, "3x4");
    assert_non_null(limpid_plan_floats(packed.plan, "z", &shape));
    assert_int_equal(shape.rank, 0);
    limpid_parameter p;
    assert_true(limpid_graph_parameter(packed.graph, 0, &p));
    assert_ptr_equal(limpid_plan_floats(packed.plan, "c.weight", NULL), p.data);
    assert_non_null(limpid_plan_gradient(packed.plan, "c.weight"));
    static const char *const between[] = { "c", "r", "p", "c2", "r2", "a" };
    for (int i = 0; i < 6; i++) {
        assert_null(limpid_plan_floats(packed.plan, between[i], NULL));
        assert_null(limpid_plan_gradient(packed.plan, between[i]));
        assert_non_null(limpid_plan_floats(whole.plan, between[i], NULL));
        assert_non_null(limpid_plan_gradient(whole.plan, between[i]));
    }
    assert_null(limpid_plan_gradient(whole.plan, "x")); /* nobody asked for it */
    assert_null(limpid_plan_floats(whole.plan, "q", NULL));
    assert_null(limpid_plan_floats(whole.plan, "", NULL));
    assert_null(limpid_plan_gradient(whole.plan, "q"));
    assert_null(limpid_plan_labels(whole.plan, "q"));
    /* Labels are labels, floats are floats. */
    assert_null(limpid_plan_floats(whole.plan, "t", NULL));
    assert_non_null(limpid_plan_labels(whole.plan, "t"));
    assert_null(limpid_plan_labels(whole.plan, "x"));
    assert_null(limpid_plan_labels(whole.plan, "d"));
    release(&packed);
    release(&whole);
}

/* n of B samples give what a plan for n gives, and B again afterwards; what changes is the shapes.
 */
static void test_batches(void **state)
{
    static const int64_t sizes[] = { 7, 1, 3, 20, 16, 17, 2, 20 };
    setup large = prepare(small, (limpid_plan_options){ .batch = 20, .training = true });
    float *x = limpid_plan_floats(large.plan, "x", NULL);
    limpid_shape shape;
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        setup own = prepare(small, (limpid_plan_options){ .batch = sizes[i], .training = true });
        assert_ok(large.context, limpid_plan_set_batch(large.plan, sizes[i]));
        assert_ptr_equal(limpid_plan_floats(large.plan, "x", &shape), x);
        assert_int_equal(shape.dim[0], sizes[i]);
        run(large.plan, i);
        run(own.plan, i);
        assert_true(limpid_plan_loss(large.plan) == limpid_plan_loss(own.plan));
        assert_memory_equal(limpid_plan_floats(large.plan, "d", NULL),
                            limpid_plan_floats(own.plan, "d", NULL),
                            (size_t)sizes[i] * 4 * sizeof(float));
        assert_same_gradients(large.plan, own.plan);
        release(&own);
    }
    const int64_t wrong[] = { 0, -1, 21, INT64_MAX };
    for (int i = 0; i < 4; i++) {
        assert_int_equal(limpid_plan_set_batch(large.plan, wrong[i]), LIMPID_USAGE);
        assert_said(large.context, "this plan runs 1 to 20 at a time", NULL);
    }
    assert_non_null(limpid_plan_floats(large.plan, "x", &shape));
    assert_int_equal(shape.dim[0], 20);
    release(&large);
}

/* Scratch is planned once, for the largest batch: no smaller one may need more. */
static void test_scratch_of_smaller_batches(void **state)
{
    limpid_context *context = new_context();
    limpid_shaping *s = malloc(sizeof *s);
    (void)state;
    assert_non_null(s);
    for (const limpid_op *const *op = limpid_ops; *op; op++)
        for (const limpid_case *c = (*op)->cases; c && c->attributes; c++) {
            char text[300];
            const char *x = strchr(c->inputs, 'x');
            if (strchr(c->inputs, ' ') || !x || (*op)->loss)
                continue;
            snprintf(text, sizeof text, "input shape=%.*s\n%s %s\n", (int)strcspn(x + 1, " "),
                     x + 1, (*op)->name, c->attributes);
            limpid_graph *graph = parse(context, text);
            limpid_shape *shapes = calloc(graph->value_count, sizeof *shapes);
            limpid_scratch_need before = { 0 };
            assert_non_null(shapes);
            for (int64_t n = 1; n <= 70; n++) {
                for (size_t v = 1; v < graph->value_count; v++)
                    shapes[v] = graph->values[v].shape;
                shapes[graph->nodes[0].out[0]].dim[0] = n;
                assert_ok(context,
                          limpid_node_shape(context, graph, &graph->nodes[1], shapes, n, true, s));
                if (s->need.shared < before.shared || s->need.worker < before.worker)
                    fail_msg("%s: %lld samples need less than %lld", text, (long long)n,
                             (long long)n - 1);
                before = s->need;
            }
            free(shapes);
            limpid_graph_free(graph);
        }
    free(s);
    limpid_context_free(context);
}

/* m <- mu m + (g + lambda w), w <- w - eta m, each operation rounded to float by itself. */
static void test_update(void **state)
{
    setup s = prepare("x: input shape=3\ny: dense out=2\nt: input shape=2\nsquared-error y t\n",
                      (limpid_plan_options){ .batch = 2, .training = true });
    const float rate = 0.1f, momentum = 0.9f, decay = 0.01f;
    float m[6] = { 0 }, w[6];
    limpid_parameter p;
    (void)state;
    assert_true(limpid_graph_parameter(s.graph, 0, &p));
    memcpy(w, p.data, sizeof w);
    for (uint64_t step = 0; step < 3; step++) {
        run(s.plan, step);
        const float *g = limpid_plan_gradient(s.plan, "y.weight");
        for (int i = 0; i < 6; i++) {
            float shrunk = decay * w[i], kept = momentum * m[i];
            float force = g[i] + shrunk;
            m[i] = kept + force;
            float change = rate * m[i];
            w[i] = w[i] - change;
        }
        limpid_plan_update(s.plan, 0.1, 0.9, 0.01);
        assert_memory_equal(p.data, w, sizeof w);
        assert_memory_equal(limpid_plan_momentum(s.plan, limpid_graph_find(s.graph, "y.weight")), m,
                            sizeof m);
    }
    release(&s);
}

static void test_nothing_to_learn(void **state)
{
    setup s = prepare("x: input shape=3\nt: input shape=3\nsquared-error x t\n",
                      (limpid_plan_options){ .training = true, .poison = true });
    (void)state;
    memcpy(limpid_plan_floats(s.plan, "x", NULL), (const float[3]){ 1, 2, 3 }, 12);
    memcpy(limpid_plan_floats(s.plan, "t", NULL), (const float[3]){ 1, 0, 0 }, 12);
    limpid_plan_forward(s.plan);
    limpid_plan_backward(s.plan);
    limpid_plan_update(s.plan, 0.1, 0.9, 0);
    assert_true(limpid_plan_loss(s.plan) == 13);
    release(&s);
    /* Nor in a plan that is not for training. */
    s = prepare(small, (limpid_plan_options){ .batch = 2 });
    fill_inputs(s.plan, 4, 0);
    limpid_plan_forward(s.plan);
    limpid_plan_backward(s.plan);
    limpid_plan_update(s.plan, 0.1, 0.9, 0);
    assert_null(limpid_plan_gradient(s.plan, "c.weight"));
    release(&s);
    s = prepare("input shape=3\nrelu\n", (limpid_plan_options){ 0 });
    limpid_plan_forward(s.plan);
    limpid_plan_backward(s.plan);
    assert_true(isnan(limpid_plan_loss(s.plan)));
    release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_too_large),
        cmocka_unit_test(test_memory_is_shared_without_a_trace),
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_batches),
        cmocka_unit_test(test_scratch_of_smaller_batches),
        cmocka_unit_test(test_update),
        cmocka_unit_test(test_nothing_to_learn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
