// SPDX-License-Identifier: MIT
/* layer.c - one output of one layer of a network: which, and what is told of it. */
#include <math.h>
#include <string.h>
#include "explain/layer.h"

const limpid_layer_kind limpid_layer_kinds[] = {
    { &limpid_op_conv, limpid_layer_forward_convolution, limpid_layer_backward_convolution },
    { &limpid_op_dense, limpid_layer_forward_dense, limpid_layer_backward_dense },
    { &limpid_op_pool_max, limpid_layer_forward_max, limpid_layer_backward_max },
    { &limpid_op_pool_average, limpid_layer_forward_average, limpid_layer_backward_average },
    { &limpid_op_relu, limpid_layer_forward_relu, limpid_layer_backward_relu },
    { 0 },
};

static const limpid_layer_kind *kind_of(const limpid_op *op)
{
    const limpid_layer_kind *kind = limpid_layer_kinds;
    while (kind->op && kind->op != op)
        kind++;
    return kind->op ? kind : NULL;
}

/* ---- numbers of the plan ---- */

static note_tensor from_floats(limpid_layer_view *v, const limpid_tensor *t)
{
    const limpid_shape *shape = &t->shape;
    if (!t->data || t->type != LIMPID_FLOAT || shape->rank < 2 || shape->rank > 4)
        return (note_tensor){ 0 };
    long h = shape->rank > 2 ? (long)shape->dim[2] : 1,
         w = shape->rank > 3 ? (long)shape->dim[3] : 1;
    return note_from_nchw_float(v->s, t->f, (long)shape->dim[0], (long)shape->dim[1], h, w);
}

note_tensor limpid_layer_value(limpid_layer_view *v, int value)
{
    return from_floats(v, &v->plan->slots[value].value);
}

note_tensor limpid_layer_gradient(limpid_layer_view *v, int value)
{
    return from_floats(v, &v->plan->slots[value].gradient);
}

/* ---- geometry ---- */

/* Average pooling says in an attribute whether padding counts. */
static bool counts_padding(const limpid_node_row *node)
{
    for (const limpid_field *f = node->op->fields; f && f->name; f++)
        if (strcmp(f->name, "count-pad") == 0) {
            bool counts;
            memcpy(&counts, (const char *)node->attributes + f->offset, sizeof(counts));
            return counts;
        }
    return false;
}

limpid_status limpid_layer_view_fill(limpid_layer_view *v)
{
    LIMPID_TRY(limpid_node_shape(v->page->context, v->plan->graph, v->node, v->plan->shapes, 1,
                                 true, &v->shaping));
    const limpid_window *w = &v->shaping.window;
    for (int i = 0; i < 4; i++) {
        v->g.size[i % 2] = (long)w->size[i % 2];
        v->g.stride[i % 2] = (long)w->stride[i % 2];
        v->g.dilation[i % 2] = (long)w->dilation[i % 2];
        v->g.pad[i] = (long)w->pad[i];
    }
    v->groups = (long)limpid_max(w->groups, 1);
    v->count_padding = counts_padding(v->node);
    v->x = limpid_layer_value(v, v->node->in[0]);
    v->y = limpid_layer_value(v, v->node->out[0]);
    v->dy = limpid_layer_gradient(v, v->node->out[0]);
    if (!v->x.data || !v->y.data)
        return limpid_fail(v->page->context, LIMPID_UNSUPPORTED,
                           "%s: its input or its result is not a picture of rows and columns, or "
                           "too large to show",
                           v->node->name);
    return LIMPID_OK;
}

note_tensor limpid_layer_patch(limpid_layer_view *v, note_tensor x, long first_slice, long slices)
{
    note_tensor patch = note_volume(v->s, v->g.size[0], v->g.size[1], slices, 1);
    for (long k = 0; k < note_count(patch); k++) {
        note_place cell = note_place_of(patch, k);
        note_place in = { note_i(v->g, v->at.i, cell.i), note_j(v->g, v->at.j, cell.j),
                          first_slice + cell.d, 0 };
        patch.data[k] = note_inside(x, in) ? x.data[note_index(x, in)] : 0;
    }
    return patch;
}

/* ---- the chosen output ---- */

static bool allowed(int64_t wanted, long is)
{
    return wanted < 0 || wanted == is;
}

/* The largest of those asked for; false where there are none. */
static bool choose(limpid_layer_view *v)
{
    const limpid_layer_question *q = v->question;
    bool found = false;
    double best = 0;
    for (long k = 0; k < note_count(v->y); k++) {
        note_place at = note_place_of(v->y, k);
        if (!allowed(q->channel, at.d) || !allowed(q->row, at.i) || !allowed(q->column, at.j))
            continue;
        if (!found || v->y.data[k] > best) {
            best = v->y.data[k];
            v->at = at;
        }
        found = true;
    }
    return found;
}

static void write_beginning(limpid_layer_view *v)
{
    limpid_page *page = v->page;
    limpid_text text = { .context = page->context };
    limpid_text_add(&text, "%s: %s", v->node->name, v->node->op->name);
    limpid_attributes_print(v->node->op, v->node->attributes, &text);
    limpid_page_title(page, text.data ? text.data : "");
    limpid_release(page->context, text.data);
    bool picture = v->y.size[0] * v->y.size[1] > 1;
    limpid_page_say(page,
                    "The layer makes %ld × %ld × %ld numbers (rows, columns, slices) of %ld × %ld "
                    "× %ld.",
                    v->y.size[0], v->y.size[1], v->y.size[2], v->x.size[0], v->x.size[1],
                    v->x.size[2]);
    if (picture)
        limpid_page_say(page, "We look at one of them: row %ld, column %ld of slice %ld.", v->at.i,
                        v->at.j, v->at.d);
    else
        limpid_page_say(page, "We look at one of them: number %ld.", v->at.d);
}

static limpid_status write_layer(limpid_layer_view *v, const limpid_layer_kind *kind)
{
    LIMPID_TRY(limpid_layer_view_fill(v));
    if (!choose(v))
        return limpid_fail(
            v->page->context, LIMPID_USAGE,
            "%s has %ld slices of %ld rows and %ld columns: --channel and --at count "
            "them from 0",
            v->node->name, v->y.size[2], v->y.size[0], v->y.size[1]);
    write_beginning(v);
    limpid_page_heading(v->page, "Forward");
    kind->forward(v);
    limpid_page_heading(v->page, "Back: what arrives");
    limpid_page_say(v->page, "The loss is taken for the class %s.", v->question->target);
    double gradient = limpid_layer_write_arrival(v);
    if (!isnan(gradient)) {
        limpid_page_heading(v->page, "Back: what is handed on");
        kind->backward(v, gradient);
    }
    return limpid_page_status(v->page);
}

/* The kinds there are, for a message. */
static limpid_status refuse(limpid_page *page, const limpid_node_row *node)
{
    limpid_text names = { .context = page->context };
    for (const limpid_layer_kind *kind = limpid_layer_kinds; kind->op; kind++)
        limpid_text_add(&names, "%s%s", names.length ? ", " : "", kind->op->name);
    limpid_status status =
        names.status == LIMPID_OK
            ? limpid_fail(page->context, LIMPID_UNSUPPORTED,
                          "%s: the layers that can be explained are %s; this one is %s", node->name,
                          names.data, node->op->name)
            : names.status;
    limpid_release(page->context, names.data);
    return status;
}

limpid_status limpid_explain_layer(limpid_page *page, const limpid_layer_question *question)
{
    limpid_layer_view v = { .page = page, .plan = question->plan, .question = question };
    v.node = &question->plan->graph->nodes[question->node];
    const limpid_layer_kind *kind = kind_of(v.node->op);
    if (!kind)
        return refuse(page, v.node);
    v.s = note_sheet_new(1L << 30);
    if (!v.s)
        return limpid_fail(page->context, LIMPID_NO_MEMORY, "out of memory");
    limpid_status status = write_layer(&v, kind);
    note_sheet_free(v.s);
    return status;
}

/* ---- for the kinds ---- */

void limpid_layer_each_reader(limpid_layer_view *v, int value, limpid_layer_visit *visit,
                              void *user)
{
    const limpid_graph *graph = v->plan->graph;
    for (size_t n = 0; n < graph->node_count; n++)
        for (int i = 0; i < graph->nodes[n].inputs; i++)
            if (graph->nodes[n].in[i] == value)
                visit(v, n, i, user);
}

long limpid_layer_largest(note_tensor terms, long *order, long count)
{
    long found = 0;
    for (long k = 0; k < note_count(terms); k++) {
        long at = found < count ? found : count;
        while (at > 0 && fabs(terms.data[order[at - 1]]) < fabs(terms.data[k]))
            at--;
        if (at == count)
            continue;
        found = found < count ? found + 1 : found;
        for (long m = found - 1; m > at; m--)
            order[m] = order[m - 1];
        order[at] = k;
    }
    return found;
}
