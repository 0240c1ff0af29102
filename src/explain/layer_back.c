// SPDX-License-Identifier: MIT
/* layer_back.c - which gradient arrives at an output, and from where: each layer that reads it
 * sends its part, and the parts are added up. */
#include <math.h>
#include "explain/layer.h"

/* What the readers send, as far as they can be followed. */
typedef struct {
    double sum, size; /* of the parts, and of all of their terms */
    int readers, followed;
} arrival;

static void add_term(arrival *a, double term)
{
    a->sum += term;
    a->size += fabs(term);
}

/* ---- one reader after the other; `r` is the reader, v the layer it reads ---- */

static void from_relu(limpid_layer_view *v, limpid_layer_view *r, arrival *a)
{
    double y = v->y.data[note_index(v->y, v->at)], from = r->dy.data[note_index(v->y, v->at)];
    limpid_page_say(v->page,
                    y > 0 ? "%s, a ReLU, passes on what it gets, since %.4g is above 0 (60): %.4g."
                          : "%s, a ReLU, stops what comes, since %.4g is not above 0 (60): %.4g of "
                            "it is lost.",
                    r->node->name, y, from);
    add_term(a, y > 0 ? from : 0);
}

/* The outputs of a window operator that read the chosen cell, with the place inside the window. */
typedef struct {
    note_place out, cell;
} reading;

static bool next_reading(const limpid_layer_view *v, const limpid_layer_view *r, long *k,
                         reading *found)
{
    long cells = r->g.size[0] * r->g.size[1], places = r->y.size[0] * r->y.size[1];
    for (; *k < cells * places; (*k)++) {
        note_place out = { *k / cells % r->y.size[0], *k / cells / r->y.size[0], 0, 0 };
        note_place cell = { *k % cells % r->g.size[0], *k % cells / r->g.size[0], 0, 0 };
        if (note_i(r->g, out.i, cell.i) == v->at.i && note_j(r->g, out.j, cell.j) == v->at.j) {
            *found = (reading){ out, cell };
            (*k)++;
            return true;
        }
    }
    return false;
}

static void from_max(limpid_layer_view *v, limpid_layer_view *r, arrival *a)
{
    note_tensor positions;
    note_max_pool(v->s, r->x, r->g, NOTE_ROW_FIRST, &positions);
    reading found;
    int windows = 0, won = 0;
    for (long k = 0; positions.data && next_reading(v, r, &k, &found); windows++) {
        note_place out = { found.out.i, found.out.j, v->at.d, 0 };
        long at = note_index(positions, out);
        bool wins = (long)positions.data[at] == note_index(v->y, v->at);
        won += wins;
        if (wins)
            add_term(a, r->dy.data[at]);
    }
    limpid_page_say(v->page,
                    "%s, a max pooling, has it in %d of its regions; it is the largest of %d. What "
                    "those get comes here whole (55): %.4g.",
                    r->node->name, windows, won, a->sum);
}

static void from_average(limpid_layer_view *v, limpid_layer_view *r, arrival *a)
{
    note_tensor dx = note_average_pool_gradient(v->s, r->x, r->g, r->count_padding, r->dy);
    double part = dx.data ? dx.data[note_index(v->y, v->at)] : (double)NAN;
    add_term(a, part);
    limpid_page_say(v->page,
                    "%s, an average pooling, sends each number of a region its share (A10): %.4g.",
                    r->node->name, part);
}

static void from_convolution(limpid_layer_view *v, limpid_layer_view *r, arrival *a)
{
    note_tensor f = limpid_layer_value(r, r->node->in[1]);
    long D = r->y.size[2], in_group = r->x.size[2] / r->groups, out_group = D / r->groups;
    long group = v->at.d / in_group, places = 0;
    reading found;
    for (long k = 0; f.data && next_reading(v, r, &k, &found); places++)
        for (long d = group * out_group; d < (group + 1) * out_group; d++)
            add_term(a, *note_at(f, found.cell.i, found.cell.j, v->at.d % in_group, d) *
                            *note_at(r->dy, found.out.i, found.out.j, d, 0));
    limpid_page_say(v->page,
                    "%s, a convolution, multiplies it with a number of each of %ld filters, at %ld "
                    "places. By (45) these %ld products of filter and gradient are added: %.4g.",
                    r->node->name, out_group, places, out_group * places, a->sum);
}

static void from_dense(limpid_layer_view *v, limpid_layer_view *r, arrival *a)
{
    note_tensor w = limpid_layer_value(r, r->node->in[1]); /* 1 x 1 x inputs x outputs */
    long q = note_nchw_index(v->y, note_index(v->y, v->at)), outputs = r->y.size[2];
    note_tensor terms = note_vector(v->s, outputs);
    long order[LIMPID_LAYER_TERMS];
    for (long d = 0; terms.data && w.data && d < outputs; d++) {
        terms.data[d] = *note_at(w, 0, 0, q, d) * *note_at(r->dy, 0, 0, d, 0);
        add_term(a, terms.data[d]);
    }
    long shown = limpid_layer_largest(terms, order, LIMPID_LAYER_TERMS);
    limpid_page_say(v->page,
                    "%s, fully connected, multiplies it with a number for each of its %ld outputs. "
                    "By (A5) the products of that number and the output’s gradient are added: "
                    "%.4g. %s",
                    r->node->name, outputs, a->sum,
                    shown < outputs ? "The largest of them:" : "They are:");
    note_tensor table = note_matrix(v->s, shown, 4);
    for (long k = 0; table.data && k < shown; k++) {
        *note_entry(table, k, 0) = (double)order[k];
        *note_entry(table, k, 1) = *note_at(w, 0, 0, q, order[k]);
        *note_entry(table, k, 2) = *note_at(r->dy, 0, 0, order[k], 0);
        *note_entry(table, k, 3) = terms.data[order[k]];
    }
    limpid_page_figure(v->page);
    limpid_page_show_table(v->page, "", "output|its w|∂z/∂y|product", table);
}

/* The same numbers in another shape. */
static void from_flatten(limpid_layer_view *v, limpid_layer_view *r, arrival *a)
{
    long index = note_nchw_index(v->y, note_index(v->y, v->at));
    double from = r->dy.data[index]; /* one row: the orders agree */
    limpid_page_say(v->page, "%s only writes the numbers in one row (1): %.4g.", r->node->name,
                    from);
    add_term(a, from);
}

/* A sum tells each of its parts all of it. */
static void from_add(limpid_layer_view *v, limpid_layer_view *r, arrival *a)
{
    double from = r->dy.data[note_index(v->y, v->at)];
    limpid_page_say(v->page, "%s, a sum, passes on all of what it gets: %.4g.", r->node->name,
                    from);
    add_term(a, from);
}

/* How a gradient comes back through a reader. */
static const struct {
    const limpid_op *op;
    void (*from)(limpid_layer_view *v, limpid_layer_view *reader, arrival *a);
    bool any_input; /* not only through the first */
} readers[] = {
    { &limpid_op_relu, from_relu },
    { &limpid_op_pool_max, from_max },
    { &limpid_op_pool_average, from_average },
    { &limpid_op_conv, from_convolution },
    { &limpid_op_dense, from_dense },
    { &limpid_op_flatten, from_flatten },
    { &limpid_op_add, from_add, true },
    { NULL, NULL, false },
};

/* The loss itself: its derivative is the answer's probabilities less 1 for the class. */
static bool at_the_loss(limpid_layer_view *v, const limpid_node_row *node)
{
    if (!node->op->loss)
        return false;
    limpid_page_say(v->page, "%s is the loss itself, a %s: the way back begins here (A7).",
                    node->name, node->op->name);
    return true;
}

static void visit(limpid_layer_view *v, size_t node, int input, void *user)
{
    arrival *a = user, own = { 0 };
    limpid_layer_view r = { .page = v->page, .s = v->s, .plan = v->plan };
    r.node = &v->plan->graph->nodes[node];
    a->readers++;
    if (at_the_loss(v, r.node))
        return;
    for (int i = 0; readers[i].op; i++)
        if (readers[i].op == r.node->op && (input == 0 || readers[i].any_input) &&
            limpid_layer_view_fill(&r) == LIMPID_OK && r.dy.data) {
            readers[i].from(v, &r, &own);
            a->sum += own.sum;
            a->size += own.size;
            a->followed++;
            return;
        }
    limpid_page_say(v->page, "%s (%s) sends its part, which is not followed here.", r.node->name,
                    r.node->op->name);
}

double limpid_layer_write_arrival(limpid_layer_view *v)
{
    if (!v->dy.data) {
        limpid_page_say(v->page, "No gradient comes here: nothing below this layer learns.");
        return (double)NAN;
    }
    double gradient = v->dy.data[note_index(v->dy, v->at)];
    arrival a = { 0 };
    limpid_layer_each_reader(v, v->node->out[0], visit, &a);
    limpid_page_say(v->page, "The engine has, at this place, $∂z/∂y$ = %.6g.", gradient);
    if (a.readers > 0 && a.readers == a.followed)
        limpid_page_verdict(v->page, "11", fabs(gradient - a.sum), LIMPID_ENGINE * a.size + 1e-12);
    return gradient;
}
