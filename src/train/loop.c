// SPDX-License-Identifier: MIT
/* loop.c - training: batch, forward, loss, backward, update (section 3.3 of the note), and again.
 */
#include <math.h>
#include <string.h>
#include <time.h>
#include "train/train.h"

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* ---- before the first step ---- */

static limpid_status check_fit(limpid_run *run)
{
    const limpid_graph *graph = run->graph;
    const limpid_data *data = run->data;
    int input = limpid_graph_input(graph, 0), answer = limpid_graph_answer(graph);
    const limpid_shape wanted = { 4, { 1, data->channels, data->height, data->width } };
    if (!input || !limpid_shape_equal(&graph->values[input].shape, &wanted)) {
        limpid_shape_name found = limpid_shape_print(&graph->values[input].shape);
        return limpid_fail(run->context, LIMPID_BAD_SHAPE,
                           "%s: the network takes %s, the samples are %s; use another network or "
                           "other data",
                           graph->name, input ? found.text : "nothing",
                           limpid_shape_print(&wanted).text);
    }
    const limpid_shape *y = &graph->values[answer].shape;
    run->answer_size = limpid_shape_part(y, 1, y->rank);
    if (y->rank < 2 || run->answer_size != data->classes)
        return limpid_fail(run->context, LIMPID_BAD_SHAPE,
                           "%s: the network answers %s, the data has %d classes; its last layer "
                           "must have %d outputs",
                           graph->name, limpid_shape_print(y).text, data->classes, data->classes);
    return LIMPID_OK;
}

limpid_status limpid_run_start(limpid_run *run)
{
    limpid_context *context = run->context;
    LIMPID_TRY(check_fit(run));
    if (!limpid_graph_loss(run->graph))
        LIMPID_TRY(limpid_graph_add_loss(run->graph, run->recipe.loss));
    const limpid_plan_options options = { .batch = run->recipe.batch, .training = true };
    LIMPID_TRY(limpid_plan_new(&run->plan, context, run->graph, &options));
    const limpid_node_row *loss =
        &run->graph->nodes[run->graph->values[limpid_graph_loss(run->graph)].node];
    const limpid_slot *target = &run->plan->slots[loss->in[1]];
    run->x = run->plan->slots[limpid_graph_input(run->graph, 0)].value.f;
    if (target->value.type == LIMPID_INT32)
        run->target_labels = target->value.i;
    else
        run->target = target->value.f;
    run->order = limpid_allocate(context, (size_t)run->data->count, sizeof *run->order);
    run->labels = limpid_allocate(context, (size_t)run->recipe.batch, sizeof *run->labels);
    run->scratch = limpid_allocate(context, limpid_batch_scratch(run->data, context->threads), 1);
    if (!run->order || !run->labels || !run->scratch)
        return LIMPID_NO_MEMORY;
    run->batcher = (limpid_batcher){ .data = run->data,
                                     .augmenter = run->recipe.augmenter,
                                     .seed = run->recipe.seed };
    return limpid_recall_preprocess(run->graph, context, &run->batcher.preprocess);
}

void limpid_run_end(limpid_run *run)
{
    limpid_plan_free(run->plan);
    limpid_release(run->context, run->order);
    limpid_release(run->context, run->labels);
    limpid_release(run->context, run->scratch);
}

/* ---- one step ---- */

static void order_samples(limpid_run *run)
{
    uint64_t epoch = (uint64_t)(run->step / run->recipe.steps_in_epoch);
    run->batcher.epoch = run->plan->epoch = epoch;
    run->plan->seed = run->recipe.seed;
    limpid_shuffle(run->recipe.seed, epoch, 0, run->data->count, run->order);
}

static limpid_status next_batch(limpid_run *run, int64_t *n)
{
    int64_t first = run->step % run->recipe.steps_in_epoch * run->recipe.batch;
    int64_t count = limpid_min(run->recipe.batch, run->data->count - first);
    LIMPID_TRY(limpid_plan_set_batch(run->plan, count));
    limpid_batch_fill(&run->batcher, count, run->order + first, run->x, run->labels, run->scratch);
    run->plan->samples = run->order + first;
    if (run->target_labels)
        memcpy(run->target_labels, run->labels, (size_t)count * sizeof *run->labels);
    else
        for (int64_t i = 0; i < count * run->answer_size; i++) /* t is 1 for the right class */
            run->target[i] = run->labels[i / run->answer_size] == i % run->answer_size ? 1 : 0;
    *n = count;
    return LIMPID_OK;
}

static void count_right(limpid_run *run, int64_t n)
{
    const float *answer = run->plan->slots[limpid_graph_answer(run->graph)].value.f;
    for (int64_t i = 0; i < n; i++) {
        const float *row = answer + i * run->answer_size;
        int64_t best = 0;
        for (int64_t c = 1; c < run->answer_size; c++)
            if (row[c] > row[best])
                best = c;
        run->right += best == run->labels[i];
    }
    run->seen += n;
    run->images += n;
}

static limpid_status not_finite(limpid_run *run, double loss)
{
    const char *node = "loss";
    int64_t n;
    LIMPID_TRY(next_batch(run, &n)); /* other values may have taken the inputs' memory */
    limpid_plan_find_not_finite(run->plan, &node);
    return limpid_fail(
        run->context, LIMPID_NOT_FINITE,
        "step %lld: the loss is %s; the first operator whose result is not finite is "
        "'%s'. Try a smaller learning rate than %g%s%s",
        (long long)run->step + 1, isnan(loss) ? "no number (NaN)" : "infinite", node,
        run->recipe.rate, run->out ? "; the last checkpoint is untouched in " : "",
        run->out ? run->out : "");
}

/* The loss judges the parameters a step began with; those it leaves behind are looked at before
 * they are kept. */
static limpid_status check_parameters(const limpid_run *run)
{
    limpid_parameter p;
    for (int i = 0; limpid_graph_parameter(run->graph, i, &p); i++)
        for (int64_t k = 0; k < limpid_count(&p.shape); k++)
            if (!isfinite(p.data[k]))
                return limpid_fail(
                    run->context, LIMPID_NOT_FINITE,
                    "step %lld: its update made '%s' %s. Try a smaller learning rate than %g%s%s",
                    (long long)run->step, p.name, isnan(p.data[k]) ? "no number (NaN)" : "infinite",
                    run->recipe.rate, run->out ? "; the last checkpoint is untouched in " : "",
                    run->out ? run->out : "");
    return LIMPID_OK;
}

static limpid_status save(const limpid_run *run)
{
    LIMPID_TRY(check_parameters(run));
    return run->out ? limpid_checkpoint_save(run) : LIMPID_OK;
}

static double rate_now(const limpid_run *run)
{
    return run->recipe.rate *
           run->recipe.schedule->factor((double)run->step / (double)run->recipe.steps);
}

static limpid_status train_step(limpid_run *run)
{
    int64_t n;
    LIMPID_TRY(next_batch(run, &n));
    limpid_plan_forward(run->plan);
    double loss = limpid_plan_loss(run->plan);
    if (!isfinite(loss))
        return not_finite(run, loss);
    run->loss_sum += loss * (double)n;
    count_right(run, n);
    limpid_plan_backward(run->plan);
    limpid_plan_update(run->plan, rate_now(run), run->recipe.momentum, run->recipe.decay);
    run->step++;
    return LIMPID_OK;
}

/* ---- the loop ---- */

static bool report(const limpid_run *run, bool epoch_ended, bool saved)
{
    const limpid_recipe *r = &run->recipe;
    int64_t last = run->step - 1;
    limpid_progress progress = { .epoch = last / r->steps_in_epoch,
                                 .epochs = limpid_ceil_divide(r->steps, r->steps_in_epoch),
                                 .step = run->step,
                                 .steps = r->steps,
                                 .step_in_epoch = last % r->steps_in_epoch + 1,
                                 .steps_in_epoch = r->steps_in_epoch,
                                 .images = run->images,
                                 .loss = run->loss_sum / (double)run->seen,
                                 .accuracy = (double)run->right / (double)run->seen,
                                 .rate =
                                     r->rate * r->schedule->factor((double)last / (double)r->steps),
                                 .seconds = now() - run->started,
                                 .epoch_ended = epoch_ended,
                                 .saved = saved };
    return !run->progress || run->progress(run->user, &progress);
}

static bool checkpoint_due(const limpid_run *run, bool epoch_ended)
{
    int64_t every = run->recipe.checkpoint_every;
    return run->out && (every ? run->step % every == 0 : epoch_ended);
}

limpid_status limpid_run_go(limpid_run *run)
{
    run->started = now();
    order_samples(run); /* a resumed run may begin within an epoch */
    while (run->step < run->recipe.steps) {
        if (run->step % run->recipe.steps_in_epoch == 0) {
            order_samples(run);
            run->seen = run->right = 0;
            run->loss_sum = 0;
        }
        LIMPID_TRY(train_step(run));
        bool last = run->step == run->recipe.steps;
        bool epoch_ended = run->step % run->recipe.steps_in_epoch == 0 || last;
        bool due = checkpoint_due(run, epoch_ended) || last;
        if (due)
            LIMPID_TRY(save(run));
        if (report(run, epoch_ended, due && run->out) || last)
            continue;
        if (!due)
            LIMPID_TRY(save(run));
        return limpid_fail(run->context, LIMPID_INTERRUPTED, "stopped after step %lld of %lld%s%s",
                           (long long)run->step, (long long)run->recipe.steps,
                           run->out ? "; saved in " : "", run->out ? run->out : "");
    }
    return LIMPID_OK;
}

static limpid_status train(limpid_run *run, const limpid_train_options *options)
{
    limpid_context *context = run->context;
    LIMPID_TRY(limpid_recipe_choose(&run->recipe, context, run->graph, run->data, options));
    LIMPID_TRY(limpid_remember_data(run->graph, run->data));
    LIMPID_TRY(limpid_run_start(run));
    if (run->out) {
        /* The first checkpoint is written before the first step: a folder that cannot be written
         * fails now, and a run that fails later leaves something behind. */
        LIMPID_TRY(limpid_folder_make(context, run->out));
        LIMPID_TRY(limpid_checkpoint_save(run));
    }
    return limpid_run_go(run);
}

limpid_status limpid_train(limpid_graph *graph, limpid_context *context, limpid_data *data,
                           const limpid_train_options *options)
{
    const limpid_train_options none = limpid_train_defaults();
    const limpid_train_options *o = options ? options : &none;
    limpid_run run = { .context = context,
                       .graph = graph,
                       .data = data,
                       .out = o->out,
                       .data_spec = o->data_spec,
                       .progress = o->progress,
                       .user = o->user };
    limpid_status status = train(&run, o);
    limpid_run_end(&run);
    return status;
}

limpid_status limpid_resume(limpid_graph **graph, limpid_context *context, const char *folder,
                            limpid_progress_function *progress, void *user)
{
    limpid_run run = { .context = context, .out = folder, .progress = progress, .user = user };
    limpid_safetensors state = { 0 };
    limpid_status status = limpid_checkpoint_load(&run, &state, folder);
    if (status == LIMPID_OK)
        status = limpid_run_start(&run);
    if (status == LIMPID_OK)
        status = limpid_checkpoint_restore(&run, &state);
    if (status == LIMPID_OK)
        status = limpid_run_go(&run);
    limpid_run_end(&run);
    limpid_data_close(run.data);
    limpid_safetensors_release(context, &state);
    if (status == LIMPID_OK)
        *graph = run.graph;
    else
        limpid_graph_free(run.graph);
    return status;
}
