// SPDX-License-Identifier: MIT
/* page.h - the page as its authors (the topics) and its writers (terminal.c, html.c) see it.
 *
 * Texts may hold formulas between dollar signs, in the markup of formula.h. All of these functions
 * do nothing once the page has failed, so only its end needs a look. */
#ifndef LIMPID_EXPLAIN_PAGE_H
#define LIMPID_EXPLAIN_PAGE_H

#include "explain/explain.h"
#include "note/note.h"

/* Of larger matrices the beginning is shown. */
enum { LIMPID_PAGE_ROWS_MOST = 40, LIMPID_PAGE_COLUMNS_MOST = 36 };

typedef enum {
    LIMPID_PAGE_TITLE,
    LIMPID_PAGE_HEADING,
    LIMPID_PAGE_SENTENCES,
    LIMPID_PAGE_FORMULA,
    LIMPID_PAGE_FIGURE,
    LIMPID_PAGE_VERDICT
} limpid_page_kind;

typedef struct {
    limpid_page_kind kind;
    char *text;        /* NULL: none */
    char number[8];    /* of the equation: "33", "A5"; empty: none */
    int first, count;  /* matrices of a figure */
    double difference; /* of a verdict */
    double allowed;
} limpid_page_block;

/* A drawn matrix. */
typedef struct {
    char *before, *name; /* the sign in front of it ("=") and what it is called; formulas */
    char *heads;         /* NULL, or names of the columns, divided by '|': a table */
    long rows, columns;  /* of the whole */
    long shown_rows, shown_columns;
    double *cells;  /* shown_rows x shown_columns, row by row */
    bool *marked;   /* the same: cells that stand out */
    bool indicator; /* ones among zeros: zeros are drawn as dots */
} limpid_drawing;

/* Cell (row, column) of a drawing is made from a cell of another. */
typedef struct {
    int drawing, from;
    int row, column, from_row, from_column;
} limpid_link;

struct limpid_page {
    limpid_context *context;
    limpid_status status;
    limpid_page_block *blocks;
    size_t block_count, block_capacity;
    limpid_drawing *drawings;
    size_t drawing_count, drawing_capacity;
    limpid_link *links; /* those of one drawing may stand anywhere */
    size_t link_count, link_capacity;
};

/* ---- writing a page ---- */

void limpid_page_fail(limpid_page *page, limpid_status status);
void limpid_page_title(limpid_page *page, const char *text);
void limpid_page_heading(limpid_page *page, const char *text);
void limpid_page_say(limpid_page *page, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* number NULL: a formula of no number. */
void limpid_page_formula(limpid_page *page, const char *number, const char *markup);
void limpid_page_verdict(limpid_page *page, const char *number, double difference, double allowed);
/* Compares; one of them without a result differs by infinity. */
void limpid_page_agree(limpid_page *page, const char *number, note_tensor left, note_tensor right,
                       double allowed);

/* A tensor on the page: a drawing for each slice. */
typedef struct {
    int first; /* drawing; -1: none was made */
    note_tensor t;
    bool lying; /* a column drawn as a row */
} limpid_shown;

/* Begins a new figure; what is shown next stands in it, side by side. */
void limpid_page_figure(limpid_page *page);
/* before: "" or a sign such as "=". */
limpid_shown limpid_page_show(limpid_page *page, const char *before, const char *name,
                              note_tensor t);
/* The same, where zeros are drawn as dots. */
limpid_shown limpid_page_show_indicator(limpid_page *page, const char *before, const char *name,
                                        note_tensor t);
/* Columns with names, divided by '|'. */
limpid_shown limpid_page_show_table(limpid_page *page, const char *name, const char *heads,
                                    note_tensor t);
void limpid_page_mark(limpid_page *page, limpid_shown shown, long index);

/* ---- where cells come from; indices are places in vec(tensor) ---- */

void limpid_page_link(limpid_page *page, limpid_shown to, long index, limpid_shown from,
                      long from_index);
/* index to index: vec, reshaping, element by element. */
void limpid_page_link_same(limpid_page *page, limpid_shown to, limpid_shown from);
/* to = A B: where neither factor is 0. */
void limpid_page_link_product(limpid_page *page, limpid_shown to, limpid_shown A, limpid_shown B);
/* to = A^T */
void limpid_page_link_transpose(limpid_page *page, limpid_shown to, limpid_shown A);
/* to = A (x) B */
void limpid_page_link_kronecker(limpid_page *page, limpid_shown to, limpid_shown A, limpid_shown B);
/* y = f * x; f.first may be -1. */
void limpid_page_link_window(limpid_page *page, limpid_shown y, limpid_shown x, limpid_shown f,
                             note_window g);
/* phi(x) */
void limpid_page_link_phi(limpid_page *page, limpid_shown phi, limpid_shown x, note_window g);

/* Formula, both sides drawn, verdict. A column of more than 6 numbers is drawn lying, and its name
 * says "turned". */
typedef struct {
    limpid_shown left, right;
} limpid_sides;
limpid_sides limpid_page_equation(limpid_page *page, const char *number, const char *markup,
                                  const char *left_name, note_tensor left, const char *right_name,
                                  note_tensor right, double allowed);

/* How far two sides may be apart: sums in another order, and central differences. */
#define LIMPID_EXACT 1e-11
#define LIMPID_NUMERIC 1e-6

/* ---- the reader's own example ---- */

/* "1 2; 3 4 | 5 6; 7 8" on the sheet, as a volume H x W x slices x filters. */
limpid_status limpid_matrix_read(limpid_context *context, const char *option, const char *text,
                                 note_sheet *sheet, note_tensor *out);

/* ---- numbers as text, the same in every cell of a drawing ---- */

typedef struct {
    char text[32];
} limpid_cell_text;
typedef struct {
    int decimals; /* -1: with an exponent */
    bool dots;
} limpid_cell_style;
/* Of all cells; in a table, of one column. */
limpid_cell_style limpid_cell_style_of(const limpid_drawing *drawing, int column);
limpid_cell_text limpid_cell_print(limpid_cell_style style, double number);

#endif
