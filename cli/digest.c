// SPDX-License-Identifier: MIT
/* digest.c - limpid digest: one number that two models share only when all their parameters are
 * equal. */
#include "cli.h"

static const limpid_option options[] = { { 0 } };

static const char *const examples[] = {
    "limpid digest runs/lenet",
    "the SHA-256 of the model's parameters: the same for runs that agree to the last bit",
    NULL,
};

static limpid_status run(limpid_command *command)
{
    limpid_graph *graph = NULL;
    char hex[65];
    limpid_status status = limpid_graph_load(&graph, command->context, command->operands[0]);
    if (status == LIMPID_OK)
        status = limpid_graph_digest(graph, command->context, hex);
    limpid_graph_free(graph);
    LIMPID_TRY(status);
    limpid_text text = { .context = command->context };
    limpid_text_add(&text, command->json ? "{\"digest\":\"%s\"}\n" : "%s\n", hex);
    return limpid_text_print(&text);
}

const limpid_verb limpid_verb_digest = {
    .name = "digest",
    .summary = "prints a checksum of a model's parameters",
    .operands = "MODEL",
    .operands_least = 1,
    .operands_most = 1,
    .options = options,
    .details =
        "Each parameter and running moment counts in graph order: its name, its shape and its "
        "numbers. How the file is written does not. A model with NaN has no digest.",
    .examples = examples,
    .run = run,
};
