// SPDX-License-Identifier: MIT
/* options.c - arguments by table: the rows that are parsed and checked here are those help.c
 * prints.
 *
 * Options stand anywhere, as --name VALUE or --name=VALUE; "--" ends them; the first operand is the
 * verb. */
#include <stddef.h>
#include <string.h>
#include "cli.h"

const limpid_option limpid_options_common[] = {
    { "threads", "N", LIMPID_OPTION_COUNT, offsetof(limpid_command, threads), 1, LIMPID_THREADS_MAX,
      "how many threads to use, by default one for each processor; the results are the same" },
    { "seed", "N", LIMPID_OPTION_COUNT, offsetof(limpid_command, seed), 0, INT64_MAX,
      "of everything random, by default 0" },
    { "json", NULL, LIMPID_OPTION_FLAG, offsetof(limpid_command, json), 0, 0,
      "results for machines: JSON, an object a line" },
    { "help", NULL, LIMPID_OPTION_FLAG, offsetof(limpid_command, help), 0, 0, "this page" },
    { "version", NULL, LIMPID_OPTION_FLAG, offsetof(limpid_command, version), 0, 0,
      "which limpid this is" },
    { 0 },
};

static const limpid_option no_options[] = { { 0 } };

static const limpid_option *own_options(const limpid_command *command)
{
    return command->verb ? command->verb->options : no_options;
}

/* ---- words nobody knows ---- */

enum { WORDS_MAX = 96 };

static limpid_status unknown_option(limpid_command *command, const char *name)
{
    const char *words[WORDS_MAX] = { NULL };
    int count = 0;
    for (const limpid_option *o = limpid_options_common; o->name && count < WORDS_MAX; o++)
        words[count++] = o->name;
    for (const limpid_option *o = own_options(command); o->name && count < WORDS_MAX; o++)
        words[count++] = o->name;
    const char *nearest = limpid_nearest(name, words, count);
    if (nearest)
        return limpid_fail(command->context, LIMPID_USAGE,
                           "there is no option --%s; did you mean --%s?", name, nearest);
    return limpid_fail(command->context, LIMPID_USAGE,
                       "there is no option --%s; `limpid%s%s --help` lists those there are", name,
                       command->verb ? " " : "", command->verb ? command->verb->name : "");
}

static limpid_status unknown_verb(limpid_command *command, const char *name)
{
    const char *words[WORDS_MAX] = { NULL };
    int count = 0;
    limpid_text list = { .context = command->context };
    for (; limpid_verbs[count] && count < WORDS_MAX; count++) {
        words[count] = limpid_verbs[count]->name;
        limpid_text_add(&list, "%s%s", count ? ", " : "", words[count]);
    }
    limpid_status status = list.status;
    const char *nearest = limpid_nearest(name, words, count);
    if (status == LIMPID_OK && nearest)
        status = limpid_fail(command->context, LIMPID_USAGE,
                             "there is no verb \"%s\"; did you mean \"%s\"? (There are %s.)", name,
                             nearest, list.data);
    else if (status == LIMPID_OK)
        status = limpid_fail(command->context, LIMPID_USAGE,
                             "there is no verb \"%s\"; there are %s", name, list.data);
    limpid_release(command->context, list.data);
    return status;
}

/* ---- values ---- */

static limpid_status refuse_value(limpid_command *command, const limpid_option *option,
                                  const char *kind, const char *value)
{
    if (option->most == INT64_MAX)
        return limpid_fail(command->context, LIMPID_USAGE,
                           "--%s takes %s of at least %lld, not \"%s\"", option->name, kind,
                           (long long)option->least, value);
    return limpid_fail(command->context, LIMPID_USAGE,
                       "--%s takes %s from %lld to %lld, not \"%s\"", option->name, kind,
                       (long long)option->least, (long long)option->most, value);
}

static limpid_status store(limpid_command *command, const limpid_option *option, char *place,
                           const char *value)
{
    int64_t count;
    double number;
    switch (option->kind) {
    case LIMPID_OPTION_FLAG:
        memcpy(place, &(bool){ true }, sizeof(bool));
        break;
    case LIMPID_OPTION_TEXT:
        if (!*value)
            return limpid_fail(command->context, LIMPID_USAGE, "--%s is given nothing",
                               option->name);
        memcpy(place, &value, sizeof(value));
        break;
    case LIMPID_OPTION_COUNT:
        if (!limpid_parse_int(value, option->least, option->most, &count))
            return refuse_value(command, option, "a whole number", value);
        memcpy(place, &count, sizeof(count));
        break;
    case LIMPID_OPTION_NUMBER:
        if (!limpid_parse_float(value, &number) || number < (double)option->least ||
            (option->most < INT64_MAX && number > (double)option->most))
            return refuse_value(command, option, "a number", value);
        memcpy(place, &number, sizeof(number));
        break;
    }
    return LIMPID_OK;
}

/* ---- arguments ---- */

static const limpid_option *find(const limpid_option *options, const char *name, size_t length)
{
    for (; options->name; options++)
        if (strlen(options->name) == length && memcmp(options->name, name, length) == 0)
            return options;
    return NULL;
}

/* Reads one option; `next` is the argument behind it, and *took says whether that was its value. */
static limpid_status read_option(limpid_command *command, const char *argument, const char *next,
                                 bool *took)
{
    const char *name = argument + 2, *equals = strchr(name, '=');
    size_t length = equals ? (size_t)(equals - name) : strlen(name);
    const limpid_option *option = find(limpid_options_common, name, length);
    char *base = (char *)command;
    if (!option) {
        option = find(own_options(command), name, length);
        if (!option) {
            limpid_text word = { .context = command->context };
            limpid_text_append(&word, name, length);
            limpid_status status = word.status;
            if (status == LIMPID_OK)
                status = unknown_option(command, word.data ? word.data : "");
            limpid_release(command->context, word.data);
            return status;
        }
        base = command->settings;
        command->given |= (uint64_t)1 << (option - own_options(command));
    }
    *took = option->argument && !equals;
    if (!option->argument && equals)
        return limpid_fail(command->context, LIMPID_USAGE, "--%s takes no value", option->name);
    if (*took && (!next || strncmp(next, "--", 2) == 0))
        return limpid_fail(command->context, LIMPID_USAGE, "--%s needs a value: --%s %s",
                           option->name, option->name, option->argument);
    return store(command, option, base + option->offset, equals ? equals + 1 : next);
}

static limpid_status choose_verb(limpid_command *command, const char *name)
{
    const limpid_verb *verb = NULL;
    for (int i = 0; limpid_verbs[i]; i++)
        if (strcmp(limpid_verbs[i]->name, name) == 0)
            verb = limpid_verbs[i];
    if (!verb)
        return unknown_verb(command, name);
    command->settings = limpid_allocate(command->context, 1, verb->settings_size);
    if (!command->settings)
        return LIMPID_NO_MEMORY;
    if (verb->initial)
        memcpy(command->settings, verb->initial, verb->settings_size);
    command->verb = verb;
    return LIMPID_OK;
}

static limpid_status check_operands(limpid_command *command)
{
    const limpid_verb *verb = command->verb;
    if (!verb)
        return limpid_fail(command->context, LIMPID_USAGE,
                           "what shall it do? `limpid --help` lists the verbs");
    if (command->operand_count < verb->operands_least)
        return limpid_fail(command->context, LIMPID_USAGE,
                           "arguments are missing: limpid %s %s [OPTIONS]", verb->name,
                           verb->operands);
    if (command->operand_count > verb->operands_most)
        return limpid_fail(command->context, LIMPID_USAGE,
                           "\"%s\" is one argument too many: limpid %s %s%s[OPTIONS]",
                           command->operands[verb->operands_most], verb->name, verb->operands,
                           *verb->operands ? " " : "");
    return LIMPID_OK;
}

limpid_status limpid_command_parse(limpid_command *command, int count, char **arguments)
{
    command->operands = arguments;
    bool options = true;
    for (int i = 1; i < count; i++) {
        char *argument = arguments[i];
        bool took = false;
        if (options && strcmp(argument, "--") == 0)
            options = false;
        else if (options && strcmp(argument, "-h") == 0)
            command->help = true;
        else if (options && strncmp(argument, "--", 2) == 0)
            LIMPID_TRY(
                read_option(command, argument, i + 1 < count ? arguments[i + 1] : NULL, &took));
        else if (options && argument[0] == '-' && argument[1])
            return limpid_fail(command->context, LIMPID_USAGE,
                               "\"%s\" is no option; options begin with two dashes", argument);
        else if (!command->verb)
            LIMPID_TRY(choose_verb(command, argument));
        else
            command->operands[command->operand_count++] = argument;
        i += took;
    }
    return command->help || command->version ? LIMPID_OK : check_operands(command);
}
