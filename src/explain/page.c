// SPDX-License-Identifier: MIT
/* page.c - writing a page: blocks, drawings, and verdicts. */
#include <stdarg.h>
#include <math.h>
#include <string.h>
#include "explain/page.h"

limpid_status limpid_page_new(limpid_page **out, limpid_context *context)
{
    limpid_page *page = limpid_allocate(context, 1, sizeof(*page));
    if (!page)
        return LIMPID_NO_MEMORY;
    page->context = context;
    *out = page;
    return LIMPID_OK;
}

void limpid_page_free(limpid_page *page)
{
    if (!page)
        return;
    limpid_context *context = page->context;
    for (size_t i = 0; i < page->block_count; i++)
        limpid_release(context, page->blocks[i].text);
    for (size_t i = 0; i < page->drawing_count; i++) {
        limpid_release(context, page->drawings[i].before);
        limpid_release(context, page->drawings[i].name);
        limpid_release(context, page->drawings[i].heads);
        limpid_release(context, page->drawings[i].cells);
        limpid_release(context, page->drawings[i].marked);
    }
    limpid_release(context, page->blocks);
    limpid_release(context, page->drawings);
    limpid_release(context, page->links);
    limpid_release(context, page);
}

limpid_status limpid_page_status(const limpid_page *page)
{
    return page->status;
}

void limpid_page_fail(limpid_page *page, limpid_status status)
{
    if (page->status == LIMPID_OK)
        page->status = status;
}

static bool holds(const limpid_page_block *verdict)
{
    return verdict->difference <= verdict->allowed; /* a NaN never does */
}

bool limpid_page_agrees(const limpid_page *page, const char **number)
{
    for (size_t i = 0; i < page->block_count; i++) {
        const limpid_page_block *block = &page->blocks[i];
        if (block->kind == LIMPID_PAGE_VERDICT && !holds(block)) {
            if (number)
                *number = block->number;
            return false;
        }
    }
    return true;
}

/* ---- blocks ---- */

static limpid_page_block *add_block(limpid_page *page, limpid_page_kind kind, const char *number,
                                    const char *text)
{
    if (page->status != LIMPID_OK)
        return NULL;
    void *memory = page->blocks;
    limpid_page_fail(page, limpid_grow(page->context, &memory, &page->block_capacity,
                                       page->block_count + 1, sizeof(*page->blocks)));
    page->blocks = memory;
    char *copy = text ? limpid_copy_text(page->context, text) : NULL;
    if (text && !copy)
        limpid_page_fail(page, LIMPID_NO_MEMORY);
    if (page->status != LIMPID_OK) {
        limpid_release(page->context, copy);
        return NULL;
    }
    limpid_page_block *block = &page->blocks[page->block_count++];
    block->kind = kind;
    block->text = copy;
    snprintf(block->number, sizeof(block->number), "%s", number ? number : "");
    return block;
}

void limpid_page_title(limpid_page *page, const char *text)
{
    add_block(page, LIMPID_PAGE_TITLE, NULL, text);
}

void limpid_page_heading(limpid_page *page, const char *text)
{
    add_block(page, LIMPID_PAGE_HEADING, NULL, text);
}

void limpid_page_say(limpid_page *page, const char *format, ...)
{
    char text[2048];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    add_block(page, LIMPID_PAGE_SENTENCES, NULL, text);
}

void limpid_page_formula(limpid_page *page, const char *number, const char *markup)
{
    add_block(page, LIMPID_PAGE_FORMULA, number, markup);
}

void limpid_page_verdict(limpid_page *page, const char *number, double difference, double allowed)
{
    limpid_page_block *block = add_block(page, LIMPID_PAGE_VERDICT, number, NULL);
    if (block) {
        block->difference = difference;
        block->allowed = allowed;
    }
}

void limpid_page_agree(limpid_page *page, const char *number, note_tensor left, note_tensor right,
                       double allowed)
{
    limpid_page_verdict(page, number, note_difference(left, right), allowed);
}

/* ---- drawings ---- */

void limpid_page_figure(limpid_page *page)
{
    limpid_page_block *block = add_block(page, LIMPID_PAGE_FIGURE, NULL, NULL);
    if (block)
        block->first = (int)page->drawing_count;
}

static limpid_drawing *add_drawing(limpid_page *page, const char *before, const char *name)
{
    if (page->status != LIMPID_OK)
        return NULL;
    void *memory = page->drawings;
    limpid_page_fail(page, limpid_grow(page->context, &memory, &page->drawing_capacity,
                                       page->drawing_count + 1, sizeof(*page->drawings)));
    page->drawings = memory;
    if (page->status != LIMPID_OK)
        return NULL;
    limpid_drawing *drawing = &page->drawings[page->drawing_count++];
    page->blocks[page->block_count - 1].count++;
    drawing->before = limpid_copy_text(page->context, before);
    drawing->name = limpid_copy_text(page->context, name);
    if (!drawing->before || !drawing->name)
        limpid_page_fail(page, LIMPID_NO_MEMORY);
    return drawing;
}

/* Rows and columns of a slice as it is drawn. */
static void sizes(limpid_shown shown, long *rows, long *columns)
{
    *rows = shown.t.size[shown.lying];
    *columns = shown.t.size[!shown.lying];
}

static long cell_index(limpid_shown shown, long slice, long row, long column)
{
    long i = shown.lying ? column : row, j = shown.lying ? row : column;
    return i + shown.t.size[0] * (j + shown.t.size[1] * slice);
}

static void draw_slice(limpid_page *page, limpid_shown shown, long slice, const char *before,
                       const char *name)
{
    limpid_drawing *drawing = add_drawing(page, before, name);
    if (!drawing)
        return;
    sizes(shown, &drawing->rows, &drawing->columns);
    drawing->shown_rows = limpid_min(drawing->rows, LIMPID_PAGE_ROWS_MOST);
    drawing->shown_columns = limpid_min(drawing->columns, LIMPID_PAGE_COLUMNS_MOST);
    size_t count = (size_t)(drawing->shown_rows * drawing->shown_columns);
    drawing->cells = limpid_allocate(page->context, count, sizeof(*drawing->cells));
    drawing->marked = limpid_allocate(page->context, count, sizeof(*drawing->marked));
    if (!drawing->cells || !drawing->marked) {
        limpid_page_fail(page, LIMPID_NO_MEMORY);
        return;
    }
    for (long row = 0; row < drawing->shown_rows; row++)
        for (long column = 0; column < drawing->shown_columns; column++)
            drawing->cells[row * drawing->shown_columns + column] =
                shown.t.data[cell_index(shown, slice, row, column)];
}

/* A slice's name: x, or where there are several x_0, x_1, ... */
static void name_slice(char *out, size_t size, limpid_shown shown, const char *name, long slice)
{
    const char *turned = shown.lying ? ", turned" : "";
    if (note_count(shown.t) == shown.t.size[0] * shown.t.size[1] || !*name)
        snprintf(out, size, "%s%s", name, turned);
    else if (shown.t.size[3] == 1)
        snprintf(out, size, "%s, slice %ld", name, slice);
    else if (shown.t.size[2] == 1)
        snprintf(out, size, "%s, filter %ld", name, slice);
    else
        snprintf(out, size, "%s, filter %ld, slice %ld", name, slice / shown.t.size[2],
                 slice % shown.t.size[2]);
}

static limpid_shown show(limpid_page *page, const char *before, const char *name, note_tensor t,
                         bool lying)
{
    limpid_shown shown = { .first = -1, .t = t, .lying = lying };
    if (page->status != LIMPID_OK)
        return shown;
    if (!t.data) {
        limpid_page_fail(page, limpid_fail(page->context, LIMPID_FAILED,
                                           "%s could not be computed: its sizes do not fit, or "
                                           "memory is short",
                                           name));
        return shown;
    }
    shown.first = (int)page->drawing_count;
    long slices = note_count(t) / (t.size[0] * t.size[1]);
    for (long slice = 0; slice < slices; slice++) {
        char title[128];
        name_slice(title, sizeof(title), shown, name, slice);
        draw_slice(page, shown, slice, slice ? "" : before, title);
    }
    return shown;
}

limpid_shown limpid_page_show(limpid_page *page, const char *before, const char *name,
                              note_tensor t)
{
    return show(page, before, name, t, false);
}

limpid_shown limpid_page_show_indicator(limpid_page *page, const char *before, const char *name,
                                        note_tensor t)
{
    limpid_shown shown = limpid_page_show(page, before, name, t);
    if (page->status == LIMPID_OK)
        page->drawings[shown.first].indicator = true;
    return shown;
}

limpid_shown limpid_page_show_table(limpid_page *page, const char *name, const char *heads,
                                    note_tensor t)
{
    limpid_shown shown = limpid_page_show(page, "", name, t);
    if (page->status != LIMPID_OK)
        return shown;
    limpid_drawing *drawing = &page->drawings[shown.first];
    drawing->heads = limpid_copy_text(page->context, heads);
    if (!drawing->heads)
        limpid_page_fail(page, LIMPID_NO_MEMORY);
    return shown;
}

/* The drawing and the cell of it where vec(tensor)[index] stands; false if it is not shown. */
static bool find_cell(const limpid_page *page, limpid_shown shown, long index, int *drawing,
                      int *row, int *column)
{
    if (shown.first < 0 || index < 0 || index >= note_count(shown.t))
        return false;
    long H = shown.t.size[0], W = shown.t.size[1];
    long i = index % H, j = index / H % W;
    *drawing = shown.first + (int)(index / (H * W));
    *row = (int)(shown.lying ? j : i);
    *column = (int)(shown.lying ? i : j);
    const limpid_drawing *d = &page->drawings[*drawing];
    return *row < d->shown_rows && *column < d->shown_columns;
}

void limpid_page_mark(limpid_page *page, limpid_shown shown, long index)
{
    int drawing, row, column;
    if (page->status == LIMPID_OK && find_cell(page, shown, index, &drawing, &row, &column))
        page->drawings[drawing].marked[row * page->drawings[drawing].shown_columns + column] = true;
}

/* A column that is better drawn lying. */
static bool is_long(note_tensor t)
{
    return t.size[0] > 6 && note_count(t) == t.size[0];
}

limpid_sides limpid_page_equation(limpid_page *page, const char *number, const char *markup,
                                  const char *left_name, note_tensor left, const char *right_name,
                                  note_tensor right, double allowed)
{
    limpid_sides sides;
    limpid_page_formula(page, number, markup);
    limpid_page_figure(page);
    sides.left = show(page, "", left_name, left, is_long(left));
    sides.right = show(page, "=", right_name, right, is_long(right));
    limpid_page_agree(page, number, left, right, allowed);
    return sides;
}

/* ---- where cells come from ---- */

void limpid_page_link(limpid_page *page, limpid_shown to, long index, limpid_shown from,
                      long from_index)
{
    limpid_link link;
    if (page->status != LIMPID_OK ||
        !find_cell(page, to, index, &link.drawing, &link.row, &link.column) ||
        !find_cell(page, from, from_index, &link.from, &link.from_row, &link.from_column))
        return;
    void *memory = page->links;
    limpid_page_fail(page, limpid_grow(page->context, &memory, &page->link_capacity,
                                       page->link_count + 1, sizeof(*page->links)));
    page->links = memory;
    if (page->status == LIMPID_OK)
        page->links[page->link_count++] = link;
}

/* ---- numbers ---- */

static bool counts(const limpid_drawing *drawing, long cell, int column)
{
    return isfinite(drawing->cells[cell]) &&
           (!drawing->heads || cell % drawing->shown_columns == column);
}

limpid_cell_style limpid_cell_style_of(const limpid_drawing *drawing, int column)
{
    limpid_cell_style style = { .dots = drawing->indicator };
    double largest = 0;
    long count = drawing->shown_rows * drawing->shown_columns;
    for (long i = 0; i < count; i++)
        if (counts(drawing, i, column))
            largest = fmax(largest, fabs(drawing->cells[i]));
    if (largest >= 1e7 || (largest > 0 && largest < 1e-3)) {
        style.decimals = -1;
        return style;
    }
    int most = largest < 0.01 ? 5 : largest < 0.1 ? 4 : largest < 100 ? 3 : 2;
    for (long i = 0; i < count; i++)
        while (style.decimals < most && counts(drawing, i, column)) {
            double scaled = drawing->cells[i] * pow(10, style.decimals);
            if (fabs(scaled - round(scaled)) < 1e-7)
                break;
            style.decimals++;
        }
    return style;
}

limpid_cell_text limpid_cell_print(limpid_cell_style style, double number)
{
    limpid_cell_text cell;
    /* What differences leave of a 0 is drawn as one. */
    bool zero = (number <= 0 && number >= 0) || (style.decimals == 0 && fabs(number) < 0.5);
    if (style.decimals > 0 && fabs(number) < 0.5 * pow(10, -style.decimals))
        number = fabs(number);
    if (isnan(number))
        snprintf(cell.text, sizeof(cell.text), "NaN");
    else if (isinf(number))
        snprintf(cell.text, sizeof(cell.text), "%s", number > 0 ? "inf" : "-inf");
    else if (zero)
        snprintf(cell.text, sizeof(cell.text), style.dots ? "·" : "0");
    else if (style.decimals < 0)
        snprintf(cell.text, sizeof(cell.text), "%.2e", number);
    else
        snprintf(cell.text, sizeof(cell.text), "%.*f", style.decimals, number);
    return cell;
}
