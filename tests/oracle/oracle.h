// SPDX-License-Identifier: MIT
/* oracle.h - what an operator ought to give, in double precision: a row for each, which puts the
 * question to the note (note/) in the note's terms. */
#ifndef LIMPID_TESTS_ORACLE_H
#define LIMPID_TESTS_ORACLE_H

#include "note/note.h"
#include "op/op.h"

enum { ORACLE_INPUTS = 4 };

/* No result: there is nothing to compare. terms: products in the sum behind one number. */
typedef struct {
    note_tensor value;
    double terms;
} oracle_answer;

typedef struct {
    /* given */
    note_sheet *sheet;
    const limpid_op *op;
    const void *attributes;
    limpid_tensor in[ORACLE_INPUTS]; /* data NULL: absent */
    limpid_tensor dout;
    /* the answer */
    oracle_answer out, din[ORACLE_INPUTS];
} oracle_question;

typedef struct {
    const char *op;
    void (*answer)(oracle_question *q);
    bool exact; /* on small integers the engine gives the same, rounded to float */
    /* What integers must be multiples of for that, NULL: nothing special. */
    int64_t (*unit)(const oracle_question *q);
} oracle_row;

const oracle_row *oracle_find(const char *op); /* NULL: there is none */

/* Numbers of a sheet that is large enough for the question. */
long oracle_room(const oracle_question *q);

/* || got - wanted || / || wanted ||; where nothing is wanted, || got ||. */
double oracle_error(const float *got, const oracle_answer *wanted);
/* How large it may be. */
double oracle_allowed(double terms);
/* Whether got is the answer, rounded to float. */
bool oracle_equal(const float *got, const oracle_answer *wanted);

#endif
