// SPDX-License-Identifier: MIT
/* run.c - the walk forward, the walk back (equations 10 and 11 for every layer), and the update
 * (8). */
#include <math.h>
#include <string.h>
#include "graph/graph.h"

/* For tests: NaN over all scratch memory and all that a step is about to write, so that whoever
 * reads what was not written, or adds where it ought to overwrite, shows it. */
static void poison(limpid_plan *plan, const limpid_tensor *results, int count)
{
    if (!plan->options.poison)
        return;
    memset(plan->site.scratch.shared, 0xff, plan->shared_bytes);
    memset(plan->site.scratch.worker, 0xff,
           plan->site.scratch.stride * (size_t)plan->context->threads);
    for (int i = 0; i < count; i++)
        if (results[i].data)
            memset(results[i].data, 0xff, (size_t)limpid_count(&results[i].shape) * sizeof(float));
}

static void step_forward(limpid_plan *plan, limpid_step *step)
{
    if (!step->node->op->forward)
        return;
    poison(plan, step->out, step->node->outputs);
    step->call.seed = plan->seed;
    step->call.epoch = plan->epoch;
    step->call.samples = plan->samples;
    step->node->op->forward(&step->call);
}

void limpid_plan_forward(limpid_plan *plan)
{
    for (size_t i = 0; i < plan->step_count; i++)
        step_forward(plan, &plan->steps[i]);
}

static void step_backward(limpid_plan *plan, limpid_step *step)
{
    poison(plan, step->din, step->node->inputs);
    step->node->op->backward(&step->call);
    for (int k = 0; k < step->node->inputs; k++)
        if (step->sum[k])
            plan->kernels->add(&plan->site, limpid_count(&step->din[k].shape), step->sum[k]->f,
                               step->din[k].f, step->sum[k]->f);
}

void limpid_plan_backward(limpid_plan *plan)
{
    float *start = plan->slots[limpid_graph_loss(plan->graph)].gradient.f;
    if (!start) /* nothing to learn */
        return;
    *start = 1; /* dz/dz */
    for (size_t i = plan->step_count; i-- > 0;)
        if (plan->steps[i].backward)
            step_backward(plan, &plan->steps[i]);
}

double limpid_plan_loss(const limpid_plan *plan)
{
    int loss = limpid_graph_loss(plan->graph);
    return loss ? (double)plan->slots[loss].value.f[0] : (double)NAN;
}

float *limpid_plan_momentum(const limpid_plan *plan, int value)
{
    const limpid_slot *slot = &plan->slots[value];
    if (!slot->gradient.f || !plan->graph->values[value].parameter)
        return NULL;
    return plan->momenta + (slot->gradient.f - plan->gradients);
}

void limpid_plan_update(limpid_plan *plan, double rate, double momentum, double decay)
{
    for (size_t v = 1; v < plan->graph->value_count; v++) {
        float *m = limpid_plan_momentum(plan, (int)v);
        const limpid_slot *slot = &plan->slots[v];
        if (m)
            plan->kernels->sgd(&plan->site, limpid_count(&slot->value.shape), (float)rate,
                               (float)momentum, (float)decay, slot->gradient.f, m, slot->value.f);
    }
}

bool limpid_plan_find_not_finite(limpid_plan *plan, const char **node)
{
    for (size_t i = 0; i < plan->step_count; i++) {
        limpid_step *step = &plan->steps[i];
        step_forward(plan, step);
        for (int o = 0; o < step->node->op->outputs; o++) {
            const limpid_tensor *out = &step->out[o];
            for (int64_t k = 0; out->type == LIMPID_FLOAT && k < limpid_count(&out->shape); k++)
                if (!isfinite(out->f[k])) {
                    *node = step->node->name;
                    return true;
                }
        }
    }
    return false;
}

static const limpid_slot *find(const limpid_plan *plan, const char *value)
{
    int v = limpid_graph_find(plan->graph, value);
    return v ? &plan->slots[v] : NULL;
}

float *limpid_plan_floats(const limpid_plan *plan, const char *value, limpid_shape *shape)
{
    const limpid_slot *slot = find(plan, value);
    if (!slot || !slot->value_kept || slot->value.type != LIMPID_FLOAT)
        return NULL;
    if (shape)
        *shape = slot->value.shape;
    return slot->value.f;
}

int32_t *limpid_plan_labels(const limpid_plan *plan, const char *value)
{
    const limpid_slot *slot = find(plan, value);
    return slot && slot->value_kept && slot->value.type == LIMPID_INT32 ? slot->value.i : NULL;
}

float *limpid_plan_gradient(const limpid_plan *plan, const char *value)
{
    const limpid_slot *slot = find(plan, value);
    return slot && slot->gradient_kept ? slot->gradient.f : NULL;
}
