// SPDX-License-Identifier: MIT
/* layer_sum.c - the layers that multiply and add: convolution (12), (33), (45), and the fully
 * connected layer (A5). The sums are taken again in double and held against the engine's floats. */
#include <math.h>
#include "explain/layer.h"

static double sizes(note_tensor x)
{
    double sum = 0;
    for (long k = 0; k < note_count(x); k++)
        sum += fabs(x.data[k]);
    return sum;
}

static double bias_of(limpid_layer_view *v)
{
    int value = v->node->inputs > 2 ? v->node->in[2] : 0;
    return value ? (double)v->plan->slots[value].value.f[v->at.d] : 0;
}

static note_tensor number(limpid_layer_view *v, double value)
{
    note_tensor x = note_matrix(v->s, 1, 1);
    if (x.data)
        x.data[0] = value;
    return x;
}

/* The sum in double, the bias, and what the engine made of them. */
static void write_total(limpid_layer_view *v, const char *equation, double sum, double size)
{
    double bias = bias_of(v), y = v->y.data[note_index(v->y, v->at)];
    limpid_page_figure(v->page);
    limpid_page_show(v->page, "", "sum", number(v, sum));
    limpid_page_show(v->page, "+", "bias", number(v, bias));
    limpid_page_show(v->page, "=", "y", number(v, sum + bias));
    limpid_page_show(v->page, "=", "y of the engine", number(v, y));
    limpid_page_verdict(v->page, equation, fabs(sum + bias - y),
                        LIMPID_ENGINE * (size + fabs(bias)) + 1e-12);
}

/* What the network does with the number next, where that is a ReLU. */
static void write_verdict_of_relu(limpid_layer_view *v, size_t node, int input, void *user)
{
    const limpid_node_row *reader = &v->plan->graph->nodes[node];
    double y = v->y.data[note_index(v->y, v->at)];
    (void)input;
    (void)user;
    if (reader->op == &limpid_op_relu)
        limpid_page_say(v->page,
                        y > 0 ? "Next comes %s, a ReLU (58): %.4g is above 0 and passes."
                              : "Next comes %s, a ReLU (58): %.4g is not above 0 and becomes 0.",
                        reader->name, y);
}

/* ---- convolution ---- */

typedef struct {
    note_tensor patch, f, products; /* H x W x slices of the group */
    long first, slices;
} meeting;

static meeting meet(limpid_layer_view *v)
{
    note_tensor bank = limpid_layer_value(v, v->node->in[1]);
    meeting m = { .slices = v->x.size[2] / v->groups };
    m.first = v->at.d / (v->y.size[2] / v->groups) * m.slices;
    m.patch = limpid_layer_patch(v, v->x, m.first, m.slices);
    m.products = note_like(v->s, m.patch);
    if (!bank.data)
        return m;
    m.f = note_as_volume(note_slice(bank, v->at.d), v->g.size[0], v->g.size[1], m.slices, 1);
    for (long k = 0; m.f.data && k < note_count(m.products); k++)
        m.products.data[k] = m.patch.data[k] * m.f.data[k];
    return m;
}

static note_tensor slice_of(note_tensor x, long d)
{
    note_tensor slice = note_as_matrix(x, x.size[0], x.size[1] * x.size[2]);
    slice.size[1] = x.size[1];
    slice.data = x.data ? x.data + d * x.size[0] * x.size[1] : NULL;
    return slice;
}

/* A number for each slice of the input: the sum of its products. */
static note_tensor slice_sums(limpid_layer_view *v, const meeting *m)
{
    note_tensor sums = note_vector(v->s, m->slices);
    for (long k = 0; sums.data && k < note_count(m->products); k++)
        sums.data[note_place_of(m->products, k).d] += m->products.data[k];
    return sums;
}

static void write_slice_sums(limpid_layer_view *v, const meeting *m, note_tensor sums)
{
    long order[LIMPID_LAYER_TERMS], shown = limpid_layer_largest(sums, order, LIMPID_LAYER_TERMS);
    note_tensor table = note_matrix(v->s, shown, 2);
    double rest = 0;
    for (long k = 0; k < note_count(sums); k++)
        rest += sums.data[k];
    for (long k = 0; table.data && k < shown; k++) {
        *note_entry(table, k, 0) = (double)(m->first + order[k]);
        *note_entry(table, k, 1) = sums.data[order[k]];
        rest -= sums.data[order[k]];
    }
    limpid_page_say(v->page, "The products of each slice, added up, %s:",
                    shown < m->slices ? "the largest" : "the largest first");
    limpid_page_figure(v->page);
    limpid_page_show_table(v->page, "", "slice|sum", table);
    if (shown < m->slices)
        limpid_page_say(v->page, "The other %ld slices together add %.4g.", m->slices - shown,
                        rest);
}

void limpid_layer_forward_convolution(limpid_layer_view *v)
{
    limpid_page *page = v->page;
    meeting m = meet(v);
    note_tensor sums = slice_sums(v, &m);
    long order[LIMPID_LAYER_CHANNELS],
        shown = limpid_layer_largest(sums, order, LIMPID_LAYER_CHANNELS);
    limpid_page_formula(page, "12",
                        "y_{i^{l+1},j^{l+1},d} = Σ_{i,j,d^l} f_{i,j,d^l,d} × "
                        "x^l_{i^l,j^l,d^l} + b_d");
    bool padded = v->g.pad[0] + v->g.pad[1] + v->g.pad[2] + v->g.pad[3] > 0;
    limpid_page_say(page,
                    "$φ$ gathers here the %ld × %ld × %ld patch whose corner is at row %ld and "
                    "column %ld of the input. Each of its numbers meets one of filter %ld.%s%s",
                    v->g.size[0], v->g.size[1], m.slices, note_i(v->g, v->at.i, 0),
                    note_j(v->g, v->at.j, 0), v->at.d,
                    padded ? " What lies outside of the input is 0." : "",
                    shown < m.slices ? " The slices that matter most:" : "");
    for (long k = 0; k < shown && page->status == LIMPID_OK; k++) {
        char name[64];
        snprintf(name, sizeof(name), "x, slice %ld", m.first + order[k]);
        limpid_page_figure(page);
        limpid_shown x = limpid_page_show(page, "", name, slice_of(m.patch, order[k]));
        limpid_shown f = limpid_page_show(page, "×", "f", slice_of(m.f, order[k]));
        limpid_shown p = limpid_page_show(page, "→", "products", slice_of(m.products, order[k]));
        limpid_page_link_same(page, p, x);
        limpid_page_link_same(page, p, f);
    }
    if (m.slices > 1)
        write_slice_sums(v, &m, sums);
    note_tensor y = note_convolution(v->s, m.patch, m.f, (note_tensor){ 0 },
                                     note_filter_window(v->g.size[0], v->g.size[1]), 1);
    write_total(v, "12", y.data ? y.data[0] : (double)NAN, sizes(m.products));
    limpid_layer_each_reader(v, v->node->out[0], write_verdict_of_relu, NULL);
}

static note_tensor scaled(limpid_layer_view *v, note_tensor x, double factor)
{
    note_tensor y = note_copy(v->s, x);
    for (long k = 0; k < note_count(y); k++)
        y.data[k] *= factor;
    return y;
}

/* The gradient of this filter over all places, against the engine's. */
static void write_whole_filter(limpid_layer_view *v, const meeting *m)
{
    note_tensor engine = limpid_layer_gradient(v, v->node->in[1]);
    if (!engine.data)
        return;
    note_tensor x = v->x,
                dy = note_as_volume(slice_of(v->dy, v->at.d), v->y.size[0], v->y.size[1], 1, 1);
    x.size[2] = m->slices;
    x.data += m->first * x.size[0] * x.size[1];
    note_tensor df = note_convolution_gradient_f(v->s, x, m->f, dy, v->g, 1);
    note_tensor of_engine =
        note_as_volume(note_slice(engine, v->at.d), v->g.size[0], v->g.size[1], m->slices, 1);
    double size = 0, largest = 0;
    for (long k = 0; k < note_count(v->x); k++)
        largest = fmax(largest, fabs(v->x.data[k]));
    size = largest * sizes(dy);
    limpid_page_say(v->page,
                    "All %ld × %ld places together make the gradient of this filter; the first of "
                    "its slices, from the definition and from the engine:",
                    v->y.size[0], v->y.size[1]);
    limpid_page_formula(v->page, "33", "{∂z|∂F} = φ(x^l)^T {∂z|∂Y}");
    limpid_page_figure(v->page);
    limpid_page_show(v->page, "", "by (12)", slice_of(df, 0));
    limpid_page_show(v->page, "=", "of the engine", slice_of(of_engine, 0));
    limpid_page_agree(v->page, "33", df, of_engine, LIMPID_ENGINE * size + 1e-12);
}

void limpid_layer_backward_convolution(limpid_layer_view *v, double gradient)
{
    limpid_page *page = v->page;
    meeting m = meet(v);
    long order[1] = { 0 };
    limpid_layer_largest(slice_sums(v, &m), order, 1);
    limpid_page_say(page,
                    "Filter and input exchange their parts: the filter is told the patch times "
                    "%.4g, each input its filter number times %.4g. For slice %ld:",
                    gradient, gradient, m.first + order[0]);
    limpid_page_figure(page);
    limpid_page_show(page, "", "added to ∂z/∂f", slice_of(scaled(v, m.patch, gradient), order[0]));
    limpid_page_show(page, "", "added to ∂z/∂x", slice_of(scaled(v, m.f, gradient), order[0]));
    limpid_page_say(page, "The bias is told %.4g.", gradient);
    write_whole_filter(v, &m);
}

/* ---- fully connected ---- */

/* The input as the engine flattens it, the filter's row, and their products. */
typedef struct {
    note_tensor x, w, products;
    long count;
} row;

static row row_of(limpid_layer_view *v)
{
    row r = { .count = note_count(v->x) };
    note_tensor w = limpid_layer_value(v, v->node->in[1]);
    r.x = note_vector(v->s, r.count);
    r.w = note_vector(v->s, r.count);
    r.products = note_vector(v->s, r.count);
    if (!r.x.data || !r.w.data || !r.products.data || note_count(w) != r.count * v->y.size[2])
        return (row){ 0 };
    for (long k = 0; k < r.count; k++)
        r.x.data[note_nchw_index(v->x, k)] = v->x.data[k];
    for (long k = 0; k < r.count; k++) {
        r.w.data[k] = *note_at(w, 0, 0, k, v->at.d);
        r.products.data[k] = r.x.data[k] * r.w.data[k];
    }
    return r;
}

void limpid_layer_forward_dense(limpid_layer_view *v)
{
    row r = row_of(v);
    long order[LIMPID_LAYER_TERMS],
        shown = limpid_layer_largest(r.products, order, LIMPID_LAYER_TERMS);
    note_tensor table = note_matrix(v->s, shown, 4);
    double rest = 0;
    for (long k = 0; k < r.count; k++)
        rest += r.products.data[k];
    for (long k = 0; table.data && k < shown; k++) {
        *note_entry(table, k, 0) = (double)order[k];
        *note_entry(table, k, 1) = r.x.data[order[k]];
        *note_entry(table, k, 2) = r.w.data[order[k]];
        *note_entry(table, k, 3) = r.products.data[order[k]];
        rest -= r.products.data[order[k]];
    }
    limpid_page_formula(v->page, "A5", "y_d = Σ_q F_{q,d} x_q + b_d");
    limpid_page_say(v->page, "Every one of the %ld inputs is multiplied by a number of its own. %s",
                    r.count, shown < r.count ? "The largest of the products:" : "The products:");
    limpid_page_figure(v->page);
    limpid_page_show_table(v->page, "", "q|x_q|F_{q,d}|product", table);
    if (shown < r.count)
        limpid_page_say(v->page, "The other %ld together add %.4g.", r.count - shown, rest);
    note_tensor x = note_as_volume(r.x, 1, 1, r.count, 1);
    note_tensor y = note_dense(v->s, x, note_as_matrix(r.w, r.count, 1), (note_tensor){ 0 });
    write_total(v, "A5", y.data ? y.data[0] : (double)NAN, sizes(r.products));
    limpid_layer_each_reader(v, v->node->out[0], write_verdict_of_relu, NULL);
}

void limpid_layer_backward_dense(limpid_layer_view *v, double gradient)
{
    row r = row_of(v);
    note_tensor engine = limpid_layer_gradient(v, v->node->in[1]);
    long order[LIMPID_LAYER_TERMS],
        shown = limpid_layer_largest(r.products, order, LIMPID_LAYER_TERMS);
    note_tensor table = note_matrix(v->s, shown, 3);
    for (long k = 0; table.data && k < shown; k++) {
        *note_entry(table, k, 0) = (double)order[k];
        *note_entry(table, k, 1) = r.x.data[order[k]] * gradient;
        *note_entry(table, k, 2) = r.w.data[order[k]] * gradient;
    }
    limpid_page_say(v->page,
                    "Each number of the filter is told its input times %.4g, each input its filter "
                    "number times %.4g, and the bias is told %.4g. For the same inputs:",
                    gradient, gradient, gradient);
    limpid_page_figure(v->page);
    limpid_page_show_table(v->page, "", "q|to ∂z/∂F|to ∂z/∂x", table);
    if (!engine.data)
        return;
    note_tensor dF = scaled(v, r.x, gradient), of_engine = note_vector(v->s, r.count);
    for (long k = 0; of_engine.data && k < r.count; k++)
        of_engine.data[k] = *note_at(engine, 0, 0, k, v->at.d);
    limpid_page_say(v->page,
                    "For one picture that is the whole gradient of this row of the "
                    "filters. Against the engine’s, all %ld numbers:",
                    r.count);
    limpid_page_formula(v->page, "A5", "{∂z|∂F} = vec(x^l) {∂z|∂y^T}");
    limpid_page_agree(v->page, "A5", dF, of_engine, LIMPID_ENGINE * sizes(dF) + 1e-12);
}
