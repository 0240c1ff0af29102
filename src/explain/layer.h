// SPDX-License-Identifier: MIT
/* layer.h - one layer of a network and one of its outputs, in the note's terms. */
#ifndef LIMPID_EXPLAIN_LAYER_H
#define LIMPID_EXPLAIN_LAYER_H

#include "explain/page.h"

/* Of more channels and terms than these the largest are shown, or the first. */
enum { LIMPID_LAYER_CHANNELS = 3, LIMPID_LAYER_TERMS = 10 };

/* How far the engine's floats may be from the sum in double, relative to the sum of the terms'
 * sizes: the accuracy the engine promises of its least exact algorithm. */
#define LIMPID_ENGINE 1e-5

typedef struct {
    limpid_page *page;
    note_sheet *s;
    const limpid_plan *plan;
    const limpid_node_row *node;
    const limpid_layer_question *question;
    limpid_shaping shaping; /* of the node, for one sample */
    note_window g;          /* where it has one */
    long groups;
    bool count_padding;
    note_tensor x, y, dy; /* input, result and its gradient, as H x W x D; dy may be no result */
    note_place at;        /* the chosen output */
} limpid_layer_view;

/* What explains a kind of layer: forward, and what a gradient at its output does. */
typedef struct {
    const limpid_op *op;
    void (*forward)(limpid_layer_view *v);
    void (*backward)(limpid_layer_view *v, double gradient);
} limpid_layer_kind;

extern const limpid_layer_kind limpid_layer_kinds[]; /* ended by a row without op */

void limpid_layer_forward_convolution(limpid_layer_view *v);
void limpid_layer_backward_convolution(limpid_layer_view *v, double gradient);
void limpid_layer_forward_dense(limpid_layer_view *v);
void limpid_layer_backward_dense(limpid_layer_view *v, double gradient);
void limpid_layer_forward_max(limpid_layer_view *v);
void limpid_layer_backward_max(limpid_layer_view *v, double gradient);
void limpid_layer_forward_average(limpid_layer_view *v);
void limpid_layer_backward_average(limpid_layer_view *v, double gradient);
void limpid_layer_forward_relu(limpid_layer_view *v);
void limpid_layer_backward_relu(limpid_layer_view *v, double gradient);

/* Fills in everything but the question and the place. */
limpid_status limpid_layer_view_fill(limpid_layer_view *v);

/* The sample's numbers of a value, or their gradient; no result where the plan has none. */
note_tensor limpid_layer_value(limpid_layer_view *v, int value);
note_tensor limpid_layer_gradient(limpid_layer_view *v, int value);

/* The cells the window of the chosen output covers: H x W x slices; padding is 0. */
note_tensor limpid_layer_patch(limpid_layer_view *v, note_tensor x, long first_slice, long slices);

/* What the gradient of the output is, and through which layers it came. */
double limpid_layer_write_arrival(limpid_layer_view *v);

/* Which nodes read a value: calls visit for each, with the number of the input. */
typedef void limpid_layer_visit(limpid_layer_view *v, size_t node, int input, void *user);
void limpid_layer_each_reader(limpid_layer_view *v, int value, limpid_layer_visit *visit,
                              void *user);

/* The largest terms by size, in order; `count` at most. */
long limpid_layer_largest(note_tensor terms, long *order, long count);

#endif
