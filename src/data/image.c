// SPDX-License-Identifier: MIT
/* image.c - a picture in a file becomes planes of bytes. The format is told by the first bytes,
 * never by the file's name. */
#include <string.h>
#include "data/image.h"

static const int64_t PIXELS_MOST = (int64_t)1 << 26;
static const size_t FILE_MOST = (size_t)1 << 28; /* bytes */

typedef struct {
    const char *name;
    size_t at, length; /* of the signature in the file */
    const char *signature;
    limpid_status (*decode)(limpid_context *context, const char *name, const uint8_t *bytes,
                            size_t size, limpid_image *out);
} format;

/* Formats without a decoder are here so that a message can name them. */
static const format formats[] = {
    { "a PNG", 0, 8, "\x89PNG\r\n\x1a\n", limpid_png_decode },
    { "a JPEG", 0, 3, "\xff\xd8\xff", limpid_jpeg_decode },
    { "a GIF", 0, 4, "GIF8", NULL },
    { "a BMP", 0, 2, "BM", NULL },
    { "a WebP", 8, 4, "WEBP", NULL },
    { "a HEIF or AVIF", 4, 4, "ftyp", NULL },
    { "a TIFF", 0, 4, "II*\0", NULL },
    { "a TIFF", 0, 4, "MM\0*", NULL },
    { "a PDF", 0, 4, "%PDF", NULL },
    { "an SVG or XML", 0, 1, "<", NULL },
};

limpid_status limpid_image_check_size(limpid_context *context, const char *name, int64_t height,
                                      int64_t width)
{
    if (height < 1 || width < 1 || width > PIXELS_MOST / height)
        return limpid_fail(context, LIMPID_BAD_FILE,
                           "%s: is %lld x %lld pixels; expected at least one and at most "
                           "%lld in all",
                           name, (long long)width, (long long)height, (long long)PIXELS_MOST);
    return LIMPID_OK;
}

limpid_status limpid_image_new(limpid_context *context, const char *name, int64_t channels,
                               int64_t height, int64_t width, limpid_image *out)
{
    LIMPID_TRY(limpid_image_check_size(context, name, height, width));
    uint8_t *pixels = limpid_allocate(context, (size_t)(channels * height * width), 1);
    if (!pixels)
        return LIMPID_NO_MEMORY;
    *out = (limpid_image){ channels, height, width, pixels };
    return LIMPID_OK;
}

limpid_status limpid_image_decode(limpid_context *context, const char *name, const uint8_t *bytes,
                                  size_t size, limpid_image *out)
{
    if (!size)
        return limpid_fail(context, LIMPID_BAD_FILE, "%s: is empty; expected a PNG or JPEG picture",
                           name);
    for (size_t f = 0; f < sizeof formats / sizeof *formats; f++) {
        const format *known = &formats[f];
        if (size < known->at + known->length ||
            memcmp(bytes + known->at, known->signature, known->length) != 0)
            continue;
        if (known->decode)
            return known->decode(context, name, bytes, size, out);
        return limpid_fail(context, LIMPID_UNSUPPORTED,
                           "%s: looks like %s file; only PNG and JPEG pictures are read, convert "
                           "it first",
                           name, known->name);
    }
    return limpid_fail(context, LIMPID_BAD_FILE, "%s: is neither a PNG nor a JPEG picture", name);
}

limpid_status limpid_image_read(limpid_context *context, const char *path, limpid_image *out)
{
    uint8_t *bytes;
    size_t size;
    LIMPID_TRY(limpid_file_read(context, path, FILE_MOST, &bytes, &size));
    limpid_status status = limpid_image_decode(context, path, bytes, size, out);
    limpid_release(context, bytes);
    return status;
}
