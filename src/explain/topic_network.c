// SPDX-License-Identifier: MIT
/* topic_network.c - section 3: a network forward and back (5), (7), (10), (11), the loss (6), and
 * gradient descent (8), (9). */
#include <math.h>
#include "explain/topics.h"

/* A convolution, ReLU, max pooling, a filter as large as what is left, and the loss. */
enum { L = 5 };

typedef struct {
    limpid_example e;
    note_box box[L];
    note_tensor x[L + 1], dw[L], dx[L];
} network;

static const char *const box_names[L] = { "convolution", "ReLU", "max pooling", "fully connected",
                                          "loss" };

static bool network_run(network *n)
{
    limpid_example *e = &n->e;
    n->box[0] = (note_box){ &note_convolution_box, limpid_example_matrix(e, "1 0; -1 1"),
                            note_filter_window(2, 2) };
    n->box[1] = (note_box){ .kind = &note_relu_box };
    n->box[2] = (note_box){ .kind = &note_max_pool_box, .window = note_pool_window(2, 2) };
    n->box[3] =
        (note_box){ &note_convolution_box,
                    limpid_example_matrix(e, "0.1 -0.1; 0.2 0/0 0.1; -0.1 0.1/0.1 0.1; -0.1 0"),
                    note_filter_window(2, 2) };
    n->box[4] = (note_box){ .kind = &note_loss_box, .w = limpid_example_matrix(e, "0|1|0") };
    n->x[0] = e->x;
    return note_run(e->s, n->box, L, n->x) &&
           note_back_propagate(e->s, n->box, L, n->x, n->dw, n->dx);
}

/* z as a function of the parameters, or of the input, of one layer. */
typedef struct {
    const network *n;
    int layer;
} part;

static note_tensor z_of_w(note_sheet *s, note_tensor w, const void *with)
{
    const part *p = with;
    network n = *p->n;
    n.box[p->layer].w = w;
    return note_run(s, n.box, L, n.x) ? n.x[L] : (note_tensor){ 0 };
}

static note_tensor z_of_x(note_sheet *s, note_tensor x, const void *with)
{
    const part *p = with;
    network n = *p->n;
    n.x[p->layer] = x;
    return note_run(s, n.box + p->layer, L - p->layer, n.x + p->layer) ? n.x[L]
                                                                       : (note_tensor){ 0 };
}

static void write_forward(network *n)
{
    limpid_page *page = n->e.page;
    note_sheet *s = n->e.s;
    limpid_page_title(page, "A network, forward and back");
    limpid_page_say(page, "A network is a chain of layers. Each makes a new tensor of the one "
                          "before; the last one compares the answer with the target $t$ and gives "
                          "the loss $z$, a single number.");
    limpid_page_formula(page, "5", "x^1 → w^1 → x^2 → … → x^{L−1} → w^{L−1} → x^L → w^L → z");
    limpid_page_say(page, "Our network has five boxes: a convolution with one filter, ReLU, max "
                          "pooling, three filters as large as what is left, and the loss.");
    limpid_page_figure(page);
    limpid_shown before = { .first = -1 };
    static const char *const names[L + 1] = { "x^1", "x^2", "x^3", "x^4", "x^5", "z" };
    for (int i = 0; i <= L; i++) {
        note_tensor x = i == L - 1 ? note_as_matrix(n->x[i], 3, 1) : n->x[i];
        limpid_shown shown = limpid_page_show(page, i ? "→" : "", names[i], x);
        if (i == 1)
            limpid_page_link_window(page, shown, before, (limpid_shown){ .first = -1 },
                                    n->box[0].window);
        if (i == 2)
            limpid_page_link_same(page, shown, before);
        before = shown;
    }
    limpid_page_say(page, "The same, layer by layer, without the chain:");
    note_tensor x2 = note_convolve(s, n->x[0], n->box[0].w), x3 = note_relu(s, x2);
    note_tensor x4 = note_max_pool(s, x3, note_pool_window(2, 2), NOTE_COLUMN_FIRST, NULL);
    note_tensor x5 = note_convolve(s, x4, n->box[3].w);
    limpid_page_figure(page);
    limpid_page_show(page, "", "z of the chain", n->x[L]);
    limpid_page_show(page, "=", "z, layer by layer", note_squared_loss(s, n->box[4].w, x5));
    limpid_page_agree(page, "5", n->x[L], note_squared_loss(s, n->box[4].w, x5), LIMPID_EXACT);
}

static void write_prediction(network *n)
{
    limpid_page *page = n->e.page;
    note_tensor answer = n->x[L - 1], told = note_matrix(n->e.s, 1, 1),
                read = note_matrix(n->e.s, 1, 1);
    long best = 0;
    for (long i = 1; i < note_count(answer); i++)
        best = answer.data[i] > answer.data[best] ? i : best;
    if (told.data && read.data) {
        told.data[0] = (double)note_predict(answer);
        read.data[0] = (double)best;
    }
    limpid_page_say(page, "To predict, one stops before the loss and takes the place of the "
                          "largest number of $x^5$ (the first, if there are equal ones):");
    limpid_page_equation(page, "7", "arg max_i x^L_i", "predicted", told, "read off", read,
                         LIMPID_EXACT);
}

static void write_back_to_w(network *n, int i)
{
    limpid_page *page = n->e.page;
    part p = { n, i };
    note_tensor w = n->box[i].w, measured = note_derivative(n->e.s, z_of_w, &p, w);
    note_tensor dw = note_reshape(n->dw[i], w.order, w.size);
    limpid_page_say(page, "Layer %d, %s, by its parameters:", i + 1, box_names[i]);
    limpid_page_figure(page);
    limpid_page_show(page, "", "measured", measured);
    limpid_page_show(page, "=", "by the chain rule", dw);
    limpid_page_agree(page, "10", measured, dw, LIMPID_NUMERIC);
}

static void write_back_to_x(network *n, int i)
{
    limpid_page *page = n->e.page;
    part p = { n, i };
    note_tensor x = n->x[i], measured = note_derivative(n->e.s, z_of_x, &p, x);
    note_tensor dx = note_reshape(n->dx[i], x.order, x.size);
    if (i == L - 1) { /* a column, as above */
        measured = note_as_matrix(measured, note_count(x), 1);
        dx = note_as_matrix(dx, note_count(x), 1);
    }
    limpid_page_say(page, "Layer %d, %s, by its input:", i + 1, box_names[i]);
    limpid_page_figure(page);
    limpid_page_show(page, "", "measured", measured);
    limpid_page_show(page, "=", "by the chain rule", dx);
    limpid_page_agree(page, "11", measured, dx, LIMPID_NUMERIC);
}

limpid_status limpid_topic_write_network(limpid_page *page, const limpid_own_example *own)
{
    network n;
    LIMPID_TRY(limpid_example_open(&n.e, page, own,
                                   "2 1 0 3 1; 0 4 1 0 2; 1 2 3 1 0; 3 0 1 2 4; 1 6 0 1 2", NULL));
    if (!network_run(&n))
        limpid_page_fail(
            page, limpid_fail(page->context, LIMPID_FAILED, "the example network did not run"));
    write_forward(&n);
    write_prediction(&n);
    limpid_page_heading(page, "The way back");
    limpid_page_say(page, "We go from the last layer to the first. At each, what came from above "
                          "is a row: how $z$ changes with the layer’s output. Two products with "
                          "it are taken. The first tells how the layer’s own parameters should "
                          "change:");
    limpid_page_formula(page, "10",
                        "{∂z|∂vec(w^i)^T} = {∂z|∂vec(x^{i+1})^T} {∂vec(x^{i+1})|∂vec(w^i)^T}");
    limpid_page_say(page, "The second is the row that the layer below will start from:");
    limpid_page_formula(page, "11",
                        "{∂z|∂vec(x^i)^T} = {∂z|∂vec(x^{i+1})^T} {∂vec(x^{i+1})|∂vec(x^i)^T}");
    limpid_page_say(page, "Below, these products stand at the right, folded to the size of what "
                          "they are taken by. At the left the derivative is "
                          "measured: one number after the other is moved by 0.00001, and the whole "
                          "network is run again. That takes two runs for each number; going back "
                          "takes about as long as one run for all of them together.");
    for (int i = L - 1; i >= 0 && page->status == LIMPID_OK; i--) {
        if (n.dw[i].data)
            write_back_to_w(&n, i);
        /* What ReLU set to 0 is tied: measured there, the maximum would jump. */
        if (i != 2)
            write_back_to_x(&n, i);
    }
    return limpid_example_close(&n.e);
}

/* ---- the loss ---- */

static note_tensor loss_of_x(note_sheet *s, note_tensor x, const void *target)
{
    return note_squared_loss(s, *(const note_tensor *)target, x);
}

limpid_status limpid_topic_write_loss(limpid_page *page, const limpid_own_example *own)
{
    limpid_example e;
    LIMPID_TRY(limpid_example_open(&e, page, own, "0.5; 2; -1", NULL));
    note_tensor x = e.x, t = limpid_example_matrix(&e, "0; 1; 0");
    note_tensor z = note_squared_loss(e.s, t, x), sum = note_vector(e.s, 1);
    for (long k = 0; sum.data && k < note_count(x) && t.data; k++)
        sum.data[0] += (t.data[k] - x.data[k]) * (t.data[k] - x.data[k]);
    limpid_page_title(page, "The loss");
    limpid_page_say(page, "The loss says in one number how far the answer $x^L$ is from the target "
                          "$t$. The simplest one adds up the squares of the differences.");
    limpid_page_figure(page);
    limpid_page_show(page, "", "t", t);
    limpid_page_show(page, "", "x^L", x);
    limpid_page_equation(page, "6", "z = ‖t − x^L‖^2", "z", z, "the squares, added", sum,
                         LIMPID_EXACT);
    limpid_page_say(page, "Its derivative is where the way back begins: each number of the answer "
                          "is told twice its difference. Where the answer is right, nothing is to "
                          "be changed.");
    limpid_page_equation(page, "6", "{∂z|∂x^L} = 2 (x^L − t)", "measured",
                         note_derivative(e.s, loss_of_x, &t, x), "2 (x^L − t)",
                         note_squared_loss_gradient(e.s, t, x), LIMPID_NUMERIC);
    limpid_page_say(page, "Networks that choose between classes mostly use another loss: see the "
                          "topic softmax.");
    return limpid_example_close(&e);
}

/* ---- gradient descent ---- */

enum { STEPS = 8 };

static note_tensor pull(note_sheet *s, note_tensor w, const void *target)
{
    return note_squared_loss_gradient(s, *(const note_tensor *)target, w);
}

limpid_status limpid_topic_write_sgd(limpid_page *page, const limpid_own_example *own)
{
    limpid_example e;
    LIMPID_TRY(limpid_example_open(&e, page, own, "8; -3", NULL));
    const double eta = 0.25;
    note_tensor t = limpid_example_matrix(&e, "2; 1"), w[STEPS + 1] = { e.x };
    note_tensor g = note_squared_loss_gradient(e.s, t, e.x), stepped = note_copy(e.s, e.x);
    limpid_page_title(page, "Gradient descent");
    limpid_page_say(page, "The derivative $∂z/∂w$ says in which direction the loss grows. So the "
                          "parameters take a small step the other way. How small is the learning "
                          "rate $η$, here 0.25.");
    limpid_page_say(page, "As a loss we take $z = ‖t − w‖^2$, whose derivative is $2 (w − t)$ and "
                          "whose smallest value is at $w = t$.");
    limpid_page_figure(page);
    limpid_page_show(page, "", "t", t);
    limpid_page_show(page, "", "w", e.x);
    limpid_page_show(page, "", "∂z/∂w", g);
    note_sgd_step(stepped, eta, g);
    note_tensor expected = note_like(e.s, e.x);
    for (long k = 0; k < note_count(expected) && t.data; k++)
        expected.data[k] = t.data[k] + (1 - 2 * eta) * (e.x.data[k] - t.data[k]);
    limpid_page_say(page, "One step. For this loss it takes $w$ halfway to $t$, which stands at "
                          "the right.");
    limpid_page_equation(page, "8", "w^i ← w^i − η {∂z|∂w^i}", "w − η ∂z/∂w", stepped,
                         "halfway to t", expected, LIMPID_EXACT);
    limpid_page_heading(page, "Many steps");
    limpid_page_say(page, "With the time $t$ written out (not the target now, and not a power):");
    bool ran = note_sgd_history(e.s, pull, &t, eta, STEPS, w);
    note_tensor history = note_matrix(e.s, STEPS + 1, 4), closed = note_matrix(e.s, STEPS + 1, 2),
                walked = note_matrix(e.s, STEPS + 1, 2);
    for (long k = 0; ran && history.data && closed.data && walked.data && k <= STEPS; k++) {
        note_tensor z = note_squared_loss(e.s, t, w[k]);
        *note_entry(history, k, 0) = (double)k;
        *note_entry(history, k, 3) = z.data ? z.data[0] : (double)NAN;
        for (long c = 0; c < 2; c++) {
            *note_entry(history, k, 1 + c) = *note_entry(walked, k, c) = w[k].data[c];
            *note_entry(closed, k, c) =
                t.data[c] + ldexp(e.x.data[c] - t.data[c], -(int)k); /* (1 - 2 eta)^k = 2^-k */
        }
    }
    limpid_page_formula(page, "9", "(w^i)^{t+1} = (w^i)^t − η {∂z|∂(w^i)^t}");
    limpid_page_figure(page);
    limpid_page_show_table(page, "", "t|w_0|w_1|z", history);
    limpid_page_say(page, "Each step halves the distance that is left, so after $k$ steps it is "
                          "the first distance divided by $2^k$. The table agrees:");
    limpid_page_agree(page, "9", walked, closed, LIMPID_EXACT);
    limpid_page_say(page, "With a rate above 1 this loss would grow at every step instead: that is "
                          "what a learning rate that is too large does.");
    return limpid_example_close(&e);
}
