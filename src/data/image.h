// SPDX-License-Identifier: MIT
/* image.h - what the picture files of this room share; nobody outside includes it. */
#ifndef LIMPID_IMAGE_H
#define LIMPID_IMAGE_H

#include "data/data.h"

/* Refuses sizes below one and more than 2^26 pixels, then gives *out that shape and fresh, black
 * pixels. `name` starts the message. */
limpid_status limpid_image_new(limpid_context *context, const char *name, int64_t channels,
                               int64_t height, int64_t width, limpid_image *out);
limpid_status limpid_image_check_size(limpid_context *context, const char *name, int64_t height,
                                      int64_t width);

/* One decoder for each format; `bytes` are known to begin with its signature. */
limpid_status limpid_png_decode(limpid_context *context, const char *name, const uint8_t *bytes,
                                size_t size, limpid_image *out);
limpid_status limpid_jpeg_decode(limpid_context *context, const char *name, const uint8_t *bytes,
                                 size_t size, limpid_image *out);

#endif
