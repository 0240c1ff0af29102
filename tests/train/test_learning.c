// SPDX-License-Identifier: MIT
/* test_learning.c - networks learn; a run is the loop one would write by hand; what is told on the
 * way is true. */
#include "train/support.h"

static limpid_train_options constant(double rate)
{
    return (
        limpid_train_options){ .schedule = "constant", .batch = 20, .rate = rate, .momentum = 0.9 };
}

static void test_small_network_learns(void **state)
{
    limpid_context *context = new_context_of(2, 1);
    limpid_data *data = open_data(context, "digits:200");
    limpid_graph *graph = parse(context, tiny);
    limpid_train_options options = constant(0.02);
    limpid_score before, after;
    (void)state;
    options.epochs = 25;
    assert_ok(context, limpid_evaluate(graph, context, data, 0, &before));
    assert_ok(context, limpid_train(graph, context, data, &options));
    assert_ok(context, limpid_evaluate(graph, context, data, 0, &after));
    print_message("loss %.4f -> %.4f, %.1f %% right\n", before.loss, after.loss,
                  100 * after.accuracy);
    assert_true(before.loss > 1.5 && before.accuracy < 0.5);
    assert_true(after.loss < 0.1 && after.accuracy > 0.98);
    assert_int_equal(after.images, 200);
    limpid_graph_free(graph);
    limpid_data_close(data);
    limpid_context_free(context);
}

/* The note's simplest loss, equation (6): the target is 1 for the right class. */
static void test_squared_error_learns(void **state)
{
    limpid_context *context = new_context_of(2, 1);
    limpid_data *data = open_data(context, "digits:200");
    limpid_graph *graph = parse(context, "input shape=1x28x28\n"
                                         "conv out=4 size=5 stride=2\n"
                                         "relu\n"
                                         "pool-max size=2 stride=2\n"
                                         "dense out=10 gain=0.1\n");
    limpid_train_options options = constant(0.003);
    limpid_score score;
    stopper told = { 0 };
    (void)state;
    options.epochs = 25;
    options.loss = "squared-error";
    options.progress = stop_there;
    options.user = &told;
    assert_ok(context, limpid_train(graph, context, data, &options));
    assert_ok(context, limpid_evaluate(graph, context, data, 0, &score));
    print_message("squared error %.4f, %.1f %% right\n", told.last.loss, 100 * score.accuracy);
    assert_true(told.last.loss < 0.4 && score.accuracy > 0.9);
    limpid_graph_free(graph);
    limpid_data_close(data);
    limpid_context_free(context);
}

/* ---- a run against the loop by hand ---- */

static void step_by_hand(limpid_plan *plan, const limpid_batcher *batcher, int64_t n,
                         const int64_t *samples, double rate, void *scratch)
{
    assert_ok(plan->context, limpid_plan_set_batch(plan, n));
    limpid_batch_fill(batcher, n, samples, limpid_plan_floats(plan, "x", NULL),
                      limpid_plan_labels(plan, "target"), scratch);
    limpid_plan_forward(plan);
    limpid_plan_backward(plan);
    limpid_plan_update(plan, rate, 0.9, 1e-3);
}

static limpid_graph *trained_by_hand(limpid_context *context, limpid_data *data, int64_t steps)
{
    const int64_t in_epoch = 3; /* 20, 20, 10 of 50 samples */
    limpid_graph *graph = parse(context, tiny);
    limpid_batcher batcher = { .data = data,
                               .seed = 4,
                               .augmenter = limpid_augmenter_find("digits") };
    int64_t order[50];
    assert_ok(context, limpid_remember_data(graph, data));
    assert_ok(context, limpid_recall_preprocess(graph, context, &batcher.preprocess));
    assert_ok(context, limpid_graph_add_loss(graph, "cross-entropy"));
    limpid_plan *plan =
        plan_of(context, graph, (limpid_plan_options){ .batch = 20, .training = true });
    void *scratch = malloc(limpid_batch_scratch(data, limpid_threads(context)));
    assert_non_null(scratch);
    for (int64_t step = 0; step < steps; step++) {
        int64_t first = step % in_epoch * 20;
        double rate = 0.05 * limpid_schedule_find("cosine")->factor((double)step / (double)steps);
        batcher.epoch = (uint64_t)(step / in_epoch);
        limpid_shuffle(4, batcher.epoch, 0, 50, order);
        step_by_hand(plan, &batcher, limpid_min(20, 50 - first), order + first, rate, scratch);
    }
    free(scratch);
    limpid_plan_free(plan);
    return graph;
}

static void test_by_hand(void **state)
{
    limpid_context *context = new_context_of(1, 4);
    limpid_data *data = open_data(context, "digits:50");
    limpid_graph *by_hand = trained_by_hand(context, data, 7), *graph = parse(context, tiny);
    const limpid_train_options options = { .schedule = "cosine",
                                           .augment = "digits",
                                           .steps = 7,
                                           .batch = 20,
                                           .rate = 0.05,
                                           .momentum = 0.9,
                                           .decay = 1e-3 };
    (void)state;
    assert_ok(context, limpid_train(graph, context, data, &options));
    assert_same_digest(context, by_hand, graph);
    limpid_graph_free(by_hand);
    limpid_graph_free(graph);
    limpid_data_close(data);
    limpid_context_free(context);
}

/* Every sample is seen once in an epoch, in another order in the next. */
static void test_every_sample(void **state)
{
    int64_t order[2][50];
    (void)state;
    for (uint64_t epoch = 0; epoch < 2; epoch++) {
        int seen[50] = { 0 };
        limpid_shuffle(4, epoch, 0, 50, order[epoch]);
        for (int i = 0; i < 50; i++)
            seen[order[epoch][i]]++;
        for (int i = 0; i < 50; i++)
            assert_int_equal(seen[i], 1);
    }
    assert_memory_not_equal(order[0], order[1], sizeof order[0]);
}

/* ---- what is told ---- */

typedef struct {
    limpid_progress all[16];
    int count;
} listener;

static bool listen(void *user, const limpid_progress *progress)
{
    listener *l = user;
    assert_true(l->count < 16);
    l->all[l->count++] = *progress;
    return true;
}

static void test_progress(void **state)
{
    limpid_context *context = new_context();
    limpid_data *data = open_data(context, "digits:50");
    limpid_graph *graph = parse(context, tiny);
    listener told = { .count = 0 };
    limpid_train_options options = constant(0.01);
    (void)state;
    options.schedule = "cosine";
    options.steps = 8;
    options.progress = listen;
    options.user = &told;
    assert_ok(context, limpid_train(graph, context, data, &options));
    assert_int_equal(told.count, 8);
    for (int i = 0; i < 8; i++) {
        const limpid_progress *p = &told.all[i];
        assert_int_equal(p->step, i + 1);
        assert_int_equal(p->steps, 8);
        assert_int_equal(p->epoch, i / 3);
        assert_int_equal(p->epochs, 3);
        assert_int_equal(p->step_in_epoch, i % 3 + 1);
        assert_int_equal(p->steps_in_epoch, 3);
        assert_int_equal(p->images, i / 3 * 50 + (i % 3 == 2 ? 50 : (i % 3 + 1) * 20));
        assert_true(p->rate > 0 && fabs(p->rate - 0.01 * (1 + cos(M_PI * i / 8)) / 2) < 1e-12);
        assert_true(p->loss > 0 && p->accuracy >= 0 && p->accuracy <= 1);
        assert_int_equal(p->epoch_ended, i == 2 || i == 5 || i == 7);
        assert_false(p->saved);
        assert_true(p->seconds >= (i ? p[-1].seconds : 0));
    }
    limpid_graph_free(graph);
    limpid_data_close(data);
    limpid_context_free(context);
}

/* Without a folder nothing is saved, and stopping says so. */
static void test_stop(void **state)
{
    limpid_context *context = new_context();
    limpid_data *data = open_data(context, "digits:50");
    limpid_graph *graph = parse(context, tiny);
    stopper stop = { .stop = 2 };
    limpid_train_options options = constant(0.01);
    (void)state;
    options.steps = 8;
    options.progress = stop_there;
    options.user = &stop;
    assert_int_equal(limpid_train(graph, context, data, &options), LIMPID_INTERRUPTED);
    assert_string_equal(limpid_message(context), "stopped after step 2 of 8");
    assert_int_equal(stop.calls, 2);
    /* Trained once, it can be trained again. */
    options.progress = NULL;
    assert_ok(context, limpid_train(graph, context, data, &options));
    limpid_graph_free(graph);
    limpid_data_close(data);
    limpid_context_free(context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small_network_learns),
        cmocka_unit_test(test_squared_error_learns),
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_every_sample),
        cmocka_unit_test(test_progress),
        cmocka_unit_test(test_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
