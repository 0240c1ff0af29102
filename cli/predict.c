// SPDX-License-Identifier: MIT
/* predict.c - limpid predict: what a model takes pictures for. */
#include <stddef.h>
#include <string.h>
#include <unistd.h>
#include "cli.h"
#include "train/train.h"

typedef struct {
    int64_t top, index, count;
} settings;

static const settings initial = { .top = 3, .index = -1, .count = 10 };

static const limpid_option options[] = {
    { "top", "N", LIMPID_OPTION_COUNT, offsetof(settings, top), 1, 100000,
      "how many classes to show, by default 3" },
    { "index", "N", LIMPID_OPTION_COUNT, offsetof(settings, index), 0, INT64_MAX,
      "only picture N, from 0, of each IDX file" },
    { "count", "N", LIMPID_OPTION_COUNT, offsetof(settings, count), 1, INT64_MAX,
      "at most the first N pictures of each IDX file, by default 10" },
    { 0 },
};

static const char *const examples[] = {
    "limpid predict runs/digits photo.jpg scan.png",
    "what the digits in two pictures are",
    "limpid predict runs/lenet mnist/t10k-images-idx3-ubyte.gz --index 7 --json",
    "one picture of an IDX file, as a line of JSON",
    NULL,
};

/* One call of the verb: what it needs for each picture. */
typedef struct {
    limpid_command *command;
    const settings *settings;
    const limpid_graph *graph;
    int classes;
    float *probabilities; /* `classes` of them */
    int *order;           /* classes, the most probable first */
} viewer;

/* ---- what is printed ---- */

/* Stable: of equal probabilities the lower class comes first, as argmax has it. */
static void sort_classes(const viewer *v)
{
    for (int i = 0; i < v->classes; i++) {
        int at = i;
        for (; at > 0 && v->probabilities[v->order[at - 1]] < v->probabilities[i]; at--)
            v->order[at] = v->order[at - 1];
        v->order[at] = i;
    }
}

static void add_json(const viewer *v, const char *file, int64_t index, limpid_text *text)
{
    limpid_text_add(text, "{\"file\":");
    limpid_text_add_json(text, file);
    if (index >= 0)
        limpid_text_add(text, ",\"index\":%lld", (long long)index);
    limpid_text_add(text, ",\"class\":");
    limpid_text_add_json(text, limpid_class_name(v->graph, v->order[0]).text);
    limpid_text_add(text, ",\"probability\":");
    limpid_text_add_number(text, (double)v->probabilities[v->order[0]]);
    limpid_text_add(text, ",\"probabilities\":{");
    for (int i = 0; i < v->classes; i++) {
        limpid_text_add(text, "%s", i > 0 ? "," : "");
        limpid_text_add_json(text, limpid_class_name(v->graph, i).text);
        limpid_text_add(text, ":");
        limpid_text_add_number(text, (double)v->probabilities[i]);
    }
    limpid_text_add(text, "}}\n");
}

static void add_bar(double share, int width, bool unicode, limpid_text *text)
{
    int full = (int)(share * width + 0.5);
    for (int i = 0; i < full; i++)
        limpid_text_add(text, "%s", unicode ? "█" : "#");
}

static void add_classes(const viewer *v, const limpid_screen *screen, int columns,
                        limpid_text *text)
{
    int shown = (int)limpid_min(v->settings->top, v->classes), widest = 0;
    for (int i = 0; i < shown; i++)
        widest =
            (int)limpid_max(widest, (int64_t)strlen(limpid_class_name(v->graph, v->order[i]).text));
    int bar = (int)limpid_min(limpid_max(columns - widest - 14, 0), 40);
    for (int i = 0; i < shown; i++) {
        double share = (double)v->probabilities[v->order[i]];
        limpid_text_add(text, "  %-*s  %6.2f %%", widest,
                        limpid_class_name(v->graph, v->order[i]).text, 100 * share);
        if (share * bar >= 0.5)
            limpid_text_add(text, "  ");
        add_bar(share, bar, screen->unicode, text);
        limpid_text_add(text, "\n");
    }
}

static limpid_status print(const viewer *v, const char *file, int64_t index,
                           const limpid_image *seen)
{
    limpid_text text = { .context = v->command->context };
    limpid_status status = LIMPID_OK;
    if (v->command->json)
        add_json(v, file, index, &text);
    else {
        limpid_screen screen = limpid_screen_of(stdout);
        int columns = limpid_screen_columns(stdout);
        if (screen.terminal)
            status = limpid_text_add_picture(&text, seen, &screen, columns);
        limpid_text_add(&text, "%s", file);
        if (index >= 0)
            limpid_text_add(&text, " [%lld]", (long long)index);
        limpid_text_add(&text, ": %s\n", limpid_class_name(v->graph, v->order[0]).text);
        add_classes(v, &screen, columns, &text);
    }
    if (status == LIMPID_OK)
        return limpid_text_print(&text);
    limpid_release(text.context, text.data);
    return status;
}

/* ---- pictures ---- */

static limpid_status show(const viewer *v, const char *file, int64_t index,
                          const limpid_image *image)
{
    limpid_context *context = v->command->context;
    limpid_image seen = { 0 };
    LIMPID_TRY(limpid_predict_image(v->graph, context, image, &seen, v->classes, v->probabilities));
    sort_classes(v);
    limpid_status status = print(v, file, index, &seen);
    limpid_release(context, seen.pixels);
    return status;
}

/* IDX begins with two zero bytes, gzip with 1f 8b; pictures with neither. */
static bool is_idx(const char *file)
{
    uint8_t start[2];
    FILE *stream = fopen(file, "rb");
    if (!stream)
        return false;
    size_t count = fread(start, 1, sizeof(start), stream);
    fclose(stream);
    return count == 2 &&
           ((start[0] == 0 && start[1] == 0) || (start[0] == 0x1f && start[1] == 0x8b));
}

static limpid_status show_idx(const viewer *v, const char *file, const limpid_idx *idx)
{
    limpid_context *context = v->command->context;
    if (idx->rank < 2 || idx->rank > 4 || (idx->rank == 4 && idx->dim[1] != 1 && idx->dim[1] != 3))
        return limpid_fail(context, LIMPID_BAD_FILE,
                           "%s: holds no pictures; a file of labels, perhaps", file);
    int64_t pictures = idx->rank == 2 ? 1 : idx->dim[0];
    int64_t channels = idx->rank == 4 ? idx->dim[1] : 1;
    int64_t height = idx->dim[idx->rank - 2], width = idx->dim[idx->rank - 1];
    if (v->settings->index >= pictures)
        return limpid_fail(context, LIMPID_USAGE, "%s: there is no picture %lld; it holds %lld",
                           file, (long long)v->settings->index, (long long)pictures);
    int64_t first = limpid_max(v->settings->index, 0);
    int64_t end = v->settings->index >= 0 ? first + 1 : limpid_min(v->settings->count, pictures);
    for (int64_t i = first; i < end; i++) {
        limpid_image image = { channels, height, width,
                               idx->bytes + i * channels * height * width };
        LIMPID_TRY(show(v, file, i, &image));
    }
    return LIMPID_OK;
}

static limpid_status show_file(const viewer *v, const char *file)
{
    limpid_context *context = v->command->context;
    limpid_status status;
    if (is_idx(file)) {
        limpid_idx idx;
        LIMPID_TRY(limpid_idx_read(context, file, &idx));
        status = show_idx(v, file, &idx);
        limpid_release(context, idx.bytes);
    } else {
        limpid_image image;
        LIMPID_TRY(limpid_image_read(context, file, &image));
        status = show(v, file, -1, &image);
        limpid_release(context, image.pixels);
    }
    return status;
}

/* A picture that cannot be read does not keep the others from being looked at; the first failure is
 * the status of the whole. */
static limpid_status show_files(viewer *v)
{
    limpid_command *command = v->command;
    limpid_status status = LIMPID_OK;
    for (int i = 1; i < command->operand_count; i++) {
        limpid_status own = show_file(v, command->operands[i]);
        if (own != LIMPID_OK)
            limpid_command_complain(command);
        if (status == LIMPID_OK)
            status = own;
    }
    command->complained = status != LIMPID_OK;
    return status;
}

static limpid_status run(limpid_command *command)
{
    limpid_context *context = command->context;
    limpid_graph *graph = NULL;
    LIMPID_TRY(limpid_graph_load(&graph, context, command->operands[0]));
    viewer v = { command, command->settings, graph, limpid_classes(graph), NULL, NULL };
    v.probabilities = limpid_allocate(context, (size_t)v.classes, sizeof(*v.probabilities));
    v.order = limpid_allocate(context, (size_t)v.classes, sizeof(*v.order));
    limpid_status status = LIMPID_NO_MEMORY;
    if (v.probabilities && v.order)
        status = show_files(&v);
    limpid_release(context, v.probabilities);
    limpid_release(context, v.order);
    limpid_graph_free(graph);
    return status;
}

const limpid_verb limpid_verb_predict = {
    .name = "predict",
    .summary = "says what pictures show",
    .operands = "MODEL IMAGE...",
    .operands_least = 2,
    .operands_most = 1 << 30,
    .options = options,
    .initial = &initial,
    .settings_size = sizeof(settings),
    .details = "An IMAGE is a PNG, JPEG or IDX file (plain or gzip), light on dark or dark on "
               "light, of any "
               "size; it is brought to the form the network was trained on. On a terminal it is "
               "drawn as the "
               "network saw it.",
    .examples = examples,
    .run = run,
};
