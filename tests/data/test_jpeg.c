// SPDX-License-Identifier: MIT
/* test_jpeg.c - every kind of JPEG reads as it should, and every damage is told. */
#include "data/files.h"
#include <turbojpeg.h>

enum { WIDTH = 43, HEIGHT = 29, SLACK = 6 };

/* Smooth, so that coding loses little: the shade of channel c. */
static uint8_t shade(int x, int y, int c)
{
    return (uint8_t)(40 + (c == 1 ? 2 * x : 3 * y) + c * 20);
}

/* The ink of CMYK, inverted as such files have it, and what a screen should show of it. */
static uint8_t ink(int x, int y, int c)
{
    return c == 3 ? (uint8_t)(200 - x) : shade(x, y, c);
}

static blob make_jpeg(int format, int sampling, int flags)
{
    int samples = tjPixelSize[format];
    uint8_t pixels[HEIGHT * WIDTH * 4];
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++)
            for (int c = 0; c < samples; c++)
                pixels[(y * WIDTH + x) * samples + c] = ink(x, y, c);
    tjhandle handle = tjInitCompress();
    uint8_t *bytes = NULL;
    unsigned long size = 0;
    assert_int_equal(
        tjCompress2(handle, pixels, WIDTH, 0, HEIGHT, format, &bytes, &size, sampling, 95, flags),
        0);
    blob b = { 0 };
    blob_add(&b, bytes, size);
    tjFree(bytes);
    tjDestroy(handle);
    return b;
}

static void reads_every_kind(void **state)
{
    (void)state;
    static const struct {
        int format, sampling, flags;
    } kinds[] = {
        { TJPF_GRAY, TJSAMP_GRAY, 0 },
        { TJPF_GRAY, TJSAMP_GRAY, TJFLAG_PROGRESSIVE },
        { TJPF_RGB, TJSAMP_444, 0 },
        { TJPF_RGB, TJSAMP_420, 0 },
        { TJPF_RGB, TJSAMP_422, TJFLAG_PROGRESSIVE },
        { TJPF_RGB, TJSAMP_420, TJFLAG_PROGRESSIVE },
        { TJPF_CMYK, TJSAMP_444, 0 },
        { TJPF_CMYK, TJSAMP_444, TJFLAG_PROGRESSIVE },
    };
    counter memory;
    limpid_context *context = counting_context(&memory);
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        blob b = make_jpeg(kinds[k].format, kinds[k].sampling, kinds[k].flags);
        limpid_image image;
        put_file("made.jpg", b.bytes, b.size);
        assert_int_equal(limpid_image_read(context, "made.jpg", &image), LIMPID_OK);
        assert_int_equal(image.channels, kinds[k].format == TJPF_GRAY ? 1 : 3);
        assert_int_equal(image.width, WIDTH);
        assert_int_equal(image.height, HEIGHT);
        for (int c = 0; c < image.channels; c++)
            for (int y = 0; y < HEIGHT; y++)
                for (int x = 0; x < WIDTH; x++) {
                    int expected = ink(x, y, c);
                    if (kinds[k].format == TJPF_CMYK)
                        expected = expected * ink(x, y, 3) / 255;
                    int found = image.pixels[(c * HEIGHT + y) * WIDTH + x];
                    assert_in_range(found - expected + SLACK, 0, 2 * SLACK);
                }
        limpid_release(context, image.pixels);
        assert_int_equal(memory.live, 0);
        free(b.bytes);
    }
    limpid_context_free(context);
}

static void assert_refused(blob b, const char *part)
{
    counter c;
    limpid_context *context = counting_context(&c);
    limpid_image image = { .channels = 77 };
    limpid_status status = limpid_image_decode(context, "bad.jpg", b.bytes, b.size, &image);
    assert_told(context, LIMPID_BAD_FILE, status, "bad.jpg", part);
    assert_int_equal(image.channels, 77);
    assert_int_equal(c.live, 0);
    assert_true(c.largest < 1000000);
    limpid_context_free(context);
}

static void refuses_every_cut(void **state)
{
    (void)state;
    for (int progressive = 0; progressive < 2; progressive++) {
        blob b = make_jpeg(TJPF_RGB, TJSAMP_420, progressive ? TJFLAG_PROGRESSIVE : 0);
        for (size_t size = 0; size < b.size; size++)
            assert_refused((blob){ b.bytes, size }, size ? size < 3 ? "neither" : "" : "empty");
        free(b.bytes);
    }
}

/* Where the frame header declares height and width: after FF C0 or FF C2, a length and the depth.
 */
static uint8_t *frame_size(blob b)
{
    for (size_t i = 2; i + 9 < b.size;) {
        assert_int_equal(b.bytes[i], 0xff);
        if (b.bytes[i + 1] == 0xc0 || b.bytes[i + 1] == 0xc2)
            return b.bytes + i + 5;
        i += 2 + (size_t)(b.bytes[i + 2] << 8 | b.bytes[i + 3]);
    }
    fail_msg("no frame header");
    return NULL;
}

static void refuses_bombs(void **state)
{
    (void)state;
    for (int progressive = 0; progressive < 2; progressive++) {
        blob b = make_jpeg(TJPF_RGB, TJSAMP_420, progressive ? TJFLAG_PROGRESSIVE : 0);
        memcpy(frame_size(b), "\xff\xdc\xff\xdc", 4); /* 65500 x 65500 */
        assert_refused(b, "at most 67108864");
        memcpy(frame_size(b), "\x20\x00\x20\x00", 4); /* 8192 x 8192: allowed, but not in here */
        assert_refused(b, "cannot hold");
        memcpy(frame_size(b), "\x00\x00\x00\x20", 4);
        assert_refused(b, "damaged");
        free(b.bytes);
    }
}

static void survives_every_failing_allocation(void **state)
{
    (void)state;
    blob b = make_jpeg(TJPF_RGB, TJSAMP_420, 0);
    counter c;
    limpid_context *context = counting_context(&c);
    limpid_image image;
    limpid_status status = LIMPID_NO_MEMORY;
    long failures = 0;
    for (; status != LIMPID_OK; failures++) {
        c.calls = 0;
        c.fail_at = failures;
        status = limpid_image_decode(context, "good.jpg", b.bytes, b.size, &image);
        if (status != LIMPID_OK) {
            assert_int_equal(status, LIMPID_NO_MEMORY);
            assert_int_equal(c.live, 0);
        }
    }
    assert_int_equal(failures, 3);
    limpid_release(context, image.pixels);
    limpid_context_free(context);
    free(b.bytes);
}

/* Photos as cameras and the web make them. */
static void reads_real_photos(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int64_t channels;
    } photos[] = {
        { "jpeg-samples/L_base_n02692877_airship.JPEG", 1 },
        { "jpeg-samples/RGB_base_n01871265_tusker.JPEG", 3 },
        { "jpeg-samples/RGB_base_n03866082_overskirt.JPEG", 3 },
    };
    char path[1024];
    find_data(path,
              photos[0].name); /* skips the test where there are none, before anything is taken */
    limpid_context *context = new_context(1);
    for (size_t p = 0; p < sizeof photos / sizeof *photos; p++) {
        find_data(path, photos[p].name);
        limpid_image image;
        assert_int_equal(limpid_image_read(context, path, &image), LIMPID_OK);
        assert_int_equal(image.channels, photos[p].channels);
        limpid_release(context, image.pixels);
    }
    limpid_context_free(context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_kind),  cmocka_unit_test(refuses_every_cut),
        cmocka_unit_test(refuses_bombs),     cmocka_unit_test(survives_every_failing_allocation),
        cmocka_unit_test(reads_real_photos),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
