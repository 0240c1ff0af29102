// SPDX-License-Identifier: MIT
/* test_checkpoint.c - the folder of a run, whatever happened to it: killed while it was written,
 * cut, altered, of another network. Either the run goes on to the same end, or one sentence says
 * why not. */
#include <dirent.h>
#include <signal.h>
#include <sys/wait.h>
#include "train/support.h"

enum { STEPS = 6 };

static char whole[65]; /* the digest of the run that was never disturbed */

static limpid_train_options options_for(const char *out)
{
    return (limpid_train_options){ .out = out,
                                   .data_spec = "digits:50",
                                   .schedule = "cosine",
                                   .steps = STEPS,
                                   .batch = 20,
                                   .checkpoint_every = 1,
                                   .rate = 0.03,
                                   .momentum = 0.9 };
}

/* Trains into a folder and stops after a step. */
static void stop_at(const char *folder, int64_t step, const char *text, char hex[65])
{
    limpid_context *context = new_context();
    limpid_data *data = open_data(context, "digits:50");
    limpid_graph *graph = parse(context, text);
    stopper stop = { .stop = step };
    limpid_train_options options = options_for(folder);
    options.progress = stop_there;
    options.user = &stop;
    remove_folder(folder);
    assert_int_equal(limpid_train(graph, context, data, &options),
                     step == STEPS ? LIMPID_OK : LIMPID_INTERRUPTED);
    if (hex)
        digest_of(context, graph, hex);
    limpid_graph_free(graph);
    limpid_data_close(data);
    limpid_context_free(context);
}

static int train_whole(void **state)
{
    (void)state;
    stop_at("whole", STEPS, tiny, whole);
    return 0;
}

static void shell(const char *command)
{
    if (system(command) != 0)
        fail_msg("%s", command);
}

/* The run in `folder` goes on to the right end. */
static void assert_resumes(const char *folder)
{
    limpid_context *context = new_context();
    limpid_graph *graph = NULL;
    char hex[65];
    assert_ok(context, limpid_resume(&graph, context, folder, NULL, NULL));
    digest_of(context, graph, hex);
    assert_string_equal(hex, whole);
    limpid_graph_free(graph);
    limpid_context_free(context);
}

static void assert_refused(const char *folder, const char *said)
{
    limpid_context *context = new_context();
    limpid_graph *graph = NULL;
    assert_int_equal(limpid_resume(&graph, context, folder, NULL, NULL), LIMPID_BAD_FILE);
    assert_said(context, folder, said, NULL);
    assert_null(graph);
    limpid_context_free(context);
}

/* ---- killed between the two files ---- */

static void test_between_the_writes(void **state)
{
    (void)state;
    stop_at("early", 2, tiny, NULL);
    stop_at("late", 4, tiny, NULL);
    shell("rm -rf mixed && cp -r early mixed && cp late/state.safetensors mixed/");
    assert_resumes("mixed"); /* state new, model old */
    shell("rm -rf mixed && cp -r early mixed && cp late/model.onnx mixed/");
    assert_resumes("mixed"); /* the other way round */
    shell("rm -rf mixed && cp -r early mixed && head -c 1000 late/model.onnx "
          ">mixed/model.onnx.AbCdEf");
    assert_resumes("mixed"); /* what was left beside is no obstacle */
    shell("rm mixed/model.onnx");
    assert_refused("mixed", "mixed/model.onnx");
    shell("rm -rf mixed && cp -r early mixed && rm mixed/state.safetensors");
    assert_refused("mixed", "mixed/state.safetensors");
    assert_refused("nowhere", "nowhere/state.safetensors: cannot be opened");
    shell("rm -rf early late mixed");
}

/* A run that saves after every step, killed at some moment. */
static void train_until_killed(const char *folder)
{
    limpid_context *context = NULL;
    limpid_data *data = NULL;
    limpid_graph *graph = NULL;
    const limpid_options one = { .threads = 1 };
    const limpid_train_options options = options_for(folder);
    if (limpid_context_new(&context, &one) == LIMPID_OK &&
        limpid_data_open(&data, context, "digits:50", "train") == LIMPID_OK &&
        limpid_graph_parse(&graph, context, tiny, "net") == LIMPID_OK)
        (void)limpid_train(graph, context, data, &options);
    _exit(0);
}

static void test_killed(void **state)
{
    int resumed = 0;
    (void)state;
    for (int i = 0; i < 10; i++) {
        shell("rm -rf killed");
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0)
            train_until_killed("killed");
        /* Not before the first checkpoint is whole: until then there is no run. */
        while (access("killed/model.onnx", F_OK) != 0 && waitpid(child, NULL, WNOHANG) == 0)
            usleep(200);
        usleep((useconds_t)(i * 1500));
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        assert_resumes("killed");
        resumed++;
    }
    assert_int_equal(resumed, 10);
    shell("rm -rf killed");
}

/* ---- damage ---- */

static uint8_t *get(const char *path, size_t *size)
{
    limpid_context *context = new_context();
    uint8_t *bytes, *copy;
    assert_ok(context, limpid_file_read(context, path, 1 << 24, &bytes, size));
    copy = malloc(*size + 1);
    assert_non_null(copy);
    memcpy(copy, bytes, *size);
    limpid_release(context, bytes);
    limpid_context_free(context);
    return copy;
}

static void put(const char *path, const uint8_t *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

/* Refused with one sentence about this file, or (where the seal itself was hit, which makes the
 * file one of somebody else's) accepted with the right numbers. */
static bool refused_or_right(const char *path)
{
    limpid_context *context = new_context();
    limpid_graph *graph = NULL;
    limpid_status status = limpid_resume(&graph, context, "hurt", NULL, NULL);
    if (status == LIMPID_OK) {
        char hex[65];
        digest_of(context, graph, hex);
        assert_string_equal(hex, whole);
    } else {
        assert_true(status == LIMPID_BAD_FILE || status == LIMPID_UNSUPPORTED);
        assert_said(context, path, NULL);
    }
    limpid_graph_free(graph);
    limpid_context_free(context);
    return status != LIMPID_OK;
}

static void assert_damage_is_seen(const char *path)
{
    limpid_random random = limpid_random_stream(8, LIMPID_RANDOM_BENCH, 0, 0);
    size_t size;
    stop_at("hurt", STEPS - 1, tiny, NULL);
    uint8_t *good = get(path, &size);
    int seen = 0;
    for (int i = 0; i < 60; i++) {
        size_t at = (size_t)limpid_random_below(&random, i % 2 ? size : 600);
        good[at] ^= (uint8_t)(1 << i % 8);
        put(path, good, size);
        seen += refused_or_right(path);
        good[at] ^= (uint8_t)(1 << i % 8);
    }
    assert_in_range(seen, 45, 60);
    const size_t lengths[] = { 0, 1, 7, 8, 9, 100, size / 2, size - 1 };
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        put(path, good, lengths[i]);
        assert_true(refused_or_right(path));
    }
    good[size] = 0;
    put(path, good, size + 1);
    assert_true(refused_or_right(path));
    put(path, good, size);
    assert_resumes("hurt");
    free(good);
    remove_folder("hurt");
}

static void test_damaged_state(void **state)
{
    (void)state;
    assert_damage_is_seen("hurt/state.safetensors");
}

static void test_damaged_model(void **state)
{
    (void)state;
    assert_damage_is_seen("hurt/model.onnx");
}

/* ---- a state that is whole, and says nonsense ---- */

/* Rewrites the state of the run in `folder` with one entry changed; value NULL: without it. */
static void change(const char *folder, const char *key, const char *value)
{
    limpid_context *context = new_context();
    limpid_safetensors content = { 0 };
    char path[100];
    bool found = false;
    snprintf(path, sizeof path, "%s/state.safetensors", folder);
    assert_ok(context, limpid_safetensors_read(context, path, &content));
    for (size_t i = 0; i < content.pair_count; i++)
        if (strcmp(content.pairs[i].key, key) == 0) {
            found = true;
            limpid_release(context, value ? content.pairs[i].value : content.pairs[i].key);
            if (value)
                content.pairs[i].value = limpid_copy_text(context, value);
            else
                content.pairs[i].key = limpid_copy_text(context, "other");
        }
    assert_true(found);
    assert_ok(context, limpid_safetensors_write(context, path, &content));
    limpid_safetensors_release(context, &content);
    limpid_context_free(context);
}

static void test_nonsense(void **state)
{
    static const struct {
        const char *key, *value, *said;
    } rows[] = {
        { "step", "-1", "'step'" },
        { "step", "three", "'step'" },
        { "step", "99999999999999999999", "'step'" },
        { "step", NULL, "'step'" },
        { "step", "7", "step" }, /* beyond the end */
        { "steps", "0", "'steps'" },
        { "batch", "0", "'batch'" },
        { "batch", "-5", "'batch'" },
        { "samples", "51", "the run was started on 51 samples; digits:50 now has 50" },
        { "schedule", "linear", "'schedule'" },
        { "augment", "flip", "'augment'" },
        { "loss", "hinge", "'loss'" },
        { "rate", "9221120237041090560", "'rate'" }, /* the bits of NaN */
        { "rate", "0", "'rate'" },
        { "momentum", "4607182418800017408", "'momentum'" }, /* 1 */
        { "decay", "-4616189618054758400", "'decay'" },      /* -1 */
        { "epoch-seen", "-1", "'epoch-seen'" },
        { "epoch-seen", "0", "'epoch-seen'" }, /* in the middle of an epoch */
        { "data", NULL, "'data'" },
        { "data", "", "does not say what it was trained on" },
        { "checkpoint-every", "-1", "'checkpoint-every'" },
    };
    (void)state;
    stop_at("nonsense-good", 4, tiny, NULL);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        shell("rm -rf nonsense && cp -r nonsense-good nonsense");
        change("nonsense", rows[i].key, rows[i].value);
        limpid_context *context = new_context();
        limpid_graph *graph = NULL;
        limpid_status status = limpid_resume(&graph, context, "nonsense", NULL, NULL);
        if (status != LIMPID_BAD_FILE)
            fail_msg("%s=%s: status %d, %s", rows[i].key, rows[i].value, status,
                     limpid_message(context));
        assert_said(context, "nonsense", rows[i].said, NULL);
        assert_null(graph);
        limpid_context_free(context);
    }
    shell("rm -rf nonsense nonsense-good");
}

static void test_data_that_is_gone(void **state)
{
    limpid_context *context = new_context();
    limpid_graph *graph = NULL;
    (void)state;
    stop_at("gone", 4, tiny, NULL);
    change("gone", "data", "mnist:no-such-folder");
    assert_int_equal(limpid_resume(&graph, context, "gone", NULL, NULL), LIMPID_BAD_FILE);
    assert_said(context, "no-such-folder", NULL);
    assert_null(graph);
    limpid_context_free(context);
    remove_folder("gone");
}

static void test_another_network(void **state)
{
    (void)state;
    stop_at("one", 4, tiny, NULL);
    stop_at("two", 4, "x: input shape=1x28x28\ndense out=10\n", NULL);
    shell("cp one/model.onnx one-model && cp two/model.onnx one/model.onnx");
    assert_refused("one", "it belongs to another network than model.onnx");
    shell("cp one-model two/model.onnx");
    assert_refused("two", "it belongs to another network than model.onnx");
    shell("rm -rf one two one-model");
}

static void test_unwritable(void **state)
{
    limpid_context *context = new_context();
    limpid_data *data = open_data(context, "digits:50");
    limpid_graph *graph = parse(context, tiny);
    char before[65], after[65];
    (void)state;
    digest_of(context, graph, before);
    limpid_train_options options = options_for("no/such/folder");
    assert_int_equal(limpid_train(graph, context, data, &options), LIMPID_FAILED);
    assert_said(context, "no/such/folder", NULL);
    shell("echo text >a-file");
    options = options_for("a-file");
    assert_int_equal(limpid_train(graph, context, data, &options), LIMPID_FAILED);
    assert_said(context, "a-file", NULL);
    digest_of(context, graph, after);
    assert_string_equal(before, after); /* noticed before the first step */
    limpid_graph_free(graph);
    limpid_data_close(data);
    limpid_context_free(context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_between_the_writes), cmocka_unit_test(test_killed),
        cmocka_unit_test(test_damaged_state),      cmocka_unit_test(test_damaged_model),
        cmocka_unit_test(test_nonsense),           cmocka_unit_test(test_data_that_is_gone),
        cmocka_unit_test(test_another_network),    cmocka_unit_test(test_unwritable),
    };
    return cmocka_run_group_tests(tests, train_whole, NULL);
}
