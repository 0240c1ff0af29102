// SPDX-License-Identifier: MIT
/* support.h - small networks and plans for the tests of this folder and of training. */
#ifndef LIMPID_TESTS_GRAPH_SUPPORT_H
#define LIMPID_TESTS_GRAPH_SUPPORT_H

#include "base/support.h"
#include "graph/graph.h"

static inline limpid_graph *parse(limpid_context *context, const char *text)
{
    limpid_graph *graph = NULL;
    assert_ok(context, limpid_graph_parse(&graph, context, text, "net"));
    return graph;
}

static inline limpid_plan *plan_of(limpid_context *context, const limpid_graph *graph,
                                   limpid_plan_options options)
{
    limpid_plan *plan = NULL;
    assert_ok(context, limpid_plan_new(&plan, context, graph, &options));
    return plan;
}

static inline void assert_same_digest(limpid_context *context, const limpid_graph *a,
                                      const limpid_graph *b)
{
    char first[65], second[65];
    assert_ok(context, limpid_graph_digest(a, context, first));
    assert_ok(context, limpid_graph_digest(b, context, second));
    assert_string_equal(first, second);
}

/* Numbers in (-1, 1), the same for the same seed. */
static inline void fill(float *values, int64_t count, uint64_t seed)
{
    limpid_random random = limpid_random_stream(seed, LIMPID_RANDOM_BENCH, 0, 0);
    for (int64_t i = 0; i < count; i++)
        values[i] = (float)(2 * limpid_random_uniform(&random) - 1);
}

/* Fills every input of a plan for its present batch; labels lie below `classes`. */
static inline void fill_inputs(const limpid_plan *plan, int32_t classes, uint64_t seed)
{
    for (int i = 0, v; (v = limpid_graph_input(plan->graph, i)) != 0; i++) {
        const limpid_tensor *x = &plan->slots[v].value;
        if (x->type == LIMPID_FLOAT)
            fill(x->f, limpid_count(&x->shape), seed + (uint64_t)i);
        for (int64_t k = 0; x->type == LIMPID_INT32 && k < limpid_count(&x->shape); k++)
            x->i[k] = (int32_t)((seed + 3 * (uint64_t)k) % (uint64_t)classes);
    }
}

#endif
