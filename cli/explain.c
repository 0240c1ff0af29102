// SPDX-License-Identifier: MIT
/* explain.c - limpid explain: the note with numbers in it, its equations verified, and one layer
 * of a model. */
#include <stddef.h>
#include <string.h>
#include <unistd.h>
#include "cli.h"
#include "explain/explain.h"
#include "train/train.h"

enum { WORDS_MAX = 64 };

typedef struct {
    bool check;
    const char *html, *input, *filter, *image, *at, *label;
    int64_t stride, pad, channel;
} settings;

static const settings initial = { .pad = -1, .channel = -1 };

static const limpid_option options[] = {
    { "check", NULL, LIMPID_OPTION_FLAG, offsetof(settings, check), 0, 0,
      "verify every equation of the note on random cases (--seed), a line each" },
    { "html", "FILE", LIMPID_OPTION_TEXT, offsetof(settings, html), 0, 0,
      "write a page for a browser instead" },
    { "input", "MATRIX", LIMPID_OPTION_TEXT, offsetof(settings, input), 0, 0,
      "your own input: \"1 2; 3 4\"; '|' begins the next slice" },
    { "filter", "MATRIX", LIMPID_OPTION_TEXT, offsetof(settings, filter), 0, 0,
      "your own filter: \"1 0; 0 1\"; '/' begins the next filter" },
    { "stride", "N", LIMPID_OPTION_COUNT, offsetof(settings, stride), 1, 4,
      "by how much the filter moves, by default 1" },
    { "pad", "N", LIMPID_OPTION_COUNT, offsetof(settings, pad), 0, 3,
      "rows and columns of zeros around the input, by default 0" },
    { "image", "FILE", LIMPID_OPTION_TEXT, offsetof(settings, image), 0, 0,
      "explain a layer of a model with this picture, PNG or JPEG" },
    { "at", "ROW,COLUMN", LIMPID_OPTION_TEXT, offsetof(settings, at), 0, 0,
      "of a layer: the output to look at, by default the largest" },
    { "channel", "K", LIMPID_OPTION_COUNT, offsetof(settings, channel), 0, INT32_MAX,
      "of a layer: the slice to look at, by default that of the largest output" },
    { "label", "CLASS", LIMPID_OPTION_TEXT, offsetof(settings, label), 0, 0,
      "of a layer: the right class, by default the one predicted" },
    { 0 },
};

static const char *const examples[] = {
    "limpid explain convolution",
    "the worked example of the note, equation by equation",
    "limpid explain gradient-of-filters --input \"1 2 0; 0 1 3; 2 1 1\" --filter \"1 0; 0 1\"",
    "the same with numbers of your own",
    "limpid explain --check",
    "every equation of the note, verified",
    "limpid explain --html page.html convolution phi",
    "topics as a page whose numbers light up with those they come from",
    "limpid explain runs/digits conv1 --image photo.png",
    "how one number of a layer came about, and what its gradient does",
    NULL,
};

/* ---- what there is to read ---- */

static limpid_status list_topics(limpid_command *command)
{
    limpid_text text = { .context = command->context };
    bool narrow = limpid_screen_columns(stdout) < 72;
    limpid_text_add(&text, "Topics, in the order of the note:\n\n");
    for (const limpid_topic *topic = limpid_topics; topic->name; topic++)
        limpid_text_add(&text, narrow ? "  %s\n      %s\n" : "  %-20s %s\n", topic->name,
                        topic->summary);
    limpid_text_add(&text, "\nlimpid explain TOPIC...\n");
    return limpid_text_print(&text);
}

/* Who names a file means a layer of the model in it. */
static limpid_status unknown_topic(limpid_command *command, const char *name)
{
    const char *words[WORDS_MAX] = { NULL };
    int count = 0;
    for (const limpid_topic *t = limpid_topics; t->name && count < WORDS_MAX; t++)
        words[count++] = t->name;
    const char *nearest = limpid_nearest(name, words, count);
    if (command->operand_count == 2 && access(command->operands[0], F_OK) == 0)
        return limpid_fail(command->context, LIMPID_USAGE,
                           "to explain a layer of %s a picture is needed: --image FILE",
                           command->operands[0]);
    if (nearest)
        return limpid_fail(command->context, LIMPID_USAGE,
                           "there is no topic \"%s\"; did you mean \"%s\"?", name, nearest);
    return limpid_fail(command->context, LIMPID_USAGE,
                       "there is no topic \"%s\"; `limpid explain` lists those there are", name);
}

/* ---- the pages ---- */

static limpid_page_look look_of(FILE *stream)
{
    limpid_screen screen = limpid_screen_of(stream);
    return (limpid_page_look){ limpid_screen_columns(stream), screen.unicode, screen.colours > 0 };
}

static limpid_status check(limpid_command *command)
{
    limpid_text text = { .context = command->context };
    limpid_page_look look = look_of(stdout);
    bool verified;
    limpid_explain_check((uint64_t)command->seed, command->json ? NULL : &look, &text, &verified);
    LIMPID_TRY(limpid_text_print(&text));
    return verified ? LIMPID_OK
                    : limpid_fail(command->context, LIMPID_FAILED, "not every equation holds");
}

static limpid_status print_page(const limpid_command *command, const limpid_page *page)
{
    limpid_text text = { .context = command->context };
    limpid_page_look look = look_of(stdout);
    limpid_page_write_text(page, &look, &text);
    return limpid_text_print(&text);
}

static limpid_status save_page(const limpid_command *command, const limpid_page *page,
                               const char *file)
{
    limpid_text text = { .context = command->context };
    limpid_file_writer writer;
    limpid_page_write_html(page, "limpid explain", &text);
    limpid_status status = text.status;
    if (status == LIMPID_OK)
        status = limpid_file_start(&writer, command->context, file);
    if (status == LIMPID_OK) {
        limpid_file_add(&writer, text.data, text.length);
        status = limpid_file_commit(&writer);
    }
    limpid_release(command->context, text.data);
    return status;
}

static limpid_status show(limpid_command *command, const limpid_page *page)
{
    const settings *s = command->settings;
    const char *number;
    LIMPID_TRY(limpid_page_status(page));
    LIMPID_TRY(s->html ? save_page(command, page, s->html) : print_page(command, page));
    return limpid_page_agrees(page, &number)
               ? LIMPID_OK
               : limpid_fail(command->context, LIMPID_FAILED,
                             "the two sides of equation (%s) do not agree", number);
}

static limpid_status write_topics(limpid_command *command, limpid_page *page)
{
    const settings *s = command->settings;
    const limpid_own_example own = { s->input, s->filter, s->stride, s->pad };
    for (int i = 0; i < command->operand_count; i++)
        if (!limpid_topic_find(command->operands[i]))
            return unknown_topic(command, command->operands[i]);
    for (int i = 0; i < command->operand_count; i++)
        LIMPID_TRY(limpid_topic_write(limpid_topic_find(command->operands[i]), page, &own));
    return show(command, page);
}

/* ---- one layer of a model ---- */

/* A model with a loss, made ready to run one picture forward and back. */
typedef struct {
    limpid_command *command;
    const settings *settings;
    limpid_graph *graph;
    limpid_plan *plan;
    float *probabilities;
    int classes, label;
} viewer;

static limpid_status unknown_layer(const viewer *v, const char *name)
{
    const char *words[WORDS_MAX] = { NULL };
    int count = 0;
    for (size_t i = 0; i < v->graph->node_count && count < WORDS_MAX; i++)
        words[count++] = v->graph->nodes[i].name;
    const char *nearest = limpid_nearest(name, words, count);
    if (nearest)
        return limpid_fail(v->command->context, LIMPID_USAGE,
                           "%s has no layer \"%s\"; did you mean \"%s\"?", v->command->operands[0],
                           name, nearest);
    return limpid_fail(v->command->context, LIMPID_USAGE,
                       "%s has no layer \"%s\"; `limpid inspect %s` lists those it has",
                       v->command->operands[0], name, v->command->operands[0]);
}

static limpid_status find_layer(const viewer *v, size_t *node)
{
    const char *name = v->command->operands[1];
    for (size_t i = 0; i < v->graph->node_count; i++)
        if (strcmp(v->graph->nodes[i].name, name) == 0) {
            *node = i;
            return LIMPID_OK;
        }
    return unknown_layer(v, name);
}

static limpid_status find_label(viewer *v)
{
    const char *label = v->settings->label;
    int64_t number;
    for (int i = 0; label && i < v->classes; i++)
        if (strcmp(limpid_class_name(v->graph, i).text, label) == 0) {
            v->label = i;
            return LIMPID_OK;
        }
    if (label && !limpid_parse_int(label, 0, v->classes - 1, &number))
        return limpid_fail(v->command->context, LIMPID_USAGE,
                           "--label: there is no class \"%s\"; there are %d, from \"%s\" on", label,
                           v->classes, limpid_class_name(v->graph, 0).text);
    for (int i = 1; !label && i < v->classes; i++)
        if (v->probabilities[i] > v->probabilities[v->label])
            v->label = i;
    if (label)
        v->label = (int)number;
    return LIMPID_OK;
}

/* The picture as the network sees it goes into its input, the class into its target. */
static limpid_status fill_inputs(viewer *v, const limpid_image *seen)
{
    limpid_preprocess preprocess;
    LIMPID_TRY(limpid_recall_preprocess(v->graph, v->command->context, &preprocess));
    float *x = v->plan->slots[limpid_graph_input(v->graph, 0)].value.f;
    int64_t plane = seen->height * seen->width;
    for (int64_t i = 0; i < seen->channels * plane; i++)
        x[i] = ((float)seen->pixels[i] / 255.0f - preprocess.mean[i / plane]) /
               preprocess.deviation[i / plane];
    int loss = limpid_graph_loss(v->graph);
    const limpid_node_row *node = &v->graph->nodes[v->graph->values[loss].node];
    const limpid_tensor *target = &v->plan->slots[node->in[1]].value;
    for (int i = 0; target->type == LIMPID_FLOAT && i < v->classes; i++)
        target->f[i] = i == v->label ? 1 : 0;
    if (target->type == LIMPID_INT32)
        target->i[0] = v->label;
    return LIMPID_OK;
}

/* An answer that already is probabilities is compared as it is. */
static limpid_status prepare(viewer *v)
{
    int answer = limpid_graph_answer(v->graph);
    bool probabilities = answer && v->graph->nodes[v->graph->values[answer].node].op->probabilities;
    if (!limpid_graph_loss(v->graph))
        LIMPID_TRY(
            limpid_graph_add_loss(v->graph, probabilities ? "squared-error" : "cross-entropy"));
    const limpid_plan_options plan = { .batch = 1, .training = true, .keep_all = true };
    return limpid_plan_new(&v->plan, v->command->context, v->graph, &plan);
}

/* "3,4" */
static limpid_status read_place(const viewer *v, limpid_layer_question *question)
{
    const char *at = v->settings->at, *comma = at ? strchr(at, ',') : NULL;
    char row[24] = "";
    if (!at)
        return LIMPID_OK;
    if (comma && comma - at < (long)sizeof(row))
        memcpy(row, at, (size_t)(comma - at));
    if (!comma || !limpid_parse_int(row, 0, INT32_MAX, &question->row) ||
        !limpid_parse_int(comma + 1, 0, INT32_MAX, &question->column))
        return limpid_fail(v->command->context, LIMPID_USAGE,
                           "--at takes ROW,COLUMN, such as 3,4, not \"%s\"", at);
    return LIMPID_OK;
}

static limpid_status explain_seen(viewer *v, limpid_page *page, const limpid_image *seen)
{
    limpid_layer_question question = { .channel = v->settings->channel, .row = -1, .column = -1 };
    LIMPID_TRY(read_place(v, &question));
    LIMPID_TRY(find_layer(v, &question.node));
    LIMPID_TRY(find_label(v));
    LIMPID_TRY(prepare(v));
    LIMPID_TRY(fill_inputs(v, seen));
    limpid_plan_forward(v->plan);
    limpid_plan_backward(v->plan);
    limpid_name name = limpid_class_name(v->graph, v->label);
    limpid_text target = { .context = v->command->context };
    limpid_text_add(&target, "%s, which the network gives %.3g %%", name.text,
                    100 * (double)v->probabilities[v->label]);
    question.plan = v->plan;
    question.target = target.data ? target.data : name.text;
    limpid_status status = limpid_explain_layer(page, &question);
    limpid_release(target.context, target.data);
    return status;
}

static limpid_status look_at_picture(viewer *v, limpid_page *page)
{
    limpid_context *context = v->command->context;
    limpid_image image, seen = { 0 };
    LIMPID_TRY(limpid_network_open(&v->graph, context, v->command->operands[0]));
    v->classes = limpid_classes(v->graph);
    v->probabilities = limpid_allocate(context, (size_t)limpid_max(v->classes, 1), sizeof(float));
    if (!v->probabilities)
        return LIMPID_NO_MEMORY;
    LIMPID_TRY(limpid_image_read(context, v->settings->image, &image));
    limpid_status status =
        limpid_predict_image(v->graph, context, &image, &seen, v->classes, v->probabilities);
    limpid_release(context, image.pixels);
    if (status == LIMPID_OK)
        status = explain_seen(v, page, &seen);
    limpid_release(context, seen.pixels);
    return status;
}

static limpid_status write_layer(limpid_command *command, limpid_page *page)
{
    viewer v = { .command = command, .settings = command->settings };
    if (command->operand_count != 2)
        return limpid_fail(command->context, LIMPID_USAGE,
                           "with --image it takes a model and a layer: limpid explain MODEL LAYER "
                           "--image FILE");
    limpid_status status = look_at_picture(&v, page);
    limpid_plan_free(v.plan);
    limpid_graph_free(v.graph);
    limpid_release(command->context, v.probabilities);
    return status == LIMPID_OK ? show(command, page) : status;
}

/* ---- what is asked for ---- */

static bool given_without_image(const settings *s)
{
    return s->at || s->label || s->channel >= 0;
}

static bool given_own(const settings *s)
{
    return s->input || s->filter || s->stride > 0 || s->pad >= 0;
}

/* Options that have nothing to do with what is asked for are refused, not ignored. */
static limpid_status check_settings(limpid_command *command)
{
    const settings *s = command->settings;
    bool topics = command->operand_count > 0 && !s->image;
    if (s->check && (command->operand_count > 0 || s->html || s->image))
        return limpid_fail(command->context, LIMPID_USAGE,
                           "--check is about all equations: it takes no topic, picture or page");
    if (command->json && !s->check)
        return limpid_fail(command->context, LIMPID_USAGE,
                           "explanations are for people: --json goes with --check alone");
    if (!s->image && given_without_image(s))
        return limpid_fail(command->context, LIMPID_USAGE,
                           "--at, --channel and --label are about a layer: limpid explain MODEL "
                           "LAYER --image FILE");
    if (!topics && given_own(s))
        return limpid_fail(command->context, LIMPID_USAGE,
                           "--input, --filter, --stride and --pad are about a topic: limpid "
                           "explain TOPIC");
    if (command->operand_count == 0 && s->html)
        return limpid_fail(command->context, LIMPID_USAGE,
                           "--html needs a topic: limpid explain --html FILE TOPIC...");
    return LIMPID_OK;
}

static limpid_status run(limpid_command *command)
{
    const settings *s = command->settings;
    LIMPID_TRY(check_settings(command));
    if (s->check)
        return check(command);
    if (command->operand_count == 0 && !s->image)
        return list_topics(command);
    limpid_page *page;
    LIMPID_TRY(limpid_page_new(&page, command->context));
    limpid_status status = s->image ? write_layer(command, page) : write_topics(command, page);
    limpid_page_free(page);
    return status;
}

const limpid_verb limpid_verb_explain = {
    .name = "explain",
    .summary = "show the mathematics with numbers in it",
    .operands = "TOPIC... | MODEL LAYER",
    .operands_least = 0,
    .operands_most = WORDS_MAX,
    .options = options,
    .initial = &initial,
    .settings_size = sizeof(settings),
    .examples = examples,
    .run = run,
};
