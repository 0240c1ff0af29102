// SPDX-License-Identifier: MIT
/* test_mnist.c - data sets by specification; the folder of MNIST in all its spellings and damages.
 */
#include "data/files.h"

enum { IMAGES = 6, HEIGHT = 3, WIDTH = 5 };

static const char *const stems[4] = { "train-images", "train-labels", "t10k-images",
                                      "t10k-labels" };

/* The path of file f in one of the usual spellings. */
static void path_of(char path[256], const char *folder, int f, const char *separator)
{
    snprintf(path, 256, "%s/%s%sidx%d-ubyte", folder, stems[f], separator, f % 2 ? 1 : 3);
}

static void put_blob(const char *folder, int f, const char *separator, blob b)
{
    char path[256];
    path_of(path, folder, f, separator);
    put_file(path, b.bytes, b.size);
    free(b.bytes);
}

/* A folder with nothing but four good files; the test set has one sample less. */
static void fill_folder(const char *folder, const char *separator)
{
    make_folder(folder);
    for (int f = 0; f < 4; f++) {
        char path[256];
        path_of(path, folder, f, "-");
        unlink(path);
        path_of(path, folder, f, ".");
        unlink(path);
        int64_t count = f < 2 ? IMAGES : IMAGES - 1;
        int64_t dim[3] = { count, HEIGHT, WIDTH };
        put_blob(folder, f, separator, make_idx(f % 2 ? 1 : 3, dim, f % 2 ? 10 : 256));
    }
}

static void reads_both_splits(void **state)
{
    (void)state;
    static const char *const separators[] = { "-", "." };
    counter c;
    limpid_context *context = counting_context(&c);
    for (int s = 0; s < 2; s++)
        for (int test = 0; test < 2; test++) {
            fill_folder("good", separators[s]);
            limpid_data *data;
            assert_int_equal(
                limpid_data_open(&data, context, "mnist:good", test ? "test" : "train"), LIMPID_OK);
            assert_int_equal(data->count, IMAGES - test);
            assert_int_equal(data->channels, 1);
            assert_int_equal(data->height, HEIGHT);
            assert_int_equal(data->width, WIDTH);
            assert_int_equal(data->classes, 10);
            assert_string_equal(data->class_names[0], "0");
            assert_string_equal(data->class_names[9], "9");
            for (int64_t i = 0; i < data->count; i++) {
                uint8_t pixels[HEIGHT * WIDTH];
                int32_t label = -1;
                data->reader->sample(data, i, pixels, &label);
                assert_int_equal(label, (i * 7 + 3) % 10);
                for (int64_t p = 0; p < HEIGHT * WIDTH; p++)
                    assert_int_equal(pixels[p], ((i * HEIGHT * WIDTH + p) * 7 + 3) % 256);
            }
            limpid_data_close(data);
            assert_int_equal(c.live, 0);
        }
    limpid_context_free(context);
}

/* Opening mnist:bad fails with both parts in the message, leaving no memory behind. */
static void assert_refused(const char *part, const char *other)
{
    counter c;
    limpid_context *context = counting_context(&c);
    limpid_data *data = NULL;
    limpid_status status = limpid_data_open(&data, context, "mnist:bad", "train");
    assert_told(context, LIMPID_BAD_FILE, status, part, other);
    assert_null(data);
    assert_int_equal(c.live, 0);
    limpid_context_free(context);
}

static void refuses_missing_files(void **state)
{
    (void)state;
    limpid_context *context = new_context(1);
    limpid_data *data = NULL;
    assert_told(context, LIMPID_BAD_FILE, limpid_data_open(&data, context, "mnist:absent", "train"),
                "absent: is no folder", "scripts/get-mnist");
    limpid_context_free(context);

    for (int f = 0; f < 2; f++) {
        char path[256];
        fill_folder("bad", "-");
        path_of(path, "bad", f, "-");
        unlink(path);
        assert_refused(stems[f], "scripts/get-mnist");
        put_file(path, "", 0);
        assert_refused(stems[f], "empty");
    }
}

static void refuses_files_that_do_not_match(void **state)
{
    (void)state;
    fill_folder("bad", "-");
    put_blob("bad", 1, "-", make_idx(1, (int64_t[]){ IMAGES - 1 }, 10));
    assert_refused("bad: 6 train images", "5 labels");

    fill_folder("bad", "-");
    put_blob("bad", 1, "-", make_idx(1, (int64_t[]){ IMAGES }, 11)); /* 3, 10, ... */
    assert_refused("train-labels-idx1-ubyte", "label 10 of image 1 is out of range");

    fill_folder("bad", "-");
    put_blob("bad", 0, "-", make_idx(1, (int64_t[]){ IMAGES }, 10));
    assert_refused("train-images-idx3-ubyte", "rank 1; images have 3");

    fill_folder("bad", "-");
    put_blob("bad", 1, "-", make_idx(2, (int64_t[]){ IMAGES, 1 }, 10));
    assert_refused("train-labels-idx1-ubyte", "rank 2; labels have 1");

    for (int d = 0; d < 3; d++) {
        int64_t dim[3] = { IMAGES, HEIGHT, WIDTH };
        dim[d] = 0;
        fill_folder("bad", "-");
        put_blob("bad", 0, "-", make_idx(3, dim, 256));
        assert_refused("train-images-idx3-ubyte", "at least one");
    }
}

static void survives_every_failing_allocation(void **state)
{
    (void)state;
    counter c;
    limpid_context *context = counting_context(&c);
    limpid_data *data = NULL;
    limpid_status status = LIMPID_NO_MEMORY;
    long failures = 0;
    fill_folder("good", "-");
    for (; status != LIMPID_OK; failures++) {
        c.calls = 0;
        c.fail_at = failures;
        status = limpid_data_open(&data, context, "mnist:good", "train");
        if (status != LIMPID_OK) {
            assert_int_equal(status, LIMPID_NO_MEMORY);
            assert_null(data);
            assert_int_equal(c.live, 0);
        }
    }
    assert_true(failures > 10);
    limpid_data_close(data);
    assert_int_equal(c.live, 0);
    limpid_context_free(context);
}

/* The real thing, whole. */
static void reads_the_real_files(void **state)
{
    (void)state;
    if (!LIMPID_WITH_ZLIB)
        skip(); /* the files are packed */
    char path[1024], spec[1040];
    find_data(path, "mnist");
    snprintf(spec, sizeof spec, "mnist:%s", path);
    limpid_context *context = new_context(1);
    static const int64_t counts[2] = { 60000, 10000 };
    static const int64_t fives[2] = { 5421, 892 }; /* from the data set's own description */
    for (int test = 0; test < 2; test++) {
        limpid_data *data;
        assert_int_equal(limpid_data_open(&data, context, spec, test ? "test" : "train"),
                         LIMPID_OK);
        assert_int_equal(data->count, counts[test]);
        assert_int_equal(data->height, 28);
        assert_int_equal(data->width, 28);
        int64_t found = 0;
        for (int64_t i = 0; i < data->count; i++) {
            uint8_t pixels[784];
            int32_t label;
            data->reader->sample(data, i, pixels, &label);
            found += label == 5;
        }
        assert_int_equal(found, fives[test]);
        limpid_data_close(data);
    }
    limpid_context_free(context);
}

static void assert_usage(const char *spec, const char *split, const char *part, const char *other)
{
    limpid_context *context = new_context(1);
    limpid_data *data = NULL;
    assert_told(context, LIMPID_USAGE, limpid_data_open(&data, context, spec, split), part, other);
    assert_null(data);
    limpid_context_free(context);
}

static void refuses_wrong_specifications(void **state)
{
    (void)state;
    assert_usage("mnits:x", "train", "mnits", "did you mean 'mnist'?");
    assert_usage("spoons:x", "train", "spoons", "mnist:DIR");
    assert_usage("", "train", "no such reader", "digits");
    assert_usage(":x", "train", "no such reader", "digits");
    assert_usage("mnis", "train", "mnis", "did you mean 'mnist'?");
    assert_usage("mnist", "train", "'mnist'", "expected mnist:DIR");
    assert_usage("mnist:", "train", "'mnist:'", "expected mnist:DIR");
    assert_usage("spoons:x", "train", "spoons", "digits[:COUNT]");
    assert_usage("digits:x", "train", "digits:x", "expected a number");
    assert_usage("digits", "valid", "valid", "'train' or 'test'");
    assert_usage("mnist:good", "Train", "Train", "'train' or 'test'");
    limpid_data_close(NULL);
}

static void folders_may_have_colons(void **state)
{
    (void)state;
    fill_folder("a:b", "-");
    limpid_context *context = new_context(1);
    limpid_data *data;
    assert_int_equal(limpid_data_open(&data, context, "mnist:a:b", "test"), LIMPID_OK);
    limpid_data_close(data);
    limpid_context_free(context);
}

static void names_classes(void **state)
{
    (void)state;
    counter c;
    limpid_context *context = counting_context(&c);
    fill_folder("good", "-");
    limpid_data *data;
    assert_int_equal(limpid_data_open(&data, context, "mnist:good", "test"), LIMPID_OK);
    const char *const names[] = { "cat", "dog" };
    assert_int_equal(limpid_data_name_classes(data, 2, names), LIMPID_OK);
    assert_int_equal(data->classes, 2);
    assert_string_equal(data->class_names[1], "dog");
    limpid_data_close(data);
    assert_int_equal(c.live, 0);
    limpid_context_free(context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_both_splits),
        cmocka_unit_test(refuses_missing_files),
        cmocka_unit_test(refuses_files_that_do_not_match),
        cmocka_unit_test(survives_every_failing_allocation),
        cmocka_unit_test(reads_the_real_files),
        cmocka_unit_test(refuses_wrong_specifications),
        cmocka_unit_test(folders_may_have_colons),
        cmocka_unit_test(names_classes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
