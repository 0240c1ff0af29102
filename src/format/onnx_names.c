// SPDX-License-Identifier: MIT
/* onnx_names.c - the values of an ONNX file by name: that each is made once, and before it is used;
 * and which nodes the outputs depend on. */
#include <string.h>
#include "format/onnx.h"

#if LIMPID_WITH_ONNX

const char *limpid_onnx_node_name(const onnx_node *node)
{
    for (size_t i = 0; i < node->n_output; i++)
        if (*node->output[i])
            return node->output[i];
    return node->name && *node->name ? node->name : "?";
}

const limpid_name_row *limpid_onnx_row_of(const limpid_onnx_reader *reader, const char *name)
{
    return *name ? limpid_names_find(&reader->names, name) : NULL;
}

limpid_onnx_use *limpid_onnx_use_of(const limpid_onnx_reader *reader, const limpid_name_row *row)
{
    return &reader->uses[row - reader->names.rows];
}

static limpid_status add_name(limpid_onnx_reader *reader, const char *what, const char *name,
                              int kind, size_t index)
{
    if (!name || !*name)
        return limpid_onnx_bad(reader, "%s %zu has no name", what, index + 1);
    if (!limpid_utf8_valid(name))
        return limpid_onnx_bad(reader, "the name %s is not UTF-8", limpid_show(name).text);
    if (index > INT32_MAX)
        return limpid_onnx_bad(reader, "there are too many values");
    return limpid_names_add(reader->context, &reader->names, name, kind, (int)index);
}

static limpid_status collect(limpid_onnx_reader *reader)
{
    const onnx_graph *graph = reader->graph;
    for (size_t i = 0; i < graph->n_initializer; i++)
        LIMPID_TRY(add_name(reader, "initializer", graph->initializer[i]->name,
                            LIMPID_ONNX_INITIALIZER, i));
    for (size_t i = 0; i < graph->n_input; i++)
        LIMPID_TRY(add_name(reader, "input", graph->input[i]->name, LIMPID_ONNX_INPUT, i));
    for (size_t i = 0; i < graph->n_node; i++) {
        const onnx_node *node = graph->node[i];
        for (size_t o = 0; o < node->n_output && o < INT32_MAX - LIMPID_ONNX_RESULT; o++)
            if (*node->output[o])
                LIMPID_TRY(
                    add_name(reader, "result", node->output[o], LIMPID_ONNX_RESULT + (int)o, i));
    }
    limpid_names_sort(&reader->names);
    for (size_t i = 1; i < reader->names.count; i++) {
        /* Until IR 3 initializers were inputs too; later such an input has a default. Either way
         * the numbers in the file are meant. */
        const limpid_name_row *row = &reader->names.rows[i];
        bool pair = row[-1].kind == LIMPID_ONNX_INITIALIZER && row->kind == LIMPID_ONNX_INPUT;
        if (!pair && strcmp(row[-1].name, row->name) == 0)
            return limpid_onnx_bad(reader, "two values have the name %s",
                                   limpid_show(row->name).text);
    }
    return LIMPID_OK;
}

static limpid_status check_inputs(limpid_onnx_reader *reader, size_t index)
{
    const onnx_node *node = reader->graph->node[index];
    for (size_t i = 0; i < node->n_input; i++) {
        const limpid_name_row *row = limpid_onnx_row_of(reader, node->input[i]);
        if (!row && *node->input[i])
            return limpid_onnx_bad(reader, "node %s uses %s, which nothing makes",
                                   limpid_show(limpid_onnx_node_name(node)).text,
                                   limpid_show(node->input[i]).text);
        if (row && row->kind >= LIMPID_ONNX_RESULT && (size_t)row->index >= index)
            return limpid_onnx_bad(reader,
                                   "node %s uses %s before it is made: the nodes are out of order, "
                                   "or form a cycle",
                                   limpid_show(limpid_onnx_node_name(node)).text,
                                   limpid_show(node->input[i]).text);
    }
    return LIMPID_OK;
}

static limpid_status mark_outputs(limpid_onnx_reader *reader)
{
    const onnx_graph *graph = reader->graph;
    if (graph->n_output == 0)
        return limpid_onnx_bad(reader, "the graph has no outputs");
    for (size_t i = 0; i < graph->n_output; i++) {
        const char *name = graph->output[i]->name;
        const limpid_name_row *row = name ? limpid_onnx_row_of(reader, name) : NULL;
        if (!row)
            return limpid_onnx_bad(reader, "nothing makes the output %s",
                                   limpid_show(name ? name : "").text);
        limpid_onnx_use *use = limpid_onnx_use_of(reader, row);
        if (use->output)
            return limpid_onnx_bad(reader, "two outputs have the name %s", limpid_show(name).text);
        use->output = true;
        if (row->kind < LIMPID_ONNX_RESULT)
            return limpid_fail(reader->context, LIMPID_UNSUPPORTED,
                               "%s: the output %s is an input or a parameter, not a result",
                               reader->path, limpid_show(name).text);
        reader->steps[row->index].needed = true;
    }
    return LIMPID_OK;
}

/* Backwards, since a node's inputs were found to come before it. */
static void mark_needed(limpid_onnx_reader *reader)
{
    for (size_t i = reader->graph->n_node; i-- > 0;) {
        const onnx_node *node = reader->graph->node[i];
        for (size_t j = 0; reader->steps[i].needed && j < node->n_input; j++) {
            const limpid_name_row *row = limpid_onnx_row_of(reader, node->input[j]);
            if (!row)
                continue;
            limpid_onnx_use_of(reader, row)->uses++;
            if (row->kind >= LIMPID_ONNX_RESULT)
                reader->steps[row->index].needed = true;
        }
    }
}

limpid_status limpid_onnx_check_names(limpid_onnx_reader *reader)
{
    LIMPID_TRY(collect(reader));
    reader->steps = limpid_allocate(reader->context, reader->graph->n_node, sizeof *reader->steps);
    reader->uses = limpid_allocate(reader->context, reader->names.count, sizeof *reader->uses);
    if (!reader->steps || !reader->uses)
        return LIMPID_NO_MEMORY;
    for (size_t i = 0; i < reader->graph->n_node; i++)
        LIMPID_TRY(check_inputs(reader, i));
    LIMPID_TRY(mark_outputs(reader));
    mark_needed(reader);
    return LIMPID_OK;
}

#endif
