// SPDX-License-Identifier: MIT
/* terminal.c - a page as text, for any width from 24 columns on.
 *
 * Matrices of a figure stand side by side as long as there is room, then below each other; one
 * that is wider than the screen is cut into groups of columns. Marked cells carry a star. */
#include <string.h>
#include "explain/formula.h"
#include "explain/page.h"

enum { WIDTH_LEAST = 24, WIDTH_MOST = 80, INDENT = 2 };

typedef struct {
    const limpid_page *page;
    limpid_page_look look;
    limpid_text *out;
} writer;

static void colour(writer *w, const char *code)
{
    if (w->look.colours)
        limpid_text_add(w->out, "\033[%sm", code);
}

static void spaces(writer *w, int count)
{
    limpid_text_add(w->out, "%*s", count > 0 ? count : 0, "");
}

/* ---- sentences ---- */

/* Words, broken to the width; every line begins at `indent`. Returns where the last one ends. */
static int flow(writer *w, int indent, const char *words)
{
    int at = indent;
    bool first = true;
    spaces(w, indent);
    while (*words) {
        size_t length = strcspn(words, " ");
        limpid_text word = { .context = w->page->context };
        limpid_text_append(&word, words, length);
        int columns = word.data ? limpid_text_columns(word.data) : 0;
        limpid_release(word.context, word.data);
        if (!first && at + 1 + columns > w->look.columns) {
            limpid_text_add(w->out, "\n");
            spaces(w, indent);
            at = indent;
        } else if (!first) {
            limpid_text_add(w->out, " ");
            at++;
        }
        limpid_text_append(w->out, words, length);
        at += columns;
        words += length;
        words += *words == ' ';
        first = false;
    }
    return at;
}

static void write_sentences(writer *w, const char *sentences, int indent)
{
    limpid_text text = { .context = w->page->context };
    limpid_sentence_text(sentences, w->look.unicode, &text);
    flow(w, indent, text.data ? text.data : "");
    limpid_text_add(w->out, "\n");
    limpid_release(text.context, text.data);
}

static void write_heading(writer *w, const limpid_page_block *block)
{
    colour(w, "1");
    limpid_text text = { .context = w->page->context };
    limpid_sentence_text(block->text, w->look.unicode, &text);
    int columns = flow(w, 0, text.data ? text.data : "");
    colour(w, "0");
    limpid_text_add(w->out, "\n");
    for (int i = 0; block->kind == LIMPID_PAGE_TITLE && i < columns; i++)
        limpid_text_add(w->out, w->look.unicode ? "═" : "=");
    if (block->kind == LIMPID_PAGE_TITLE)
        limpid_text_add(w->out, "\n");
    limpid_release(text.context, text.data);
}

/* The number stands at the right, where books have it. */
static void write_formula(writer *w, const limpid_page_block *block)
{
    limpid_text text = { .context = w->page->context };
    limpid_formula_text(block->text, w->look.unicode, &text);
    int at = flow(w, 2 * INDENT, text.data ? text.data : "");
    int width = (int)strlen(block->number) + 2;
    if (*block->number) {
        if (at + 2 + width > w->look.columns) {
            limpid_text_add(w->out, "\n");
            at = 0;
        }
        spaces(w, w->look.columns - width - at);
        colour(w, "36");
        limpid_text_add(w->out, "(%s)", block->number);
        colour(w, "0");
    }
    limpid_text_add(w->out, "\n");
    limpid_release(text.context, text.data);
}

static void write_verdict(writer *w, const limpid_page_block *block)
{
    bool exact = block->difference <= 0, holds = block->difference <= block->allowed;
    limpid_text text = { .context = w->page->context };
    limpid_text_add(&text, "%s(%s) ", w->look.unicode ? (holds ? "✓ " : "✗ ") : "", block->number);
    if (exact && holds)
        limpid_text_add(&text, " = equal");
    else
        limpid_text_add(&text, "%s largest difference %.2g, allowed %.0e",
                        holds ? (w->look.unicode ? " ≈" : " ~") : "FAILS,", block->difference,
                        block->allowed);
    colour(w, holds ? "32" : "31");
    flow(w, 2 * INDENT, text.data ? text.data : "");
    colour(w, "0");
    limpid_text_add(w->out, "\n");
    limpid_release(text.context, text.data);
}

/* ---- matrices ---- */

/* Columns [first, first + count) of a drawing, measured. */
typedef struct {
    const limpid_drawing *drawing;
    limpid_cell_style style[LIMPID_PAGE_COLUMNS_MOST];
    int cell[LIMPID_PAGE_COLUMNS_MOST]; /* columns of the screen its cells take */
    char *name, *before;                /* as they are printed */
    int first, count;
    int marks;      /* and a mark: 0 or 1 */
    int width;      /* of the whole */
    int body;       /* of its lines below the name */
    bool rows_left; /* a last line says that there are more rows */
    bool columns_left;
} box;

static char *printed(writer *w, const char *markup)
{
    limpid_text text = { .context = w->page->context };
    limpid_formula_text(markup, w->look.unicode, &text);
    if (!text.data)
        limpid_text_add(&text, "%s", "");
    return text.data;
}

/* The n-th of the names divided by '|'. */
static char *head_of(writer *w, const limpid_drawing *drawing, int n)
{
    const char *at = drawing->heads;
    for (; n > 0 && strchr(at, '|'); n--)
        at = strchr(at, '|') + 1;
    limpid_text head = { .context = w->page->context };
    limpid_text_append(&head, at, strcspn(at, "|"));
    char *text = printed(w, head.data ? head.data : "");
    limpid_release(head.context, head.data);
    return text;
}

static const char *cell_text(const writer *w, const box *b, limpid_cell_text *cell, int row,
                             int column)
{
    const limpid_drawing *d = b->drawing;
    *cell = limpid_cell_print(b->style[column], d->cells[row * d->shown_columns + column]);
    return strcmp(cell->text, "·") == 0 && !w->look.unicode ? "." : cell->text;
}

/* How many columns of the screen the cells of each column take: in a table its own number, in a
 * matrix the same. */
static void measure_cells(writer *w, box *b)
{
    const limpid_drawing *d = b->drawing;
    limpid_cell_text cell;
    int64_t widest = 1;
    for (int column = 0; column < d->shown_columns; column++) {
        widest = d->heads ? 1 : widest;
        b->style[column] = limpid_cell_style_of(d, column);
        for (int row = 0; row < d->shown_rows; row++)
            widest = limpid_max(widest, limpid_text_columns(cell_text(w, b, &cell, row, column)));
        if (d->heads) {
            char *head = head_of(w, d, column);
            widest = limpid_max(widest, head ? limpid_text_columns(head) : 0) + (column > 0);
            limpid_release(w->page->context, head);
        }
        b->cell[column] = (int)widest;
    }
    for (int column = 0; !d->heads && column < d->shown_columns; column++)
        b->cell[column] = (int)widest;
}

static box measure(writer *w, const limpid_drawing *d)
{
    box b = { .drawing = d };
    b.before = printed(w, d->before);
    measure_cells(w, &b);
    for (long i = 0; i < d->shown_rows * d->shown_columns; i++)
        b.marks |= d->marked[i];
    b.rows_left = d->shown_rows < d->rows;
    b.columns_left = d->shown_columns < d->columns;
    b.count = (int)d->shown_columns;
    b.body = (int)d->shown_rows + b.rows_left + (d->heads != NULL);
    return b;
}

/* Of `count` columns from b->first on. */
static int box_width(const box *b, int count)
{
    int width = count - 1 + (b->columns_left ? 2 : 0) + (b->drawing->heads ? 0 : 4);
    for (int i = 0; i < count; i++)
        width += b->cell[b->first + i] + b->marks;
    return width;
}

/* The name says so where not all is shown; later parts of a matrix have no name. */
static void name_box(writer *w, box *b, int room)
{
    const limpid_drawing *d = b->drawing;
    limpid_text name = { .context = w->page->context }, part = { .context = w->page->context };
    if (b->first == 0)
        limpid_formula_text(d->name, w->look.unicode, &name);
    if (b->rows_left || b->columns_left)
        limpid_text_add(&part, "%ld %s %ld, the first", d->rows, w->look.unicode ? "×" : "x",
                        d->columns);
    if (b->count < d->shown_columns)
        limpid_text_add(&part, "%scolumns %d to %d", part.length ? ", " : "", b->first,
                        b->first + b->count - 1);
    int both = (name.data ? limpid_text_columns(name.data) + 2 : 0) +
               (part.data ? limpid_text_columns(part.data) : 0);
    if (part.length && both <= room)
        limpid_text_add(&name, "%s%s", name.length ? ", " : "", part.data);
    limpid_release(part.context, part.data);
    if (!name.data)
        limpid_text_add(&name, "%s", "");
    b->name = name.data;
    b->width = box_width(b, b->count);
    if (b->name)
        b->width = (int)limpid_max(b->width, limpid_text_columns(b->name));
}

static const char *edge(const writer *w, const box *b, int line, bool right)
{
    if (b->body == 1)
        return right ? "]" : "[";
    if (!w->look.unicode)
        return "|";
    if (line == 0)
        return right ? "┐" : "┌";
    if (line == b->body - 1)
        return right ? "┘" : "└";
    return "│";
}

static void write_cells(writer *w, const box *b, int row)
{
    limpid_cell_text cell;
    const limpid_drawing *d = b->drawing;
    for (int i = 0; i < b->count; i++) {
        int column = b->first + i;
        const char *text = cell_text(w, b, &cell, row, column);
        bool marked = d->marked[row * d->shown_columns + column];
        spaces(w, b->cell[column] - limpid_text_columns(text) + (i > 0));
        limpid_text_add(w->out, "%s", text);
        if (b->marks)
            limpid_text_add(w->out, marked ? "*" : " ");
    }
    if (b->columns_left)
        limpid_text_add(w->out, w->look.unicode ? " …" : " ~");
}

static void write_heads(writer *w, const box *b)
{
    for (int i = 0; i < b->count; i++) {
        char *head = head_of(w, b->drawing, b->first + i);
        spaces(w, b->cell[b->first + i] - (head ? limpid_text_columns(head) : 0) + (i > 0));
        limpid_text_add(w->out, "%s%s", head ? head : "", b->marks ? " " : "");
        limpid_release(w->page->context, head);
    }
}

/* One line of a box's body, as wide as the box. */
static void write_line(writer *w, const box *b, int line)
{
    bool table = b->drawing->heads != NULL;
    if (!table)
        limpid_text_add(w->out, "%s ", edge(w, b, line, false));
    if (table && line == 0)
        write_heads(w, b);
    else if (b->rows_left && line == b->body - 1) {
        spaces(w, b->cell[b->first] - 1);
        limpid_text_add(w->out, w->look.unicode ? "⋮" : ":");
        spaces(w, box_width(b, b->count) - b->cell[b->first] - (table ? 0 : 4));
    } else
        write_cells(w, b, line - table);
    if (!table)
        limpid_text_add(w->out, " %s", edge(w, b, line, true));
    spaces(w, b->width - box_width(b, b->count));
}

static int before_width(const box *b, bool first)
{
    int sign = b->before ? limpid_text_columns(b->before) : 0;
    return sign ? sign + (first ? 1 : 2) : (first ? 0 : 2);
}

static void write_before(writer *w, const box *b, bool first, bool here)
{
    int width = before_width(b, first), sign = b->before ? limpid_text_columns(b->before) : 0;
    if (!here || !sign) {
        spaces(w, width);
        return;
    }
    spaces(w, first ? 0 : 1);
    limpid_text_add(w->out, "%s ", b->before);
}

/* Boxes side by side, their middles in one line. */
static void write_group(writer *w, const box *boxes, int count)
{
    int body = 0, names = 0;
    for (int i = 0; i < count; i++) {
        body = (int)limpid_max(body, boxes[i].body);
        names |= boxes[i].name && *boxes[i].name;
    }
    for (int line = names ? -1 : 0; line < body; line++) {
        size_t start = w->out->length;
        spaces(w, 2 * INDENT);
        for (int i = 0; i < count; i++) {
            const box *b = &boxes[i];
            int own = line - (body - b->body) / 2;
            write_before(w, b, i == 0, own == (b->body - 1) / 2);
            if (own >= 0 && own < b->body)
                write_line(w, b, own);
            else if (own == -1 && b->name) {
                colour(w, "2");
                limpid_text_add(w->out, "%s", b->name);
                colour(w, "0");
                spaces(w, b->width - limpid_text_columns(b->name));
            } else
                spaces(w, b->width);
        }
        while (w->out->length > start && w->out->data[w->out->length - 1] == ' ')
            w->out->length--;
        limpid_text_add(w->out, "\n");
    }
}

enum { GROUP = 16 };

typedef struct {
    box boxes[GROUP];
    int count, width;
} group;

static void flush(writer *w, group *g)
{
    if (g->count)
        write_group(w, g->boxes, g->count);
    for (int i = 0; i < g->count; i++) {
        limpid_release(w->page->context, g->boxes[i].name);
        limpid_release(w->page->context, g->boxes[i].before);
    }
    *g = (group){ 0 };
}

static void place(writer *w, group *g, box b)
{
    int room = w->look.columns - 2 * INDENT;
    if (g->count == GROUP || (g->count && g->width + before_width(&b, false) + b.width > room))
        flush(w, g);
    g->width += before_width(&b, g->count == 0) + b.width;
    g->boxes[g->count++] = b;
}

static void write_figure(writer *w, const limpid_page_block *block)
{
    group g = { 0 };
    for (int i = 0; i < block->count; i++) {
        box b = measure(w, &w->page->drawings[block->first + i]);
        int room = w->look.columns - 2 * INDENT - before_width(&b, true), fits = b.count;
        while (fits > 1 && box_width(&b, fits) > room)
            fits--;
        if (fits == b.count) {
            name_box(w, &b, room);
            place(w, &g, b);
            continue;
        }
        /* Too wide: groups of columns below each other, the sign before the first. */
        flush(w, &g);
        for (int first = 0; first < (int)b.drawing->shown_columns; first += fits) {
            box part = b;
            part.first = first;
            part.count = (int)limpid_min(fits, b.drawing->shown_columns - first);
            part.columns_left = b.columns_left && first + part.count == b.drawing->shown_columns;
            part.before = printed(w, first ? "" : b.drawing->before);
            name_box(w, &part, room);
            place(w, &g, part);
            flush(w, &g);
        }
        limpid_release(w->page->context, b.before);
    }
    flush(w, &g);
}

/* ---- the page ---- */

void limpid_page_write_text(const limpid_page *page, const limpid_page_look *look,
                            limpid_text *text)
{
    writer w = { page, *look, text };
    w.look.columns = (int)limpid_max(limpid_min(look->columns, WIDTH_MOST), WIDTH_LEAST);
    for (size_t i = 0; i < page->block_count; i++) {
        const limpid_page_block *block = &page->blocks[i];
        /* A verdict belongs to what stands above it. */
        if (i > 0 && block->kind != LIMPID_PAGE_VERDICT)
            limpid_text_add(text, "\n");
        switch (block->kind) {
        case LIMPID_PAGE_TITLE:
        case LIMPID_PAGE_HEADING:
            write_heading(&w, block);
            break;
        case LIMPID_PAGE_SENTENCES:
            write_sentences(&w, block->text, 0);
            break;
        case LIMPID_PAGE_FORMULA:
            write_formula(&w, block);
            break;
        case LIMPID_PAGE_FIGURE:
            write_figure(&w, block);
            break;
        case LIMPID_PAGE_VERDICT:
            write_verdict(&w, block);
            break;
        }
    }
}
