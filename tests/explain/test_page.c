// SPDX-License-Identifier: MIT
/* test_page.c - formulas in their three forms, and pages whose equations do not hold. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>
#include "explain/formula.h"
#include "explain/page.h"

static int setup(void **state)
{
    return limpid_context_new((limpid_context **)state, NULL) == LIMPID_OK ? 0 : -1;
}

static int teardown(void **state)
{
    limpid_context_free(*state);
    return 0;
}

static void expect_formula(limpid_context *context, const char *markup, const char *unicode,
                           const char *ascii, const char *mathml)
{
    const char *const expected[3] = { unicode, ascii, mathml };
    for (int form = 0; form < 3; form++) {
        limpid_text text = { .context = context };
        if (form < 2)
            limpid_formula_text(markup, form == 0, &text);
        else
            limpid_formula_mathml(markup, &text);
        assert_int_equal(text.status, LIMPID_OK);
        assert_string_equal(text.data, expected[form]);
        limpid_release(context, text.data);
    }
}

static void formulas(void **state)
{
    expect_formula(*state, "x^l_{i,j}", "xˡ[i,j]", "x^l[i,j]",
                   "<mrow><msubsup><mi>x</mi><mrow><mi>i</mi><mo>,</mo><mi>j</mi></mrow><mrow>"
                   "<mi>l</mi></mrow></msubsup></mrow>");
    expect_formula(*state, "φ(x)^T {∂z|∂Y}", "φ(x)ᵀ ∂z/∂Y", "phi(x)^T dz/dY",
                   "<mrow><mi>φ</mi><msup><mrow><mo>(</mo><mi>x</mi><mo>)</mo></mrow><mrow>"
                   "<mi>T</mi></mrow></msup><mspace width=\"0.22em\"/><mfrac><mrow><mi>∂</mi>"
                   "<mi>z</mi></mrow><mrow><mi>∂</mi><mi>Y</mi></mrow></mfrac></mrow>");
    expect_formula(*state, "vec(a_0)", "vec(a₀)", "vec(a_0)",
                   "<mrow><mi>vec</mi><mrow><mo>(</mo><msub><mi>a</mi><mrow><mn>0</mn></mrow>"
                   "</msub><mo>)</mo></mrow></mrow>");
    expect_formula(*state, "Σ_{i=0}^{H−1} x", "Σ(i=0…H−1) x", "sum(i=0..H-1) x",
                   "<mrow><munderover><mo largeop=\"true\" movablelimits=\"false\">∑</mo><mrow>"
                   "<mi>i</mi><mo>=</mo><mn>0</mn></mrow><mrow><mi>H</mi><mo>−</mo><mn>1</mn>"
                   "</mrow></munderover><mspace width=\"0.22em\"/><mi>x</mi></mrow>");
    expect_formula(*state, "i^{l+1} ≥ 0", "iˡ⁺¹ ≥ 0", "i^(l+1) >= 0",
                   "<mrow><msup><mi>i</mi><mrow><mi>l</mi><mo>+</mo><mn>1</mn></mrow></msup>"
                   "<mo>≥</mo><mn>0</mn></mrow>");
    expect_formula(*state, "a < b & c", "a < b & c", "a < b & c",
                   "<mrow><mi>a</mi><mo>&lt;</mo><mi>b</mi><mspace width=\"0.22em\"/>"
                   "<mi>&amp;</mi><mspace width=\"0.22em\"/><mi>c</mi></mrow>");
}

/* Markup that is cut off, or not closed, is not run past. */
static void broken_formulas(void **state)
{
    static const char *const broken[] = { "x^", "x_{", "{a|", "(", ")", "}", "{}", "^", "x^^", "" };
    for (size_t i = 0; i < sizeof(broken) / sizeof(*broken); i++) {
        limpid_text text = { .context = *state };
        limpid_formula_text(broken[i], true, &text);
        limpid_formula_text(broken[i], false, &text);
        limpid_formula_mathml(broken[i], &text);
        limpid_sentence_html(broken[i], &text);
        limpid_sentence_text("a $x", true, &text);
        assert_int_equal(text.status, LIMPID_OK);
        limpid_release(*state, text.data);
    }
}

static limpid_page *page_new(limpid_context *context)
{
    limpid_page *page = NULL;
    assert_int_equal(limpid_page_new(&page, context), LIMPID_OK);
    return page;
}

static void expect_verdict(limpid_context *context, double difference, bool holds,
                           const char *words)
{
    limpid_page *page = page_new(context);
    limpid_text text = { .context = context };
    const limpid_page_look look = { .columns = 80, .unicode = true };
    const char *number = NULL;
    limpid_page_verdict(page, "12", 0, 1e-11);
    limpid_page_verdict(page, "33", difference, 1e-11);
    assert_int_equal(limpid_page_agrees(page, &number), holds);
    if (!holds)
        assert_string_equal(number, "33");
    limpid_page_write_text(page, &look, &text);
    assert_non_null(strstr(text.data, words));
    limpid_page_write_html(page, "a <title>", &text);
    assert_int_equal(strstr(text.data, "class=\"v no\"") == NULL, holds);
    assert_non_null(strstr(text.data, "a &lt;title&gt;"));
    limpid_release(context, text.data);
    limpid_page_free(page);
}

static void verdicts(void **state)
{
    expect_verdict(*state, 0, true, "✓ (33)  = equal");
    expect_verdict(*state, 1e-12, true, "✓ (33)  ≈ largest difference 1e-12, allowed 1e-11");
    expect_verdict(*state, 1e-10, false, "✗ (33) FAILS");
    expect_verdict(*state, (double)NAN, false, "✗ (33) FAILS");
    expect_verdict(*state, HUGE_VAL, false, "✗ (33) FAILS");
}

/* Two sides of different sizes do not agree, and a side that is missing fails the page. */
static void sides(void **state)
{
    limpid_page *page = page_new(*state);
    note_sheet *s = note_sheet_new(100);
    note_tensor a = note_matrix(s, 2, 2), b = note_matrix(s, 2, 3);
    limpid_page_equation(page, "1", "a = b", "a", a, "b", b, 1);
    assert_int_equal(limpid_page_status(page), LIMPID_OK);
    assert_false(limpid_page_agrees(page, NULL));
    limpid_page_equation(page, "2", "a = b", "a", a, "b", (note_tensor){ 0 }, 1);
    assert_int_equal(limpid_page_status(page), LIMPID_FAILED);
    note_sheet_free(s);
    limpid_page_free(page);
}

static void expect_cells(limpid_context *context, int count, const double *numbers,
                         const char *expected)
{
    limpid_page *page = page_new(context);
    note_sheet *s = note_sheet_new(100);
    note_tensor x = note_matrix(s, 1, count);
    memcpy(x.data, numbers, (size_t)count * sizeof(*numbers));
    limpid_page_figure(page);
    limpid_page_show(page, "", "", x);
    limpid_text text = { .context = context };
    const limpid_page_look look = { .columns = 80, .unicode = true };
    limpid_page_write_text(page, &look, &text);
    assert_string_equal(text.data, expected);
    limpid_release(context, text.data);
    limpid_page_free(page);
    note_sheet_free(s);
}

static void cells(void **state)
{
    expect_cells(*state, 3, (const double[]){ 1, -20, 300 }, "    [   1 -20 300 ]\n");
    expect_cells(*state, 3, (const double[]){ 0.5, 0.25, 0 }, "    [ 0.50 0.25    0 ]\n");
    expect_cells(*state, 2, (const double[]){ -1e-12, 3 }, "    [ 0 3 ]\n");
    expect_cells(*state, 2, (const double[]){ 1e-5, -2e-6 }, "    [  1.00e-05 -2.00e-06 ]\n");
    expect_cells(*state, 3, (const double[]){ (double)NAN, HUGE_VAL, 1 }, "    [ NaN inf   1 ]\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(formulas, setup, teardown),
        cmocka_unit_test_setup_teardown(broken_formulas, setup, teardown),
        cmocka_unit_test_setup_teardown(verdicts, setup, teardown),
        cmocka_unit_test_setup_teardown(sides, setup, teardown),
        cmocka_unit_test_setup_teardown(cells, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
