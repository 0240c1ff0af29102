// SPDX-License-Identifier: MIT
/* test_png.c - every kind of PNG reads as it should, and every damage is told. */
#include "data/png.h"

/* tRNS names a 16-bit sample: 0x0001 is written above, so depth 16 works like the others. */
static void reads_every_kind(void **state)
{
    (void)state;
    static const struct {
        int color, depths[5];
    } kinds[] = { { GREY, { 1, 2, 4, 8, 16 } },
                  { RGB, { 8, 16 } },
                  { PALETTE, { 1, 2, 4, 8 } },
                  { GREY_ALPHA, { 8, 16 } },
                  { RGB_ALPHA, { 8, 16 } } };
    static const uint32_t sizes[][2] = { { 1, 1 }, { 3, 5 }, { 17, 9 }, { 8, 8 }, { 33, 2 } };
    counter memory;
    limpid_context *context = counting_context(&memory);
    for (int variant = 0; variant < 5 * 5 * 5 * 2 * 2; variant++) {
        int s = variant % 5, d = variant / 5 % 5, kind = variant / 25 % 5;
        png_kind k = { .width = sizes[s][0], .height = sizes[s][1] };
        k.color = kinds[kind].color;
        k.depth = kinds[kind].depths[d];
        k.interlaced = variant / 125 % 2;
        k.transparent = variant / 250 && k.color < GREY_ALPHA;
        if (!k.depth)
            continue;
        k.colors = k.depth < 8 ? 1 << k.depth : 200;
        if (k.transparent && k.color == PALETTE)
            k.transparent = k.colors / 2;
        blob b = make_png(&k);
        limpid_image image;
        limpid_status status = limpid_image_decode(context, "made.png", b.bytes, b.size, &image);
        if (status != LIMPID_OK)
            fail_msg("colour %d depth %d: %s", k.color, k.depth, limpid_message(context));
        assert_int_equal(image.channels, k.color == GREY || k.color == GREY_ALPHA ? 1 : 3);
        assert_int_equal(image.width, k.width);
        assert_int_equal(image.height, k.height);
        for (int c = 0; c < image.channels; c++)
            for (uint32_t y = 0; y < k.height; y++)
                for (uint32_t x = 0; x < k.width; x++) {
                    int found = image.pixels[((uint32_t)c * k.height + y) * k.width + x];
                    int expected = expected_pixel(&k, x, y, c);
                    if (found != expected)
                        fail_msg("colour %d depth %d interlaced %d transparent %d: pixel %u,%u,%d "
                                 "is %d, expected %d",
                                 k.color, k.depth, k.interlaced, k.transparent, x, y, c, found,
                                 expected);
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
    limpid_status status = limpid_image_decode(context, "bad.png", b.bytes, b.size, &image);
    assert_told(context, LIMPID_BAD_FILE, status, "bad.png", part);
    assert_int_equal(image.channels, 77);
    assert_int_equal(c.live, 0);
    assert_true(c.largest < 1000000);
    limpid_context_free(context);
}

static void refuses_every_cut(void **state)
{
    (void)state;
    for (int interlaced = 0; interlaced < 2; interlaced++) {
        png_kind k = { 9, 7, 8, RGB, interlaced, 0, 0 };
        blob b = make_png(&k);
        for (size_t size = 0; size < b.size; size++)
            assert_refused((blob){ b.bytes, size }, size ? size < 8 ? "neither" : "cut" : "empty");
        free(b.bytes);
    }
}

static void refuses_every_changed_byte(void **state)
{
    (void)state;
    png_kind k = { 9, 7, 8, RGB, false, 0, 0 };
    blob b = make_png(&k);
    for (size_t i = 0; i < b.size; i++) {
        b.bytes[i] ^= 0x81;
        assert_refused(b, "");
        b.bytes[i] ^= 0x81;
    }
    free(b.bytes);
}

/* A good beginning and a packed stream of zeros, as many as `rows` rows have. */
static blob make_bomb(uint32_t width, uint32_t height, size_t zeros)
{
    png_kind k = { width, height, 8, GREY, false, 0, 0 };
    blob b = { 0 }, raw = { calloc(zeros + 1, 1), zeros };
    add_header(&b, &k);
    blob packed = pack(raw, 15);
    add_chunk(&b, "IDAT", packed.bytes, packed.size);
    add_chunk(&b, "IEND", NULL, 0);
    free(raw.bytes);
    free(packed.bytes);
    return b;
}

static void refuses_bombs(void **state)
{
    (void)state;
    static const uint32_t sizes[][2] = {
        { 8192, 8193 },    { 0x7fffffff, 0x7fffffff }, { 0x7fffffff, 1 },
        { 1, 0x7fffffff }, { 65536, 65536 },           { 1u << 26, 2 },
    };
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        blob b = make_bomb(sizes[s][0], sizes[s][1], 100);
        assert_refused(b, "at most 67108864");
        free(b.bytes);
    }
    blob b = make_bomb(8192, 8192, 1000); /* allowed, were it not for the missing bytes */
    assert_refused(b, "cannot hold");
    free(b.bytes);
    b = make_bomb(0, 5, 10);
    assert_refused(b, "bad.png");
    free(b.bytes);
}

/* A compressed comment that would unpack to 100 million bytes. */
static void refuses_a_comment_bomb(void **state)
{
    (void)state;
    png_kind k = { 9, 7, 8, RGB, false, 0, 0 };
    blob good = make_png(&k), b = { 0 }, text = { 0 };
    blob zeros = { calloc(100000000, 1), 100000000 };
    assert_non_null(zeros.bytes);
    blob packed = pack(zeros, 15);
    blob_add(&text, "Comment\0\0", 9);
    blob_add(&text, packed.bytes, packed.size);
    blob_add(&b, good.bytes, 33);
    add_chunk(&b, "zTXt", text.bytes, text.size);
    blob_add(&b, good.bytes + 33, good.size - 33);

    counter c;
    limpid_context *context = counting_context(&c);
    limpid_image image;
    limpid_status status = limpid_image_decode(context, "comment.png", b.bytes, b.size, &image);
    if (status == LIMPID_OK) /* libpng leaves such a comment out */
        limpid_release(context, image.pixels);
    else
        assert_told(context, LIMPID_BAD_FILE, status, "comment.png", "damaged");
    assert_int_equal(c.live, 0);
    assert_true(c.largest < 20000000);
    limpid_context_free(context);
    free(zeros.bytes);
    free(packed.bytes);
    free(good.bytes);
    free(text.bytes);
    free(b.bytes);
}

static void survives_every_failing_allocation(void **state)
{
    (void)state;
    png_kind k = { 9, 7, 8, RGB_ALPHA, true, 0, 0 };
    blob b = make_png(&k);
    counter c;
    limpid_context *context = counting_context(&c);
    limpid_image image;
    limpid_status status = LIMPID_NO_MEMORY;
    long failures = 0;
    for (; status != LIMPID_OK; failures++) {
        c.calls = 0;
        c.fail_at = failures;
        status = limpid_image_decode(context, "good.png", b.bytes, b.size, &image);
        if (status != LIMPID_OK) {
            assert_int_equal(status, LIMPID_NO_MEMORY);
            assert_int_equal(c.live, 0);
        }
    }
    assert_true(failures > 4);
    limpid_release(context, image.pixels);

    limpid_image out = { .channels = 1, .height = 1, .width = 2, .pixels = (uint8_t[]){ 5, 6 } };
    status = LIMPID_NO_MEMORY;
    for (failures = 0; status != LIMPID_OK; failures++) {
        unlink("written.png");
        c.calls = 0;
        c.fail_at = failures;
        status = limpid_image_write_png(context, "written.png", &out);
        if (status != LIMPID_OK) {
            assert_int_equal(status, LIMPID_NO_MEMORY);
            assert_int_not_equal(access("written.png", F_OK), 0);
        }
        assert_int_equal(c.live, 0);
    }
    assert_true(failures > 4);
    limpid_context_free(context);
    free(b.bytes);
}

static void writes_what_it_reads(void **state)
{
    (void)state;
    limpid_context *context = new_context(1);
    for (int64_t channels = 1; channels <= 3; channels += 2) {
        uint8_t pixels[3 * 5 * 7];
        for (size_t p = 0; p < sizeof pixels; p++)
            pixels[p] = (uint8_t)(p * 53);
        limpid_image image = { channels, 5, 7, pixels }, again;
        assert_int_equal(limpid_image_write_png(context, "written.png", &image), LIMPID_OK);
        assert_int_equal(limpid_image_read(context, "written.png", &again), LIMPID_OK);
        assert_int_equal(again.channels, channels);
        assert_int_equal(again.height, 5);
        assert_int_equal(again.width, 7);
        assert_memory_equal(again.pixels, pixels, (size_t)channels * 35);
        limpid_release(context, again.pixels);
    }
    limpid_image image = { 1, 1, 1, (uint8_t[]){ 9 } };
    assert_told(context, LIMPID_FAILED,
                limpid_image_write_png(context, "absent/written.png", &image), "absent/written.png",
                "cannot be written");
    limpid_context_free(context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_kind),
        cmocka_unit_test(refuses_every_cut),
        cmocka_unit_test(refuses_every_changed_byte),
        cmocka_unit_test(refuses_bombs),
        cmocka_unit_test(refuses_a_comment_bomb),
        cmocka_unit_test(survives_every_failing_allocation),
        cmocka_unit_test(writes_what_it_reads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
