// SPDX-License-Identifier: MIT
/* matrix.c - the reader's own small matrices: "1 2; 3 4" is two rows; '|' begins the next slice
 * of the same tensor, '/' the next filter. Spaces and commas divide numbers.
 *
 * Small, so that the dense matrices of the note stay small too: H of an 8 x 8 input has up to a
 * few hundred thousand cells. */
#include <stdlib.h>
#include <math.h>
#include <string.h>
#include "explain/page.h"

enum { SIDE_MOST = 8, SLICES_MOST = 3, FILTERS_MOST = 4 };
#define NUMBER_MOST 1e6

typedef struct {
    limpid_context *context;
    const char *option, *at;
    double number[FILTERS_MOST][SLICES_MOST][SIDE_MOST][SIDE_MOST];
    int rows, columns, slices, filters; /* 0: not known yet */
} reading;

/* Up to the end of the word, for messages. */
static int word_length(const char *at)
{
    return (int)limpid_min((int64_t)strcspn(at, " ,\t\n;|/"), 24);
}

static limpid_status read_number(reading *r, double *out)
{
    char *end;
    *out = strtod(r->at, &end);
    bool whole = end > r->at && !isnan(*out) && (!*end || strchr(" ,\t\n;|/", *end));
    if (!whole)
        return limpid_fail(r->context, LIMPID_USAGE,
                           "--%s: \"%.*s\" is no number; a matrix is written \"1 2; 3 4\"",
                           r->option, word_length(r->at), r->at);
    if (!isfinite(*out) || fabs(*out) > NUMBER_MOST)
        return limpid_fail(r->context, LIMPID_USAGE,
                           "--%s: \"%.*s\" is too large; numbers go up to a million", r->option,
                           word_length(r->at), r->at);
    r->at = end;
    return LIMPID_OK;
}

static void skip(reading *r)
{
    r->at += strspn(r->at, " ,\t\n");
}

static limpid_status read_row(reading *r, int filter, int slice, int row)
{
    int columns = 0;
    for (skip(r); *r->at && !strchr(";|/", *r->at); skip(r)) {
        double number;
        if (columns == SIDE_MOST)
            return limpid_fail(r->context, LIMPID_USAGE, "--%s: row %d has more than %d numbers",
                               r->option, row + 1, SIDE_MOST);
        LIMPID_TRY(read_number(r, &number));
        r->number[filter][slice][row][columns++] = number;
    }
    if (columns == 0)
        return limpid_fail(r->context, LIMPID_USAGE,
                           "--%s: row %d is empty; a matrix is written \"1 2; 3 4\"", r->option,
                           row + 1);
    if (r->columns && columns != r->columns)
        return limpid_fail(r->context, LIMPID_USAGE,
                           "--%s: row %d has %d numbers, the first has %d", r->option, row + 1,
                           columns, r->columns);
    r->columns = columns;
    return LIMPID_OK;
}

static limpid_status read_slice(reading *r, int filter, int slice)
{
    int rows = 0;
    for (bool more = true; more; rows++) {
        if (rows == SIDE_MOST)
            return limpid_fail(r->context, LIMPID_USAGE, "--%s: there are more than %d rows",
                               r->option, SIDE_MOST);
        LIMPID_TRY(read_row(r, filter, slice, rows));
        more = *r->at == ';';
        r->at += more;
    }
    if (r->rows && rows != r->rows)
        return limpid_fail(r->context, LIMPID_USAGE, "--%s: a slice has %d rows, the first has %d",
                           r->option, rows, r->rows);
    r->rows = rows;
    return LIMPID_OK;
}

static limpid_status read_filter(reading *r, int filter)
{
    int slices = 0;
    for (bool more = true; more; slices++) {
        if (slices == SLICES_MOST)
            return limpid_fail(r->context, LIMPID_USAGE, "--%s: there are more than %d slices",
                               r->option, SLICES_MOST);
        LIMPID_TRY(read_slice(r, filter, slices));
        more = *r->at == '|';
        r->at += more;
    }
    if (r->slices && slices != r->slices)
        return limpid_fail(r->context, LIMPID_USAGE,
                           "--%s: a filter has %d slices, the first has %d", r->option, slices,
                           r->slices);
    r->slices = slices;
    return LIMPID_OK;
}

limpid_status limpid_matrix_read(limpid_context *context, const char *option, const char *text,
                                 note_sheet *sheet, note_tensor *out)
{
    reading r = { .context = context, .option = option, .at = text };
    for (bool more = true; more; r.filters++) {
        if (r.filters == FILTERS_MOST)
            return limpid_fail(context, LIMPID_USAGE, "--%s: there are more than %d filters",
                               option, FILTERS_MOST);
        LIMPID_TRY(read_filter(&r, r.filters));
        more = *r.at == '/';
        r.at += more;
    }
    note_tensor x = note_volume(sheet, r.rows, r.columns, r.slices, r.filters);
    if (!x.data)
        return limpid_fail(context, LIMPID_NO_MEMORY, "out of memory");
    for (long k = 0; k < note_count(x); k++) {
        note_place at = note_place_of(x, k);
        x.data[k] = r.number[at.n][at.d][at.i][at.j];
    }
    *out = x;
    return LIMPID_OK;
}
