// SPDX-License-Identifier: MIT
/* onnx_build.c - the graph of an ONNX file, node by node, after everything in it was found good. */
#include <string.h>
#include "format/onnx.h"

#if LIMPID_WITH_ONNX

/* Puts the path before the message of a failure further down. */
static limpid_status in_file(const limpid_onnx_reader *reader, limpid_status status)
{
    char message[sizeof reader->context->message];
    size_t length = strlen(reader->path);
    const char *said = reader->context->message;
    if (status == LIMPID_OK || status == LIMPID_NO_MEMORY ||
        (strncmp(said, reader->path, length) == 0 && said[length] == ':'))
        return status;
    memcpy(message, reader->context->message, sizeof message);
    return limpid_fail(reader->context, status, "%s: %s", reader->path, message);
}

static const limpid_op *input_operator(const limpid_field **shape)
{
    for (const limpid_op *const *op = limpid_ops; *op; op++)
        for (const limpid_field *field = (*op)->fields; !(*op)->forward && field->name; field++)
            if (field->kind == LIMPID_FIELD_SHAPE) {
                *shape = field;
                return *op;
            }
    return NULL;
}

/* Whether the graph would give a node this name by itself, so that its text need not say it: the
 * operator's name and the first number that is free. */
static bool is_automatic(limpid_onnx_reader *reader, const limpid_op *op, const char *name)
{
    size_t i = 0;
    while (limpid_ops[i] != op)
        i++;
    for (;; reader->numbers[i]++) {
        char candidate[64];
        snprintf(candidate, sizeof candidate, "%s%zu", op->name, reader->numbers[i] + 1);
        const limpid_name_row *row = limpid_onnx_row_of(reader, candidate);
        if (!row || limpid_onnx_use_of(reader, row)->value == 0)
            return strcmp(candidate, name) == 0;
    }
}

static limpid_status append(limpid_onnx_reader *reader, const char *name, const limpid_op *op,
                            const void *attributes, int count, const int *in)
{
    int first;
    bool automatic = is_automatic(reader, op, name);
    LIMPID_TRY(limpid_graph_append(reader->out, name, op, attributes, count, in, &first));
    reader->out->nodes[reader->out->node_count - 1].named = !automatic;
    return LIMPID_OK;
}

static const limpid_node_row *last_node(const limpid_onnx_reader *reader)
{
    return &reader->out->nodes[reader->out->node_count - 1];
}

static limpid_status add_input(limpid_onnx_reader *reader, const onnx_value_info *input,
                               limpid_onnx_use *use)
{
    const limpid_field *field = NULL;
    const limpid_op *op = input_operator(&field);
    limpid_shape shape;
    LIMPID_TRY(limpid_onnx_input_shape(reader, input, &shape));
    for (int d = 1; d < shape.rank; d++)
        if (shape.dim[d] > field->most)
            return limpid_onnx_bad(reader, "input %s has shape %s, which is too large",
                                   limpid_show(input->name).text, limpid_shape_print(&shape).text);
    memmove(shape.dim, shape.dim + 1, sizeof shape.dim - sizeof shape.dim[0]);
    shape.dim[--shape.rank] = 0;
    void *attributes = limpid_arena_take(&reader->arena, 1, op->attributes_size);
    if (!attributes)
        return LIMPID_NO_MEMORY;
    limpid_attributes_initial(op, attributes);
    memcpy((char *)attributes + field->offset, &shape, sizeof shape);
    LIMPID_TRY(append(reader, input->name, op, attributes, 0, NULL));
    use->value = last_node(reader)->out[0];
    return LIMPID_OK;
}

static limpid_status add_inputs(limpid_onnx_reader *reader)
{
    for (size_t i = 0; i < reader->graph->n_input; i++) {
        const onnx_value_info *input = reader->graph->input[i];
        const limpid_name_row *row = limpid_onnx_row_of(reader, input->name);
        limpid_onnx_use *use = limpid_onnx_use_of(reader, row);
        if (row->kind == LIMPID_ONNX_INPUT && use->uses)
            LIMPID_TRY(in_file(reader, add_input(reader, input, use)));
    }
    return LIMPID_OK;
}

/* Each use of a parameter becomes one of its own: exporters merge parameters that happen to be
 * equal when they write, which training would not keep equal. */
static limpid_status add_parameter(limpid_onnx_reader *reader, const onnx_node *node,
                                   const char *role, const limpid_name_row *row, int *value)
{
    limpid_onnx_use *use = limpid_onnx_use_of(reader, row);
    const onnx_tensor *tensor = reader->graph->initializer[row->index];
    const char *name = row->name;
    limpid_shape shape;
    LIMPID_TRY(limpid_onnx_tensor_check(reader, tensor, &shape));
    if (use->value) {
        name = limpid_arena_format(&reader->arena, "%s.%s", limpid_onnx_node_name(node), role);
        while (name && limpid_onnx_row_of(reader, name))
            name = limpid_arena_format(&reader->arena, "%s_", name);
        if (!name)
            return LIMPID_NO_MEMORY;
    }
    LIMPID_TRY(limpid_graph_add_parameter(reader->out, name, &shape, NULL, value));
    limpid_onnx_tensor_copy(reader, tensor, reader->out->values[*value].data);
    use->value = *value;
    return LIMPID_OK;
}

static limpid_status find_inputs(limpid_onnx_reader *reader, const onnx_node *node,
                                 const limpid_op *op, int *in)
{
    int roles = limpid_op_roles(op);
    for (size_t i = 0; i < node->n_input; i++) {
        const limpid_name_row *row = limpid_onnx_row_of(reader, node->input[i]);
        if (row && row->kind >= LIMPID_ONNX_RESULT && reader->steps[row->index].absorbed)
            row = limpid_onnx_row_of(reader, reader->graph->node[row->index]->input[0]);
        if (row && row->kind == LIMPID_ONNX_INITIALIZER) {
            const limpid_role *role = &op->roles[limpid_min((int64_t)i, roles - 1)];
            LIMPID_TRY(add_parameter(reader, node, role->name, row, &in[i]));
        } else if (row)
            in[i] = limpid_onnx_use_of(reader, row)->value;
    }
    return LIMPID_OK;
}

/* The attributes that depend on the shapes of the inputs. */
static limpid_status complete(limpid_onnx_reader *reader, const onnx_node *node,
                              const limpid_onnx_step *step, const int *in, bool flattened)
{
    const limpid_op *op = step->op;
    int count = (int)limpid_max((int64_t)node->n_input, limpid_op_roles(op));
    limpid_shaping *s = reader->shaping;
    *s = (limpid_shaping){ .context = reader->context,
                           .node = limpid_onnx_node_name(node),
                           .op = op,
                           .kernels = limpid_kernels_for(reader->context->isa),
                           .attributes = step->attributes,
                           .batch = 1,
                           .inputs = count };
    for (int i = 0; i < count; i++) {
        s->given[i] = in[i] != 0;
        s->in[i] = in[i] ? reader->out->values[in[i]].shape : (limpid_shape){ .rank = -1 };
    }
    if (op->onnx.through && !flattened)
        LIMPID_TRY(limpid_shape_rank(s, 0, op->onnx.rank));
    if (!limpid_onnx_attributes_settle(op, s->in[0].rank, step->attributes))
        return limpid_shape_fail(s, "an axis lies outside %s", limpid_shape_print(&s->in[0]).text);
    return op->onnx.complete ? op->onnx.complete(s, reader->opset, step->attributes) : LIMPID_OK;
}

static limpid_status add_node(limpid_onnx_reader *reader, size_t index)
{
    const onnx_node *node = reader->graph->node[index];
    const limpid_onnx_step *step = &reader->steps[index];
    int in[LIMPID_INPUTS_MAX] = { 0 };
    const limpid_name_row *row = node->n_input ? limpid_onnx_row_of(reader, node->input[0]) : NULL;
    bool flattened = row && row->kind >= LIMPID_ONNX_RESULT && reader->steps[row->index].absorbed;
    LIMPID_TRY(find_inputs(reader, node, step->op, in));
    LIMPID_TRY(complete(reader, node, step, in, flattened));
    LIMPID_TRY(append(reader, limpid_onnx_node_name(node), step->op, step->attributes,
                      (int)node->n_input, in));
    const limpid_node_row *added = last_node(reader);
    for (size_t o = 0; o < node->n_output && o < (size_t)step->op->outputs; o++) {
        row = limpid_onnx_row_of(reader, node->output[o]);
        if (row)
            limpid_onnx_use_of(reader, row)->value = added->out[o];
    }
    return LIMPID_OK;
}

limpid_status limpid_onnx_build(limpid_onnx_reader *reader)
{
    size_t ops = 0;
    while (limpid_ops[ops])
        ops++;
    reader->numbers = limpid_arena_take(&reader->arena, ops, sizeof *reader->numbers);
    reader->shaping = limpid_arena_take(&reader->arena, 1, sizeof *reader->shaping);
    if (!reader->numbers || !reader->shaping)
        return LIMPID_NO_MEMORY;
    LIMPID_TRY(add_inputs(reader));
    for (size_t i = 0; i < reader->graph->n_node; i++)
        if (reader->steps[i].needed && !reader->steps[i].absorbed)
            LIMPID_TRY(in_file(reader, add_node(reader, i)));
    return LIMPID_OK;
}

#endif
