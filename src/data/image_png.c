// SPDX-License-Identifier: MIT
/* image_png.c - PNG through libpng's row interface.
 *
 * Every kind of PNG comes out as 8-bit grey or RGB: palettes are looked up, fewer bits are widened,
 * 16 bits are scaled by 255 / 65535, transparency is laid over white (in the file's own values;
 * gamma is left alone, as training data has it left alone). Damage anywhere up to the end chunk is
 * an error. A picture larger than its bytes can possibly hold is refused before memory is taken for
 * it. */
#include "data/image.h"

#if LIMPID_WITH_PNG

#include <png.h>
#include <setjmp.h>
#include <string.h>

static const size_t CHUNK_MOST = (size_t)1 << 23; /* bytes of one chunk other than pixels */
static const int CHUNKS_MOST = 256;
static const int64_t DEFLATE_RATIO = 1032; /* no zlib stream expands more */

/* libpng reports an error by calling us, and we must not return: control goes to `jump`, so all
 * state that lives across it is in here and not in local variables. */
typedef struct {
    limpid_context *context;
    const char *name;
    limpid_status status; /* why libpng gave up, once it did */
    jmp_buf jump;
    png_structp png;
    png_infop info;
    const uint8_t *bytes; /* reading: the file */
    size_t size, at;
    uint8_t *rows;
    limpid_image image;
    limpid_file_writer *writer; /* writing */
} job;

static void fail(png_structp png, png_const_charp message)
{
    job *j = png_get_error_ptr(png);
    if (j->status == LIMPID_OK)
        j->status = limpid_fail(j->context, LIMPID_BAD_FILE, "%s: the PNG is damaged: %s", j->name,
                                message);
    longjmp(j->jump, 1);
}

static void ignore(png_structp png, png_const_charp message)
{
    (void)png;
    (void)message;
}

static png_voidp allocate(png_structp png, png_alloc_size_t size)
{
    job *j = png_get_mem_ptr(png);
    void *memory = limpid_allocate(j->context, size, 1);
    if (!memory)
        j->status = LIMPID_NO_MEMORY;
    return memory;
}

static void release(png_structp png, png_voidp memory)
{
    job *j = png_get_mem_ptr(png);
    limpid_release(j->context, memory);
}

static bool guarded(job *j, void (*work)(job *))
{
    if (setjmp(j->jump))
        return false;
    work(j);
    return true;
}

/* When libpng fails without having said why, it had no memory or is another version than its
 * header. */
static limpid_status give_up(const job *j)
{
    if (j->status != LIMPID_OK)
        return j->status;
    return limpid_fail(j->context, LIMPID_FAILED, "%s: libpng does not start", j->name);
}

static void take(png_structp png, png_bytep to, size_t count)
{
    job *j = png_get_io_ptr(png);
    if (j->size - j->at < count)
        png_error(png, "it is cut short");
    memcpy(to, j->bytes + j->at, count);
    j->at += count;
}

static void read_header(job *j)
{
    png_structp png = j->png;
    png_set_read_fn(png, j, take);
    png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX); /* ours are on the product */
    png_set_chunk_malloc_max(png, CHUNK_MOST);
    png_set_chunk_cache_max(png, CHUNKS_MOST);
    png_read_info(png, j->info);
    int64_t width = png_get_image_width(png, j->info), height = png_get_image_height(png, j->info);
    j->status = limpid_image_check_size(j->context, j->name, height, width);
    int64_t bits = png_get_bit_depth(png, j->info) * png_get_channels(png, j->info);
    if (j->status == LIMPID_OK && width * height * bits / 8 / DEFLATE_RATIO > (int64_t)j->size)
        j->status = limpid_fail(j->context, LIMPID_BAD_FILE,
                                "%s: declares %lld x %lld pixels, which its %zu bytes cannot hold; "
                                "it is cut or damaged",
                                j->name, (long long)width, (long long)height, j->size);
    if (j->status != LIMPID_OK)
        longjmp(j->jump, 1);
}

/* One finished row of samples, alpha last if there is any, into the planes. */
static void unpack_row(const job *j, int64_t y, const uint8_t *row, int samples)
{
    const limpid_image *image = &j->image;
    bool alpha = samples == 2 || samples == 4;
    for (int64_t c = 0; c < image->channels; c++) {
        uint8_t *to = image->pixels + (c * image->height + y) * image->width;
        for (int64_t x = 0; x < image->width; x++) {
            int value = row[x * samples + c], cover = alpha ? row[x * samples + samples - 1] : 255;
            to[x] = (uint8_t)((value * cover + 255 * (255 - cover) + 127) / 255);
        }
    }
}

static void read_pixels(job *j)
{
    png_structp png = j->png;
    png_set_expand(png);
    png_set_scale_16(png);
    int passes = png_set_interlace_handling(png);
    png_read_update_info(png, j->info);
    int samples = png_get_channels(png, j->info);
    int64_t height = png_get_image_height(png, j->info), width = png_get_image_width(png, j->info);
    /* Interlaced rows grow from pass to pass and must all be kept; otherwise one row will do. */
    size_t row = png_get_rowbytes(png, j->info), kept = passes > 1 ? (size_t)height : 1;
    j->status =
        limpid_image_new(j->context, j->name, samples < 3 ? 1 : 3, height, width, &j->image);
    if (j->status != LIMPID_OK)
        longjmp(j->jump, 1);
    j->rows = limpid_allocate(j->context, kept, row);
    if (!j->rows) {
        j->status = LIMPID_NO_MEMORY;
        longjmp(j->jump, 1);
    }
    for (int pass = 0; pass < passes; pass++)
        for (int64_t y = 0; y < height; y++) {
            uint8_t *here = j->rows + (size_t)y % kept * row;
            png_read_row(png, here, NULL);
            if (pass == passes - 1)
                unpack_row(j, y, here, samples);
        }
    png_read_end(png, NULL);
}

static void read_start(job *j)
{
    j->png = png_create_read_struct_2(PNG_LIBPNG_VER_STRING, j, fail, ignore, j, allocate, release);
    j->info = j->png ? png_create_info_struct(j->png) : NULL;
}

limpid_status limpid_png_decode(limpid_context *context, const char *name, const uint8_t *bytes,
                                size_t size, limpid_image *out)
{
    job j = { .context = context, .name = name, .bytes = bytes, .size = size };
    bool done =
        guarded(&j, read_start) && j.info && guarded(&j, read_header) && guarded(&j, read_pixels);
    png_destroy_read_struct(&j.png, &j.info, NULL);
    limpid_release(context, j.rows);
    if (!done) {
        limpid_release(context, j.image.pixels);
        return give_up(&j);
    }
    *out = j.image;
    return LIMPID_OK;
}

static void put(png_structp png, png_bytep bytes, size_t count)
{
    job *j = png_get_io_ptr(png);
    limpid_file_add(j->writer, bytes, count);
}

static void flush(png_structp png)
{
    (void)png; /* the writer does it at commit */
}

static void write_start(job *j)
{
    j->png =
        png_create_write_struct_2(PNG_LIBPNG_VER_STRING, j, fail, ignore, j, allocate, release);
    j->info = j->png ? png_create_info_struct(j->png) : NULL;
}

static void write_pixels(job *j)
{
    const limpid_image *image = &j->image;
    int64_t plane = image->height * image->width;
    png_set_write_fn(j->png, j, put, flush);
    png_set_IHDR(j->png, j->info, (png_uint_32)image->width, (png_uint_32)image->height, 8,
                 image->channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_BASE, PNG_FILTER_TYPE_BASE);
    png_write_info(j->png, j->info);
    for (int64_t y = 0; y < image->height; y++) {
        for (int64_t x = 0; x < image->width; x++)
            for (int64_t c = 0; c < image->channels; c++)
                j->rows[x * image->channels + c] = image->pixels[c * plane + y * image->width + x];
        png_write_row(j->png, j->rows);
    }
    png_write_end(j->png, NULL);
}

limpid_status limpid_image_write_png(limpid_context *context, const char *path,
                                     const limpid_image *image)
{
    limpid_file_writer writer;
    LIMPID_TRY(limpid_image_check_size(context, path, image->height, image->width));
    LIMPID_TRY(limpid_file_start(&writer, context, path));
    job j = { .context = context, .name = path, .image = *image, .writer = &writer };
    j.rows = limpid_allocate(context, (size_t)image->width, (size_t)image->channels);
    j.status = j.rows ? LIMPID_OK : LIMPID_NO_MEMORY;
    bool done = j.rows && guarded(&j, write_start) && j.info && guarded(&j, write_pixels);
    png_destroy_write_struct(&j.png, &j.info);
    limpid_release(context, j.rows);
    if (done)
        return limpid_file_commit(&writer);
    limpid_file_discard(&writer);
    return give_up(&j);
}

#else

static limpid_status missing(limpid_context *context, const char *name)
{
    return limpid_fail(context, LIMPID_UNSUPPORTED,
                       "%s: is a PNG, and this limpid was built without libpng; build it with "
                       "-DLIMPID_WITH_PNG=ON",
                       name);
}

limpid_status limpid_png_decode(limpid_context *context, const char *name, const uint8_t *bytes,
                                size_t size, limpid_image *out)
{
    (void)bytes;
    (void)size;
    (void)out;
    return missing(context, name);
}

limpid_status limpid_image_write_png(limpid_context *context, const char *path,
                                     const limpid_image *image)
{
    (void)image;
    return missing(context, path);
}

#endif
