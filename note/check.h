// SPDX-License-Identifier: MIT
/* check.h - what the verifying functions share; seen by check*.c only. */
#ifndef LIMPID_NOTE_CHECK_H
#define LIMPID_NOTE_CHECK_H

#include "note/note.h"

/* One fresh random case: a sheet to compute on and the state of the random numbers. */
typedef struct note_trial {
    note_sheet *s;
    uint64_t state;
} note_trial;

/* Returns the largest difference found in one random case, +infinity for what must not happen at
 * all. */
typedef double note_verify(note_trial *t);

#define EQUATION(number, allowed, title) double note_verify_##number(note_trial *t);
#define ADDITION(number, allowed, title) double note_verify_A##number(note_trial *t);
#include "note/equations.def"
#undef EQUATION
#undef ADDITION

double note_random(note_trial *t);                       /* in [-1, 1) */
long note_random_between(note_trial *t, long a, long b); /* a <= . <= b */
note_tensor note_random_volume(note_trial *t, long H, long W, long D, long N);
note_tensor note_random_matrix(note_trial *t, long rows, long columns);
note_tensor note_random_like(note_trial *t, note_tensor x);

/* Numbers no two of which, and none of which and 0, are closer than 0.1: central differences with
 * a small step never cross the kink of a maximum or of ReLU. */
note_tensor note_random_distinct(note_trial *t, long H, long W, long D, long N);

/* Small integers, with many ties. */
note_tensor note_random_ties(note_trial *t, long H, long W, long D, long N);

/* Any window that fits an H_l x W_l input, strides and dilations up to 3, padding up to 2. */
note_window note_random_window(note_trial *t, long H_l, long W_l);

/* The larger; +infinity as soon as one is NaN. */
double note_worst(double a, double b);

/* 0 if true, +infinity if false. */
double note_must(bool condition);

/* z = sum of c y + y^2 / 2, a loss that is not linear, and its derivative dz/dy = c + y. */
note_tensor note_trial_loss(note_sheet *s, note_tensor y, note_tensor c);
note_tensor note_trial_loss_gradient(note_sheet *s, note_tensor y, note_tensor c);

#endif
