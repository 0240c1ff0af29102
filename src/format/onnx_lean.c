// SPDX-License-Identifier: MIT
/* onnx_lean.c - an encoded model without the numbers of its parameters.
 *
 * protobuf-c copies every field it unpacks. Parameters are nearly the whole of a model, so they are
 * left out before: of protobuf's encoding this needs to know that a message is a row of fields,
 * each a tag (field number, kind) and a value, and that values of kind 2 begin with their length
 * (https://protobuf.dev/programming-guides/encoding). */
#include <string.h>
#include "format/onnx.h"

#if LIMPID_WITH_ONNX

/* Model.graph, Graph.initializer, Tensor.raw_data: the way to the numbers. */
static const uint64_t way[] = { 7, 5, 9 };
enum {
    DEEPEST = sizeof way / sizeof way[0] - 1,
    VARINT = 0,
    FIXED_64 = 1,
    BYTES = 2,
    FIXED_32 = 5
};

/* Lengths in the copy take five bytes whatever they are, so that they can be put in afterwards. */
enum { LENGTH_BYTES = 5 };

typedef struct {
    const uint8_t *bytes;
    uint8_t *out; /* NULL: only count */
    size_t used;
} copier;

static void put(copier *c, const void *bytes, size_t length)
{
    if (c->out && length)
        memcpy(c->out + c->used, bytes, length);
    c->used += length;
}

static void put_length(copier *c, size_t at, size_t length)
{
    for (int i = 0; c->out && i < LENGTH_BYTES; i++) {
        uint8_t more = i < LENGTH_BYTES - 1 ? 0x80 : 0;
        c->out[at + (size_t)i] = (uint8_t)((length >> (7 * i) & 0x7f) | more);
    }
}

/* Reads a number at *at, in at most `most` bytes and not beyond `end`. */
static bool read_varint(const uint8_t *bytes, size_t *at, size_t end, int most, uint64_t *number)
{
    *number = 0;
    for (int i = 0; i < most && *at < end; i++) {
        uint8_t byte = bytes[(*at)++];
        *number |= (uint64_t)(byte & 0x7f) << (7 * i);
        if (byte < 0x80)
            return true;
    }
    return false;
}

/* Finds the value of the field whose tag has been read: [*at, *after). */
static bool find_value(const uint8_t *bytes, int kind, size_t *at, size_t end, size_t *after)
{
    uint64_t number = 0;
    size_t start = *at;
    if (kind == BYTES) {
        if (!read_varint(bytes, at, end, 5, &number))
            return false;
        start = *at;
    } else if (kind == VARINT) {
        size_t behind = *at;
        if (!read_varint(bytes, &behind, end, 10, &number))
            return false;
        number = behind - start;
    } else if (kind == FIXED_32 || kind == FIXED_64)
        number = kind == FIXED_32 ? 4 : 8;
    else
        return false;
    if (number > end - start)
        return false;
    *after = start + (size_t)number;
    return true;
}

static bool copy_message(copier *c, size_t at, size_t end, int level)
{
    while (at < end) {
        size_t field = at, after = 0, length_at;
        uint64_t tag;
        if (!read_varint(c->bytes, &at, end, 5, &tag))
            return false;
        size_t tag_end = at;
        if (!find_value(c->bytes, (int)(tag & 7), &at, end, &after))
            return false;
        if (tag >> 3 != way[level] || (tag & 7) != BYTES)
            put(c, c->bytes + field, after - field);
        else {
            put(c, c->bytes + field, tag_end - field);
            length_at = c->used;
            c->used += LENGTH_BYTES;
            limpid_onnx_place place = { at, after - at };
            if (level == DEEPEST)
                put(c, &place, sizeof place);
            else if (!copy_message(c, at, after, level + 1))
                return false;
            put_length(c, length_at, c->used - length_at - LENGTH_BYTES);
        }
        at = after;
    }
    return true;
}

limpid_status limpid_onnx_lean(limpid_context *context, const char *path, const uint8_t *bytes,
                               size_t size, uint8_t **lean, size_t *lean_size)
{
    copier c = { .bytes = bytes };
    if (!copy_message(&c, 0, size, 0))
        return limpid_fail(context, LIMPID_BAD_FILE,
                           "%s: its %zu bytes are no ONNX model, or one that was cut or altered",
                           path, size);
    c.out = limpid_allocate(context, c.used, 1);
    if (!c.out)
        return LIMPID_NO_MEMORY;
    c.used = 0;
    copy_message(&c, 0, size, 0);
    *lean = c.out;
    *lean_size = c.used;
    return LIMPID_OK;
}

#endif
