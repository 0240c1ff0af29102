// SPDX-License-Identifier: MIT
/* idx.c - the file format of MNIST: two zero bytes, a type, a rank, the dimensions as big-endian
 * 32-bit numbers, then the elements, last dimension fastest (LeCun, Cortes and Burges, 1998). Only
 * unsigned bytes (type 8) and ranks 1 to 4 are read. Plain or gzip is told by content.
 *
 * A dimension may be zero; whoever needs samples refuses that. The file must end where the header
 * says: one byte less or more is damage. A gzip stream is never unpacked beyond what its own header
 * declares, and a declaration that its packed bytes cannot hold is refused before memory is taken.
 */
#include <string.h>
#include "data/data.h"
#if LIMPID_WITH_ZLIB
#define ZLIB_CONST /* its input pointer is const then */
#include <zlib.h>
#endif

static const size_t FILE_MOST = (size_t)1 << 31; /* bytes, packed or not */
static const size_t DEFLATE_RATIO = 1032;        /* 258 bytes from 2 bits: no stream expands more */

/* The bytes of a file from its start to its end, unpacked on the way where need be. */
typedef struct {
    limpid_context *context;
    const char *path;
    const uint8_t *bytes; /* the file as it is on disk */
    size_t size, at;
    bool packed;
#if LIMPID_WITH_ZLIB
    z_stream stream;
#endif
} source;

static limpid_status ends_early(const source *s, const char *inside)
{
    return limpid_fail(s->context, LIMPID_BAD_FILE,
                       "%s: the IDX file ends inside its %s; it is cut, fetch or copy it again",
                       s->path, inside);
}

#if LIMPID_WITH_ZLIB

static voidpf allocate(voidpf context, uInt count, uInt size)
{
    return limpid_allocate(context, count, size);
}

static void release(voidpf context, voidpf memory)
{
    limpid_release(context, memory);
}

static limpid_status unpack_start(source *s)
{
    s->stream = (z_stream){ .zalloc = allocate, .zfree = release, .opaque = s->context };
    s->stream.next_in = s->bytes;
    s->stream.avail_in = (uInt)s->size;
    int code = inflateInit2(&s->stream, 15 + 16); /* the largest window; gzip only */
    if (code == Z_MEM_ERROR)
        return LIMPID_NO_MEMORY;
    if (code != Z_OK)
        return limpid_fail(s->context, LIMPID_FAILED, "%s: zlib does not start (%s)", s->path,
                           zError(code));
    return LIMPID_OK;
}

static limpid_status unpack_failed(const source *s, int code, const char *inside)
{
    if (code == Z_MEM_ERROR)
        return LIMPID_NO_MEMORY;
    if (code == Z_STREAM_END)
        return ends_early(s, inside);
    if (code == Z_OK || code == Z_BUF_ERROR)
        return limpid_fail(s->context, LIMPID_BAD_FILE,
                           "%s: the gzip stream ends after %zu bytes, inside the %s; the file is "
                           "cut, fetch or copy it again",
                           s->path, s->size, inside);
    return limpid_fail(s->context, LIMPID_BAD_FILE,
                       "%s: the gzip stream is damaged (%s); fetch or copy it again", s->path,
                       s->stream.msg ? s->stream.msg : zError(code));
}

static limpid_status unpack(source *s, uint8_t *to, size_t count, const char *inside)
{
    s->stream.next_out = to;
    s->stream.avail_out = (uInt)count;
    int code = Z_OK;
    while (s->stream.avail_out && code == Z_OK)
        code = inflate(&s->stream, Z_NO_FLUSH);
    return s->stream.avail_out ? unpack_failed(s, code, inside) : LIMPID_OK;
}

/* zlib looks at the checksum only after the last byte went out, so one more is asked for. */
static limpid_status unpack_finish(source *s)
{
    uint8_t more;
    s->stream.next_out = &more;
    s->stream.avail_out = 1;
    int code = Z_OK;
    while (s->stream.avail_out && code == Z_OK)
        code = inflate(&s->stream, Z_NO_FLUSH);
    if (!s->stream.avail_out)
        return limpid_fail(s->context, LIMPID_BAD_FILE,
                           "%s: the gzip stream holds more bytes than its IDX header declares",
                           s->path);
    if (code != Z_STREAM_END)
        return unpack_failed(s, code, "checksum");
    if (s->stream.avail_in)
        return limpid_fail(s->context, LIMPID_BAD_FILE,
                           "%s: %u bytes stand behind the end of the gzip stream; expected none",
                           s->path, s->stream.avail_in);
    return LIMPID_OK;
}

static void source_close(source *s)
{
    if (s->packed)
        inflateEnd(&s->stream);
}

#else

static limpid_status unpack_start(source *s)
{
    return limpid_fail(s->context, LIMPID_UNSUPPORTED,
                       "%s: is packed with gzip, and this limpid was built without zlib; unpack it "
                       "with gunzip, or build with -DLIMPID_WITH_ZLIB=ON",
                       s->path);
}

static void source_close(source *s)
{
    (void)s;
}

#endif

static limpid_status source_open(source *s)
{
    bool packed = s->size >= 2 && s->bytes[0] == 0x1f && s->bytes[1] == 0x8b;
    if (packed)
        LIMPID_TRY(unpack_start(s));
    s->packed = packed;
    return LIMPID_OK;
}

static limpid_status source_read(source *s, uint8_t *to, size_t count, const char *inside)
{
#if LIMPID_WITH_ZLIB
    if (s->packed)
        return unpack(s, to, count, inside);
#endif
    if (s->size - s->at < count)
        return ends_early(s, inside);
    memcpy(to, s->bytes + s->at, count);
    s->at += count;
    return LIMPID_OK;
}

static limpid_status source_finish(source *s)
{
#if LIMPID_WITH_ZLIB
    if (s->packed)
        return unpack_finish(s);
#endif
    if (s->at != s->size)
        return limpid_fail(s->context, LIMPID_BAD_FILE,
                           "%s: has %zu bytes; its IDX header declares %zu", s->path, s->size,
                           s->at);
    return LIMPID_OK;
}

/* Whether what is left of the file can be `count` bytes, told before memory is taken for them. */
static bool may_hold(const source *s, size_t count)
{
    return s->packed ? count / DEFLATE_RATIO <= s->size : count <= s->size - s->at;
}

/* Fills in rank, dimensions and how many bytes follow. */
static limpid_status read_header(source *s, limpid_idx *idx, size_t *count)
{
    uint8_t magic[4], dims[16];
    LIMPID_TRY(source_read(s, magic, sizeof magic, "header"));
    if (magic[0] || magic[1] || magic[2] != 8 || magic[3] < 1 || magic[3] > 4)
        return limpid_fail(s->context, LIMPID_BAD_FILE,
                           "%s: begins with %02x %02x %02x %02x; an IDX file of bytes begins with "
                           "00 00 08 and its rank, 1 to 4",
                           s->path, magic[0], magic[1], magic[2], magic[3]);
    idx->rank = magic[3];
    LIMPID_TRY(source_read(s, dims, 4 * (size_t)idx->rank, "header"));
    bool fits = true;
    *count = 1;
    for (int d = 0; d < idx->rank; d++) {
        const uint8_t *b = dims + 4 * d;
        idx->dim[d] = (int64_t)b[0] << 24 | b[1] << 16 | b[2] << 8 | b[3];
        fits = fits && limpid_size_multiply(count, *count, (size_t)idx->dim[d]);
    }
    if (!fits || *count > FILE_MOST)
        return limpid_fail(s->context, LIMPID_BAD_FILE,
                           "%s: its IDX header declares dimensions whose product is larger than "
                           "the %zu bytes accepted here",
                           s->path, FILE_MOST);
    if (!may_hold(s, *count))
        return limpid_fail(s->context, LIMPID_BAD_FILE,
                           "%s: its IDX header declares %zu bytes, but the file has %zu%s; it is "
                           "cut or damaged, fetch or copy it again",
                           s->path, *count, s->packed ? s->size : s->size - s->at,
                           s->packed ? " packed ones" : "");
    return LIMPID_OK;
}

static limpid_status read_body(source *s, limpid_idx *idx, size_t count)
{
    idx->bytes = limpid_allocate(s->context, count, 1);
    if (!idx->bytes)
        return LIMPID_NO_MEMORY;
    limpid_status status = source_read(s, idx->bytes, count, "elements");
    if (status == LIMPID_OK)
        status = source_finish(s);
    if (status != LIMPID_OK)
        limpid_release(s->context, idx->bytes);
    return status;
}

limpid_status limpid_idx_read(limpid_context *context, const char *path, limpid_idx *out)
{
    uint8_t *bytes;
    source s = { .context = context, .path = path };
    LIMPID_TRY(limpid_file_read(context, path, FILE_MOST, &bytes, &s.size));
    s.bytes = bytes;
    limpid_idx idx = { 0 };
    size_t count = 0;
    limpid_status status =
        s.size ? source_open(&s)
               : limpid_fail(context, LIMPID_BAD_FILE, "%s: is empty; expected an IDX file", path);
    if (status == LIMPID_OK)
        status = read_header(&s, &idx, &count);
    if (status == LIMPID_OK)
        status = read_body(&s, &idx, count);
    source_close(&s);
    limpid_release(context, bytes);
    if (status == LIMPID_OK)
        *out = idx;
    return status;
}
