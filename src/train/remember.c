// SPDX-License-Identifier: MIT
/* remember.c - what travels with a model so that predict needs no flags: class names, the mean and
 * deviation of the pixels, and how a picture is brought to the network's input. Notes of the graph,
 * metadata in ONNX. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "train/train.h"

enum { SAMPLES_MEASURED = 10000 };

/* Sums of bytes and of their squares are whole numbers, so that order and threads cannot change
 * them. */
static limpid_status measure(limpid_data *data, limpid_preprocess *preprocess)
{
    size_t plane = (size_t)(data->height * data->width);
    uint8_t *pixels =
        limpid_allocate(data->context, plane * (size_t)data->channels, sizeof *pixels);
    int64_t sum[4] = { 0 }, squares[4] = { 0 }, count = limpid_min(data->count, SAMPLES_MEASURED);
    int32_t label;
    if (!pixels)
        return LIMPID_NO_MEMORY;
    for (int64_t i = 0; i < count; i++) {
        data->reader->sample(data, i * data->count / count, pixels, &label);
        for (int64_t c = 0; c < data->channels; c++)
            for (size_t p = 0; p < plane; p++) {
                int64_t value = pixels[(size_t)c * plane + p];
                sum[c] += value;
                squares[c] += value * value;
            }
    }
    limpid_release(data->context, pixels);
    for (int64_t c = 0; c < data->channels; c++) {
        double all = (double)count * (double)plane, mean = (double)sum[c] / all;
        double variance = (double)squares[c] / all - mean * mean;
        preprocess->mean[c] = (float)(mean / 255);
        preprocess->deviation[c] = variance > 1 ? (float)(sqrt(variance) / 255) : 1;
    }
    return LIMPID_OK;
}

static limpid_status note_floats(limpid_graph *graph, const char *key, const float *values,
                                 int64_t count)
{
    limpid_text text = { .context = graph->context };
    for (int64_t i = 0; i < count; i++)
        limpid_text_add(&text, "%s%.9g", i ? " " : "", (double)values[i]);
    limpid_status status = text.status;
    if (status == LIMPID_OK)
        status = limpid_graph_set_note(graph, key, text.data);
    limpid_release(graph->context, text.data);
    return status;
}

limpid_status limpid_remember_data(limpid_graph *graph, limpid_data *data)
{
    limpid_preprocess preprocess = { 0 };
    if (data->channels > 4)
        return limpid_fail(data->context, LIMPID_UNSUPPORTED,
                           "samples have %lld channels; at most 4 are supported",
                           (long long)data->channels);
    LIMPID_TRY(measure(data, &preprocess));
    LIMPID_TRY(note_floats(graph, "limpid.mean", preprocess.mean, data->channels));
    LIMPID_TRY(note_floats(graph, "limpid.deviation", preprocess.deviation, data->channels));
    LIMPID_TRY(limpid_graph_set_note(graph, "limpid.picture",
                                     data->reader->centred ? "centred" : "resized"));
    limpid_text names = { .context = graph->context };
    for (int i = 0; i < data->classes; i++)
        limpid_text_add(&names, "%s%s", i ? "\n" : "", data->class_names[i]);
    limpid_status status = names.status;
    if (status == LIMPID_OK)
        status = limpid_graph_set_note(graph, "limpid.classes", names.data ? names.data : "");
    limpid_release(graph->context, names.data);
    return status;
}

/* Up to four numbers apart by spaces; how many, or -1. */
static int recall_floats(const char *text, float *values)
{
    int count = 0;
    for (const char *next = text; *(next += strspn(next, " "));) {
        char word[40];
        double number;
        size_t length = strcspn(next, " ");
        if (count == 4 || length >= sizeof word)
            return -1;
        memcpy(word, next, length);
        word[length] = '\0';
        if (!limpid_parse_float(word, &number))
            return -1;
        values[count++] = (float)number;
        next += length;
    }
    return count;
}

limpid_status limpid_recall_preprocess(const limpid_graph *graph, limpid_context *context,
                                       limpid_preprocess *preprocess)
{
    static const limpid_preprocess none = { { 0 }, { 1, 1, 1, 1 } };
    const char *mean = limpid_graph_note(graph, "limpid.mean");
    const char *deviation = limpid_graph_note(graph, "limpid.deviation");
    int input = limpid_graph_input(graph, 0);
    *preprocess = none;
    if (!mean && !deviation)
        return LIMPID_OK;
    int64_t channels =
        input && graph->values[input].shape.rank == 4 ? graph->values[input].shape.dim[1] : 0;
    bool good = mean && deviation && recall_floats(mean, preprocess->mean) == channels &&
                recall_floats(deviation, preprocess->deviation) == channels;
    for (int64_t c = 0; good && c < channels; c++)
        good = isfinite(preprocess->mean[c]) && isfinite(preprocess->deviation[c]) &&
               preprocess->deviation[c] > 0;
    if (good)
        return LIMPID_OK;
    return limpid_fail(
        context, LIMPID_BAD_FILE,
        "%s: limpid.mean '%s' and limpid.deviation '%s' should hold a number for each "
        "of the input's %lld channels",
        graph->name, mean ? mean : "", deviation ? deviation : "", (long long)channels);
}

bool limpid_recall_centred(const limpid_graph *graph)
{
    const char *picture = limpid_graph_note(graph, "limpid.picture");
    return picture && strcmp(picture, "centred") == 0;
}

int limpid_classes(const limpid_graph *graph)
{
    const limpid_shape *shape = &graph->values[limpid_graph_answer(graph)].shape;
    int64_t count = shape->rank >= 2 ? limpid_shape_part(shape, 1, shape->rank) : 0;
    return count <= INT32_MAX ? (int)count : 0;
}

limpid_name limpid_class_name(const limpid_graph *graph, int index)
{
    limpid_name name;
    const char *names = limpid_graph_note(graph, "limpid.classes");
    int at = 0;
    for (; names && *names && at < index; at++) {
        names += strcspn(names, "\n");
        names += *names == '\n';
    }
    if (index >= 0 && names && *names && *names != '\n')
        snprintf(name.text, sizeof name.text, "%.*s", (int)strcspn(names, "\n"), names);
    else
        snprintf(name.text, sizeof name.text, "%d", index);
    return name;
}
