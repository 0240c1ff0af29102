// SPDX-License-Identifier: MIT
/* trial.c - see trial.h. */
#include "op/trial.h"
#include <string.h>

/* ---- the tests' own operators ---- */

static limpid_status probe_shape(limpid_shaping *s)
{
    s->parameter[1] = (limpid_shape){ 1, { 1 } };
    s->out[0] = s->in[0];
    return LIMPID_OK;
}

static size_t bytes_of(const limpid_tensor *x)
{
    return (size_t)limpid_count(&x->shape) * sizeof(float);
}

static void probe_forward(const limpid_call *call)
{
    memcpy(call->out[0].f, call->in[0].f, bytes_of(&call->in[0]));
}

static void probe_backward(const limpid_call *call)
{
    if (call->din[0].f)
        memcpy(call->din[0].f, call->dout[0].f, bytes_of(&call->dout[0]));
    call->din[1].f[0] = 0;
}

static const limpid_role probe_roles[] = { { "x" }, { "weight", .parameter = true }, { 0 } };

const limpid_op trial_probe = {
    .name = "probe",
    .summary = "hands numbers on",
    .roles = probe_roles,
    .outputs = 1,
    .shape = probe_shape,
    .forward = probe_forward,
    .backward = probe_backward,
};

static limpid_status inner_shape(limpid_shaping *s)
{
    s->out[0] = (limpid_shape){ 0 };
    return LIMPID_OK;
}

static void inner_forward(const limpid_call *call)
{
    double sum = 0;
    for (int i = 0; i < call->inputs; i += 2)
        for (int64_t k = 0; k < limpid_count(&call->in[i].shape); k++)
            sum += (double)call->in[i].f[k] * (double)call->in[i + 1].f[k];
    call->out[0].f[0] = (float)sum;
}

static void inner_backward(const limpid_call *call)
{
    for (int i = 0; i < call->inputs; i += 2)
        memcpy(call->din[i].f, call->in[i + 1].f, bytes_of(&call->in[i]));
}

static const limpid_role inner_roles[] = { { "numbers" }, { 0 } };

const limpid_op trial_inner_product = {
    .name = "inner-product",
    .summary = "loss: the sum of products",
    .roles = inner_roles,
    .variadic = true,
    .loss = true,
    .outputs = 1,
    .keep = LIMPID_KEEP_ALL_IN,
    .shape = inner_shape,
    .forward = inner_forward,
    .backward = inner_backward,
};

/* ---- building ---- */

limpid_context *trial_context(limpid_isa_kind isa, int threads)
{
    limpid_context *context;
    assert_int_equal(limpid_context_new(&context, NULL), LIMPID_OK);
    context->isa = isa;
    context->threads = threads;
    return context;
}

/* The next of "2x3 4x5" as a shape; false at the end. */
static bool next_shape(const char **text, limpid_shape *shape)
{
    *text += strspn(*text, " ");
    *shape = (limpid_shape){ 0 };
    for (int64_t digits = 0; **text && **text != ' '; digits++, (*text)++)
        if (digits == 0 || **text == 'x') {
            *text += **text == 'x';
            shape->dim[shape->rank++] = **text - '0';
        } else
            shape->dim[shape->rank - 1] = 10 * shape->dim[shape->rank - 1] + **text - '0';
    return shape->rank > 0;
}

static int add_input(limpid_graph *graph, limpid_shape shape, bool labels)
{
    char attributes[200];
    for (int i = 1; i < shape.rank; i++)
        shape.dim[i - 1] = shape.dim[i];
    shape.rank -= shape.rank > 0;
    snprintf(attributes, sizeof attributes, "shape=%s type=%s", limpid_shape_print(&shape).text,
             labels ? "label" : "float");
    int value = limpid_add(graph, NULL, "input", attributes, 0, NULL);
    assert_int_not_equal(value, 0);
    return value;
}

static int append(limpid_graph *graph, const limpid_op *op, int count, const int *in)
{
    int value;
    assert_int_equal(limpid_graph_append(graph, NULL, op, NULL, count, in, &value), LIMPID_OK);
    return value;
}

static trial build(limpid_context *context, const limpid_op *op, const char *attributes,
                   const char *shapes, int64_t batch)
{
    trial t = { .context = context, .batch = batch };
    limpid_shape shape;
    int in[LIMPID_INPUTS_MAX], count = 0;
    assert_int_equal(limpid_graph_new(&t.graph, context, "trial"), LIMPID_OK);
    while (next_shape(&shapes, &shape)) {
        bool labels = op->roles[limpid_min(count, limpid_op_roles(op) - 1)].type == LIMPID_INT32;
        int value = add_input(t.graph, shape, labels);
        in[count++] = labels ? value : append(t.graph, &trial_probe, 1, &value);
        if (!t.batch)
            t.batch = shape.dim[0];
    }
    int result = limpid_add(t.graph, "trial", op->name, attributes, count, in);
    if (!result)
        fail_msg("%s %s: %s", op->name, attributes, t.graph->failure);
    size_t index = t.graph->node_count - 1;
    int pairs[2 * LIMPID_OUTPUTS_MAX];
    for (int o = 0; o < op->outputs; o++) {
        pairs[2 * o] = t.graph->nodes[index].out[o];
        pairs[2 * o + 1] = add_input(t.graph, t.graph->values[pairs[2 * o]].shape, false);
    }
    append(t.graph, &trial_inner_product, 2 * op->outputs, pairs);
    t.node = &t.graph->nodes[index];
    t.loss = &t.graph->nodes[t.graph->node_count - 1];
    return t;
}

static trial planned(trial t, bool keep_all)
{
    limpid_plan_options options = {
        .batch = t.batch, .training = true, .keep_all = keep_all, .poison = true
    };
    if (limpid_plan_new(&t.plan, t.context, t.graph, &options) != LIMPID_OK)
        fail_msg("%s", limpid_message(t.context));
    return t;
}

trial trial_new(limpid_context *context, const limpid_op *op, const char *attributes,
                const char *shapes, int64_t batch)
{
    return planned(build(context, op, attributes, shapes, batch), true);
}

trial trial_new_tight(limpid_context *context, const limpid_op *op, const char *attributes,
                      const char *shapes, int64_t batch)
{
    return planned(build(context, op, attributes, shapes, batch), false);
}

void trial_free(trial *t)
{
    limpid_plan_free(t->plan);
    limpid_graph_free(t->graph);
}

/* ---- its tensors ---- */

limpid_tensor trial_in(const trial *t, int i)
{
    int value = t->node->in[i], maker = t->graph->values[value].node;
    if (!value)
        return (limpid_tensor){ 0 };
    /* What a probe hands on is written where the probe reads it. */
    if (maker >= 0 && t->graph->nodes[maker].op == &trial_probe)
        value = t->graph->nodes[maker].in[0];
    return t->plan->slots[value].value;
}

limpid_tensor trial_din(const trial *t, int i)
{
    return t->node->in[i] ? t->plan->slots[t->node->in[i]].gradient : (limpid_tensor){ 0 };
}

limpid_tensor trial_out(const trial *t, int o)
{
    return t->plan->slots[t->node->out[o]].value;
}

limpid_tensor trial_dout(const trial *t, int o)
{
    limpid_tensor s = t->plan->slots[t->loss->in[2 * o + 1]].value;
    s.shape = trial_out(t, o).shape;
    return s;
}

/* ---- filling ---- */

static limpid_random numbers_for(uint64_t seed, int tensor)
{
    return limpid_random_stream(seed, LIMPID_RANDOM_BENCH, 1, (uint64_t)tensor);
}

/* Numbers from -1/4 to 7/4: with a mean of 0, what is left of a sum could be mostly rounding. */
static void fill_permutation(const limpid_tensor *x, limpid_random random)
{
    int64_t count = limpid_count(&x->shape);
    for (int64_t i = 0; i < count; i++) {
        int64_t j = (int64_t)limpid_random_below(&random, (uint64_t)i + 1);
        float mine = (float)((2 * (double)i + 0.7) / (double)count - 0.25);
        if (j < i) {
            float other = x->f[j];
            x->f[j] = mine;
            mine = other;
        }
        x->f[i] = mine;
    }
}

static void fill_integers(const limpid_tensor *x, limpid_random random, float unit)
{
    for (int64_t i = 0; i < limpid_count(&x->shape); i++)
        x->f[i] = unit * (float)((int)limpid_random_below(&random, 7) - 3);
}

static void fill(const trial *t, uint64_t seed, float unit)
{
    limpid_tensor first = trial_in(t, 0);
    for (int i = 0; i < t->node->inputs + t->node->op->outputs; i++) {
        bool input = i < t->node->inputs;
        limpid_tensor x = input ? trial_in(t, i) : trial_dout(t, i - t->node->inputs);
        limpid_random random = numbers_for(seed, i);
        if (!x.data)
            continue;
        if (x.type == LIMPID_INT32)
            for (int64_t k = 0; k < limpid_count(&x.shape); k++)
                x.i[k] = (int32_t)limpid_random_below(&random, (uint64_t)first.shape.dim[1]);
        else if (unit > 0)
            fill_integers(&x, random, unit);
        else
            fill_permutation(&x, random);
    }
}

void trial_fill_random(const trial *t, uint64_t seed)
{
    fill(t, seed, 0);
}

void trial_fill_integers(const trial *t, uint64_t seed, float unit)
{
    fill(t, seed, unit);
}

void trial_run(const trial *t)
{
    limpid_plan_forward(t->plan);
    limpid_plan_backward(t->plan);
}

/* ---- comparing ---- */

bool same_float(float a, float b)
{
    return memcmp(&a, &b, sizeof a) == 0 || (a != a && b != b);
}

bool same_floats(const float *a, const float *b, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        if (!same_float(a[i], b[i]))
            return false;
    return true;
}

static void assert_same(const limpid_tensor *a, const limpid_tensor *b, const trial *t,
                        const char *tensor, int index, const char *what)
{
    assert_true(limpid_shape_equal(&a->shape, &b->shape));
    if (a->data && b->data && !same_floats(a->f, b->f, limpid_count(&a->shape)))
        fail_msg("%s: %s: %s %d has other bits", t->node->op->name, what, tensor, index);
}

void assert_same_results(const trial *a, const trial *b, const char *what)
{
    for (int o = 0; o < a->node->op->outputs; o++) {
        limpid_tensor x = trial_out(a, o), y = trial_out(b, o);
        assert_same(&x, &y, a, "result", o, what);
    }
    for (int i = 0; i < a->node->inputs; i++) {
        limpid_tensor x = trial_din(a, i), y = trial_din(b, i);
        assert_same(&x, &y, a, "gradient of input", i, what);
    }
}

void trial_each_case(trial_visit *visit)
{
    for (const limpid_op *const *op = limpid_ops; *op; op++)
        for (const limpid_case *c = (*op)->forward ? (*op)->cases : NULL; c && c->attributes; c++)
            visit(*op, c);
}
