// SPDX-License-Identifier: MIT
/* onnx_read.c - a graph from an ONNX file: unpacked, checked, built.
 *
 * Everything in the file is taken for hostile. First the seal, if there is one; then a copy without
 * the parameters' numbers goes through protobuf-c, with memory that is bounded by the size of the
 * file; then names and order; then what is supported; and only then is anything built. */
#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include "format/onnx.h"

#if LIMPID_WITH_ONNX

limpid_status limpid_onnx_bad(const limpid_onnx_reader *reader, const char *format, ...)
{
    char message[700];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    return limpid_fail(reader->context, LIMPID_BAD_FILE, "%s: %s", reader->path, message);
}

static void *take(void *arena, size_t size)
{
    return limpid_arena_take(arena, 1, size);
}

static void keep(void *arena, void *memory)
{
    (void)arena; /* all is released together */
    (void)memory;
}

static limpid_status unpack(limpid_onnx_reader *reader)
{
    uint8_t *lean;
    size_t size;
    LIMPID_TRY(
        limpid_onnx_lean(reader->context, reader->path, reader->bytes, reader->size, &lean, &size));
    ProtobufCAllocator allocator = { take, keep, &reader->arena };
    reader->model = limpid__onnx__model__unpack(&allocator, size, lean);
    limpid_release(reader->context, lean);
    if (reader->model)
        return LIMPID_OK;
    if (reader->arena.failed)
        return LIMPID_NO_MEMORY;
    return limpid_onnx_bad(
        reader, "its %zu bytes are no ONNX model, or one that was cut or altered", reader->size);
}

/* A reader that runs out of its bounded memory has met a file made for that. */
static limpid_status explain_memory(const limpid_onnx_reader *reader, limpid_status status)
{
    if (!reader->arena.exceeded)
        return status;
    return limpid_onnx_bad(reader,
                           "its %zu bytes would take more than %zu of memory to read; it is "
                           "damaged, or made to do harm",
                           reader->size, reader->arena.most);
}

static limpid_status check_opsets(limpid_onnx_reader *reader)
{
    int64_t opset = 0;
    for (size_t i = 0; i < reader->model->n_opset_import; i++) {
        const onnx_opset *row = reader->model->opset_import[i];
        if (row->domain && *row->domain && strcmp(row->domain, "ai.onnx") != 0)
            continue;
        if (opset)
            return limpid_onnx_bad(reader, "it names its opset twice");
        opset = row->version;
    }
    if (opset < 1)
        return limpid_onnx_bad(reader, "it does not say its opset");
    if (opset < LIMPID_ONNX_OPSET_LEAST || opset > LIMPID_ONNX_OPSET_MOST)
        return limpid_fail(reader->context, LIMPID_UNSUPPORTED,
                           "%s: opset %" PRId64 " is not supported; %d to %d are", reader->path,
                           opset, LIMPID_ONNX_OPSET_LEAST, LIMPID_ONNX_OPSET_MOST);
    reader->opset = (int)opset;
    return LIMPID_OK;
}

static limpid_status check_model(limpid_onnx_reader *reader)
{
    const onnx_model *model = reader->model;
    if (model->ir_version < 1 || !model->graph)
        return limpid_onnx_bad(reader, "it holds no %s, so it is no ONNX model or one that was cut",
                               model->graph ? "ONNX version" : "graph");
    if (model->ir_version < LIMPID_ONNX_IR_LEAST || model->ir_version > LIMPID_ONNX_IR_MOST)
        return limpid_fail(reader->context, LIMPID_UNSUPPORTED,
                           "%s: ONNX IR version %" PRId64 " is not supported; %d to %d are",
                           reader->path, model->ir_version, LIMPID_ONNX_IR_LEAST,
                           LIMPID_ONNX_IR_MOST);
    if (model->graph->n_sparse_initializer)
        return limpid_fail(reader->context, LIMPID_UNSUPPORTED,
                           "%s: it has sparse parameters, which are not supported", reader->path);
    reader->graph = model->graph;
    return check_opsets(reader);
}

enum { NOTES_MAX = 4096 };

static limpid_status take_notes(limpid_onnx_reader *reader)
{
    const onnx_model *model = reader->model;
    if (model->n_metadata_props > NOTES_MAX)
        return limpid_onnx_bad(reader, "it has %zu entries of metadata; at most %d are possible",
                               model->n_metadata_props, NOTES_MAX);
    for (size_t i = 0; i < model->n_metadata_props; i++) {
        const onnx_entry *entry = model->metadata_props[i];
        const char *key = entry->key ? entry->key : "", *value = entry->value ? entry->value : "";
        if (!*key || !limpid_utf8_valid(key) || !limpid_utf8_valid(value) ||
            limpid_graph_note(reader->out, key))
            return limpid_onnx_bad(reader,
                                   "the metadata %s has no name, is not UTF-8 or is there twice",
                                   limpid_show(key).text);
        LIMPID_TRY(limpid_graph_set_note(reader->out, key, value));
    }
    return LIMPID_OK;
}

static limpid_status read_model(limpid_onnx_reader *reader)
{
    LIMPID_TRY(limpid_seal_check(reader->context, reader->path, reader->bytes, reader->size));
    LIMPID_TRY(unpack(reader));
    LIMPID_TRY(check_model(reader));
    LIMPID_TRY(limpid_onnx_check_names(reader));
    LIMPID_TRY(limpid_onnx_identify(reader));
    const char *name = reader->graph->name ? reader->graph->name : "";
    if (!limpid_utf8_valid(name))
        return limpid_onnx_bad(reader, "the graph's name %s is not UTF-8", limpid_show(name).text);
    LIMPID_TRY(limpid_graph_new(&reader->out, reader->context, name));
    LIMPID_TRY(limpid_onnx_build(reader));
    return take_notes(reader);
}

limpid_status limpid_onnx_decode(limpid_graph **out, limpid_context *context, const char *name,
                                 const uint8_t *bytes, size_t size)
{
    if (size > LIMPID_ONNX_BYTES_MOST)
        return limpid_fail(context, LIMPID_UNSUPPORTED,
                           "%s: has %zu bytes; ONNX files of 2 GiB and more are not supported",
                           name, size);
    limpid_onnx_reader reader = { .context = context,
                                  .path = name,
                                  .bytes = bytes,
                                  .size = size,
                                  .arena = { .context = context } };
    reader.arena.most = LIMPID_ONNX_MEMORY_FACTOR * size + LIMPID_ONNX_MEMORY_SPARE;
    limpid_status status = explain_memory(&reader, read_model(&reader));
    limpid_arena_release(&reader.arena);
    limpid_names_release(context, &reader.names);
    limpid_release(context, reader.steps);
    limpid_release(context, reader.uses);
    if (status == LIMPID_OK)
        *out = reader.out;
    else
        limpid_graph_free(reader.out);
    return status;
}

/* People give networks in text to what wants models. */
static bool looks_like_text(const uint8_t *bytes, size_t size)
{
    size_t i = 0;
    while (i < size && i < 256 && (isprint(bytes[i]) || isspace(bytes[i])))
        i++;
    return size && (i == size || i == 256);
}

limpid_status limpid_onnx_read(limpid_graph **out, limpid_context *context, const char *path)
{
    uint8_t *bytes = NULL;
    size_t size = 0;
    limpid_status status;
    LIMPID_TRY(limpid_file_read(context, path, LIMPID_ONNX_BYTES_MOST, &bytes, &size));
    if (looks_like_text(bytes, size))
        status = limpid_fail(context, LIMPID_BAD_FILE,
                             "%s: is text; a model is an ONNX file (a network in text is no model "
                             "yet: it has to be trained)",
                             path);
    else
        status = limpid_onnx_decode(out, context, path, bytes, size);
    limpid_release(context, bytes);
    return status;
}

#else

limpid_status limpid_onnx_read(limpid_graph **out, limpid_context *context, const char *path)
{
    return limpid_onnx_decode(out, context, path, NULL, 0);
}

limpid_status limpid_onnx_decode(limpid_graph **out, limpid_context *context, const char *name,
                                 const uint8_t *bytes, size_t size)
{
    (void)out, (void)bytes, (void)size;
    return limpid_fail(context, LIMPID_UNSUPPORTED,
                       "%s: this limpid reads no ONNX; build it with -DLIMPID_WITH_ONNX=ON", name);
}

#endif
