// SPDX-License-Identifier: MIT
/* check.c - verifies every row of equations.def on fresh random cases. */
#include <math.h>
#include <stddef.h>
#include "note/check.h"

enum { TRIALS = 20 };

#define EXACT 1e-11
#define NUMERIC 1e-6

/* splitmix64 of Steele, Lea and Flood */
static uint64_t next(note_trial *t)
{
    uint64_t z = t->state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

double note_random(note_trial *t)
{
    return (double)(next(t) >> 11) * 0x1p-52 - 1;
}

long note_random_between(note_trial *t, long a, long b)
{
    return a + (long)(next(t) % (uint64_t)(b - a + 1));
}

note_tensor note_random_volume(note_trial *t, long H, long W, long D, long N)
{
    note_tensor x = note_volume(t->s, H, W, D, N);
    for (long k = 0; k < note_count(x); k++)
        x.data[k] = note_random(t);
    return x;
}

note_tensor note_random_matrix(note_trial *t, long rows, long columns)
{
    return note_as_matrix(note_random_volume(t, rows, columns, 1, 1), rows, columns);
}

note_tensor note_random_like(note_trial *t, note_tensor x)
{
    return note_reshape(note_random_volume(t, note_count(x), 1, 1, 1), x.order, x.size);
}

note_tensor note_random_distinct(note_trial *t, long H, long W, long D, long N)
{
    note_tensor x = note_volume(t->s, H, W, D, N);
    for (long k = 0; k < note_count(x); k++) {
        long other = note_random_between(t, 0, k);
        x.data[k] = x.data[other];
        x.data[other] = 0.2 * (double)(k - note_count(x) / 2) + 0.1;
    }
    return x;
}

note_tensor note_random_ties(note_trial *t, long H, long W, long D, long N)
{
    note_tensor x = note_volume(t->s, H, W, D, N);
    for (long k = 0; k < note_count(x); k++)
        x.data[k] = (double)note_random_between(t, 0, 2);
    return x;
}

note_window note_random_window(note_trial *t, long H_l, long W_l)
{
    note_window g;
    do {
        for (int axis = 0; axis < 2; axis++) {
            g.size[axis] = note_random_between(t, 1, 3);
            g.stride[axis] = note_random_between(t, 1, 3);
            g.dilation[axis] = note_random_between(t, 1, 3);
            g.pad[axis] = note_random_between(t, 0, 2);
            g.pad[axis + 2] = note_random_between(t, 0, 2);
        }
    } while (note_out_size(g, 0, H_l) < 1 || note_out_size(g, 1, W_l) < 1);
    return g;
}

double note_worst(double a, double b)
{
    return isnan(a) || isnan(b) ? HUGE_VAL : fmax(a, b);
}

double note_must(bool condition)
{
    return condition ? 0 : HUGE_VAL;
}

note_tensor note_trial_loss(note_sheet *s, note_tensor y, note_tensor c)
{
    note_tensor z = note_vector(s, 1);
    if (!z.data || !y.data || note_count(y) != note_count(c))
        return (note_tensor){ 0 };
    for (long k = 0; k < note_count(y); k++)
        z.data[0] += c.data[k] * y.data[k] + y.data[k] * y.data[k] / 2;
    return z;
}

note_tensor note_trial_loss_gradient(note_sheet *s, note_tensor y, note_tensor c)
{
    note_tensor dy = note_copy(s, y);
    if (note_count(y) != note_count(c))
        return (note_tensor){ 0 };
    for (long k = 0; k < note_count(dy); k++)
        dy.data[k] += c.data[k];
    return dy;
}

struct row {
    bool addition;
    int number;
    double allowed;
    const char *title;
    note_verify *verify;
};

/* Each row has random numbers of its own, so that a new row leaves the cases of the others
 * alone. */
static double largest_difference(const struct row *row, uint64_t seed)
{
    note_trial t = { .state = seed + (uint64_t)(row->number + 1000 * row->addition) };
    double largest = 0;
    t.state = next(&t);
    for (int trial = 0; trial < TRIALS; trial++) {
        t.s = note_sheet_new(1L << 24);
        largest = note_worst(largest, t.s ? row->verify(&t) : HUGE_VAL);
        note_sheet_free(t.s);
    }
    return largest;
}

note_tally note_check(uint64_t seed, note_report *report, void *user)
{
#define EQUATION(number, allowed, title) { false, number, allowed, title, note_verify_##number },
#define ADDITION(number, allowed, title) { true, number, allowed, title, note_verify_A##number },
    static const struct row rows[] = {
#include "note/equations.def"
    };
#undef EQUATION
#undef ADDITION
    note_tally tally = { 0 };
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        note_finding found = { rows[k].addition, rows[k].number,
                               rows[k].title,    largest_difference(&rows[k], seed),
                               rows[k].allowed,  false };
        found.verified = found.difference <= found.allowed;
        *(found.addition ? &tally.additions : &tally.equations) += 1;
        *(found.addition ? &tally.additions_verified : &tally.equations_verified) += found.verified;
        if (report)
            report(user, &found);
    }
    return tally;
}
