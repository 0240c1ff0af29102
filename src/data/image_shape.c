// SPDX-License-Identifier: MIT
/* image_shape.c - a picture in another size, or with another number of channels. Integer arithmetic
 * throughout, halves rounded up: the same bits everywhere. */
#include <string.h>
#include "data/image.h"

/* Source pixel p covers [p * target, (p + 1) * target) and target pixel t covers [t * source, (t +
 * 1) * source) of a line of source * target units, so all overlaps are whole numbers. */
typedef struct {
    int64_t from, to; /* of target pixel t: the source pixels it touches */
} span;

static span touched(int64_t t, int64_t source, int64_t target)
{
    return (span){ t * source / target, limpid_ceil_divide((t + 1) * source, target) };
}

static int64_t overlap(int64_t p, int64_t t, int64_t source, int64_t target)
{
    return limpid_min((p + 1) * target, (t + 1) * source) - limpid_max(p * target, t * source);
}

static uint8_t area_mean(const uint8_t *plane, const limpid_image *in, const limpid_image *out,
                         int64_t i, int64_t j)
{
    span rows = touched(i, in->height, out->height), columns = touched(j, in->width, out->width);
    int64_t area = in->height * in->width, sum = area / 2;
    for (int64_t y = rows.from; y < rows.to; y++) {
        int64_t line = 0;
        for (int64_t x = columns.from; x < columns.to; x++)
            line += overlap(x, j, in->width, out->width) * plane[y * in->width + x];
        sum += overlap(y, i, in->height, out->height) * line;
    }
    return (uint8_t)(sum / area);
}

limpid_status limpid_image_resize(limpid_context *context, const limpid_image *in, int64_t height,
                                  int64_t width, limpid_image *out)
{
    limpid_image image;
    LIMPID_TRY(limpid_image_new(context, "resize", in->channels, height, width, &image));
    for (int64_t c = 0; c < in->channels; c++) {
        const uint8_t *from = in->pixels + c * in->height * in->width;
        uint8_t *to = image.pixels + c * height * width;
        for (int64_t i = 0; i < height; i++)
            for (int64_t j = 0; j < width; j++)
                to[i * width + j] = area_mean(from, in, &image, i, j);
    }
    *out = image;
    return LIMPID_OK;
}

limpid_status limpid_image_convert(limpid_context *context, const limpid_image *in,
                                   int64_t channels, limpid_image *out)
{
    limpid_image image;
    LIMPID_TRY(limpid_image_new(context, "convert", channels, in->height, in->width, &image));
    size_t plane = (size_t)(in->height * in->width);
    const uint8_t *red = in->pixels, *green = red + plane, *blue = green + plane;
    if (in->channels == channels)
        memcpy(image.pixels, in->pixels, (size_t)channels * plane);
    else if (channels == 3)
        for (size_t c = 0; c < 3; c++)
            memcpy(image.pixels + c * plane, in->pixels, plane);
    else
        for (size_t p = 0; p < plane; p++)
            image.pixels[p] =
                (uint8_t)((299 * red[p] + 587 * green[p] + 114 * blue[p] + 500) / 1000);
    *out = image;
    return LIMPID_OK;
}
