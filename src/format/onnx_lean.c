// SPDX-License-Identifier: MIT
/* onnx_lean.c - an encoded model without the numbers of its parameters.
 *
 * protobuf-c copies every field it unpacks. Parameters are nearly the whole of a model, so their
 * numbers are left out before, and so are the shapes of values in between, which are known anyway.
 * Of protobuf's encoding this needs to know that a message is a row of fields, each a tag (field
 * number, kind) and a value, and that values of kind 2 begin with their length
 * (https://protobuf.dev/programming-guides/encoding). The copy is never longer than the file. */
#include <string.h>
#include "format/onnx.h"

#if LIMPID_WITH_ONNX

enum { VARINT = 0, FIXED_64 = 1, BYTES = 2, FIXED_32 = 5 };

/* Fields that are not just copied, by the message they are in. */
enum { MODEL, GRAPH, TENSOR };
enum {
    MODEL_GRAPH = 7,
    GRAPH_INITIALIZER = 5,
    GRAPH_VALUE_INFO = 13,
    TENSOR_RAW_DATA = 9,
    TENSOR_PLACE = 1000
};

/* Data of this length or less is copied: telling where it is would take as much. */
enum { SHORT = 24 };

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

static void put_varint(copier *c, uint64_t number)
{
    for (; number >= 0x80; number >>= 7)
        put(c, &(uint8_t){ (uint8_t)(number | 0x80) }, 1);
    put(c, &(uint8_t){ (uint8_t)number }, 1);
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

static bool copy_message(copier *c, int kind, size_t at, size_t end);

/* A message inside: its new length is known once it was counted. */
static bool copy_inside(copier *c, int kind, uint64_t tag, size_t at, size_t end)
{
    copier counted = { .bytes = c->bytes };
    if (!copy_message(&counted, kind, at, end))
        return false;
    put_varint(c, tag);
    put_varint(c, counted.used);
    if (c->out)
        return copy_message(c, kind, at, end);
    c->used += counted.used;
    return true;
}

static int kind_inside(int kind, uint64_t number)
{
    return kind == MODEL && number == MODEL_GRAPH         ? GRAPH
           : kind == GRAPH && number == GRAPH_INITIALIZER ? TENSOR
                                                          : -1;
}

static bool is_left_out(int kind, uint64_t number)
{
    return (kind == GRAPH && number == GRAPH_VALUE_INFO) ||
           (kind == TENSOR && number == TENSOR_PLACE);
}

static bool copy_message(copier *c, int kind, size_t at, size_t end)
{
    for (size_t after = 0; at < end; at = after) {
        size_t field = at;
        uint64_t tag;
        if (!read_varint(c->bytes, &at, end, 5, &tag) ||
            !find_value(c->bytes, (int)(tag & 7), &at, end, &after))
            return false;
        uint64_t number = tag >> 3;
        limpid_onnx_place place = { at, after - at };
        int inside = (tag & 7) == BYTES ? kind_inside(kind, number) : -1;
        if (inside >= 0) {
            if (!copy_inside(c, inside, tag, at, after))
                return false;
        } else if (kind == TENSOR && number == TENSOR_RAW_DATA && place.length > SHORT) {
            put_varint(c, TENSOR_PLACE << 3 | BYTES);
            put_varint(c, sizeof place);
            put(c, &place, sizeof place);
        } else if (!is_left_out(kind, number))
            put(c, c->bytes + field, after - field);
    }
    return true;
}

limpid_status limpid_onnx_lean(limpid_context *context, const char *path, const uint8_t *bytes,
                               size_t size, uint8_t **lean, size_t *lean_size)
{
    copier c = { .bytes = bytes };
    if (!copy_message(&c, MODEL, 0, size))
        return limpid_fail(context, LIMPID_BAD_FILE,
                           "%s: its %zu bytes are no ONNX model, or one that was cut or altered",
                           path, size);
    c.out = limpid_allocate(context, c.used, 1);
    if (!c.out)
        return LIMPID_NO_MEMORY;
    c.used = 0;
    copy_message(&c, MODEL, 0, size);
    *lean = c.out;
    *lean_size = c.used;
    return LIMPID_OK;
}

#endif
