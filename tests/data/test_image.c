// SPDX-License-Identifier: MIT
/* test_image.c - pictures in other sizes and with other channels; formats that are not read. */
#include <math.h>
#include "data/files.h"

static limpid_image make_image(limpid_context *context, int64_t channels, int64_t height,
                               int64_t width, uint64_t seed)
{
    limpid_image image = { channels, height, width, NULL };
    image.pixels = limpid_allocate(context, (size_t)(channels * height * width), 1);
    assert_non_null(image.pixels);
    for (int64_t p = 0; p < channels * height * width; p++)
        image.pixels[p] = (uint8_t)(next_random(&seed) >> 20);
    return image;
}

/* How much of [a, b) lies in [c, d). */
static double common(double a, double b, double c, double d)
{
    return fmax(0, fmin(b, d) - fmax(a, c));
}

/* The mean over the target pixel's area, as one would write it down. */
static double area_mean(const limpid_image *in, int64_t channel, int64_t height, int64_t width,
                        int64_t i, int64_t j)
{
    double down = (double)in->height / (double)height, across = (double)in->width / (double)width;
    double sum = 0;
    for (int64_t y = 0; y < in->height; y++)
        for (int64_t x = 0; x < in->width; x++)
            sum += common((double)y, (double)y + 1, (double)i * down, (double)(i + 1) * down) *
                   common((double)x, (double)x + 1, (double)j * across, (double)(j + 1) * across) *
                   in->pixels[(channel * in->height + y) * in->width + x];
    return sum / (down * across);
}

static void resizes_by_area(void **state)
{
    (void)state;
    static const int64_t sizes[][4] = { { 5, 7, 3, 4 },    { 5, 7, 11, 13 }, { 1, 1, 3, 2 },
                                        { 16, 16, 4, 4 },  { 9, 2, 9, 2 },   { 3, 40, 7, 1 },
                                        { 28, 28, 20, 20 } };
    counter memory;
    limpid_context *context = counting_context(&memory);
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        int64_t height = sizes[s][2], width = sizes[s][3];
        limpid_image in = make_image(context, 3, sizes[s][0], sizes[s][1], s + 1), out;
        assert_int_equal(limpid_image_resize(context, &in, height, width, &out), LIMPID_OK);
        assert_int_equal(out.channels, 3);
        assert_int_equal(out.height, height);
        assert_int_equal(out.width, width);
        for (int64_t c = 0; c < 3; c++)
            for (int64_t i = 0; i < height; i++)
                for (int64_t j = 0; j < width; j++) {
                    double expected = area_mean(&in, c, height, width, i, j);
                    double found = out.pixels[(c * height + i) * width + j];
                    assert_true(fabs(found - expected) <= 0.5 + 1e-9);
                }
        limpid_release(context, in.pixels);
        limpid_release(context, out.pixels);
        assert_int_equal(memory.live, 0);
    }
    limpid_context_free(context);
}

static void keeps_what_needs_no_change(void **state)
{
    (void)state;
    limpid_context *context = new_context(1);
    limpid_image in = make_image(context, 3, 13, 17, 5), out;
    assert_int_equal(limpid_image_resize(context, &in, 13, 17, &out), LIMPID_OK);
    assert_memory_equal(in.pixels, out.pixels, 3 * 13 * 17);
    limpid_release(context, out.pixels);
    assert_int_equal(limpid_image_convert(context, &in, 3, &out), LIMPID_OK);
    assert_memory_equal(in.pixels, out.pixels, 3 * 13 * 17);
    limpid_release(context, out.pixels);
    memset(in.pixels, 201, 3 * 13 * 17);
    assert_int_equal(limpid_image_resize(context, &in, 31, 5, &out), LIMPID_OK);
    for (int p = 0; p < 3 * 31 * 5; p++)
        assert_int_equal(out.pixels[p], 201);
    limpid_release(context, out.pixels);
    limpid_release(context, in.pixels);
    limpid_context_free(context);
}

static void converts_channels(void **state)
{
    (void)state;
    static const uint8_t rgb[6][3] = { { 255, 0, 0 },     { 0, 255, 0 }, { 0, 0, 255 },
                                       { 255, 255, 255 }, { 0, 0, 0 },   { 10, 20, 30 } };
    static const uint8_t grey[6] = { 76, 150, 29, 255, 0, 18 };
    limpid_context *context = new_context(1);
    uint8_t pixels[3 * 6];
    for (int p = 0; p < 6; p++)
        for (int c = 0; c < 3; c++)
            pixels[c * 6 + p] = rgb[p][c];
    limpid_image in = { 3, 2, 3, pixels }, one, three;
    assert_int_equal(limpid_image_convert(context, &in, 1, &one), LIMPID_OK);
    assert_int_equal(one.channels, 1);
    assert_int_equal(one.height, 2);
    assert_int_equal(one.width, 3);
    assert_memory_equal(one.pixels, grey, 6);
    assert_int_equal(limpid_image_convert(context, &one, 3, &three), LIMPID_OK);
    assert_int_equal(three.channels, 3);
    for (int c = 0; c < 3; c++)
        assert_memory_equal(three.pixels + c * 6, grey, 6);
    limpid_release(context, one.pixels);
    limpid_release(context, three.pixels);
    limpid_context_free(context);
}

static void refuses_sizes(void **state)
{
    (void)state;
    static const int64_t sizes[][2] = { { 0, 5 },         { 5, 0 },
                                        { -1, 5 },        { 8192, 8193 },
                                        { INT64_MAX, 2 }, { 2, INT64_MAX },
                                        { 1, INT64_MIN }, { INT64_MAX, INT64_MAX } };
    limpid_context *context = new_context(1);
    limpid_image in = make_image(context, 1, 2, 2, 5), out = { .channels = 77 };
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        assert_told(context, LIMPID_BAD_FILE,
                    limpid_image_resize(context, &in, sizes[s][0], sizes[s][1], &out), "resize",
                    "pixels");
        assert_int_equal(out.channels, 77);
    }
    limpid_release(context, in.pixels);
    limpid_context_free(context);
}

static void names_other_formats(void **state)
{
    (void)state;
    static const struct {
        limpid_status status;
        const char *bytes;
        size_t size;
        const char *said;
    } files[] = {
        { LIMPID_BAD_FILE, "", 0, "empty" },
        { LIMPID_BAD_FILE, "hello", 5, "neither a PNG nor a JPEG" },
        { LIMPID_BAD_FILE, "\x89PNG", 4, "neither a PNG nor a JPEG" },
        { LIMPID_UNSUPPORTED, "GIF89a..........", 16, "a GIF" },
        { LIMPID_UNSUPPORTED, "BM..............", 16, "a BMP" },
        { LIMPID_UNSUPPORTED, "RIFF....WEBPVP8 ", 16, "a WebP" },
        { LIMPID_UNSUPPORTED,
          "\0\0\0\x18"
          "ftypheic....",
          16, "a HEIF or AVIF" },
        { LIMPID_UNSUPPORTED, "II*\0............", 16, "a TIFF" },
        { LIMPID_UNSUPPORTED, "MM\0*............", 16, "a TIFF" },
        { LIMPID_UNSUPPORTED, "%PDF-1.7........", 16, "a PDF" },
        { LIMPID_UNSUPPORTED, "<svg></svg>.....", 16, "an SVG" },
    };
    limpid_context *context = new_context(1);
    limpid_image image;
    for (size_t f = 0; f < sizeof files / sizeof *files; f++) {
        put_file("some.file", files[f].bytes, files[f].size);
        assert_told(context, files[f].status, limpid_image_read(context, "some.file", &image),
                    "some.file", files[f].said);
    }
    make_folder("folder");
    assert_told(context, LIMPID_BAD_FILE, limpid_image_read(context, "folder", &image), "folder",
                "not a file");
    assert_told(context, LIMPID_BAD_FILE, limpid_image_read(context, "absent.png", &image),
                "absent.png", "opened");
    limpid_context_free(context);
}

static void refuses_an_oversized_file(void **state)
{
    (void)state;
    limpid_context *context = new_context(1);
    limpid_image image;
    put_file("large.png", "\x89PNG\r\n\x1a\n", 8);
    if (truncate("large.png", ((off_t)1 << 28) + 1) != 0) {
        print_message("skipped: no sparse file of 256 MiB here\n");
        skip();
    }
    assert_told(context, LIMPID_BAD_FILE, limpid_image_read(context, "large.png", &image),
                "large.png", "268435457 bytes; at most 268435456");
    unlink("large.png");
    limpid_context_free(context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resizes_by_area),     cmocka_unit_test(keeps_what_needs_no_change),
        cmocka_unit_test(converts_channels),   cmocka_unit_test(refuses_sizes),
        cmocka_unit_test(names_other_formats), cmocka_unit_test(refuses_an_oversized_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
