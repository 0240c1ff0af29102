// SPDX-License-Identifier: MIT
/* What holds for every operator in each of its cases: the oracle's numbers, and the same bits for
 * any number of threads, instruction set, batch and use of memory. */
#include <string.h>
#include "op/question.h"
#include "oracle/oracle.h"

static void every_operator_has_cases_and_an_oracle(void **state)
{
    (void)state;
    for (const limpid_op *const *op = limpid_ops; *op; op++)
        if ((*op)->forward) {
            if (!oracle_find((*op)->name))
                fail_msg("no oracle for %s", (*op)->name);
            if (!(*op)->cases || !(*op)->cases->attributes)
                fail_msg("no cases for %s", (*op)->name);
            assert_non_null((*op)->backward);
        }
}

static void visit_oracle(const limpid_op *op, const limpid_case *c)
{
    for (int isa = 0; isa < LIMPID_ISA_COUNT; isa++)
        if (limpid_isa_available((limpid_isa_kind)isa)) {
            limpid_context *context = trial_context((limpid_isa_kind)isa, 2);
            check_against_oracle(context, op, c->attributes, c->inputs);
            limpid_context_free(context);
        }
}

static void results_and_gradients_are_the_oracles(void **state)
{
    (void)state;
    trial_each_case(visit_oracle);
}

static trial random_trial(limpid_context *context, const limpid_op *op, const limpid_case *c)
{
    trial t = trial_new(context, op, c->attributes, c->inputs, 0);
    trial_fill_random(&t, 3);
    trial_run(&t);
    return t;
}

static void visit_threads(const limpid_op *op, const limpid_case *c)
{
    limpid_context *plain = trial_context(LIMPID_ISA_generic, 1);
    trial first = random_trial(plain, op, c);
    for (int isa = 0; isa < LIMPID_ISA_COUNT; isa++)
        for (int threads = 1; threads <= 5; threads++)
            if (limpid_isa_available((limpid_isa_kind)isa)) {
                limpid_context *context = trial_context((limpid_isa_kind)isa, threads);
                trial t = random_trial(context, op, c);
                assert_same_results(&first, &t, limpid_isa(context));
                trial_free(&t);
                limpid_context_free(context);
            }
    trial_free(&first);
    limpid_context_free(plain);
}

static void threads_and_instruction_sets_change_no_bit(void **state)
{
    (void)state;
    trial_each_case(visit_threads);
}

/* A second run of the same plan, and a run in memory that is used again and again. */
static void visit_memory(const limpid_op *op, const limpid_case *c)
{
    limpid_context *context = trial_context(LIMPID_ISA_generic, 2);
    trial first = random_trial(context, op, c), again = random_trial(context, op, c);
    trial_run(&again);
    assert_same_results(&first, &again, "second run");
    trial tight = trial_new_tight(context, op, c->attributes, c->inputs, 0);
    trial_fill_random(&tight, 3);
    trial_run(&tight);
    assert_true(limpid_plan_bytes(tight.plan) <= limpid_plan_bytes(first.plan));
    assert_true(limpid_plan_loss(first.plan) == limpid_plan_loss(tight.plan));
    for (int i = 0; i < first.node->inputs; i++) {
        limpid_tensor a = trial_din(&first, i), b = trial_din(&tight, i);
        bool parameter = first.node->in[i] && first.graph->values[first.node->in[i]].parameter;
        if (parameter && !same_floats(a.f, b.f, limpid_count(&a.shape)))
            fail_msg("%s %s on %s: other bits in shared memory", op->name, c->attributes,
                     c->inputs);
    }
    trial_free(&first);
    trial_free(&again);
    trial_free(&tight);
    limpid_context_free(context);
}

static void memory_changes_no_bit(void **state)
{
    (void)state;
    trial_each_case(visit_memory);
}

/* ---- batches ---- */

static bool per_sample(const limpid_tensor *x, const trial *t)
{
    return x->data && x->shape.rank > 0 && x->shape.dim[0] == t->plan->batch;
}

/* Numbers of sample `from` of one trial become sample `to` of another. */
static void copy_sample(const limpid_tensor *a, int64_t from, const limpid_tensor *b, int64_t to)
{
    size_t each = (size_t)limpid_shape_part(&a->shape, 1, a->shape.rank) * sizeof(float);
    memcpy((char *)b->data + (size_t)to * each, (const char *)a->data + (size_t)from * each, each);
}

static void copy_samples(const trial *a, const trial *b, const int64_t *from)
{
    for (int i = 0; i < a->node->inputs; i++) {
        limpid_tensor x = trial_in(a, i), y = trial_in(b, i);
        bool parameter = a->node->in[i] && a->graph->values[a->node->in[i]].parameter;
        if (!x.data)
            continue;
        if (parameter)
            memcpy(y.data, x.data, (size_t)limpid_count(&x.shape) * sizeof(float));
        else
            for (int64_t n = 0; n < b->plan->batch; n++)
                copy_sample(&x, from[n], &y, n);
    }
    limpid_tensor x = trial_dout(a, 0), y = trial_dout(b, 0);
    if (per_sample(&x, a))
        for (int64_t n = 0; n < b->plan->batch; n++)
            copy_sample(&x, from[n], &y, n);
    else
        memcpy(y.data, x.data, (size_t)limpid_count(&x.shape) * sizeof(float));
}

static void assert_same_samples(const limpid_tensor *a, const trial *from_a, const limpid_tensor *b,
                                const int64_t *from, const char *what)
{
    if (!per_sample(a, from_a))
        return;
    int64_t each = limpid_shape_part(&a->shape, 1, a->shape.rank);
    for (int64_t n = 0; n < b->shape.dim[0]; n++)
        if (!same_floats(a->f + from[n] * each, b->f + n * each, each))
            fail_msg("%s: sample %d has other bits in another batch: %s", from_a->node->op->name,
                     (int)n, what);
}

enum { BATCH = 37 };

static void compare_samples(const trial *whole, const trial *part, const int64_t *from)
{
    limpid_tensor a = trial_out(whole, 0), b = trial_out(part, 0);
    assert_same_samples(&a, whole, &b, from, "result");
    /* What a loss sends back depends on how many samples there are. */
    for (int i = 0; i < whole->node->inputs; i++) {
        bool parameter = whole->node->in[i] && whole->graph->values[whole->node->in[i]].parameter;
        a = trial_din(whole, i), b = trial_din(part, i);
        if (!parameter && (!whole->node->op->loss || part->plan->batch == BATCH))
            assert_same_samples(&a, whole, &b, from, "gradient");
    }
}

static void visit_samples(const limpid_op *op, const limpid_case *c)
{
    limpid_context *context = trial_context(LIMPID_ISA_generic, 2);
    trial whole = trial_new(context, op, c->attributes, c->inputs, BATCH);
    trial alone = trial_new(context, op, c->attributes, c->inputs, 1);
    trial mixed = trial_new(context, op, c->attributes, c->inputs, BATCH);
    int64_t order[BATCH];
    trial_fill_random(&whole, 4);
    trial_run(&whole);
    for (int64_t n = 0; n < BATCH; n++) {
        order[n] = (n * 16 + 5) % BATCH;
        copy_samples(&whole, &alone, &n);
        trial_run(&alone);
        compare_samples(&whole, &alone, &n);
    }
    copy_samples(&whole, &mixed, order);
    trial_run(&mixed);
    compare_samples(&whole, &mixed, order);
    trial_free(&whole);
    trial_free(&alone);
    trial_free(&mixed);
    limpid_context_free(context);
}

static void a_sample_does_not_see_the_others(void **state)
{
    (void)state;
    trial_each_case(visit_samples);
}

/* The last batch of an epoch: a plan for more samples gives the bits of a plan for just these. */
static void visit_partial(const limpid_op *op, const limpid_case *c)
{
    static const int64_t order[] = { 0, 1, 2, 3, 4 };
    limpid_context *context = trial_context(LIMPID_ISA_generic, 2);
    trial large = trial_new(context, op, c->attributes, c->inputs, 18);
    trial small = trial_new(context, op, c->attributes, c->inputs, 5);
    trial_fill_random(&large, 5);
    trial_run(&large); /* what it leaves behind must not count */
    assert_int_equal(limpid_plan_set_batch(large.plan, 5), LIMPID_OK);
    trial_fill_random(&large, 6);
    copy_samples(&large, &small, order);
    trial_run(&large);
    trial_run(&small);
    assert_same_results(&small, &large, "5 samples of 18");
    trial_free(&large);
    trial_free(&small);
    limpid_context_free(context);
}

static void a_partial_batch_is_a_batch(void **state)
{
    (void)state;
    trial_each_case(visit_partial);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_operator_has_cases_and_an_oracle),
        cmocka_unit_test(results_and_gradients_are_the_oracles),
        cmocka_unit_test(threads_and_instruction_sets_change_no_bit),
        cmocka_unit_test(memory_changes_no_bit),
        cmocka_unit_test(a_sample_does_not_see_the_others),
        cmocka_unit_test(a_partial_batch_is_a_batch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
