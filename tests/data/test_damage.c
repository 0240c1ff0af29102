// SPDX-License-Identifier: MIT
/* test_damage.c - files damaged at random: whatever comes out of a decoder is a picture of a sane
 * size or a failure with a message, no memory is lost, and (under sanitizers) nothing is touched
 * that should not be. */
#include "data/png.h"
#include <turbojpeg.h>

enum { ROUNDS = 1500 };

/* Changes one to eight places: a bit, a byte, a cut, a repeated or a removed stretch. */
static void damage(blob *b, uint64_t *seed)
{
    for (uint64_t n = next_random(seed) % 8 + 1; n && b->size > 1; n--) {
        size_t at = next_random(seed) % b->size, most = b->size - at;
        size_t length = next_random(seed) % 16 + 1;
        length = length < most ? length : most;
        switch (next_random(seed) % 8) {
        case 0:
            b->size = at + 1;
            break;
        case 1:
            memmove(b->bytes + at, b->bytes + at + length, most - length);
            b->size -= length;
            break;
        case 2:
            memmove(b->bytes + at, b->bytes + next_random(seed) % (b->size - length + 1), length);
            break;
        case 3:
            memset(b->bytes + at, (int)(next_random(seed) & 255), length);
            break;
        default:
            b->bytes[at] ^= (uint8_t)(next_random(seed) % 255 + 1);
        }
    }
}

static blob copy_of(blob b)
{
    blob copy = { 0 };
    blob_add(&copy, b.bytes, b.size);
    return copy;
}

/* How many of the damaged copies could be decoded all the same. */
static int decode_damaged(blob good, uint64_t seed, void (*repair)(blob *))
{
    counter memory;
    limpid_context *context = counting_context(&memory);
    int decoded = 0;
    for (int round = 0; round < ROUNDS; round++) {
        blob b = copy_of(good);
        damage(&b, &seed);
        if (repair)
            repair(&b);
        limpid_image image = { 0 };
        limpid_status status = limpid_image_decode(context, "damaged", b.bytes, b.size, &image);
        if (status == LIMPID_OK) {
            decoded++;
            assert_true(image.channels == 1 || image.channels == 3);
            assert_true(image.height > 0 && image.width > 0);
            assert_true(image.height * image.width <= 1 << 26);
            limpid_release(context, image.pixels);
        } else
            assert_non_null(strstr(limpid_message(context), "damaged: "));
        assert_int_equal(memory.live, 0);
        free(b.bytes);
    }
    limpid_context_free(context);
    return decoded;
}

/* Makes the checksums of all chunks right again, so that damage reaches what lies behind them. */
static void repair_checksums(blob *b)
{
    for (size_t at = 8; at + 12 <= b->size;) {
        uint8_t *p = b->bytes + at;
        size_t length = (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
        if (length > b->size - at - 12)
            return;
        uint32_t sum = (uint32_t)crc32(0, p + 4, (uInt)length + 4);
        for (int k = 0; k < 4; k++)
            p[8 + length + (size_t)k] = (uint8_t)(sum >> (24 - 8 * k));
        at += 12 + length;
    }
}

static void survives_damaged_png(void **state)
{
    (void)state;
    static const png_kind kinds[] = { { 13, 9, 8, RGB, false, 0, 0 },
                                      { 13, 9, 16, RGB_ALPHA, true, 0, 0 },
                                      { 13, 9, 4, PALETTE, true, 16, 8 },
                                      { 13, 9, 1, GREY, false, 0, 1 } };
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        blob b = make_png(&kinds[k]);
        decode_damaged(b, 11 + k, NULL);
        int decoded = decode_damaged(b, 22 + k, repair_checksums);
        assert_in_range(decoded, 1, ROUNDS - 1);
        free(b.bytes);
    }
}

static void survives_damaged_jpeg(void **state)
{
    (void)state;
    static const int formats[] = { TJPF_GRAY, TJPF_RGB, TJPF_CMYK };
    uint8_t pixels[24 * 24 * 4];
    for (size_t p = 0; p < sizeof pixels; p++)
        pixels[p] = (uint8_t)(p * p / 7);
    for (int k = 0; k < 6; k++) {
        tjhandle handle = tjInitCompress();
        uint8_t *bytes = NULL;
        unsigned long size = 0;
        assert_int_equal(tjCompress2(handle, pixels, 24, 0, 24, formats[k % 3], &bytes, &size,
                                     k % 3 ? TJSAMP_420 : TJSAMP_GRAY, 60,
                                     k < 3 ? 0 : TJFLAG_PROGRESSIVE),
                         0);
        int decoded = decode_damaged((blob){ bytes, size }, 33 + (uint64_t)k, NULL);
        assert_in_range(decoded, 1, ROUNDS - 1);
        tjFree(bytes);
        tjDestroy(handle);
    }
}

static void survives_damaged_idx(void **state)
{
    (void)state;
    uint64_t seed = 44;
    counter memory;
    limpid_context *context = counting_context(&memory);
    blob plain = make_idx(3, (int64_t[]){ 4, 5, 6 }, 256), packed = pack(plain, 15 + 16);
    for (int round = 0; round < ROUNDS; round++) {
        blob b = copy_of(round % 2 ? packed : plain);
        damage(&b, &seed);
        put_file("damaged.idx", b.bytes, b.size);
        limpid_idx idx;
        if (limpid_idx_read(context, "damaged.idx", &idx) == LIMPID_OK) {
            assert_in_range(idx.rank, 1, 4);
            limpid_release(context, idx.bytes);
        } else
            assert_non_null(strstr(limpid_message(context), "damaged.idx: "));
        assert_int_equal(memory.live, 0);
        free(b.bytes);
    }
    limpid_context_free(context);
    free(plain.bytes);
    free(packed.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(survives_damaged_png),
        cmocka_unit_test(survives_damaged_jpeg),
        cmocka_unit_test(survives_damaged_idx),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
