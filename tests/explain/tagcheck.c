// SPDX-License-Identifier: MIT
/* tagcheck.c - is a page well-formed, and does it need nothing from outside?
 *
 *   tagcheck FILE
 *
 * As strict as XML: every tag is closed, in order; attributes are quoted and differ; & and < stand
 * for themselves nowhere. Beyond that: the elements are ones a page may have, no id stands twice,
 * every cell named in data-from exists, and no attribute names an address. The insides of style and
 * script are skipped. Says the first thing that is wrong, with its line. */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH = 64, ATTRIBUTES = 16 };

typedef struct {
    const char *begin;
    size_t length;
} word;

static char *page;
static const char *at;
static word open[DEPTH];
static int depth;
static word *ids, *wanted;
static size_t id_count, wanted_count;

static const char *const elements[] = {
    "html",    "head",   "meta",  "title",      "style",  "body", "main",    "nav",  "ul",
    "li",      "a",      "p",     "span",       "i",      "b",    "section", "h1",   "h2",
    "figure",  "div",    "table", "thead",      "tbody",  "tr",   "th",      "td",   "footer",
    "script",  "math",   "mrow",  "mi",         "mn",     "mo",   "mfrac",   "msub", "msup",
    "msubsup", "munder", "mover", "munderover", "mspace", NULL,
};

static void wrong(const char *what, word w)
{
    int line = 1;
    for (const char *c = page; c < at; c++)
        line += *c == '\n';
    printf("line %d: %s: %.*s\n", line, what, (int)(w.length < 60 ? w.length : 60), w.begin);
    exit(1);
}

static bool same(word a, word b)
{
    return a.length == b.length && memcmp(a.begin, b.begin, a.length) == 0;
}

static word literal(const char *text)
{
    return (word){ text, strlen(text) };
}

static word here(void)
{
    return (word){ at, strcspn(at, "\n") };
}

static word name(void)
{
    word w = { at, 0 };
    while (islower((unsigned char)*at) || isdigit((unsigned char)*at) || *at == '-')
        at++;
    w.length = (size_t)(at - w.begin);
    if (w.length == 0)
        wrong("no name", here());
    return w;
}

static void entity(void)
{
    static const char *const known[] = { "&amp;", "&lt;", "&gt;", "&quot;", NULL };
    for (int i = 0; known[i]; i++)
        if (strncmp(at, known[i], strlen(known[i])) == 0) {
            at += strlen(known[i]);
            return;
        }
    wrong("a bare &", here());
}

static int compare(const void *a, const void *b)
{
    const word *x = a, *y = b;
    size_t least = x->length < y->length ? x->length : y->length;
    int order = memcmp(x->begin, y->begin, least);
    return order ? order : (x->length > y->length) - (x->length < y->length);
}

static void remember(word **list, size_t *count, word w)
{
    if ((*count & (*count - 1)) == 0) {
        word *more = realloc(*list, (*count ? 2 * *count : 1) * sizeof(**list));
        if (!more)
            exit(2);
        *list = more;
    }
    (*list)[(*count)++] = w;
}

static void check_value(word attribute, word value)
{
    if (same(attribute, literal("id")))
        remember(&ids, &id_count, value);
    for (size_t i = 0; same(attribute, literal("data-from")) && i < value.length;) {
        size_t length = strcspn(value.begin + i, " \"");
        remember(&wanted, &wanted_count, (word){ value.begin + i, length });
        i += length + 1;
    }
    if (same(attribute, literal("src")) ||
        (same(attribute, literal("href")) && value.begin[0] != '#'))
        wrong("an address", value);
}

static void attributes(void)
{
    word seen[ATTRIBUTES];
    int count = 0;
    while (isspace((unsigned char)*at)) {
        at++;
        if (count == ATTRIBUTES)
            wrong("too many attributes", here());
        word attribute = seen[count] = name();
        for (int i = 0; i < count; i++)
            if (same(seen[i], attribute))
                wrong("an attribute twice", attribute);
        count++;
        if (at[0] != '=' || at[1] != '"')
            wrong("an attribute without a quoted value", here());
        at += 2;
        word value = { at, 0 };
        while (*at && *at != '"' && *at != '<')
            if (*at == '&')
                entity();
            else
                at++;
        if (*at != '"')
            wrong("a value that does not end", value);
        value.length = (size_t)(at - value.begin);
        at++;
        check_value(attribute, value);
    }
}

static void close_tag(void)
{
    word w = name();
    if (*at++ != '>')
        wrong("a closing tag that does not end", w);
    if (depth == 0 || !same(open[depth - 1], w))
        wrong("closes what is not open", w);
    depth--;
}

/* To the closing tag of what holds no markup. */
static void skip_raw(word w)
{
    char end[16];
    snprintf(end, sizeof(end), "</%.*s>", (int)w.length, w.begin);
    const char *found = strstr(at, end);
    if (!found)
        wrong("does not end", w);
    at = found;
}

static void open_tag(void)
{
    word w = name();
    bool known = false;
    for (int i = 0; elements[i]; i++)
        known = known || same(w, literal(elements[i]));
    if (!known)
        wrong("an element that has no place here", w);
    attributes();
    bool empty = *at == '/';
    at += empty;
    if (*at++ != '>')
        wrong("a tag that does not end", w);
    if (empty)
        return;
    if (depth == DEPTH)
        wrong("too deep", w);
    open[depth++] = w;
    if (same(w, literal("style")) || same(w, literal("script")))
        skip_raw(w);
}

static void check_references(void)
{
    qsort(ids, id_count, sizeof(*ids), compare);
    for (size_t i = 1; i < id_count; i++)
        if (same(ids[i - 1], ids[i]))
            wrong("an id twice", ids[i]);
    for (size_t i = 0; i < wanted_count; i++)
        if (!bsearch(&wanted[i], ids, id_count, sizeof(*ids), compare))
            wrong("a cell that is not there", wanted[i]);
}

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    size_t length = 0, capacity = 1 << 24;
    char *text = calloc(capacity, 1);
    if (!file || !text)
        exit(2);
    length = fread(text, 1, capacity - 1, file);
    fclose(file);
    if (length == capacity - 1 || strlen(text) != length)
        exit(2);
    return text;
}

int main(int count, char **arguments)
{
    static const char doctype[] = "<!DOCTYPE html>\n";
    if (count != 2)
        return 2;
    at = page = read_file(arguments[1]);
    if (strncmp(at, doctype, strlen(doctype)) != 0)
        wrong("no doctype", here());
    at += strlen(doctype);
    while (*at) {
        if (at[0] == '<' && at[1] == '/') {
            at += 2;
            close_tag();
        } else if (*at == '<') {
            at++;
            open_tag();
        } else if (*at == '&')
            entity();
        else if (*at == '>')
            wrong("a bare >", here());
        else if (depth == 0 && !isspace((unsigned char)*at))
            wrong("text outside", here());
        else
            at++;
    }
    if (depth)
        wrong("is never closed", open[depth - 1]);
    check_references();
    printf("%zu cells and places, %zu origins\n", id_count, wanted_count);
    free(ids);
    free(wanted);
    free(page);
    return 0;
}
