// SPDX-License-Identifier: MIT
/* Values worked by hand (golden.def): what a comparison of two programs, or of a gradient with
 * differences, does not see. And what only a graph of several operators shows: gradients that meet.
 */
#include <math.h>
#include <string.h>
#include "op/trial.h"

typedef struct {
    int64_t count;
    const float *floats;
    const int32_t *labels;
} numbers;

typedef struct {
    const char *what;
    const limpid_op *op;
    const char *attributes, *shapes;
    numbers in[3];
    const char *result;
    numbers y, dy, din[3];
} golden;

#define COUNT(type, ...) sizeof((type[]){ __VA_ARGS__ }) / sizeof(type)
#define N(...)                                                                                     \
    {                                                                                              \
        COUNT(float, __VA_ARGS__), (const float[]){ __VA_ARGS__ }, NULL                            \
    }
#define L(...)                                                                                     \
    {                                                                                              \
        COUNT(int32_t, __VA_ARGS__), NULL, (const int32_t[])                                       \
        {                                                                                          \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }
#define NONE                                                                                       \
    {                                                                                              \
        0, NULL, NULL                                                                              \
    }
#define IN(...)                                                                                    \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }
#define DIN(...)                                                                                   \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }
static const golden rows[] = {
#define GOLDEN(what, op, ...) { what, &limpid_op_##op, __VA_ARGS__ },
#include "op/golden.def"
#undef GOLDEN
};
enum { ROWS = sizeof rows / sizeof *rows };

static bool near(float got, float wanted)
{
    if (!isfinite(wanted))
        return isnan(wanted) ? isnan(got) : got == wanted;
    /* Small integers come out exactly; what goes through exp or log, to float accuracy. */
    bool integer = wanted == rintf(wanted);
    return fabsf(got - wanted) <= (integer ? 0 : 1.5e-7f * fabsf(wanted));
}

static void assert_numbers(const golden *g, const char *tensor, const limpid_tensor *got,
                           const numbers *wanted)
{
    if (!got->data && !wanted->count)
        return;
    if (!got->data || limpid_count(&got->shape) != wanted->count)
        fail_msg("%s: %s: %s: there are not %d numbers", g->op->name, g->what, tensor,
                 (int)wanted->count);
    for (int64_t i = 0; i < wanted->count; i++)
        if (!near(got->f[i], wanted->floats[i]))
            fail_msg("%s: %s: %s: number %d is %.9g, not %.9g", g->op->name, g->what, tensor,
                     (int)i, (double)got->f[i], (double)wanted->floats[i]);
}

static void put(const golden *g, const limpid_tensor *to, const numbers *from)
{
    int64_t count = to->data ? limpid_count(&to->shape) : 0;
    if (count != from->count)
        fail_msg("%s: %s: an input has %d numbers, not %d", g->op->name, g->what, (int)count,
                 (int)from->count);
    if (count)
        memcpy(to->data,
               to->type == LIMPID_INT32 ? (const void *)from->labels : (const void *)from->floats,
               (size_t)count * sizeof(float));
}

static void check(const golden *g, limpid_isa_kind isa)
{
    limpid_context *context = trial_context(isa, 2);
    trial t = trial_new(context, g->op, g->attributes, g->shapes, 0);
    for (int i = 0; i < t.node->inputs; i++) {
        limpid_tensor in = trial_in(&t, i);
        put(g, &in, &g->in[i]);
    }
    limpid_tensor dy = trial_dout(&t, 0), y = trial_out(&t, 0);
    put(g, &dy, &g->dy);
    trial_run(&t);
    assert_string_equal(limpid_shape_print(&y.shape).text, g->result);
    assert_numbers(g, "y", &y, &g->y);
    for (int i = 0; i < t.node->inputs; i++) {
        limpid_tensor dx = trial_din(&t, i);
        assert_numbers(g, t.node->op->roles[i].name, &dx, &g->din[i]);
    }
    trial_free(&t);
    limpid_context_free(context);
}

static void values_worked_by_hand(void **state)
{
    (void)state;
    for (int i = 0; i < ROWS; i++)
        for (int isa = 0; isa < LIMPID_ISA_COUNT; isa++)
            if (limpid_isa_available((limpid_isa_kind)isa))
                check(&rows[i], (limpid_isa_kind)isa);
}

static void every_operator_has_some(void **state)
{
    (void)state;
    for (const limpid_op *const *op = limpid_ops; *op; op++) {
        bool found = !(*op)->forward; /* an input computes nothing */
        for (int i = 0; i < ROWS; i++)
            found |= rows[i].op == *op;
        if (!found)
            fail_msg("no values worked by hand for %s", (*op)->name);
    }
}

/* The zero that ReLU gives is the positive one. */
static void relu_of_negative_zero(void **state)
{
    (void)state;
    limpid_context *context = trial_context(LIMPID_ISA_generic, 1);
    trial t = trial_new(context, &limpid_op_relu, "", "1x1", 0);
    trial_in(&t, 0).f[0] = -0.0f;
    trial_dout(&t, 0).f[0] = 1;
    trial_run(&t);
    assert_false(signbit(trial_out(&t, 0).f[0]));
    trial_free(&t);
    limpid_context_free(context);
}

/* ---- gradients that meet ---- */

typedef struct {
    limpid_context *context;
    limpid_graph *graph;
    limpid_plan *plan;
    int x, y; /* what is looked at, and what the loss is of */
} net;

static int append(net *n, const char *name, const limpid_op *op, int count, const int *in)
{
    int value;
    assert_int_equal(limpid_graph_append(n->graph, name, op, NULL, count, in, &value), LIMPID_OK);
    return value;
}

/* x, one number for each of two samples, with a gradient */
static net net_start(void)
{
    net n = { .context = trial_context(LIMPID_ISA_generic, 1) };
    assert_int_equal(limpid_graph_new(&n.graph, n.context, "net"), LIMPID_OK);
    int input = limpid_add(n.graph, "input", "input", "shape=1x1x1", 0, NULL);
    n.x = append(&n, "x", &trial_probe, 1, &input);
    return n;
}

/* z = y0 + 10 y1, from x = 3, -4 */
static void net_run(net *n, bool keep_all)
{
    int s = limpid_add(n->graph, "s", "input", "shape=1x1x1", 0, NULL);
    limpid_plan_options options = {
        .batch = 2, .training = true, .keep_all = keep_all, .poison = true
    };
    append(n, "z", &trial_inner_product, 2, (int[]){ n->y, s });
    assert_int_equal(limpid_plan_new(&n->plan, n->context, n->graph, &options), LIMPID_OK);
    memcpy(limpid_plan_floats(n->plan, "input", NULL), (float[]){ 3, -4 }, 2 * sizeof(float));
    memcpy(limpid_plan_floats(n->plan, "s", NULL), (float[]){ 1, 10 }, 2 * sizeof(float));
    limpid_plan_forward(n->plan);
    limpid_plan_backward(n->plan);
}

static void net_free(net *n)
{
    limpid_plan_free(n->plan);
    limpid_graph_free(n->graph);
    limpid_context_free(n->context);
}

static void assert_gradient(const net *n, const char *value, float first, float second)
{
    const float *dx = limpid_plan_gradient(n->plan, value);
    assert_non_null(dx);
    if (dx[0] != first || dx[1] != second)
        fail_msg("the gradient of %s is %g, %g, not %g, %g", value, (double)dx[0], (double)dx[1],
                 (double)first, (double)second);
}

/* y = x + x: both uses count. */
static void the_same_value_twice(void **state)
{
    (void)state;
    net n = net_start();
    n.y = limpid_add(n.graph, "sum", "add", "", 2, (int[]){ n.x, n.x });
    net_run(&n, true);
    const float *y = limpid_plan_floats(n.plan, "sum", NULL);
    assert_true(y[0] == 6 && y[1] == -8);
    assert_gradient(&n, "x", 2, 20);
    net_free(&n);
}

/* y = relu(x) + 5 x + x, 5 from a filter: 7 where x > 0, 6 elsewhere. */
static void three_ways_to_go(void **state)
{
    (void)state;
    net n = net_start();
    int a = limpid_add(n.graph, "a", "relu", "", 1, &n.x);
    int b = limpid_add(n.graph, "b", "conv", "out=1 size=1", 1, &n.x);
    int c = limpid_add(n.graph, "c", "add", "", 2, (int[]){ a, b });
    n.y = limpid_add(n.graph, "y", "add", "", 2, (int[]){ c, n.x });
    n.graph->values[limpid_graph_find(n.graph, "b.weight")].data[0] = 5;
    net_run(&n, true);
    const float *y = limpid_plan_floats(n.plan, "y", NULL);
    assert_true(y[0] == 21 && y[1] == -24);
    assert_gradient(&n, "x", 7, 60);
    net_free(&n);
}

/* Two layers with one filter w: y = w (w x), so dz/dw = sum of s 2 w x = 2 w (3 - 40). */
static void a_shared_parameter(void **state)
{
    (void)state;
    for (int keep_all = 0; keep_all < 2; keep_all++) {
        net n = net_start();
        int w, value;
        assert_int_equal(limpid_graph_add_parameter(n.graph, "w",
                                                    &(limpid_shape){ 4, { 1, 1, 1, 1 } },
                                                    (float[]){ 5 }, &w),
                         LIMPID_OK);
        value = limpid_add(n.graph, "a", "conv", "out=1 size=1 bias=false", 2, (int[]){ n.x, w });
        n.y = limpid_add(n.graph, "b", "conv", "out=1 size=1 bias=false", 2, (int[]){ value, w });
        net_run(&n, keep_all);
        assert_true(limpid_plan_gradient(n.plan, "w")[0] == 2 * 5 * (3 - 40));
        net_free(&n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_worked_by_hand), cmocka_unit_test(every_operator_has_some),
        cmocka_unit_test(relu_of_negative_zero), cmocka_unit_test(the_same_value_twice),
        cmocka_unit_test(three_ways_to_go),      cmocka_unit_test(a_shared_parameter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
