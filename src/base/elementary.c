// SPDX-License-Identifier: MIT
/* elementary.c - exp, log, sine, cosine and powers whose bits are the same on every machine.
 *
 * The C library's versions differ between systems and releases; these use + - * / and comparisons
 * alone, which IEEE 754 fixes to the bit (the build forbids contraction). Reduction and Taylor
 * series: the terms left out are below 2^-56 of the result. NaN gives NaN. */
#include <math.h>
#include <string.h>
#include "base/base.h"

/* ln 2 as a number with 32 trailing zero bits and the rest, so that k * high is exact for |k| <
 * 2^11. */
static const double ln2_high = 0x1.62e42fee00000p-1, ln2_low = 0x1.a39ef35793c76p-33;

static double power_of_two(int k) /* -1022 <= k <= 1023 */
{
    uint64_t bits = (uint64_t)(k + 1023) << 52;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

double limpid_exp(double x)
{
    if (!(x > -746))
        return x != x ? x : 0;
    if (x > 710)
        return (double)INFINITY;
    int k = (int)(x * 1.4426950408889634 + (x < 0 ? -0.5 : 0.5));
    double r = (x - k * ln2_high) - k * ln2_low; /* |r| <= ln 2 / 2 */
    double term = 1, sum = 0;
    for (int n = 15; n >= 1; n--) /* Horner: r (1 + r/2 (1 + r/3 (...))) */
        term = 1 + r * term / (n + 1);
    sum = 1 + r * term;
    int half = k / 2;
    return sum * power_of_two(half) * power_of_two(k - half);
}

/* x = m 2^k with m in (sqrt(1/2), sqrt(2)], for finite x > 0. */
static double reduce(double x, int *k)
{
    uint64_t bits;
    double m;
    *k = x < 0x1p-1022 ? -54 : 0;
    if (*k)
        x *= 0x1p54;
    memcpy(&bits, &x, sizeof bits);
    *k += (int)(bits >> 52) - 1023;
    bits = (bits & 0xfffffffffffff) | (uint64_t)1023 << 52;
    memcpy(&m, &bits, sizeof m);
    if (m > 1.4142135623730951) {
        m /= 2;
        ++*k;
    }
    return m;
}

/* square (1 / first + square / (first + 2) + ...): what artanh(s) / s has beyond its first terms,
 * |s| < 0.172. */
static double artanh_tail(double square, int first)
{
    double sum = 0;
    for (int n = 23; n >= first; n -= 2)
        sum = (sum + 1.0 / n) * square;
    return sum;
}

double limpid_log(double x)
{
    if (!(x > 0))
        return x == 0 ? -(double)INFINITY : (double)NAN;
    if (x == (double)INFINITY)
        return x;
    /* ln(1 + f) = 2 artanh(s) = f - f^2 / 2 + s (f^2 / 2 + R): the first term has no error. */
    int k;
    double f = reduce(x, &k) - 1, s = f / (f + 2), half = f * f / 2;
    double rest = s * (half + 2 * artanh_tail(s * s, 3));
    return k * ln2_high - ((half - (rest + k * ln2_low)) - f);
}

void limpid_sincos(double x, double *sine, double *cosine)
{
    /* pi / 2 in two parts with 33 significant bits and the rest: q * high is exact for |q| < 2^20.
     */
    static const double high = 0x1.921fb54400000p+0, middle = 0x1.0b4611a600000p-34,
                        low = 0x1.3198a2e037073p-69;
    if (!(fabs(x) <= 0x1p20)) {
        *sine = *cosine = (double)NAN;
        return;
    }
    double q = floor(x * 0.6366197723675814 + 0.5);
    double most = x - q * high, r = most - q * middle;
    double lost = q * low - ((most - r) - q * middle);
    double reduced = r - lost;   /* |reduced| <= pi / 4, */
    lost = (r - reduced) - lost; /* and what rounding took from it */
    r = reduced;
    double square = r * r, s = 1, c = 1;
    for (int n = 16; n >= 4; n -= 2) {
        s = 1 - square * s / ((n + 1) * n);
        c = 1 - square * c / (n * (n - 1));
    }
    c = 1 - (square * c / 2 + r * lost);
    s = r - (r * (square * s / 6) - lost * c);
    switch ((int64_t)q & 3) {
    case 0:
        *sine = s, *cosine = c;
        break;
    case 1:
        *sine = c, *cosine = -s;
        break;
    case 2:
        *sine = -s, *cosine = -c;
        break;
    default:
        *sine = -c, *cosine = s;
        break;
    }
}

/* ---- powers: a logarithm with more bits, because it is multiplied ---- */

/* high + low, low below half a unit in the last place of high (T. Dekker, 1971). */
typedef struct {
    double high, low;
} pair;

static pair pair_sum(double a, double b) /* exactly a + b, |a| >= |b| */
{
    double sum = a + b;
    return (pair){ sum, b - (sum - a) };
}

static pair split(double x) /* into halves of 26 bits, whose products are exact */
{
    double scaled = x * 0x1.0000002p27, high = scaled - (scaled - x);
    return (pair){ high, x - high };
}

static pair pair_product(pair a, pair b)
{
    double product = a.high * b.high;
    pair x = split(a.high), y = split(b.high);
    double error = ((x.high * y.high - product) + x.high * y.low + x.low * y.high) + x.low * y.low;
    return pair_sum(product, error + (a.high * b.low + a.low * b.high));
}

/* ln x to about 2^-64 of itself, for finite x > 0: as limpid_log, the first two terms as pairs. */
static pair pair_log(double x)
{
    static const pair third = { 0x1.5555555555555p-2, 0x1.5555555555555p-56 };
    int k;
    double m = reduce(x, &k), f = m - 1;
    pair below = m > 1 ? pair_sum(m, 1) : pair_sum(1, m), s = { f / below.high, 0 };
    pair back = pair_product(s, below); /* s (m + 1), which should be f */
    s = pair_sum(s.high, ((f - back.high) - back.low) / below.high);
    pair square = pair_product(s, s), sum = pair_product(square, third);
    sum = pair_sum(sum.high, sum.low + square.high * artanh_tail(square.high, 5));
    sum = pair_product(s, sum);
    pair whole = pair_sum(2 * s.high, 2 * sum.high);
    whole = pair_sum(whole.high, whole.low + 2 * (s.low + sum.low));
    if (k == 0)
        return whole;
    pair total = pair_sum(k * ln2_high, whole.high);
    return pair_sum(total.high, total.low + (whole.low + k * ln2_low));
}

double limpid_power(double base, double exponent)
{
    double about = exponent * limpid_log(base);
    if (!(fabs(about) < 800)) /* no number, or far outside */
        return limpid_exp(about);
    pair product = pair_product(pair_log(base), (pair){ exponent, 0 });
    double power = limpid_exp(product.high);
    return power < (double)INFINITY ? power + power * product.low : power;
}
