// SPDX-License-Identifier: MIT
/* inspect.c - limpid inspect: a network as a table, a row for each operator. */
#include <limits.h>
#include <stddef.h>
#include <string.h>
#include "cli.h"

typedef struct {
    bool text;
} settings;

static const limpid_option options[] = {
    { "text", NULL, LIMPID_OPTION_FLAG, offsetof(settings, text), 0, 0,
      "print the network text instead, which train --net reads" },
    { 0 },
};

static const char *const examples[] = {
    "limpid inspect lenet",
    "a built-in network",
    "limpid inspect runs/lenet",
    "a trained model",
    "limpid inspect lenet --text > mine.txt",
    "a starting point for a network of your own",
    NULL,
};

/* ---- the columns ---- */

static void add_shape(limpid_text *text, const limpid_layer *layer)
{
    limpid_shape sample = { .rank = layer->shape.rank > 0 ? layer->shape.rank - 1 : 0 };
    for (int i = 0; i < sample.rank; i++)
        sample.dim[i] = layer->shape.dim[i + 1];
    limpid_text_add(text, "%s", sample.rank ? limpid_shape_print(&sample).text : "1");
}

static void add_name(limpid_text *text, const limpid_layer *layer)
{
    limpid_text_add(text, "%s", layer->node->name);
}

static void add_operator(limpid_text *text, const limpid_layer *layer)
{
    limpid_text_add_operator(text, layer->node);
}

static void add_positive(limpid_text *text, int64_t count)
{
    if (count > 0)
        limpid_text_add_count(text, count);
    else
        limpid_text_add(text, "-");
}

static void add_parameters(limpid_text *text, const limpid_layer *layer)
{
    add_positive(text, layer->parameters + layer->state);
}

static void add_multiply_adds(limpid_text *text, const limpid_layer *layer)
{
    add_positive(text, layer->multiply_adds);
}

static void add_view(limpid_text *text, const limpid_layer *layer)
{
    if (layer->view[0].size > 0)
        limpid_text_add(text, "%lldx%lld", (long long)layer->view[0].size,
                        (long long)layer->view[1].size);
    else
        limpid_text_add(text, "-");
}

static void add_bytes(limpid_text *text, int64_t bytes)
{
    static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
    double size = (double)bytes;
    int unit = 0;
    for (; size >= 1024 && unit < 4; unit++)
        size /= 1024;
    limpid_text_add(text, unit > 0 && size < 10 ? "%.1f %s" : "%.0f %s", size, units[unit]);
}

static void add_memory(limpid_text *text, const limpid_layer *layer)
{
    add_bytes(text, layer->bytes);
}

/* What a column shows; `leaves` says when it gives way where not all fit: the highest first, 0
 * never. */
static const struct {
    const char *title;
    void (*add)(limpid_text *text, const limpid_layer *layer);
    bool right;
    int leaves;
} columns[] = {
    { "name", add_name, false, 0 },
    { "operator", add_operator, false, 2 },
    { "output", add_shape, false, 0 },
    { "parameters", add_parameters, true, 0 },
    { "multiply-adds", add_multiply_adds, true, 1 },
    { "sees", add_view, true, 3 },
    { "memory", add_memory, true, 4 },
};
enum { COLUMNS = sizeof(columns) / sizeof(*columns) };

/* ---- the table ---- */

typedef struct {
    limpid_context *context;
    const limpid_layer *layers;
    size_t count;
    int width[COLUMNS];
    bool shown[COLUMNS];
} table;

/* The text of one cell, to be released. */
static limpid_text cell(const table *t, int column, const limpid_layer *layer)
{
    limpid_text text = { .context = t->context };
    columns[column].add(&text, layer);
    return text;
}

static limpid_status measure_columns(table *t)
{
    for (int c = 0; c < COLUMNS; c++) {
        t->shown[c] = true;
        t->width[c] = (int)strlen(columns[c].title);
        for (size_t i = 0; i < t->count; i++) {
            limpid_text text = cell(t, c, &t->layers[i]);
            t->width[c] = (int)limpid_max(t->width[c], (int64_t)text.length);
            limpid_release(t->context, text.data);
            LIMPID_TRY(text.status);
        }
    }
    return LIMPID_OK;
}

static int table_width(const table *t)
{
    int width = -2;
    for (int c = 0; c < COLUMNS; c++)
        width += t->shown[c] ? t->width[c] + 2 : 0;
    return width;
}

/* Columns leave until the rest fits. */
static void fit(table *t, int room)
{
    for (int leaves = COLUMNS; leaves > 0; leaves--)
        for (int c = 0; c < COLUMNS && table_width(t) > room; c++)
            if (columns[c].leaves == leaves)
                t->shown[c] = false;
}

static void add_cell(const table *t, int c, const char *content, limpid_text *line)
{
    if (!t->shown[c])
        return;
    limpid_text_add(line, columns[c].right ? "%s%*s" : "%s%-*s", line->length > 0 ? "  " : "",
                    t->width[c], content);
}

static void end_line(limpid_text *line, limpid_text *page)
{
    while (line->length > 0 && line->data[line->length - 1] == ' ')
        line->data[--line->length] = '\0';
    limpid_text_add(page, "%s\n", line->data ? line->data : "");
    if (page->status == LIMPID_OK)
        page->status = line->status;
    limpid_release(line->context, line->data);
}

static void add_rows(const table *t, limpid_text *page)
{
    limpid_text head = { .context = t->context };
    for (int c = 0; c < COLUMNS; c++)
        add_cell(t, c, columns[c].title, &head);
    end_line(&head, page);
    for (size_t i = 0; i < t->count; i++) {
        limpid_text line = { .context = t->context };
        for (int c = 0; c < COLUMNS; c++) {
            limpid_text text = cell(t, c, &t->layers[i]);
            add_cell(t, c, text.data ? text.data : "", &line);
            limpid_release(t->context, text.data);
        }
        end_line(&line, page);
    }
}

/* ---- the totals ---- */

static limpid_layer add_up(const limpid_layer *layers, size_t count)
{
    limpid_layer total = { 0 };
    for (size_t i = 0; i < count; i++) {
        total.parameters += layers[i].parameters;
        total.state += layers[i].state;
        total.multiply_adds += layers[i].multiply_adds;
        total.bytes += layers[i].bytes;
    }
    return total;
}

static void add_totals(const limpid_layer *total, limpid_text *page)
{
    limpid_text_add(page, "\nparameters     ");
    limpid_text_add_count(page, total->parameters);
    limpid_text_add(page, " (");
    add_bytes(page, 4 * total->parameters);
    limpid_text_add(page, ")\n");
    if (total->state > 0) {
        limpid_text_add(page, "running        ");
        limpid_text_add_count(page, total->state);
        limpid_text_add(page, "\n");
    }
    limpid_text_add(page, "multiply-adds  ");
    limpid_text_add_count(page, total->multiply_adds);
    limpid_text_add(page, " an image\nactivations    ");
    add_bytes(page, total->bytes);
    limpid_text_add(page, " an image\n");
}

/* ---- JSON ---- */

static void add_dimensions(limpid_text *text, const limpid_shape *shape)
{
    limpid_text_add(text, "[");
    for (int i = 1; i < shape->rank; i++)
        limpid_text_add(text, "%s%lld", i > 1 ? "," : "", (long long)shape->dim[i]);
    limpid_text_add(text, "]");
}

static void add_counts(limpid_text *text, const limpid_layer *layer)
{
    limpid_text_add(text,
                    "\"parameters\":%lld,\"state\":%lld,\"multiply_adds\":%lld,"
                    "\"activation_bytes\":%lld",
                    (long long)layer->parameters, (long long)layer->state,
                    (long long)layer->multiply_adds, (long long)layer->bytes);
}

static void add_layer_json(limpid_text *text, limpid_context *context, const limpid_layer *layer)
{
    limpid_text operator= { .context = context };
    limpid_text_add_operator(&operator, layer->node);
    limpid_text_add(text, "{\"name\":");
    limpid_text_add_json(text, layer->node->name);
    limpid_text_add(text, ",\"operator\":");
    limpid_text_add_json(text, operator.data ? operator.data : "");
    limpid_release(context, operator.data);
    limpid_text_add(text, ",\"output\":");
    add_dimensions(text, &layer->shape);
    if (layer->view[0].size > 0)
        limpid_text_add(text, ",\"receptive_field\":[%lld,%lld]", (long long)layer->view[0].size,
                        (long long)layer->view[1].size);
    else
        limpid_text_add(text, ",\"receptive_field\":null");
    limpid_text_add(text, ",");
    add_counts(text, layer);
    limpid_text_add(text, "}");
}

static void add_json(limpid_text *text, const limpid_graph *graph, const table *t)
{
    limpid_layer total = add_up(t->layers, t->count);
    limpid_text_add(text, "{\"network\":");
    limpid_text_add_json(text, graph->name ? graph->name : "");
    limpid_text_add(text, ",");
    add_counts(text, &total);
    limpid_text_add(text, ",\"layers\":[");
    for (size_t i = 0; i < t->count; i++) {
        limpid_text_add(text, "%s", i > 0 ? "," : "");
        add_layer_json(text, t->context, &t->layers[i]);
    }
    limpid_text_add(text, "]}\n");
}

/* ---- the verb ---- */

static limpid_status show(const limpid_command *command, const limpid_graph *graph,
                          limpid_text *text)
{
    limpid_layer *layers;
    LIMPID_TRY(limpid_layers_list(command->context, graph, &layers));
    table t = { .context = command->context, .layers = layers, .count = graph->node_count };
    limpid_status status = LIMPID_OK;
    if (command->json)
        add_json(text, graph, &t);
    else
        status = measure_columns(&t);
    if (status == LIMPID_OK && !command->json) {
        limpid_layer total = add_up(layers, t.count);
        fit(&t, limpid_screen_columns(stdout));
        add_rows(&t, text);
        add_totals(&total, text);
    }
    limpid_release(command->context, layers);
    return status;
}

static limpid_status run(limpid_command *command)
{
    const settings *s = command->settings;
    limpid_graph *graph = NULL;
    limpid_text text = { .context = command->context };
    LIMPID_TRY(limpid_network_open(&graph, command->context, command->operands[0]));
    limpid_status status = LIMPID_OK;
    if (s->text)
        limpid_graph_write(graph, &text);
    else
        status = show(command, graph, &text);
    limpid_graph_free(graph);
    if (status == LIMPID_OK)
        return limpid_text_print(&text);
    limpid_release(command->context, text.data);
    return status;
}

const limpid_verb limpid_verb_inspect = {
    .name = "inspect",
    .summary = "shows what a network is made of",
    .operands = "NETWORK",
    .operands_least = 1,
    .operands_most = 1,
    .options = options,
    .settings_size = sizeof(settings),
    .details =
        "NETWORK is a built-in network, a model (an ONNX file or a folder that holds model.onnx) "
        "or a "
        "file of network text.\n"
        "\n"
        "For each operator: its name, what it does, the shape of its result for one image, its "
        "parameters, its multiplications, how many pixels down and across one number of its result "
        "sees, and how much memory the result takes. Columns that do not fit are left out.",
    .examples = examples,
    .run = run,
};
