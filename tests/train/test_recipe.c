// SPDX-License-Identifier: MIT
/* test_recipe.c - what a run is defined by: options against the network's own recipe,
 * contradictions, schedules. */
#include "train/support.h"

typedef struct {
    limpid_context *context;
    limpid_data *data;
    limpid_graph *graph;
} setup;

static setup prepare(const char *network)
{
    setup s = { .context = new_context_of(1, 9) };
    s.data = open_data(s.context, "digits:250");
    assert_ok(s.context, limpid_graph_builtin(&s.graph, s.context, network));
    return s;
}

static void release(setup *s)
{
    limpid_graph_free(s->graph);
    limpid_data_close(s->data);
    limpid_context_free(s->context);
}

static void test_own(void **state)
{
    (void)state;
    for (const limpid_network *n = limpid_networks; n->name; n++) {
        setup s = prepare(n->name);
        limpid_recipe recipe, same;
        const limpid_train_options defaults = limpid_train_defaults();
        assert_ok(s.context, limpid_recipe_choose(&recipe, s.context, s.graph, s.data, NULL));
        assert_int_equal(recipe.batch, n->batch);
        assert_int_equal(recipe.steps_in_epoch, (250 + n->batch - 1) / n->batch);
        assert_int_equal(recipe.steps, n->epochs * recipe.steps_in_epoch);
        assert_true(recipe.rate == n->rate && recipe.momentum == n->momentum);
        assert_true(recipe.decay == n->decay && recipe.seed == 9);
        assert_string_equal(recipe.schedule->name, n->schedule);
        assert_string_equal(recipe.augmenter->name, n->augment);
        assert_string_equal(recipe.loss, "cross-entropy");
        assert_ok(s.context, limpid_recipe_choose(&same, s.context, s.graph, s.data, &defaults));
        assert_memory_equal(&recipe, &same, sizeof same);
        release(&s);
    }
}

static void test_options(void **state)
{
    setup s = prepare("lenet");
    limpid_recipe recipe;
    const limpid_train_options all = { .loss = "squared-error",
                                       .schedule = "constant",
                                       .augment = "digits",
                                       .epochs = 3,
                                       .batch = 60,
                                       .checkpoint_every = 7,
                                       .rate = 0.5,
                                       .momentum = 0,
                                       .decay = 0 };
    (void)state;
    assert_ok(s.context, limpid_recipe_choose(&recipe, s.context, s.graph, s.data, &all));
    assert_string_equal(recipe.loss, "squared-error");
    assert_string_equal(recipe.schedule->name, "constant");
    assert_string_equal(recipe.augmenter->name, "digits");
    assert_int_equal(recipe.batch, 60);
    assert_int_equal(recipe.steps_in_epoch, 5);
    assert_int_equal(recipe.steps, 15);
    assert_int_equal(recipe.checkpoint_every, 7);
    assert_true(recipe.rate == 0.5 && recipe.momentum == 0 && recipe.decay == 0);
    limpid_train_options steps = limpid_train_defaults();
    steps.steps = 4;
    steps.batch = 100000; /* more than there are: all of them */
    assert_ok(s.context, limpid_recipe_choose(&recipe, s.context, s.graph, s.data, &steps));
    assert_int_equal(recipe.steps, 4);
    assert_int_equal(recipe.batch, 250);
    assert_int_equal(recipe.steps_in_epoch, 1);
    release(&s);
}

/* A network of the user's own has a recipe too; and the loss it brings is its loss. */
static void test_own_network(void **state)
{
    setup s = prepare("lenet");
    limpid_graph *own = parse(s.context, "x: input shape=1x28x28\ny: dense out=10\n"
                                         "t: input shape=10\nsquared-error y t\n");
    limpid_recipe recipe;
    limpid_train_options options = limpid_train_defaults();
    (void)state;
    assert_ok(s.context, limpid_recipe_choose(&recipe, s.context, own, s.data, NULL));
    assert_string_equal(recipe.loss, "squared-error");
    assert_true(recipe.batch > 0 && recipe.steps > 0 && recipe.rate > 0);
    options.loss = "squared-error";
    assert_ok(s.context, limpid_recipe_choose(&recipe, s.context, own, s.data, &options));
    options.loss = "cross-entropy";
    assert_int_equal(limpid_recipe_choose(&recipe, s.context, own, s.data, &options), LIMPID_USAGE);
    assert_string_equal(limpid_message(s.context),
                        "net: the network ends in the loss 'squared-error', but 'cross-entropy' is "
                        "asked for");
    limpid_graph_free(own);
    release(&s);
}

static void test_contradictions(void **state)
{
    const limpid_train_options none = limpid_train_defaults();
    static const struct {
        const char *said;
        limpid_train_options options;
    } rows[] = {
        { "epochs and steps are both given", { .epochs = 1, .steps = 1, .rate = 1 } },
        { "must not be negative", { .epochs = -1, .rate = 1 } },
        { "must not be negative", { .steps = -1, .rate = 1 } },
        { "must not be negative", { .batch = INT64_MIN, .rate = 1 } },
        { "must not be negative", { .checkpoint_every = -1, .rate = 1 } },
        { "epochs are too many", { .epochs = INT64_MAX, .rate = 1 } },
        { "learning rate 0; expected is a number above 0", { .rate = 0 } },
        { "learning rate inf", { .rate = (double)INFINITY } },
        { "learning rate nan", { .rate = (double)NAN } },
        { "momentum 1; expected is 0 or more, and less than 1", { .rate = 1, .momentum = 1 } },
        { "momentum nan", { .rate = 1, .momentum = (double)NAN } },
        { "weight decay inf", { .rate = 1, .decay = (double)INFINITY } },
        { "weight decay nan", { .rate = 1, .decay = (double)NAN } },
        { "there is no schedule 'linear'; known are constant, cosine, one-cycle",
          { .rate = 1, .schedule = "linear" } },
        { "there is no augmentation 'flip'; known are none, digits",
          { .rate = 1, .augment = "flip" } },
        { "there is no loss 'hinge'; known are cross-entropy, squared-error",
          { .rate = 1, .loss = "hinge" } },
    };
    setup s = prepare("lenet");
    char before[65], after[65];
    (void)state;
    assert_true(none.rate < 0 && none.momentum < 0 && none.decay < 0 && !none.loss);
    digest_of(s.context, s.graph, before);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(limpid_train(s.graph, s.context, s.data, &rows[i].options), LIMPID_USAGE);
        assert_said(s.context, rows[i].said, NULL);
    }
    digest_of(s.context, s.graph, after);
    assert_string_equal(before, after);
    release(&s);
}

/* Data and network that do not belong together. */
static void test_misfits(void **state)
{
    static const struct {
        const char *text, *said;
    } rows[] = {
        { "input shape=1x32x32\ndense out=10\n",
          "net: the network takes 1x1x32x32, the samples are 1x1x28x28; use another network or "
          "other data" },
        { "input shape=3x28x28\ndense out=10\n", "the network takes 1x3x28x28" },
        { "input shape=784\ndense out=10\n", "the network takes 1x784" },
        { "input shape=1x28x28\ndense out=9\n",
          "the network answers 1x9, the data has 10 classes" },
        { "input shape=1x28x28\n", "the network answers 1x1x28x28, the data has 10 classes" },
    };
    setup s = prepare("lenet");
    limpid_score score;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        limpid_graph *graph = parse(s.context, rows[i].text);
        assert_int_equal(limpid_train(graph, s.context, s.data, NULL), LIMPID_BAD_SHAPE);
        assert_said(s.context, rows[i].said, NULL);
        assert_int_equal(limpid_evaluate(graph, s.context, s.data, 0, &score), LIMPID_BAD_SHAPE);
        assert_said(s.context, "net: the network ", NULL);
        limpid_graph_free(graph);
    }
    release(&s);
}

static void test_schedules(void **state)
{
    static const struct {
        const char *name;
        double at[4]; /* 0, 1/4, 1/2, and just before 1 */
    } rows[] = {
        { "constant", { 1, 1, 1, 1 } },
        { "cosine", { 1, 0.85355339059327378, 0.5, 0 } },
        { "one-cycle", { 0.1, 0.99039264020161522, 0.69134171618254492, 0 } },
    };
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        const limpid_schedule *schedule = limpid_schedule_find(rows[i].name);
        assert_non_null(schedule);
        assert_true(*schedule->summary);
        for (int k = 0; k < 4; k++)
            assert_true(fabs(schedule->factor(k < 3 ? 0.25 * k : 1 - 1e-12) - rows[i].at[k]) <
                        1e-14 + (k == 3 ? 1e-10 : 0));
        for (int k = 0; k < 1000; k++) {
            double factor = schedule->factor(k / 1000.0);
            assert_true(factor > 0 && factor <= 1);
        }
    }
    assert_null(limpid_schedule_find("linear"));
    assert_null(limpid_schedule_find(""));
    const limpid_schedule *cycle = limpid_schedule_find("one-cycle");
    assert_true(fabs(cycle->factor(0.2) - 1) < 1e-14);
    assert_true(fabs(cycle->factor(0.1) - 0.55) < 1e-14);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_own),         cmocka_unit_test(test_options),
        cmocka_unit_test(test_own_network), cmocka_unit_test(test_contradictions),
        cmocka_unit_test(test_misfits),     cmocka_unit_test(test_schedules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
