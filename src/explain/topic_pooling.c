// SPDX-License-Identifier: MIT
/* topic_pooling.c - section 5: max pooling (46), (47), (49)-(55), average pooling (46), (48), A10,
 * and from section 6 unpooling (A13, A14). The regions are 2 x 2. */
#include <math.h>
#include "explain/topics.h"

enum { SIDE = 2 };

static const char example_input[] = "1 5 2 0; 3 2 8 1; 4 0 6 7; 9 2 3 5";

static limpid_status pooling_open(limpid_example *e, limpid_page *page,
                                  const limpid_own_example *own)
{
    LIMPID_TRY(limpid_example_open(e, page, own, example_input, NULL));
    e->g = note_pool_window(SIDE, SIDE);
    if (e->x.size[0] % SIDE == 0 && e->x.size[1] % SIDE == 0)
        return LIMPID_OK;
    long rows = e->x.size[0], columns = e->x.size[1];
    note_sheet_free(e->s);
    return limpid_fail(page->context, LIMPID_USAGE,
                       "regions of 2 x 2 do not divide an input of %ld x %ld evenly, as (46) asks",
                       rows, columns);
}

static void write_sizes(limpid_example *e, note_tensor y)
{
    limpid_page *page = e->page;
    long H_l1 = 0, W_l1 = 0, D_l1 = 0;
    note_pool_sizes(e->x, SIDE, SIDE, &H_l1, &W_l1, &D_l1);
    note_tensor told = note_matrix(e->s, 1, 3), made = note_matrix(e->s, 1, 3);
    if (told.data && made.data)
        for (int k = 0; k < 3; k++) {
            told.data[k] = (double)(k == 0 ? H_l1 : k == 1 ? W_l1 : D_l1);
            made.data[k] = (double)y.size[k];
        }
    limpid_page_equation(page, "46", "H^{l+1} = {H^l|H},  W^{l+1} = {W^l|W},  D^{l+1} = D^l",
                         "by (46)", told, "sizes of y", made, LIMPID_EXACT);
}

/* ---- max pooling ---- */

/* The largest of each region, read off patch by patch. */
static note_tensor largest(limpid_example *e, note_tensor like)
{
    note_tensor y = note_like(e->s, like);
    for (long k = 0; k < note_count(y); k++) {
        note_place out = note_place_of(y, k);
        note_tensor patch = note_subvolume(e->s, e->x, out.i * SIDE, out.j * SIDE, SIDE, SIDE);
        y.data[k] = -HUGE_VAL;
        for (long c = 0; c < SIDE * SIDE && patch.data; c++)
            y.data[k] = fmax(y.data[k], patch.data[out.d * SIDE * SIDE + c]);
    }
    return y;
}

static limpid_shown show_pooled(limpid_example *e, note_tensor y, const char *name)
{
    limpid_page *page = e->page;
    limpid_page_figure(page);
    limpid_shown x = limpid_page_show(page, "", "x", e->x);
    limpid_shown shown = limpid_page_show(page, "→", name, y);
    for (long k = 0; k < note_count(e->x); k++) {
        note_place in = note_place_of(e->x, k), out = { in.i / SIDE, in.j / SIDE, in.d, 0 };
        limpid_page_link(page, shown, note_index(y, out), x, k);
    }
    return x;
}

/* Each cell of the first region against the three conditions. */
static note_tensor conditions(limpid_example *e)
{
    note_tensor table = note_matrix(e->s, SIDE * SIDE, 6);
    for (long k = 0; table.data && k < SIDE * SIDE; k++) {
        note_place in = { k % SIDE, k / SIDE, 0, 0 }, out = { 0 };
        *note_entry(table, k, 0) = (double)in.i;
        *note_entry(table, k, 1) = (double)in.j;
        *note_entry(table, k, 2) = *note_at(e->x, in.i, in.j, 0, 0);
        *note_entry(table, k, 3) = note_same_slice(in, out);
        *note_entry(table, k, 4) = note_same_subregion(in, out, SIDE, SIDE);
        *note_entry(table, k, 5) = note_is_largest(e->x, in, out, SIDE, SIDE);
    }
    return table;
}

/* How many cells of each region meet a condition, and the recorded winner among them. */
static void write_condition(limpid_example *e, note_tensor y, note_tensor positions, int which,
                            const char *number, const char *formula)
{
    note_tensor met = note_like(e->s, y), one = note_like(e->s, y);
    for (long k = 0; k < note_count(one); k++) {
        note_place out = note_place_of(y, k), in = note_place_of(e->x, (long)positions.data[k]);
        bool holds = which == 49   ? note_same_slice(in, out)
                     : which == 50 ? note_same_subregion(in, out, SIDE, SIDE)
                                   : note_is_largest(e->x, in, out, SIDE, SIDE);
        met.data[k] = holds;
        one.data[k] = 1;
    }
    limpid_page_formula(e->page, number, formula);
    limpid_page_agree(e->page, number, met, one, LIMPID_EXACT);
}

static void write_conditions(limpid_example *e, note_tensor y, note_tensor positions)
{
    limpid_page *page = e->page;
    limpid_page_heading(page, "Where does an output come from?");
    limpid_page_say(page, "On the way back we must know which input each output is a copy of. It "
                          "is the one that meets three conditions. The cells of the first region, "
                          "1 for yes:");
    limpid_page_figure(page);
    limpid_page_show_table(page, "", "i^l|j^l|x|(49)|(50)|(51)", conditions(e));
    limpid_page_say(page, "And the winner of every region:");
    write_condition(e, y, positions, 49, "49", "d^{l+1} = d^l");
    write_condition(e, y, positions, 50, "50", "⌊{i^l|H}⌋ = i^{l+1},  ⌊{j^l|W}⌋ = j^{l+1}");
    write_condition(e, y, positions, 51, "51",
                    "x^l_{i^l,j^l,d^l} ≥ x^l_{i+i^{l+1} H,j+j^{l+1} W,d^l}");
    limpid_page_say(page, "Of equal ones the first is taken, column by column; the note overlooks "
                          "that there may be several.");
}

static note_tensor pooled_of_x(note_sheet *s, note_tensor x, const void *with)
{
    return note_vec(note_max_pool(s, x, *(const note_window *)with, NOTE_COLUMN_FIRST, NULL));
}

static void write_matrix_S(limpid_example *e, note_tensor y, note_tensor positions)
{
    limpid_page *page = e->page;
    note_sheet *s = e->s;
    note_tensor S = note_S(s, e->x, SIDE, SIDE);
    limpid_page_say(page, "The answers make a matrix: a row for each output, a column for each "
                          "input, and a single 1 in each row.");
    limpid_page_formula(page, "52", "S(x^l) = 1 where (49), (50) and (51) hold, else 0");
    limpid_page_figure(page);
    limpid_page_show_indicator(page, "", "S(x)", S);
    limpid_page_agree(page, "52", S, note_S_recorded(s, positions, note_count(e->x)), LIMPID_EXACT);
    limpid_page_equation(page, "53", "vec(y) = S(x^l) vec(x^l)", "vec(y)",
                         note_as_matrix(y, note_count(y), 1), "S(x) vec(x)",
                         note_max_pool_53(s, S, e->x), LIMPID_EXACT);
}

/* Whether a region has two largest numbers: moving one of them, the maximum jumps, and there is no
 * derivative to measure. */
static bool tied(limpid_example *e, note_tensor y, note_tensor positions)
{
    for (long k = 0; k < note_count(e->x); k++) {
        note_place in = note_place_of(e->x, k), out = { in.i / SIDE, in.j / SIDE, in.d, 0 };
        long at = note_index(y, out);
        if ((long)positions.data[at] != k && y.data[at] - e->x.data[k] < 1e-3)
            return true;
    }
    return false;
}

static void write_row(limpid_example *e, note_tensor S, note_tensor positions, note_tensor dy)
{
    static const char formula[] = "{∂z|∂vec(x^l)^T} = {∂z|∂vec(y)^T} S(x^l)";
    limpid_page *page = e->page;
    note_tensor row = note_max_pool_54(e->s, S, dy), y = note_max_pool_53(e->s, S, e->x);
    limpid_chosen_loss z = { pooled_of_x, &e->g, dy };
    if (!tied(e, note_reshape(y, dy.order, dy.size), positions)) {
        limpid_page_equation(page, "54", formula, "measured",
                             note_jacobian(e->s, limpid_chosen_loss_z, &z, e->x), "the product",
                             row, LIMPID_NUMERIC);
        return;
    }
    limpid_page_say(page, "Some region has two largest numbers. There the derivative cannot be "
                          "measured: moving one of the two makes the maximum jump. The first is "
                          "taken, as recorded on the way forward.");
    note_tensor recorded = note_max_pool_gradient(e->s, e->x, positions, dy);
    limpid_page_equation(page, "54", formula, "from the record",
                         note_as_matrix(recorded, 1, note_count(recorded)), "the product", row,
                         LIMPID_EXACT);
}

static void write_max_back(limpid_example *e, note_tensor y, note_tensor positions)
{
    limpid_page *page = e->page;
    note_sheet *s = e->s;
    note_tensor S = note_S(s, e->x, SIDE, SIDE), dy = limpid_example_derivative(e, y);
    limpid_page_heading(page, "The way back");
    limpid_page_say(page, "Let these small numbers come from the layer above:");
    limpid_page_figure(page);
    limpid_page_show(page, "", "∂z/∂y", dy);
    write_row(e, S, positions, dy);
    note_tensor dx = note_max_pool_55(s, S, dy);
    limpid_page_say(page,
                    "Folded back: each winner gets the whole of what came, all others get 0.");
    limpid_page_formula(page, "55", "{∂z|∂vec(x^l)} = S(x^l)^T {∂z|∂vec(y)}");
    limpid_page_figure(page);
    limpid_shown d = limpid_page_show(page, "", "∂z/∂y", dy);
    limpid_shown x = limpid_page_show(page, "→", "∂z/∂x", note_reshape(dx, e->x.order, e->x.size));
    for (long k = 0; k < note_count(positions); k++) {
        limpid_page_mark(page, x, (long)positions.data[k]);
        limpid_page_link(page, x, (long)positions.data[k], d, k);
    }
    limpid_page_agree(page, "55", dx, note_vec(note_max_pool_gradient(s, e->x, positions, dy)),
                      LIMPID_EXACT);
}

limpid_status limpid_topic_write_max_pooling(limpid_page *page, const limpid_own_example *own)
{
    limpid_example e;
    LIMPID_TRY(pooling_open(&e, page, own));
    note_tensor positions;
    note_tensor y = note_max_pool(e.s, e.x, e.g, NOTE_COLUMN_FIRST, &positions);
    limpid_page_title(page, "Max pooling");
    limpid_page_say(page, "The input is divided into regions, here of 2 × 2. Of each region only "
                          "the largest number is kept.");
    limpid_shown x = show_pooled(&e, y, "y");
    for (long k = 0; k < note_count(positions); k++)
        limpid_page_mark(page, x, (long)positions.data[k]);
    write_sizes(&e, y);
    limpid_page_say(page, "Read off region by region, it is:");
    limpid_page_equation(page, "47",
                         "y_{i^{l+1},j^{l+1},d} = max_{0≤i<H, 0≤j<W} "
                         "x^l_{i^{l+1} H+i,j^{l+1} W+j,d}",
                         "y", y, "read off", largest(&e, y), LIMPID_EXACT);
    write_conditions(&e, y, positions);
    write_matrix_S(&e, y, positions);
    write_max_back(&e, y, positions);
    return limpid_example_close(&e);
}

/* ---- average pooling ---- */

static note_tensor means(limpid_example *e, note_tensor like)
{
    note_tensor y = note_like(e->s, like);
    for (long k = 0; k < note_count(y); k++) {
        note_place out = note_place_of(y, k);
        note_tensor patch = note_subvolume(e->s, e->x, out.i * SIDE, out.j * SIDE, SIDE, SIDE);
        for (long c = 0; c < SIDE * SIDE && patch.data; c++)
            y.data[k] += patch.data[out.d * SIDE * SIDE + c] / (SIDE * SIDE);
    }
    return y;
}

static note_tensor average_of_x(note_sheet *s, note_tensor x, const void *with)
{
    return note_vec(note_average_pool(s, x, *(const note_window *)with, false));
}

limpid_status limpid_topic_write_average_pooling(limpid_page *page, const limpid_own_example *own)
{
    limpid_example e;
    LIMPID_TRY(pooling_open(&e, page, own));
    note_tensor y = note_average_pool(e.s, e.x, e.g, false);
    note_tensor A = note_average_matrix(e.s, e.x, e.g, false);
    note_tensor dy = limpid_example_derivative(&e, y);
    limpid_page_title(page, "Average pooling");
    limpid_page_say(page, "The input is divided into regions, here of 2 × 2. Of each region the "
                          "mean is kept.");
    show_pooled(&e, y, "y");
    write_sizes(&e, y);
    limpid_page_equation(page, "48",
                         "y_{i^{l+1},j^{l+1},d} = {1|H W} Σ_{0≤i<H, 0≤j<W} "
                         "x^l_{i^{l+1} H+i,j^{l+1} W+j,d}",
                         "y", y, "read off", means(&e, y), LIMPID_EXACT);
    limpid_page_heading(page, "As a matrix");
    limpid_page_say(page, "The mean is a sum with fixed factors, so there is a matrix $A$ that "
                          "does not depend on the numbers in $x$. The note leaves this, and the "
                          "way back, to the reader; it is addition A10.");
    limpid_page_figure(page);
    limpid_page_show_indicator(page, "", "A", A);
    limpid_page_equation(page, "A10", "vec(y) = A vec(x^l)", "vec(y)",
                         note_as_matrix(y, note_count(y), 1), "A vec(x)",
                         note_multiply(e.s, A, note_vec(e.x)), LIMPID_EXACT);
    limpid_page_heading(page, "The way back");
    limpid_page_say(page, "Each number of a region gets its share, a quarter, of what comes to the "
                          "mean. On the left, measured; on the right, $A^T ∂z/∂vec(y)$, folded.");
    limpid_page_figure(page);
    limpid_shown d = limpid_page_show(page, "", "∂z/∂y", dy);
    limpid_chosen_loss z = { average_of_x, &e.g, dy };
    note_tensor dx = note_average_pool_gradient(e.s, e.x, e.g, false, dy);
    limpid_sides sides = limpid_page_equation(
        page, "A10", "{∂z|∂vec(x^l)} = A^T {∂z|∂vec(y)}", "measured",
        note_derivative(e.s, limpid_chosen_loss_z, &z, e.x), "∂z/∂x", dx, LIMPID_NUMERIC);
    for (long k = 0; k < note_count(dx); k++) {
        note_place in = note_place_of(dx, k), out = { in.i / SIDE, in.j / SIDE, in.d, 0 };
        limpid_page_link(page, sides.right, k, d, note_index(dy, out));
    }
    return limpid_example_close(&e);
}

/* ---- unpooling ---- */

limpid_status limpid_topic_write_unpooling(limpid_page *page, const limpid_own_example *own)
{
    limpid_example e;
    LIMPID_TRY(pooling_open(&e, page, own));
    note_tensor positions, y = note_max_pool(e.s, e.x, e.g, NOTE_COLUMN_FIRST, &positions);
    note_tensor mean = note_average_pool(e.s, e.x, e.g, false);
    limpid_page_title(page, "Unpooling");
    limpid_page_say(page, "Pooling throws numbers away, so it cannot really be undone. But it can "
                          "be reversed as far as possible.");
    limpid_page_heading(page, "Max unpooling");
    limpid_page_say(page, "Whoever remembers where the largest numbers stood can put them back "
                          "there. All else is 0.");
    limpid_page_figure(page);
    limpid_shown x = limpid_page_show(page, "", "x", e.x);
    limpid_shown p = limpid_page_show(page, "→", "y", y);
    note_tensor back = note_max_unpool(e.s, e.x, y, positions);
    limpid_shown b = limpid_page_show(page, "→", "unpooled", back);
    for (long k = 0; k < note_count(positions); k++) {
        long at = (long)positions.data[k];
        limpid_page_mark(page, x, at);
        limpid_page_mark(page, b, at);
        limpid_page_link(page, p, k, x, at);
        limpid_page_link(page, b, at, p, k);
    }
    note_tensor S = note_S(e.s, e.x, SIDE, SIDE);
    note_tensor through = note_multiply(e.s, note_transpose(e.s, S), note_vec(y));
    limpid_page_say(page, "With the matrix of (52) it is:");
    limpid_page_equation(page, "A14", "S(x^l)^T vec(y)", "unpooled", back, "S(x)^T vec(y), folded",
                         note_reshape(through, e.x.order, e.x.size), LIMPID_EXACT);
    limpid_page_heading(page, "Average unpooling");
    limpid_page_say(page, "The average is linear: its matrix $A$ does not depend on $x$. Its "
                          "transpose spreads each mean evenly over its region. It does not give "
                          "back the mean, but a quarter of it: $A^T$ is the adjoint of $A$, not "
                          "its inverse.");
    note_tensor A = note_average_matrix(e.s, e.x, e.g, false);
    note_tensor spread = note_multiply(e.s, note_transpose(e.s, A), note_vec(mean));
    limpid_page_figure(page);
    limpid_page_show(page, "", "means", mean);
    limpid_page_equation(page, "A13", "A^T vec(y)", "unpooled",
                         note_average_unpool(e.s, e.x, mean, e.g, false), "A^T vec(y), folded",
                         note_reshape(spread, e.x.order, e.x.size), LIMPID_EXACT);
    return limpid_example_close(&e);
}
