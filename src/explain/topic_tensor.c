// SPDX-License-Identifier: MIT
/* topic_tensor.c - section 2 of the note: vec (1), derivatives (2), (3) and the chain rule (4). */
#include "explain/topics.h"

/* The numbers in the order in which the note takes them: slice after slice, in each column after
 * column, in each row after row. */
static note_tensor read_in_order(limpid_example *e)
{
    note_tensor v = note_vector(e->s, note_count(e->x));
    long k = 0;
    for (long d = 0; v.data && d < e->x.size[2]; d++)
        for (long j = 0; j < e->x.size[1]; j++)
            for (long i = 0; i < e->x.size[0]; i++)
                v.data[k++] = *note_at(e->x, i, j, d, 0);
    return v;
}

limpid_status limpid_topic_write_vec(limpid_page *page, const limpid_own_example *own)
{
    limpid_example e;
    LIMPID_TRY(limpid_example_open(&e, page, own, "1 2; 3 4", NULL));
    note_tensor left = note_as_matrix(note_vec(e.x), note_count(e.x), 1);
    limpid_page_title(page, "vec: a tensor as one long vector");
    limpid_page_say(page, "vec writes the numbers of a matrix below each other: first the first "
                          "column from top to bottom, then the second, and so on. This is called "
                          "column-first.");
    limpid_page_formula(page, "1", e.own ? "vec(A)" : "vec(A) = (1, 3, 2, 4)^T");
    limpid_page_figure(page);
    limpid_shown A = limpid_page_show(page, "", "A", e.x);
    limpid_shown v = limpid_page_show(page, "→", "vec(A)", left);
    limpid_page_link_same(page, v, A);
    limpid_page_say(page, "On the left, vec as the library has it. On the right, the numbers read "
                          "off one by one: slice by slice, column by column, row by row.");
    limpid_page_figure(page);
    limpid_shown again = limpid_page_show(page, "", "vec(A)", left);
    limpid_shown read = limpid_page_show(page, "=", "read in order", read_in_order(&e));
    limpid_page_link_same(page, again, A);
    limpid_page_link_same(page, read, A);
    limpid_page_agree(page, "1", left, read_in_order(&e), LIMPID_EXACT);
    limpid_page_say(page, "A tensor with several slices is done slice after slice. Nothing is "
                          "lost: who knows the sizes can fold the vector back.");
    return limpid_example_close(&e);
}

/* ---- the chain rule, on y_0 = x_0 x_1, y_1 = x_0 + x_1^2, y_2 = 3 x_1 and z = y_0^2 + y_1 y_2 */

static note_tensor y_of_x(note_sheet *s, note_tensor x, const void *with)
{
    note_tensor y = note_vector(s, 3);
    (void)with;
    if (!y.data || note_count(x) != 2)
        return (note_tensor){ 0 };
    y.data[0] = x.data[0] * x.data[1];
    y.data[1] = x.data[0] + x.data[1] * x.data[1];
    y.data[2] = 3 * x.data[1];
    return y;
}

static note_tensor z_of_y(note_sheet *s, note_tensor y, const void *with)
{
    note_tensor z = note_vector(s, 1);
    (void)with;
    if (!z.data || note_count(y) != 3)
        return (note_tensor){ 0 };
    z.data[0] = y.data[0] * y.data[0] + y.data[1] * y.data[2];
    return z;
}

static note_tensor z_of_x(note_sheet *s, note_tensor x, const void *with)
{
    return z_of_y(s, y_of_x(s, x, with), with);
}

/* dz/dy by the rules of school. */
static note_tensor dz_by_hand(note_sheet *s, note_tensor y)
{
    note_tensor d = note_vector(s, 3);
    if (d.data && y.data) {
        d.data[0] = 2 * y.data[0];
        d.data[1] = y.data[2];
        d.data[2] = y.data[1];
    }
    return d;
}

static note_tensor dy_by_hand(note_sheet *s, note_tensor x)
{
    note_tensor J = note_matrix(s, 3, 2);
    if (J.data && x.data) {
        *note_entry(J, 0, 0) = x.data[1];
        *note_entry(J, 0, 1) = x.data[0];
        *note_entry(J, 1, 0) = 1;
        *note_entry(J, 1, 1) = 2 * x.data[1];
        *note_entry(J, 2, 1) = 3;
    }
    return J;
}

static void write_derivatives(limpid_example *e, note_tensor x, note_tensor y)
{
    limpid_page *page = e->page;
    limpid_page_heading(page, "The derivative of a number by a vector");
    limpid_page_say(page,
                    "$∂z/∂y$ has the size of $y$. Its $i$-th number says how $z$ changes when "
                    "$y_i$ alone is moved a little. On the left it is measured: $y$ is moved "
                    "up and down by 0.00001. On the right are the rules of school: "
                    "$2 y_0$, $y_2$, $y_1$.");
    limpid_page_equation(page, "2", "({∂z|∂y})_i = {∂z|∂y_i}", "∂z/∂y, measured",
                         note_derivative(e->s, z_of_y, NULL, y), "by the rules",
                         dz_by_hand(e->s, y), LIMPID_NUMERIC);
    limpid_page_heading(page, "The derivative of a vector by a vector");
    limpid_page_say(page,
                    "Now there is a number for each pair: row $i$, column $j$ says how $y_i$ "
                    "changes when $x_j$ is moved. With 3 numbers in $y$ and 2 in $x$, the matrix "
                    "has 3 rows and 2 columns.");
    limpid_page_equation(page, "3", "({∂y|∂x^T})_{ij} = {∂y_i|∂x_j}", "∂y/∂x^T, measured",
                         note_jacobian(e->s, y_of_x, NULL, x), "by the rules", dy_by_hand(e->s, x),
                         LIMPID_NUMERIC);
}

limpid_status limpid_topic_write_chain(limpid_page *page, const limpid_own_example *own)
{
    limpid_example e;
    LIMPID_TRY(limpid_example_open(&e, page, own, "2; 3", NULL));
    note_tensor x = note_as_matrix(e.x, 2, 1), y = y_of_x(e.s, x, NULL);
    limpid_page_title(page, "The chain rule");
    limpid_page_say(
        page, "A network is a chain: $x$ makes $y$, and $y$ makes $z$. To learn, we must know "
              "how $z$ changes with $x$. The chain rule puts that together from the two "
              "links. Our example:");
    limpid_page_formula(page, NULL, "y_0 = x_0 x_1,  y_1 = x_0 + x_1^2,  y_2 = 3 x_1");
    limpid_page_formula(page, NULL, "z = y_0^2 + y_1 y_2");
    limpid_page_figure(page);
    limpid_page_show(page, "", "x", x);
    limpid_page_show(page, "→", "y", y);
    limpid_page_show(page, "→", "z", z_of_y(e.s, y, NULL));
    write_derivatives(&e, x, y);
    limpid_page_heading(page, "The two together");
    limpid_page_say(page,
                    "A row of 3 numbers times a matrix of 3 × 2 is a row of 2: as many as $x$ "
                    "has. That the sizes fit is the first thing to check in any such "
                    "formula.");
    note_tensor row = note_transpose(e.s, dz_by_hand(e.s, y)), J = dy_by_hand(e.s, x);
    note_tensor product = note_chain_rule(e.s, row, J);
    limpid_page_formula(page, "4", "{∂z|∂x^T} = {∂z|∂y^T} {∂y|∂x^T}");
    limpid_page_figure(page);
    limpid_shown a = limpid_page_show(page, "", "∂z/∂y^T", row);
    limpid_shown b = limpid_page_show(page, "·", "∂y/∂x^T", J);
    limpid_shown c = limpid_page_show(page, "=", "∂z/∂x^T", product);
    limpid_page_link_product(page, c, a, b);
    limpid_page_say(page, "Measured directly, from $x$ to $z$ in one step, it is the same:");
    note_tensor direct = note_transpose(e.s, note_derivative(e.s, z_of_x, NULL, x));
    limpid_page_figure(page);
    limpid_page_show(page, "", "∂z/∂x^T, measured", direct);
    limpid_page_show(page, "=", "the product", product);
    limpid_page_agree(page, "4", direct, product, LIMPID_NUMERIC);
    return limpid_example_close(&e);
}
