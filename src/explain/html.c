// SPDX-License-Identifier: MIT
/* html.c - a page as one HTML file: MathML for formulas, a table for each matrix, and in each cell
 * the names of the cells it comes from. Well-formed as XML would have it, but for the doctype. */
#include <string.h>
#include "explain/formula.h"
#include "explain/html.h"
#include "explain/page.h"

typedef struct {
    const limpid_page *page;
    limpid_text *out;
    bool *linked;       /* drawing: whether any link begins or ends there */
    limpid_link *links; /* ordered by drawing, row, column */
    int section;
} writer;

static void add(writer *w, const char *text)
{
    limpid_text_append(w->out, text, strlen(text));
}

static void add_math(writer *w, const char *markup)
{
    add(w, "<math>");
    limpid_formula_mathml(markup, w->out);
    add(w, "</math>");
}

/* ---- links, in the order in which cells are written ---- */

static int64_t place_of(const limpid_link *link)
{
    return ((int64_t)link->drawing * LIMPID_PAGE_ROWS_MOST + link->row) * LIMPID_PAGE_COLUMNS_MOST +
           link->column;
}

/* A merge sort, from `from` into `to` and back: stable, so that equal pages are equal bytes. */
static void sort_links(limpid_link *links, limpid_link *spare, size_t count)
{
    if (count < 2)
        return;
    size_t half = count / 2, a = 0, b = half;
    sort_links(links, spare, half);
    sort_links(links + half, spare, count - half);
    for (size_t i = 0; i < count; i++) {
        bool left = b >= count || (a < half && place_of(&links[a]) <= place_of(&links[b]));
        spare[i] = left ? links[a++] : links[b++];
    }
    memcpy(links, spare, count * sizeof(*links));
}

static limpid_status prepare(writer *w)
{
    const limpid_page *page = w->page;
    size_t count = page->link_count;
    w->linked = limpid_allocate(page->context, page->drawing_count + 1, sizeof(*w->linked));
    w->links = limpid_allocate(page->context, count + 1, sizeof(*w->links));
    limpid_link *spare = limpid_allocate(page->context, count + 1, sizeof(*spare));
    if (w->linked && w->links && spare) {
        if (count)
            memcpy(w->links, page->links, count * sizeof(*w->links));
        sort_links(w->links, spare, count);
        for (size_t i = 0; i < count; i++)
            w->linked[page->links[i].drawing] = w->linked[page->links[i].from] = true;
    }
    bool made = w->linked && w->links && spare;
    limpid_release(page->context, spare);
    return made ? LIMPID_OK : LIMPID_NO_MEMORY;
}

/* The first link of a cell: binary search. */
static size_t first_link(const writer *w, const limpid_link *cell)
{
    size_t low = 0, high = w->page->link_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (place_of(&w->links[middle]) < place_of(cell))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* ---- matrices ---- */

static void write_origins(writer *w, int drawing, int row, int column)
{
    const limpid_link cell = { .drawing = drawing, .row = row, .column = column };
    size_t i = first_link(w, &cell), begin = i;
    for (; i < w->page->link_count && place_of(&w->links[i]) == place_of(&cell); i++)
        limpid_text_add(w->out, "%s%d-%d-%d", i == begin ? " data-from=\"m" : " m",
                        w->links[i].from, w->links[i].from_row, w->links[i].from_column);
    add(w, i > begin ? "\"" : "");
}

static void write_cell(writer *w, int index, limpid_cell_style style, int row, int column)
{
    const limpid_drawing *d = &w->page->drawings[index];
    limpid_cell_text cell = limpid_cell_print(style, d->cells[row * d->shown_columns + column]);
    bool marked = d->marked[row * d->shown_columns + column], dot = strcmp(cell.text, "·") == 0;
    add(w, "<td");
    if (marked || dot)
        add(w, marked ? " class=\"w\"" : " class=\"o\"");
    if (w->linked[index]) {
        limpid_text_add(w->out, " id=\"m%d-%d-%d\" tabindex=\"%d\"", index, row, column,
                        row == 0 && column == 0 ? 0 : -1);
        write_origins(w, index, row, column);
    }
    add(w, ">");
    for (const char *at = cell.text; *at; at++)
        limpid_text_add(w->out, *at == '-' ? "−" : "%c", *at);
    add(w, "</td>");
}

static void write_heads(writer *w, const char *heads)
{
    add(w, "<thead><tr>");
    while (*heads) {
        limpid_text head = { .context = w->page->context };
        size_t length = strcspn(heads, "|");
        limpid_text_append(&head, heads, length);
        add(w, "<th scope=\"col\">");
        add_math(w, head.data ? head.data : "");
        add(w, "</th>");
        limpid_release(head.context, head.data);
        heads += length + (heads[length] == '|');
    }
    add(w, "</tr></thead>");
}

/* Columns of a matrix are equally wide. */
static int widest_cell(const limpid_drawing *d, const limpid_cell_style *style)
{
    int64_t widest = 1;
    for (long i = 0; i < d->shown_rows * d->shown_columns; i++) {
        limpid_cell_text cell = limpid_cell_print(style[i % d->shown_columns], d->cells[i]);
        widest = limpid_max(widest, limpid_text_columns(cell.text));
    }
    return (int)widest;
}

static void write_drawing(writer *w, int index)
{
    const limpid_drawing *d = &w->page->drawings[index];
    limpid_cell_style style[LIMPID_PAGE_COLUMNS_MOST];
    for (int column = 0; column < d->shown_columns; column++)
        style[column] = limpid_cell_style_of(d, column);
    add(w, "<div class=\"i\">");
    if (*d->before) {
        add(w, "<span class=\"sign\">");
        add_math(w, d->before);
        add(w, "</span>");
    }
    limpid_text_add(w->out, "<div class=\"m%s\"><div class=\"name\">", *d->name ? "" : " bare");
    if (*d->name)
        add_math(w, d->name);
    limpid_text_add(w->out, "</div><div class=\"scroll\"><div%s><table%s",
                    d->heads ? "" : " class=\"b\"", d->heads ? ">" : "");
    if (!d->heads)
        limpid_text_add(w->out, " style=\"--w:%dch\">", widest_cell(d, style));
    if (d->heads)
        write_heads(w, d->heads);
    add(w, "<tbody>");
    for (int row = 0; row < d->shown_rows; row++) {
        add(w, "<tr>");
        for (int column = 0; column < d->shown_columns; column++)
            write_cell(w, index, style[column], row, column);
        add(w, "</tr>");
    }
    add(w, "</tbody></table></div></div>");
    if (d->shown_rows < d->rows || d->shown_columns < d->columns)
        limpid_text_add(w->out, "<div class=\"part\">the first %ld × %ld of %ld × %ld</div>",
                        d->shown_rows, d->shown_columns, d->rows, d->columns);
    add(w, "</div></div>\n");
}

/* ---- blocks ---- */

static void write_title(writer *w, const char *text)
{
    limpid_text_add(w->out, "%s<section id=\"s%d\">\n<h1>", w->section ? "</section>\n" : "",
                    w->section);
    limpid_sentence_html(text, w->out);
    add(w, "</h1>\n");
    if (w->section == 0 && w->page->link_count)
        add(w, "<p class=\"key\"><span>Point at a number, or move with Tab and the arrows:</span>"
               "<span><i class=\"f\"></i>it comes from here</span>"
               "<span><i class=\"t\"></i>it goes into this</span></p>\n");
    w->section++;
}

static void write_formula(writer *w, const limpid_page_block *block)
{
    add(w, "<div class=\"eq\"><div><math display=\"block\">");
    limpid_formula_mathml(block->text, w->out);
    add(w, "</math></div>");
    if (*block->number)
        limpid_text_add(w->out, "<b>(%s)</b>", block->number);
    add(w, "</div>\n");
}

static void write_verdict(writer *w, const limpid_page_block *block)
{
    bool holds = block->difference <= block->allowed;
    limpid_text_add(w->out, "<p class=\"v%s\">%s (%s) ", holds ? "" : " no", holds ? "✓" : "✗",
                    block->number);
    if (block->difference <= 0 && holds)
        add(w, "both sides are equal");
    else
        limpid_text_add(w->out, "%s <span>largest difference %.2g, allowed %.0e</span>",
                        holds ? "both sides agree:" : "the two sides differ:", block->difference,
                        block->allowed);
    add(w, "</p>\n");
}

static void write_block(writer *w, const limpid_page_block *block)
{
    switch (block->kind) {
    case LIMPID_PAGE_TITLE:
        write_title(w, block->text);
        break;
    case LIMPID_PAGE_HEADING:
        add(w, "<h2>");
        limpid_sentence_html(block->text, w->out);
        add(w, "</h2>\n");
        break;
    case LIMPID_PAGE_SENTENCES:
        add(w, "<p>");
        limpid_sentence_html(block->text, w->out);
        add(w, "</p>\n");
        break;
    case LIMPID_PAGE_FORMULA:
        write_formula(w, block);
        break;
    case LIMPID_PAGE_FIGURE:
        add(w, "<figure>\n");
        for (int i = 0; i < block->count; i++)
            write_drawing(w, block->first + i);
        add(w, "</figure>\n");
        break;
    case LIMPID_PAGE_VERDICT:
        write_verdict(w, block);
        break;
    }
}

/* A page of several topics begins with a list of them. */
static void write_contents(writer *w)
{
    const limpid_page *page = w->page;
    int titles = 0;
    for (size_t i = 0; i < page->block_count; i++)
        titles += page->blocks[i].kind == LIMPID_PAGE_TITLE;
    if (titles < 2)
        return;
    add(w, "<nav aria-label=\"Contents\"><ul>");
    titles = 0;
    for (size_t i = 0; i < page->block_count; i++)
        if (page->blocks[i].kind == LIMPID_PAGE_TITLE) {
            limpid_text_add(w->out, "<li><a href=\"#s%d\">", titles++);
            limpid_sentence_html(page->blocks[i].text, w->out);
            add(w, "</a></li>");
        }
    add(w, "</ul></nav>\n");
}

static void write_lines(writer *w, const char *const *lines)
{
    for (; *lines; lines++)
        limpid_text_add(w->out, "%s\n", *lines);
}

void limpid_page_write_html(const limpid_page *page, const char *title, limpid_text *text)
{
    writer w = { .page = page, .out = text };
    if (prepare(&w) != LIMPID_OK && text->status == LIMPID_OK)
        text->status = LIMPID_NO_MEMORY;
    if (text->status == LIMPID_OK) {
        add(&w, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
                "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                "style-src 'unsafe-inline'; script-src 'unsafe-inline'\"/>\n"
                "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
                "<title>");
        limpid_text_add_escaped(text, title, strlen(title));
        add(&w, "</title>\n<style>\n");
        write_lines(&w, limpid_page_style);
        add(&w, "</style>\n</head>\n<body>\n<main>\n");
        write_contents(&w);
        for (size_t i = 0; i < page->block_count; i++)
            write_block(&w, &page->blocks[i]);
        add(&w, w.section ? "</section>\n" : "");
        add(&w, "<footer>Written by <b>limpid explain</b>. The equations are those of Jianxin "
                "Wu’s note “CNN for Dummies”.</footer>\n</main>\n<script>\n");
        write_lines(&w, limpid_page_script);
        add(&w, "</script>\n</body>\n</html>\n");
    }
    limpid_release(page->context, w.linked);
    limpid_release(page->context, w.links);
}
