// SPDX-License-Identifier: MIT
/* eval.c - limpid eval: how often a model is right. */
#include <stddef.h>
#include "cli.h"

typedef struct {
    const char *data, *split;
} settings;

static const settings initial = { .data = "digits", .split = "test" };

static const limpid_option options[] = {
    { "data", "SPEC", LIMPID_OPTION_TEXT, offsetof(settings, data), 0, 0,
      "the pictures, by default digits; `limpid --help` lists what there is" },
    { "split", "NAME", LIMPID_OPTION_TEXT, offsetof(settings, split), 0, 0,
      "which part of the data: test or train; by default test" },
    { 0 },
};

static const char *const examples[] = {
    "limpid eval runs/lenet --data mnist:mnist",
    "the share of the 10,000 test digits in the folder mnist that the model names rightly",
    "limpid eval model.onnx --data digits --json",
    "the same for a program: {\"accuracy\":0.9873,\"loss\":...,\"images\":10000}",
    NULL,
};

static void report(const limpid_command *command, const limpid_score *score, limpid_text *text)
{
    if (command->json) {
        limpid_text_add(text, "{\"accuracy\":");
        limpid_text_add_number(text, score->accuracy);
        limpid_text_add(text, ",\"loss\":");
        limpid_text_add_number(text, score->loss);
        limpid_text_add(text, ",\"images\":%lld}\n", (long long)score->images);
        return;
    }
    limpid_text_add(text, "accuracy %8.2f %%\n", 100 * score->accuracy);
    limpid_text_add(text, "error    %8.2f %%\n", 100 * (1 - score->accuracy));
    limpid_text_add(text, "loss     %8.4f\n", score->loss);
    limpid_text_add(text, "images   ");
    limpid_text_add_count(text, score->images);
    limpid_text_add(text, "\n");
}

static limpid_status run(limpid_command *command)
{
    const settings *s = command->settings;
    limpid_context *context = command->context;
    limpid_graph *graph = NULL;
    limpid_data *data = NULL;
    limpid_score score;
    limpid_status status = limpid_graph_load(&graph, context, command->operands[0]);
    if (status == LIMPID_OK)
        status = limpid_data_open(&data, context, s->data, s->split);
    if (status == LIMPID_OK)
        status = limpid_evaluate(graph, context, data, 0, &score);
    limpid_data_close(data);
    limpid_graph_free(graph);
    LIMPID_TRY(status);
    limpid_text text = { .context = context };
    report(command, &score, &text);
    return limpid_text_print(&text);
}

const limpid_verb limpid_verb_eval = {
    .name = "eval",
    .summary = "measures how often a model is right",
    .operands = "MODEL",
    .operands_least = 1,
    .operands_most = 1,
    .options = options,
    .initial = &initial,
    .settings_size = sizeof(settings),
    .details = "MODEL is an ONNX file or a folder that holds model.onnx.",
    .examples = examples,
    .run = run,
};
