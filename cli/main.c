// SPDX-License-Identifier: MIT
/* main.c - reads the arguments, calls the verb, turns its status into an exit status. */
#include <locale.h>
#include "cli.h"

const limpid_verb *const limpid_verbs[] = {
#define LIMPID_VERB(name) &limpid_verb_##name,
#include "verbs.def"
#undef LIMPID_VERB
    NULL,
};

void limpid_command_complain(const limpid_command *command)
{
    fflush(stdout);
    fprintf(stderr, "limpid%s%s: ", command->verb ? " " : "",
            command->verb ? command->verb->name : "");
    /* A file's name may hold anything: a complaint stays one line, and leaves the terminal alone.
     */
    for (const char *c = limpid_message(command->context); *c; c++)
        fputc((unsigned char)*c < ' ' || *c == 0x7f ? '?' : *c, stderr);
    fputc('\n', stderr);
}

/* The context that read the arguments knows nothing of --threads and --seed yet: the verb gets its
 * own. */
static limpid_status run_verb(limpid_command *command)
{
    limpid_context *reading = command->context;
    limpid_options options = { .threads = (int)command->threads, .seed = (uint64_t)command->seed };
    limpid_context *context = NULL;
    limpid_status status = limpid_context_new(&context, &options);
    if (!context)
        return limpid_fail(reading, status, "out of memory");
    command->context = context;
    if (status == LIMPID_OK)
        status = command->verb->run(command);
    if (status != LIMPID_OK && !command->complained)
        limpid_command_complain(command);
    command->complained = true;
    command->context = reading;
    limpid_context_free(context);
    return status;
}

static limpid_status run(limpid_command *command, int count, char **arguments)
{
    LIMPID_TRY(limpid_command_parse(command, count, arguments));
    limpid_text text = { .context = command->context };
    if (command->help) {
        limpid_command_help(command, limpid_screen_columns(stdout), &text);
        return limpid_text_print(&text);
    }
    if (command->version) {
        limpid_text_add(&text, "limpid %s\n", limpid_version());
        return limpid_text_print(&text);
    }
    return run_verb(command);
}

int main(int count, char **arguments)
{
    /* For what characters the terminal shows; numbers keep their point. */
    setlocale(LC_CTYPE, "");
    limpid_command command = { 0 };
    /* A failure here (a LIMPID_ISA this processor lacks) comes back when the verb gets its context,
     * and must not stand in the way of --help. */
    limpid_status status = limpid_context_new(&command.context, NULL);
    if (!command.context) {
        fprintf(stderr, "limpid: %s\n", limpid_status_text(status));
        return limpid_exit_status(status);
    }
    status = run(&command, count, arguments);
    if (status == LIMPID_OK && fflush(stdout) != 0)
        status = limpid_fail(command.context, LIMPID_FAILED, "cannot write to standard output");
    if (status != LIMPID_OK && !command.complained)
        limpid_command_complain(&command);
    limpid_release(command.context, command.settings);
    limpid_context_free(command.context);
    return limpid_exit_status(status);
}
