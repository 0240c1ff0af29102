// SPDX-License-Identifier: MIT
/* topic_kronecker.c - section 4.5: the Kronecker product (21), its transpose (22), the vec identity
 * (23), and both Kronecker forms of the convolution (24), (25). */
#include "explain/topics.h"

/* Block by block, as (21) is drawn in the note. */
static note_tensor blocks(limpid_example *e, note_tensor A, note_tensor B)
{
    long p = B.size[0], q = B.size[1];
    note_tensor K = note_matrix(e->s, A.size[0] * p, A.size[1] * q);
    for (long k = 0; k < note_count(K); k++) {
        long i = k % K.size[0], j = k / K.size[0];
        K.data[k] = *note_entry(A, i / p, j / q) * *note_entry(B, i % p, j % q);
    }
    return K;
}

static note_tensor matrix(limpid_example *e, const char *text)
{
    note_tensor x = limpid_example_matrix(e, text);
    return note_as_matrix(x, x.size[0], x.size[1]);
}

static void write_product(limpid_example *e, note_tensor A, note_tensor B)
{
    limpid_page *page = e->page;
    note_tensor K = note_kronecker(e->s, A, B);
    limpid_page_title(page, "The Kronecker product");
    limpid_page_say(page, "$A ⊗ B$ puts a copy of $B$ in the place of every number of $A$, "
                          "multiplied by that number.");
    limpid_page_formula(page, "21", "A ⊗ B = (a_{i,j} B)");
    limpid_page_figure(page);
    limpid_shown a = limpid_page_show(page, "", "A", A);
    limpid_shown b = limpid_page_show(page, "⊗", "B", B);
    limpid_shown k = limpid_page_show(page, "=", "A ⊗ B", K);
    limpid_page_link_kronecker(page, k, a, b);
    limpid_page_agree(page, "21", K, blocks(e, A, B), LIMPID_EXACT);
    limpid_page_heading(page, "Two rules");
    limpid_page_say(page, "The transpose of the product is the product of the transposes, in the "
                          "same order.");
    limpid_page_equation(page, "22", "(A ⊗ B)^T = A^T ⊗ B^T", "(A ⊗ B)^T", note_transpose(e->s, K),
                         "A^T ⊗ B^T", note_kronecker_transposed(e->s, A, B), LIMPID_EXACT);
    note_tensor X = matrix(e, "1 0; 2 1");
    note_tensor AXB = note_multiply(e->s, note_multiply(e->s, A, X), B);
    limpid_page_say(page, "And a product of three matrices can be written as one matrix times a "
                          "vector. This is what the derivations need: it brings the middle matrix, "
                          "here $X$, to the end.");
    limpid_page_figure(page);
    limpid_page_show(page, "", "A", A);
    limpid_page_show(page, "", "X", X);
    limpid_page_show(page, "", "B", B);
    limpid_page_show(page, "=", "A X B", AXB);
    limpid_page_equation(page, "23", "vec(A X B) = (B^T ⊗ A) vec(X)", "vec(A X B)",
                         note_as_matrix(AXB, note_count(AXB), 1), "(B^T ⊗ A) vec(X)",
                         note_vec_of_product(e->s, A, X, B), LIMPID_EXACT);
}

static void write_first_form(limpid_example *e, note_tensor y)
{
    limpid_page *page = e->page;
    note_tensor phi = note_phi(e->s, e->x, e->g), F = note_F(e->f);
    note_tensor I = note_identity(e->s, F.size[1]), IK = note_kronecker(e->s, I, phi);
    note_tensor vecF = note_as_matrix(note_vec(F), note_count(F), 1);
    limpid_page_say(page, "First form: $F$ goes to the end. $I$ has a row for each filter; each of "
                          "its ones becomes a copy of $φ(x)$.");
    limpid_page_formula(page, "24", "vec(y) = vec(φ(x^l) F I) = (I ⊗ φ(x^l)) vec(F)");
    limpid_page_figure(page);
    limpid_shown K = limpid_page_show_indicator(page, "", "I ⊗ φ(x)", IK);
    limpid_shown v = limpid_page_show(page, "·", "vec(F)", vecF);
    limpid_shown p =
        limpid_page_show(page, "=", "vec(y)", note_convolve_24(e->s, e->x, e->f, e->g));
    limpid_page_link_product(page, p, K, v);
    limpid_page_agree(page, "24", note_convolve_24(e->s, e->x, e->f, e->g), y, LIMPID_EXACT);
}

static void write_second_form(limpid_example *e, note_tensor y)
{
    limpid_page *page = e->page;
    note_tensor phi = note_phi(e->s, e->x, e->g), F = note_F(e->f);
    note_tensor I = note_identity(e->s, phi.size[0]);
    note_tensor FK = note_kronecker(e->s, note_transpose(e->s, F), I);
    note_tensor vec = note_as_matrix(note_vec(phi), note_count(phi), 1);
    limpid_page_say(page, "Second form: $φ(x)$ goes to the end. Here $I$ has a row for each "
                          "place of the output.");
    limpid_page_formula(page, "25", "vec(y) = vec(I φ(x^l) F) = (F^T ⊗ I) vec(φ(x^l))");
    limpid_page_figure(page);
    limpid_shown K = limpid_page_show_indicator(page, "", "F^T ⊗ I", FK);
    limpid_shown v = limpid_page_show(page, "·", "vec(φ(x))", vec);
    limpid_shown p =
        limpid_page_show(page, "=", "vec(y)", note_convolve_25(e->s, e->x, e->f, e->g));
    limpid_page_link_product(page, p, K, v);
    limpid_page_agree(page, "25", note_convolve_25(e->s, e->x, e->f, e->g), y, LIMPID_EXACT);
}

limpid_status limpid_topic_write_kronecker(limpid_page *page, const limpid_own_example *own)
{
    limpid_example e;
    LIMPID_TRY(limpid_example_open(&e, page, own, "1 2 3; 4 5 6", "1 1/1 -1"));
    write_product(&e, matrix(&e, "1 2; 3 4"), matrix(&e, "0 1; 1 1"));
    note_tensor y = note_convolve(e.s, e.x, e.f);
    limpid_page_heading(page, "Convolution, written in two ways");
    limpid_page_say(page, "A small convolution with two filters. The first adds two neighbours, "
                          "the second subtracts them.");
    limpid_page_figure(page);
    limpid_shown x = limpid_page_show(page, "", "x", e.x);
    limpid_shown f = limpid_page_show(page, "*", "f", e.f);
    limpid_shown shown = limpid_page_show(page, "=", "y", y);
    limpid_page_link_window(page, shown, x, f, e.g);
    limpid_page_say(page, "By (20) $vec(y) = vec(φ(x) F)$. An identity matrix $I$ may be put at "
                          "either end without changing anything, and then (23) applies.");
    note_tensor vec = note_as_matrix(note_vec(y), note_count(y), 1);
    write_first_form(&e, vec);
    write_second_form(&e, vec);
    return limpid_example_close(&e);
}
