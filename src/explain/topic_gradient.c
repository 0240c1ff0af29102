// SPDX-License-Identifier: MIT
/* topic_gradient.c - sections 4.6 and 4.8: the two derivations, line by line: to the derivative by
 * the filters (26)-(33), and by the input (37)-(45). */
#include "explain/topics.h"

static const note_tensor none = { 0 };

/* A layer with a derivative that came from above. */
typedef struct {
    limpid_example e;
    note_layer l;
    note_tensor y, dy; /* dy in the shape of y, l.dY as a matrix */
} layer;

static limpid_status layer_open(layer *a, limpid_page *page, const limpid_own_example *own,
                                const char *input, const char *filter)
{
    LIMPID_TRY(limpid_example_open(&a->e, page, own, input, filter));
    a->y = note_convolution(a->e.s, a->e.x, a->e.f, none, a->e.g, 1);
    a->dy = limpid_example_derivative(&a->e, a->y);
    note_tensor dY = note_as_matrix(a->dy, a->y.size[0] * a->y.size[1], a->y.size[2]);
    a->l = (note_layer){ a->e.x, a->e.f, dY, a->e.g };
    return LIMPID_OK;
}

static note_tensor y_of_f(note_sheet *s, note_tensor f, const void *with)
{
    const layer *a = with;
    return note_vec(note_convolution(s, a->l.x, note_reshape(f, a->l.f.order, a->l.f.size), none,
                                     a->l.window, 1));
}

static note_tensor y_of_x(note_sheet *s, note_tensor x, const void *with)
{
    const layer *a = with;
    return note_vec(note_convolution(s, note_reshape(x, a->l.x.order, a->l.x.size), a->l.f, none,
                                     a->l.window, 1));
}

static void write_layer(layer *a, const char *sentence)
{
    limpid_page *page = a->e.page;
    limpid_page_say(page, "%s", sentence);
    limpid_page_figure(page);
    limpid_shown x = limpid_page_show(page, "", "x", a->l.x);
    limpid_shown f = limpid_page_show(page, "*", "f", a->l.f);
    limpid_shown y = limpid_page_show(page, "=", "y", a->y);
    limpid_page_link_window(page, y, x, f, a->l.window);
    limpid_page_say(page, "The layer above has already told how the loss $z$ changes with each "
                          "number of $y$. We take some small numbers for it. As a matrix $∂z/∂Y$ "
                          "has a row for each place and a column for each filter, like $φ(x) F$.");
    limpid_page_figure(page);
    limpid_shown dy = limpid_page_show(page, "", "∂z/∂y", a->dy);
    limpid_shown dY = limpid_page_show(page, "→", "∂z/∂Y", a->l.dY);
    limpid_page_link_same(page, dY, dy);
}

/* One line of a derivation: this and the one before, turned if the note turns it. */
typedef note_tensor line(note_sheet *s, const note_layer *l);

typedef struct {
    const char *number, *formula, *left, *right, *sentence;
    line *before, *this;
    bool transposed;
} step;

static void write_steps(layer *a, const step *steps)
{
    note_sheet *s = a->e.s;
    for (; steps->number; steps++) {
        note_tensor before = steps->before(s, &a->l);
        if (steps->transposed)
            before = note_transpose(s, before);
        if (steps->sentence)
            limpid_page_say(a->e.page, "%s", steps->sentence);
        limpid_page_equation(a->e.page, steps->number, steps->formula, steps->left, before,
                             steps->right, steps->this(s, &a->l), LIMPID_EXACT);
    }
}

/* ---- the filters ---- */

static const step filter_steps[] = {
    { "29", "{∂z|∂vec(F)} = (I ⊗ φ(x^l))^T vec({∂z|∂Y})", "(28)^T", "(I ⊗ φ(x))^T vec(∂z/∂Y)",
      "Now the row is made a column. The transpose of a product is the product of the transposes "
      "in reverse order.",
      note_filters_28, note_filters_29, true },
    { "30", "= (I ⊗ φ(x^l)^T) vec({∂z|∂Y})", "(29)", "(I ⊗ φ(x)^T) vec(∂z/∂Y)",
      "By (22) the transpose goes inside. $I$ is its own transpose.", note_filters_29,
      note_filters_30, false },
    { "31", "= vec(φ(x^l)^T {∂z|∂Y} I^T)", "(30)", "vec(φ(x)^T ∂z/∂Y I^T)",
      "By (23), read from right to left, the Kronecker product is gone.", note_filters_30,
      note_filters_31, false },
    { "32", "= vec(φ(x^l)^T {∂z|∂Y})", "(31)", "vec(φ(x)^T ∂z/∂Y)", "$I$ changes nothing.",
      note_filters_31, note_filters_32, false },
    { 0 },
};

static void write_filter_start(layer *a)
{
    limpid_page *page = a->e.page;
    note_sheet *s = a->e.s;
    limpid_page_heading(page, "The derivation");
    limpid_page_say(page, "We start with the chain rule. The second factor is measured here: each "
                          "number of $F$ is moved a little. On the left, $z$ itself is measured.");
    limpid_chosen_loss z = { y_of_f, a, a->dy };
    limpid_page_equation(page, "26", "{∂z|∂vec(F)^T} = {∂z|∂vec(y)^T} {∂vec(y)|∂vec(F)^T}",
                         "measured", note_jacobian(s, limpid_chosen_loss_z, &z, a->l.f),
                         "the product", note_filters_26(s, &a->l), LIMPID_NUMERIC);
    limpid_page_say(page, "What was measured has a name. By (24) $vec(y) = (I ⊗ φ(x)) vec(F)$, and "
                          "the derivative of a matrix times a vector is the matrix.");
    note_tensor J = note_jacobian(s, y_of_f, a, a->l.f), K = note_filters_27(s, &a->l);
    limpid_page_formula(page, "27", "{∂vec(y)|∂vec(F)^T} = I ⊗ φ(x^l)");
    limpid_page_figure(page);
    limpid_page_show_indicator(page, "", "I ⊗ φ(x)", K);
    limpid_page_agree(page, "27", J, K, LIMPID_NUMERIC);
    limpid_page_equation(page, "28", "{∂z|∂vec(F)^T} = {∂z|∂vec(y)^T} (I ⊗ φ(x^l))", "(26)",
                         note_filters_26(s, &a->l), "∂z/∂vec(y)^T (I ⊗ φ(x))",
                         note_filters_28(s, &a->l), LIMPID_NUMERIC);
}

static void write_filter_end(layer *a)
{
    limpid_page *page = a->e.page;
    note_sheet *s = a->e.s;
    note_tensor phiT = note_transpose(s, note_phi(s, a->l.x, a->l.window));
    note_tensor dF = note_filters_33(s, &a->l);
    limpid_page_heading(page, "The result");
    limpid_page_say(page, "Without vec: the patches, turned, times what came from above. Each "
                          "number of the filter gathers, over all places, what it was multiplied "
                          "with times how much the loss cares about that place.");
    limpid_page_formula(page, "33", "{∂z|∂F} = φ(x^l)^T {∂z|∂Y}");
    limpid_page_figure(page);
    limpid_shown A = limpid_page_show(page, "", "φ(x)^T", phiT);
    limpid_shown B = limpid_page_show(page, "·", "∂z/∂Y", a->l.dY);
    limpid_shown C = limpid_page_show(page, "=", "∂z/∂F", dF);
    limpid_page_link_product(page, C, A, B);
    limpid_page_say(page, "Straight from the definition (12), product by product, it is the same:");
    note_tensor f = note_convolution_gradient_f(s, a->l.x, a->l.f, a->dy, a->l.window, 1);
    limpid_page_figure(page);
    limpid_shown direct = limpid_page_show(page, "", "∂z/∂f, from (12)", f);
    limpid_page_link_same(page, direct, C);
    limpid_page_agree(page, "33", dF, note_F(f), LIMPID_EXACT);
}

static note_tensor y_of_b(note_sheet *s, note_tensor b, const void *with)
{
    const layer *a = with;
    return note_vec(note_convolution(s, a->l.x, a->l.f, b, a->l.window, 1));
}

static void write_bias(layer *a)
{
    limpid_page *page = a->e.page;
    note_sheet *s = a->e.s;
    limpid_page_heading(page, "And the bias");
    limpid_page_say(page, "A bias $b_d$ is added to every output of filter $d$. So it gathers "
                          "$∂z/∂y$ over all places of that slice.");
    note_tensor b = note_volume(s, 1, 1, a->y.size[2], 1), D = none;
    limpid_chosen_loss z = { y_of_b, a, a->dy };
    if (b.data)
        D = note_derivative(s, limpid_chosen_loss_z, &z, b);
    note_tensor db = note_convolution_gradient_b(s, a->dy);
    long count = a->y.size[2];
    limpid_page_equation(page, "A3", "{∂z|∂b_d} = Σ_{i,j} {∂z|∂y_{i,j,d}}", "measured",
                         note_as_matrix(D, 1, count), "the sums", note_as_matrix(db, 1, count),
                         LIMPID_NUMERIC);
}

limpid_status limpid_topic_write_gradient_of_filters(limpid_page *page,
                                                     const limpid_own_example *own)
{
    layer a;
    LIMPID_TRY(layer_open(&a, page, own, "1 2 3 1; 4 5 6 1; 7 8 9 1", "1 1; 1 1/1 0; 0 -1"));
    limpid_page_title(page, "What the filters learn from");
    write_layer(&a, "To learn, the filters must know how the loss changes with each of their "
                    "numbers. The forward run:");
    write_filter_start(&a);
    write_steps(&a, filter_steps);
    write_filter_end(&a);
    write_bias(&a);
    return limpid_example_close(&a.e);
}

/* ---- the input ---- */

static const step input_steps[] = {
    { "40", "= ((F ⊗ I) vec({∂z|∂Y}))^T", "(39)", "((F ⊗ I) vec(∂z/∂Y))^T",
      "The same vector, seen as the vec of a matrix.", note_input_39, note_input_40, false },
    { "41", "= vec(I {∂z|∂Y} F^T)^T", "(40)", "vec(I ∂z/∂Y F^T)^T",
      "By (23), from right to left, the Kronecker product is gone.", note_input_40, note_input_41,
      false },
    { "42", "= vec({∂z|∂Y} F^T)^T", "(41)", "vec(∂z/∂Y F^T)^T", "$I$ changes nothing.",
      note_input_41, note_input_42, false },
    { "43", "{∂z|∂vec(x^l)^T} = vec({∂z|∂Y} F^T)^T H", "(38)", "vec(∂z/∂Y F^T)^T H",
      "Put back into (38):", note_input_38, note_input_43, false },
    { "44", "{∂z|∂vec(x^l)} = H^T vec({∂z|∂Y} F^T)", "(43)^T", "H^T vec(∂z/∂Y F^T)",
      "As a column:", note_input_43, note_input_44, true },
    { 0 },
};

static void write_input_start(layer *a)
{
    limpid_page *page = a->e.page;
    note_sheet *s = a->e.s;
    note_tensor H = note_H(s, a->l.x, a->l.window), M = note_input_37(s, &a->l);
    limpid_page_heading(page, "The derivation");
    limpid_page_say(page, "By (25) $vec(y) = (F^T ⊗ I) vec(φ(x))$, and by (36) the derivative of "
                          "$vec(φ(x))$ is the matrix $H$ of ones and zeros that says where each "
                          "number was copied from.");
    limpid_page_formula(page, "34",
                        "H_{(p,q),(i^l,j^l,d^l)} = 1 if t(p, q) = (i^l, j^l, d^l), else 0");
    limpid_page_figure(page);
    limpid_page_show_indicator(page, "", "H", H);
    limpid_page_agree(page, "34", note_multiply(s, H, note_vec(a->l.x)),
                      note_as_matrix(note_phi(s, a->l.x, a->l.window), H.size[0], 1), LIMPID_EXACT);
    limpid_page_formula(page, "37", "{∂vec(y)|∂vec(x^l)^T} = (F^T ⊗ I) H");
    limpid_page_figure(page);
    limpid_page_show_indicator(page, "", "(F^T ⊗ I) H", M);
    limpid_page_agree(page, "37", note_jacobian(s, y_of_x, a, a->l.x), M, LIMPID_NUMERIC);
    limpid_page_say(page, "The chain rule then gives the row we want. On the left, $z$ is measured "
                          "while each number of $x$ is moved a little.");
    limpid_chosen_loss z = { y_of_x, a, a->dy };
    limpid_page_equation(page, "38", "{∂z|∂vec(x^l)^T} = {∂z|∂vec(y)^T} (F^T ⊗ I) H", "measured",
                         note_jacobian(s, limpid_chosen_loss_z, &z, a->l.x), "the product",
                         note_input_38(s, &a->l), LIMPID_NUMERIC);
    limpid_page_say(page, "The first two factors are simplified. By (22):");
    note_tensor F = note_F(a->l.f), I = note_identity(s, a->l.dY.size[0]);
    note_tensor FTI = note_kronecker(s, note_transpose(s, F), I);
    note_tensor left = note_multiply(s, note_transpose(s, note_vec(a->l.dY)), FTI);
    limpid_page_equation(page, "39", "{∂z|∂vec(y)^T} (F^T ⊗ I) = ((F ⊗ I) {∂z|∂vec(y)})^T",
                         "∂z/∂vec(y)^T (F^T ⊗ I)", left, "((F ⊗ I) ∂z/∂vec(y))^T",
                         note_input_39(s, &a->l), LIMPID_EXACT);
}

static void write_input_end(layer *a)
{
    limpid_page *page = a->e.page;
    note_sheet *s = a->e.s;
    note_tensor FT = note_transpose(s, note_F(a->l.f)), dYFT = note_multiply(s, a->l.dY, FT);
    note_tensor sum = note_input_45(s, &a->l), x = a->l.x;
    limpid_page_heading(page, "The result");
    limpid_page_say(page,
                    "$H$ is never needed. $∂z/∂Y F^T$ has the size of $φ(x)$: it says for each "
                    "copy of a number how the loss changes with it. A number of $x$ gathers "
                    "the entries of all its copies.");
    limpid_page_formula(page, "45",
                        "({∂z|∂vec(x^l)})_{(i^l,j^l,d^l)} = Σ_{(p,q) ∈ t^{−1}(i^l,j^l,d^l)} "
                        "(vec({∂z|∂Y} F^T))_{(p,q)}");
    limpid_page_figure(page);
    limpid_shown p = limpid_page_show(page, "", "∂z/∂Y F^T", dYFT);
    limpid_shown g = limpid_page_show(page, "→", "∂z/∂x", note_reshape(sum, x.order, x.size));
    for (long k = 0; k < note_count(x); k++) {
        note_tensor pq = note_t_inverse(s, x, a->l.window, note_place_of(x, k));
        for (long m = 0; m < note_count(pq) / 2; m++)
            limpid_page_link(page, g, k, p,
                             (long)*note_entry(pq, 0, m) +
                                 dYFT.size[0] * (long)*note_entry(pq, 1, m));
    }
    limpid_page_agree(page, "45", sum, note_input_44(s, &a->l), LIMPID_EXACT);
    limpid_page_say(page, "Straight from the definition (12), product by product, it is the same:");
    note_tensor dx = note_convolution_gradient_x(s, x, a->l.f, a->dy, a->l.window, 1);
    limpid_page_figure(page);
    limpid_shown direct = limpid_page_show(page, "", "∂z/∂x, from (12)", dx);
    limpid_page_link_same(page, direct, g);
    limpid_page_agree(page, "45", sum, note_vec(dx), LIMPID_EXACT);
}

limpid_status limpid_topic_write_gradient_of_input(limpid_page *page, const limpid_own_example *own)
{
    layer a;
    LIMPID_TRY(layer_open(&a, page, own, "1 2 0; 0 1 3; 2 1 1", "1 2; 0 -1"));
    limpid_page_title(page, "What goes back to the layer below");
    write_layer(&a, "The layer below must be told how the loss changes with each number it made. "
                    "The note calls this the supervision signal. The forward run:");
    write_input_start(&a);
    write_steps(&a, input_steps);
    write_input_end(&a);
    return limpid_example_close(&a.e);
}
