// SPDX-License-Identifier: MIT
/* question.h - a trial that was run, held to its oracle. */
#ifndef LIMPID_TESTS_OP_QUESTION_H
#define LIMPID_TESTS_OP_QUESTION_H

#include "op/trial.h"

/* Fails unless results and gradients are near what the oracle says, or exactly that. */
void assert_near_oracle(const trial *t, const char *attributes, const char *shapes);
void assert_equals_oracle(const trial *t, const char *attributes, const char *shapes);

/* Runs the operator on random numbers and, where it promises that, on integers. */
void check_against_oracle(limpid_context *context, const limpid_op *op, const char *attributes,
                          const char *shapes);

#endif
