// SPDX-License-Identifier: MIT
/* onnx_write.c - a graph as an ONNX file.
 *
 * The messages are made in memory, but point at the parameters where they are; packing appends to
 * the file, so that the numbers are never copied. It runs twice: the first time only for the seal.
 */
#include <string.h>
#include "format/onnx.h"

#if LIMPID_WITH_ONNX

typedef struct {
    limpid_context *context;
    const char *path;
    const limpid_graph *graph;
    limpid_arena arena;
    limpid_names names; /* of the graph's values */
    size_t *uses;       /* of each value, by nodes that are written */
    int opset;
    onnx_model *model;
    onnx_graph *to;
} writer;

/* ---- what is written ---- */

static bool is_input(const limpid_node_row *node)
{
    return !node->op->forward;
}

/* A loss is for training, not a part of the network's answer. */
static bool is_written(const limpid_node_row *node)
{
    return !is_input(node) && !node->op->loss;
}

static limpid_status survey_node(writer *w, const limpid_node_row *node)
{
    if (!is_written(node))
        return LIMPID_OK;
    if (!node->op->onnx.name)
        return limpid_fail(
            w->context, LIMPID_UNSUPPORTED,
            "%s: %s (%s) has no counterpart in ONNX, so this network cannot be saved", w->path,
            node->name, node->op->name);
    if (node->op->onnx.since > w->opset)
        w->opset = node->op->onnx.since;
    for (int i = 0; i < node->inputs; i++)
        w->uses[node->in[i]] += node->in[i] != 0;
    return limpid_onnx_attributes_opset(&w->arena, node->op, node->attributes, &w->opset);
}

static limpid_status survey(writer *w)
{
    const limpid_graph *graph = w->graph;
    w->uses = limpid_arena_take(&w->arena, graph->value_count, sizeof *w->uses);
    if (!w->uses)
        return LIMPID_NO_MEMORY;
    for (size_t i = 0; i < graph->node_count; i++)
        LIMPID_TRY(survey_node(w, &graph->nodes[i]));
    for (size_t i = 1; i < graph->value_count; i++)
        LIMPID_TRY(limpid_names_add(w->context, &w->names, graph->values[i].name, 0, (int)i));
    limpid_names_sort(&w->names);
    return LIMPID_OK;
}

/* ---- values ---- */

static limpid_status set_dimension(writer *w, onnx_dimension *dimension, int d, int64_t size)
{
    dimension->has_dim_value = d > 0;
    if (d > 0)
        dimension->dim_value = size;
    else
        dimension->dim_param = limpid_arena_format(&w->arena, "N");
    return d > 0 || dimension->dim_param ? LIMPID_OK : LIMPID_NO_MEMORY;
}

/* The first dimension is the batch, which is open. */
static limpid_status describe(writer *w, onnx_value_info *info, const char *name, limpid_type type,
                              const limpid_shape *shape)
{
    onnx_type *outer = limpid_arena_message(&w->arena, &limpid__onnx__type__descriptor);
    onnx_tensor_type *inner =
        limpid_arena_message(&w->arena, &limpid__onnx__type__tensor_type__descriptor);
    onnx_shape *dims = limpid_arena_message(&w->arena, &limpid__onnx__shape__descriptor);
    info->name = limpid_arena_format(&w->arena, "%s", name);
    if (!outer || !inner || !dims || !info->name)
        return LIMPID_NO_MEMORY;
    dims->n_dim = (size_t)shape->rank;
    dims->dim =
        limpid_arena_messages(&w->arena, &limpid__onnx__shape__dimension__descriptor, dims->n_dim);
    if (!dims->dim)
        return LIMPID_NO_MEMORY;
    for (int d = 0; d < shape->rank; d++)
        LIMPID_TRY(set_dimension(w, dims->dim[d], d, shape->dim[d]));
    inner->has_elem_type = true;
    inner->elem_type = type == LIMPID_FLOAT ? LIMPID__ONNX__TENSOR__DATA_TYPE__FLOAT
                                            : LIMPID__ONNX__TENSOR__DATA_TYPE__INT32;
    inner->shape = dims;
    outer->tensor_type = inner;
    info->type = outer;
    return LIMPID_OK;
}

static limpid_status write_value(writer *w, int value)
{
    const limpid_value_row *row = &w->graph->values[value];
    onnx_graph *to = w->to;
    onnx_value_info *info;
    if (is_input(&w->graph->nodes[row->node]))
        info = to->input[to->n_input++];
    else
        info = w->uses[value] ? to->value_info[to->n_value_info++] : to->output[to->n_output++];
    return describe(w, info, row->name, row->type, &row->shape);
}

static limpid_status write_parameter(writer *w, const limpid_value_row *row)
{
    onnx_tensor *tensor = w->to->initializer[w->to->n_initializer++];
    tensor->name = limpid_arena_format(&w->arena, "%s", row->name);
    tensor->n_dims = (size_t)row->shape.rank;
    tensor->dims = limpid_arena_take(&w->arena, tensor->n_dims, sizeof *tensor->dims);
    if (!tensor->name || !tensor->dims)
        return LIMPID_NO_MEMORY;
    for (int d = 0; d < row->shape.rank; d++)
        tensor->dims[d] = row->shape.dim[d];
    tensor->has_data_type = true;
    tensor->data_type = LIMPID__ONNX__TENSOR__DATA_TYPE__FLOAT;
    tensor->has_raw_data = true;
    tensor->raw_data.data = (uint8_t *)row->data;
    tensor->raw_data.len = (size_t)limpid_count(&row->shape) * sizeof *row->data;
    return LIMPID_OK;
}

static limpid_status write_values(writer *w)
{
    const limpid_graph *graph = w->graph;
    for (size_t i = 1; i < graph->value_count; i++) {
        const limpid_value_row *row = &graph->values[i];
        if (row->parameter && w->uses[i])
            LIMPID_TRY(write_parameter(w, row));
        if (row->parameter || row->node < 0)
            continue;
        const limpid_node_row *node = &graph->nodes[row->node];
        bool input = is_input(node) && w->uses[i];
        if (input || (is_written(node) && row->output < node->op->outputs))
            LIMPID_TRY(write_value(w, (int)i));
    }
    return LIMPID_OK;
}

/* ---- nodes ---- */

static limpid_status name_node(writer *w, onnx_node *node, const limpid_op *op, size_t inputs,
                               size_t outputs, const char *name)
{
    node->name = limpid_arena_format(&w->arena, "%s", name);
    node->op_type = limpid_arena_format(&w->arena, "%s", op->onnx.name);
    node->input = limpid_arena_take(&w->arena, inputs, sizeof *node->input);
    node->output = limpid_arena_take(&w->arena, outputs, sizeof *node->output);
    node->n_input = inputs;
    node->n_output = outputs;
    return node->name && node->op_type && node->input && node->output ? LIMPID_OK
                                                                      : LIMPID_NO_MEMORY;
}

/* The operator ONNX wants before this one, and its result instead of the node's first input. */
static limpid_status write_through(writer *w, const limpid_node_row *node, char **first)
{
    const limpid_op *op = node->op->onnx.through;
    const limpid_value_row *x = &w->graph->values[node->in[0]];
    char *name = limpid_arena_format(&w->arena, LIMPID_ONNX_THROUGH, node->name, op->name);
    while (name && limpid_names_find(&w->names, name))
        name = limpid_arena_format(&w->arena, "%s_", name);
    void *attributes = limpid_arena_take(&w->arena, 1, op->attributes_size);
    limpid_shaping *s = limpid_arena_take(&w->arena, 1, sizeof *s);
    if (!name || !attributes || !s)
        return LIMPID_NO_MEMORY;
    limpid_attributes_initial(op, attributes);
    *s = (limpid_shaping){ .context = w->context,
                           .node = name,
                           .op = op,
                           .kernels = limpid_kernels_for(w->context->isa),
                           .attributes = attributes,
                           .batch = 1,
                           .inputs = 1,
                           .in = { x->shape },
                           .given = { true } };
    LIMPID_TRY(op->shape(s));
    onnx_node *to = w->to->node[w->to->n_node++];
    LIMPID_TRY(name_node(w, to, op, 1, 1, name));
    LIMPID_TRY(limpid_onnx_attributes_write(&w->arena, op, w->opset, attributes, to));
    to->input[0] = *first;
    to->output[0] = name;
    *first = name;
    return describe(w, w->to->value_info[w->to->n_value_info++], name, LIMPID_FLOAT, &s->out[0]);
}

static limpid_status write_node(writer *w, const limpid_node_row *node)
{
    size_t inputs = (size_t)node->inputs, outputs = (size_t)node->op->outputs;
    while (inputs && node->in[inputs - 1] == 0)
        inputs--;
    char *first = inputs ? w->graph->values[node->in[0]].name : NULL;
    if (node->op->onnx.through && w->graph->values[node->in[0]].shape.rank != node->op->onnx.rank)
        LIMPID_TRY(write_through(w, node, &first));
    onnx_node *to = w->to->node[w->to->n_node++];
    LIMPID_TRY(name_node(w, to, node->op, inputs, outputs, node->name));
    for (size_t i = 0; i < inputs; i++) /* value 0, the absent one, has the empty name */
        to->input[i] = i == 0 ? first : w->graph->values[node->in[i]].name;
    for (size_t i = 0; i < outputs; i++)
        to->output[i] = w->graph->values[node->out[i]].name;
    return limpid_onnx_attributes_write(&w->arena, node->op, w->opset, node->attributes, to);
}

/* ---- the model ---- */

static limpid_status make_graph(writer *w)
{
    limpid_arena *arena = &w->arena;
    const limpid_graph *graph = w->graph;
    size_t nodes = 2 * graph->node_count, values = graph->value_count + graph->node_count;
    onnx_graph *to = w->to = limpid_arena_message(arena, &limpid__onnx__graph__descriptor);
    if (!to)
        return LIMPID_NO_MEMORY;
    to->name = graph->name;
    to->node = limpid_arena_messages(arena, &limpid__onnx__node__descriptor, nodes);
    to->initializer = limpid_arena_messages(arena, &limpid__onnx__tensor__descriptor, values);
    to->input = limpid_arena_messages(arena, &limpid__onnx__value_info__descriptor, values);
    to->output = limpid_arena_messages(arena, &limpid__onnx__value_info__descriptor, values);
    to->value_info = limpid_arena_messages(arena, &limpid__onnx__value_info__descriptor, values);
    if (!to->node || !to->initializer || !to->input || !to->output || !to->value_info)
        return LIMPID_NO_MEMORY;
    LIMPID_TRY(write_values(w));
    for (size_t i = 0; i < graph->node_count; i++)
        if (is_written(&graph->nodes[i]))
            LIMPID_TRY(write_node(w, &graph->nodes[i]));
    if (to->n_output == 0)
        return limpid_fail(w->context, LIMPID_UNSUPPORTED,
                           "%s: the network has no operator, so there is nothing to save", w->path);
    return LIMPID_OK;
}

static limpid_status make_model(writer *w)
{
    limpid_arena *arena = &w->arena;
    onnx_model *model = w->model = limpid_arena_message(arena, &limpid__onnx__model__descriptor);
    if (!model)
        return LIMPID_NO_MEMORY;
    model->opset_import = limpid_arena_messages(arena, &limpid__onnx__opset__descriptor, 1);
    model->metadata_props =
        limpid_arena_messages(arena, &limpid__onnx__entry__descriptor, w->graph->note_count);
    model->producer_name = limpid_arena_format(arena, "limpid");
    model->producer_version = limpid_arena_format(arena, "%s", LIMPID_VERSION);
    model->doc_string = limpid_arena_format(arena, "%s", LIMPID_SEAL_BLANK);
    if (!model->opset_import || !model->metadata_props || !model->producer_name ||
        !model->producer_version || !model->doc_string)
        return LIMPID_NO_MEMORY;
    model->has_ir_version = true;
    model->ir_version = LIMPID_ONNX_IR_WRITTEN;
    model->n_opset_import = 1;
    model->opset_import[0]->domain = limpid_arena_format(arena, "%s", "");
    model->opset_import[0]->has_version = true;
    model->opset_import[0]->version = w->opset;
    model->graph = w->to;
    model->n_metadata_props = w->graph->note_count;
    for (size_t i = 0; i < w->graph->note_count; i++) {
        model->metadata_props[i]->key = w->graph->notes[i].key;
        model->metadata_props[i]->value = w->graph->notes[i].value;
    }
    return model->opset_import[0]->domain ? LIMPID_OK : LIMPID_NO_MEMORY;
}

/* ---- the file ---- */

typedef struct {
    ProtobufCBuffer base;
    limpid_sha256 sha;
    limpid_file_writer *file; /* NULL: only the sum */
} sink;

static void sink_append(ProtobufCBuffer *base, size_t length, const uint8_t *bytes)
{
    sink *s = (sink *)base;
    if (s->file)
        limpid_file_add(s->file, bytes, length);
    else
        limpid_sha256_add(&s->sha, bytes, length);
}

static void seal(const onnx_model *model)
{
    char hex[65];
    sink s = { .base = { sink_append } };
    limpid_sha256_start(&s.sha);
    protobuf_c_message_pack_to_buffer(&model->base, &s.base);
    limpid_sha256_finish(&s.sha, hex);
    memcpy(model->doc_string + strlen(LIMPID_SEAL_MARKER), hex, strlen(LIMPID_SEAL_ZEROS));
}

static limpid_status write_file(writer *w)
{
    limpid_file_writer file;
    size_t size = protobuf_c_message_get_packed_size(&w->model->base);
    if (size > LIMPID_ONNX_BYTES_MOST)
        return limpid_fail(w->context, LIMPID_UNSUPPORTED,
                           "%s: the model takes %zu bytes; ONNX files end before 2 GiB", w->path,
                           size);
    LIMPID_TRY(limpid_file_start(&file, w->context, w->path));
    seal(w->model);
    sink s = { .base = { sink_append }, .file = &file };
    protobuf_c_message_pack_to_buffer(&w->model->base, &s.base);
    return limpid_file_commit(&file);
}

limpid_status limpid_onnx_write(const limpid_graph *graph, limpid_context *context,
                                const char *path)
{
    writer w = { .context = context,
                 .path = path,
                 .graph = graph,
                 .arena = { .context = context },
                 .opset = LIMPID_ONNX_OPSET_WRITTEN };
    limpid_status status = graph->failed == LIMPID_OK
                               ? survey(&w)
                               : limpid_fail(context, graph->failed, "%s", graph->failure);
    if (status == LIMPID_OK)
        status = make_graph(&w);
    if (status == LIMPID_OK)
        status = make_model(&w);
    if (status == LIMPID_OK)
        status = write_file(&w);
    limpid_arena_release(&w.arena);
    limpid_names_release(context, &w.names);
    return status;
}

#else

limpid_status limpid_onnx_write(const limpid_graph *graph, limpid_context *context,
                                const char *path)
{
    (void)graph;
    return limpid_fail(context, LIMPID_UNSUPPORTED,
                       "%s: this limpid writes no ONNX; build it with -DLIMPID_WITH_ONNX=ON", path);
}

#endif
