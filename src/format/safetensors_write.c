// SPDX-License-Identifier: MIT
/* safetensors_write.c - named tensors as one file: the length of a JSON header (8 bytes,
 * little-endian), the header, then the numbers one after the other.
 *
 * The header comes first in memory too, with zeros where the seal's digits go: the sum needs the
 * numbers, which are only walked over, never copied. The format is Hugging Face's
 * (https://github.com/huggingface/safetensors). */
#include <inttypes.h>
#include <string.h>
#include "format/inside.h"
#include "format/safetensors.h"

enum { TENSOR, PAIR };

static limpid_status check_name(limpid_context *context, const char *path, const char *what,
                                const char *name, const char *reserved)
{
    if (!limpid_utf8_valid(name))
        return limpid_fail(context, LIMPID_USAGE, "%s: the %s name %s is not UTF-8", path, what,
                           limpid_show(name).text);
    if (strcmp(name, reserved) == 0)
        return limpid_fail(context, LIMPID_USAGE, "%s: the %s name '%s' has a meaning of its own",
                           path, what, reserved);
    return LIMPID_OK;
}

static limpid_status check_unique(limpid_context *context, const char *path,
                                  const limpid_safetensors *content, int kind, limpid_names *names)
{
    size_t count = kind == TENSOR ? content->tensor_count : content->pair_count;
    for (size_t i = 0; i < count; i++)
        LIMPID_TRY(limpid_names_add(
            context, names, kind == TENSOR ? content->tensors[i].name : content->pairs[i].key, kind,
            0));
    limpid_names_sort(names);
    const limpid_name_row *twice = limpid_names_duplicate(names);
    if (twice)
        return limpid_fail(context, LIMPID_USAGE, "%s: two %s have the name %s", path,
                           kind == TENSOR ? "tensors" : "notes", limpid_show(twice->name).text);
    return LIMPID_OK;
}

static limpid_status check(limpid_context *context, const char *path,
                           const limpid_safetensors *content)
{
    for (size_t i = 0; i < content->tensor_count; i++)
        LIMPID_TRY(check_name(context, path, "tensor", content->tensors[i].name,
                              LIMPID_SAFETENSORS_METADATA));
    for (size_t i = 0; i < content->pair_count; i++) {
        LIMPID_TRY(
            check_name(context, path, "note", content->pairs[i].key, LIMPID_SAFETENSORS_SEAL));
        if (!limpid_utf8_valid(content->pairs[i].value))
            return limpid_fail(context, LIMPID_USAGE, "%s: the note %s is not UTF-8", path,
                               limpid_show(content->pairs[i].key).text);
    }
    for (int kind = TENSOR; kind <= PAIR; kind++) {
        limpid_names names = { 0 };
        limpid_status status = check_unique(context, path, content, kind, &names);
        limpid_names_release(context, &names);
        LIMPID_TRY(status);
    }
    return LIMPID_OK;
}

static limpid_status add_tensors(limpid_context *context, const char *path,
                                 const limpid_safetensors *content, limpid_text *header)
{
    size_t from = 0;
    for (size_t i = 0; i < content->tensor_count; i++) {
        const limpid_named_tensor *tensor = &content->tensors[i];
        size_t bytes, to;
        if (!limpid_shape_bytes(&tensor->shape, &bytes) || !limpid_size_add(&to, from, bytes) ||
            to > INT64_MAX)
            return limpid_fail(context, LIMPID_USAGE, "%s: tensor %s is too large: %s", path,
                               limpid_show(tensor->name).text,
                               limpid_shape_print(&tensor->shape).text);
        limpid_text_append(header, ",", 1);
        limpid_text_add_json(header, tensor->name);
        limpid_text_add(header, ":{\"dtype\":\"F32\",\"shape\":[");
        for (int d = 0; d < tensor->shape.rank; d++)
            limpid_text_add(header, "%s%" PRId64, d ? "," : "", tensor->shape.dim[d]);
        limpid_text_add(header, "],\"data_offsets\":[%zu,%zu]}", from, to);
        from = to;
    }
    return LIMPID_OK;
}

#define OPENING "{\"" LIMPID_SAFETENSORS_METADATA "\":{\"" LIMPID_SAFETENSORS_SEAL "\":\""

/* The header with the 8 bytes before it, padded so that the numbers begin at a multiple of 8. */
static limpid_status make_header(limpid_context *context, const char *path,
                                 const limpid_safetensors *content, limpid_text *header)
{
    limpid_text_append(header, "\0\0\0\0\0\0\0\0", 8);
    limpid_text_add(header, OPENING LIMPID_SEAL_BLANK "\"");
    for (size_t i = 0; i < content->pair_count; i++) {
        limpid_text_append(header, ",", 1);
        limpid_text_add_json(header, content->pairs[i].key);
        limpid_text_append(header, ":", 1);
        limpid_text_add_json(header, content->pairs[i].value);
    }
    limpid_text_append(header, "}", 1);
    LIMPID_TRY(add_tensors(context, path, content, header));
    limpid_text_append(header, "}", 1);
    while (header->status == LIMPID_OK && header->length % 8)
        limpid_text_append(header, " ", 1);
    LIMPID_TRY(header->status);
    uint64_t length = header->length - 8;
    if (length > LIMPID_SAFETENSORS_HEADER_MAX)
        return limpid_fail(context, LIMPID_USAGE,
                           "%s: names and notes take %" PRIu64 " bytes; at most %d are possible",
                           path, length, LIMPID_SAFETENSORS_HEADER_MAX);
    memcpy(header->data, &length, 8);
    return LIMPID_OK;
}

static void seal(const limpid_safetensors *content, limpid_text *header)
{
    limpid_sha256 sha;
    char hex[65];
    limpid_sha256_start(&sha);
    limpid_sha256_add(&sha, header->data, header->length);
    for (size_t i = 0; i < content->tensor_count; i++)
        limpid_sha256_add(&sha, content->tensors[i].data,
                          (size_t)limpid_count(&content->tensors[i].shape) * sizeof(float));
    limpid_sha256_finish(&sha, hex);
    memcpy(header->data + 8 + strlen(OPENING LIMPID_SEAL_MARKER), hex, strlen(LIMPID_SEAL_ZEROS));
}

limpid_status limpid_safetensors_write(limpid_context *context, const char *path,
                                       const limpid_safetensors *content)
{
    LIMPID_TRY(check(context, path, content));
    limpid_text header = { .context = context };
    limpid_file_writer writer;
    limpid_status status = make_header(context, path, content, &header);
    if (status == LIMPID_OK)
        status = limpid_file_start(&writer, context, path);
    if (status == LIMPID_OK) {
        seal(content, &header);
        limpid_file_add(&writer, header.data, header.length);
        for (size_t i = 0; i < content->tensor_count; i++)
            limpid_file_add(&writer, content->tensors[i].data,
                            (size_t)limpid_count(&content->tensors[i].shape) * sizeof(float));
        status = limpid_file_commit(&writer);
    }
    limpid_release(context, header.data);
    return status;
}
