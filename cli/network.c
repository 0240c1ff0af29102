// SPDX-License-Identifier: MIT
/* network.c - finds the network an argument means, and measures its layers.
 *
 * Receptive fields follow one axis at a time: a window of `size` cells, `dilation` apart, that
 * moves by `stride`, makes of (start, size, step) the triple (start - pad step, size + (size_w - 1)
 * dilation step, step stride). Where branches meet, a cell sees what any of them sees. An operator
 * that sums over its whole input (fully connected: it has a fan-in but no window) sees the whole
 * picture. */
#include <string.h>
#include <unistd.h>
#include "cli.h"

enum { TEXT_MOST = 1 << 20 }; /* bytes of network text: far more than anyone writes */

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);
    return length >= tail && strcmp(text + length - tail, end) == 0;
}

limpid_status limpid_network_open(limpid_graph **out, limpid_context *context, const char *what)
{
    bool name = !strchr(what, '/') && !strchr(what, '.') && access(what, F_OK) != 0;
    if (name || limpid_network_find(what))
        return limpid_graph_builtin(out, context, what); /* or the message that lists them */
    if (limpid_is_folder(what) || ends_with(what, ".onnx"))
        return limpid_graph_load(out, context, what);
    uint8_t *bytes;
    size_t size;
    LIMPID_TRY(limpid_file_read(context, what, TEXT_MOST, &bytes, &size));
    limpid_status status;
    if (memchr(bytes, '\0', size))
        status = limpid_fail(
            context, LIMPID_BAD_FILE,
            "%s: is no network text, it has NUL bytes; a model's name ends in .onnx", what);
    else
        status = limpid_graph_parse(out, context, (const char *)bytes, what);
    limpid_release(context, bytes);
    return status;
}

void limpid_text_add_operator(limpid_text *text, const limpid_node_row *node)
{
    limpid_text_add(text, "%s", node->op->name);
    limpid_attributes_print(node->op, node->attributes, text);
}

/* ---- layers ---- */

/* What the walk over the nodes keeps of each value. */
typedef struct {
    limpid_field_of_view view[2];
    bool gradient; /* backward reaches a parameter through it */
    bool counted;  /* a parameter some earlier node has been charged with */
} known_value;

static void join(limpid_field_of_view *view, const limpid_field_of_view *other)
{
    if (other->size == 0)
        return;
    if (view->size == 0) {
        *view = *other;
        return;
    }
    int64_t start = limpid_min(view->start, other->start);
    int64_t end = limpid_max(view->start + view->size, other->start + other->size);
    *view = (limpid_field_of_view){ start, end - start, limpid_max(view->step, other->step) };
}

static void see(limpid_layer *layer, const limpid_shaping *s, const limpid_field_of_view *whole)
{
    for (int axis = 0; axis < 2; axis++) {
        limpid_field_of_view *view = &layer->view[axis];
        if (view->size == 0)
            continue;
        if (s->window.size[axis] > 0) {
            view->start -= s->window.pad[axis] * view->step;
            view->size += (s->window.size[axis] - 1) * s->window.dilation[axis] * view->step;
            view->step *= s->window.stride[axis];
        } else if (s->fan_in > 0)
            *view = whole[axis];
    }
}

static int64_t elements(const limpid_shape *shape)
{
    int64_t count = 0;
    return limpid_shape_count(shape, &count) ? count : 0;
}

/* Forward does every product once; backward does it again for each of the two factors that wants a
 * gradient: the parameter, and the input unless nothing trained lies before it. */
static void count_products(const limpid_graph *graph, const limpid_node_row *node,
                           const known_value *values, limpid_layer *layer)
{
    bool into_parameter = false, into_input = false;
    for (int i = 0; i < node->inputs; i++) {
        const limpid_value_row *value = &graph->values[node->in[i]];
        if (value->parameter)
            into_parameter |= value->trained;
        else
            into_input |= values[node->in[i]].gradient;
    }
    layer->training_multiply_adds = layer->multiply_adds * (1 + into_parameter + into_input);
}

static void measure(const limpid_graph *graph, const limpid_node_row *node, const limpid_shaping *s,
                    known_value *values, limpid_field_of_view *whole, limpid_layer *layer)
{
    *layer = (limpid_layer){ .node = node, .shape = s->out[0], .multiply_adds = s->multiply_adds };
    bool gradient = false;
    for (int i = 0; i < node->inputs; i++) {
        const limpid_value_row *row = &graph->values[node->in[i]];
        known_value *value = &values[node->in[i]];
        for (int axis = 0; axis < 2; axis++)
            join(&layer->view[axis], &value->view[axis]);
        gradient |= value->gradient || (row->parameter && row->trained);
        if (row->parameter && !value->counted)
            *(row->state ? &layer->state : &layer->parameters) += elements(&row->shape);
        value->counted = true;
    }
    if (node->inputs == 0 && layer->shape.rank == 4)
        for (int axis = 0; axis < 2; axis++) {
            layer->view[axis] = (limpid_field_of_view){ 0, 1, 1 };
            whole[axis] = (limpid_field_of_view){ 0, layer->shape.dim[2 + axis], 1 };
        }
    see(layer, s, whole);
    count_products(graph, node, values, layer);
    for (int i = 0; i < node->outputs; i++) {
        known_value *value = &values[node->out[i]];
        *value = (known_value){ .gradient = gradient };
        memcpy(value->view, layer->view, sizeof(value->view));
        if (i < node->op->outputs)
            layer->bytes += 4 * elements(&s->out[i]);
    }
}

static limpid_status walk(limpid_context *context, const limpid_graph *graph, known_value *values,
                          limpid_shape *shapes, limpid_layer *layers)
{
    limpid_field_of_view whole[2] = { 0 };
    for (size_t v = 0; v < graph->value_count; v++)
        shapes[v] = graph->values[v].shape;
    for (size_t n = 0; n < graph->node_count; n++) {
        limpid_shaping s;
        const limpid_node_row *node = &graph->nodes[n];
        LIMPID_TRY(limpid_node_shape(context, graph, node, shapes, 1, false, &s));
        measure(graph, node, &s, values, whole, &layers[n]);
    }
    return LIMPID_OK;
}

limpid_status limpid_layers_list(limpid_context *context, const limpid_graph *graph,
                                 limpid_layer **out)
{
    known_value *values = limpid_allocate(context, graph->value_count, sizeof(*values));
    limpid_shape *shapes = limpid_allocate(context, graph->value_count, sizeof(*shapes));
    limpid_layer *layers = limpid_allocate(context, graph->node_count, sizeof(*layers));
    limpid_status status = LIMPID_NO_MEMORY;
    if (values && shapes && layers)
        status = walk(context, graph, values, shapes, layers);
    limpid_release(context, values);
    limpid_release(context, shapes);
    if (status == LIMPID_OK)
        *out = layers;
    else
        limpid_release(context, layers);
    return status;
}
