// SPDX-License-Identifier: MIT
/* parameters.c - a graph's numbers: drawing them, and the digest by which two models are compared.
 */
#include <math.h>
#include <string.h>
#include "graph/graph.h"

/* He normal (K. He et al., 2015): variance 2 / fan-in, times the square of the operator's gain.
 * Parameter i of the graph draws from stream i, element by element, so adding a layer at the end
 * leaves the weights before it as they were. */
void limpid_graph_initialize(limpid_graph *graph, uint64_t seed)
{
    uint64_t index = 0;
    for (size_t v = 1; v < graph->value_count; v++) {
        limpid_value_row *row = &graph->values[v];
        if (!row->parameter)
            continue;
        limpid_random random = limpid_random_stream(seed, LIMPID_RANDOM_WEIGHTS, 0, index++);
        for (int64_t i = 0; i < limpid_count(&row->shape); i++)
            row->data[i] = row->initial == LIMPID_INITIAL_HE
                               ? (float)(row->deviation * limpid_random_normal(&random))
                               : (row->initial == LIMPID_INITIAL_ONE ? 1 : 0);
    }
}

static void add_int64(limpid_sha256 *sha, int64_t value)
{
    uint8_t bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)((uint64_t)value >> (8 * i));
    limpid_sha256_add(sha, bytes, sizeof bytes);
}

static limpid_status add_floats(limpid_sha256 *sha, limpid_context *context,
                                const limpid_value_row *row)
{
    for (int64_t i = 0; i < limpid_count(&row->shape); i++) {
        uint32_t bits;
        if (isnan(row->data[i]))
            return limpid_fail(context, LIMPID_NOT_FINITE,
                               "%s: element %lld is no number (NaN); such a model has no digest",
                               row->name, (long long)i);
        memcpy(&bits, &row->data[i], sizeof bits);
        uint8_t bytes[4] = { (uint8_t)bits, (uint8_t)(bits >> 8), (uint8_t)(bits >> 16),
                             (uint8_t)(bits >> 24) };
        limpid_sha256_add(sha, bytes, sizeof bytes);
    }
    return LIMPID_OK;
}

limpid_status limpid_graph_digest(const limpid_graph *graph, limpid_context *context, char hex[65])
{
    limpid_sha256 sha;
    limpid_sha256_start(&sha);
    for (size_t v = 1; v < graph->value_count; v++) {
        const limpid_value_row *row = &graph->values[v];
        if (!row->parameter)
            continue;
        limpid_sha256_add(&sha, row->name, strlen(row->name) + 1);
        add_int64(&sha, row->shape.rank);
        for (int i = 0; i < row->shape.rank; i++)
            add_int64(&sha, row->shape.dim[i]);
        LIMPID_TRY(add_floats(&sha, context, row));
    }
    limpid_sha256_finish(&sha, hex);
    return LIMPID_OK;
}
