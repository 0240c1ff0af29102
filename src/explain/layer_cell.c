// SPDX-License-Identifier: MIT
/* layer_cell.c - the layers without parameters: max pooling (47), (55), average pooling (48), A10,
 * and ReLU (58)-(60). They only choose, or divide by a small number: the engine's floats are
 * compared with what note/ makes of the same inputs. */
#include <math.h>
#include "explain/layer.h"

static void visit_count(limpid_layer_view *v, size_t node, int input, void *user)
{
    (void)v;
    (void)node;
    (void)input;
    *(int *)user += 1;
}

/* The gradient of the whole input against the engine's, where no other layer adds to it. */
static void write_whole_input(limpid_layer_view *v, const char *equation, note_tensor dx)
{
    note_tensor engine = limpid_layer_gradient(v, v->node->in[0]);
    int readers = 0;
    limpid_layer_each_reader(v, v->node->in[0], visit_count, &readers);
    if (!engine.data || readers != 1)
        return;
    double largest = 0;
    for (long k = 0; k < note_count(dx); k++)
        largest = fmax(largest, fabs(dx.data[k]));
    limpid_page_say(v->page,
                    "The gradient of the whole input, all %ld numbers, against the "
                    "engine’s:",
                    note_count(dx));
    limpid_page_agree(v->page, equation, dx, engine, LIMPID_ENGINE * largest);
}

static double engine_y(const limpid_layer_view *v)
{
    return v->y.data[note_index(v->y, v->at)];
}

/* The region as a matrix. */
static note_tensor region(limpid_layer_view *v)
{
    note_tensor patch = limpid_layer_patch(v, v->x, v->at.d, 1);
    return note_as_matrix(patch, patch.size[0], patch.size[1]);
}

static void say_region(limpid_layer_view *v)
{
    limpid_page_say(v->page,
                    "The region is %ld × %ld; its corner is at row %ld and column %ld of slice "
                    "%ld.%s",
                    v->g.size[0], v->g.size[1], note_i(v->g, v->at.i, 0), note_j(v->g, v->at.j, 0),
                    v->at.d,
                    v->g.pad[0] + v->g.pad[1] + v->g.pad[2] + v->g.pad[3]
                        ? " What lies outside the input is drawn as 0."
                        : "");
}

static note_tensor one_number(limpid_layer_view *v, double value)
{
    note_tensor x = note_matrix(v->s, 1, 1);
    if (x.data)
        x.data[0] = value;
    return x;
}

/* ---- max pooling ---- */

static long winner_of(limpid_layer_view *v, note_tensor *positions)
{
    note_max_pool(v->s, v->x, v->g, NOTE_ROW_FIRST, positions);
    return positions->data ? (long)positions->data[note_index(*positions, v->at)] : -1;
}

void limpid_layer_forward_max(limpid_layer_view *v)
{
    limpid_page *page = v->page;
    note_tensor positions, x = region(v);
    long winner = winner_of(v, &positions);
    limpid_page_formula(page, "47", "y_{i^{l+1},j^{l+1},d} = max_{i,j} x^l_{i^l,j^l,d}");
    say_region(v);
    limpid_page_figure(page);
    limpid_shown shown = limpid_page_show(page, "", "x", x);
    limpid_shown y = limpid_page_show(page, "→", "y of the engine", one_number(v, engine_y(v)));
    for (long k = 0; k < note_count(x); k++) {
        note_place cell = note_place_of(x, k);
        note_place in = { note_i(v->g, v->at.i, cell.i), note_j(v->g, v->at.j, cell.j), v->at.d,
                          0 };
        limpid_page_link(page, y, 0, shown, k);
        if (winner >= 0 && note_inside(v->x, in) && note_index(v->x, in) == winner)
            limpid_page_mark(page, shown, k);
    }
    if (winner >= 0) {
        note_place at = note_place_of(v->x, winner);
        limpid_page_say(page, "The winner is %.6g, at row %ld and column %ld of the input.",
                        v->x.data[winner], at.i, at.j);
        limpid_page_verdict(page, "47", fabs(v->x.data[winner] - engine_y(v)), LIMPID_EXACT);
    }
}

void limpid_layer_backward_max(limpid_layer_view *v, double gradient)
{
    note_tensor positions;
    long winner = winner_of(v, &positions);
    if (winner >= 0) {
        note_place at = note_place_of(v->x, winner);
        limpid_page_say(v->page,
                        "The winner, at row %ld and column %ld, is told all of it: %.4g. The "
                        "others of the region are told nothing by this output.",
                        at.i, at.j, gradient);
    }
    limpid_page_formula(v->page, "55", "{∂z|∂vec(x^l)} = S(x^l)^T {∂z|∂vec(y)}");
    write_whole_input(v, "55", note_max_pool_gradient(v->s, v->x, positions, v->dy));
}

/* ---- average pooling ---- */

void limpid_layer_forward_average(limpid_layer_view *v)
{
    limpid_page *page = v->page;
    note_tensor all = note_average_pool(v->s, v->x, v->g, v->count_padding), x = region(v);
    double mean = all.data ? all.data[note_index(all, v->at)] : (double)NAN, size = 0;
    for (long k = 0; k < note_count(x); k++)
        size = fmax(size, fabs(x.data[k]));
    limpid_page_formula(page, "48", "y_{i^{l+1},j^{l+1},d} = {1|H W} Σ_{i,j} x^l_{i^l,j^l,d}");
    say_region(v);
    limpid_page_figure(page);
    limpid_page_show(page, "", "x", x);
    limpid_page_show(page, "→", "mean", one_number(v, mean));
    limpid_page_show(page, "=", "y of the engine", one_number(v, engine_y(v)));
    limpid_page_verdict(page, "48", fabs(mean - engine_y(v)), LIMPID_ENGINE * size + 1e-12);
}

void limpid_layer_backward_average(limpid_layer_view *v, double gradient)
{
    note_tensor dx = note_average_pool_gradient(v->s, v->x, v->g, v->count_padding, v->dy);
    limpid_page_say(v->page,
                    "Each number of the region is told its share of %.4g; that is added "
                    "to what other regions tell it.",
                    gradient);
    limpid_page_formula(v->page, "A10", "{∂z|∂vec(x^l)} = A^T {∂z|∂vec(y)}");
    limpid_page_figure(v->page);
    note_tensor patch = limpid_layer_patch(v, dx, v->at.d, 1);
    limpid_page_show(v->page, "", "∂z/∂x there",
                     note_as_matrix(patch, patch.size[0], patch.size[1]));
    write_whole_input(v, "A10", dx);
}

/* ---- ReLU ---- */

void limpid_layer_forward_relu(limpid_layer_view *v)
{
    double x = v->x.data[note_index(v->x, v->at)];
    note_tensor y = note_relu(v->s, v->x);
    limpid_page_formula(v->page, "58", "y_{i,j,d} = max(0, x^l_{i,j,d})");
    limpid_page_say(
        v->page, x > 0 ? "%.6g is above 0: it passes." : "%.6g is not above 0: it becomes 0.", x);
    limpid_page_figure(v->page);
    limpid_page_show(v->page, "", "x", one_number(v, x));
    limpid_page_show(v->page, "→", "y", one_number(v, y.data ? y.data[note_index(y, v->at)] : 0));
    limpid_page_show(v->page, "=", "y of the engine", one_number(v, engine_y(v)));
    long passed = 0;
    for (long k = 0; k < note_count(v->x); k++)
        passed += v->x.data[k] > 0;
    limpid_page_say(v->page, "Of all %ld numbers %ld pass. All of them against the engine’s:",
                    note_count(v->x), passed);
    limpid_page_agree(v->page, "58", y, v->y, LIMPID_EXACT);
}

void limpid_layer_backward_relu(limpid_layer_view *v, double gradient)
{
    double x = v->x.data[note_index(v->x, v->at)];
    limpid_page_formula(v->page, "60",
                        "({∂z|∂x^l})_{i,j,d} = ({∂z|∂y})_{i,j,d} if x^l_{i,j,d} > 0, else 0");
    limpid_page_say(
        v->page, x > 0 ? "It passes on all of it: %.4g." : "It stops it: of %.4g nothing is left.",
        gradient);
    write_whole_input(v, "60", note_relu_gradient(v->s, v->x, v->dy));
}
