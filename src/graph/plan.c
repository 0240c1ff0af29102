// SPDX-License-Identifier: MIT
/* plan.c - from a graph to something that runs: who needs a gradient, what is kept, where it lies.
 *
 * Time runs through the nodes forward, moments 0 to S - 1, and back through them, moments S to 2S
 * - 1. A value lives from the moment it is made to the last moment it is read; only what some
 * backward() reads (the operator's `keep`) outlives the forward run. */
#include <string.h>
#include "graph/graph.h"

/* What planning needs beside the plan itself. */
typedef struct {
    limpid_plan *plan;
    limpid_shaping *shaping;
    bool *wanted;  /* value: its gradient is wanted */
    bool *reached; /* value: a gradient arrives */
    limpid_block
        *blocks; /* value v: 2v its numbers, 2v + 1 its gradient; then the extra gradients */
    size_t block_count;
    size_t *order;
    size_t view_count;
} planner;

static int64_t backward_moment(const limpid_plan *plan, size_t step)
{
    return 2 * (int64_t)plan->step_count - 1 - (int64_t)step;
}

/* ---- shapes ---- */

/* Shapes of every value for a batch; what a step needs of scratch goes to *need. */
static limpid_status infer(limpid_plan *plan, limpid_shaping *s, int64_t batch,
                           limpid_scratch_need *need)
{
    const limpid_graph *graph = plan->graph;
    for (size_t v = 0; v < graph->value_count; v++)
        if (graph->values[v].parameter)
            plan->shapes[v] = graph->values[v].shape;
    for (size_t i = 0; i < graph->node_count; i++) {
        const limpid_node_row *node = &graph->nodes[i];
        int64_t count;
        LIMPID_TRY(limpid_node_shape(plan->context, graph, node, plan->shapes, batch,
                                     plan->options.training, s));
        for (int o = 0; o < node->outputs; o++) {
            if (!limpid_shape_count(&s->out[o], &count))
                return limpid_shape_fail(s, "the result for %lld samples has shape %s, too large",
                                         (long long)batch, limpid_shape_print(&s->out[o]).text);
            plan->shapes[node->out[o]] = s->out[o];
        }
        if (s->need.shared > need->shared)
            need->shared = s->need.shared;
        if (s->need.worker > need->worker)
            need->worker = s->need.worker;
    }
    return LIMPID_OK;
}

/* ---- who wants a gradient, and whom one reaches ---- */

static bool step_wants(const planner *p, const limpid_node_row *node)
{
    bool any = false;
    for (int i = 0; i < node->inputs; i++)
        any |= p->wanted[node->in[i]];
    return any;
}

static void find_gradients(planner *p)
{
    const limpid_graph *graph = p->plan->graph;
    for (size_t v = 1; v < graph->value_count; v++)
        p->wanted[v] = graph->values[v].parameter && graph->values[v].trained;
    for (size_t i = 0; i < graph->node_count; i++)
        if (graph->nodes[i].op->backward && step_wants(p, &graph->nodes[i]))
            for (int o = 0; o < graph->nodes[i].op->outputs; o++)
                p->wanted[graph->nodes[i].out[o]] = true;
    p->reached[limpid_graph_loss(graph)] = true;
    p->reached[0] = false;
    for (size_t i = graph->node_count; i-- > 0;) {
        const limpid_node_row *node = &graph->nodes[i];
        bool arrives = false;
        for (int o = 0; o < node->outputs; o++)
            arrives |= p->reached[node->out[o]];
        p->plan->steps[i].backward = arrives && node->op->backward && step_wants(p, node);
        for (int k = 0; p->plan->steps[i].backward && k < node->inputs; k++)
            p->reached[node->in[k]] |= p->wanted[node->in[k]];
    }
}

/* ---- lifetimes ---- */

static void live(limpid_block *block, size_t bytes, int64_t moment)
{
    if (!block->bytes) {
        block->first = block->last = moment;
        block->bytes = bytes;
    }
    block->first = limpid_min(block->first, moment);
    block->last = limpid_max(block->last, moment);
}

/* Rounded up to cache lines, with one behind: kernels may read past an end, never write. */
static size_t room(const limpid_shape *shape)
{
    return ((size_t)limpid_count(shape) * sizeof(float) + 63) / 64 * 64 + 64;
}

static bool reads(const limpid_op *op, int input)
{
    return input < 16 ? op->keep >> input & 1 : op->keep & 0x8000;
}

static void find_value_lifetimes(planner *p)
{
    const limpid_plan *plan = p->plan;
    for (size_t i = 0; i < plan->step_count; i++) {
        const limpid_step *step = &plan->steps[i];
        const limpid_node_row *node = step->node;
        int64_t now = (int64_t)i, back = backward_moment(plan, i);
        for (int o = 0; o < node->outputs; o++) {
            limpid_block *block = &p->blocks[2 * node->out[o]];
            size_t bytes = room(&plan->shapes[node->out[o]]);
            bool kept = step->backward && node->op->keep >> (16 + o) & 1;
            if (o < node->op->outputs || kept || plan->options.keep_all)
                live(block, bytes, node->op->forward ? now : -1);
            if (kept)
                live(block, bytes, back);
        }
        for (int k = 0; k < node->inputs; k++) {
            int v = node->in[k];
            if (!v || plan->graph->values[v].parameter)
                continue;
            live(&p->blocks[2 * v], room(&plan->shapes[v]), now);
            if (step->backward && reads(node->op, k))
                live(&p->blocks[2 * v], room(&plan->shapes[v]), back);
        }
    }
    int64_t end = 2 * (int64_t)plan->step_count;
    int results[2] = { limpid_graph_answer(plan->graph), limpid_graph_loss(plan->graph) };
    for (int i = 0; i < 2; i++) /* the caller reads these after the run */
        if (results[i])
            live(&p->blocks[2 * results[i]], room(&plan->shapes[results[i]]), end);
}

/* The first consumer to run backward writes the gradient itself; the others write beside it and are
 * added. */
static void find_gradient_lifetimes(planner *p)
{
    limpid_plan *plan = p->plan;
    for (size_t i = plan->step_count; i-- > 0;) {
        const limpid_step *step = &plan->steps[i];
        const limpid_node_row *node = step->node;
        int64_t back = backward_moment(plan, i);
        for (int o = 0; step->backward && o < node->op->outputs; o++)
            if (p->reached[node->out[o]])
                live(&p->blocks[2 * node->out[o] + 1], room(&plan->shapes[node->out[o]]), back);
        for (int k = 0; step->backward && k < node->inputs; k++) {
            int v = node->in[k];
            limpid_block *own = &p->blocks[2 * v + 1];
            size_t bytes = room(&plan->shapes[v]);
            if (!p->wanted[v])
                continue;
            bool parameter = plan->graph->values[v].parameter;
            bool second = own->bytes != 0;
            live(own, bytes, back);
            if (parameter) /* lies with the parameters, not in the arena */
                own->first = 1, own->last = 0;
            if (second)
                live(&p->blocks[p->block_count], bytes, back);
            p->block_count += second;
        }
    }
}

static void keep_everything(planner *p)
{
    for (size_t v = 1; v < p->plan->graph->value_count; v++)
        for (size_t b = 2 * v; b < 2 * v + 2; b++)
            if (p->blocks[b].first <= p->blocks[b].last) {
                p->blocks[b].first = -1;
                p->blocks[b].last = 2 * (int64_t)p->plan->step_count;
            }
}

/* Poisoning overwrites everything but the inputs, so nothing may share memory with those. */
static void keep_inputs(planner *p)
{
    const limpid_graph *graph = p->plan->graph;
    for (size_t i = 0; i < graph->node_count; i++)
        if (!graph->nodes[i].op->forward)
            p->blocks[2 * graph->nodes[i].out[0]].last = 2 * (int64_t)graph->node_count;
}

/* ---- memory ---- */

static limpid_status allocate_arena(planner *p)
{
    limpid_plan *plan = p->plan;
    /* A parameter's gradient is marked by first > last: it takes no part here. */
    for (size_t b = 0; b < p->block_count; b++)
        if (p->blocks[b].first > p->blocks[b].last)
            p->blocks[b].bytes = 0;
    plan->arena_bytes = limpid_pack_blocks(p->blocks, p->block_count, p->order);
    plan->arena = limpid_allocate(plan->context, plan->arena_bytes, 1);
    if (!plan->arena)
        return LIMPID_NO_MEMORY;
    int64_t end = 2 * (int64_t)plan->step_count;
    for (size_t v = 1; v < plan->graph->value_count; v++) {
        limpid_slot *slot = &plan->slots[v];
        const limpid_block *value = &p->blocks[2 * v], *gradient = &p->blocks[2 * v + 1];
        if (value->bytes)
            slot->value.data = plan->arena + value->offset;
        if (gradient->bytes)
            slot->gradient.data = plan->arena + gradient->offset;
        /* Inputs are there before the run, though others may follow them. */
        slot->value_kept = value->bytes && (value->last == end || value->first < 0);
        slot->gradient_kept = gradient->bytes && gradient->last == end;
    }
    return LIMPID_OK;
}

static limpid_status allocate_parameters(planner *p)
{
    limpid_plan *plan = p->plan;
    size_t bytes = 0;
    for (size_t v = 1; v < plan->graph->value_count; v++) {
        plan->slots[v].value.type = plan->graph->values[v].type;
        if (plan->graph->values[v].parameter) {
            plan->slots[v].value.f = plan->graph->values[v].data;
            plan->slots[v].value_kept = plan->slots[v].gradient_kept = true;
        }
        if (plan->options.training && plan->graph->values[v].parameter && p->wanted[v])
            bytes += room(&plan->shapes[v]);
    }
    plan->parameter_bytes = 2 * bytes;
    plan->gradients = limpid_allocate(plan->context, bytes, 1);
    plan->momenta = limpid_allocate(plan->context, bytes, 1);
    if (!plan->gradients || !plan->momenta)
        return LIMPID_NO_MEMORY;
    char *next = (char *)plan->gradients;
    for (size_t v = 1; v < plan->graph->value_count; v++)
        if (plan->options.training && plan->graph->values[v].parameter && p->wanted[v]) {
            plan->slots[v].gradient.data = next;
            next += room(&plan->shapes[v]);
        }
    return LIMPID_OK;
}

static limpid_status allocate_scratch(limpid_plan *plan, limpid_scratch_need need)
{
    size_t bytes;
    plan->shared_bytes = need.shared;
    plan->site.context = plan->context;
    plan->site.scratch.stride = (need.worker + 127) / 64 * 64;
    if (!limpid_size_multiply(&bytes, plan->site.scratch.stride, (size_t)plan->context->threads))
        return limpid_fail(plan->context, LIMPID_NO_MEMORY, "memory: scratch is too large");
    plan->site.scratch.shared = limpid_allocate(plan->context, need.shared + 64, 1);
    plan->site.scratch.worker = limpid_allocate(plan->context, bytes, 1);
    return plan->site.scratch.shared && plan->site.scratch.worker ? LIMPID_OK : LIMPID_NO_MEMORY;
}

/* ---- steps ---- */

static void refresh(limpid_plan *plan)
{
    for (size_t v = 1; v < plan->graph->value_count; v++)
        plan->slots[v].value.shape = plan->slots[v].gradient.shape = plan->shapes[v];
    for (size_t i = 0; i < plan->step_count; i++) {
        limpid_step *step = &plan->steps[i];
        for (int k = 0; k < step->node->inputs; k++) {
            const limpid_slot *slot = &plan->slots[step->node->in[k]];
            step->in[k] = slot->value;
            step->din[k].shape = slot->value.shape;
        }
        for (int o = 0; o < step->node->outputs; o++) {
            step->out[o] = plan->slots[step->node->out[o]].value;
            step->dout[o] = plan->slots[step->node->out[o]].gradient;
        }
    }
}

/* Gives every step its tensors, and every gradient that is a second one its place. Extra blocks
 * were counted in the same order. */
static void make_steps(planner *p)
{
    limpid_plan *plan = p->plan;
    limpid_tensor *view = plan->views;
    const limpid_tensor **sum = plan->sums;
    size_t extra = 2 * plan->graph->value_count;
    for (size_t i = plan->step_count; i-- > 0;) {
        limpid_step *step = &plan->steps[i];
        const limpid_node_row *node = step->node;
        step->in = view;
        step->din = step->in + node->inputs;
        step->out = step->din + node->inputs;
        step->dout = step->out + node->outputs;
        view = step->dout + node->outputs;
        step->sum = sum;
        sum += node->inputs;
        for (int k = 0; step->backward && k < node->inputs; k++) {
            limpid_slot *slot = &plan->slots[node->in[k]];
            if (!p->wanted[node->in[k]])
                continue;
            step->din[k].data = slot->gradient.data;
            if (p->reached[node->in[k]]) /* the first one takes this mark away */
                p->reached[node->in[k]] = false;
            else {
                step->sum[k] = &slot->gradient;
                step->din[k].data = plan->arena + p->blocks[extra++].offset;
            }
        }
        step->call = (limpid_call){ .site = &plan->site,
                                    .kernels = plan->kernels,
                                    .attributes = node->attributes,
                                    .inputs = node->inputs,
                                    .training = plan->options.training,
                                    .in = step->in,
                                    .out = step->out,
                                    .dout = step->dout,
                                    .din = step->din };
    }
}

/* ---- the whole ---- */

static limpid_status allocate_planner(planner *p)
{
    limpid_context *context = p->plan->context;
    const limpid_graph *graph = p->plan->graph;
    size_t views = 0, inputs = 0;
    for (size_t i = 0; i < graph->node_count; i++) {
        views += 2 * (size_t)(graph->nodes[i].inputs + graph->nodes[i].outputs);
        inputs += (size_t)graph->nodes[i].inputs;
    }
    p->block_count = 2 * graph->value_count;
    p->shaping = limpid_allocate(context, 1, sizeof *p->shaping);
    p->wanted = limpid_allocate(context, graph->value_count, sizeof *p->wanted);
    p->reached = limpid_allocate(context, graph->value_count, sizeof *p->reached);
    p->blocks = limpid_allocate(context, p->block_count + inputs, sizeof *p->blocks);
    p->order = limpid_allocate(context, p->block_count + inputs, sizeof *p->order);
    p->plan->slots = limpid_allocate(context, graph->value_count, sizeof *p->plan->slots);
    p->plan->shapes = limpid_allocate(context, graph->value_count, sizeof *p->plan->shapes);
    p->plan->steps = limpid_allocate(context, graph->node_count, sizeof *p->plan->steps);
    p->plan->views = limpid_allocate(context, views, sizeof *p->plan->views);
    p->plan->sums = limpid_allocate(context, inputs, sizeof *p->plan->sums);
    bool all = p->shaping && p->wanted && p->reached && p->blocks && p->order && p->plan->slots &&
               p->plan->shapes && p->plan->steps && p->plan->views && p->plan->sums;
    return all ? LIMPID_OK : LIMPID_NO_MEMORY;
}

static limpid_status make_plan(planner *p)
{
    limpid_plan *plan = p->plan;
    limpid_scratch_need need = { 0 };
    LIMPID_TRY(allocate_planner(p));
    plan->step_count = plan->graph->node_count;
    for (size_t i = 0; i < plan->step_count; i++)
        plan->steps[i].node = &plan->graph->nodes[i];
    LIMPID_TRY(infer(plan, p->shaping, plan->options.batch, &need));
    if (plan->options.training)
        find_gradients(p);
    find_value_lifetimes(p);
    find_gradient_lifetimes(p);
    if (plan->options.keep_all)
        keep_everything(p);
    if (plan->options.poison)
        keep_inputs(p);
    LIMPID_TRY(allocate_arena(p));
    LIMPID_TRY(allocate_parameters(p));
    LIMPID_TRY(allocate_scratch(plan, need));
    make_steps(p);
    refresh(plan);
    return LIMPID_OK;
}

static limpid_status check_graph(limpid_context *context, const limpid_graph *graph,
                                 const limpid_plan_options *options)
{
    if (graph->failed != LIMPID_OK)
        return limpid_fail(context, graph->failed, "%s", graph->failure ? graph->failure : "");
    if (graph->node_count == 0)
        return limpid_fail(context, LIMPID_BAD_FILE, "%s: the network is empty", graph->name);
    if (options->batch < 0 || options->batch > INT32_MAX)
        return limpid_fail(context, LIMPID_USAGE, "a batch of %lld samples; expected are 1 to %d",
                           (long long)options->batch, INT32_MAX);
    if (options->training && !limpid_graph_loss(graph))
        return limpid_fail(context, LIMPID_BAD_FILE,
                           "%s: training needs a loss at the end, such as cross-entropy",
                           graph->name);
    return LIMPID_OK;
}

limpid_status limpid_plan_new(limpid_plan **out, limpid_context *context, const limpid_graph *graph,
                              const limpid_plan_options *options)
{
    limpid_plan_options chosen = { 0 };
    if (options)
        chosen = *options;
    LIMPID_TRY(check_graph(context, graph, &chosen));
    if (chosen.batch == 0)
        chosen.batch = 1;
    limpid_plan *plan = limpid_allocate(context, 1, sizeof *plan);
    if (!plan)
        return LIMPID_NO_MEMORY;
    plan->context = context;
    plan->graph = graph;
    plan->kernels = limpid_kernels_for(context->isa);
    plan->options = chosen;
    plan->batch = chosen.batch;
    planner p = { .plan = plan };
    limpid_status status = make_plan(&p);
    limpid_release(context, p.shaping);
    limpid_release(context, p.wanted);
    limpid_release(context, p.reached);
    limpid_release(context, p.blocks);
    limpid_release(context, p.order);
    if (status != LIMPID_OK) {
        limpid_plan_free(plan);
        return status;
    }
    *out = plan;
    return LIMPID_OK;
}

void limpid_plan_free(limpid_plan *plan)
{
    if (!plan)
        return;
    limpid_context *context = plan->context;
    void *owned[] = { plan->slots,
                      plan->steps,
                      plan->views,
                      plan->shapes,
                      plan->sums,
                      plan->arena,
                      plan->gradients,
                      plan->momenta,
                      plan->site.scratch.shared,
                      plan->site.scratch.worker };
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        limpid_release(context, owned[i]);
    limpid_release(context, plan);
}

/* A smaller batch needs no more of anything: the memory planned for the largest one serves. */
limpid_status limpid_plan_set_batch(limpid_plan *plan, int64_t samples)
{
    if (samples == plan->batch)
        return LIMPID_OK;
    if (samples < 1 || samples > plan->options.batch)
        return limpid_fail(plan->context, LIMPID_USAGE,
                           "%lld samples; this plan runs 1 to %lld at a time", (long long)samples,
                           (long long)plan->options.batch);
    limpid_shaping *s = limpid_allocate(plan->context, 1, sizeof *s);
    limpid_scratch_need need = { 0 };
    if (!s)
        return LIMPID_NO_MEMORY;
    limpid_status status = infer(plan, s, samples, &need);
    limpid_release(plan->context, s);
    LIMPID_TRY(status);
    plan->batch = samples;
    refresh(plan);
    return LIMPID_OK;
}

size_t limpid_plan_bytes(const limpid_plan *plan)
{
    return plan->arena_bytes + plan->parameter_bytes + plan->shared_bytes +
           plan->site.scratch.stride * (size_t)plan->context->threads;
}
