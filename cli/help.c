// SPDX-License-Identifier: MIT
/* help.c - the pages of --help, from the same rows that options.c parses, for any width. */
#include <limits.h>
#include <string.h>
#include "cli.h"
#include "train/train.h"

enum {
    WIDTH_MOST = 100, /* longer lines are hard to read */
    WIDTH_LEAST = 24,
    NOUN_WIDTH = 15,
    SIDE_BY_SIDE = 60 /* from this width on an option and its explanation share a line */
};

/* Where the writing stands: text that knows its width. */
typedef struct {
    limpid_text *text;
    int columns, at;
} page;

static void line_break(page *p)
{
    limpid_text_add(p->text, "\n");
    p->at = 0;
}

static void move_to(page *p, int column)
{
    if (p->at > column)
        line_break(p);
    limpid_text_add(p->text, "%*s", column - p->at, "");
    p->at = column;
}

/* Words from the present position on, broken to the width; later lines begin at `indent`. A newline
 * in the words begins a paragraph. */
static void flow(page *p, int indent, const char *words)
{
    bool first = true;
    while (*words) {
        if (*words == '\n') {
            line_break(p);
            words++;
            first = true;
            continue;
        }
        int length = (int)strcspn(words, " \n");
        if (!first && p->at + 1 + length > p->columns)
            line_break(p);
        else if (!first) {
            limpid_text_add(p->text, " ");
            p->at++;
        }
        if (p->at < indent)
            move_to(p, indent);
        limpid_text_append(p->text, words, (size_t)length);
        p->at += length;
        words += length;
        while (*words == ' ')
            words++;
        first = false;
    }
    line_break(p);
}

/* A command to be typed, in lines that can be typed. */
static void flow_command(page *p, const char *words)
{
    limpid_text_add(p->text, "  ");
    p->at = 2;
    for (bool first = true; *words; first = false) {
        int length = (int)strcspn(words, " ");
        if (!first && p->at + 3 + length > p->columns) {
            limpid_text_add(p->text, " \\");
            line_break(p);
            move_to(p, 6);
        } else if (!first)
            move_to(p, p->at + 1);
        limpid_text_append(p->text, words, (size_t)length);
        p->at += length;
        words += length + (words[length] == ' ');
    }
    line_break(p);
}

/* A term and its explanation: side by side where there is room, else one below the other. */
static void entry(page *p, const char *term, int term_width, const char *explanation)
{
    limpid_text_add(p->text, "  %s", term);
    p->at = 2 + (int)strlen(term);
    int indent = p->columns >= SIDE_BY_SIDE ? term_width + 4 : 6;
    if (p->columns < SIDE_BY_SIDE)
        line_break(p);
    move_to(p, indent);
    flow(p, indent, explanation);
}

static void heading(page *p, const char *words)
{
    line_break(p);
    flow(p, 0, words);
}

/* "--lr R", in a struct so that it can be an argument. */
typedef struct {
    char text[64];
} term;

static term option_term(const limpid_option *option)
{
    term t;
    snprintf(t.text, sizeof(t.text), "--%s%s%s", option->name, option->argument ? " " : "",
             option->argument ? option->argument : "");
    return t;
}

static int widest(const limpid_option *options, int width)
{
    for (; options->name; options++) {
        int own = (int)strlen(option_term(options).text);
        width = own > width ? own : width;
    }
    return width;
}

static void option_list(page *p, const limpid_option *options, int width)
{
    for (; options->name; options++)
        entry(p, option_term(options).text, width, options->help);
}

static void verb_page(page *p, const limpid_verb *verb)
{
    limpid_text_add(p->text, "limpid %s: ", verb->name);
    p->at = (int)strlen(verb->name) + 9;
    flow(p, 0, verb->summary);
    heading(p, "Usage:");
    limpid_text usage = { .context = p->text->context };
    limpid_text_add(&usage, "limpid %s %s%s[OPTIONS]", verb->name, verb->operands,
                    *verb->operands ? " " : "");
    flow(p, 2, usage.data ? usage.data : "");
    limpid_release(p->text->context, usage.data);
    if (verb->details)
        heading(p, verb->details);
    int width = widest(verb->options, widest(limpid_options_common, 0));
    if (verb->options->name) {
        heading(p, "Options:");
        option_list(p, verb->options, width);
    }
    heading(p, "Options of every verb:");
    option_list(p, limpid_options_common, width);
    heading(p, "Examples:");
    for (const char *const *example = verb->examples; *example; example += 2) {
        flow_command(p, example[0]);
        move_to(p, 6);
        flow(p, 6, example[1]);
    }
}

static const char *const exit_statuses[] = {
    "0",   "done",
    "1",   "it failed, as the sentence on standard error says",
    "2",   "the arguments are wrong",
    "3",   "data or a model is missing, damaged, or does not fit",
    "4",   "something limpid does not support",
    "130", "interrupted, with a checkpoint saved",
    NULL,
};

static const char *const environment[] = {
    "LIMPID_ISA",
    "generic, neon, avx2 or avx512: the vector instructions to use, at most what the "
    "processor has; the results are the same",
    "NO_COLOR",
    "when set, nothing is coloured or drawn",
    "COLUMNS",
    "how wide the lines may be, instead of asking the terminal",
    NULL,
};

static void pairs(page *p, const char *const *rows)
{
    int width = 0;
    for (const char *const *row = rows; *row; row += 2)
        width = (int)strlen(*row) > width ? (int)strlen(*row) : width;
    for (const char *const *row = rows; *row; row += 2)
        entry(p, row[0], width, row[1]);
}

/* What the tables of the library hold: one list of each, there. */
static void nouns(page *p)
{
    heading(p, "Networks (--net):");
    for (const limpid_network *n = limpid_networks; n->name; n++)
        entry(p, n->name, NOUN_WIDTH, n->summary);
    heading(p, "Data (--data):");
    for (int i = 0; limpid_readers[i]; i++) {
        const limpid_reader *r = limpid_readers[i];
        bool optional = r->argument && r->argument[0] == '[';
        term form;
        snprintf(form.text, sizeof(form.text), "%s%s%s%s", r->name, optional ? "[" : "",
                 r->argument ? ":" : "", r->argument ? r->argument + optional : "");
        entry(p, form.text, NOUN_WIDTH, r->summary);
    }
    heading(p, "Losses (--loss):");
    for (int i = 0; limpid_ops[i]; i++)
        if (limpid_ops[i]->loss)
            entry(p, limpid_ops[i]->name, NOUN_WIDTH, limpid_ops[i]->summary);
    heading(p, "Schedules of the learning rate (--schedule):");
    for (const limpid_schedule *schedule = limpid_schedules; schedule->name; schedule++)
        entry(p, schedule->name, NOUN_WIDTH, schedule->summary);
    heading(p, "Variations of pictures while training (--augment):");
    for (int i = 0; limpid_augmenters[i]; i++)
        entry(p, limpid_augmenters[i]->name, NOUN_WIDTH, limpid_augmenters[i]->summary);
}

static void overview(page *p)
{
    flow(p, 0, "limpid: trains, runs and shows convolutional networks, on a plain computer");
    heading(p, "Usage:");
    limpid_text_add(p->text, "  limpid VERB ... [OPTIONS]\n");
    heading(p, "Verbs (`limpid VERB --help` tells more):");
    int width = 0;
    for (int i = 0; limpid_verbs[i]; i++)
        width = (int)limpid_max(width, (int64_t)strlen(limpid_verbs[i]->name));
    for (int i = 0; limpid_verbs[i]; i++)
        entry(p, limpid_verbs[i]->name, width, limpid_verbs[i]->summary);
    nouns(p);
    heading(p, "Options of every verb:");
    option_list(p, limpid_options_common, widest(limpid_options_common, 0));
    heading(p, "Exit status:");
    pairs(p, exit_statuses);
    heading(p, "Environment:");
    pairs(p, environment);
    heading(p, "To begin with:");
    limpid_text_add(p->text, "  limpid train --epochs 1\n  limpid inspect lenet\n");
}

void limpid_command_help(const limpid_command *command, int columns, limpid_text *text)
{
    columns = (int)limpid_max(limpid_min(columns, WIDTH_MOST), WIDTH_LEAST);
    page p = { .text = text, .columns = columns };
    if (command->verb)
        verb_page(&p, command->verb);
    else
        overview(&p);
}
