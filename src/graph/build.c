// SPDX-License-Identifier: MIT
/* build.c - putting a graph together: each node is checked, and its shapes known, as it is added.
 */
#include <math.h>
#include <string.h>
#include "graph/graph.h"

static int add_value(limpid_graph *graph, char *name)
{
    void *rows = graph->values;
    if (!name || limpid_grow(graph->context, &rows, &graph->value_capacity, graph->value_count + 1,
                             sizeof *graph->values) != LIMPID_OK) {
        limpid_release(graph->context, name);
        return 0;
    }
    graph->values = rows;
    graph->values[graph->value_count] = (limpid_value_row){ .name = name, .node = -1 };
    return (int)graph->value_count++;
}

limpid_status limpid_graph_new(limpid_graph **out, limpid_context *context, const char *name)
{
    limpid_graph *graph = limpid_allocate(context, 1, sizeof *graph);
    if (!graph)
        return LIMPID_NO_MEMORY;
    graph->context = context;
    graph->name = limpid_copy_text(context, name ? name : "network");
    /* value 0, which stands for failure */
    if (!graph->name ||
        (add_value(graph, limpid_copy_text(context, "")), graph->value_count == 0)) {
        limpid_graph_free(graph);
        return LIMPID_NO_MEMORY;
    }
    *out = graph;
    return LIMPID_OK;
}

void limpid_graph_free(limpid_graph *graph)
{
    if (!graph)
        return;
    limpid_context *context = graph->context;
    for (size_t i = 0; i < graph->node_count; i++) {
        limpid_release(context, graph->nodes[i].name);
        limpid_release(context, graph->nodes[i].attributes);
        limpid_release(context, graph->nodes[i].in);
        limpid_release(context, graph->nodes[i].out);
    }
    for (size_t i = 0; i < graph->value_count; i++) {
        limpid_release(context, graph->values[i].name);
        limpid_release(context, graph->values[i].data);
    }
    for (size_t i = 0; i < graph->note_count; i++) {
        limpid_release(context, graph->notes[i].key);
        limpid_release(context, graph->notes[i].value);
    }
    limpid_release(context, graph->nodes);
    limpid_release(context, graph->values);
    limpid_release(context, graph->notes);
    limpid_release(context, graph->name);
    limpid_release(context, graph->failure);
    limpid_release(context, graph);
}

int limpid_graph_find(const limpid_graph *graph, const char *value_name)
{
    for (size_t i = 1; i < graph->value_count; i++)
        if (strcmp(graph->values[i].name, value_name) == 0)
            return (int)i;
    return 0;
}

limpid_status limpid_graph_add_parameter(limpid_graph *graph, const char *name,
                                         const limpid_shape *shape, const float *data, int *out)
{
    int64_t count;
    if (limpid_graph_find(graph, name))
        return limpid_fail(graph->context, LIMPID_BAD_FILE,
                           "two values are named '%s'; names must differ", name);
    if (!limpid_shape_count(shape, &count))
        return limpid_fail(graph->context, LIMPID_BAD_SHAPE, "%s: shape %s is too large", name,
                           limpid_shape_print(shape).text);
    int value = add_value(graph, limpid_copy_text(graph->context, name));
    if (!value)
        return LIMPID_NO_MEMORY;
    limpid_value_row *row = &graph->values[value];
    row->data = limpid_allocate(graph->context, (size_t)count, sizeof *row->data);
    if (!row->data)
        return LIMPID_NO_MEMORY;
    if (data)
        memcpy(row->data, data, (size_t)count * sizeof *data);
    row->shape = *shape;
    row->parameter = row->trained = true;
    *out = value;
    return LIMPID_OK;
}

limpid_status limpid_node_shape(limpid_context *context, const limpid_graph *graph,
                                const limpid_node_row *node, const limpid_shape *shapes,
                                int64_t batch, bool training, limpid_shaping *s)
{
    *s = (limpid_shaping){ .context = context,
                           .node = node->name,
                           .op = node->op,
                           .kernels = limpid_kernels_for(context->isa),
                           .attributes = node->attributes,
                           .batch = batch,
                           .inputs = node->inputs,
                           .gain = 1,
                           .training = training };
    for (int i = 0; i < node->inputs; i++) {
        s->given[i] = node->in[i] != 0;
        s->in[i] = !s->given[i] ? (limpid_shape){ .rank = -1 }
                   : shapes     ? shapes[node->in[i]]
                                : graph->values[node->in[i]].shape;
    }
    LIMPID_TRY(node->op->shape(s));
    for (int i = 0; i < node->inputs; i++) {
        int role = (int)limpid_min(i, limpid_op_roles(node->op) - 1);
        const limpid_role *r = &node->op->roles[role];
        if (!r->parameter || !s->given[i])
            continue;
        if (s->parameter[i].rank < 0)
            return limpid_shape_fail(s, "'%s' is given but not wanted",
                                     graph->values[node->in[i]].name);
        if (!limpid_shape_equal(&s->in[i], &s->parameter[i]))
            return limpid_shape_fail(s, "%s has shape %s; expected is %s", r->name,
                                     limpid_shape_print(&s->in[i]).text,
                                     limpid_shape_print(&s->parameter[i]).text);
    }
    return LIMPID_OK;
}

/* Makes the parameters nobody gave, once the shapes they must have are known. */
static limpid_status make_parameters(limpid_graph *graph, limpid_node_row *node,
                                     const limpid_shaping *s)
{
    for (int i = 0; i < node->inputs; i++) {
        const limpid_role *role = &node->op->roles[i];
        if (s->given[i] || !role->parameter || s->parameter[i].rank < 0)
            continue;
        limpid_text name = { .context = graph->context };
        limpid_text_add(&name, "%s.%s", node->name, role->name);
        limpid_status status = name.status;
        if (status == LIMPID_OK)
            status =
                limpid_graph_add_parameter(graph, name.data, &s->parameter[i], NULL, &node->in[i]);
        limpid_release(graph->context, name.data);
        LIMPID_TRY(status);
    }
    for (int i = 0; i < node->inputs; i++) {
        const limpid_role *role = &node->op->roles[limpid_min(i, limpid_op_roles(node->op) - 1)];
        limpid_value_row *row = &graph->values[node->in[i]];
        if (role->parameter && node->in[i] && row->parameter) {
            row->initial = role->initial;
            row->deviation = (double)s->gain * sqrt(2.0 / (double)limpid_max(1, s->fan_in));
            row->state = role->state;
            row->trained = !role->state;
        }
    }
    return LIMPID_OK;
}

static limpid_status make_results(limpid_graph *graph, limpid_node_row *node,
                                  const limpid_shaping *s)
{
    for (int i = 0; i < node->outputs; i++) {
        limpid_text name = { .context = graph->context };
        if (i == 0)
            limpid_text_add(&name, "%s", node->name);
        else
            limpid_text_add(&name, "%s[%d]", node->name, i);
        int value = add_value(graph, name.data);
        if (!value)
            return LIMPID_NO_MEMORY;
        limpid_value_row *row = &graph->values[value];
        row->shape = s->out[i];
        row->type = s->type[i];
        row->node = (int)graph->node_count;
        row->output = i;
        node->out[i] = value;
    }
    return LIMPID_OK;
}

/* conv1, conv2, ... : the first number that is free. Those of the nodes that were named here are
 * not. */
static char *make_name(limpid_graph *graph, const limpid_op *op)
{
    int number = 1;
    for (size_t i = 0; i < graph->node_count; i++)
        number += graph->nodes[i].op == op && !graph->nodes[i].named;
    for (;; number++) {
        limpid_text name = { .context = graph->context };
        limpid_text_add(&name, "%s%d", op->name, number);
        if (!name.data || !limpid_graph_find(graph, name.data))
            return name.data;
        limpid_release(graph->context, name.data);
    }
}

static limpid_status check_inputs(limpid_graph *graph, const limpid_op *op, const char *name,
                                  int count, const int *in)
{
    int roles = limpid_op_roles(op);
    if (count > LIMPID_INPUTS_MAX || (count > roles && !op->variadic))
        return limpid_fail(graph->context, LIMPID_BAD_FILE,
                           "%s (%s): %d inputs are given; it takes %d", name, op->name, count,
                           roles);
    for (int i = 0; i < limpid_max(count, roles); i++) {
        const limpid_role *role = &op->roles[limpid_min(i, roles - 1)];
        int value = i < count ? in[i] : 0;
        if (value < 0 || (size_t)value >= graph->value_count)
            return limpid_fail(graph->context, LIMPID_USAGE, "%s (%s): there is no value %d", name,
                               op->name, value);
        if (!value && !role->parameter && !role->optional)
            return limpid_fail(graph->context, LIMPID_BAD_FILE,
                               "%s (%s): the input '%s' is missing; name it behind the operator",
                               name, op->name, role->name);
        if (value && graph->values[value].type != role->type)
            return limpid_fail(graph->context, LIMPID_BAD_SHAPE,
                               "%s (%s): %s '%s' holds %s; expected are %s", name, op->name,
                               role->name, graph->values[value].name,
                               role->type ? "floats" : "labels", role->type ? "labels" : "floats");
    }
    return LIMPID_OK;
}

/* Fills in and appends the row; on failure the caller releases what the row holds. */
static limpid_status append_row(limpid_graph *graph, limpid_node_row *node, const void *attributes,
                                int count, const int *in)
{
    limpid_context *context = graph->context;
    const limpid_op *op = node->op;
    LIMPID_TRY(check_inputs(graph, op, node->name, count, in));
    if (limpid_graph_find(graph, node->name))
        return limpid_fail(context, LIMPID_BAD_FILE, "two values are named '%s'; names must differ",
                           node->name);
    if (graph->node_count == LIMPID_NODES_MAX)
        return limpid_fail(context, LIMPID_UNSUPPORTED, "%s: more than %d operators", graph->name,
                           LIMPID_NODES_MAX);
    node->inputs = (int)limpid_max(count, limpid_op_roles(op));
    node->outputs = op->outputs + op->saved;
    node->attributes = limpid_allocate(context, 1, op->attributes_size);
    node->in = limpid_allocate(context, (size_t)node->inputs, sizeof *node->in);
    node->out = limpid_allocate(context, (size_t)node->outputs, sizeof *node->out);
    if (!node->attributes || !node->in || !node->out)
        return LIMPID_NO_MEMORY;
    if (op->attributes_size)
        memcpy(node->attributes, attributes, op->attributes_size);
    if (count)
        memcpy(node->in, in, (size_t)count * sizeof *in);
    LIMPID_TRY(limpid_attributes_check(context, op, node->attributes));
    limpid_shaping *s = limpid_allocate(context, 1, sizeof *s);
    if (!s)
        return LIMPID_NO_MEMORY;
    limpid_status status = limpid_node_shape(context, graph, node, NULL, 1, true, s);
    if (status == LIMPID_OK)
        status = make_parameters(graph, node, s);
    if (status == LIMPID_OK)
        status = make_results(graph, node, s);
    limpid_release(context, s);
    LIMPID_TRY(status);
    void *rows = graph->nodes;
    LIMPID_TRY(limpid_grow(context, &rows, &graph->node_capacity, graph->node_count + 1,
                           sizeof *graph->nodes));
    graph->nodes = rows;
    graph->nodes[graph->node_count++] = *node;
    return LIMPID_OK;
}

limpid_status limpid_graph_append(limpid_graph *graph, const char *name, const limpid_op *op,
                                  const void *attributes, int count, const int *in, int *out)
{
    limpid_context *context = graph->context;
    if (graph->failed != LIMPID_OK)
        return limpid_fail(context, graph->failed, "%s", graph->failure ? graph->failure : "");
    limpid_node_row node = { .op = op, .named = name != NULL };
    node.name = name ? limpid_copy_text(context, name) : make_name(graph, op);
    limpid_status status =
        node.name ? append_row(graph, &node, attributes, count, in) : LIMPID_NO_MEMORY;
    if (status == LIMPID_OK) {
        *out = node.out[0];
        return LIMPID_OK;
    }
    graph->failed = status;
    graph->failure = limpid_copy_text(context, limpid_message(context));
    limpid_release(context, node.name);
    limpid_release(context, node.attributes);
    limpid_release(context, node.in);
    limpid_release(context, node.out);
    return status;
}

int limpid_graph_loss(const limpid_graph *graph)
{
    for (size_t i = graph->node_count; i-- > 0;)
        if (graph->nodes[i].op->loss)
            return graph->nodes[i].out[0];
    return 0;
}

int limpid_graph_answer(const limpid_graph *graph)
{
    int loss = limpid_graph_loss(graph);
    if (loss)
        return graph->nodes[graph->values[loss].node].in[0];
    return graph->node_count ? graph->nodes[graph->node_count - 1].out[0] : 0;
}

int limpid_graph_input(const limpid_graph *graph, int index)
{
    for (size_t i = 0; i < graph->node_count; i++)
        if (!graph->nodes[i].op->forward && index-- == 0)
            return graph->nodes[i].out[0];
    return 0;
}

limpid_status limpid_graph_add_loss(limpid_graph *graph, const char *name)
{
    const limpid_op *op = limpid_op_find(name);
    int answer = limpid_graph_answer(graph), target;
    if (graph->failed != LIMPID_OK)
        return limpid_fail(graph->context, graph->failed, "%s",
                           graph->failure ? graph->failure : "");
    if (!op || !op->loss) {
        limpid_text losses = { .context = graph->context };
        for (const limpid_op *const *o = limpid_ops; *o; o++)
            if ((*o)->loss)
                limpid_text_add(&losses, "%s%s", losses.length ? ", " : "", (*o)->name);
        limpid_status status =
            limpid_fail(graph->context, LIMPID_USAGE, "there is no loss '%s'; known are %s", name,
                        losses.data ? losses.data : "");
        limpid_release(graph->context, losses.data);
        return status;
    }
    if (!answer)
        return limpid_fail(graph->context, LIMPID_BAD_FILE, "%s: the network is empty",
                           graph->name);
    /* The target has the answer's shape; as labels, without the dimension of the classes. */
    limpid_shape shape = graph->values[answer].shape;
    bool labels = op->roles[1].type == LIMPID_INT32;
    limpid_text attributes = { .context = graph->context };
    int skip = labels ? 2 : 1;
    for (int i = skip; i < shape.rank; i++)
        shape.dim[i - skip] = shape.dim[i];
    shape.rank = (int)limpid_max(0, shape.rank - skip);
    limpid_text_add(&attributes, "shape=%s type=%s", limpid_shape_print(&shape).text,
                    labels ? "label" : "float");
    if (attributes.status != LIMPID_OK) {
        limpid_release(graph->context, attributes.data);
        return attributes.status;
    }
    target = limpid_add(graph, "target", "input", attributes.data, 0, NULL);
    limpid_release(graph->context, attributes.data);
    int loss = limpid_add(graph, "loss", name, "", 2, (int[]){ answer, target });
    return loss ? LIMPID_OK : limpid_fail(graph->context, graph->failed, "%s", graph->failure);
}

const char *limpid_graph_note(const limpid_graph *graph, const char *key)
{
    for (size_t i = 0; i < graph->note_count; i++)
        if (strcmp(graph->notes[i].key, key) == 0)
            return graph->notes[i].value;
    return NULL;
}

limpid_status limpid_graph_set_note(limpid_graph *graph, const char *key, const char *value)
{
    limpid_context *context = graph->context;
    char *copy = limpid_copy_text(context, value);
    if (!copy)
        return LIMPID_NO_MEMORY;
    for (size_t i = 0; i < graph->note_count; i++)
        if (strcmp(graph->notes[i].key, key) == 0) {
            limpid_release(context, graph->notes[i].value);
            graph->notes[i].value = copy;
            return LIMPID_OK;
        }
    void *rows = graph->notes;
    char *name = limpid_copy_text(context, key);
    if (!name || limpid_grow(context, &rows, &graph->note_capacity, graph->note_count + 1,
                             sizeof *graph->notes) != LIMPID_OK) {
        limpid_release(context, copy);
        limpid_release(context, name);
        return LIMPID_NO_MEMORY;
    }
    graph->notes = rows;
    graph->notes[graph->note_count].key = name;
    graph->notes[graph->note_count++].value = copy;
    return LIMPID_OK;
}

bool limpid_graph_parameter(const limpid_graph *graph, int index, limpid_parameter *out)
{
    for (size_t i = 1; i < graph->value_count; i++)
        if (graph->values[i].parameter && index-- == 0) {
            const limpid_value_row *row = &graph->values[i];
            *out = (limpid_parameter){ row->name, row->shape, row->data, row->trained };
            return true;
        }
    return false;
}
