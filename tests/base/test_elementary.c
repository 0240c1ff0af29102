// SPDX-License-Identifier: MIT
/* test_elementary.c - exp, log, sine, cosine and powers against the C library's long double
 * versions: below two units in the last place of a double, everywhere. */
#include <float.h>
#include "base/support.h"

enum { MANY = 40000 };

static double worst, worst_at;

/* How far off `got` is, in units in the last place of the right double. */
static void measure(double got, long double right, double at)
{
    int exponent;
    frexpl(right, &exponent);
    long double unit =
        ldexpl(1, exponent < DBL_MIN_EXP ? DBL_MIN_EXP - DBL_MANT_DIG : exponent - DBL_MANT_DIG);
    double units = isfinite(got) ? (double)(fabsl((long double)got - right) / unit) : 1e30;
    if (units > worst) {
        worst = units;
        worst_at = at;
    }
}

static void assert_close(const char *what)
{
    if (worst >= 2)
        fail_msg("%s is off by %g units at %.17g", what, worst, worst_at);
    print_message("%s: at most %.3f units off\n", what, worst);
    worst = 0;
}

static double between(limpid_random *random, double low, double high)
{
    return low + (high - low) * limpid_random_uniform(random);
}

/* Any exponent equally often. */
static double any_positive(limpid_random *random)
{
    int exponent = (int)limpid_random_below(random, 2097) - 1074;
    return ldexp(1 + limpid_random_uniform(random), exponent);
}

static void test_exp(void **state)
{
    limpid_random random = limpid_random_stream(0, LIMPID_RANDOM_BENCH, 0, 1);
    (void)state;
    for (int i = 0; i < MANY; i++) {
        double x[] = { between(&random, -708, 709.7), between(&random, -1, 1),
                       between(&random, -745, -708), ldexp(between(&random, -1, 1), -(i % 70)) };
        for (int k = 0; k < 4; k++)
            measure(limpid_exp(x[k]), expl((long double)x[k]), x[k]);
    }
    assert_close("exp");
    assert_true(limpid_exp(0) == 1);
    assert_true(limpid_exp(-0.0) == 1);
    assert_true(limpid_exp(DBL_TRUE_MIN) == 1);
    assert_true(limpid_exp((double)INFINITY) == (double)INFINITY);
    assert_true(limpid_exp(-(double)INFINITY) == 0);
    assert_true(limpid_exp(709.79) == (double)INFINITY);
    assert_true(limpid_exp(1e300) == (double)INFINITY);
    assert_true(limpid_exp(709.782) < (double)INFINITY);
    assert_true(limpid_exp(-745.0) > 0);
    assert_true(limpid_exp(-745.2) == 0);
    assert_true(limpid_exp(-1e300) == 0);
    assert_true(isnan(limpid_exp((double)NAN)));
}

static void test_log(void **state)
{
    limpid_random random = limpid_random_stream(0, LIMPID_RANDOM_BENCH, 0, 2);
    (void)state;
    for (int i = 0; i < MANY; i++) {
        double x[] = { any_positive(&random), between(&random, 0.3, 3),
                       1 + ldexp(between(&random, -1, 1), -(i % 53)),
                       ldexp(between(&random, 0.5, 1), -1022 - i % 52) };
        for (int k = 0; k < 4; k++)
            if (x[k] > 0 && isfinite(x[k]) && x[k] != 1)
                measure(limpid_log(x[k]), logl((long double)x[k]), x[k]);
    }
    assert_close("log");
    assert_true(limpid_log(1) == 0);
    assert_true(limpid_log(0) == -(double)INFINITY);
    assert_true(limpid_log(-0.0) == -(double)INFINITY);
    assert_true(limpid_log((double)INFINITY) == (double)INFINITY);
    assert_true(isnan(limpid_log(-1)));
    assert_true(isnan(limpid_log(-DBL_TRUE_MIN)));
    assert_true(isnan(limpid_log(-(double)INFINITY)));
    assert_true(isnan(limpid_log((double)NAN)));
}

static void test_sincos(void **state)
{
    limpid_random random = limpid_random_stream(0, LIMPID_RANDOM_BENCH, 0, 3);
    double s, c;
    (void)state;
    for (int i = 0; i < MANY; i++) {
        /* Near multiples of pi / 2 almost everything cancels. */
        double near = (double)(int64_t)limpid_random_below(&random, 667544) * 1.5707963267948966;
        double x[] = { between(&random, -0x1p20, 0x1p20), between(&random, -4, 4),
                       ldexp(between(&random, -1, 1), -(i % 300)),
                       i % 2 ? near : nextafter(-near, 1e9) };
        for (int k = 0; k < 4; k++) {
            limpid_sincos(x[k], &s, &c);
            measure(s, sinl((long double)x[k]), x[k]);
            measure(c, cosl((long double)x[k]), x[k]);
        }
    }
    assert_close("sine and cosine");
    limpid_sincos(0, &s, &c);
    assert_true(s == 0 && c == 1);
    const double none[] = { (double)NAN, (double)INFINITY, -(double)INFINITY, 1e300 };
    for (int i = 0; i < 4; i++) {
        limpid_sincos(none[i], &s, &c);
        assert_true(isnan(s) && isnan(c));
    }
}

static void test_power(void **state)
{
    limpid_random random = limpid_random_stream(0, LIMPID_RANDOM_BENCH, 0, 4);
    (void)state;
    for (int i = 0; i < MANY; i++) {
        double base[] = { any_positive(&random), between(&random, 0.1, 10),
                          1 + ldexp(between(&random, -1, 1), -(i % 50)) };
        for (int k = 0; k < 3; k++) {
            /* The result's logarithm is spread over all that a double can hold. */
            long double log_base = logl((long double)base[k]);
            double e = log_base != 0 ? between(&random, -707, 709) / (double)log_base : 3;
            if (isfinite(e))
                measure(limpid_power(base[k], e), powl((long double)base[k], (long double)e),
                        base[k]);
            e = between(&random, -3, 3);
            if (fabs(e * (double)log_base) < 707)
                measure(limpid_power(base[k], e), powl((long double)base[k], (long double)e),
                        base[k]);
        }
    }
    assert_close("power");
    assert_true(limpid_power(2, 10) == 1024);
    assert_true(limpid_power(10, 3) == 1000);
    assert_true(limpid_power(0.25, 0.5) == 0.5);
    assert_true(limpid_power(7, 0) == 1);
    assert_true(limpid_power(1, 1e300) == 1);
    assert_true(limpid_power(2, 2000) == (double)INFINITY);
    assert_true(limpid_power(2, -2000) == 0);
    assert_true(limpid_power(0.5, 1e308) == 0);
    assert_true(limpid_power(1e308, 1e308) == (double)INFINITY);
    assert_true(limpid_power((double)INFINITY, 1) == (double)INFINITY);
    assert_true(isnan(limpid_power(-1, 2)));
    assert_true(isnan(limpid_power((double)NAN, 1)));
    assert_true(isnan(limpid_power(2, (double)NAN)));
}

/* Bits, not closeness: these must be the same on every machine and with every compiler. */
static void test_bits(void **state)
{
    limpid_random random = limpid_random_stream(0, LIMPID_RANDOM_BENCH, 0, 5);
    limpid_sha256 sha;
    char hex[65];
    (void)state;
    limpid_sha256_start(&sha);
    for (int i = 0; i < 10000; i++) {
        double x = between(&random, -30, 30), out[5];
        out[0] = limpid_exp(x);
        out[1] = limpid_log(fabs(x));
        limpid_sincos(x, &out[2], &out[3]);
        out[4] = limpid_power(fabs(x), x);
        limpid_sha256_add(&sha, out, sizeof out);
    }
    limpid_sha256_finish(&sha, hex);
    assert_string_equal(hex, "eae034434a89cacc7903fb3ac70bac8bd4af1f8e2432cebebb88325a2b7d8bd1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exp),   cmocka_unit_test(test_log),  cmocka_unit_test(test_sincos),
        cmocka_unit_test(test_power), cmocka_unit_test(test_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
