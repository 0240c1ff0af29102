// SPDX-License-Identifier: MIT
/* onnx_identify.c - which operator each node of an ONNX file is; all that is not supported is found
 * before anything is built, and told at once. */
#include <stdarg.h>
#include <string.h>
#include "format/onnx.h"

#if LIMPID_WITH_ONNX

limpid_status limpid_onnx_complain(limpid_onnx_reader *reader, const onnx_node *node,
                                   const char *format, ...)
{
    char what[300];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    size_t i = 0;
    while (i < reader->complaint_count && strcmp(reader->complaints[i].what, what) != 0)
        i++;
    if (i == LIMPID_ONNX_COMPLAINTS) {
        reader->more_complaints++;
        return LIMPID_OK;
    }
    if (i == reader->complaint_count) {
        reader->complaints[i].what = limpid_arena_format(&reader->arena, "%s", what);
        reader->complaints[i].node = limpid_onnx_node_name(node);
        if (!reader->complaints[i].what)
            return LIMPID_NO_MEMORY;
        reader->complaint_count++;
    }
    reader->complaints[i].nodes++;
    return LIMPID_OK;
}

limpid_status limpid_onnx_complaints(limpid_onnx_reader *reader)
{
    if (reader->complaint_count == 0)
        return LIMPID_OK;
    enum { ROOM = sizeof reader->context->message - 160 }; /* for the path and the rest */
    size_t told = 0, nodes = reader->more_complaints;
    limpid_text text = { .context = reader->context };
    for (; told < reader->complaint_count && text.length < ROOM - 150; told++) {
        size_t others = reader->complaints[told].nodes - 1;
        limpid_text_add(&text, "%s%s (node %s", told ? ", " : "", reader->complaints[told].what,
                        limpid_show(reader->complaints[told].node).text);
        if (others)
            limpid_text_add(&text, " and %zu more", others);
        limpid_text_add(&text, ")");
    }
    for (size_t i = told; i < reader->complaint_count; i++)
        nodes += reader->complaints[i].nodes;
    if (nodes)
        limpid_text_add(&text, " and something else in %zu more nodes", nodes);
    limpid_status status = text.status;
    if (status == LIMPID_OK)
        status = limpid_fail(reader->context, LIMPID_UNSUPPORTED, "%s: not supported: %s",
                             reader->path, text.data);
    limpid_release(reader->context, text.data);
    return status;
}

static const limpid_op *find_operator(const onnx_node *node)
{
    bool standard = !node->domain || !*node->domain || strcmp(node->domain, "ai.onnx") == 0;
    for (const limpid_op *const *op = limpid_ops; standard && *op; op++)
        if ((*op)->onnx.name && strcmp((*op)->onnx.name, node->op_type) == 0)
            return *op;
    return NULL;
}

/* Parameters must be stored in the file, everything else computed. */
static limpid_status check_role(limpid_onnx_reader *reader, const onnx_node *node,
                                const limpid_op *op, size_t i)
{
    size_t roles = (size_t)limpid_op_roles(op);
    const limpid_role *role = &op->roles[i < roles ? i : roles - 1];
    const limpid_name_row *row =
        i < node->n_input ? limpid_onnx_row_of(reader, node->input[i]) : NULL;
    if (!row && !role->optional)
        return limpid_onnx_bad(reader, "node %s: %s has no input %zu (%s)",
                               limpid_show(limpid_onnx_node_name(node)).text, op->onnx.name, i + 1,
                               role->name);
    if (row && role->parameter != (row->kind == LIMPID_ONNX_INITIALIZER))
        return limpid_onnx_complain(reader, node, "%s whose %s is %s", op->onnx.name, role->name,
                                    role->parameter ? "computed" : "a constant");
    return LIMPID_OK;
}

static limpid_status check_roles(limpid_onnx_reader *reader, const onnx_node *node,
                                 const limpid_op *op)
{
    size_t roles = (size_t)limpid_op_roles(op);
    if (node->n_input > LIMPID_INPUTS_MAX || (node->n_input > roles && !op->variadic))
        return limpid_onnx_complain(reader, node, "%s with %zu inputs", op->onnx.name,
                                    node->n_input);
    for (size_t i = 0; i < node->n_input || i < roles; i++)
        LIMPID_TRY(check_role(reader, node, op, i));
    for (size_t o = (size_t)op->outputs; o < node->n_output; o++) {
        const limpid_name_row *row = limpid_onnx_row_of(reader, node->output[o]);
        const limpid_onnx_use *use = row ? limpid_onnx_use_of(reader, row) : NULL;
        if (use && (use->uses || use->output))
            LIMPID_TRY(
                limpid_onnx_complain(reader, node, "%s with result %zu", op->onnx.name, o + 1));
    }
    return LIMPID_OK;
}

static limpid_status identify(limpid_onnx_reader *reader, const onnx_node *node,
                              limpid_onnx_step *step)
{
    const limpid_op *op = find_operator(node);
    if (!op) {
        const char *domain = node->domain ? node->domain : "";
        return limpid_onnx_complain(reader, node, "%s%s%s", *domain ? limpid_show(domain).text : "",
                                    *domain ? "::" : "", limpid_show(node->op_type).text);
    }
    if (reader->opset < op->onnx.since)
        return limpid_onnx_complain(reader, node, "%s of opset %d (known from %d on)",
                                    op->onnx.name, reader->opset, op->onnx.since);
    step->attributes = limpid_arena_take(&reader->arena, 1, op->attributes_size);
    if (!step->attributes)
        return LIMPID_NO_MEMORY;
    step->op = op;
    LIMPID_TRY(limpid_onnx_attributes_read(reader, node, op, step->attributes));
    return check_roles(reader, node, op);
}

/* Whether the first input of a node comes from a node that writing has put in between: then the two
 * are one operator. */
static limpid_status absorb(limpid_onnx_reader *reader, const onnx_node *node,
                            const limpid_onnx_step *step)
{
    const limpid_op *through = step->op->onnx.through;
    const limpid_name_row *row =
        through && node->n_input ? limpid_onnx_row_of(reader, node->input[0]) : NULL;
    if (!row || row->kind != LIMPID_ONNX_RESULT)
        return LIMPID_OK;
    limpid_onnx_step *before = &reader->steps[row->index];
    const limpid_onnx_use *use = limpid_onnx_use_of(reader, row);
    if (before->op != through || use->uses != 1 || use->output)
        return LIMPID_OK;
    char *name = limpid_arena_format(&reader->arena, LIMPID_ONNX_THROUGH,
                                     limpid_onnx_node_name(node), through->name);
    void *initial = limpid_arena_take(&reader->arena, 1, through->attributes_size);
    if (!name || !initial)
        return LIMPID_NO_MEMORY;
    limpid_attributes_initial(through, initial);
    before->absorbed = strcmp(name, row->name) == 0 &&
                       memcmp(initial, before->attributes, through->attributes_size) == 0;
    return LIMPID_OK;
}

limpid_status limpid_onnx_identify(limpid_onnx_reader *reader)
{
    size_t needed = 0;
    for (size_t i = 0; i < reader->graph->n_node; i++)
        needed += reader->steps[i].needed;
    if (needed > LIMPID_ONNX_NODES_MOST)
        return limpid_fail(reader->context, LIMPID_UNSUPPORTED,
                           "%s: it has %zu nodes; at most %d are supported", reader->path, needed,
                           LIMPID_ONNX_NODES_MOST);
    for (size_t i = 0; i < reader->graph->n_node; i++) {
        const onnx_node *node = reader->graph->node[i];
        if (!reader->steps[i].needed)
            continue;
        if (!node->op_type || !*node->op_type)
            return limpid_onnx_bad(reader, "node %s has no operator",
                                   limpid_show(limpid_onnx_node_name(node)).text);
        LIMPID_TRY(identify(reader, node, &reader->steps[i]));
        if (reader->steps[i].op)
            LIMPID_TRY(absorb(reader, node, &reader->steps[i]));
    }
    /* Others may read what limpid keeps to the end: results that nothing else uses. */
    for (size_t i = 0; i < reader->graph->n_output; i++) {
        const limpid_name_row *row = limpid_onnx_row_of(reader, reader->graph->output[i]->name);
        if (limpid_onnx_use_of(reader, row)->uses)
            LIMPID_TRY(limpid_onnx_complain(reader, reader->graph->node[row->index],
                                            "an output that other nodes use too"));
    }
    return limpid_onnx_complaints(reader);
}

#endif
