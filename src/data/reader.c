// SPDX-License-Identifier: MIT
/* reader.c - opens a data set by its specification "name" or "name:argument". What follows the
 * first colon belongs to the reader, so folders may have colons in their names. */
#include <string.h>
#include "data/data.h"

const limpid_reader *const limpid_readers[] = {
#define LIMPID_READER(name) &limpid_reader_##name,
#include "data/readers.def"
#undef LIMPID_READER
    NULL,
};

enum { READERS = sizeof limpid_readers / sizeof *limpid_readers - 1 };

static bool may_stand_alone(const limpid_reader *reader)
{
    return !reader->argument || reader->argument[0] == '[';
}

/* Appends how the reader is named in a specification: mnist:DIR, digits[:COUNT]. */
static void add_form(limpid_text *text, const limpid_reader *reader)
{
    bool alone = may_stand_alone(reader);
    limpid_text_add(text, "%s", reader->name);
    if (reader->argument)
        limpid_text_add(text, alone ? "[:%s" : ":%s", reader->argument + alone);
}

static limpid_status unknown_reader(limpid_context *context, const char *name)
{
    const char *names[READERS];
    limpid_text known = { .context = context };
    for (int r = 0; r < READERS; r++) {
        const limpid_reader *reader = limpid_readers[r];
        names[r] = reader->name;
        limpid_text_append(&known, ", ", r ? 2 : 0);
        add_form(&known, reader);
    }
    const char *near = limpid_nearest(name, names, READERS);
    limpid_status status =
        known.status != LIMPID_OK
            ? known.status
            : limpid_fail(context, LIMPID_USAGE,
                          "data '%s': there is no such reader%s%s%s; expected one of %s", name,
                          near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "",
                          known.data);
    limpid_release(context, known.data);
    return status;
}

static limpid_status find_reader(limpid_context *context, const char *spec,
                                 const limpid_reader **found, const char **argument)
{
    size_t length = strcspn(spec, ":");
    const char *behind = spec[length] ? spec + length + 1 : "";
    for (int r = 0; r < READERS; r++) {
        const limpid_reader *reader = limpid_readers[r];
        if (strlen(reader->name) != length || memcmp(reader->name, spec, length) != 0)
            continue;
        if (reader->argument && reader->argument[0] != '[' && !*behind)
            return limpid_fail(context, LIMPID_USAGE, "data '%s': expected %s:%s", spec,
                               reader->name, reader->argument);
        if (!reader->argument && spec[length])
            return limpid_fail(context, LIMPID_USAGE,
                               "data '%s': %s takes no argument; expected '%s' alone", spec,
                               reader->name, reader->name);
        *found = reader;
        *argument = behind;
        return LIMPID_OK;
    }
    char *name = limpid_copy_text(context, spec);
    if (!name)
        return LIMPID_NO_MEMORY;
    name[length] = '\0';
    limpid_status status = unknown_reader(context, name);
    limpid_release(context, name);
    return status;
}

static void release_classes(limpid_data *data)
{
    for (int c = 0; data->class_names && c < data->classes; c++)
        limpid_release(data->context, data->class_names[c]);
    limpid_release(data->context, data->class_names);
    data->class_names = NULL;
    data->classes = 0;
}

limpid_status limpid_data_name_classes(limpid_data *data, int classes, const char *const *names)
{
    release_classes(data);
    data->class_names = limpid_allocate(data->context, (size_t)classes, sizeof *data->class_names);
    if (!data->class_names)
        return LIMPID_NO_MEMORY;
    data->classes = classes;
    for (int c = 0; c < classes; c++) {
        char number[16];
        snprintf(number, sizeof number, "%d", c);
        data->class_names[c] = limpid_copy_text(data->context, names ? names[c] : number);
        if (!data->class_names[c]) {
            release_classes(data);
            return LIMPID_NO_MEMORY;
        }
    }
    return LIMPID_OK;
}

limpid_status limpid_data_open(limpid_data **out, limpid_context *context, const char *spec,
                               const char *split)
{
    const limpid_reader *reader = NULL;
    const char *argument = NULL;
    LIMPID_TRY(find_reader(context, spec, &reader, &argument));
    if (strcmp(split, "train") != 0 && strcmp(split, "test") != 0)
        return limpid_fail(context, LIMPID_USAGE,
                           "data '%s': there is no split '%s'; expected 'train' or 'test'", spec,
                           split);
    limpid_data *data = limpid_allocate(context, 1, sizeof *data);
    if (!data)
        return LIMPID_NO_MEMORY;
    data->context = context;
    data->reader = reader;
    limpid_status status = reader->open(data, argument, split);
    if (status != LIMPID_OK) {
        release_classes(data);
        limpid_release(context, data);
        return status;
    }
    *out = data;
    return LIMPID_OK;
}

void limpid_data_close(limpid_data *data)
{
    if (!data)
        return;
    data->reader->close(data);
    release_classes(data);
    limpid_release(data->context, data);
}
