// SPDX-License-Identifier: MIT
/* text.c - strings: growing ones, JSON quoting, numbers, and the nearest of some words. */
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "base/base.h"

/* The caller's program may speak a language with decimal commas; files and networks do not. Where
 * the locale "C" cannot be had, the caller's stays. */
static locale_t speak_c(locale_t *before)
{
    locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    *before = uselocale(c);
    return c;
}

static void speak_again(locale_t before, locale_t c)
{
    uselocale(before);
    if (c)
        freelocale(c);
}

static bool make_room(limpid_text *text, size_t more)
{
    size_t wanted;
    if (text->status != LIMPID_OK)
        return false;
    if (!limpid_size_add(&wanted, text->length + 1, more))
        text->status = limpid_fail(text->context, LIMPID_NO_MEMORY, "text: too long");
    else {
        void *data = text->data;
        text->status = limpid_grow(text->context, &data, &text->capacity, wanted, 1);
        text->data = data;
    }
    return text->status == LIMPID_OK;
}

void limpid_text_append(limpid_text *text, const char *bytes, size_t length)
{
    if (!make_room(text, length))
        return;
    if (length)
        memcpy(text->data + text->length, bytes, length);
    text->length += length;
    text->data[text->length] = '\0';
}

void limpid_text_add(limpid_text *text, const char *format, ...)
{
    va_list arguments, again;
    locale_t before, c = speak_c(&before);
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length >= 0 && make_room(text, (size_t)length)) {
        vsnprintf(text->data + text->length, (size_t)length + 1, format, again);
        text->length += (size_t)length;
    }
    va_end(again);
    speak_again(before, c);
}

/* Length of the UTF-8 sequence at s (1 to 4), 0 when it is none (overlong, surrogate, cut, too
 * large). */
static size_t utf8_length(const unsigned char *s)
{
    if (s[0] < 0x80)
        return 1;
    size_t length = s[0] >= 0xc2 && s[0] <= 0xdf   ? 2
                    : s[0] >= 0xe0 && s[0] <= 0xef ? 3
                    : s[0] >= 0xf0 && s[0] <= 0xf4 ? 4
                                                   : 0;
    for (size_t i = 1; i < length; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
        (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
        return 0;
    return length;
}

void limpid_text_add_json(limpid_text *text, const char *string)
{
    limpid_text_append(text, "\"", 1);
    for (const unsigned char *s = (const unsigned char *)string; *s;) {
        size_t length = utf8_length(s);
        if (length == 0)
            limpid_text_add(text, "\\ufffd");
        else if (*s == '"' || *s == '\\')
            limpid_text_add(text, "\\%c", *s);
        else if (*s < 0x20 || *s == 0x7f)
            limpid_text_add(text, "\\u%04x", *s);
        else
            limpid_text_append(text, (const char *)s, length);
        s += length ? length : 1;
    }
    limpid_text_append(text, "\"", 1);
}

enum { WORD_MAX = 40 };

/* How many letters must be changed, added, dropped or swapped with a neighbour (Damerau). */
static int distance(const char *a, const char *b)
{
    int row[3][WORD_MAX + 1];
    int n = (int)strlen(a), m = (int)strlen(b);
    for (int j = 0; j <= m; j++)
        row[0][j] = j;
    for (int i = 1; i <= n; i++) {
        int *now = row[i % 3], *last = row[(i + 2) % 3], *before = row[(i + 1) % 3];
        now[0] = i;
        for (int j = 1; j <= m; j++) {
            int least = last[j - 1] + (a[i - 1] != b[j - 1]);
            least = (int)limpid_min(least, limpid_min(last[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                least = (int)limpid_min(least, before[j - 2] + 1);
            now[j] = least;
        }
    }
    return row[n % 3][m];
}

const char *limpid_nearest(const char *word, const char *const *candidates, int count)
{
    const char *best = NULL;
    int least = 3;
    if (strlen(word) > WORD_MAX)
        return NULL;
    for (int i = 0; i < count; i++) {
        size_t length = strlen(candidates[i]);
        if (length > WORD_MAX)
            continue;
        int d = distance(word, candidates[i]);
        if (d < least && (size_t)d < length) {
            best = candidates[i];
            least = d;
        }
    }
    return best;
}

bool limpid_parse_int(const char *text, int64_t least, int64_t most, int64_t *out)
{
    char *end;
    if (!*text || strchr(" \t\n+", *text))
        return false;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (errno || *end || end == text || value < least || value > most)
        return false;
    *out = value;
    return true;
}

/* Digits, one '.', an exponent, nothing else. */
bool limpid_parse_float(const char *text, double *out)
{
    char *end;
    if (!*text || strspn(text, "0123456789.eE+-") != strlen(text))
        return false;
    locale_t before, c = speak_c(&before);
    double value = strtod(text, &end);
    speak_again(before, c);
    if (*end || end == text || !isfinite(value))
        return false;
    *out = value;
    return true;
}
