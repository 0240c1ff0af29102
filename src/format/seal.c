// SPDX-License-Identifier: MIT
/* seal.c - tells a file of ours that was cut or altered from a whole one.
 *
 * Neither protobuf nor safetensors notices a changed number, and a protobuf message that ends early
 * between two fields is still a message: only a sum over every byte does. The marker is looked for
 * in the raw bytes, not in what they decode to, so that damage cannot hide it: it can only destroy
 * the marker itself, and then everything else is as it was written. */
#include <string.h>
#include "format/inside.h"

static const uint8_t *find_marker(const uint8_t *bytes, size_t size)
{
    size_t length = sizeof LIMPID_SEAL_MARKER - 1;
    size_t end = size < LIMPID_SEAL_WITHIN ? size : LIMPID_SEAL_WITHIN;
    for (size_t i = 0; i + length <= end; i++)
        if (memcmp(bytes + i, LIMPID_SEAL_MARKER, length) == 0)
            return bytes + i + length;
    return NULL;
}

limpid_status limpid_seal_check(limpid_context *context, const char *path, const uint8_t *bytes,
                                size_t size)
{
    const uint8_t *digits = find_marker(bytes, size);
    if (!digits)
        return LIMPID_OK;
    size_t before = (size_t)(digits - bytes), length = sizeof LIMPID_SEAL_ZEROS - 1;
    if (size - before < length)
        return limpid_fail(context, LIMPID_BAD_FILE,
                           "%s: ends after %zu bytes, inside its own check sum; it was cut", path,
                           size);
    limpid_sha256 sha;
    char hex[65];
    limpid_sha256_start(&sha);
    limpid_sha256_add(&sha, bytes, before);
    limpid_sha256_add(&sha, LIMPID_SEAL_ZEROS, length);
    limpid_sha256_add(&sha, digits + length, size - before - length);
    limpid_sha256_finish(&sha, hex);
    if (memcmp(hex, digits, length) != 0)
        return limpid_fail(
            context, LIMPID_BAD_FILE,
            "%s: its %zu bytes do not add up to the SHA-256 it carries; it was cut or "
            "altered (docs/formats.md: how to unseal one altered on purpose)",
            path, size);
    return LIMPID_OK;
}
