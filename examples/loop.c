// SPDX-License-Identifier: MIT
/* Points in a square: inside a circle, or outside? A network put together piece by piece, with a
 * branch in it, and a training loop of one's own. */
#include <limpid.h>
#include <stdio.h>
#include <stdlib.h>

enum { BATCH = 64, STEPS = 600 };

static limpid_graph *build(limpid_context *context)
{
    limpid_graph *graph = NULL;
    if (limpid_graph_new(&graph, context, "circle") != LIMPID_OK)
        return NULL;
    int point = limpid_add(graph, "point", "input", "shape=2", 0, NULL);
    int wide = limpid_add(graph, "wide", "dense", "out=32", 1, &point);
    int bent = limpid_add(graph, NULL, "relu", NULL, 1, &wide);
    int deep = limpid_add(graph, NULL, "dense", "out=32", 1, &bent);
    int both = limpid_add(graph, "both", "add", NULL, 2, (int[]){ deep, bent });
    int last = limpid_add(graph, NULL, "relu", NULL, 1, &both);
    int score = limpid_add(graph, "score", "dense", "out=2", 1, &last);
    int side = limpid_add(graph, "side", "input", "type=label", 0, NULL);
    limpid_add(graph, "loss", "cross-entropy", NULL, 2, (int[]){ score, side });
    limpid_graph_initialize(graph, 1);
    return graph; /* what failed on the way, limpid_plan_new will tell */
}

static void draw(float *points, int32_t *sides)
{
    for (int i = 0; i < BATCH; i++) {
        float x = (float)rand() / (float)RAND_MAX * 2 - 1;
        float y = (float)rand() / (float)RAND_MAX * 2 - 1;
        points[2 * i] = x;
        points[2 * i + 1] = y;
        sides[i] = x * x + y * y < 0.6f;
    }
}

static int right(const float *scores, const int32_t *sides)
{
    int count = 0;
    for (int i = 0; i < BATCH; i++)
        count += (scores[2 * i + 1] > scores[2 * i]) == sides[i];
    return count;
}

static void train(limpid_plan *plan)
{
    float *points = limpid_plan_floats(plan, "point", NULL);
    int32_t *sides = limpid_plan_labels(plan, "side");
    const float *scores = limpid_plan_floats(plan, "score", NULL);
    for (int step = 1; step <= STEPS; step++) {
        draw(points, sides);
        limpid_plan_forward(plan);
        if (step % 100 == 0)
            printf("step %d: loss %.3f, %d of %d right\n", step, limpid_plan_loss(plan),
                   right(scores, sides), BATCH);
        limpid_plan_backward(plan);
        limpid_plan_update(plan, 0.05, 0.9, 1e-4);
    }
}

int main(void)
{
    limpid_context *context = NULL;
    limpid_graph *graph = NULL;
    limpid_plan *plan = NULL;
    const limpid_plan_options options = { .batch = BATCH, .training = true };
    limpid_status status = limpid_context_new(&context, NULL);
    if (status == LIMPID_OK && !(graph = build(context)))
        status = LIMPID_NO_MEMORY;
    if (status == LIMPID_OK)
        status = limpid_plan_new(&plan, context, graph, &options);
    if (status == LIMPID_OK)
        train(plan);
    else
        fprintf(stderr, "%s\n", limpid_message(context));
    limpid_plan_free(plan);
    limpid_graph_free(graph);
    limpid_context_free(context);
    return limpid_exit_status(status);
}
