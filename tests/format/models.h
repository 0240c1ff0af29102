// SPDX-License-Identifier: MIT
/* models.h - models for the tests of this folder: from network text, as bytes, and as the tree of
 * messages that the tests change. */
#ifndef LIMPID_TESTS_FORMAT_MODELS_H
#define LIMPID_TESTS_FORMAT_MODELS_H

#include "format/files.h"
#include "format/onnx.h"

static inline limpid_graph *parse(limpid_context *context, const char *text)
{
    limpid_graph *graph;
    if (limpid_graph_parse(&graph, context, text, "network") != LIMPID_OK)
        fail_msg("%s: %s", text, limpid_message(context));
    return graph;
}

/* The graph as an ONNX file's bytes; free() them. */
static inline uint8_t *encode(limpid_context *context, const limpid_graph *graph, size_t *size)
{
    if (limpid_onnx_write(graph, context, "encoded.onnx") != LIMPID_OK)
        fail_msg("%s", limpid_message(context));
    return get_file("encoded.onnx", size);
}

static inline void *take_message_memory(void *arena, size_t size)
{
    return limpid_arena_take(arena, 1, size);
}

static inline void keep_message_memory(void *arena, void *memory)
{
    (void)arena;
    (void)memory;
}

/* The tree of a network, without its seal, all in the arena. */
static inline onnx_model *open_model(limpid_arena *arena, const char *text)
{
    size_t size;
    ProtobufCAllocator allocator = { take_message_memory, keep_message_memory, arena };
    limpid_graph *graph = parse(arena->context, text);
    uint8_t *bytes = encode(arena->context, graph, &size);
    onnx_model *model = limpid__onnx__model__unpack(&allocator, size, bytes);
    assert_non_null(model);
    model->doc_string = NULL;
    free(bytes);
    limpid_graph_free(graph);
    return model;
}

static inline uint8_t *pack_model(const onnx_model *model, size_t *size)
{
    uint8_t *bytes = malloc(protobuf_c_message_get_packed_size(&model->base) + 1);
    assert_non_null(bytes);
    *size = protobuf_c_message_pack(&model->base, bytes);
    return bytes;
}

static inline limpid_status decode_model(limpid_context *context, const onnx_model *model,
                                         limpid_graph **graph)
{
    size_t size;
    uint8_t *bytes = pack_model(model, &size);
    limpid_status status = limpid_onnx_decode(graph, context, "test.onnx", bytes, size);
    free(bytes);
    return status;
}

static inline char *copy(limpid_arena *arena, const char *text)
{
    return limpid_arena_format(arena, "%s", text);
}

static inline onnx_node *find_node(const onnx_model *model, const char *operator)
{
    for (size_t i = 0; i < model->graph->n_node; i++)
        if (strcmp(model->graph->node[i]->op_type, operator) == 0)
            return model->graph->node[i];
    fail_msg("no node of %s", operator);
    return NULL;
}

static inline onnx_attribute *find_attribute(const onnx_node *node, const char *name)
{
    for (size_t i = 0; i < node->n_attribute; i++)
        if (strcmp(node->attribute[i]->name, name) == 0)
            return node->attribute[i];
    fail_msg("no attribute %s", name);
    return NULL;
}

/* Makes a node's attributes and one more. */
static inline onnx_attribute *add_attribute(limpid_arena *arena, onnx_node *node, const char *name)
{
    onnx_attribute **old = node->attribute;
    node->attribute = limpid_arena_take(arena, node->n_attribute + 1, sizeof *node->attribute);
    if (node->n_attribute)
        memcpy(node->attribute, old, node->n_attribute * sizeof *old);
    onnx_attribute *a = limpid_arena_message(arena, &limpid__onnx__attribute__descriptor);
    node->attribute[node->n_attribute++] = a;
    a->name = copy(arena, name);
    a->has_type = true;
    return a;
}

static inline void add_int(limpid_arena *arena, onnx_node *node, const char *name, int64_t value)
{
    onnx_attribute *a = add_attribute(arena, node, name);
    a->type = LIMPID__ONNX__ATTRIBUTE__TYPE__INT;
    a->has_i = true;
    a->i = value;
}

static inline void add_string(limpid_arena *arena, onnx_node *node, const char *name,
                              const char *value)
{
    onnx_attribute *a = add_attribute(arena, node, name);
    a->type = LIMPID__ONNX__ATTRIBUTE__TYPE__STRING;
    a->has_s = true;
    a->s.data = (uint8_t *)copy(arena, value);
    a->s.len = strlen(value);
}

/* Two graphs of the same text, parameters and notes. */
static inline void assert_same_graph(limpid_context *context, const limpid_graph *a,
                                     const limpid_graph *b)
{
    char *text_a, *text_b, digest_a[65], digest_b[65];
    assert_int_equal(limpid_graph_print(a, context, &text_a), LIMPID_OK);
    assert_int_equal(limpid_graph_print(b, context, &text_b), LIMPID_OK);
    assert_string_equal(text_a, text_b);
    limpid_text_free(context, text_a);
    limpid_text_free(context, text_b);
    assert_int_equal(limpid_graph_digest(a, context, digest_a), LIMPID_OK);
    assert_int_equal(limpid_graph_digest(b, context, digest_b), LIMPID_OK);
    assert_string_equal(digest_a, digest_b);
    assert_string_equal(a->name, b->name);
    assert_int_equal(a->note_count, b->note_count);
    for (size_t i = 0; i < a->note_count; i++) {
        assert_string_equal(a->notes[i].key, b->notes[i].key);
        assert_string_equal(a->notes[i].value, b->notes[i].value);
    }
}

#endif
