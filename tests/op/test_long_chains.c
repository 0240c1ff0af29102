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

/* All terms equal, so that all roundings of a stretch go the same way and a single chain drifts. */
static void terms_of_equal_sign(void **state)
{
    (void)state;
    enum { SIDE = 1000, TERMS = SIDE * SIDE };
    static const char shapes[] = "1x1x1000x1000", attributes[] = "out=1 size=1";
    limpid_context *context = trial_context(LIMPID_ISA_generic, 2);
    trial t = trial_new(context, &limpid_op_conv, attributes, shapes, 0);
    trial_fill_random(&t, 8);
    limpid_tensor x = trial_in(&t, 0), dy = trial_dout(&t, 0);
    for (int64_t i = 0; i < TERMS; i++) {
        x.f[i] = 1.1f;
        dy.f[i] = 1.3f;
    }
    trial_run(&t);
    assert_near_oracle(&t, attributes, shapes);
    double exact = TERMS * (double)1.1f * (double)1.3f;
    float chain = 0, sum = 0;
    for (int64_t i = 0; i < TERMS; i++) {
        chain = fmaf(1.1f, 1.3f, chain);
        sum += 1.3f;
    }
    /* One chain breaks the bound the oracle set, so that bound means something. */
    assert_true(fabs((double)chain - exact) > 5e-8 * SIDE * exact);
    assert_true(fabs((double)sum - TERMS * (double)1.3f) > 5e-8 * SIDE * TERMS * (double)1.3f);
    trial_free(&t);
    limpid_context_free(context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_channels),       cmocka_unit_test(many_filters),
        cmocka_unit_test(many_pixels),         cmocka_unit_test(dense),
        cmocka_unit_test(terms_of_equal_sign),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
