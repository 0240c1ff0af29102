// SPDX-License-Identifier: MIT
/* bench.c - limpid bench: how fast it is on this machine.
 *
 * bench train: a step goes from dense pictures in the caller's memory to updated parameters and the
 * value of the loss: copy in, forward, cross-entropy, backward, SGD with momentum. Pictures are
 * N(0, 1), labels random, the same at every step. Multiply-adds are counted as if every product of
 * a direct computation were made: forward once, backward once more for the parameters and once for
 * the input of each layer that has something trained before it. Between steps the processor's peak
 * is measured in the same minute and under the same load: independent fused multiply-adds in
 * registers, on as many threads. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "cli.h"

typedef struct {
    int64_t batch;
    double seconds;
} settings;

static const settings initial = { .seconds = 4 };

static const limpid_option options[] = {
    { "batch", "N", LIMPID_OPTION_COUNT, offsetof(settings, batch), 1, 1 << 20,
      "pictures in a step, by default as the network's recipe has it" },
    { "seconds", "S", LIMPID_OPTION_NUMBER, offsetof(settings, seconds), 0, 86400,
      "how long to measure, by default 4; at least 3 steps are taken" },
    { 0 },
};

static const char *const examples[] = {
    "limpid bench train lenet --batch 100 --threads 2",
    "the median time of a training step, and which part of the processor's peak it reaches",
    NULL,
};

enum { WARM_UP = 2, LEAST_STEPS = 3, MOST_STEPS = 100000 };
static const double burst_seconds = 2e-3, rate = 1e-3, momentum = 0.9;

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static int ascending(const void *a, const void *b)
{
    double left, right;
    memcpy(&left, a, sizeof(left));
    memcpy(&right, b, sizeof(right));
    return (left > right) - (left < right);
}

static double median(double *values, size_t count)
{
    qsort(values, count, sizeof(*values), ascending);
    return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

/* ---- the processor's peak ---- */

typedef struct {
    const limpid_context *context;
    const limpid_kernels *kernels;
    int64_t rounds;
    int64_t *done; /* a number for each thread */
} burst;

static void burst_task(void *argument, int64_t index, int worker)
{
    const burst *b = argument;
    (void)worker;
    b->done[index] = b->kernels->peak(b->rounds);
}

/* Multiply-adds a second, all threads together. */
static double burst_rate(const burst *b, double *seconds)
{
    double start = now(), done = 0;
    limpid_parallel(b->context, b->context->threads, burst_task, (void *)(uintptr_t)b);
    *seconds = now() - start;
    for (int i = 0; i < b->context->threads; i++)
        done += (double)b->done[i];
    return *seconds > 0 ? done / *seconds : 0;
}

static void burst_calibrate(burst *b)
{
    double seconds = 0;
    for (b->rounds = 1024; b->rounds < INT64_MAX / 4; b->rounds *= 2) {
        burst_rate(b, &seconds);
        if (seconds >= burst_seconds)
            return;
    }
}

/* ---- the step ---- */

typedef struct {
    limpid_context *context;
    limpid_plan *plan;
    const char *input, *target;
    size_t input_bytes, target_bytes;
    float *x; /* the caller's memory */
    int32_t *labels;
    double loss;
} trainer;

static void step(trainer *t)
{
    limpid_shape shape;
    memcpy(limpid_plan_floats(t->plan, t->input, &shape), t->x, t->input_bytes);
    memcpy(limpid_plan_labels(t->plan, t->target), t->labels, t->target_bytes);
    limpid_plan_forward(t->plan);
    limpid_plan_backward(t->plan);
    limpid_plan_update(t->plan, rate, momentum, 0);
    t->loss = limpid_plan_loss(t->plan);
}

typedef struct {
    double *steps, *peaks; /* seconds; multiply-adds a second */
    size_t count, capacity, peaks_capacity;
} samples;

static limpid_status measure(trainer *t, burst *b, double seconds, samples *taken)
{
    for (int i = 0; i < WARM_UP; i++)
        step(t);
    burst_calibrate(b);
    double end = now() + seconds;
    for (; taken->count < LEAST_STEPS || now() < end; taken->count++) {
        if (taken->count == MOST_STEPS)
            break;
        LIMPID_TRY(limpid_grow(t->context, (void **)&taken->steps, &taken->capacity,
                               taken->count + 1, sizeof(*taken->steps)));
        LIMPID_TRY(limpid_grow(t->context, (void **)&taken->peaks, &taken->peaks_capacity,
                               taken->count + 1, sizeof(*taken->peaks)));
        double start = now(), unused;
        step(t);
        taken->steps[taken->count] = now() - start;
        taken->peaks[taken->count] = burst_rate(b, &unused);
    }
    return LIMPID_OK;
}

/* ---- preparing ---- */

static limpid_status elements(const trainer *t, const limpid_graph *graph, int value, int64_t batch,
                              int64_t *count)
{
    limpid_shape shape = graph->values[value].shape;
    if (shape.rank > 0)
        shape.dim[0] = batch;
    if (!limpid_shape_count(&shape, count))
        return limpid_fail(t->context, LIMPID_BAD_SHAPE,
                           "a batch of %lld of input %s (%s) is too large", (long long)batch,
                           graph->values[value].name, limpid_shape_print(&shape).text);
    return LIMPID_OK;
}

static limpid_status draw_inputs(trainer *t, const limpid_graph *graph, int64_t batch,
                                 uint64_t seed)
{
    int64_t pixels, labels;
    int input = limpid_graph_input(graph, 0), target = limpid_graph_input(graph, 1);
    LIMPID_TRY(elements(t, graph, input, batch, &pixels));
    LIMPID_TRY(elements(t, graph, target, batch, &labels));
    t->input = graph->values[input].name;
    t->target = graph->values[target].name;
    t->input_bytes = (size_t)pixels * sizeof(*t->x);
    t->target_bytes = (size_t)labels * sizeof(*t->labels);
    t->x = limpid_allocate(t->context, (size_t)pixels, sizeof(*t->x));
    t->labels = limpid_allocate(t->context, (size_t)labels, sizeof(*t->labels));
    if (!t->x || !t->labels)
        return LIMPID_NO_MEMORY;
    limpid_random random = limpid_random_stream(seed, LIMPID_RANDOM_BENCH, 0, 0);
    for (int64_t i = 0; i < pixels; i++)
        t->x[i] = (float)limpid_random_normal(&random);
    uint64_t classes = (uint64_t)limpid_max(limpid_classes(graph), 1);
    for (int64_t i = 0; i < labels; i++)
        t->labels[i] = (int32_t)limpid_random_below(&random, classes);
    return LIMPID_OK;
}

static limpid_status count_products(limpid_context *context, const limpid_graph *graph,
                                    double *products)
{
    limpid_layer *layers;
    LIMPID_TRY(limpid_layers_list(context, graph, &layers));
    *products = 0;
    for (size_t i = 0; i < graph->node_count; i++)
        *products += (double)layers[i].training_multiply_adds;
    limpid_release(context, layers);
    return LIMPID_OK;
}

/* ---- the report ---- */

static limpid_status report(const limpid_command *command, const char *net, int64_t batch,
                            double products, samples *taken)
{
    double seconds = median(taken->steps, taken->count);
    double gflops = 2e-9 * products * (double)batch / seconds;
    double peak = 2e-9 * median(taken->peaks, taken->count);
    limpid_text text = { .context = command->context };
    if (command->json) {
        limpid_text_add(&text, "{\"net\":");
        limpid_text_add_json(&text, net);
        limpid_text_add(&text,
                        ",\"median_ms\":%.6g,\"gflops\":%.6g,\"peak_gflops\":%.6g,"
                        "\"batch\":%lld,\"threads\":%d,\"steps\":%zu,\"isa\":\"%s\"}\n",
                        1e3 * seconds, gflops, peak, (long long)batch,
                        limpid_threads(command->context), taken->count,
                        limpid_isa(command->context));
        return limpid_text_print(&text);
    }
    limpid_text_add(&text, "a step of %lld images of %s: %.3f ms (median of %zu)\n",
                    (long long)batch, net, 1e3 * seconds, taken->count);
    limpid_text_add(&text, "images a second: %.0f\n", (double)batch / seconds);
    limpid_text_add(&text, "arithmetic: %.1f of %.1f GFLOP/s (%.0f %%) on %d threads with %s\n",
                    gflops, peak, peak > 0 ? 100 * gflops / peak : 0,
                    limpid_threads(command->context), limpid_isa(command->context));
    return limpid_text_print(&text);
}

/* ---- bench train ---- */

static limpid_status prepare(limpid_command *command, limpid_graph *graph, int64_t batch,
                             trainer *t)
{
    if (!limpid_graph_loss(graph))
        LIMPID_TRY(limpid_graph_add_loss(graph, "cross-entropy"));
    LIMPID_TRY(draw_inputs(t, graph, batch, (uint64_t)command->seed));
    limpid_plan_options planned = { .batch = batch, .training = true };
    return limpid_plan_new(&t->plan, t->context, graph, &planned);
}

static limpid_status run_trainer(limpid_command *command, limpid_graph *graph, int64_t batch,
                                 trainer *t, samples *taken)
{
    const settings *s = command->settings;
    double products;
    LIMPID_TRY(prepare(command, graph, batch, t));
    LIMPID_TRY(count_products(t->context, graph, &products));
    burst b = { .context = t->context, .kernels = limpid_kernels_for(t->context->isa) };
    b.done = limpid_allocate(t->context, (size_t)t->context->threads, sizeof(*b.done));
    if (!b.done)
        return LIMPID_NO_MEMORY;
    limpid_status status = measure(t, &b, s->seconds, taken);
    limpid_release(t->context, b.done);
    LIMPID_TRY(status);
    return report(command, command->operands[1], batch, products, taken);
}

static limpid_status bench_train(limpid_command *command)
{
    const settings *s = command->settings;
    limpid_context *context = command->context;
    limpid_graph *graph = NULL;
    LIMPID_TRY(limpid_network_open(&graph, context, command->operands[1]));
    const limpid_network *network = limpid_network_find(command->operands[1]);
    int64_t batch = s->batch ? s->batch : network ? network->batch : 64;
    trainer t = { .context = context };
    samples taken = { 0 };
    limpid_status status = run_trainer(command, graph, batch, &t, &taken);
    limpid_release(context, taken.steps);
    limpid_release(context, taken.peaks);
    limpid_release(context, t.x);
    limpid_release(context, t.labels);
    limpid_plan_free(t.plan);
    limpid_graph_free(graph);
    return status;
}

/* ---- the verb ---- */

static const struct {
    const char *name;
    limpid_status (*run)(limpid_command *command);
} subjects[] = {
    { "train", bench_train },
};

static limpid_status run(limpid_command *command)
{
    size_t count = sizeof(subjects) / sizeof(*subjects);
    limpid_text list = { .context = command->context };
    for (size_t i = 0; i < count; i++) {
        if (strcmp(command->operands[0], subjects[i].name) == 0) {
            limpid_release(command->context, list.data);
            return subjects[i].run(command);
        }
        limpid_text_add(&list, "%s%s", i > 0 ? ", " : "", subjects[i].name);
    }
    limpid_status status = list.status;
    if (status == LIMPID_OK)
        status = limpid_fail(command->context, LIMPID_USAGE,
                             "there is no measurement \"%s\"; there is %s", command->operands[0],
                             list.data);
    limpid_release(command->context, list.data);
    return status;
}

const limpid_verb limpid_verb_bench = {
    .name = "bench",
    .summary = "measures how fast training is here",
    .operands = "train NETWORK",
    .operands_least = 2,
    .operands_most = 2,
    .options = options,
    .initial = &initial,
    .settings_size = sizeof(settings),
    .details =
        "A step goes from pictures in memory to updated parameters and the value of the loss. The "
        "arithmetic is counted as a direct computation would do it.",
    .examples = examples,
    .run = run,
};
