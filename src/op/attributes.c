// SPDX-License-Identifier: MIT
/* attributes.c - attributes as text, by the rows that describe them. */
#include <stdlib.h>
#include <string.h>
#include "op/op.h"

static void *member(const limpid_field *field, void *attributes)
{
    return (char *)attributes + field->offset;
}

static const void *member_of(const limpid_field *field, const void *attributes)
{
    return (const char *)attributes + field->offset;
}

void limpid_attributes_initial(const limpid_op *op, void *attributes)
{
    if (op->attributes_size)
        memset(attributes, 0, op->attributes_size);
    for (const limpid_field *f = op->fields; f && f->name; f++)
        switch (f->kind) {
        case LIMPID_FIELD_INT:
            for (int i = 0; i < f->count; i++)
                ((int64_t *)member(f, attributes))[i] = (int64_t)f->initial;
            break;
        case LIMPID_FIELD_BOOL:
            *(bool *)member(f, attributes) = f->initial > 0;
            break;
        case LIMPID_FIELD_FLOAT:
            *(float *)member(f, attributes) = (float)f->initial;
            break;
        case LIMPID_FIELD_CHOICE:
            *(int *)member(f, attributes) = (int)f->initial;
            break;
        case LIMPID_FIELD_SHAPE:
            break;
        }
}

enum { NUMBERS_MAX = LIMPID_RANK_MAX };

/* "3x5x5" into numbers; how many, or -1. */
static int parse_numbers(const char *text, int64_t least, int64_t most, int64_t *numbers)
{
    int count = 0;
    for (const char *next = text;; count++) {
        char word[24];
        size_t length = strcspn(next, "x");
        if (count == NUMBERS_MAX || length == 0 || length >= sizeof word)
            return -1;
        memcpy(word, next, length);
        word[length] = '\0';
        if (!limpid_parse_int(word, least, most, &numbers[count]))
            return -1;
        next += length;
        if (*next++ == '\0')
            return count + 1;
    }
}

static bool parse_ints(const limpid_field *f, const char *value, int64_t *to)
{
    int64_t numbers[NUMBERS_MAX];
    int count = parse_numbers(value, f->least, f->most, numbers);
    if (count != 1 && count != f->count && !(count == 2 && f->count == 4))
        return false;
    for (int i = 0; i < f->count; i++)
        to[i] = numbers[i % count];
    return true;
}

static bool parse_field(const limpid_field *f, const char *value, void *to)
{
    switch (f->kind) {
    case LIMPID_FIELD_INT:
        return parse_ints(f, value, to);
    case LIMPID_FIELD_BOOL:
        *(bool *)to = strcmp(value, "true") == 0;
        return *(bool *)to || strcmp(value, "false") == 0;
    case LIMPID_FIELD_FLOAT: {
        double number;
        if (!limpid_parse_float(value, &number))
            return false;
        *(float *)to = (float)number;
        return true;
    }
    case LIMPID_FIELD_CHOICE:
        for (int i = 0; f->choices[i]; i++)
            if (strcmp(f->choices[i], value) == 0) {
                *(int *)to = i;
                return true;
            }
        return false;
    case LIMPID_FIELD_SHAPE: {
        limpid_shape *shape = to, read = { 0 };
        read.rank =
            strcmp(value, "scalar") == 0 ? 0 : parse_numbers(value, f->least, f->most, read.dim);
        if (read.rank >= 0)
            *shape = read;
        return read.rank >= 0;
    }
    }
    return false;
}

static void describe_expected(const limpid_field *f, limpid_text *text)
{
    switch (f->kind) {
    case LIMPID_FIELD_INT:
        limpid_text_add(text, "%s",
                        f->count == 1   ? "a number"
                        : f->count == 2 ? "1 or 2 numbers such as 3x5"
                                        : "1, 2 or 4 numbers such as 1x2x1x2");
        limpid_text_add(text, ",%s %lld or more", f->count == 1 ? "" : " each",
                        (long long)f->least);
        break;
    case LIMPID_FIELD_BOOL:
        limpid_text_add(text, "true or false");
        break;
    case LIMPID_FIELD_FLOAT:
        limpid_text_add(text, "a number such as 0.1");
        break;
    case LIMPID_FIELD_CHOICE:
        for (int i = 0; f->choices[i]; i++)
            limpid_text_add(text, "%s%s", i ? " or " : "", f->choices[i]);
        break;
    case LIMPID_FIELD_SHAPE:
        limpid_text_add(text, "a shape such as 1x28x28, each %lld to %lld", (long long)f->least,
                        (long long)f->most);
        break;
    }
}

static limpid_status unknown_attribute(limpid_context *context, const limpid_op *op,
                                       const char *name)
{
    const char *names[32];
    int count = 0;
    limpid_text list = { .context = context };
    for (const limpid_field *f = op->fields; f && f->name && count < 32; f++) {
        limpid_text_add(&list, "%s%s", count ? ", " : "", f->name);
        names[count++] = f->name;
    }
    const char *near = limpid_nearest(name, names, count);
    limpid_status status =
        limpid_fail(context, LIMPID_BAD_FILE, "%s has no attribute '%s'%s%s%s; it has %s", op->name,
                    name, near ? "; did you mean '" : "", near ? near : "", near ? "'" : "",
                    list.data ? list.data : "none");
    limpid_release(context, list.data);
    return status;
}

limpid_status limpid_attribute_parse(limpid_context *context, const limpid_op *op, void *attributes,
                                     const char *name, const char *value)
{
    const limpid_field *f = op->fields;
    while (f && f->name && strcmp(f->name, name) != 0)
        f++;
    if (!f || !f->name)
        return unknown_attribute(context, op, name);
    if (parse_field(f, value, member(f, attributes)))
        return LIMPID_OK;
    limpid_text expected = { .context = context };
    describe_expected(f, &expected);
    limpid_status status =
        limpid_fail(context, LIMPID_BAD_FILE, "%s: %s=%s; expected is %s", op->name, name, value,
                    expected.data ? expected.data : "something else");
    limpid_release(context, expected.data);
    return status;
}

/* A required attribute starts below its least value. */
static bool missing(const limpid_field *f, const void *attributes)
{
    const int64_t *numbers = member_of(f, attributes);
    return f->required && f->kind == LIMPID_FIELD_INT && numbers[0] < f->least;
}

limpid_status limpid_attributes_check(limpid_context *context, const limpid_op *op,
                                      const void *attributes)
{
    for (const limpid_field *f = op->fields; f && f->name; f++)
        if (missing(f, attributes))
            return limpid_fail(context, LIMPID_BAD_FILE, "%s needs the attribute '%s' (%s)",
                               op->name, f->name, f->help);
    return LIMPID_OK;
}

/* The shortest text that parses back: one number for equal ones, two for vertical and horizontal.
 */
static void print_ints(const int64_t *numbers, int count, limpid_text *text)
{
    if (count == 4 && numbers[0] == numbers[2] && numbers[1] == numbers[3])
        count = 2;
    if (count == 2 && numbers[0] == numbers[1])
        count = 1;
    for (int i = 0; i < count; i++)
        limpid_text_add(text, "%s%lld", i ? "x" : "", (long long)numbers[i]);
}

/* The fewest digits that give the same float back. */
static void print_float(float value, limpid_text *text)
{
    char word[32];
    int digits = 0;
    do
        snprintf(word, sizeof word, "%.*g", ++digits, (double)value);
    while (digits < 9 && strtof(word, NULL) != value);
    limpid_text_add(text, "%.*g", digits, (double)value);
}

static bool is_initial(const limpid_field *f, const void *value)
{
    switch (f->kind) {
    case LIMPID_FIELD_INT:
        for (int i = 0; i < f->count; i++)
            if (((const int64_t *)value)[i] != (int64_t)f->initial)
                return false;
        return true;
    case LIMPID_FIELD_BOOL:
        return *(const bool *)value == (f->initial > 0);
    case LIMPID_FIELD_FLOAT:
        return *(const float *)value == (float)f->initial;
    case LIMPID_FIELD_CHOICE:
        return *(const int *)value == (int)f->initial;
    case LIMPID_FIELD_SHAPE:
        return ((const limpid_shape *)value)->rank == 0;
    }
    return true;
}

void limpid_attributes_print(const limpid_op *op, const void *attributes, limpid_text *text)
{
    for (const limpid_field *f = op->fields; f && f->name; f++) {
        const void *value = member_of(f, attributes);
        if (is_initial(f, value))
            continue;
        limpid_text_add(text, " %s=", f->name);
        switch (f->kind) {
        case LIMPID_FIELD_INT:
            print_ints(value, f->count, text);
            break;
        case LIMPID_FIELD_BOOL:
            limpid_text_add(text, "%s", *(const bool *)value ? "true" : "false");
            break;
        case LIMPID_FIELD_FLOAT:
            print_float(*(const float *)value, text);
            break;
        case LIMPID_FIELD_CHOICE:
            limpid_text_add(text, "%s", f->choices[*(const int *)value]);
            break;
        case LIMPID_FIELD_SHAPE:
            limpid_text_add(text, "%s", limpid_shape_print(value).text);
            break;
        }
    }
}
