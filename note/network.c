// SPDX-License-Identifier: MIT
/* network.c - section 3: the chain of layers (5), the simplest loss (6), prediction (7), gradient
 * descent (8), (9) and error back propagation (10), (11).
 *
 * A layer's derivatives are the dense matrices that sections 4, 5 and 7 arrive at: (27), (37), S
 * of (52) and the diagonal of (59). Hence back propagation here is nothing but rows times
 * matrices. */
#include <stddef.h>
#include "note/note.h"

/* A square matrix with these numbers on its diagonal. */
static note_tensor diagonal(note_sheet *s, note_tensor x)
{
    note_tensor A = note_matrix(s, note_count(x), note_count(x));
    for (long k = 0; A.data && k < note_count(x); k++)
        *note_entry(A, k, k) = x.data[k];
    return A;
}

static note_tensor convolution_run(note_sheet *s, const note_box *box, note_tensor x)
{
    return note_convolve_phi(s, x, box->w, box->window);
}

static note_tensor convolution_by_w(note_sheet *s, const note_box *box, note_tensor x)
{
    return note_filters_27(s, &(note_layer){ .x = x, .f = box->w, .window = box->window });
}

static note_tensor convolution_by_x(note_sheet *s, const note_box *box, note_tensor x)
{
    return note_input_37(s, &(note_layer){ .x = x, .f = box->w, .window = box->window });
}

const note_kind note_convolution_box = { convolution_run, convolution_by_w, convolution_by_x };

static note_tensor relu_run(note_sheet *s, const note_box *box, note_tensor x)
{
    (void)box;
    return note_relu(s, x);
}

static note_tensor relu_by_x(note_sheet *s, const note_box *box, note_tensor x)
{
    (void)box;
    return diagonal(s, note_relu_indicator(s, x));
}

const note_kind note_relu_box = { relu_run, NULL, relu_by_x };

static note_tensor max_pool_run(note_sheet *s, const note_box *box, note_tensor x)
{
    return note_max_pool(s, x, box->window, NOTE_COLUMN_FIRST, NULL);
}

static note_tensor max_pool_by_x(note_sheet *s, const note_box *box, note_tensor x)
{
    note_tensor positions;
    note_max_pool(s, x, box->window, NOTE_COLUMN_FIRST, &positions);
    return note_S_recorded(s, positions, note_count(x));
}

const note_kind note_max_pool_box = { max_pool_run, NULL, max_pool_by_x };

static note_tensor loss_run(note_sheet *s, const note_box *box, note_tensor x)
{
    return note_squared_loss(s, box->w, x);
}

static note_tensor loss_by_x(note_sheet *s, const note_box *box, note_tensor x)
{
    return note_transpose(s, note_vec(note_squared_loss_gradient(s, box->w, x)));
}

const note_kind note_loss_box = { loss_run, NULL, loss_by_x };

/* (5) */
bool note_run(note_sheet *s, const note_box *box, int L, note_tensor *x)
{
    for (int i = 0; i < L; i++) {
        x[i + 1] = x[i].data ? box[i].kind->run(s, &box[i], x[i]) : x[i];
        if (!x[i + 1].data)
            return false;
    }
    return true;
}

/* (6) */
note_tensor note_squared_loss(note_sheet *s, note_tensor t, note_tensor x)
{
    note_tensor z = note_vector(s, 1);
    if (!z.data || !t.data || note_count(t) != note_count(x))
        return (note_tensor){ 0 };
    for (long k = 0; k < note_count(x); k++)
        z.data[0] += (t.data[k] - x.data[k]) * (t.data[k] - x.data[k]);
    z.data[0] /= (double)x.size[3];
    return z;
}

note_tensor note_squared_loss_gradient(note_sheet *s, note_tensor t, note_tensor x)
{
    note_tensor dx = note_like(s, x);
    if (note_count(t) != note_count(x))
        return (note_tensor){ 0 };
    for (long k = 0; k < note_count(dx); k++)
        dx.data[k] = 2 * (x.data[k] - t.data[k]) / (double)x.size[3];
    return dx;
}

/* (7) */
long note_predict(note_tensor x)
{
    long best = x.data ? 0 : -1;
    for (long i = 1; i < note_count(x); i++)
        if (x.data[i] > x.data[best])
            best = i;
    return best;
}

/* (8) */
bool note_sgd_step(note_tensor w, double eta, note_tensor dw)
{
    if (!w.data || note_count(w) != note_count(dw))
        return false;
    for (long k = 0; k < note_count(w); k++)
        w.data[k] = w.data[k] - eta * dw.data[k];
    return true;
}

/* (9) */
bool note_sgd_history(note_sheet *s, note_function *gradient, const void *with, double eta,
                      int steps, note_tensor *w)
{
    for (int t = 0; t < steps; t++) {
        note_tensor dw = gradient(s, w[t], with);
        w[t + 1] = note_like(s, w[t]);
        if (!w[t + 1].data || note_count(dw) != note_count(w[t]))
            return false;
        for (long k = 0; k < note_count(dw); k++)
            w[t + 1].data[k] = w[t].data[k] - eta * dw.data[k];
    }
    return true;
}

/* (10) */
note_tensor note_back_to_w(note_sheet *s, const note_box *box, note_tensor x, note_tensor row)
{
    return note_chain_rule(s, row, box->kind->by_w(s, box, x));
}

/* (11) */
note_tensor note_back_to_x(note_sheet *s, const note_box *box, note_tensor x, note_tensor row)
{
    return note_chain_rule(s, row, box->kind->by_x(s, box, x));
}

/* From the last layer to the first; dz/dz = 1 starts it. Nothing is updated on the way: dz/dx^i
 * is taken with the w^i of the forward run. */
bool note_back_propagate(note_sheet *s, const note_box *box, int L, const note_tensor *x,
                         note_tensor *dw, note_tensor *dx)
{
    note_tensor row = note_identity(s, 1);
    for (int i = L - 1; i >= 0; i--) {
        dw[i] = (note_tensor){ 0 };
        if (box[i].kind->by_w)
            dw[i] = note_back_to_w(s, &box[i], x[i], row);
        dx[i] = row = note_back_to_x(s, &box[i], x[i], row);
        if (!row.data || (box[i].kind->by_w && !dw[i].data))
            return false;
    }
    return true;
}
