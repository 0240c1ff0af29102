// SPDX-License-Identifier: MIT
/* image_jpeg.c - JPEG through libjpeg-turbo's TurboJPEG interface: baseline and progressive, grey,
 * YCbCr and CMYK, always with the accurate inverse transform, so that the pixels do not depend on
 * the processor.
 *
 * CMYK is taken as every program since Photoshop writes it, inverted, and becomes R = C K / 255 and
 * so on. What libjpeg would paper over with a warning and grey pixels (a file cut short, say) is an
 * error here. */
#include "data/image.h"

#if LIMPID_WITH_JPEG

#include <turbojpeg.h>

/* Each 8 x 8 block takes at least one bit, so a small file that declares more is refused unread. */
static const int64_t PIXELS_PER_BYTE = 8 * 8 * 8;

static limpid_status damaged(limpid_context *context, const char *name, tjhandle handle)
{
    return limpid_fail(context, LIMPID_BAD_FILE, "%s: the JPEG is damaged or unusual: %s", name,
                       tjGetErrorStr2(handle));
}

static void unpack(const limpid_image *image, const uint8_t *from, int samples)
{
    int64_t plane = image->height * image->width;
    for (int64_t p = 0; p < plane; p++, from += samples)
        for (int64_t c = 0; c < image->channels; c++)
            image->pixels[c * plane + p] =
                samples == 4 ? (uint8_t)((from[c] * from[3] + 127) / 255) : from[c];
}

static limpid_status decode(limpid_context *context, const char *name, tjhandle handle,
                            const uint8_t *bytes, size_t size, limpid_image *image)
{
    int width = 0, height = 0, sampling, space = -1;
    int failed =
        tjDecompressHeader3(handle, bytes, (unsigned long)size, &width, &height, &sampling, &space);
    /* It also fails on rare chroma samplings, which the decoder proper can do: then the rest is
     * known. */
    if (failed && (width < 1 || height < 1 || space < 0))
        return damaged(context, name, handle);
    LIMPID_TRY(limpid_image_check_size(context, name, height, width));
    if ((int64_t)width * height / PIXELS_PER_BYTE > (int64_t)size)
        return limpid_fail(context, LIMPID_BAD_FILE,
                           "%s: declares %d x %d pixels, which its %zu bytes cannot hold; it is "
                           "cut or damaged",
                           name, width, height, size);
    int pixel = space == TJCS_GRAY                         ? TJPF_GRAY
                : space == TJCS_CMYK || space == TJCS_YCCK ? TJPF_CMYK
                                                           : TJPF_RGB;
    int samples = tjPixelSize[pixel];
    uint8_t *interleaved =
        limpid_allocate(context, (size_t)width * (size_t)height, (size_t)samples);
    if (!interleaved)
        return LIMPID_NO_MEMORY;
    limpid_status status = LIMPID_OK;
    if (tjDecompress2(handle, bytes, (unsigned long)size, interleaved, width, 0, height, pixel,
                      TJFLAG_ACCURATEDCT | TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS) != 0)
        status = damaged(context, name, handle);
    if (status == LIMPID_OK)
        status = limpid_image_new(context, name, samples == 1 ? 1 : 3, height, width, image);
    if (status == LIMPID_OK)
        unpack(image, interleaved, samples);
    limpid_release(context, interleaved);
    return status;
}

limpid_status limpid_jpeg_decode(limpid_context *context, const char *name, const uint8_t *bytes,
                                 size_t size, limpid_image *out)
{
    tjhandle handle = tjInitDecompress();
    if (!handle)
        return limpid_fail(context, LIMPID_NO_MEMORY, "%s: TurboJPEG does not start: %s", name,
                           tjGetErrorStr2(NULL));
    limpid_image image;
    limpid_status status = decode(context, name, handle, bytes, size, &image);
    tjDestroy(handle);
    if (status == LIMPID_OK)
        *out = image;
    return status;
}

#else

limpid_status limpid_jpeg_decode(limpid_context *context, const char *name, const uint8_t *bytes,
                                 size_t size, limpid_image *out)
{
    (void)bytes;
    (void)size;
    (void)out;
    return limpid_fail(context, LIMPID_UNSUPPORTED,
                       "%s: is a JPEG, and this limpid was built without libjpeg-turbo; build it "
                       "with -DLIMPID_WITH_JPEG=ON",
                       name);
}

#endif
