// SPDX-License-Identifier: MIT
/* text.c - networks as text: one operator a line,
 *
 *   name: operator inputs attributes        # comment
 *
 * where the name may be left out, and so may the input of an operator that takes the line before. A
 * parameter may be named as an input too, when two operators share it. */
#include <string.h>
#include "graph/graph.h"

enum { WORDS_MAX = LIMPID_INPUTS_MAX + 40, LINE_MAX_BYTES = 4096 };

typedef struct {
    limpid_graph *graph;
    const char *file;
    int line;
    int last; /* the value of the line before */
} parser;

/* Puts where it happened before the message in the context. */
static limpid_status at_line(const parser *p, limpid_status status)
{
    char message[sizeof p->graph->context->message];
    memcpy(message, p->graph->context->message, sizeof message);
    return limpid_fail(p->graph->context, status, "%s:%d: %s", p->file, p->line, message);
}

static limpid_status no_operator(const parser *p, const char *word)
{
    const char *names[64];
    int count = 0;
    for (const limpid_op *const *op = limpid_ops; *op && count < 64; op++)
        names[count++] = (*op)->name;
    const char *near = limpid_nearest(word, names, count);
    return limpid_fail(p->graph->context, LIMPID_BAD_FILE, "there is no operator '%s'%s%s%s", word,
                       near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static limpid_status find_input(const parser *p, const char *word, int *value)
{
    *value = limpid_graph_find(p->graph, word);
    if (*value)
        return LIMPID_OK;
    return limpid_fail(p->graph->context, LIMPID_BAD_FILE,
                       "there is no value '%s' above this line; attributes look like name=value",
                       word);
}

static limpid_status add_line(parser *p, const char *name, const limpid_op *op, char **words,
                              int count, void *attributes)
{
    int in[LIMPID_INPUTS_MAX], inputs = 0;
    limpid_attributes_initial(op, attributes);
    for (int i = 0; i < count; i++) {
        char *equals = strchr(words[i], '=');
        if (equals) {
            *equals = '\0';
            LIMPID_TRY(
                limpid_attribute_parse(p->graph->context, op, attributes, words[i], equals + 1));
        } else {
            if (inputs == LIMPID_INPUTS_MAX)
                return limpid_fail(p->graph->context, LIMPID_BAD_FILE, "more than %d inputs",
                                   LIMPID_INPUTS_MAX);
            LIMPID_TRY(find_input(p, words[i], &in[inputs++]));
        }
    }
    if (inputs == 0 && limpid_op_roles(op) > 0 && p->last)
        in[inputs++] = p->last;
    return limpid_graph_append(p->graph, name, op, attributes, inputs, in, &p->last);
}

/* Names may hold what ONNX and PyTorch names hold, but not what the text uses for itself. */
static limpid_status take_name(const parser *p, char **words, int *used, const char **name)
{
    size_t length = strlen(words[0]);
    *name = NULL;
    *used = 0;
    if (words[0][length - 1] != ':')
        return LIMPID_OK;
    words[0][length - 1] = '\0';
    if (length == 1)
        return limpid_fail(p->graph->context, LIMPID_BAD_FILE, "the name before ':' is missing");
    if (strpbrk(words[0], "=[]"))
        return limpid_fail(p->graph->context, LIMPID_BAD_FILE,
                           "the name '%s' must not hold '=', '[' or ']'", words[0]);
    *name = words[0];
    *used = 1;
    return LIMPID_OK;
}

static limpid_status parse_words(parser *p, char **words, int count)
{
    const char *name;
    int used;
    LIMPID_TRY(take_name(p, words, &used, &name));
    if (used == count)
        return limpid_fail(p->graph->context, LIMPID_BAD_FILE, "an operator is missing after '%s:'",
                           name);
    const limpid_op *op = limpid_op_find(words[used]);
    if (!op)
        return no_operator(p, words[used]);
    void *attributes = limpid_allocate(p->graph->context, 1, op->attributes_size);
    if (!attributes)
        return LIMPID_NO_MEMORY;
    limpid_status status = add_line(p, name, op, words + used + 1, count - used - 1, attributes);
    limpid_release(p->graph->context, attributes);
    return status;
}

static limpid_status parse_line(parser *p, const char *text, size_t length)
{
    char line[LINE_MAX_BYTES], *words[WORDS_MAX];
    int count = 0;
    if (length >= sizeof line)
        return limpid_fail(p->graph->context, LIMPID_BAD_FILE,
                           "a line of %zu bytes; at most %d are accepted", length,
                           LINE_MAX_BYTES - 1);
    memcpy(line, text, length);
    line[length] = '\0';
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)line[i] < ' ' && !strchr("\t\r", line[i]))
            return limpid_fail(
                p->graph->context, LIMPID_BAD_FILE,
                "holds the byte 0x%02x, which is no text; expected are lines such as "
                "'conv out=20 size=5'",
                (unsigned char)line[i]);
    line[strcspn(line, "#")] = '\0';
    for (char *word = line; *(word += strspn(word, " \t\r"));) {
        if (count == WORDS_MAX)
            return limpid_fail(p->graph->context, LIMPID_BAD_FILE, "more than %d words", WORDS_MAX);
        words[count++] = word;
        word += strcspn(word, " \t\r");
        if (*word)
            *word++ = '\0';
    }
    return count ? parse_words(p, words, count) : LIMPID_OK;
}

limpid_status limpid_graph_parse(limpid_graph **out, limpid_context *context, const char *text,
                                 const char *file_name)
{
    parser p = { .file = file_name };
    const char *slash = strrchr(file_name, '/');
    LIMPID_TRY(limpid_graph_new(&p.graph, context, slash ? slash + 1 : file_name));
    limpid_status status = LIMPID_OK;
    for (const char *next = text; status == LIMPID_OK && *next;) {
        size_t length = strcspn(next, "\n");
        p.line++;
        status = parse_line(&p, next, length);
        if (status != LIMPID_OK && status != LIMPID_NO_MEMORY)
            status = at_line(&p, status);
        next += length + (next[length] == '\n');
    }
    if (status == LIMPID_OK && p.graph->node_count == 0)
        status = limpid_fail(
            context, LIMPID_BAD_FILE,
            "%s: holds no operator; expected are lines such as 'conv out=20 size=5'", file_name);
    if (status != LIMPID_OK) {
        limpid_graph_free(p.graph);
        return status;
    }
    limpid_graph_initialize(p.graph, context->options.seed);
    *out = p.graph;
    return LIMPID_OK;
}

/* Whether a parameter is the one its node would make for itself. */
static bool own_parameter(const limpid_graph *graph, const limpid_node_row *node, int i)
{
    const limpid_value_row *row = &graph->values[node->in[i]];
    size_t length = strlen(node->name);
    return row->parameter && node->op->roles[i].parameter &&
           strncmp(row->name, node->name, length) == 0 && row->name[length] == '.' &&
           strcmp(row->name + length + 1, node->op->roles[i].name) == 0;
}

/* How many inputs a line must name, unless the first is all and the line before makes it. */
static int named_inputs(const limpid_graph *graph, const limpid_node_row *node)
{
    int count = 0;
    for (int i = 0; i < node->inputs; i++)
        if (node->in[i] && !own_parameter(graph, node, i))
            count = i + 1;
    return count;
}

static void write_inputs(const limpid_graph *graph, const limpid_node_row *node, int last,
                         limpid_text *text)
{
    int shown = named_inputs(graph, node);
    if (shown == 1 && node->in[0] == last)
        return;
    for (int i = 0; i < shown; i++)
        limpid_text_add(text, " %s", graph->values[node->in[i]].name);
}

/* Whether a node must say its name: others ask for it, or it is not the one it would be given. */
static bool needs_name(const limpid_graph *graph, size_t index)
{
    const limpid_node_row *node = &graph->nodes[index];
    if (node->named)
        return true;
    for (size_t i = index + 1; i < graph->node_count; i++)
        for (int k = 0; k < graph->nodes[i].inputs; k++) {
            int value = graph->nodes[i].in[k];
            bool ours = value && graph->values[value].node == (int)index;
            if (ours && (i > index + 1 || value != node->out[0] ||
                         named_inputs(graph, &graph->nodes[i]) > 1))
                return true;
        }
    return false;
}

void limpid_graph_write(const limpid_graph *graph, limpid_text *text)
{
    int last = 0;
    for (size_t i = 0; i < graph->node_count; i++) {
        const limpid_node_row *node = &graph->nodes[i];
        if (needs_name(graph, i))
            limpid_text_add(text, "%s: ", node->name);
        limpid_text_add(text, "%s", node->op->name);
        write_inputs(graph, node, last, text);
        limpid_attributes_print(node->op, node->attributes, text);
        limpid_text_add(text, "\n");
        last = node->out[0];
    }
}

limpid_status limpid_graph_print(const limpid_graph *graph, limpid_context *context, char **text)
{
    limpid_text out = { .context = context };
    limpid_graph_write(graph, &out);
    if (out.status != LIMPID_OK) {
        limpid_release(context, out.data);
        return out.status;
    }
    *text = out.data;
    return LIMPID_OK;
}

void limpid_text_free(limpid_context *context, char *text)
{
    limpid_release(context, text);
}

/* "size=2 stride=2" into the operator's struct. */
static limpid_status parse_attributes(limpid_graph *graph, const limpid_op *op, const char *text,
                                      void *attributes)
{
    limpid_attributes_initial(op, attributes);
    for (const char *next = text; *(next += strspn(next, " "));) {
        char word[256];
        size_t length = strcspn(next, " ");
        char *equals;
        if (length >= sizeof word)
            return limpid_fail(graph->context, LIMPID_BAD_FILE, "%s: an attribute of %zu bytes",
                               op->name, length);
        memcpy(word, next, length);
        word[length] = '\0';
        next += length;
        if (!(equals = strchr(word, '=')))
            return limpid_fail(graph->context, LIMPID_BAD_FILE,
                               "%s: '%s' is no attribute; expected is name=value", op->name, word);
        *equals = '\0';
        LIMPID_TRY(limpid_attribute_parse(graph->context, op, attributes, word, equals + 1));
    }
    return LIMPID_OK;
}

static limpid_status add_operator(limpid_graph *graph, const char *name, const char *operator_name,
                                  const char *text, int count, const int *inputs, int *value)
{
    const parser p = { .graph = graph };
    const limpid_op *op = limpid_op_find(operator_name);
    if (!op)
        return no_operator(&p, operator_name);
    void *attributes = limpid_allocate(graph->context, 1, op->attributes_size);
    if (!attributes)
        return LIMPID_NO_MEMORY;
    limpid_status status = parse_attributes(graph, op, text ? text : "", attributes);
    if (status == LIMPID_OK)
        status = limpid_graph_append(graph, name, op, attributes, count, inputs, value);
    limpid_release(graph->context, attributes);
    return status;
}

int limpid_add(limpid_graph *graph, const char *name, const char *operator_name,
               const char *attributes, int count, const int *inputs)
{
    int value = 0;
    if (graph->failed != LIMPID_OK)
        return 0;
    limpid_status status =
        add_operator(graph, name, operator_name, attributes, count, inputs, &value);
    if (status != LIMPID_OK && graph->failed == LIMPID_OK) {
        graph->failed = status;
        graph->failure = limpid_copy_text(graph->context, limpid_message(graph->context));
    }
    return value;
}
