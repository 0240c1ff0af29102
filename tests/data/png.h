// SPDX-License-Identifier: MIT
/* png.h - PNG files built by hand from the specification (ISO/IEC 15948), for any colour type,
 * depth and interlacing, with samples that a formula gives; and what they should be read as. */
#ifndef LIMPID_TESTS_DATA_PNG_H
#define LIMPID_TESTS_DATA_PNG_H

#include "data/gzip.h"

enum { GREY = 0, RGB = 2, PALETTE = 3, GREY_ALPHA = 4, RGB_ALPHA = 6 };

typedef struct {
    uint32_t width, height;
    int depth, color;
    bool interlaced;
    int colors;      /* PALETTE: entries of the palette */
    int transparent; /* PALETTE: entries that have an alpha; GREY, RGB: the sample 1 (of each) is
                        clear */
} png_kind;

static const uint8_t png_signature[8] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };

static inline void add_chunk(blob *b, const char *type, const void *bytes, size_t size)
{
    blob_add_u32(b, (uint32_t)size);
    size_t start = b->size;
    blob_add(b, type, 4);
    blob_add(b, bytes, size);
    blob_add_u32(b, (uint32_t)crc32(0, b->bytes + start, (uInt)(b->size - start)));
}

static inline int channels_of(int color)
{
    return color == RGB ? 3 : color == GREY_ALPHA ? 2 : color == RGB_ALPHA ? 4 : 1;
}

/* Sample c of the pixel in column x of row y. */
static inline unsigned sample_of(const png_kind *k, uint32_t x, uint32_t y, int c)
{
    unsigned value = (x * 37 + y * 101 + (unsigned)c * 59 + x * y * 3) * 2654435761u >> 9;
    return k->color == PALETTE ? value % (unsigned)k->colors : value & ((1u << k->depth) - 1);
}

static inline uint8_t palette_of(unsigned entry, int c)
{
    return (uint8_t)(entry * 45 + (unsigned)c * 80 + 7);
}

static inline uint8_t palette_alpha_of(unsigned entry)
{
    return (uint8_t)(entry * 70);
}

/* The rows of one pass, each with filter 0 in front. */
static inline void add_pass(blob *raw, const png_kind *k, uint32_t x0, uint32_t dx, uint32_t y0,
                            uint32_t dy)
{
    for (uint32_t y = y0; y < k->height && x0 < k->width; y += dy) {
        unsigned held = 0;
        int bits = 0;
        blob_add(raw, "", 1);
        for (uint32_t x = x0; x < k->width; x += dx)
            for (int c = 0; c < channels_of(k->color); c++) {
                held = held << k->depth | sample_of(k, x, y, c);
                bits += k->depth;
                for (; bits >= 8; bits -= 8)
                    blob_add(raw, &(uint8_t){ (uint8_t)(held >> (bits - 8)) }, 1);
            }
        if (bits)
            blob_add(raw, &(uint8_t){ (uint8_t)(held << (8 - bits)) }, 1);
    }
}

static inline void add_header(blob *b, const png_kind *k)
{
    blob header = { 0 };
    blob_add(b, png_signature, 8);
    blob_add_u32(&header, k->width);
    blob_add_u32(&header, k->height);
    blob_add(&header, (uint8_t[]){ (uint8_t)k->depth, (uint8_t)k->color, 0, 0, k->interlaced }, 5);
    add_chunk(b, "IHDR", header.bytes, header.size);
    free(header.bytes);
}

static inline void add_colors(blob *b, const png_kind *k)
{
    uint8_t palette[256 * 3], alpha[256];
    for (unsigned e = 0; e < 256; e++) {
        for (int c = 0; c < 3; c++)
            palette[e * 3 + (unsigned)c] = palette_of(e, c);
        alpha[e] = palette_alpha_of(e);
    }
    if (k->color == PALETTE)
        add_chunk(b, "PLTE", palette, (size_t)k->colors * 3);
    if (k->transparent)
        add_chunk(b, "tRNS", k->color == PALETTE ? alpha : (uint8_t[]){ 0, 1, 0, 1, 0, 1 },
                  k->color == PALETTE ? (size_t)k->transparent
                  : k->color == RGB   ? 6
                                      : 2);
}

static inline blob make_png(const png_kind *k)
{
    static const uint8_t passes[7][4] = { { 0, 8, 0, 8 }, { 4, 8, 0, 8 }, { 0, 4, 4, 8 },
                                          { 2, 4, 0, 4 }, { 0, 2, 2, 4 }, { 1, 2, 0, 2 },
                                          { 0, 1, 1, 2 } };
    blob b = { 0 }, raw = { 0 };
    add_header(&b, k);
    add_colors(&b, k);
    if (k->interlaced)
        for (int p = 0; p < 7; p++)
            add_pass(&raw, k, passes[p][0], passes[p][1], passes[p][2], passes[p][3]);
    else
        add_pass(&raw, k, 0, 1, 0, 1);
    blob packed = pack(raw, 15);
    add_chunk(&b, "IDAT", packed.bytes, packed.size);
    add_chunk(&b, "IEND", NULL, 0);
    free(raw.bytes);
    free(packed.bytes);
    return b;
}

/* What the pixel should be read as, in channel c. */
static inline uint8_t expected_pixel(const png_kind *k, uint32_t x, uint32_t y, int c)
{
    int samples = channels_of(k->color);
    unsigned most = (1u << k->depth) - 1, value = sample_of(k, x, y, c), alpha = most;
    if (k->color == PALETTE) {
        unsigned entry = sample_of(k, x, y, 0);
        value = palette_of(entry, c);
        alpha = (int)entry < k->transparent ? palette_alpha_of(entry) : 255;
        most = 255;
    } else if (samples == 2 || samples == 4)
        alpha = sample_of(k, x, y, samples - 1);
    else if (k->transparent) {
        bool clear = true;
        for (int s = 0; s < samples; s++)
            clear = clear && sample_of(k, x, y, s) == 1;
        alpha = clear ? 0 : most;
    }
    unsigned byte = (value * 510 + most) / (2 * most), cover = (alpha * 510 + most) / (2 * most);
    return (uint8_t)((byte * cover + 255 * (255 - cover) + 127) / 255);
}

#endif
