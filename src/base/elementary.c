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

double limpid_log(double x)
{
    if (!(x > 0))
        return x == 0 ? -(double)INFINITY : (double)NAN;
    if (x == (double)INFINITY)
        return x;
    int k = 0;
    if (x < 0x1p-1022) {
        x *= 0x1p54;
        k = -54;
    }
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    k += (int)(bits >> 52) - 1023;
    bits = (bits & 0xfffffffffffff) | (uint64_t)1023 << 52;
    double m;
    memcpy(&m, &bits, sizeof m);
    if (m > 1.4142135623730951) {
        m /= 2;
        k++;
    }
    /* ln m = 2 artanh(s), s = (m - 1) / (m + 1), |s| < 0.172 */
    double s = (m - 1) / (m + 1), square = s * s, sum = 0;
    for (int n = 23; n >= 3; n -= 2)
        sum = (sum + 1.0 / n) * square;
    return k * ln2_high + (2 * s + (2 * s * sum + k * ln2_low));
}

void limpid_sincos(double x, double *sine, double *cosine)
{
    /* pi / 2 in two parts with 33 significant bits and the rest: q * high is exact for |q| < 2^20.
     */
    static const double high = 0x1.921fb54400000p+0, middle = 0x1.0b4611a600000p-34,
                        low = 0x1.3198a2e037073p-69;
    double q = floor(x * 0.6366197723675814 + 0.5);
    double r = ((x - q * high) - q * middle) - q * low; /* |r| <= pi / 4 */
    double square = r * r, s = 1, c = 1;
    for (int n = 16; n >= 2; n -= 2) {
        s = 1 - square * s / ((n + 1) * n);
        c = 1 - square * c / (n * (n - 1));
    }
    s *= r;
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

double limpid_power(double base, double exponent)
{
    return limpid_exp(exponent * limpid_log(base));
}
