// SPDX-License-Identifier: MIT
/* train.c - limpid train: a network, pictures, and a folder for the result. */
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>
#include "cli.h"
#include "format/format.h"

typedef struct {
    const char *net, *data, *out, *resume;
    const char *loss, *schedule, *augment;
    int64_t epochs, steps, batch, checkpoint_every;
    double rate, momentum, decay;
    bool force;
} settings;

static const settings initial = {
    .net = "digits", .data = "digits", .rate = -1, .momentum = -1, .decay = -1
};

#define AT(member) offsetof(settings, member)
static const limpid_option options[] = {
    { "net", "NAME|FILE", LIMPID_OPTION_TEXT, AT(net), 0, 0,
      "a built-in network, a file of network text, or an ONNX model to go on from; by default "
      "digits" },
    { "data", "SPEC", LIMPID_OPTION_TEXT, AT(data), 0, 0,
      "the pictures, by default digits; `limpid --help` lists networks and data" },
    { "out", "DIR", LIMPID_OPTION_TEXT, AT(out), 0, 0,
      "the folder for model.onnx and state.safetensors; by default runs/NAME" },
    { "epochs", "N", LIMPID_OPTION_COUNT, AT(epochs), 1, 1000000,
      "how often every picture is shown" },
    { "steps", "N", LIMPID_OPTION_COUNT, AT(steps), 1, INT64_MAX,
      "how many steps to take, instead of --epochs" },
    { "batch", "N", LIMPID_OPTION_COUNT, AT(batch), 1, 1 << 20, "pictures in a step" },
    { "lr", "R", LIMPID_OPTION_NUMBER, AT(rate), 0, INT64_MAX, "the learning rate" },
    { "momentum", "M", LIMPID_OPTION_NUMBER, AT(momentum), 0, 1,
      "how much of the last step goes into the next" },
    { "weight-decay", "D", LIMPID_OPTION_NUMBER, AT(decay), 0, INT64_MAX,
      "how strongly weights are drawn to zero" },
    { "loss", "NAME", LIMPID_OPTION_TEXT, AT(loss), 0, 0,
      "what is made small; `limpid --help` lists losses, schedules and variations" },
    { "schedule", "NAME", LIMPID_OPTION_TEXT, AT(schedule), 0, 0,
      "how the learning rate changes over the run" },
    { "augment", "NAME", LIMPID_OPTION_TEXT, AT(augment), 0, 0,
      "how pictures are varied, or none" },
    { "checkpoint-every", "STEPS", LIMPID_OPTION_COUNT, AT(checkpoint_every), 1, INT64_MAX,
      "save so often, instead of after each epoch" },
    { "resume", "DIR", LIMPID_OPTION_TEXT, AT(resume), 0, 0,
      "go on with the run in this folder, as it was begun" },
    { "force", NULL, LIMPID_OPTION_FLAG, AT(force), 0, 0,
      "replace a model that is in the folder already" },
    { 0 },
};

static const char *const examples[] = {
    "limpid train --epochs 1",
    "the default network on digits drawn by limpid, into runs/digits",
    "limpid train --net lenet --data mnist:mnist --out runs/first --epochs 10",
    "the network of MatConvNet's introduction on the real digits in the folder mnist",
    "limpid train --net mine.txt --data mnist:mnist --lr 0.05 --batch 64",
    "a network of your own, one operator a line (docs/network.md)",
    "limpid train --resume runs/first",
    "go on where Ctrl-C, a crash or a power cut ended the run",
    NULL,
};

/* ---- the folder ---- */

/* Every folder on the way to `path`, which is taken apart in place and put together again. */
static limpid_status make_folders(limpid_context *context, char *path)
{
    for (char *slash = path + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        limpid_status status = limpid_folder_make(context, path);
        *slash = '/';
        if (status != LIMPID_OK)
            return status;
    }
    return limpid_folder_make(context, path);
}

static limpid_status prepare_folder(limpid_context *context, const settings *s, char *out)
{
    static const char *const kept[] = { LIMPID_MODEL_FILE, LIMPID_STATE_FILE };
    LIMPID_TRY(make_folders(context, out));
    if (access(out, W_OK | X_OK) != 0)
        return limpid_fail(context, LIMPID_FAILED, "%s: the folder cannot be written to: %s", out,
                           strerror(errno));
    for (int i = 0; i < 2 && !s->force; i++) {
        char *path = limpid_path_join(context, out, kept[i]);
        if (!path)
            return LIMPID_NO_MEMORY;
        bool there = access(path, F_OK) == 0;
        limpid_release(context, path);
        if (there)
            return limpid_fail(
                context, LIMPID_USAGE,
                "%s holds a %s already: --resume %s goes on with it, --force replaces "
                "it, --out DIR leaves it alone",
                out, kept[i], out);
    }
    return LIMPID_OK;
}

/* "runs/lenet" for lenet, my/lenet.txt and lenet.onnx; fresh memory in *out. */
static limpid_status choose_folder(limpid_context *context, const settings *s, char **out)
{
    limpid_text text = { .context = context };
    if (s->out)
        limpid_text_add(&text, "%s", s->out);
    else {
        const char *slash = strrchr(s->net, '/'), *name = slash ? slash + 1 : s->net;
        const char *dot = strrchr(name, '.');
        limpid_text_add(&text, "runs/");
        limpid_text_append(&text, name, dot && dot > name ? (size_t)(dot - name) : strlen(name));
    }
    while (text.status == LIMPID_OK && text.length > 1 && text.data[text.length - 1] == '/')
        text.data[--text.length] = '\0';
    *out = text.data;
    return text.status;
}

/* ---- what is said ---- */

static int64_t parameters(const limpid_graph *graph)
{
    int64_t all = 0, count;
    limpid_parameter parameter;
    for (int i = 0; limpid_graph_parameter(graph, i, &parameter); i++)
        if (limpid_shape_count(&parameter.shape, &count))
            all += count;
    return all;
}

static void announce(const limpid_command *command, const limpid_graph *graph,
                     const limpid_data *data, const settings *s, const char *out)
{
    limpid_text text = { .context = command->context };
    limpid_text_add(&text, "training %s (", s->net);
    limpid_text_add_count(&text, parameters(graph));
    limpid_text_add(&text, " parameters) on %s (", s->data);
    limpid_text_add_count(&text, data->count);
    limpid_text_add(&text, " pictures, %d classes)\n", data->classes);
    limpid_text_add(&text, "into %s, with %d thread%s and %s\n", out,
                    limpid_threads(command->context),
                    limpid_threads(command->context) == 1 ? "" : "s", limpid_isa(command->context));
    if (text.status == LIMPID_OK)
        fputs(text.data, stderr);
    limpid_release(command->context, text.data);
}

static void say_end(const limpid_meter *meter, const char *event, const char *out,
                    limpid_text *text)
{
    const limpid_progress *p = &meter->last;
    if (meter->json) {
        limpid_text_add(text, "{\"event\":\"%s\",\"out\":", event);
        limpid_text_add_json(text, out);
        limpid_text_add(text, ",\"step\":%lld,\"steps\":%lld,\"loss\":", (long long)p->step,
                        (long long)p->steps);
        limpid_text_add_number(text, p->loss);
        limpid_text_add(text, ",\"accuracy\":");
        limpid_text_add_number(text, p->accuracy);
        limpid_text_add(text, ",\"seconds\":");
        limpid_text_add_number(text, p->seconds);
        limpid_text_add(text, "}\n");
        return;
    }
    limpid_text_add(text, "%s/model.onnx: %s", out, event);
    if (meter->first_step < 0) {
        limpid_text_add(text, " before; there was nothing left to do\n");
        return;
    }
    limpid_text_add(text, " after ");
    limpid_text_add_count(text, p->step);
    limpid_text_add(text, " steps and ");
    limpid_text_add_time(text, p->seconds);
    limpid_text_add(text, ", loss %.4f, accuracy %.2f %% on the training pictures\n", p->loss,
                    100 * p->accuracy);
}

static void add_next(limpid_text *text, const char *before, const char *out, const char *after,
                     const char *data)
{
    limpid_text_add(text, "  limpid %s ", before);
    limpid_text_add_quoted(text, out);
    limpid_text_add(text, "%s", after);
    if (data)
        limpid_text_add_quoted(text, data);
    limpid_text_add(text, "\n");
}

/* The last words of a run that came to an end, whichever. */
static limpid_status finish(limpid_command *command, limpid_meter *meter, limpid_status status,
                            const char *out, const char *data)
{
    limpid_meter_clear(meter);
    if (status != LIMPID_OK && status != LIMPID_INTERRUPTED)
        return status;
    limpid_text text = { .context = command->context };
    say_end(meter, status == LIMPID_OK ? "done" : "interrupted", out, &text);
    if (!meter->json)
        limpid_text_add(&text, "next:\n");
    if (!meter->json && status == LIMPID_INTERRUPTED)
        add_next(&text, "train --resume", out, "", NULL);
    if (!meter->json && status == LIMPID_OK) {
        add_next(&text, "eval", out, " --data ", data);
        add_next(&text, "predict", out, " IMAGE.png", NULL);
    }
    LIMPID_TRY(limpid_text_print(&text));
    command->complained = true; /* an interruption needs no second sentence */
    return status;
}

/* ---- running ---- */

static limpid_status train(limpid_command *command, const settings *s, char *out,
                           limpid_graph *graph, limpid_data *data)
{
    limpid_meter meter;
    limpid_train_options how = limpid_train_defaults();
    how.out = out;
    how.data_spec = s->data;
    how.loss = s->loss;
    how.schedule = s->schedule;
    how.augment = s->augment;
    how.epochs = s->epochs;
    how.steps = s->steps;
    how.batch = s->batch;
    how.checkpoint_every = s->checkpoint_every;
    how.rate = s->rate;
    how.momentum = s->momentum;
    how.decay = s->decay;
    how.progress = limpid_meter_show;
    how.user = &meter;
    announce(command, graph, data, s, out);
    limpid_meter_start(&meter, command->context, command->json);
    limpid_status status = limpid_train(graph, command->context, data, &how);
    return finish(command, &meter, status, out, s->data);
}

static limpid_status begin(limpid_command *command, const settings *s)
{
    limpid_context *context = command->context;
    limpid_graph *graph = NULL;
    limpid_data *data = NULL;
    char *out = NULL;
    limpid_status status = limpid_network_open(&graph, context, s->net);
    if (status == LIMPID_OK)
        status = limpid_data_open(&data, context, s->data, "train");
    if (status == LIMPID_OK)
        status = choose_folder(context, s, &out);
    if (status == LIMPID_OK)
        status = prepare_folder(context, s, out);
    if (status == LIMPID_OK)
        status = train(command, s, out, graph, data);
    limpid_release(context, out);
    limpid_data_close(data);
    limpid_graph_free(graph);
    return status;
}

static limpid_status resume(limpid_command *command, const settings *s)
{
    for (int i = 0; options[i].name; i++)
        if ((command->given >> i & 1) && options[i].offset != AT(resume))
            return limpid_fail(command->context, LIMPID_USAGE,
                               "--resume goes on with a run as it was begun; --%s cannot change it",
                               options[i].name);
    limpid_context *context = command->context;
    limpid_safetensors state = { 0 };
    limpid_graph *graph = NULL;
    limpid_meter meter;
    char *path = limpid_path_join(context, s->resume, LIMPID_STATE_FILE);
    if (!path)
        return LIMPID_NO_MEMORY;
    limpid_meter_start(&meter, context, command->json);
    limpid_status status = limpid_safetensors_read(context, path, &state);
    const char *data = limpid_safetensors_note(&state, "data"); /* for the next command alone */
    if (status == LIMPID_OK)
        status = limpid_resume(&graph, context, s->resume, limpid_meter_show, &meter);
    status = finish(command, &meter, status, s->resume, data ? data : "digits");
    limpid_graph_free(graph);
    limpid_safetensors_release(context, &state);
    limpid_release(context, path);
    return status;
}

static limpid_status run(limpid_command *command)
{
    const settings *s = command->settings;
    if (s->resume)
        return resume(command, s);
    if (s->epochs && s->steps)
        return limpid_fail(command->context, LIMPID_USAGE,
                           "--epochs and --steps both say when to end; give one of them");
    return begin(command, s);
}

const limpid_verb limpid_verb_train = {
    .name = "train",
    .summary = "trains a network",
    .operands = "",
    .options = options,
    .initial = &initial,
    .settings_size = sizeof(settings),
    .details = "Without options it trains a small network on digits that limpid draws itself. What "
               "is left "
               "out of batch, learning rate and the like is taken from the network's own recipe.\n"
               "\n"
               "The folder always holds the last checkpoint, whole: model.onnx is the model, "
               "state.safetensors what --resume needs besides. Ctrl-C finishes the step, saves and "
               "ends with "
               "status 130; a second one ends at once.",
    .examples = examples,
    .run = run,
};
