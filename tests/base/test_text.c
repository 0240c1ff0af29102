// SPDX-License-Identifier: MIT
/* test_text.c - growing text, JSON strings, numbers in text, and the nearest of some words. */
#include <float.h>
#include <locale.h>
#include "base/support.h"

static void test_growing(void **state)
{
    limpid_context *context = new_context();
    limpid_text text = { .context = context };
    (void)state;
    for (int i = 0; i < 2000; i++) {
        limpid_text_add(&text, "%d,", i % 10);
        assert_int_equal(text.length, 2 * (i + 1));
        assert_int_equal(strlen(text.data), text.length);
    }
    limpid_text_append(&text, "a\0b", 3);
    limpid_text_append(&text, NULL, 0);
    assert_int_equal(text.length, 4003);
    assert_memory_equal(text.data + 4000, "a\0b", 4);
    assert_int_equal(text.status, LIMPID_OK);
    limpid_release(context, text.data);
    limpid_context_free(context);
}

static limpid_status write_some(limpid_context *context, void *argument)
{
    limpid_text text = { .context = context };
    (void)argument;
    for (int i = 0; i < 100; i++) {
        limpid_text_add(&text, "%d ", i);
        limpid_text_add_json(&text, "\"quoted\" \x01 \xff");
    }
    limpid_status status = text.status;
    if (status == LIMPID_OK)
        assert_int_equal(strlen(text.data), text.length);
    limpid_release(context, text.data);
    return status;
}

static void test_growing_without_memory(void **state)
{
    (void)state;
    assert_true(fail_every_allocation(write_some, NULL, 1) > 3);
}

static void test_too_long(void **state)
{
    limpid_context *context = new_context();
    limpid_text text = { .context = context };
    (void)state;
    limpid_text_add(&text, "kept");
    limpid_text_append(&text, "x", SIZE_MAX - 4);
    assert_int_equal(text.status, LIMPID_NO_MEMORY);
    limpid_text_add(&text, "not added");
    assert_string_equal(text.data, "kept");
    limpid_release(context, text.data);
    limpid_context_free(context);
}

static void test_json(void **state)
{
    static const struct {
        const char *in, *out;
    } rows[] = {
        { "", "\"\"" },
        { "plain", "\"plain\"" },
        { "\"\\/", "\"\\\"\\\\/\"" },
        { "a\nb\tc\x01\x1f\x7f", "\"a\\u000ab\\u0009c\\u0001\\u001f\\u007f\"" },
        { "\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80", "\"\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80\"" },
        { "\xff", "\"\\ufffd\"" },
        { "\x80z", "\"\\ufffdz\"" },                                /* continuation alone */
        { "\xc3", "\"\\ufffd\"" },                                  /* cut */
        { "\xe2\x82", "\"\\ufffd\\ufffd\"" },                       /* cut */
        { "\xc0\xaf", "\"\\ufffd\\ufffd\"" },                       /* overlong */
        { "\xe0\x80\xaf", "\"\\ufffd\\ufffd\\ufffd\"" },            /* overlong */
        { "\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\"" },            /* a surrogate */
        { "\xf4\x90\x80\x80", "\"\\ufffd\\ufffd\\ufffd\\ufffd\"" }, /* above U+10FFFF */
        { "\xf0\x8f\xbf\xbf", "\"\\ufffd\\ufffd\\ufffd\\ufffd\"" }, /* overlong */
        { "\xf4\x8f\xbf\xbf", "\"\xf4\x8f\xbf\xbf\"" },             /* U+10FFFF */
        { "\xed\x9f\xbf\xee\x80\x80", "\"\xed\x9f\xbf\xee\x80\x80\"" },
    };
    limpid_context *context = new_context();
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        limpid_text text = { .context = context };
        limpid_text_add_json(&text, rows[i].in);
        assert_string_equal(text.data, rows[i].out);
        limpid_release(context, text.data);
    }
    limpid_context_free(context);
}

static void test_nearest(void **state)
{
    static const char *const words[] = { "conv", "pool-max", "pool-average", "relu", "add", "x" };
    char longer[400];
    (void)state;
    assert_string_equal(limpid_nearest("cnov", words, 6), "conv"); /* neighbours swapped */
    assert_string_equal(limpid_nearest("con", words, 6), "conv");
    assert_string_equal(limpid_nearest("poolmax", words, 6), "pool-max");
    assert_string_equal(limpid_nearest("rellu", words, 6), "relu");
    assert_string_equal(limpid_nearest("pool-max", words, 6), "pool-max");
    assert_string_equal(limpid_nearest("ad", words, 6), "add");
    assert_null(limpid_nearest("transformer", words, 6));
    assert_null(limpid_nearest("", words, 6) && !strcmp(limpid_nearest("", words, 6), "x")
                    ? "an empty word is near to none"
                    : NULL);
    assert_null(limpid_nearest("y", words + 5, 1)); /* all of its letters would change */
    assert_null(limpid_nearest("conv", words, 0));
    memset(longer, 'a', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    assert_null(limpid_nearest(longer, words, 6));
    assert_null(limpid_nearest("conv", (const char *const[]){ longer }, 1));
    longer[40] = '\0';
    longer[0] = 'b';
    char exact[41];
    memset(exact, 'a', 40);
    exact[40] = '\0';
    assert_string_equal(limpid_nearest(longer, (const char *const[]){ exact }, 1), exact);
}

static void test_parse_int(void **state)
{
    static const char *const wrong[] = { "",
                                         " 1",
                                         "1 ",
                                         "+1",
                                         "1x",
                                         "0x10",
                                         "--1",
                                         "1e3",
                                         "1.0",
                                         "\t1",
                                         "one",
                                         "9223372036854775808",
                                         "-9223372036854775809",
                                         "99999999999999999999999" };
    int64_t value = 77;
    (void)state;
    assert_true(limpid_parse_int("12", 0, 100, &value));
    assert_int_equal(value, 12);
    assert_true(limpid_parse_int("-9223372036854775808", INT64_MIN, INT64_MAX, &value));
    assert_true(value == INT64_MIN);
    assert_true(limpid_parse_int("9223372036854775807", INT64_MIN, INT64_MAX, &value));
    assert_true(value == INT64_MAX);
    value = 77;
    assert_false(limpid_parse_int("11", 0, 10, &value));
    assert_false(limpid_parse_int("-1", 0, 10, &value));
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(limpid_parse_int(wrong[i], INT64_MIN, INT64_MAX, &value));
    assert_int_equal(value, 77);
}

static void test_parse_float(void **state)
{
    static const char *const wrong[] = { "",    ".",    "-",   "e5",  "1e",      "1e999", "-1e999",
                                         "nan", "inf",  "0x1", " 1",  "1 ",      "1,5",   "1.5.5",
                                         "1-1", "1e5e", "1f",  "1_0", "infinity" };
    double value = 77;
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (limpid_parse_float(wrong[i], &value))
            fail_msg("'%s' was taken for a number", wrong[i]);
    assert_true(value == 77);
    assert_true(limpid_parse_float("0.1", &value) && value == 0.1);
    assert_true(limpid_parse_float("-1.5e-3", &value) && value == -0.0015);
    assert_true(limpid_parse_float("2.2250738585072014e-308", &value) && value == DBL_MIN);
    assert_true(limpid_parse_float("1.7976931348623157e308", &value) && value == DBL_MAX);
    assert_true(limpid_parse_float("5", &value) && value == 5);
}

/* A program that speaks German must be able to read and write networks too. The language is made
 * here, where the tools for that are. */
static void test_locale(void **state)
{
    limpid_context *context = new_context();
    limpid_text text = { .context = context };
    double value = 0;
    (void)state;
    setenv("LOCPATH", ".", 1);
    if (system("localedef -i de_DE -f UTF-8 ./de_DE.UTF-8 >localedef.log 2>&1") != 0 ||
        !setlocale(LC_ALL, "de_DE.UTF-8")) {
        limpid_context_free(context);
        skip();
    }
    char german[16];
    snprintf(german, sizeof german, "%g", 0.5);
    bool parsed = limpid_parse_float("0.5", &value);
    limpid_text_add(&text, "%.9g", 0.5);
    setlocale(LC_ALL, "C");
    assert_string_equal(german, "0,5");
    assert_true(parsed && value == 0.5);
    assert_string_equal(text.data, "0.5");
    limpid_release(context, text.data);
    limpid_context_free(context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_growing),     cmocka_unit_test(test_growing_without_memory),
        cmocka_unit_test(test_too_long),    cmocka_unit_test(test_json),
        cmocka_unit_test(test_nearest),     cmocka_unit_test(test_parse_int),
        cmocka_unit_test(test_parse_float), cmocka_unit_test(test_locale),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
