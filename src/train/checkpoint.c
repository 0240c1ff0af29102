// SPDX-License-Identifier: MIT
/* checkpoint.c - a run on disk.
 *
 * DIR/state.safetensors holds all a run is: every parameter, its momentum ("momentum." and the
 * parameter's name), the step, and what limpid_recipe says. DIR/model.onnx is the model for
 * everyone else; resuming takes from it only which operators there are. So it does not matter in
 * which of the two writes a run was killed: the state alone decides, and both are replaced whole.
 */
#include <float.h>
#include <string.h>
#include "train/train.h"

static const char prefix[] = "momentum.";

/* ---- saving ---- */

typedef struct {
    limpid_context *context;
    limpid_safetensors content;
    size_t pairs_capacity, tensors_capacity;
    limpid_status status;
} saving;

static void add_pair(saving *s, const char *key, const char *value)
{
    void *pairs = s->content.pairs;
    size_t count = s->content.pair_count;
    if (s->status != LIMPID_OK)
        return;
    s->status =
        limpid_grow(s->context, &pairs, &s->pairs_capacity, count + 1, sizeof *s->content.pairs);
    s->content.pairs = pairs;
    if (s->status != LIMPID_OK)
        return;
    limpid_pair *pair = &s->content.pairs[s->content.pair_count++];
    pair->key = limpid_copy_text(s->context, key);
    pair->value = limpid_copy_text(s->context, value);
    if (!pair->key || !pair->value)
        s->status = LIMPID_NO_MEMORY;
}

static void add_number(saving *s, const char *key, int64_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)value);
    add_pair(s, key, text);
}

/* The bits, as a whole number: no locale and no rounding can come between. */
static void add_double(saving *s, const char *key, double value)
{
    int64_t bits;
    memcpy(&bits, &value, sizeof bits);
    add_number(s, key, bits);
}

static void add_tensor(saving *s, const char *first, const char *name, const limpid_shape *shape,
                       float *data)
{
    void *tensors = s->content.tensors;
    size_t count = s->content.tensor_count;
    limpid_text full = { .context = s->context };
    if (s->status != LIMPID_OK)
        return;
    s->status = limpid_grow(s->context, &tensors, &s->tensors_capacity, count + 1,
                            sizeof *s->content.tensors);
    s->content.tensors = tensors;
    if (s->status != LIMPID_OK)
        return;
    limpid_text_add(&full, "%s%s", first, name);
    s->status = full.status;
    s->content.tensors[s->content.tensor_count++] =
        (limpid_named_tensor){ full.data, *shape, data };
}

static void release_saving(saving *s)
{
    for (size_t i = 0; i < s->content.pair_count; i++) {
        limpid_release(s->context, s->content.pairs[i].key);
        limpid_release(s->context, s->content.pairs[i].value);
    }
    for (size_t i = 0; i < s->content.tensor_count;
         i++) /* the numbers are the graph's and plan's */
        limpid_release(s->context, s->content.tensors[i].name);
    limpid_release(s->context, s->content.pairs);
    limpid_release(s->context, s->content.tensors);
}

static void describe(saving *s, const limpid_run *run)
{
    const limpid_recipe *r = &run->recipe;
    add_pair(s, "limpid", limpid_version());
    add_pair(s, "data", run->data_spec ? run->data_spec : "");
    add_pair(s, "loss", r->loss);
    add_pair(s, "schedule", r->schedule->name);
    add_pair(s, "augment", r->augmenter->name);
    add_number(s, "seed", (int64_t)r->seed);
    add_number(s, "step", run->step);
    add_number(s, "steps", r->steps);
    add_number(s, "batch", r->batch);
    add_number(s, "samples", run->data->count);
    add_number(s, "checkpoint-every", r->checkpoint_every);
    add_double(s, "rate", r->rate);
    add_double(s, "momentum", r->momentum);
    add_double(s, "decay", r->decay);
    add_number(s, "epoch-seen", run->seen);
    add_number(s, "epoch-right", run->right);
    add_double(s, "epoch-loss", run->loss_sum);
}

limpid_status limpid_checkpoint_save(const limpid_run *run)
{
    limpid_context *context = run->context;
    saving s = { .context = context };
    describe(&s, run);
    for (size_t v = 1; v < run->graph->value_count; v++) {
        limpid_value_row *row = &run->graph->values[v];
        float *momentum = row->parameter ? limpid_plan_momentum(run->plan, (int)v) : NULL;
        if (row->parameter)
            add_tensor(&s, "", row->name, &row->shape, row->data);
        if (momentum)
            add_tensor(&s, prefix, row->name, &row->shape, momentum);
    }
    char *state = limpid_path_join(context, run->out, LIMPID_STATE_FILE);
    char *model = limpid_path_join(context, run->out, LIMPID_MODEL_FILE);
    limpid_status status = state && model ? s.status : LIMPID_NO_MEMORY;
    if (status == LIMPID_OK)
        status = limpid_safetensors_write(context, state, &s.content);
    if (status == LIMPID_OK)
        status = limpid_onnx_write(run->graph, context, model);
    limpid_release(context, state);
    limpid_release(context, model);
    release_saving(&s);
    return status;
}

/* ---- loading ---- */

typedef struct {
    limpid_context *context;
    const limpid_safetensors *state;
    const char *folder;
} reading;

static limpid_status bad_state(const reading *r, const char *key)
{
    return limpid_fail(
        r->context, LIMPID_BAD_FILE,
        "%s/state.safetensors: '%s' is missing or makes no sense; it was not written by "
        "limpid train",
        r->folder, key);
}

static limpid_status read_text(const reading *r, const char *key, const char **value)
{
    *value = limpid_safetensors_note(r->state, key);
    return *value ? LIMPID_OK : bad_state(r, key);
}

static limpid_status read_number(const reading *r, const char *key, int64_t least, int64_t *value)
{
    const char *text;
    LIMPID_TRY(read_text(r, key, &text));
    return limpid_parse_int(text, least, INT64_MAX, value) ? LIMPID_OK : bad_state(r, key);
}

/* NaN lies in no range. */
static limpid_status read_double(const reading *r, const char *key, double least, double most,
                                 double *value)
{
    int64_t bits;
    LIMPID_TRY(read_number(r, key, INT64_MIN, &bits));
    memcpy(value, &bits, sizeof bits);
    return *value >= least && *value <= most ? LIMPID_OK : bad_state(r, key);
}

static limpid_status read_recipe(const reading *r, limpid_run *run)
{
    limpid_recipe *recipe = &run->recipe;
    const char *schedule, *augment;
    int64_t seed;
    LIMPID_TRY(read_text(r, "data", &run->data_spec));
    LIMPID_TRY(read_text(r, "loss", &recipe->loss));
    LIMPID_TRY(read_text(r, "schedule", &schedule));
    LIMPID_TRY(read_text(r, "augment", &augment));
    LIMPID_TRY(read_number(r, "seed", INT64_MIN, &seed));
    LIMPID_TRY(read_number(r, "steps", 1, &recipe->steps));
    LIMPID_TRY(read_number(r, "step", 0, &run->step));
    LIMPID_TRY(read_number(r, "batch", 1, &recipe->batch));
    LIMPID_TRY(read_number(r, "checkpoint-every", 0, &recipe->checkpoint_every));
    LIMPID_TRY(read_double(r, "rate", DBL_TRUE_MIN, DBL_MAX, &recipe->rate));
    LIMPID_TRY(read_double(r, "momentum", 0, 1 - DBL_EPSILON / 2, &recipe->momentum));
    LIMPID_TRY(read_double(r, "decay", 0, DBL_MAX, &recipe->decay));
    LIMPID_TRY(read_number(r, "epoch-seen", 0, &run->seen));
    LIMPID_TRY(read_number(r, "epoch-right", 0, &run->right));
    LIMPID_TRY(read_double(r, "epoch-loss", -DBL_MAX, DBL_MAX, &run->loss_sum));
    recipe->seed = (uint64_t)seed;
    recipe->schedule = limpid_schedule_find(schedule);
    recipe->augmenter = limpid_augmenter_find(augment);
    const limpid_op *loss = limpid_op_find(recipe->loss);
    if (!loss || !loss->loss)
        return bad_state(r, "loss");
    if (run->step > recipe->steps)
        return bad_state(r, "step");
    if (!recipe->schedule)
        return bad_state(r, "schedule");
    return recipe->augmenter ? LIMPID_OK : bad_state(r, "augment");
}

/* The data the run was started with: same source, same number of samples. */
static limpid_status reopen_data(const reading *r, limpid_run *run)
{
    int64_t samples;
    LIMPID_TRY(read_number(r, "samples", 1, &samples));
    if (!*run->data_spec)
        return limpid_fail(
            r->context, LIMPID_BAD_FILE,
            "%s: the run does not say what it was trained on; it cannot be resumed by "
            "its folder alone",
            r->folder);
    LIMPID_TRY(limpid_data_open(&run->data, r->context, run->data_spec, "train"));
    if (run->data->count != samples)
        return limpid_fail(r->context, LIMPID_BAD_FILE,
                           "%s: the run was started on %lld samples; %s now has %lld", r->folder,
                           (long long)samples, run->data_spec, (long long)run->data->count);
    run->recipe.batch = limpid_min(run->recipe.batch, samples);
    run->recipe.steps_in_epoch = limpid_ceil_divide(samples, run->recipe.batch);
    int64_t steps = run->step % run->recipe.steps_in_epoch; /* of an epoch that is not over */
    return steps && run->seen != steps * run->recipe.batch ? bad_state(r, "epoch-seen") : LIMPID_OK;
}

limpid_status limpid_checkpoint_load(limpid_run *run, limpid_safetensors *state, const char *folder)
{
    limpid_context *context = run->context;
    const reading r = { context, state, folder };
    char *path = limpid_path_join(context, folder, LIMPID_STATE_FILE);
    if (!path)
        return LIMPID_NO_MEMORY;
    limpid_status status = limpid_safetensors_read(context, path, state);
    limpid_release(context, path);
    LIMPID_TRY(status);
    LIMPID_TRY(read_recipe(&r, run));
    LIMPID_TRY(limpid_graph_load(&run->graph, context, folder));
    return reopen_data(&r, run);
}

static limpid_status restore_tensor(const reading *r, const char *first,
                                    const limpid_value_row *row, float *to)
{
    limpid_text name = { .context = r->context };
    limpid_text_add(&name, "%s%s", first, row->name);
    LIMPID_TRY(name.status);
    const limpid_named_tensor *tensor = limpid_safetensors_find(r->state, name.data);
    bool fits = tensor && limpid_shape_equal(&tensor->shape, &row->shape);
    limpid_status status = LIMPID_OK;
    if (fits)
        memcpy(to, tensor->data, (size_t)limpid_count(&row->shape) * sizeof *to);
    else
        status = limpid_fail(r->context, LIMPID_BAD_FILE,
                             "%s: state.safetensors has %s '%s' of shape %s; it belongs to another "
                             "network than model.onnx",
                             r->folder, tensor ? "another" : "no", name.data,
                             limpid_shape_print(&row->shape).text);
    limpid_release(r->context, name.data);
    return status;
}

limpid_status limpid_checkpoint_restore(limpid_run *run, const limpid_safetensors *state)
{
    const reading r = { run->context, state, run->out };
    for (size_t v = 1; v < run->graph->value_count; v++) {
        const limpid_value_row *row = &run->graph->values[v];
        float *momentum = row->parameter ? limpid_plan_momentum(run->plan, (int)v) : NULL;
        if (row->parameter)
            LIMPID_TRY(restore_tensor(&r, "", row, row->data));
        if (momentum)
            LIMPID_TRY(restore_tensor(&r, prefix, row, momentum));
    }
    return LIMPID_OK;
}
