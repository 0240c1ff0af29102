// SPDX-License-Identifier: MIT
/* The drawn digits: the same bytes everywhere, balanced, in the form of MNIST. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "data/data.h"
#include "data/digit_strokes.h"

enum { SIDE = 28, PIXELS = SIDE * SIDE };

/* SHA-256 over the first 1,000 training samples: 784 bytes each, then the label as one byte. Any
 * change of the pen paths or the drawing changes it, and with it every result trained on digits. */
static const char golden[] = "821ad4f66b7028b98ef82872a38fb6e5275b7910c7e8ead2255aec1273b0a3af";

static limpid_context *context_make(int threads)
{
    limpid_context *context = NULL;
    limpid_options options = { .threads = threads };
    assert_int_equal(limpid_context_new(&context, &options), LIMPID_OK);
    return context;
}

static void set_digest(int threads, const char *split, char hex[65])
{
    limpid_context *context = context_make(threads);
    limpid_data *data = NULL;
    assert_int_equal(limpid_data_open(&data, context, "digits:1000", split), LIMPID_OK);
    assert_int_equal(data->count, 1000);
    limpid_sha256 sha;
    limpid_sha256_start(&sha);
    for (int64_t i = 0; i < data->count; i++) {
        uint8_t pixels[PIXELS + 1];
        int32_t label = -1;
        data->reader->sample(data, i, pixels, &label);
        pixels[PIXELS] = (uint8_t)label;
        limpid_sha256_add(&sha, pixels, sizeof pixels);
    }
    limpid_sha256_finish(&sha, hex);
    limpid_data_close(data);
    limpid_context_free(context);
}

static void bytes_are_the_golden_ones_for_any_threads(void **state)
{
    (void)state;
    for (int threads = 1; threads <= 3; threads++) {
        char hex[65];
        set_digest(threads, "train", hex);
        assert_string_equal(hex, golden);
    }
}

static void test_split_differs(void **state)
{
    (void)state;
    char hex[65];
    set_digest(1, "test", hex);
    assert_string_not_equal(hex, golden);
}

/* A set's first samples do not depend on how many were asked for, even when labels do not come out
 * even. */
static void prefix_is_the_same(void **state)
{
    (void)state;
    limpid_context *context = context_make(2);
    limpid_data *few = NULL, *many = NULL;
    assert_int_equal(limpid_data_open(&few, context, "digits:7", "train"), LIMPID_OK);
    assert_int_equal(limpid_data_open(&many, context, "digits:123", "train"), LIMPID_OK);
    for (int64_t i = 0; i < 7; i++) {
        uint8_t a[PIXELS], b[PIXELS];
        int32_t label_a = -1, label_b = -2;
        few->reader->sample(few, i, a, &label_a);
        many->reader->sample(many, i, b, &label_b);
        assert_int_equal(label_a, label_b);
        assert_memory_equal(a, b, PIXELS);
    }
    limpid_data_close(few);
    limpid_data_close(many);
    limpid_context_free(context);
}

static void whole_set_has_the_promised_form(void **state)
{
    (void)state;
    limpid_context *context = context_make(0);
    limpid_data *data = NULL;
    assert_int_equal(limpid_data_open(&data, context, "digits", "test"), LIMPID_OK);
    assert_int_equal(data->count, 10000);
    assert_int_equal(data->channels, 1);
    assert_int_equal(data->height, SIDE);
    assert_int_equal(data->width, SIDE);
    assert_int_equal(data->classes, 10);
    assert_string_equal(data->class_names[9], "9");
    int seen[10] = { 0 }, runs = 0;
    int32_t before = -1;
    for (int64_t i = 0; i < data->count; i++) {
        uint8_t pixels[PIXELS];
        int32_t label = -1;
        data->reader->sample(data, i, pixels, &label);
        assert_in_range(label, 0, 9);
        seen[label]++;
        runs += label == (before + 1) % 10;
        before = label;
    }
    for (int label = 0; label < 10; label++)
        assert_int_equal(seen[label], 1000);
    assert_in_range(runs, 500,
                    1500); /* shuffled: a tenth would follow their predecessor by chance */
    limpid_data_close(data);
    limpid_context_free(context);
}

static void counts_are_checked(void **state)
{
    (void)state;
    static const char *const specs[] = { "digits:0", "digits:-5", "digits:ten",
                                         "digits:99999999999", "digits:3x" };
    limpid_context *context = context_make(1);
    for (size_t k = 0; k < sizeof specs / sizeof *specs; k++) {
        limpid_data *data = NULL;
        assert_int_equal(limpid_data_open(&data, context, specs[k], "train"), LIMPID_USAGE);
        assert_null(data);
        assert_non_null(strstr(limpid_message(context), strchr(specs[k], ':') + 1));
    }
    limpid_context_free(context);
}

/* Ink inside the box of 20 x 20 up to the shift to the centre of mass, some of it bright, never a
 * blot. */
static void images_are_centred_and_inked(void **state)
{
    (void)state;
    for (int64_t i = 0; i < 5000; i++) {
        uint8_t pixels[PIXELS];
        limpid_digit_draw(77, i, (int)(i % 10), pixels);
        double mass = 0, mx = 0, my = 0;
        int brightest = 0, left = SIDE, right = 0, top = SIDE, bottom = 0;
        for (int p = 0; p < PIXELS; p++) {
            int x = p % SIDE, y = p / SIDE;
            mass += pixels[p];
            mx += pixels[p] * (x + 0.5);
            my += pixels[p] * (y + 0.5);
            brightest = (int)limpid_max(brightest, pixels[p]);
            if (pixels[p] > 127) {
                left = (int)limpid_min(left, x);
                right = (int)limpid_max(right, x);
                top = (int)limpid_min(top, y);
                bottom = (int)limpid_max(bottom, y);
            }
        }
        assert_true(mass > 255 * 15 && mass < 255 * 400);
        assert_true(brightest > 170);
        assert_true(fabs(mx / mass - SIDE / 2.0) < 1 && fabs(my / mass - SIDE / 2.0) < 1);
        int extent = (int)limpid_max(right - left, bottom - top) + 1;
        assert_in_range(extent, 14, 22);
    }
}

static void numbers_and_labels_give_different_images(void **state)
{
    (void)state;
    uint8_t a[PIXELS], b[PIXELS], c[PIXELS], d[PIXELS];
    limpid_digit_draw(1, 5, 3, a);
    limpid_digit_draw(1, 6, 3, b);
    limpid_digit_draw(2, 5, 3, c);
    limpid_digit_draw(1, 5, 3, d);
    assert_memory_not_equal(a, b, PIXELS);
    assert_memory_not_equal(a, c, PIXELS);
    assert_memory_equal(a, d, PIXELS);
}

/* What digits.c relies on without looking: members of a family fit together, strokes have two
 * points, corners are inside them, every digit has a path. */
static void pen_paths_are_well_formed(void **state)
{
    (void)state;
    int seen[10] = { 0 };
    for (int i = 0; i < limpid_pen_path_count; i++) {
        const limpid_pen_path *path = &limpid_pen_paths[i];
        assert_in_range(path->label, 0, 9);
        assert_true(path->weight > 0);
        seen[path->label]++;
        assert_int_equal(path->points[0].kind, LIMPID_PEN_START);
        assert_int_equal(path->points[LIMPID_PEN_POINTS].kind, LIMPID_PEN_END);
        for (int k = 0; path->points[k].kind != LIMPID_PEN_END; k++) {
            int next = path->points[k + 1].kind;
            bool last = next == LIMPID_PEN_END || next == LIMPID_PEN_START;
            assert_false(last && path->points[k].kind == LIMPID_PEN_START);
            assert_false(last && path->points[k].kind == LIMPID_PEN_CORNER);
        }
        for (int j = 0; j < i; j++) {
            const limpid_pen_path *other = &limpid_pen_paths[j];
            for (int k = 0; other->label == path->label && other->family == path->family &&
                            k <= LIMPID_PEN_POINTS;
                 k++)
                assert_int_equal(path->points[k].kind, other->points[k].kind);
        }
    }
    for (int label = 0; label < 10; label++)
        assert_true(seen[label] > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pen_paths_are_well_formed),
        cmocka_unit_test(bytes_are_the_golden_ones_for_any_threads),
        cmocka_unit_test(test_split_differs),
        cmocka_unit_test(prefix_is_the_same),
        cmocka_unit_test(whole_set_has_the_promised_form),
        cmocka_unit_test(counts_are_checked),
        cmocka_unit_test(images_are_centred_and_inked),
        cmocka_unit_test(numbers_and_labels_give_different_images),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
