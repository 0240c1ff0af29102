// SPDX-License-Identifier: MIT
/* question.c - see question.h. */
#include "op/question.h"
#include <math.h>
#include "oracle/oracle.h"

static oracle_question ask(const trial *t)
{
    oracle_question q = { .op = t->node->op, .attributes = t->node->attributes };
    for (int i = 0; i < t->node->inputs && i < ORACLE_INPUTS; i++)
        q.in[i] = trial_in(t, i);
    q.dout = trial_dout(t, 0);
    return q;
}

typedef struct {
    const trial *t;
    const char *attributes, *shapes;
    bool exact;
} comparison;

static void compare(const comparison *c, const char *tensor, const limpid_tensor *got,
                    const oracle_answer *wanted)
{
    const limpid_op *op = c->t->node->op;
    if (note_count(wanted->value) != limpid_count(&got->shape))
        fail_msg("%s %s on %s: %s has %ld numbers; the oracle says %ld", op->name, c->attributes,
                 c->shapes, tensor, (long)limpid_count(&got->shape), note_count(wanted->value));
    double error = oracle_error(got->f, wanted);
    double allowed = c->exact ? 0 : oracle_allowed(wanted->terms);
    if (c->exact ? !oracle_equal(got->f, wanted) : !(error <= allowed))
        fail_msg("%s %s on %s, %s: %s: relative error %g, allowed %g", op->name, c->attributes,
                 c->shapes, limpid_isa(c->t->context), tensor, error, allowed);
}

static void assert_oracle(const comparison *c)
{
    static const char *const names[ORACLE_INPUTS] = { "gradient of input 0", "gradient of input 1",
                                                      "gradient of input 2",
                                                      "gradient of input 3" };
    const trial *t = c->t;
    const oracle_row *row = oracle_find(t->node->op->name);
    oracle_question q = ask(t);
    assert_non_null(row);
    q.sheet = note_sheet_new(oracle_room(&q));
    assert_non_null(q.sheet);
    row->answer(&q);
    limpid_tensor y = trial_out(t, 0);
    compare(c, "result", &y, &q.out);
    for (int i = 0; i < t->node->inputs; i++) {
        limpid_tensor dx = trial_din(t, i);
        if (dx.data)
            compare(c, names[i], &dx, &q.din[i]);
        else if (note_count(q.din[i].value))
            fail_msg("%s: input %d has no gradient", t->node->op->name, i);
    }
    note_sheet_free(q.sheet);
}

void assert_near_oracle(const trial *t, const char *attributes, const char *shapes)
{
    assert_oracle(&(comparison){ t, attributes, shapes, false });
}

void assert_equals_oracle(const trial *t, const char *attributes, const char *shapes)
{
    assert_oracle(&(comparison){ t, attributes, shapes, true });
}

void check_against_oracle(limpid_context *context, const limpid_op *op, const char *attributes,
                          const char *shapes)
{
    const oracle_row *row = oracle_find(op->name);
    if (!row)
        fail_msg("no oracle for %s", op->name);
    trial t = trial_new(context, op, attributes, shapes, 0);
    trial_fill_random(&t, 1);
    trial_run(&t);
    assert_near_oracle(&t, attributes, shapes);
    if (row->exact) {
        oracle_question q = ask(&t);
        trial_fill_integers(&t, 2, row->unit ? (float)row->unit(&q) : 1);
        trial_run(&t);
        assert_equals_oracle(&t, attributes, shapes);
    }
    trial_free(&t);
}
