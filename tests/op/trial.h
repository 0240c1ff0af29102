// SPDX-License-Identifier: MIT
/* trial.h - one operator on trial: a graph
 *
 *   input -> probe -> OPERATOR -> inner product with given numbers
 *
 * planned for training with all memory full of NaN. The two operators around it are the tests' own:
 * a probe hands numbers on and, having a parameter, makes a gradient flow to where it stands; the
 * inner product z = <y, s> has dz/dy = s, so any gradient can be sent back. */
#ifndef LIMPID_TESTS_OP_TRIAL_H
#define LIMPID_TESTS_OP_TRIAL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "graph/graph.h"

extern const limpid_op trial_probe;         /* one input, and "weight", which it does not use */
extern const limpid_op trial_inner_product; /* inputs y and s in turn; a loss */

typedef struct {
    limpid_context *context;
    limpid_graph *graph;
    limpid_plan *plan;
    const limpid_node_row *node; /* the operator on trial */
    const limpid_node_row *loss; /* the inner product behind it */
    int64_t batch;
} trial;

/* A context that uses this instruction set and this many threads. */
limpid_context *trial_context(limpid_isa_kind isa, int threads);

/* shapes: of the inputs that are no parameters, batch included, such as "2x3x8x8 2". batch 0: the
 * one in the text. Everything that fails ends the test. */
trial trial_new(limpid_context *context, const limpid_op *op, const char *attributes,
                const char *shapes, int64_t batch);
/* The same in as little memory as the planner can do with. */
trial trial_new_tight(limpid_context *context, const limpid_op *op, const char *attributes,
                      const char *shapes, int64_t batch);
void trial_free(trial *t);

/* Input i of the operator, parameters included, to be written before a run; data NULL: absent. */
limpid_tensor trial_in(const trial *t, int i);
limpid_tensor trial_din(const trial *t, int i); /* data NULL: no gradient is wanted */
limpid_tensor trial_out(const trial *t, int o);
limpid_tensor trial_dout(const trial *t, int o); /* to be written before a run */

/* Fills inputs, parameters and dout. Random: all numbers of a tensor differ, so that no tie
 * decides. Integers: -3 to 3, times unit. Class numbers are below the second dimension of the first
 * input. */
void trial_fill_random(const trial *t, uint64_t seed);
void trial_fill_integers(const trial *t, uint64_t seed, float unit);

void trial_run(const trial *t); /* forward and backward */

bool same_float(float a, float b); /* same bits, or both NaN */
bool same_floats(const float *a, const float *b, int64_t count);
/* Fails unless both trials have the same bits in outputs and gradients. */
void assert_same_results(const trial *a, const trial *b, const char *what);

/* Calls for every operator with a forward and each of its cases. */
typedef void trial_visit(const limpid_op *op, const limpid_case *c);
void trial_each_case(trial_visit *visit);

#endif
