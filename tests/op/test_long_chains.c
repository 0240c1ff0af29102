// SPDX-License-Identifier: MIT
/* Sums of more than LIMPID_CHAIN terms: they are cut into chains, and stay within the error bound
 * that one chain would break. */
#include <math.h>
#include "op/question.h"

static void check(const limpid_op *op, const char *attributes, const char *shapes)
{
    for (int isa = 0; isa < LIMPID_ISA_COUNT; isa++)
        if (limpid_isa_available((limpid_isa_kind)isa)) {
            limpid_context *context = trial_context((limpid_isa_kind)isa, 2);
            check_against_oracle(context, op, attributes, shapes);
            limpid_context_free(context);
        }
}

static void many_channels(void **state)
{
    (void)state;
    check(&limpid_op_conv, "out=3 size=3 pad=1", "1x512x4x5"); /* 4608 terms forward */
    check(&limpid_op_conv, "out=5 size=1", "2x5000x3x3");
    check(&limpid_op_conv, "out=2 size=1", "1x12300x1x1"); /* three chains and a piece */
}

static void many_filters(void **state)
{
    (void)state;
    check(&limpid_op_conv, "out=4100 size=1", "1x3x3x3"); /* terms of the input's gradient */
    check(&limpid_op_conv, "out=8200 size=2", "1x1x2x3");
    check(&limpid_op_conv, "out=8200 size=1 groups=2", "1x2x3x1");
}

static void many_pixels(void **state)
{
    (void)state;
    check(&limpid_op_conv, "out=3 size=2", "1x1x66x66");   /* 4225 pixels in a sample */
    check(&limpid_op_conv, "out=2 size=1", "3x2x95x90");   /* 8550: two chains and a piece each */
    check(&limpid_op_conv, "out=2 size=1", "70x2x30x40");  /* several samples to a chain */
    check(&limpid_op_conv, "out=1 size=1", "1x1x300x260"); /* more than 16 x 4096 for the bias */
}

static void dense(void **state)
{
    (void)state;
    check(&limpid_op_dense, "out=7", "3x9000");
    check(&limpid_op_dense, "out=4097 bias=false", "2x5");
    check(&limpid_op_dense, "out=1", "33x4097");
}

/* ---- all terms equal, so that all roundings of a stretch go the same way: a chain drifts, and the
 * more the longer it is; chains of LIMPID_CHAIN joined by a tree do not drift further ---- */

enum { TERMS = 1 << 20 };
static const double drift = 5e-5;

static void fill_equal(const limpid_tensor *x, float value)
{
    for (int64_t i = 0; x->data && i < limpid_count(&x->shape); i++)
        x->f[i] = value;
}

static void assert_all_near(limpid_tensor x, double wanted)
{
    for (int64_t i = 0; i < limpid_count(&x.shape); i++)
        assert_true(fabs((double)x.f[i] / wanted - 1) < drift);
}

/* Each weight, if there are `taps` to a filter, and each bias sums over `pixels`. */
static void check_equal_terms(const char *attributes, const char *shapes, double taps,
                              double filters, double pixels)
{
    const float x = 1.1f, w = 1.3f, dy = 1.7f;
    limpid_context *context = trial_context(LIMPID_ISA_generic, 2);
    trial t = trial_new(context, &limpid_op_conv, attributes, shapes, 0);
    limpid_tensor in[] = { trial_in(&t, 0), trial_in(&t, 1), trial_in(&t, 2), trial_dout(&t, 0) };
    fill_equal(&in[0], x);
    fill_equal(&in[1], w);
    fill_equal(&in[2], 0);
    fill_equal(&in[3], dy);
    trial_run(&t);
    assert_all_near(trial_out(&t, 0), taps * (double)x * (double)w);
    assert_all_near(trial_din(&t, 0), filters * (double)dy * (double)w);
    assert_all_near(trial_din(&t, 1), pixels * (double)x * (double)dy);
    assert_all_near(trial_din(&t, 2), pixels * (double)dy);
    trial_free(&t);
    limpid_context_free(context);
}

static void equal_terms(void **state)
{
    (void)state;
    check_equal_terms("out=1 size=1", "1x1048576x1x1", TERMS, 1, 1);
    check_equal_terms("out=1048576 size=1", "1x1x1x1", 1, TERMS, 1);
    check_equal_terms("out=1 size=1", "1x1x1024x1024", 1, 1, TERMS);
    /* One chain is far beyond the bound, so that means something. */
    float products = 0, sum = 0;
    for (int i = 0; i < TERMS; i++) {
        products = fmaf(1.1f, 1.3f, products);
        sum += 1.7f;
    }
    assert_true(fabs((double)products / TERMS / ((double)1.1f * (double)1.3f) - 1) > 20 * drift);
    assert_true(fabs((double)sum / TERMS / (double)1.7f - 1) > 20 * drift);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_channels), cmocka_unit_test(many_filters),
        cmocka_unit_test(many_pixels),   cmocka_unit_test(dense),
        cmocka_unit_test(equal_terms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
