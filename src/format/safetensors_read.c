// SPDX-License-Identifier: MIT
/* safetensors_read.c - named tensors from a safetensors file, every number of whose header is taken
 * for hostile.
 *
 * Tensors come out in the order of their numbers in the file. The ranges must follow each other
 * from the first byte behind the header to the last of the file: without gap, overlap or rest. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "format/inside.h"
#include "format/safetensors.h"

void limpid_safetensors_release(limpid_context *context, limpid_safetensors *content)
{
    for (size_t i = 0; i < content->tensor_count; i++) {
        limpid_release(context, content->tensors[i].name);
        limpid_release(context, content->tensors[i].data);
    }
    for (size_t i = 0; i < content->pair_count; i++) {
        limpid_release(context, content->pairs[i].key);
        limpid_release(context, content->pairs[i].value);
    }
    limpid_release(context, content->tensors);
    limpid_release(context, content->pairs);
    *content = (limpid_safetensors){ 0 };
}

const char *limpid_safetensors_note(const limpid_safetensors *content, const char *key)
{
    for (size_t i = 0; i < content->pair_count; i++)
        if (strcmp(content->pairs[i].key, key) == 0)
            return content->pairs[i].value;
    return NULL;
}

const limpid_named_tensor *limpid_safetensors_find(const limpid_safetensors *content,
                                                   const char *name)
{
    for (size_t i = 0; i < content->tensor_count; i++)
        if (strcmp(content->tensors[i].name, name) == 0)
            return &content->tensors[i];
    return NULL;
}

#if LIMPID_WITH_JSON

#include <jansson.h>

/* A file under examination. */
typedef struct {
    limpid_context *context;
    const char *path;
    const uint8_t *header, *data;
    size_t header_length, data_length;
} source;

typedef struct {
    const char *name;
    limpid_shape shape;
    int64_t from, to;
} entry;

/* The parser takes up to about 128 bytes for each of these characters outside strings, and one call
 * for each level. So that a header of brackets cannot take many times its size, what it would cost
 * is known before it is parsed. */
static limpid_status check_cost(const source *s)
{
    size_t cost = 0, most = 8 * (s->header_length + s->data_length) + (1u << 20);
    int depth = 0;
    bool inside = false;
    for (size_t i = 0; i < s->header_length; i++) {
        char c = (char)s->header[i];
        if (inside && c == '\\')
            i++;
        else if (c == '"')
            inside = !inside;
        else if (!inside && c && strchr("{[,:", c)) {
            cost += 128;
            depth += c == '{' || c == '[';
        } else if (!inside && (c == '}' || c == ']'))
            depth--;
        if (depth > 3 || cost > most)
            return limpid_fail(
                s->context, LIMPID_BAD_FILE,
                "%s: the header is no list of tensors: too many brackets at byte %zu", s->path,
                8 + i);
    }
    return LIMPID_OK;
}

static limpid_status bad_entry(const source *s, const char *name, const char *what)
{
    return limpid_fail(s->context, LIMPID_BAD_FILE, "%s: tensor %s: %s", s->path,
                       limpid_show(name).text, what);
}

static limpid_status read_shape(const source *s, const char *name, const json_t *dims,
                                limpid_shape *shape)
{
    if (!json_is_array(dims))
        return bad_entry(s, name, "its shape is missing or no list");
    if (json_array_size(dims) > LIMPID_RANK_MAX)
        return bad_entry(s, name, "it has too many dimensions (at most 8 are possible)");
    shape->rank = (int)json_array_size(dims);
    for (int d = 0; d < shape->rank; d++) {
        const json_t *dim = json_array_get(dims, (size_t)d);
        if (!json_is_integer(dim) || json_integer_value(dim) < 0)
            return bad_entry(s, name, "a dimension is no whole number from 0");
        shape->dim[d] = json_integer_value(dim);
    }
    return LIMPID_OK;
}

static limpid_status read_entry(const source *s, const char *name, const json_t *json, entry *e)
{
    *e = (entry){ .name = name };
    if (!json_is_object(json))
        return bad_entry(s, name, "its description is no JSON object");
    const char *type = json_string_value(json_object_get(json, "dtype"));
    if (!type)
        return bad_entry(s, name, "its dtype is missing");
    if (strcmp(type, "F32") != 0)
        return limpid_fail(s->context, LIMPID_UNSUPPORTED,
                           "%s: tensor %s has numbers of type %s; only F32 is supported", s->path,
                           limpid_show(name).text, limpid_show(type).text);
    LIMPID_TRY(read_shape(s, name, json_object_get(json, "shape"), &e->shape));
    const json_t *range = json_object_get(json, "data_offsets");
    const json_t *from = json_array_get(range, 0), *to = json_array_get(range, 1);
    if (json_array_size(range) != 2 || !json_is_integer(from) || !json_is_integer(to))
        return bad_entry(s, name, "its data_offsets are not two whole numbers");
    e->from = json_integer_value(from);
    e->to = json_integer_value(to);
    size_t bytes;
    if (e->from < 0 || e->from > e->to || (uint64_t)e->to > s->data_length)
        return limpid_fail(s->context, LIMPID_BAD_FILE,
                           "%s: tensor %s: bytes %" PRId64 " to %" PRId64
                           " do not lie within the %zu there are",
                           s->path, limpid_show(name).text, e->from, e->to, s->data_length);
    if (!limpid_shape_bytes(&e->shape, &bytes) || bytes != (uint64_t)(e->to - e->from))
        return limpid_fail(s->context, LIMPID_BAD_FILE,
                           "%s: tensor %s: its shape %s does not fit its %" PRId64 " bytes",
                           s->path, limpid_show(name).text, limpid_shape_print(&e->shape).text,
                           e->to - e->from);
    return LIMPID_OK;
}

static int by_range(const void *left, const void *right)
{
    const entry *a = left, *b = right;
    if (a->from != b->from)
        return a->from < b->from ? -1 : 1;
    if (a->to != b->to)
        return a->to < b->to ? -1 : 1;
    return strcmp(a->name, b->name);
}

static limpid_status check_ranges(const source *s, const entry *entries, size_t count)
{
    int64_t end = 0;
    for (size_t i = 0; i < count; i++) {
        if (entries[i].from != end)
            return limpid_fail(s->context, LIMPID_BAD_FILE,
                               "%s: tensor %s begins at byte %" PRId64 ", not at %" PRId64
                               " where the one before it ends",
                               s->path, limpid_show(entries[i].name).text, entries[i].from, end);
        end = entries[i].to;
    }
    if ((uint64_t)end != s->data_length)
        return limpid_fail(s->context, LIMPID_BAD_FILE,
                           "%s: %zu bytes of numbers, but the tensors take %" PRId64, s->path,
                           s->data_length, end);
    return LIMPID_OK;
}

static limpid_status take_pairs(const source *s, json_t *metadata, limpid_safetensors *out)
{
    if (!metadata)
        return LIMPID_OK;
    if (!json_is_object(metadata))
        return limpid_fail(s->context, LIMPID_BAD_FILE, "%s: %s is no JSON object", s->path,
                           LIMPID_SAFETENSORS_METADATA);
    out->pairs = limpid_allocate(s->context, json_object_size(metadata), sizeof *out->pairs);
    if (!out->pairs)
        return LIMPID_NO_MEMORY;
    for (void *i = json_object_iter(metadata); i; i = json_object_iter_next(metadata, i)) {
        const char *key = json_object_iter_key(i);
        const char *value = json_string_value(json_object_iter_value(i));
        if (!value)
            return limpid_fail(s->context, LIMPID_BAD_FILE, "%s: the note %s is no text", s->path,
                               limpid_show(key).text);
        if (strcmp(key, LIMPID_SAFETENSORS_SEAL) == 0)
            continue;
        limpid_pair *pair = &out->pairs[out->pair_count++];
        pair->key = limpid_copy_text(s->context, key);
        pair->value = limpid_copy_text(s->context, value);
        if (!pair->key || !pair->value)
            return LIMPID_NO_MEMORY;
    }
    return LIMPID_OK;
}

static limpid_status take_tensors(const source *s, const entry *entries, size_t count,
                                  limpid_safetensors *out)
{
    out->tensors = limpid_allocate(s->context, count, sizeof *out->tensors);
    if (!out->tensors)
        return LIMPID_NO_MEMORY;
    for (size_t i = 0; i < count; i++) {
        limpid_named_tensor *tensor = &out->tensors[out->tensor_count++];
        size_t bytes = (size_t)(entries[i].to - entries[i].from);
        tensor->shape = entries[i].shape;
        tensor->name = limpid_copy_text(s->context, entries[i].name);
        tensor->data = limpid_allocate(s->context, bytes, 1);
        if (!tensor->name || !tensor->data)
            return LIMPID_NO_MEMORY;
        memcpy(tensor->data, s->data + entries[i].from, bytes);
    }
    return LIMPID_OK;
}

static limpid_status read_entries(const source *s, json_t *root, entry *entries, size_t *count)
{
    for (void *i = json_object_iter(root); i; i = json_object_iter_next(root, i)) {
        const char *key = json_object_iter_key(i);
        if (strcmp(key, LIMPID_SAFETENSORS_METADATA) != 0)
            LIMPID_TRY(read_entry(s, key, json_object_iter_value(i), &entries[(*count)++]));
    }
    if (*count)
        qsort(entries, *count, sizeof *entries, by_range);
    return check_ranges(s, entries, *count);
}

static limpid_status read_parsed(const source *s, json_t *root, limpid_safetensors *out)
{
    if (!json_is_object(root))
        return limpid_fail(s->context, LIMPID_BAD_FILE, "%s: the header is no JSON object",
                           s->path);
    size_t count = 0;
    entry *entries = limpid_allocate(s->context, json_object_size(root), sizeof *entries);
    if (!entries)
        return LIMPID_NO_MEMORY;
    limpid_status status = read_entries(s, root, entries, &count);
    if (status == LIMPID_OK)
        status = take_pairs(s, json_object_get(root, LIMPID_SAFETENSORS_METADATA), out);
    if (status == LIMPID_OK)
        status = take_tensors(s, entries, count, out);
    limpid_release(s->context, entries);
    return status;
}

static limpid_status read_bytes(limpid_context *context, const char *path, const uint8_t *bytes,
                                size_t size, limpid_safetensors *out)
{
    uint64_t length = 0;
    if (size < sizeof length)
        return limpid_fail(context, LIMPID_BAD_FILE,
                           "%s: has %zu bytes; a safetensors file has 8 and more", path, size);
    memcpy(&length, bytes, sizeof length);
    if (length > LIMPID_SAFETENSORS_HEADER_MAX)
        return limpid_fail(context, LIMPID_BAD_FILE,
                           "%s: a header of %" PRIu64 " bytes is announced; at most %d are "
                           "accepted, so this is no safetensors file or a damaged one",
                           path, length, LIMPID_SAFETENSORS_HEADER_MAX);
    if (length > size - sizeof length)
        return limpid_fail(context, LIMPID_BAD_FILE,
                           "%s: ends after %zu bytes, inside its header of %" PRIu64, path, size,
                           length);
    LIMPID_TRY(limpid_seal_check(context, path, bytes, size));
    const uint8_t *header = bytes + sizeof length;
    source s = {
        context, path, header, header + length, (size_t)length, size - 8 - (size_t)length
    };
    LIMPID_TRY(check_cost(&s));
    json_error_t error;
    json_t *root =
        json_loadb((const char *)header, s.header_length, JSON_REJECT_DUPLICATES, &error);
    if (!root)
        return limpid_fail(
            context, LIMPID_BAD_FILE,
            "%s: the header is no JSON from its byte %d on, or names something twice", path,
            error.position);
    limpid_status status = read_parsed(&s, root, out);
    json_decref(root);
    return status;
}

limpid_status limpid_safetensors_read(limpid_context *context, const char *path,
                                      limpid_safetensors *out)
{
    uint8_t *bytes = NULL;
    size_t size = 0;
    limpid_safetensors content = { 0 };
    LIMPID_TRY(limpid_file_read(context, path, PTRDIFF_MAX, &bytes, &size));
    limpid_status status = read_bytes(context, path, bytes, size, &content);
    limpid_release(context, bytes);
    if (status == LIMPID_OK)
        *out = content;
    else
        limpid_safetensors_release(context, &content);
    return status;
}

#else

limpid_status limpid_safetensors_read(limpid_context *context, const char *path,
                                      limpid_safetensors *out)
{
    (void)out;
    return limpid_fail(context, LIMPID_UNSUPPORTED,
                       "%s: this limpid reads no safetensors; build it with -DLIMPID_WITH_JSON=ON",
                       path);
}

#endif
