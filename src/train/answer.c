// SPDX-License-Identifier: MIT
/* answer.c - prediction (section 3.2 of the note): one picture, or a whole data set with its score.
 */
#include <math.h>
#include <string.h>
#include "train/train.h"

int limpid_answer_probabilities(const limpid_graph *graph, const float *row, int classes,
                                float *probabilities)
{
    int node = graph->values[limpid_graph_answer(graph)].node, best = 0;
    if (node >= 0 && graph->nodes[node].op->probabilities)
        memcpy(probabilities, row, (size_t)classes * sizeof *row);
    else
        limpid_softmax_row(row, classes, 1, probabilities);
    for (int c = 1; c < classes; c++)
        if (probabilities[c] > probabilities[best])
            best = c;
    return best;
}

/* ---- scores ---- */

typedef struct {
    const limpid_graph *graph;
    limpid_context *context;
    limpid_data *data;
    limpid_plan *plan;
    limpid_batcher batcher;
    int64_t *order;
    int32_t *labels;
    float *probabilities;
    void *scratch;
    int64_t batch, right;
    double loss;
} scoring;

static limpid_status check(const scoring *s)
{
    int input = limpid_graph_input(s->graph, 0);
    const limpid_data *data = s->data;
    const limpid_shape wanted = { 4, { 1, data->channels, data->height, data->width } };
    if (!input || !limpid_shape_equal(&s->graph->values[input].shape, &wanted))
        return limpid_fail(s->context, LIMPID_BAD_SHAPE,
                           "%s: the network takes %s, the samples are %s", s->graph->name,
                           limpid_shape_print(&s->graph->values[input].shape).text,
                           limpid_shape_print(&wanted).text);
    if (limpid_classes(s->graph) != data->classes)
        return limpid_fail(s->context, LIMPID_BAD_SHAPE,
                           "%s: the network has %d answers, the data %d classes", s->graph->name,
                           limpid_classes(s->graph), data->classes);
    return LIMPID_OK;
}

static limpid_status prepare(scoring *s)
{
    LIMPID_TRY(check(s));
    const limpid_plan_options options = { .batch = s->batch };
    LIMPID_TRY(limpid_plan_new(&s->plan, s->context, s->graph, &options));
    s->batcher.data = s->data;
    LIMPID_TRY(limpid_recall_preprocess(s->graph, s->context, &s->batcher.preprocess));
    s->order = limpid_allocate(s->context, (size_t)s->batch, sizeof *s->order);
    s->labels = limpid_allocate(s->context, (size_t)s->batch, sizeof *s->labels);
    s->probabilities =
        limpid_allocate(s->context, (size_t)s->data->classes, sizeof *s->probabilities);
    s->scratch = limpid_allocate(s->context, limpid_batch_scratch(s->data, s->context->threads), 1);
    return s->order && s->labels && s->probabilities && s->scratch ? LIMPID_OK : LIMPID_NO_MEMORY;
}

static limpid_status score_batch(scoring *s, int64_t first, int64_t n)
{
    LIMPID_TRY(limpid_plan_set_batch(s->plan, n));
    for (int64_t i = 0; i < n; i++)
        s->order[i] = first + i;
    float *x = s->plan->slots[limpid_graph_input(s->graph, 0)].value.f;
    limpid_batch_fill(&s->batcher, n, s->order, x, s->labels, s->scratch);
    limpid_plan_forward(s->plan);
    const float *answer = s->plan->slots[limpid_graph_answer(s->graph)].value.f;
    for (int64_t i = 0; i < n; i++) {
        const float *row = answer + i * s->data->classes;
        int best = limpid_answer_probabilities(s->graph, row, s->data->classes, s->probabilities);
        /* A probability below the smallest float is 0: its logarithm is taken of that float. */
        double p = fmax((double)s->probabilities[s->labels[i]], 0x1p-149);
        if (isnan(s->probabilities[s->labels[i]]))
            p = (double)NAN;
        s->right += best == s->labels[i];
        s->loss -= limpid_log(p);
    }
    return LIMPID_OK;
}

limpid_status limpid_evaluate(const limpid_graph *graph, limpid_context *context, limpid_data *data,
                              int64_t batch, limpid_score *score)
{
    scoring s = { .graph = graph, .context = context, .data = data };
    s.batch = limpid_min(batch > 0 ? batch : 100, data->count);
    limpid_status status = prepare(&s);
    for (int64_t i = 0; status == LIMPID_OK && i < data->count; i += s.batch)
        status = score_batch(&s, i, limpid_min(s.batch, data->count - i));
    limpid_plan_free(s.plan);
    limpid_release(context, s.order);
    limpid_release(context, s.labels);
    limpid_release(context, s.probabilities);
    limpid_release(context, s.scratch);
    if (status == LIMPID_OK)
        *score = (limpid_score){ data->count, (double)s.right / (double)data->count,
                                 s.loss / (double)data->count };
    return status;
}

/* ---- one picture ---- */

/* To the network's channels and size, as it was trained: fresh pixels in *out. */
static limpid_status fit_picture(const limpid_graph *graph, limpid_context *context,
                                 const limpid_image *image, limpid_image *out)
{
    int input = limpid_graph_input(graph, 0);
    const limpid_shape *shape = &graph->values[input].shape;
    if (!input || shape->rank != 4 || (shape->dim[1] != 1 && shape->dim[1] != 3))
        return limpid_fail(context, LIMPID_BAD_SHAPE,
                           "%s: the network takes %s; pictures need 1 or 3 channels of rows and "
                           "columns",
                           graph->name, limpid_shape_print(shape).text);
    limpid_image converted = { 0 };
    LIMPID_TRY(limpid_image_convert(context, image, shape->dim[1], &converted));
    bool centred =
        limpid_recall_centred(graph) && shape->dim[1] == 1 && shape->dim[2] == shape->dim[3];
    limpid_status status =
        centred ? limpid_image_center(context, &converted, shape->dim[2], out)
                : limpid_image_resize(context, &converted, shape->dim[2], shape->dim[3], out);
    limpid_release(context, converted.pixels);
    return status;
}

static limpid_status run_picture(const limpid_graph *graph, limpid_context *context,
                                 const limpid_image *seen, int classes, float *probabilities)
{
    limpid_plan *plan;
    limpid_preprocess preprocess;
    LIMPID_TRY(limpid_recall_preprocess(graph, context, &preprocess));
    LIMPID_TRY(limpid_plan_new(&plan, context, graph, NULL));
    float *x = plan->slots[limpid_graph_input(graph, 0)].value.f;
    int64_t plane = seen->height * seen->width;
    for (int64_t i = 0; i < seen->channels * plane; i++)
        x[i] = ((float)seen->pixels[i] / 255.0f - preprocess.mean[i / plane]) /
               preprocess.deviation[i / plane];
    limpid_plan_forward(plan);
    limpid_answer_probabilities(graph, plan->slots[limpid_graph_answer(graph)].value.f, classes,
                                probabilities);
    limpid_plan_free(plan);
    return LIMPID_OK;
}

limpid_status limpid_predict_image(const limpid_graph *graph, limpid_context *context,
                                   const limpid_image *image, limpid_image *seen, int classes,
                                   float *probabilities)
{
    limpid_image fitted = { 0 };
    if (classes != limpid_classes(graph))
        return limpid_fail(context, LIMPID_USAGE, "room for %d classes; the network has %d",
                           classes, limpid_classes(graph));
    LIMPID_TRY(fit_picture(graph, context, image, &fitted));
    limpid_status status = run_picture(graph, context, &fitted, classes, probabilities);
    if (status == LIMPID_OK && seen)
        *seen = fitted;
    else
        limpid_release(context, fitted.pixels);
    return status;
}

limpid_status limpid_predict(const limpid_graph *graph, limpid_context *context,
                             const char *image_path, int classes, float *probabilities)
{
    limpid_image image = { 0 };
    LIMPID_TRY(limpid_image_read(context, image_path, &image));
    limpid_status status =
        limpid_predict_image(graph, context, &image, NULL, classes, probabilities);
    limpid_release(context, image.pixels);
    return status;
}
