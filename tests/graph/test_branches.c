// SPDX-License-Identifier: MIT
/* test_branches.c - values with several readers: their gradients add, wherever they lie in memory.
 */
#include "graph/support.h"

typedef struct {
    limpid_context *context;
    limpid_graph *graph;
    limpid_plan *plan;
} setup;

static setup prepare(limpid_context *context, const char *text, bool keep_all)
{
    setup s = { .context = context, .graph = parse(context, text) };
    s.plan = plan_of(context, s.graph,
                     (limpid_plan_options){
                         .batch = 2, .training = true, .poison = true, .keep_all = keep_all });
    fill_inputs(s.plan, 3, 1);
    limpid_plan_forward(s.plan);
    limpid_plan_backward(s.plan);
    return s;
}

static void release(setup *s)
{
    limpid_plan_free(s->plan);
    limpid_graph_free(s->graph);
}

/* Loss of the network with one parameter element moved. */
static double loss_at(setup *s, float *where, float value)
{
    float before = *where;
    *where = value;
    fill_inputs(s->plan, 3, 1);
    limpid_plan_forward(s->plan);
    *where = before;
    return limpid_plan_loss(s->plan);
}

/* The gradient of every parameter against differences, in as little memory as possible. */
static void assert_gradients(const char *text)
{
    limpid_context *context = new_context_of(1, 11);
    setup packed = prepare(context, text, false), whole = prepare(context, text, true);
    limpid_parameter p;
    for (int i = 0; limpid_graph_parameter(packed.graph, i, &p); i++) {
        const float *dw = limpid_plan_gradient(packed.plan, p.name);
        const float *again = limpid_plan_gradient(whole.plan, p.name);
        for (int64_t k = 0; k < limpid_count(&p.shape); k++) {
            assert_true(dw[k] == again[k]);
            float step = 1.0f / 256, up = p.data[k] + step, down = p.data[k] - step;
            double slope = (loss_at(&packed, &p.data[k], up) - loss_at(&packed, &p.data[k], down)) /
                           ((double)up - (double)down);
            if (fabs(slope - (double)dw[k]) > 2e-3 + 2e-3 * fabs(slope))
                fail_msg("%s[%lld]: %g by differences, %g by the plan", p.name, (long long)k, slope,
                         (double)dw[k]);
        }
    }
    release(&packed);
    release(&whole);
    limpid_context_free(context);
}

static void test_residual(void **state)
{
    (void)state;
    assert_gradients("x: input shape=2x4x4\n"
                     "a: conv out=3 size=3 pad=1\n"
                     "b: conv out=3 size=1\n"
                     "s: add b a\n"
                     "c: conv out=3 size=3 pad=1\n"
                     "add c s\n"
                     "d: dense out=3\n"
                     "t: input type=label\n"
                     "cross-entropy d t\n");
}

static void test_many_readers(void **state)
{
    (void)state;
    assert_gradients("x: input shape=4\n"
                     "a: dense out=3\n"
                     "b: dense a out=3\n"
                     "c: dense a out=3\n"
                     "d: dense a out=3\n"
                     "e: add b c\n"
                     "f: add e d\n"
                     "g: add f a\n"
                     "t: input shape=3\n"
                     "squared-error g t\n");
}

static void test_one_value_twice(void **state)
{
    (void)state;
    assert_gradients("x: input shape=4\n"
                     "a: dense out=3\n"
                     "b: add a a\n"
                     "c: add b a\n"
                     "t: input shape=3\n"
                     "squared-error c t\n");
}

static void test_shared_parameters(void **state)
{
    (void)state;
    assert_gradients("x: input shape=3\n"
                     "a: dense out=3\n"
                     "b: dense a a.weight a.bias out=3\n"
                     "c: dense b a.weight out=3\n"
                     "t: input shape=3\n"
                     "squared-error c t\n");
}

/* x + x has twice the gradient of x, exactly. */
static void test_sum(void **state)
{
    limpid_context *context = new_context();
    setup once = prepare(context,
                         "x: input shape=4\na: dense out=3\nt: input shape=3\n"
                         "squared-error a t\n",
                         true);
    setup twice = prepare(context,
                          "x: input shape=4\na: dense out=3\nb: add a a\n"
                          "t: input shape=3\nsquared-error b t\n",
                          true);
    const float *db = limpid_plan_gradient(twice.plan, "b");
    const float *da = limpid_plan_gradient(twice.plan, "a");
    (void)state;
    for (int i = 0; i < 6; i++)
        assert_true(da[i] == 2 * db[i]);
    release(&once);
    release(&twice);
    limpid_context_free(context);
}

/* A branch that ends nowhere: its parameters get zero, not what memory happened to hold. */
static void test_dead_branch(void **state)
{
    limpid_context *context = new_context();
    setup s = prepare(context,
                      "x: input shape=4\n"
                      "dead: dense x out=5\n"
                      "relu\n"
                      "a: dense x out=3\n"
                      "t: input shape=3\n"
                      "squared-error a t\n"
                      "behind: dense a out=2\n",
                      false);
    limpid_parameter p;
    (void)state;
    for (int i = 0; limpid_graph_parameter(s.graph, i, &p); i++) {
        const float *dw = limpid_plan_gradient(s.plan, p.name);
        bool alive = p.name[0] == 'a';
        for (int64_t k = 0; k < limpid_count(&p.shape); k++)
            assert_true(alive ? dw[k] != 0 && isfinite(dw[k]) : dw[k] == 0);
    }
    limpid_plan_update(s.plan, 0.1, 0.9, 0);
    for (int i = 0; limpid_graph_parameter(s.graph, i, &p); i++)
        for (int64_t k = 0; k < limpid_count(&p.shape); k++)
            assert_true(isfinite(p.data[k]));
    release(&s);
    limpid_context_free(context);
}

/* Of two losses the last one is trained. */
static void test_two_losses(void **state)
{
    limpid_context *context = new_context();
    setup s = prepare(context,
                      "x: input shape=4\n"
                      "a: dense out=3\n"
                      "t: input shape=3\n"
                      "squared-error a t\n"
                      "b: dense x out=3\n"
                      "last: squared-error b t\n",
                      false);
    (void)state;
    assert_int_equal(limpid_graph_loss(s.graph), limpid_graph_find(s.graph, "last"));
    assert_true(limpid_plan_gradient(s.plan, "a.weight")[0] == 0);
    assert_true(limpid_plan_gradient(s.plan, "b.weight")[0] != 0);
    release(&s);
    limpid_context_free(context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_residual),
        cmocka_unit_test(test_many_readers),
        cmocka_unit_test(test_one_value_twice),
        cmocka_unit_test(test_shared_parameters),
        cmocka_unit_test(test_sum),
        cmocka_unit_test(test_dead_branch),
        cmocka_unit_test(test_two_losses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
