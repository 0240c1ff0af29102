// SPDX-License-Identifier: MIT
/* topic_convolution.c - sections 4.2 to 4.4 and 4.7: convolution (12)-(15), (20), and phi with its
 * index maps and its matrix (14)-(19), (34)-(36). */
#include "explain/topics.h"

static const char worked_input[] = "1 2 3 1; 4 5 6 1; 7 8 9 1", worked_filter[] = "1 1; 1 1";
static const note_tensor none = { 0 };

static note_tensor convolved(limpid_example *e)
{
    return note_convolution(e->s, e->x, e->f, none, e->g, 1);
}

/* ---- convolution ---- */

static void write_definition(limpid_example *e, note_tensor y)
{
    limpid_page *page = e->page;
    limpid_page_title(page, "Convolution");
    limpid_page_say(page,
                    "A filter $f$ slides over the input $x$. At each place, every number of the "
                    "filter is multiplied by the number under it, and the products are added "
                    "up. The sum is one number of the output $y$.");
    if (!e->simple)
        limpid_page_say(page,
                        "Here the filter moves by %ld at a time, and a border of zeros, %ld "
                        "wide, is put around the input. The note leaves this out; it is "
                        "addition A1.",
                        e->g.stride[0], e->g.pad[0]);
    limpid_page_figure(page);
    limpid_shown x = limpid_page_show(page, "", "x", e->x);
    limpid_shown f = limpid_page_show(page, "*", "f", e->f);
    limpid_shown shown = limpid_page_show(page, "=", "y", y);
    limpid_page_link_window(page, shown, x, f, e->g);
    limpid_page_heading(page, "The definition");
    limpid_page_formula(
        page, e->simple ? "12" : "A1",
        e->simple ? "y_{i^{l+1},j^{l+1},d} = Σ_{i=0}^{H−1} Σ_{j=0}^{W−1} Σ_{d^l=0}^{D^l−1} "
                    "f_{i,j,d^l,d} × x^l_{i^{l+1}+i,j^{l+1}+j,d^l}"
                  : "y_{i^{l+1},j^{l+1},d} = Σ_{i,j,d^l} f_{i,j,d^l,d} × "
                    "x^l_{i^{l+1} s+i−p,j^{l+1} s+j−p,d^l}");
    limpid_example_say_sum(e, y, (note_place){ 0 });
    if (e->simple)
        limpid_page_agree(page, "12", note_convolve(e->s, e->x, e->f), y, LIMPID_EXACT);
    limpid_page_say(page, "The filter is not flipped. (Mathematicians call this a "
                          "cross-correlation; the note, and everyone who builds networks, says "
                          "convolution.)");
}

static void write_expanded(limpid_example *e, note_tensor y)
{
    limpid_page *page = e->page;
    note_tensor C = note_phi(e->s, e->x, e->g), F = note_F(e->f), CF = note_multiply(e->s, C, F);
    note_tensor Y = note_as_matrix(y, y.size[0] * y.size[1], y.size[2]);
    limpid_page_heading(page, "The same as a product of matrices");
    limpid_page_say(page, "Write down all the patches the filter sees, each as a row. The first "
                          "row is the patch at the top left, column by column; the next rows "
                          "belong to the outputs below it, then to the next column.");
    limpid_page_formula(page, e->simple ? "14" : "A1", "C = φ(x)");
    limpid_page_figure(page);
    limpid_shown x = limpid_page_show(page, "", "x", e->x);
    limpid_shown shown = limpid_page_show(page, "→", "C", C);
    limpid_page_link_phi(page, shown, x, e->g);
    if (e->simple) {
        note_tensor B = note_im2col(e->s, e->x, e->f.size[0], e->f.size[1]);
        limpid_page_agree(page, "14", note_transpose(e->s, B), C, LIMPID_EXACT);
    } else
        limpid_page_agree(page, "A1",
                          note_as_matrix(note_phi_35(e->s, e->x, e->g), C.size[0], C.size[1]), C,
                          LIMPID_EXACT);
    limpid_page_say(page,
                    "Now $C$ times the filter, written as a column, is the output, written as "
                    "a column. Each row of $C$ meets the filter once: that is one sum of (12).");
    limpid_page_formula(page, "15", "C F = Y");
    limpid_page_figure(page);
    limpid_shown c = limpid_page_show(page, "", "C", C);
    limpid_shown f = limpid_page_show(page, "·", "F", F);
    limpid_shown p = limpid_page_show(page, "=", "C F", CF);
    limpid_page_link_product(page, p, c, f);
    limpid_page_agree(page, "15", CF, Y, LIMPID_EXACT);
}

limpid_status limpid_topic_write_convolution(limpid_page *page, const limpid_own_example *own)
{
    limpid_example e;
    LIMPID_TRY(limpid_example_open(&e, page, own, worked_input, worked_filter));
    note_tensor y = convolved(&e);
    write_definition(&e, y);
    if (!e.own && e.simple) {
        limpid_page_heading(page, "The note's example");
        limpid_page_say(page, "The filter of ones adds up each patch of 2 × 2. The note prints "
                              "this result:");
        note_tensor printed = note_as_volume(note_example_output(e.s), 2, 3, 1, 1);
        limpid_page_equation(page, "13", "x * f = y", "y", y, "in the note", printed, LIMPID_EXACT);
    }
    write_expanded(&e, y);
    limpid_page_heading(page, "In one line");
    limpid_page_say(page, "Folded back to its sizes, the product is $y$. This is the equation the "
                          "rest of the note is built on: convolution is a product of matrices.");
    limpid_page_equation(page, "20", "vec(y) = vec(φ(x^l) F)", "y", y, "φ(x) F, folded",
                         note_convolve_phi(e.s, e.x, e.f, e.g), LIMPID_EXACT);
    return limpid_example_close(&e);
}

/* ---- phi ---- */

enum { P, Q, I_L1, J_L1, I, J, D_L, I_L, J_L, COLUMNS };

/* Every (p, q), and what (16) to (19) say of it. */
static note_tensor index_table(limpid_example *e, note_tensor phi)
{
    note_tensor table = note_matrix(e->s, note_count(phi), COLUMNS);
    long H_l1 = note_out_size(e->g, 0, e->x.size[0]), H = e->g.size[0], W = e->g.size[1];
    for (long k = 0; table.data && k < note_count(phi); k++) {
        long p = k / phi.size[1], q = k % phi.size[1]; /* row after row: as one reads */
        long row[COLUMNS] = { [P] = p,     [Q] = q,         [I_L1] = p % H_l1,  [J_L1] = p / H_l1,
                              [I] = q % H, [J] = q / H % W, [D_L] = q / (H * W) };
        row[I_L] = note_i(e->g, row[I_L1], row[I]);
        row[J_L] = note_j(e->g, row[J_L1], row[J]);
        for (int c = 0; c < COLUMNS; c++)
            *note_entry(table, k, c) = (double)row[c];
    }
    return table;
}

static note_tensor column(limpid_example *e, note_tensor table, int which)
{
    note_tensor v = note_vector(e->s, table.size[0]);
    for (long k = 0; v.data && table.data && k < table.size[0]; k++)
        v.data[k] = *note_entry(table, k, which);
    return v;
}

/* What an equation of (16) to (19) makes of a row of the table. */
static double mapped(const limpid_example *e, note_tensor table, long k, int which)
{
    long at[COLUMNS];
    for (int c = 0; c < COLUMNS; c++)
        at[c] = (long)*note_entry(table, k, c);
    long H_l1 = note_out_size(e->g, 0, e->x.size[0]);
    note_place t = note_t(e->g, H_l1, at[P], at[Q]);
    long result = which == P     ? note_p(at[I_L1], at[J_L1], H_l1)
                  : which == Q   ? note_q(e->g, at[I], at[J], at[D_L])
                  : which == I_L ? t.i
                                 : t.j;
    return (double)result;
}

static void write_index_map(limpid_example *e, const char *number, const char *formula,
                            note_tensor table, int which)
{
    note_tensor left = column(e, table, which), right = note_vector(e->s, table.size[0]);
    for (long k = 0; right.data && k < table.size[0]; k++)
        right.data[k] = mapped(e, table, k, which);
    limpid_page_formula(e->page, number, formula);
    limpid_page_agree(e->page, number, left, right, LIMPID_EXACT);
}

static void write_indices(limpid_example *e, note_tensor phi)
{
    limpid_page *page = e->page;
    note_tensor table = index_table(e, phi);
    limpid_page_heading(page, "Where each number comes from");
    limpid_page_say(page,
                    "Row $p$ is the output place $(i^{l+1}, j^{l+1})$, column $q$ is the place "
                    "$(i, j, d^l)$ inside the patch. Together they point to one number of "
                    "the input, at row $i^l$ and column $j^l$.");
    limpid_page_figure(page);
    limpid_page_show_table(page, "", "p|q|i^{l+1}|j^{l+1}|i|j|d^l|i^l|j^l", table);
    limpid_page_say(page, "In every row of this table:");
    write_index_map(e, "16", "p = i^{l+1} + H^{l+1} × j^{l+1}", table, P);
    write_index_map(e, "17", "q = i + H × j + H × W × d^l", table, Q);
    write_index_map(e, "18", e->simple ? "i^l = i^{l+1} + i" : "i^l = i^{l+1} s + i − p_{top}",
                    table, I_L);
    write_index_map(e, "19", e->simple ? "j^l = j^{l+1} + j" : "j^l = j^{l+1} s + j − p_{left}",
                    table, J_L);
}

static note_tensor phi_of_x(note_sheet *s, note_tensor x, const void *with)
{
    return note_vec(note_phi(s, x, *(const note_window *)with));
}

static void write_matrix_H(limpid_example *e, note_tensor phi)
{
    limpid_page *page = e->page;
    note_tensor H = note_H(e->s, e->x, e->g), product = note_phi_35(e->s, e->x, e->g);
    limpid_page_heading(page, "The same map as a matrix");
    limpid_page_say(page,
                    "$H$ has a row for each number of $φ(x)$ and a column for each number of $x$. "
                    "The 1 in a row stands where that number was copied from. Nothing of $x$ "
                    "itself is in $H$, only the places.");
    limpid_page_formula(page, "34",
                        "H_{(p,q),(i^l,j^l,d^l)} = 1 if t(p, q) = (i^l, j^l, d^l), else 0");
    limpid_page_figure(page);
    limpid_page_show_indicator(page, "", "H", H);
    note_tensor by_difference = note_jacobian(e->s, phi_of_x, &e->g, e->x);
    note_tensor rounded = note_copy(e->s, by_difference);
    for (long k = 0; k < note_count(rounded); k++)
        rounded.data[k] = rounded.data[k] > 0.5;
    limpid_page_agree(page, "34", H, rounded, LIMPID_EXACT);
    limpid_page_say(page, "$H vec(x)$ copies every number to its places:");
    note_tensor left = note_as_matrix(note_vec(phi), note_count(phi), 1);
    limpid_page_equation(page, "35", "vec(φ(x^l)) = H vec(x^l)", "vec(φ(x))", left, "H vec(x)",
                         product, LIMPID_EXACT);
    limpid_page_say(page,
                    "Hence $H$ is also the derivative of $φ(x)$ by $x$. Measured by moving each "
                    "number of $x$ a little, the same matrix comes out:");
    limpid_page_formula(page, "36", "{∂vec(φ(x^l))|∂vec(x^l)^T} = H");
    limpid_page_agree(page, "36", by_difference, note_phi_36(e->s, e->x, e->g), LIMPID_NUMERIC);
}

limpid_status limpid_topic_write_phi(limpid_page *page, const limpid_own_example *own)
{
    limpid_example e;
    LIMPID_TRY(limpid_example_open(&e, page, own, worked_input, worked_filter));
    note_tensor phi = note_phi(e.s, e.x, e.g);
    limpid_page_title(page, "φ(x), the expanded input");
    limpid_page_say(page,
                    "$φ$ copies every patch of %ld × %ld that a filter sees into a row of its "
                    "own. The numbers in overlapping patches are copied several times.",
                    e.f.size[0], e.f.size[1]);
    limpid_page_formula(page, e.simple ? "14" : "A1", "C = φ(x)");
    limpid_page_figure(page);
    limpid_shown x = limpid_page_show(page, "", "x", e.x);
    limpid_shown shown = limpid_page_show(page, "→", "φ(x)", phi);
    limpid_page_link_phi(page, shown, x, e.g);
    if (e.simple)
        limpid_page_agree(page, "14",
                          note_transpose(e.s, note_im2col(e.s, e.x, e.f.size[0], e.f.size[1])), phi,
                          LIMPID_EXACT);
    write_indices(&e, phi);
    write_matrix_H(&e, phi);
    return limpid_example_close(&e);
}
