// SPDX-License-Identifier: MIT
/* softmax.c - A6 and A7: the posterior probabilities that section 3.1 asks x^L to be, and the
 * loss that goes with them.
 *
 * Taking the largest x away from all changes no ratio and keeps exp() finite. A NaN makes its
 * column NaN. */
#include <math.h>
#include "note/note.h"

/* Visits the D numbers of one (i, j, n): they are H W apart. */
struct column {
    long first, step, count;
};

static long columns(note_tensor x)
{
    return x.data ? note_count(x) / x.size[2] : 0;
}

static struct column column(note_tensor x, long k)
{
    long HW = x.size[0] * x.size[1];
    return (struct column){ k % HW + k / HW * HW * x.size[2], HW, x.size[2] };
}

/* log of the sum of exp(x) over the column */
static double log_sum(note_tensor x, struct column c)
{
    double largest = x.data[c.first], sum = 0;
    for (long d = 1; d < c.count; d++)
        largest = fmax(largest, x.data[c.first + d * c.step]);
    for (long d = 0; d < c.count; d++)
        sum += exp(x.data[c.first + d * c.step] - largest);
    return largest + log(sum);
}

/* y_d = exp(x_d) / sum of exp(x) */
note_tensor note_softmax(note_sheet *s, note_tensor x)
{
    note_tensor y = note_like(s, x);
    for (long k = 0; y.data && k < columns(x); k++) {
        struct column c = column(x, k);
        for (long d = 0; d < c.count; d++)
            y.data[c.first + d * c.step] = exp(x.data[c.first + d * c.step] - log_sum(x, c));
    }
    return y;
}

/* dy_e/dx_d = y_e (1[d = e] - y_d), hence dx_d = y_d (dy_d - sum over e of y_e dy_e) */
note_tensor note_softmax_gradient(note_sheet *s, note_tensor y, note_tensor dy)
{
    note_tensor dx = note_like(s, y);
    if (!dx.data || note_count(dy) != note_count(y))
        return (note_tensor){ 0 };
    for (long k = 0; k < columns(y); k++) {
        struct column c = column(y, k);
        double sum = 0;
        for (long d = 0; d < c.count; d++)
            sum += y.data[c.first + d * c.step] * dy.data[c.first + d * c.step];
        for (long d = 0; d < c.count; d++)
            dx.data[c.first + d * c.step] =
                y.data[c.first + d * c.step] * (dy.data[c.first + d * c.step] - sum);
    }
    return dx;
}

/* z = mean of -log softmax(x)_c */
note_tensor note_cross_entropy(note_sheet *s, note_tensor x, const long *label)
{
    note_tensor z = note_vector(s, 1);
    for (long k = 0; z.data && k < columns(x); k++) {
        struct column c = column(x, k);
        if (label[k] < 0 || label[k] >= c.count)
            return (note_tensor){ 0 };
        z.data[0] += (log_sum(x, c) - x.data[c.first + label[k] * c.step]) / (double)columns(x);
    }
    return x.data ? z : x;
}

/* dx_d = (softmax(x)_d - 1[d = c]) / number of predictions */
note_tensor note_cross_entropy_gradient(note_sheet *s, note_tensor x, const long *label)
{
    note_tensor dx = note_softmax(s, x);
    for (long k = 0; dx.data && k < columns(x); k++) {
        struct column c = column(x, k);
        if (label[k] < 0 || label[k] >= c.count)
            return (note_tensor){ 0 };
        dx.data[c.first + label[k] * c.step] -= 1;
    }
    for (long k = 0; k < note_count(dx); k++)
        dx.data[k] /= (double)columns(x);
    return dx;
}
