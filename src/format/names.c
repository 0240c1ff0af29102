// SPDX-License-Identifier: MIT
/* names.c - names that come from files: shown in messages, checked, and looked up. */
#include <stdlib.h>
#include <string.h>
#include "format/inside.h"

/* How many bytes the character at s takes: 1 to 4, 0 when it is no UTF-8 (RFC 3629). */
static size_t character(const unsigned char *s)
{
    static const struct {
        unsigned char from, to, least, most; /* of the first byte; of the second */
        size_t length;
    } forms[] = {
        { 0x00, 0x7f, 0, 0, 1 },       { 0xc2, 0xdf, 0x80, 0xbf, 2 }, { 0xe0, 0xe0, 0xa0, 0xbf, 3 },
        { 0xe1, 0xec, 0x80, 0xbf, 3 }, { 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 },
        { 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 }, { 0xf4, 0xf4, 0x80, 0x8f, 4 },
    };
    for (size_t f = 0; f < sizeof forms / sizeof forms[0]; f++) {
        if (s[0] < forms[f].from || s[0] > forms[f].to)
            continue;
        if (forms[f].length > 1 && (s[1] < forms[f].least || s[1] > forms[f].most))
            return 0;
        for (size_t i = 2; i < forms[f].length; i++)
            if (s[i] < 0x80 || s[i] > 0xbf)
                return 0;
        return forms[f].length;
    }
    return 0;
}

bool limpid_utf8_valid(const char *text)
{
    const unsigned char *s = (const unsigned char *)text;
    while (*s) {
        size_t length = character(s);
        if (length == 0)
            return false;
        s += length;
    }
    return true;
}

limpid_shown limpid_show(const char *name)
{
    limpid_shown shown = { "'" };
    size_t used = 1;
    const unsigned char *s = (const unsigned char *)name;
    for (size_t length; *s && used < sizeof shown.text - 10; s += length ? length : 1) {
        length = character(s);
        if (length == 0 || *s < 0x20 || *s == 0x7f)
            shown.text[used++] = '?';
        else {
            memcpy(shown.text + used, s, length);
            used += length;
        }
    }
    memcpy(shown.text + used, *s ? "...'" : "'", *s ? 5 : 2);
    return shown;
}

limpid_status limpid_names_add(limpid_context *context, limpid_names *names, const char *name,
                               int kind, int index)
{
    void *rows = names->rows;
    LIMPID_TRY(
        limpid_grow(context, &rows, &names->capacity, names->count + 1, sizeof *names->rows));
    names->rows = rows;
    names->rows[names->count++] = (limpid_name_row){ name, kind, index };
    return LIMPID_OK;
}

static int by_name(const void *left, const void *right)
{
    const limpid_name_row *a = left, *b = right;
    int order = strcmp(a->name, b->name);
    if (order == 0)
        order = (a->kind > b->kind) - (a->kind < b->kind);
    if (order == 0)
        order = (a->index > b->index) - (a->index < b->index);
    return order;
}

void limpid_names_sort(limpid_names *names)
{
    if (names->count)
        qsort(names->rows, names->count, sizeof *names->rows, by_name);
}

const limpid_name_row *limpid_names_find(const limpid_names *names, const char *name)
{
    size_t from = 0, to = names->count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (strcmp(names->rows[middle].name, name) < 0)
            from = middle + 1;
        else
            to = middle;
    }
    bool found = from < names->count && strcmp(names->rows[from].name, name) == 0;
    return found ? &names->rows[from] : NULL;
}

const limpid_name_row *limpid_names_duplicate(const limpid_names *names)
{
    for (size_t i = 1; i < names->count; i++)
        if (strcmp(names->rows[i - 1].name, names->rows[i].name) == 0)
            return &names->rows[i];
    return NULL;
}

void limpid_names_release(limpid_context *context, limpid_names *names)
{
    limpid_release(context, names->rows);
    *names = (limpid_names){ 0 };
}
