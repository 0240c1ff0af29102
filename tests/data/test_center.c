// SPDX-License-Identifier: MIT
/* test_center.c - pictures of one character come out in the form of MNIST, whatever the pen, the
 * paper and the light. */
#include <math.h>
#include "data/files.h"

enum { SIZE = 28 };

/* A scene: how a figure is drawn, `paper` and `ink` in brightness. */
typedef struct {
    int64_t height, width;
    double top, left, tall; /* the figure's place, as parts of the height */
    double pen;             /* width of the stroke, as part of the figure */
    double paper, ink;      /* brightness */
    double slope, noise;    /* light from side to side; random brightness */
    double shadow;          /* darker right of two thirds of the width */
    int64_t channels;
} scene;

/* A 2 in straight strokes, in units of its own height. */
static const double strokes[][4] = { { 0.05, 0.05, 0.55, 0.05 },
                                     { 0.55, 0.05, 0.55, 0.45 },
                                     { 0.55, 0.45, 0.05, 0.95 },
                                     { 0.05, 0.95, 0.60, 0.95 } };

static double distance(double x, double y, const double s[4])
{
    double dx = s[2] - s[0], dy = s[3] - s[1];
    double t = ((x - s[0]) * dx + (y - s[1]) * dy) / (dx * dx + dy * dy);
    t = fmin(fmax(t, 0), 1);
    return hypot(x - s[0] - t * dx, y - s[1] - t * dy);
}

/* From 0 (paper) to 1 (ink), with a soft edge of about a pixel. */
static double inked(const scene *s, int64_t i, int64_t j)
{
    double unit = s->tall * (double)s->height;
    double y = ((double)i + 0.5 - s->top * (double)s->height) / unit;
    double x = ((double)j + 0.5 - s->left * (double)s->height) / unit, nearest = 9;
    for (size_t k = 0; k < sizeof strokes / sizeof *strokes; k++)
        nearest = fmin(nearest, distance(x, y, strokes[k]));
    return fmin(fmax((s->pen / 2 - nearest) * unit + 0.5, 0), 1);
}

static limpid_image draw(limpid_context *context, const scene *s)
{
    limpid_image image = { s->channels ? s->channels : 1, s->height, s->width, NULL };
    int64_t plane = s->height * s->width;
    uint64_t seed = 77;
    image.pixels = limpid_allocate(context, (size_t)(image.channels * plane), 1);
    assert_non_null(image.pixels);
    for (int64_t i = 0; i < s->height; i++)
        for (int64_t j = 0; j < s->width; j++) {
            double ink = inked(s, i, j), random = (double)(next_random(&seed) >> 11) * 0x1p-53;
            double light = s->paper + ink * (s->ink - s->paper) + (random - 0.5) * 2 * s->noise;
            light += s->slope * ((double)j / (double)s->width - 0.5);
            light -= 3 * j > 2 * s->width ? s->shadow : 0;
            for (int64_t c = 0; c < image.channels; c++)
                image.pixels[c * plane + i * s->width + j] =
                    (uint8_t)fmin(fmax(light + 0.5, 0), 255);
        }
    return image;
}

static limpid_image center(limpid_context *context, const scene *s)
{
    limpid_image in = draw(context, s), out = { 0 };
    assert_int_equal(limpid_image_center(context, &in, SIZE, &out), LIMPID_OK);
    limpid_release(context, in.pixels);
    assert_int_equal(out.channels, 1);
    assert_int_equal(out.height, SIZE);
    assert_int_equal(out.width, SIZE);
    return out;
}

/* Light on black, 20 pixels high, its centre of mass in the middle. */
static void assert_form(const limpid_image *out)
{
    int64_t top = SIZE, bottom = -1, mass = 0, down = 0, across = 0, most = 0;
    for (int64_t y = 0; y < SIZE; y++)
        for (int64_t x = 0; x < SIZE; x++) {
            int64_t v = out->pixels[y * SIZE + x];
            mass += v;
            down += v * y;
            across += v * x;
            most = v > most ? v : most;
            if (v > 0) {
                top = y < top ? y : top;
                bottom = y;
            }
        }
    assert_int_equal(most, 255);
    assert_in_range(bottom - top + 1, 18, 20);
    assert_true(llabs(down - 14 * mass) <= mass);
    assert_true(llabs(across - 14 * mass) <= mass);
    assert_in_range(mass, 15 * 255, 250 * 255); /* the strokes are 2 to 3 wide and about 60 long */
}

/* How alike two pictures are: the cosine of the angle between them. */
static double likeness(const limpid_image *a, const limpid_image *b)
{
    double ab = 0, aa = 0, bb = 0;
    for (int p = 0; p < SIZE * SIZE; p++) {
        ab += a->pixels[p] * b->pixels[p];
        aa += a->pixels[p] * a->pixels[p];
        bb += b->pixels[p] * b->pixels[p];
    }
    return ab / sqrt(aa * bb);
}

static const scene plain = { .height = 200,
                             .width = 180,
                             .top = 0.15,
                             .left = 0.2,
                             .tall = 0.7,
                             .pen = 0.1,
                             .paper = 0,
                             .ink = 255 };

/* All of these show the same figure. */
static void sees_through_paper_and_light(void **state)
{
    (void)state;
    static const scene scenes[] = {
        /* white on black, black on white, tight, small, wide, colour */
        { 200, 180, 0.15, 0.2, 0.7, 0.1, 0, 255, 0, 0, 0, 1 },
        { 200, 180, 0.15, 0.2, 0.7, 0.1, 255, 0, 0, 0, 0, 1 },
        { 200, 130, 0.0, 0.0, 1.0, 0.1, 255, 0, 0, 0, 0, 1 },
        { 200, 130, 0.0, 0.0, 1.0, 0.1, 0, 255, 0, 0, 0, 1 },
        { 600, 800, 0.4, 0.7, 0.2, 0.1, 255, 0, 0, 0, 0, 1 },
        { 600, 900, 0.6, 0.3, 0.3, 0.1, 240, 30, 0, 0, 0, 3 },
        { 64, 64, 0.2, 0.3, 0.6, 0.1, 255, 0, 0, 0, 0, 1 },
        /* grey on grey, pencil, side light, noise, a shadow, all of them; the same in chalk */
        { 300, 300, 0.2, 0.3, 0.6, 0.1, 170, 90, 0, 0, 0, 1 },
        { 300, 300, 0.2, 0.3, 0.6, 0.1, 220, 180, 0, 3, 0, 1 },
        { 300, 300, 0.2, 0.3, 0.6, 0.1, 160, 60, 100, 0, 0, 1 },
        { 300, 300, 0.2, 0.3, 0.6, 0.1, 180, 60, 0, 25, 0, 1 },
        { 300, 300, 0.2, 0.3, 0.6, 0.1, 220, 90, 0, 0, 70, 1 },
        { 900, 700, 0.2, 0.2, 0.4, 0.1, 200, 90, 60, 10, 40, 3 },
        { 300, 300, 0.2, 0.3, 0.6, 0.1, 40, 150, 60, 10, 0, 3 },
        { 300, 300, 0.2, 0.3, 0.6, 0.1, 90, 200, 20, 10, 40, 3 },
        /* a fine pen, a broad one */
        { 800, 800, 0.3, 0.3, 0.4, 0.03, 230, 40, 30, 4, 0, 1 },
        { 300, 300, 0.2, 0.3, 0.6, 0.16, 230, 40, 0, 0, 0, 1 },
    };
    counter memory;
    limpid_context *context = counting_context(&memory);
    limpid_image model = center(context, &plain);
    assert_form(&model);
    for (size_t s = 0; s < sizeof scenes / sizeof *scenes; s++) {
        limpid_image out = center(context, &scenes[s]);
        assert_form(&out);
        double alike = likeness(&model, &out);
        if (alike < 0.88)
            fail_msg("scene %zu is only %.3f like the figure", s, alike);
        limpid_release(context, out.pixels);
    }
    limpid_release(context, model.pixels);
    assert_int_equal(memory.live, 0);
    limpid_context_free(context);
}

/* Paper without a figure, however lit and noisy, is black all over. */
static void shows_nothing_where_nothing_is(void **state)
{
    (void)state;
    static const double papers[] = { 0, 255, 70, 128, 190 }, slopes[] = { 0, 20, 50 },
                        noises[] = { 0, 4, 20 };
    limpid_context *context = new_context(1);
    for (int s = 0; s < 5 * 3 * 3; s++) {
        scene empty = plain;
        empty.paper = empty.ink = papers[s % 5];
        empty.slope = s % 5 < 2 ? 0 : slopes[s / 5 % 3]; /* black and white leave no room for it */
        empty.noise = noises[s / 15];
        limpid_image out = center(context, &empty);
        for (int p = 0; p < SIZE * SIZE; p++)
            if (out.pixels[p])
                fail_msg("paper %g, slope %g, noise %g: not black", empty.paper, empty.slope,
                         empty.noise);
        limpid_release(context, out.pixels);
    }
    limpid_context_free(context);
}

/* Specks anywhere, and the edge of something along a whole side. */
static void leaves_dust_out(void **state)
{
    (void)state;
    limpid_context *context = new_context(1);
    scene clean = plain;
    clean.paper = 230;
    clean.ink = 40;
    limpid_image model = center(context, &clean), in = draw(context, &clean), out;
    static const int64_t specks[][2] = { { 3, 3 }, { 190, 170 }, { 5, 160 }, { 150, 5 } };
    for (size_t s = 0; s < sizeof specks / sizeof *specks; s++)
        for (int64_t y = 0; y < 4; y++)
            for (int64_t x = 0; x < 4; x++)
                in.pixels[(specks[s][0] + y) * in.width + specks[s][1] + x] = 20;
    for (int64_t y = 0; y < in.height; y++)
        memset(in.pixels + y * in.width, 60, 5);
    assert_int_equal(limpid_image_center(context, &in, SIZE, &out), LIMPID_OK);
    assert_true(likeness(&model, &out) > 0.99);
    limpid_release(context, in.pixels);
    limpid_release(context, out.pixels);
    limpid_release(context, model.pixels);
    limpid_context_free(context);
}

/* What has the form already is taken as it is, or inverted, to the last bit. */
static void keeps_the_form(void **state)
{
    (void)state;
    limpid_context *context = new_context(1);
    limpid_image model = center(context, &plain), dark = { 1, SIZE, SIZE, NULL }, out;
    assert_int_equal(limpid_image_center(context, &model, SIZE, &out), LIMPID_OK);
    assert_memory_equal(out.pixels, model.pixels, SIZE * SIZE);
    limpid_release(context, out.pixels);
    dark.pixels = limpid_allocate(context, SIZE * SIZE, 1);
    assert_non_null(dark.pixels);
    for (int p = 0; p < SIZE * SIZE; p++)
        dark.pixels[p] = (uint8_t)(255 - model.pixels[p]);
    assert_int_equal(limpid_image_center(context, &dark, SIZE, &out), LIMPID_OK);
    assert_memory_equal(out.pixels, model.pixels, SIZE * SIZE);
    limpid_release(context, out.pixels);
    limpid_release(context, dark.pixels);
    limpid_release(context, model.pixels);
    limpid_context_free(context);
}

/* Any size of picture and target, with anything in it. */
static void survives_odd_sizes(void **state)
{
    (void)state;
    static const int64_t sizes[][2] = { { 1, 1 }, { 1, 500 }, { 500, 1 }, { 2, 3 },
                                        { 7, 4 }, { 28, 27 }, { 4000, 3 } };
    counter memory;
    limpid_context *context = counting_context(&memory);
    uint64_t seed = 5;
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (int64_t target = 1; target < 300; target = target * 3 + 1) {
            limpid_image in = { 1, sizes[s][0], sizes[s][1], NULL }, out;
            in.pixels = limpid_allocate(context, (size_t)(in.height * in.width), 1);
            assert_non_null(in.pixels);
            for (int64_t p = 0; p < in.height * in.width; p++)
                in.pixels[p] = next_random(&seed) % 5 ? 230 : 20;
            assert_int_equal(limpid_image_center(context, &in, target, &out), LIMPID_OK);
            assert_int_equal(out.height, target);
            assert_int_equal(out.width, target);
            limpid_release(context, in.pixels);
            limpid_release(context, out.pixels);
            assert_int_equal(memory.live, 0);
        }
    limpid_image in = { 1, 1, 1, (uint8_t[]){ 9 } }, out = { .channels = 77 };
    assert_int_equal(limpid_image_center(context, &in, 0, &out), LIMPID_BAD_FILE);
    assert_int_equal(out.channels, 77);
    assert_int_equal(memory.live, 0);
    limpid_context_free(context);
}

static void survives_every_failing_allocation(void **state)
{
    (void)state;
    counter memory;
    limpid_context *context = counting_context(&memory);
    scene photo = { 300, 400, 0.2, 0.3, 0.6, 0.05, 200, 60, 20, 5, 20, 3 };
    limpid_image in = draw(context, &photo), out;
    long before = memory.live, failures = 0;
    limpid_status status = LIMPID_NO_MEMORY;
    for (; status != LIMPID_OK; failures++) {
        memory.calls = 0;
        memory.fail_at = failures;
        status = limpid_image_center(context, &in, SIZE, &out);
        if (status != LIMPID_OK) {
            assert_int_equal(status, LIMPID_NO_MEMORY);
            assert_int_equal(memory.live, before);
        }
    }
    assert_int_equal(failures, 12);
    limpid_release(context, out.pixels);
    limpid_release(context, in.pixels);
    limpid_context_free(context);
}

/* Every tenth test image of MNIST: as it is, inverted, and blown up, where it must stay much the
 * same. */
static void keeps_mnist(void **state)
{
    (void)state;
    if (!LIMPID_WITH_ZLIB)
        skip(); /* the files are packed */
    char path[1024];
    find_data(path, "mnist/t10k-images-idx3-ubyte.gz");
    limpid_context *context = new_context(1);
    limpid_idx idx;
    assert_int_equal(limpid_idx_read(context, path, &idx), LIMPID_OK);
    double total = 0;
    int64_t count = 0;
    for (int64_t i = 0; i < idx.dim[0]; i += 10, count++) {
        limpid_image in = { 1, SIZE, SIZE, idx.bytes + i * SIZE * SIZE }, out, large;
        assert_int_equal(limpid_image_center(context, &in, SIZE, &out), LIMPID_OK);
        assert_memory_equal(out.pixels, in.pixels, SIZE * SIZE);
        limpid_release(context, out.pixels);
        assert_int_equal(limpid_image_resize(context, &in, 56, 56, &large), LIMPID_OK);
        for (int p = 0; p < 56 * 56; p++)
            large.pixels[p] = (uint8_t)(255 - large.pixels[p]);
        assert_int_equal(limpid_image_center(context, &large, SIZE, &out), LIMPID_OK);
        total += likeness(&in, &out);
        limpid_release(context, large.pixels);
        limpid_release(context, out.pixels);
    }
    assert_true(total / (double)count > 0.93);
    limpid_release(context, idx.bytes);
    limpid_context_free(context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sees_through_paper_and_light),
        cmocka_unit_test(shows_nothing_where_nothing_is),
        cmocka_unit_test(leaves_dust_out),
        cmocka_unit_test(keeps_the_form),
        cmocka_unit_test(survives_odd_sizes),
        cmocka_unit_test(survives_every_failing_allocation),
        cmocka_unit_test(keeps_mnist),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
