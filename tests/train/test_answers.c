// SPDX-License-Identifier: MIT
/* test_answers.c - scores and predictions against a forward run by hand; what a model remembers of
 * its data. */
#include "train/support.h"

/* Trained for a moment, so that its answers differ. */
static limpid_graph *some_model(limpid_context *context, limpid_data *data, const char *text)
{
    limpid_graph *graph = parse(context, text);
    const limpid_train_options options = { .steps = 5, .batch = 20, .rate = 0.02 };
    assert_ok(context, limpid_train(graph, context, data, &options));
    return graph;
}

static void assert_scores(const char *text, const char *answer, bool is_softmax)
{
    limpid_context *context = new_context();
    limpid_data *data = open_data(context, "digits:70");
    limpid_graph *graph = some_model(context, data, text);
    limpid_plan *plan = plan_of(context, graph, (limpid_plan_options){ 0 });
    limpid_batcher batcher = { .data = data };
    limpid_score score;
    double loss = 0;
    int64_t right = 0;
    int32_t label;
    void *scratch = malloc(limpid_batch_scratch(data, 1));
    assert_non_null(scratch);
    assert_ok(context, limpid_recall_preprocess(graph, context, &batcher.preprocess));
    for (int64_t i = 0; i < 70; i++) {
        limpid_batch_fill(&batcher, 1, &i, limpid_plan_floats(plan, "x", NULL), &label, scratch);
        limpid_plan_forward(plan);
        const float *y = limpid_plan_floats(plan, answer, NULL);
        double sum = 0;
        int best = 0;
        for (int c = 0; c < 10; c++) {
            sum += is_softmax ? (double)y[c] : exp((double)y[c]);
            best = y[c] > y[best] ? c : best;
        }
        loss -= log((is_softmax ? (double)y[label] : exp((double)y[label])) / sum);
        right += best == label;
    }
    for (int64_t batch = 0; batch < 200; batch = 3 * batch + 1) { /* how many at once: no matter */
        assert_ok(context, limpid_evaluate(graph, context, data, batch, &score));
        assert_int_equal(score.images, 70);
        assert_true(score.accuracy == (double)right / 70);
        assert_true(fabs(score.loss - loss / 70) < 1e-5);
    }
    free(scratch);
    limpid_plan_free(plan);
    limpid_graph_free(graph);
    limpid_data_close(data);
    limpid_context_free(context);
}

static void test_score(void **state)
{
    (void)state;
    assert_scores(tiny, "y", false);
}

static void test_score_of_probabilities(void **state)
{
    (void)state;
    assert_scores("x: input shape=1x28x28\ny: dense out=10\np: softmax\n"
                  "t: input shape=10\nsquared-error p t\n",
                  "p", true);
}

/* Of equal answers the first wins, and NaN is no answer that wins. */
static void test_probabilities(void **state)
{
    limpid_context *context = new_context();
    limpid_graph *logits = parse(context, "input shape=4\ndense out=4\n");
    limpid_graph *soft = parse(context, "input shape=4\nsoftmax\n");
    const float equal[4] = { 1, 3, 3, 2 }, given[4] = { 0.1f, 0.2f, 0.6f, 0.1f };
    float p[4];
    (void)state;
    assert_int_equal(limpid_answer_probabilities(logits, equal, 4, p), 1);
    assert_true(p[1] == p[2] && fabs((double)(p[0] + p[1] + p[2] + p[3]) - 1) < 1e-6);
    assert_true(fabs((double)p[0] / (double)p[1] - exp(-2)) < 1e-6);
    assert_int_equal(limpid_answer_probabilities(soft, given, 4, p), 2);
    assert_memory_equal(p, given, sizeof p);
    limpid_graph_free(logits);
    limpid_graph_free(soft);
    limpid_context_free(context);
}

static void picture_path(char path[4096], const char *name)
{
    const char *source = getenv("LIMPID_SOURCE");
    snprintf(path, 4096, "%s/examples/pictures/%s", source ? source : ".", name);
}

static void test_predict(void **state)
{
    limpid_context *context = new_context();
    limpid_data *data = open_data(context, "digits:70");
    limpid_graph *graph = some_model(context, data, tiny);
    limpid_plan *plan = plan_of(context, graph, (limpid_plan_options){ 0 });
    limpid_image image, grey, seen, also;
    limpid_preprocess pre;
    char path[4096];
    float expected[10], p[10], again[10];
    (void)state;
    picture_path(path, "seven.png");
    assert_ok(context, limpid_image_read(context, path, &image));
    assert_ok(context, limpid_image_convert(context, &image, 1, &grey));
    assert_ok(context, limpid_image_center(context, &grey, 28, &seen));
    assert_ok(context, limpid_recall_preprocess(graph, context, &pre));
    float *x = limpid_plan_floats(plan, "x", NULL);
    for (int i = 0; i < 784; i++)
        x[i] = ((float)seen.pixels[i] / 255.0f - pre.mean[0]) / pre.deviation[0];
    limpid_plan_forward(plan);
    limpid_answer_probabilities(graph, limpid_plan_floats(plan, "y", NULL), 10, expected);
    assert_ok(context, limpid_predict(graph, context, path, 10, p));
    assert_memory_equal(p, expected, sizeof p);
    assert_ok(context, limpid_predict_image(graph, context, &image, &also, 10, again));
    assert_memory_equal(again, expected, sizeof p);
    assert_memory_equal(also.pixels, seen.pixels, 784);
    limpid_release(context, image.pixels);
    limpid_release(context, grey.pixels);
    limpid_release(context, seen.pixels);
    limpid_release(context, also.pixels);
    limpid_plan_free(plan);
    limpid_graph_free(graph);
    limpid_data_close(data);
    limpid_context_free(context);
}

static void test_predict_refused(void **state)
{
    limpid_context *context = new_context();
    limpid_graph *graph = parse(context, tiny);
    limpid_graph *flat = parse(context, "input shape=784\ndense out=10\n");
    limpid_graph *deep = parse(context, "input shape=7x28x28\ndense out=10\n");
    char path[4096];
    float p[10] = { 7 };
    (void)state;
    picture_path(path, "seven.png");
    assert_int_equal(limpid_predict(graph, context, path, 9, p), LIMPID_USAGE);
    assert_string_equal(limpid_message(context), "room for 9 classes; the network has 10");
    assert_int_equal(limpid_predict(flat, context, path, 10, p), LIMPID_BAD_SHAPE);
    assert_said(context, "net: the network takes 1x784", NULL);
    assert_int_equal(limpid_predict(deep, context, path, 10, p), LIMPID_BAD_SHAPE);
    assert_int_equal(limpid_predict(graph, context, "missing.png", 10, p), LIMPID_BAD_FILE);
    assert_said(context, "missing.png", NULL);
    assert_true(p[0] == 7);
    assert_int_equal(limpid_classes(graph), 10);
    limpid_graph_free(graph);
    limpid_graph_free(flat);
    limpid_graph_free(deep);
    limpid_context_free(context);
}

/* ---- what a model remembers ---- */

static void test_notes_survive(void **state)
{
    limpid_context *context = new_context();
    limpid_data *data = open_data(context, "digits:70");
    limpid_graph *graph = some_model(context, data, tiny), *loaded = NULL;
    limpid_preprocess before, after;
    limpid_score a, b;
    (void)state;
#if !LIMPID_WITH_ONNX
    skip();
#endif
    assert_ok(context, limpid_graph_save(graph, context, "notes.onnx"));
    assert_ok(context, limpid_graph_load(&loaded, context, "notes.onnx"));
    assert_ok(context, limpid_recall_preprocess(graph, context, &before));
    assert_ok(context, limpid_recall_preprocess(loaded, context, &after));
    assert_memory_equal(&before, &after, sizeof before);
    assert_true(before.mean[0] > 0.05f && before.mean[0] < 0.3f && before.deviation[0] > 0.1f);
    assert_true(limpid_recall_centred(loaded));
    for (int i = 0; i < 10; i++)
        assert_int_equal(limpid_class_name(loaded, i).text[0], '0' + i);
    assert_same_digest(context, graph, loaded);
    assert_ok(context, limpid_evaluate(graph, context, data, 0, &a));
    assert_ok(context, limpid_evaluate(loaded, context, data, 0, &b));
    assert_memory_equal(&a, &b, sizeof a);
    limpid_graph_free(graph);
    limpid_graph_free(loaded);
    limpid_data_close(data);
    limpid_context_free(context);
}

static void test_class_names(void **state)
{
    limpid_context *context = new_context();
    limpid_graph *graph = parse(context, "input shape=4\ndense out=4\n");
    char longer[300];
    (void)state;
    assert_string_equal(limpid_class_name(graph, 3).text, "3"); /* nothing is known */
    assert_string_equal(limpid_class_name(graph, -1).text, "-1");
    assert_ok(context, limpid_graph_set_note(graph, "limpid.classes", "cat\ndog\n\nlast"));
    assert_string_equal(limpid_class_name(graph, 0).text, "cat");
    assert_string_equal(limpid_class_name(graph, 1).text, "dog");
    assert_string_equal(limpid_class_name(graph, 2).text, "2");
    assert_string_equal(limpid_class_name(graph, 3).text, "last");
    assert_string_equal(limpid_class_name(graph, 4).text, "4");
    assert_string_equal(limpid_class_name(graph, -1).text, "-1");
    memset(longer, 'n', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    assert_ok(context, limpid_graph_set_note(graph, "limpid.classes", longer));
    assert_int_equal(strlen(limpid_class_name(graph, 0).text), 127);
    limpid_graph_free(graph);
    limpid_context_free(context);
}

/* Notes come from files: what makes no sense is refused, not used. */
static void test_wrong_notes(void **state)
{
    static const struct {
        const char *mean, *deviation;
    } rows[] = {
        { "0.1", NULL }, { NULL, "0.1" },  { "0.1", "0" },     { "0.1", "-1" },
        { "0.1", "" },   { "", "0.1" },    { "a", "1" },       { "0.1 0.2", "1 1" },
        { "nan", "1" },  { "0.1", "inf" }, { "0.1", "1e-60" }, { "1e300", "1" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        limpid_context *context = new_context();
        limpid_graph *graph = parse(context, tiny);
        limpid_preprocess preprocess;
        if (rows[i].mean)
            assert_ok(context, limpid_graph_set_note(graph, "limpid.mean", rows[i].mean));
        if (rows[i].deviation)
            assert_ok(context, limpid_graph_set_note(graph, "limpid.deviation", rows[i].deviation));
        if (limpid_recall_preprocess(graph, context, &preprocess) != LIMPID_BAD_FILE)
            fail_msg("row %zu was accepted", i);
        assert_said(context, "limpid.mean", "limpid.deviation", "1 channels", NULL);
        limpid_graph_free(graph);
        limpid_context_free(context);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_score),           cmocka_unit_test(test_score_of_probabilities),
        cmocka_unit_test(test_probabilities),   cmocka_unit_test(test_predict),
        cmocka_unit_test(test_predict_refused), cmocka_unit_test(test_notes_survive),
        cmocka_unit_test(test_class_names),     cmocka_unit_test(test_wrong_notes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
