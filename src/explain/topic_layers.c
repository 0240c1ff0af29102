// SPDX-License-Identifier: MIT
/* topic_layers.c - ReLU (58)-(60), deconvolution (56), (57), and what the note leaves out: the
 * fully connected layer (A5), soft-max with cross-entropy (A6, A7), mini-batches and their
 * normalization (A4, A8). */
#include <math.h>
#include "explain/topics.h"

static const note_tensor none = { 0 };

/* ---- ReLU ---- */

static note_tensor relu_of_x(note_sheet *s, note_tensor x, const void *with)
{
    (void)with;
    return note_vec(note_relu(s, x));
}

/* max{0, x} and 1[x > 0], each number for itself. */
static note_tensor truncated(limpid_example *e, bool indicator)
{
    note_tensor y = note_like(e->s, e->x);
    for (long k = 0; k < note_count(y); k++)
        y.data[k] = e->x.data[k] > 0 ? (indicator ? 1 : e->x.data[k]) : 0;
    return y;
}

limpid_status limpid_topic_write_relu(limpid_page *page, const limpid_own_example *own)
{
    limpid_example e;
    LIMPID_TRY(limpid_example_open(&e, page, own, "3 -1 0.5; -2 4 -0.5", NULL));
    note_tensor y = note_relu(e.s, e.x), one = note_relu_indicator(e.s, e.x);
    note_tensor dy = limpid_example_derivative(&e, y), dx = note_relu_gradient(e.s, e.x, dy);
    limpid_page_title(page, "ReLU");
    limpid_page_say(page, "The rectified linear unit lets positive numbers pass and makes 0 of all "
                          "others. There is nothing to learn in it.");
    limpid_page_figure(page);
    limpid_shown x = limpid_page_show(page, "", "x", e.x);
    limpid_shown shown = limpid_page_show(page, "→", "y", y);
    limpid_page_link_same(page, shown, x);
    limpid_page_equation(page, "58", "y_{i,j,d} = max(0, x^l_{i,j,d})", "y", y, "one by one",
                         truncated(&e, false), LIMPID_EXACT);
    limpid_page_say(page, "Its slope is 1 where $x$ is positive and 0 where it is negative. At 0 "
                          "it has a corner and no slope; 0 is taken.");
    limpid_page_equation(page, "59", "{∂y_{i,j,d}|∂x^l_{i,j,d}} = 1(x^l_{i,j,d} > 0)", "the slope",
                         one, "one by one", truncated(&e, true), LIMPID_EXACT);
    limpid_page_heading(page, "The way back");
    limpid_page_say(page, "So what comes from above passes where $x$ was positive, and is stopped "
                          "elsewhere.");
    limpid_page_formula(page, "60",
                        "({∂z|∂x^l})_{i,j,d} = ({∂z|∂y})_{i,j,d} if x^l_{i,j,d} > 0, else 0");
    limpid_page_figure(page);
    limpid_shown d = limpid_page_show(page, "", "∂z/∂y", dy);
    limpid_shown o = limpid_page_show(page, "", "the slope", one);
    limpid_shown r = limpid_page_show(page, "→", "∂z/∂x", dx);
    limpid_page_link_same(page, r, d);
    limpid_page_link_same(page, r, o);
    note_tensor product = note_like(e.s, dx);
    bool corner = false;
    for (long k = 0; k < note_count(product); k++) {
        product.data[k] = dy.data[k] * one.data[k];
        corner = corner || fabs(e.x.data[k]) < 1e-3;
    }
    limpid_page_agree(page, "60", dx, product, LIMPID_EXACT);
    if (!corner) {
        limpid_page_say(page, "Measured, by moving each number of $x$ a little:");
        limpid_chosen_loss z = { relu_of_x, NULL, dy };
        note_tensor measured = note_derivative(e.s, limpid_chosen_loss_z, &z, e.x);
        limpid_page_figure(page);
        limpid_page_show(page, "", "measured", measured);
        limpid_page_show(page, "=", "∂z/∂x", dx);
        limpid_page_agree(page, "60", measured, dx, LIMPID_NUMERIC);
    }
    return limpid_example_close(&e);
}

/* ---- deconvolution ---- */

static void write_upsampling(limpid_example *e)
{
    limpid_page *page = e->page;
    note_tensor small = limpid_example_matrix(e, "1 2; 3 4"),
                f = limpid_example_matrix(e, "1 2; 2 4");
    note_tensor like = note_volume(e->s, 4, 4, 1, 1);
    note_window g = note_pool_window(2, 2); /* as a filter: it moves by 2 */
    note_tensor up = note_convolution_gradient_x(e->s, like, f, small, g, 1);
    limpid_page_heading(page, "Upsampling");
    limpid_page_say(page, "With a filter that moves by 2 at a time the way back makes a picture "
                          "larger: each number stamps the filter, multiplied by itself, onto the "
                          "larger picture. Networks that paint, or mark every pixel, use this with "
                          "filters they learn.");
    limpid_page_figure(page);
    limpid_shown y = limpid_page_show(page, "", "y", small);
    limpid_shown w = limpid_page_show(page, "", "f", f);
    limpid_shown x = limpid_page_show(page, "→", "stamped", up);
    for (long k = 0; k < 16; k++) {
        limpid_page_link(page, x, k, y, k % 4 / 2 + 2 * (k / 8));
        limpid_page_link(page, x, k, w, k % 2 + 2 * (k / 4 % 2));
    }
    note_tensor YFT =
        note_multiply(e->s, note_as_matrix(small, 4, 1), note_transpose(e->s, note_F(f)));
    limpid_page_formula(page, "A12", "H^T vec(Y F^T)");
    limpid_page_agree(page, "A12", up, note_deconvolute_57(e->s, like, YFT, g), LIMPID_EXACT);
}

limpid_status limpid_topic_write_deconvolution(limpid_page *page, const limpid_own_example *own)
{
    limpid_example e;
    LIMPID_TRY(limpid_example_open(&e, page, own, "1 2 3 1; 4 5 6 1; 7 8 9 1", "1 1; 1 1"));
    note_tensor phi = note_phi(e.s, e.x, e.g), back = note_deconvolute(e.s, e.x, phi, e.g);
    limpid_page_title(page, "Deconvolution");
    limpid_page_say(page,
                    "$φ$ copies every patch of the input into a row. $H$, the matrix of ones and "
                    "zeros that says so, can be turned around: its transpose sends each copy "
                    "home and adds up what meets there.");
    limpid_page_equation(page, "56", "vec(φ(x^l)) = H vec(x^l)", "vec(φ(x))",
                         note_as_matrix(phi, note_count(phi), 1), "H vec(x)",
                         note_convolute_56(e.s, e.x, e.g), LIMPID_EXACT);
    limpid_page_say(page, "And back, folded to the size of $x$. On the left by adding each copy "
                          "where it came from, on the right with $H^T$ as a matrix.");
    limpid_page_equation(page, "57", "H^T vec(φ(x^l))", "sent home", back, "H^T vec(φ(x)), folded",
                         note_deconvolute_57(e.s, e.x, phi, e.g), LIMPID_EXACT);
    note_tensor ones = note_like(e.s, e.x), counts, product = note_like(e.s, e.x);
    for (long k = 0; k < note_count(ones); k++)
        ones.data[k] = 1;
    counts = note_deconvolute(e.s, e.x, note_phi(e.s, ones, e.g), e.g);
    for (long k = 0; k < note_count(product) && counts.data; k++)
        product.data[k] = counts.data[k] * e.x.data[k];
    limpid_page_say(page, "This is not $x$ again: each number comes back as often as it was "
                          "copied. $H^T$ is the adjoint of $H$, not its inverse.");
    limpid_page_figure(page);
    limpid_shown c = limpid_page_show(page, "", "how often", counts);
    limpid_shown x = limpid_page_show(page, "×", "x", e.x);
    limpid_shown p = limpid_page_show(page, "=", "H^T vec(φ(x))", product);
    limpid_page_link_same(page, p, c);
    limpid_page_link_same(page, p, x);
    limpid_page_agree(page, "57", product, back, LIMPID_EXACT);
    write_upsampling(&e);
    return limpid_example_close(&e);
}

/* ---- fully connected ---- */

limpid_status limpid_topic_write_dense(limpid_page *page, const limpid_own_example *own)
{
    limpid_example e;
    LIMPID_TRY(limpid_example_open(&e, page, own, "1 2; 3 4", NULL));
    long K = note_count(e.x);
    note_tensor f = note_volume(e.s, e.x.size[0], e.x.size[1], e.x.size[2], 3);
    note_tensor b = limpid_example_matrix(&e, "1|0|-1");
    for (long k = 0; k < note_count(f); k++)
        f.data[k] = (double)((k * 5 + 1) % 4 - 1);
    note_window g = note_filter_window(e.x.size[0], e.x.size[1]);
    note_tensor y = note_dense(e.s, e.x, note_F(f), b);
    limpid_page_title(page, "The fully connected layer");
    limpid_page_say(page, "Here every output is connected with every input by a number of its own. "
                          "Written down, it is a product: all inputs as a column, times the matrix "
                          "$F$, turned, plus a bias.");
    limpid_page_formula(page, "A5", "y = F^T vec(x^l) + b");
    limpid_page_figure(page);
    limpid_shown A = limpid_page_show(page, "", "F^T", note_transpose(e.s, note_F(f)));
    limpid_shown B = limpid_page_show(page, "·", "vec(x)", note_as_matrix(e.x, K, 1));
    limpid_page_show(page, "+", "b", note_as_matrix(b, 3, 1));
    limpid_shown C = limpid_page_show(page, "=", "y", note_as_matrix(y, 3, 1));
    limpid_page_link_product(page, C, A, B);
    limpid_page_say(page, "But a filter that is as large as the input does the same: there is only "
                          "one place for it, so each filter gives one number. $φ(x)$ is then one "
                          "row.");
    limpid_page_figure(page);
    limpid_page_show(page, "", "x", e.x);
    limpid_page_show(page, "*", "f", f);
    note_tensor convolved = note_convolution(e.s, e.x, f, b, g, 1);
    limpid_page_show(page, "=", "y", note_as_matrix(convolved, 3, 1));
    limpid_page_agree(page, "A5", y, convolved, LIMPID_EXACT);
    limpid_page_heading(page, "The way back");
    limpid_page_say(page, "What was said of the convolution holds as it stands. For the inputs:");
    note_tensor dy = limpid_example_derivative(&e, y);
    limpid_page_equation(page, "A5", "{∂z|∂vec(x^l)} = F {∂z|∂y}", "∂z/∂x",
                         note_dense_gradient_x(e.s, e.x, note_F(f), dy), "of the convolution",
                         note_convolution_gradient_x(e.s, e.x, f, dy, g, 1), LIMPID_EXACT);
    limpid_page_say(page, "And for $F$, each input times each derivative:");
    limpid_page_equation(page, "A5", "{∂z|∂F} = vec(x^l) {∂z|∂y^T}", "∂z/∂F",
                         note_dense_gradient_F(e.s, e.x, dy), "of the convolution",
                         note_F(note_convolution_gradient_f(e.s, e.x, f, dy, g, 1)), LIMPID_EXACT);
    return limpid_example_close(&e);
}

/* ---- soft-max ---- */

static note_tensor cross_entropy(note_sheet *s, note_tensor x, const void *label)
{
    return note_cross_entropy(s, x, label);
}

limpid_status limpid_topic_write_softmax(limpid_page *page, const limpid_own_example *own)
{
    limpid_example e;
    LIMPID_TRY(limpid_example_open(&e, page, own, "2 1 0 -1", NULL));
    long D = note_count(e.x);
    const long label[1] = { D > 1 };
    note_tensor x = note_as_volume(note_vec(e.x), 1, 1, D, 1), y = note_softmax(e.s, x);
    note_tensor ratio = note_like(e.s, x);
    double sum = 0;
    for (long k = 0; k < note_count(ratio); k++)
        sum += exp(x.data[k] - x.data[0]);
    for (long k = 0; k < note_count(ratio); k++)
        ratio.data[k] = exp(x.data[k] - x.data[0]) / sum;
    limpid_page_title(page, "Soft-max and its loss");
    limpid_page_say(page, "A network answers with a number for each class, any number. Soft-max "
                          "makes probabilities of them: all positive, together 1, the larger the "
                          "more probable.");
    limpid_page_formula(page, "A6", "y_d = {exp(x_d)|Σ_e exp(x_e)}");
    limpid_page_figure(page);
    limpid_page_show(page, "", "x", note_as_matrix(x, D, 1));
    limpid_page_show(page, "→", "y", note_as_matrix(y, D, 1));
    limpid_page_show(page, "=", "by the formula", note_as_matrix(ratio, D, 1));
    limpid_page_agree(page, "A6", y, ratio, LIMPID_EXACT);
    limpid_page_heading(page, "The loss");
    limpid_page_say(page,
                    "Let class %ld be the right one. The loss is the negative logarithm of "
                    "its probability: 0 if the network is sure of it, and large if it thinks "
                    "it improbable.",
                    label[0]);
    note_tensor z = note_cross_entropy(e.s, x, label), log_y = note_vector(e.s, 1);
    if (log_y.data && ratio.data)
        log_y.data[0] = -log(ratio.data[label[0]]);
    limpid_page_equation(page, "A7", "z = −log y_c", "z", z, "−log y_c", log_y, LIMPID_EXACT);
    limpid_page_say(page, "The two together have a derivative as simple as can be: the "
                          "probabilities, with 1 taken away from the right one. At the left it is "
                          "measured.");
    note_tensor measured = note_derivative(e.s, cross_entropy, label, x);
    limpid_page_equation(page, "A7", "{∂z|∂x_d} = y_d − 1(d = c)", "measured",
                         note_as_matrix(measured, D, 1), "y_d − 1(d = c)",
                         note_as_matrix(note_cross_entropy_gradient(e.s, x, label), D, 1),
                         LIMPID_NUMERIC);
    return limpid_example_close(&e);
}

/* ---- mini-batches ---- */

static void write_mini_batch(limpid_example *e)
{
    limpid_page *page = e->page;
    note_sheet *s = e->s;
    note_tensor x = limpid_example_matrix(e, "1 2 0; 0 1 3; 2 1 1/0 1 1; 3 0 2; 1 1 0");
    note_window g = note_filter_window(2, 2);
    note_tensor y = note_convolution(s, x, e->x, none, g, 1), dy = limpid_example_derivative(e, y);
    note_tensor dF = note_convolution_gradient_f(s, x, e->x, dy, g, 1), sum = note_like(s, e->x);
    limpid_page_title(page, "A mini-batch");
    limpid_page_say(page, "Networks are trained with several pictures at a time. All tensors get "
                          "one more index, $n$. Forward, nothing else changes: each picture goes "
                          "its own way. Two pictures and one filter:");
    limpid_page_figure(page);
    for (long n = 0; n < 2; n++)
        limpid_page_show(page, "", n ? "x, picture 1" : "x, picture 0", note_slice(x, n));
    limpid_page_show(page, "*", "f", e->x);
    for (long n = 0; n < 2; n++)
        limpid_page_show(page, n ? "" : "=", n ? "y, picture 1" : "y, picture 0", note_slice(y, n));
    limpid_page_say(page, "On the way back the filter, which served all of them, gathers from all "
                          "of them: its derivative is the sum of those of the single pictures. (A "
                          "loss that is the mean over the batch has divided by N before.)");
    limpid_page_figure(page);
    for (long n = 0; n < 2 && sum.data; n++) {
        note_tensor one =
            note_convolution_gradient_f(s, note_slice(x, n), e->x, note_slice(dy, n), g, 1);
        limpid_page_show(page, n ? "+" : "", n ? "from picture 1" : "from picture 0", one);
        for (long k = 0; k < note_count(one); k++)
            sum.data[k] += one.data[k];
    }
    limpid_page_show(page, "=", "∂z/∂f", dF);
    limpid_page_agree(page, "A4", dF, sum, LIMPID_EXACT);
}

typedef struct {
    note_batch_norm norm;
} normalizer;

static note_tensor normalized_of_x(note_sheet *s, note_tensor x, const void *with)
{
    const normalizer *n = with;
    return note_vec(
        note_normalize(s, x, &n->norm, note_batch_mean(s, x), note_batch_variance(s, x)));
}

static void write_normalization(limpid_example *e)
{
    limpid_page *page = e->page;
    note_sheet *s = e->s;
    note_tensor x = limpid_example_matrix(e, "1 5; 3 7");
    normalizer n = { { limpid_example_matrix(e, "2"), limpid_example_matrix(e, "1"), 1e-5 } };
    note_tensor mean = note_batch_mean(s, x), variance = note_batch_variance(s, x);
    note_tensor y = note_normalize(s, x, &n.norm, mean, variance), by_hand = note_like(s, x);
    for (long k = 0; k < note_count(by_hand) && mean.data && variance.data; k++)
        by_hand.data[k] = 2 * (x.data[k] - mean.data[0]) / sqrt(variance.data[0] + 1e-5) + 1;
    limpid_page_heading(page, "Batch normalization");
    limpid_page_say(page, "A layer that makes each slice of a batch alike: the mean is taken away, "
                          "what is left is divided by its deviation, and two numbers that are "
                          "learned, $γ$ and $β$, decide how wide and where it lies. Here $γ = 2$ "
                          "and $β = 1$.");
    limpid_page_formula(page, "A8", "y = γ {x − μ|√(σ^2 + ε)} + β");
    limpid_page_figure(page);
    limpid_page_show(page, "", "x", x);
    limpid_page_show(page, "", "μ", mean);
    limpid_page_show(page, "", "σ^2", variance);
    limpid_page_show(page, "→", "y", y);
    limpid_page_show(page, "=", "by the formula", by_hand);
    limpid_page_agree(page, "A8", y, by_hand, LIMPID_EXACT);
    limpid_page_say(page,
                    "On the way back, moving one number moves the mean and the deviation of "
                    "all, so each derivative contains all others. Measured, and by the rule:");
    note_tensor dy = limpid_example_derivative(e, x);
    limpid_chosen_loss z = { normalized_of_x, &n, dy };
    limpid_page_figure(page);
    note_tensor measured = note_derivative(s, limpid_chosen_loss_z, &z, x);
    note_tensor rule = note_batch_norm_gradient_x(s, x, &n.norm, dy);
    limpid_page_show(page, "", "measured", measured);
    limpid_page_show(page, "=", "∂z/∂x", rule);
    limpid_page_agree(page, "A8", measured, rule, LIMPID_NUMERIC);
}

limpid_status limpid_topic_write_batch(limpid_page *page, const limpid_own_example *own)
{
    limpid_example e;
    LIMPID_TRY(limpid_example_open(&e, page, own, "1 2; 0 -1", NULL));
    write_mini_batch(&e);
    write_normalization(&e);
    return limpid_example_close(&e);
}
