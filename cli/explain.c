// SPDX-License-Identifier: MIT
/* explain.c - limpid explain: the note with numbers in it, its equations verified, and one layer
 * of a model. */
#include <stddef.h>
#include <string.h>
#include "cli.h"
#include "explain/explain.h"

enum { WORDS_MAX = 64 };

typedef struct {
    bool check;
    const char *input, *filter;
    int64_t stride, pad;
} settings;

static const settings initial = { .stride = 0, .pad = -1 };

static const limpid_option options[] = {
    { "check", NULL, LIMPID_OPTION_FLAG, offsetof(settings, check), 0, 0,
      "verify every equation of the note on random cases (--seed), a line each" },
    { "input", "MATRIX", LIMPID_OPTION_TEXT, offsetof(settings, input), 0, 0,
      "your own input: \"1 2; 3 4\"; '|' begins the next slice" },
    { "filter", "MATRIX", LIMPID_OPTION_TEXT, offsetof(settings, filter), 0, 0,
      "your own filter: \"1 0; 0 1\"; '/' begins the next filter" },
    { "stride", "N", LIMPID_OPTION_COUNT, offsetof(settings, stride), 1, 4,
      "by how much the filter moves, by default 1" },
    { "pad", "N", LIMPID_OPTION_COUNT, offsetof(settings, pad), 0, 3,
      "rows and columns of zeros around the input, by default 0" },
    { 0 },
};

static const char *const examples[] = {
    "limpid explain convolution",
    "the worked example of the note, equation by equation",
    "limpid explain gradient-of-filters --input \"1 2 0; 0 1 3; 2 1 1\" --filter \"1 0; 0 1\"",
    "the same with numbers of your own",
    "limpid explain --check",
    "every equation of the note, verified",
    NULL,
};

/* ---- what there is to read ---- */

static limpid_status list_topics(void)
{
    printf("Topics, in the order of the note:\n\n");
    for (const limpid_topic *topic = limpid_topics; topic->name; topic++)
        printf("  %-20s %s\n", topic->name, topic->summary);
    printf("\nlimpid explain TOPIC...\n");
    return LIMPID_OK;
}

static limpid_status unknown_topic(limpid_command *command, const char *name)
{
    const char *words[WORDS_MAX] = { NULL };
    int count = 0;
    for (const limpid_topic *t = limpid_topics; t->name && count < WORDS_MAX; t++)
        words[count++] = t->name;
    const char *nearest = limpid_nearest(name, words, count);
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
    limpid_explain_check((uint64_t)command->seed, &look, &text, &verified);
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

static limpid_status show(limpid_command *command, const limpid_page *page)
{
    const char *number;
    LIMPID_TRY(limpid_page_status(page));
    LIMPID_TRY(print_page(command, page));
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

static limpid_status run(limpid_command *command)
{
    const settings *s = command->settings;
    if (s->check)
        return check(command);
    if (command->operand_count == 0)
        return list_topics();
    limpid_page *page;
    LIMPID_TRY(limpid_page_new(&page, command->context));
    limpid_status status = write_topics(command, page);
    limpid_page_free(page);
    return status;
}

const limpid_verb limpid_verb_explain = {
    .name = "explain",
    .summary = "show the mathematics with numbers in it",
    .operands = "TOPIC...",
    .operands_least = 0,
    .operands_most = WORDS_MAX,
    .options = options,
    .initial = &initial,
    .settings_size = sizeof(settings),
    .examples = examples,
    .run = run,
};
