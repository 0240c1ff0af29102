// SPDX-License-Identifier: MIT
/* recipe.c - what a run is defined by: the user's options, and the network's own recipe for the
 * rest. */
#include <math.h>
#include <string.h>
#include "train/train.h"

/* For networks that bring none. */
static const limpid_network plain = { .schedule = "cosine",
                                      .augment = "none",
                                      .batch = 64,
                                      .epochs = 10,
                                      .rate = 0.01,
                                      .momentum = 0.9,
                                      .decay = 5e-4 };

limpid_train_options limpid_train_defaults(void)
{
    return (limpid_train_options){ .rate = -1, .momentum = -1, .decay = -1 };
}

static limpid_status unknown(limpid_context *context, const char *what, const char *name,
                             const char *const *names, int count)
{
    limpid_text list = { .context = context };
    for (int i = 0; i < count; i++)
        limpid_text_add(&list, "%s%s", i ? ", " : "", names[i]);
    limpid_status status = limpid_fail(context, LIMPID_USAGE, "there is no %s '%s'; known are %s",
                                       what, name, list.data ? list.data : "none");
    limpid_release(context, list.data);
    return status;
}

static limpid_status find_rows(limpid_recipe *recipe, limpid_context *context, const char *schedule,
                               const char *augment)
{
    const char *names[32];
    int count = 0;
    recipe->schedule = limpid_schedule_find(schedule);
    if (!recipe->schedule) {
        for (; limpid_schedules[count].name && count < 32; count++)
            names[count] = limpid_schedules[count].name;
        return unknown(context, "schedule", schedule, names, count);
    }
    recipe->augmenter = limpid_augmenter_find(augment);
    if (!recipe->augmenter) {
        for (; limpid_augmenters[count] && count < 32; count++)
            names[count] = limpid_augmenters[count]->name;
        return unknown(context, "augmentation", augment, names, count);
    }
    return LIMPID_OK;
}

static limpid_status check_numbers(const limpid_recipe *recipe, limpid_context *context)
{
    if (!(recipe->rate > 0) || isinf(recipe->rate))
        return limpid_fail(context, LIMPID_USAGE, "learning rate %g; expected is a number above 0",
                           recipe->rate);
    if (!(recipe->momentum >= 0 && recipe->momentum < 1))
        return limpid_fail(context, LIMPID_USAGE,
                           "momentum %g; expected is 0 or more, and less than 1", recipe->momentum);
    if (!(recipe->decay >= 0) || isinf(recipe->decay))
        return limpid_fail(context, LIMPID_USAGE, "weight decay %g; expected is 0 or more",
                           recipe->decay);
    return LIMPID_OK;
}

limpid_status limpid_recipe_choose(limpid_recipe *recipe, limpid_context *context,
                                   const limpid_graph *graph, const limpid_data *data,
                                   const limpid_train_options *options)
{
    const limpid_train_options none = limpid_train_defaults();
    const limpid_train_options *o = options ? options : &none;
    const limpid_network *own = limpid_network_find(graph->name);
    if (!own)
        own = &plain;
    if (o->epochs < 0 || o->steps < 0 || o->batch < 0 || o->checkpoint_every < 0)
        return limpid_fail(context, LIMPID_USAGE,
                           "epochs, steps, batch and checkpoint steps must not be negative");
    if (o->epochs && o->steps)
        return limpid_fail(context, LIMPID_USAGE,
                           "epochs and steps are both given; expected is one");
    int end = limpid_graph_loss(graph); /* a network may bring its loss */
    const char *loss = o->loss ? o->loss : "cross-entropy";
    if (end)
        loss = graph->nodes[graph->values[end].node].op->name;
    if (o->loss && strcmp(o->loss, loss) != 0)
        return limpid_fail(context, LIMPID_USAGE,
                           "%s: the network ends in the loss '%s', but '%s' is asked for",
                           graph->name, loss, o->loss);
    *recipe = (limpid_recipe){ .batch = o->batch ? o->batch : own->batch,
                               .checkpoint_every = o->checkpoint_every,
                               .rate = o->rate < 0 ? own->rate : o->rate,
                               .momentum = o->momentum < 0 ? own->momentum : o->momentum,
                               .decay = o->decay < 0 ? own->decay : o->decay,
                               .seed = context->options.seed,
                               .loss = loss };
    recipe->batch = limpid_min(recipe->batch, data->count);
    recipe->steps_in_epoch = limpid_ceil_divide(data->count, recipe->batch);
    int64_t epochs = o->epochs ? o->epochs : own->epochs;
    recipe->steps = o->steps;
    if (!recipe->steps && __builtin_mul_overflow(epochs, recipe->steps_in_epoch, &recipe->steps))
        return limpid_fail(context, LIMPID_USAGE, "%lld epochs are too many", (long long)epochs);
    LIMPID_TRY(find_rows(recipe, context, o->schedule ? o->schedule : own->schedule,
                         o->augment ? o->augment : own->augment));
    return check_numbers(recipe, context);
}
