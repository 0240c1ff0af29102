// SPDX-License-Identifier: MIT
/* gzip.h - packs bytes with zlib; for the tests that need it. */
#ifndef LIMPID_TESTS_DATA_GZIP_H
#define LIMPID_TESTS_DATA_GZIP_H

#include "data/files.h"
#define ZLIB_CONST
#include <zlib.h>

/* window: 15 for zlib's own wrapping, 15 + 16 for gzip's. */
static inline blob pack(blob in, int window)
{
    z_stream stream = { .next_in = in.bytes, .avail_in = (uInt)in.size };
    assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY), Z_OK);
    size_t most = deflateBound(&stream, (uLong)in.size);
    blob out = { malloc(most), 0 };
    assert_non_null(out.bytes);
    stream.next_out = out.bytes;
    stream.avail_out = (uInt)most;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    out.size = most - stream.avail_out;
    deflateEnd(&stream);
    return out;
}

#endif
