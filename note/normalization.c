// SPDX-License-Identifier: MIT
/* normalization.c - A8 and A9: the normalization layers section 3.1 announces. Batch
 * normalization after Ioffe and Szegedy, local response normalization after Krizhevsky, Sutskever
 * and Hinton. */
#include <math.h>
#include "note/note.h"

static note_tensor none(void)
{
    return (note_tensor){ 0 };
}

/* The slice that the k-th number of x belongs to. */
static long slice(note_tensor x, long k)
{
    return note_place_of(x, k).d;
}

/* m = H W N, the numbers in one slice */
static double slice_count(note_tensor x)
{
    return (double)(x.size[0] * x.size[1] * x.size[3]);
}

note_tensor note_batch_mean(note_sheet *s, note_tensor x)
{
    note_tensor mean = note_volume(s, 1, 1, x.size[2], 1);
    for (long k = 0; mean.data && k < note_count(x); k++)
        mean.data[slice(x, k)] += x.data[k] / slice_count(x);
    return x.data ? mean : x;
}

note_tensor note_batch_variance(note_sheet *s, note_tensor x)
{
    note_tensor mean = note_batch_mean(s, x), variance = note_like(s, mean);
    for (long k = 0; variance.data && k < note_count(x); k++) {
        double from_mean = x.data[k] - mean.data[slice(x, k)];
        variance.data[slice(x, k)] += from_mean * from_mean / slice_count(x);
    }
    return variance;
}

/* Has each of the four one number for each slice? */
static bool fits(note_tensor x, const note_batch_norm *b, note_tensor mean, note_tensor variance)
{
    long D = x.size[2];
    return x.data && note_count(b->gamma) == D && note_count(b->beta) == D &&
           note_count(mean) == D && note_count(variance) == D;
}

/* y = gamma (x - mean) / sqrt(variance + epsilon) + beta */
note_tensor note_normalize(note_sheet *s, note_tensor x, const note_batch_norm *b, note_tensor mean,
                           note_tensor variance)
{
    note_tensor y = note_like(s, x);
    if (!fits(x, b, mean, variance))
        return none();
    for (long k = 0; k < note_count(y); k++) {
        long d = slice(x, k);
        double sigma = sqrt(variance.data[d] + b->epsilon);
        y.data[k] = b->gamma.data[d] * (x.data[k] - mean.data[d]) / sigma + b->beta.data[d];
    }
    return y;
}

/* dx = gamma / sigma dy */
note_tensor note_normalize_gradient_x(note_sheet *s, note_tensor x, const note_batch_norm *b,
                                      note_tensor variance, note_tensor dy)
{
    note_tensor dx = note_like(s, x);
    if (!fits(x, b, b->beta, variance) || note_count(dy) != note_count(x))
        return none();
    for (long k = 0; k < note_count(dx); k++) {
        long d = slice(x, k);
        dx.data[k] = b->gamma.data[d] / sqrt(variance.data[d] + b->epsilon) * dy.data[k];
    }
    return dx;
}

/* The sum over each slice of dy times x_hat = (x - mean) / sigma. */
note_tensor note_batch_norm_gradient_gamma(note_sheet *s, note_tensor x, const note_batch_norm *b,
                                           note_tensor mean, note_tensor variance, note_tensor dy)
{
    note_tensor dgamma = note_volume(s, 1, 1, x.size[2], 1);
    if (!fits(x, b, mean, variance) || note_count(dy) != note_count(x))
        return none();
    for (long k = 0; dgamma.data && k < note_count(x); k++) {
        long d = slice(x, k);
        double x_hat = (x.data[k] - mean.data[d]) / sqrt(variance.data[d] + b->epsilon);
        dgamma.data[d] += dy.data[k] * x_hat;
    }
    return dgamma;
}

note_tensor note_batch_norm_gradient_beta(note_sheet *s, note_tensor dy)
{
    return note_convolution_gradient_b(s, dy);
}

/* The mean and the variance depend on x too: with m = H W N,
 * dx = gamma / sigma (dy - dbeta / m - x_hat dgamma / m) */
note_tensor note_batch_norm_gradient_x(note_sheet *s, note_tensor x, const note_batch_norm *b,
                                       note_tensor dy)
{
    note_tensor mean = note_batch_mean(s, x), variance = note_batch_variance(s, x);
    note_tensor dgamma = note_batch_norm_gradient_gamma(s, x, b, mean, variance, dy);
    note_tensor dbeta = note_batch_norm_gradient_beta(s, dy), dx = note_like(s, x);
    if (!dgamma.data || !dbeta.data)
        return none();
    for (long k = 0; k < note_count(dx); k++) {
        long d = slice(x, k);
        double m = slice_count(x), sigma = sqrt(variance.data[d] + b->epsilon);
        double x_hat = (x.data[k] - mean.data[d]) / sigma;
        dx.data[k] = b->gamma.data[d] / sigma *
                     (dy.data[k] - dbeta.data[d] / m - x_hat * dgamma.data[d] / m);
    }
    return dx;
}

note_tensor note_running_moment(note_sheet *s, note_tensor running, note_tensor batch, double rate,
                                note_tensor x, bool unbiased)
{
    double m = slice_count(x), factor = unbiased ? m / (m - 1) : 1;
    note_tensor moment = note_like(s, running);
    if (!x.data || note_count(batch) != note_count(running))
        return none();
    for (long d = 0; d < note_count(moment); d++)
        moment.data[d] = (1 - rate) * running.data[d] + rate * factor * batch.data[d];
    return moment;
}

/* The number e slices away from the k-th, 0 outside the tensor. */
static double neighbour(note_tensor x, long k, long e)
{
    note_place at = note_place_of(x, k);
    at.d += e;
    return note_inside(x, at) ? x.data[note_index(x, at)] : 0;
}

/* L = kappa + alpha / size * sum of x^2 over the neighbouring slices */
static note_tensor response(note_sheet *s, note_tensor x, const note_local_response *r)
{
    note_tensor L = r->size > 0 ? note_like(s, x) : none();
    for (long k = 0; k < note_count(L); k++) {
        double sum = 0;
        for (long e = -((r->size - 1) / 2); e <= r->size / 2; e++)
            sum += neighbour(x, k, e) * neighbour(x, k, e);
        L.data[k] = r->kappa + r->alpha / (double)r->size * sum;
    }
    return L;
}

/* y = x L^-beta */
note_tensor note_local_normalize(note_sheet *s, note_tensor x, const note_local_response *r)
{
    note_tensor L = response(s, x, r), y = note_like(s, L);
    for (long k = 0; k < note_count(y); k++)
        y.data[k] = x.data[k] * pow(L.data[k], -r->beta);
    return y;
}

/* dx_d = dy_d L_d^-beta - 2 alpha beta / size x_d (sum over the e whose neighbourhood holds d of
 * dy_e x_e L_e^(-beta - 1)): the neighbourhood mirrored */
note_tensor note_local_normalize_gradient(note_sheet *s, note_tensor x,
                                          const note_local_response *r, note_tensor dy)
{
    note_tensor L = response(s, x, r), carried = note_like(s, L), dx = note_like(s, L);
    if (!dx.data || !carried.data || note_count(dy) != note_count(x))
        return none();
    for (long k = 0; k < note_count(x); k++)
        carried.data[k] = dy.data[k] * x.data[k] * pow(L.data[k], -r->beta - 1);
    for (long k = 0; k < note_count(x); k++) {
        double sum = 0;
        for (long e = -(r->size / 2); e <= (r->size - 1) / 2; e++)
            sum += neighbour(carried, k, e);
        dx.data[k] = dy.data[k] * pow(L.data[k], -r->beta) -
                     2 * r->alpha * r->beta / (double)r->size * x.data[k] * sum;
    }
    return dx;
}
