// SPDX-License-Identifier: MIT
/* explain.h - the note's equations with numbers in them, as a page for people.
 *
 * A page is written once, as headings, sentences, formulas, matrices whose cells know which cells
 * they come from, and verdicts on equations. Two writers turn it into what is read: text for a
 * terminal of any width, and one HTML page that needs nothing else. The mathematics is note/'s;
 * of the engine this room shows the numbers. It belongs to the command, not to the library. */
#ifndef LIMPID_EXPLAIN_H
#define LIMPID_EXPLAIN_H

#include "format/format.h"

/* ---- pages ---- */

typedef struct limpid_page limpid_page;

limpid_status limpid_page_new(limpid_page **out, limpid_context *context);
void limpid_page_free(limpid_page *page); /* NULL is accepted */
/* The first failure while the page was written, such as a lack of memory; with its message. */
limpid_status limpid_page_status(const limpid_page *page);
/* Whether every equation on the page holds; *number, if not NULL, is the first one that does not.
 */
bool limpid_page_agrees(const limpid_page *page, const char **number);

/* What the terminal can show. */
typedef struct {
    int columns;
    bool unicode, colours;
} limpid_page_look;

void limpid_page_write_text(const limpid_page *page, const limpid_page_look *look,
                            limpid_text *text);
void limpid_page_write_html(const limpid_page *page, const char *title, limpid_text *text);

/* ---- topics ---- */

/* What the reader brings along: NULL, or 0 (stride) and -1 (pad), where the topic's own example is
 * to be used. A matrix is "1 2; 3 4"; '|' begins the next slice, '/' the next filter. */
typedef struct {
    const char *input, *filter;
    int64_t stride, pad;
} limpid_own_example;

enum { LIMPID_TAKES_INPUT = 1, LIMPID_TAKES_FILTER = 2, LIMPID_TAKES_WINDOW = 4 };

typedef struct {
    const char *name, *summary;
    unsigned takes;
    /* Appends the topic to the page; fails with one sentence where the example does not fit. */
    limpid_status (*write)(limpid_page *page, const limpid_own_example *own);
} limpid_topic;

extern const limpid_topic limpid_topics[]; /* ended by a row without name */

const limpid_topic *limpid_topic_find(const char *name); /* NULL: none */
/* Refuses, with a sentence, what the topic does not take. */
limpid_status limpid_topic_write(const limpid_topic *topic, limpid_page *page,
                                 const limpid_own_example *own);

/* ---- one layer of a network ---- */

/* Which output of which node. The plan was made for training with keep_all and for one sample; it
 * has run forward and backward. */
typedef struct {
    const limpid_plan *plan;
    size_t node;
    int64_t channel, row, column; /* -1: the largest */
    const char *target;           /* the class the loss is taken for, as it is called */
} limpid_layer_question;

/* Appends how the engine came to one number, forward, and what the gradient does there, backward.
 * Operators that the note does not have are LIMPID_UNSUPPORTED. */
limpid_status limpid_explain_layer(limpid_page *page, const limpid_layer_question *question);

/* ---- every equation ---- */

/* Appends a line for each of the note's equations and additions, verified on random cases of this
 * seed, and the count; *verified says whether all of them hold. look NULL: objects of JSON. */
void limpid_explain_check(uint64_t seed, const limpid_page_look *look, limpid_text *text,
                          bool *verified);

#endif
