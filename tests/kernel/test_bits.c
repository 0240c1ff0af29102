// SPDX-License-Identifier: MIT
/* Every instruction set gives, with any number of threads, the bits that kernel.h defines: against
 * definition.c where denormals play no part, against each other on numbers of every kind. */
#include <stdlib.h>
#include <string.h>
#include "kernel/bits.h"
#include "kernel/definition.h"

enum { THREADS_MAX = 5, RESULTS_MAX = 4 };

/* One call, or several that belong together: its inputs, and what comes out. */
typedef struct subject {
    const limpid_window *s;
    int64_t count; /* of the functions that go element by element */
    guarded in[3];
    guarded out[RESULTS_MAX];
    int outs;
} subject;

typedef void compute(workshop *w, const subject *in, guarded *out);

typedef struct {
    const char *name;
    compute *kernels;
    void (*definition)(const subject *in, guarded *out);
} pair;

typedef struct {
    const pair *functions;
    const subject *in;
    guarded out[RESULTS_MAX];
} defining;

/* Definitions run where kernels do: with denormals flushed. */
static void define_task(void *argument, int64_t index, int worker)
{
    defining *d = argument;
    (void)index;
    (void)worker;
    d->functions->definition(d->in, d->out);
}

static void new_results(const subject *in, guarded *out)
{
    for (int i = 0; i < in->outs; i++)
        out[i] = guarded_new(in->out[i].count);
}

static void compare_results(const subject *in, const guarded *a, guarded *b, const char *what)
{
    for (int i = 0; i < in->outs; i++) {
        assert_same_bits(&a[i], &b[i], what);
        guarded_free(&b[i]);
    }
}

static void check_definition(const pair *functions, const subject *in, const guarded *first)
{
    limpid_context *context;
    defining d = { .functions = functions, .in = in };
    assert_int_equal(limpid_context_new(&context, NULL), LIMPID_OK);
    new_results(in, d.out);
    limpid_parallel(context, 1, define_task, &d);
    compare_results(in, first, d.out, functions->name);
    limpid_context_free(context);
}

static void run(const pair *functions, const subject *in, int isa, int threads, guarded *out)
{
    workshop w = workshop_new((limpid_isa_kind)isa, threads);
    new_results(in, out);
    functions->kernels(&w, in, out);
    workshop_free(&w);
}

/* in: counts alone; everything else is made here. */
static void check(const pair *functions, subject *in, uint64_t seed)
{
    for (int i = 0; i < 3; i++)
        in->in[i] = guarded_new(in->in[i].count);
    for (int kind = 0; kind < KINDS; kind++) {
        guarded first[RESULTS_MAX], other[RESULTS_MAX];
        for (int i = 0; i < 3; i++)
            guarded_fill(&in->in[i], (number_kind)kind, seed + (uint64_t)i);
        run(functions, in, LIMPID_ISA_generic, 1, first);
        if (kind <= LAST_DEFINED)
            check_definition(functions, in, first);
        for (int isa = 0; isa < LIMPID_ISA_COUNT; isa++)
            for (int threads = 1; threads <= THREADS_MAX; threads++)
                if (limpid_isa_available((limpid_isa_kind)isa)) {
                    run(functions, in, isa, threads, other);
                    compare_results(in, first, other, limpid_isa_name((limpid_isa_kind)isa));
                }
        for (int i = 0; i < in->outs; i++)
            guarded_free(&first[i]);
    }
    for (int i = 0; i < 3; i++)
        guarded_free(&in->in[i]);
}

/* ---- convolution: x, w, dy or b -> y, y without bias, dx, dw; dy alone -> db ---- */

static void conv_kernels(workshop *w, const subject *in, guarded *out)
{
    const limpid_window *s = in->s;
    const float *x = in->in[0].numbers, *f = in->in[1].numbers, *dy = in->in[2].numbers;
    const limpid_kernels *k = w->kernels;
    k->conv_forward(workshop_open(w, k->conv_forward_need(s)), s, x, f, dy, out[0].numbers);
    workshop_close(w);
    k->conv_forward(workshop_open(w, k->conv_forward_need(s)), s, x, f, NULL, out[1].numbers);
    workshop_close(w);
    k->conv_backward_input(workshop_open(w, k->conv_backward_input_need(s)), s, dy, f,
                           out[2].numbers);
    workshop_close(w);
    k->conv_backward_filter(workshop_open(w, k->conv_backward_filter_need(s)), s, x, dy,
                            out[3].numbers);
    workshop_close(w);
}

static void conv_definition(const subject *in, guarded *out)
{
    const float *x = in->in[0].numbers, *f = in->in[1].numbers, *dy = in->in[2].numbers;
    define_conv_forward(in->s, x, f, dy, out[0].numbers);
    define_conv_forward(in->s, x, f, NULL, out[1].numbers);
    define_conv_backward_input(in->s, dy, f, out[2].numbers);
    define_conv_backward_filter(in->s, x, dy, out[3].numbers);
}

static const pair conv = { "convolution", conv_kernels, conv_definition };

static void sum_kernels(workshop *w, const subject *in, guarded *out)
{
    const limpid_window *s = in->s;
    w->kernels->channel_sum(workshop_open(w, w->kernels->channel_sum_need(s->n, s->k)), s->n, s->k,
                            s->oh * s->ow, in->in[0].numbers, out[0].numbers);
    workshop_close(w);
}

static void sum_definition(const subject *in, guarded *out)
{
    define_channel_sum(in->s->n, in->s->k, in->s->oh * in->s->ow, in->in[0].numbers,
                       out[0].numbers);
}

static const pair channel_sum = { "sum of channels", sum_kernels, sum_definition };

/* The outputs' number follows from the rest. */
static limpid_window sized(limpid_window s)
{
    int64_t in[2] = { s.h, s.w }, out[2];
    for (int d = 0; d < 2; d++) {
        s.stride[d] += s.stride[d] == 0;
        s.dilation[d] += s.dilation[d] == 0;
        out[d] =
            (in[d] + s.pad[d] + s.pad[2 + d] - (s.size[d] - 1) * s.dilation[d] - 1) / s.stride[d] +
            1;
        assert_true(out[d] > 0);
    }
    s.groups += s.groups == 0;
    s.k = s.k ? s.k : s.c;
    s.oh = out[0];
    s.ow = out[1];
    return s;
}

static void check_conv(limpid_window s, uint64_t seed)
{
    s = sized(s);
    int64_t outputs = s.n * s.k * s.oh * s.ow, inputs = s.n * s.c * s.h * s.w;
    int64_t weights = s.k * s.c / s.groups * s.size[0] * s.size[1];
    subject in = {
        .s = &s,
        .in = { { .count = inputs }, { .count = weights }, { .count = limpid_max(outputs, s.k) } },
        .out = { { .count = outputs },
                 { .count = outputs },
                 { .count = inputs },
                 { .count = weights } },
        .outs = 4
    };
    check(&conv, &in, seed);
    subject sum = {
        .s = &s, .in = { { .count = outputs } }, .out = { { .count = s.k } }, .outs = 1
    };
    check(&channel_sum, &sum, seed);
}

/* Whole panels and parts of them, rows that fill tiles and do not, small pictures and large. */
static void convolution(void **state)
{
    static const limpid_window windows[] = {
        { .n = 1, .c = 1, .h = 1, .w = 1, .k = 1, .size = { 1, 1 } },
        { .n = 2, .c = 3, .h = 6, .w = 7, .k = 5, .size = { 3, 3 } },
        { .n = 17, .c = 2, .h = 5, .w = 4, .k = 6, .size = { 2, 3 }, .pad = { 1, 0, 2, 1 } },
        { .n = 3, .c = 1, .h = 9, .w = 40, .k = 15, .size = { 1, 5 }, .stride = { 2, 1 } },
        { .n = 2,
          .c = 3,
          .h = 11,
          .w = 12,
          .k = 14,
          .size = { 3, 2 },
          .stride = { 3, 2 },
          .dilation = { 2, 3 },
          .pad = { 2, 2, 0, 1 } },
        { .n = 5,
          .c = 6,
          .h = 4,
          .w = 9,
          .k = 4,
          .size = { 3, 3 },
          .pad = { 1, 1, 1, 1 },
          .groups = 2 },
        { .n = 2,
          .c = 5,
          .h = 7,
          .w = 7,
          .k = 5,
          .size = { 3, 3 },
          .pad = { 1, 1, 1, 1 },
          .groups = 5 },
        { .n = 37, .c = 19, .h = 1, .w = 1, .k = 29, .size = { 1, 1 } },
        { .n = 33, .c = 3, .h = 4, .w = 5, .k = 16, .size = { 4, 5 } },
        { .n = 1, .c = 33, .h = 6, .w = 6, .k = 17, .size = { 1, 1 } },
        { .n = 2, .c = 2, .h = 3, .w = 3, .k = 2, .size = { 5, 5 }, .pad = { 2, 2, 2, 2 } },
        /* so many weights that their gradient is summed another way */
        { .n = 18, .c = 130, .h = 3, .w = 4, .k = 70, .size = { 3, 3 } },
        { .n = 3,
          .c = 100,
          .h = 2,
          .w = 3,
          .k = 200,
          .size = { 3, 3 },
          .pad = { 1, 1, 0, 0 },
          .groups = 2 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof windows / sizeof *windows; i++)
        check_conv(windows[i], 10 * i);
}

/* More terms than a chain may have: forward, in the input's gradient, in the filters', in a bias.
 */
static void long_chains(void **state)
{
    static const limpid_window windows[] = {
        { .n = 1, .c = 520, .h = 4, .w = 3, .k = 2, .size = { 3, 3 } },
        { .n = 2, .c = 28000, .h = 1, .w = 1, .k = 1, .size = { 1, 1 } },
        { .n = 1, .c = 2, .h = 2, .w = 2, .k = 4500, .size = { 2, 2 }, .pad = { 1, 0, 0, 0 } },
        { .n = 1, .c = 1, .h = 70, .w = 66, .k = 1, .size = { 2, 2 } },
        { .n = 40, .c = 1, .h = 40, .w = 45, .k = 1, .size = { 1, 1 } },
        { .n = 1, .c = 1, .h = 270, .w = 260, .k = 1, .size = { 1, 1 } },
    };
    (void)state;
    for (size_t i = 0; i < sizeof windows / sizeof *windows; i++)
        check_conv(windows[i], 10 * i);
}

/* ---- pooling: x, dy -> y, positions, dx ---- */

static void pool_kernels(workshop *w, const subject *in, guarded *out)
{
    const limpid_window *s = in->s;
    const limpid_worksite *site = workshop_open(w, (limpid_scratch_need){ 0 });
    int32_t *positions = malloc((size_t)out[1].count * sizeof *positions);
    assert_non_null(positions);
    w->kernels->pool_max_forward(site, s, in->in[0].numbers, out[0].numbers, NULL);
    w->kernels->pool_max_forward(site, s, in->in[0].numbers, out[0].numbers, positions);
    w->kernels->pool_max_backward(site, s, in->in[1].numbers, positions, out[2].numbers);
    for (int64_t i = 0; i < out[1].count; i++)
        out[1].numbers[i] = (float)positions[i];
    free(positions);
    workshop_close(w);
}

static void pool_definition(const subject *in, guarded *out)
{
    int32_t *positions = malloc((size_t)out[1].count * sizeof *positions);
    assert_non_null(positions);
    define_pool_max_forward(in->s, in->in[0].numbers, out[0].numbers, positions);
    define_pool_max_backward(in->s, in->in[1].numbers, positions, out[2].numbers);
    for (int64_t i = 0; i < out[1].count; i++)
        out[1].numbers[i] = (float)positions[i];
    free(positions);
}

static const pair pool_max = { "largest of a window", pool_kernels, pool_definition };

static void average_kernels(workshop *w, const subject *in, guarded *out)
{
    const limpid_worksite *site = workshop_open(w, (limpid_scratch_need){ 0 });
    w->kernels->pool_average_forward(site, in->s, in->in[0].numbers, out[0].numbers);
    w->kernels->pool_average_backward(site, in->s, in->in[1].numbers, out[1].numbers);
    workshop_close(w);
}

static void average_definition(const subject *in, guarded *out)
{
    define_pool_average_forward(in->s, in->in[0].numbers, out[0].numbers);
    define_pool_average_backward(in->s, in->in[1].numbers, out[1].numbers);
}

static const pair pool_average = { "mean of a window", average_kernels, average_definition };

/* Rows shorter and longer than the runs that are taken together, at every alignment of the stride.
 */
static void pooling(void **state)
{
    static const limpid_window windows[] = {
        { .n = 2, .c = 3, .h = 8, .w = 8, .size = { 2, 2 }, .stride = { 2, 2 } },
        { .n = 1, .c = 2, .h = 24, .w = 23, .size = { 2, 2 }, .stride = { 2, 2 } },
        { .n = 3, .c = 1, .h = 7, .w = 40, .size = { 3, 3 }, .stride = { 1, 1 } },
        { .n = 1,
          .c = 5,
          .h = 9,
          .w = 41,
          .size = { 3, 3 },
          .stride = { 2, 2 },
          .pad = { 1, 1, 1, 1 } },
        { .n = 1,
          .c = 1,
          .h = 5,
          .w = 30,
          .size = { 2, 3 },
          .stride = { 1, 3 },
          .dilation = { 2, 2 },
          .pad = { 1, 2, 0, 1 } },
        { .n = 2,
          .c = 1,
          .h = 5,
          .w = 26,
          .size = { 2, 3 },
          .stride = { 1, 1 },
          .dilation = { 3, 2 } },
        { .n = 20, .c = 4, .h = 1, .w = 1, .size = { 1, 1 } },
        { .n = 1, .c = 3, .h = 7, .w = 7, .size = { 7, 7 } },
        { .n = 2, .c = 9, .h = 70, .w = 66, .size = { 2, 2 }, .stride = { 2, 2 } },
    };
    (void)state;
    for (size_t i = 0; i < sizeof windows / sizeof *windows; i++) {
        limpid_window s = sized(windows[i]);
        int64_t outputs = s.n * s.k * s.oh * s.ow, inputs = s.n * s.c * s.h * s.w;
        subject in = { .s = &s,
                       .in = { { .count = inputs }, { .count = outputs } },
                       .out = { { .count = outputs }, { .count = outputs }, { .count = inputs } },
                       .outs = 3 };
        check(&pool_max, &in, i);
        in.out[1].count = inputs;
        in.outs = 2;
        for (int count_pad = 0; count_pad < 2; count_pad++) {
            s.count_pad = count_pad;
            in.in[0].count = inputs;
            in.in[1].count = outputs;
            check(&pool_average, &in, i);
        }
    }
}

/* ---- element by element: a, b, c -> y, dx, sum, and the update in place ---- */

static void pointwise_kernels(workshop *w, const subject *in, guarded *out)
{
    const limpid_worksite *site = workshop_open(w, (limpid_scratch_need){ 0 });
    int64_t count = in->count;
    const float *a = in->in[0].numbers, *b = in->in[1].numbers;
    w->kernels->relu_forward(site, count, a, out[0].numbers);
    w->kernels->relu_backward(site, count, a, b, out[1].numbers);
    w->kernels->add(site, count, a, b, out[2].numbers);
    workshop_close(w);
}

static void pointwise_definition(const subject *in, guarded *out)
{
    const float *a = in->in[0].numbers, *b = in->in[1].numbers;
    define_relu_forward(in->count, a, out[0].numbers);
    define_relu_backward(in->count, a, b, out[1].numbers);
    define_add(in->count, a, b, out[2].numbers);
}

static const pair pointwise = { "ReLU, addition", pointwise_kernels, pointwise_definition };

/* The sum may lie where one of its terms does; m and w are changed where they are. */
static void copy_terms(const subject *in, guarded *out)
{
    for (int i = 0; i < 4; i++)
        memcpy(out[i].numbers, in->in[i % 2 + 1].numbers, (size_t)in->count * sizeof(float));
}

static void in_place_kernels(workshop *w, const subject *in, guarded *out)
{
    const limpid_worksite *site = workshop_open(w, (limpid_scratch_need){ 0 });
    const float *a = in->in[0].numbers;
    copy_terms(in, out);
    w->kernels->sgd(site, in->count, 0.05f, 0.9f, 5e-4f, a, out[0].numbers, out[1].numbers);
    w->kernels->add(site, in->count, out[2].numbers, a, out[2].numbers);
    w->kernels->add(site, in->count, a, out[3].numbers, out[3].numbers);
    workshop_close(w);
}

static void in_place_definition(const subject *in, guarded *out)
{
    const float *a = in->in[0].numbers;
    copy_terms(in, out);
    define_sgd(in->count, 0.05f, 0.9f, 5e-4f, a, out[0].numbers, out[1].numbers);
    define_add(in->count, out[2].numbers, a, out[2].numbers);
    define_add(in->count, a, out[3].numbers, out[3].numbers);
}

static const pair in_place = { "update, addition in place", in_place_kernels, in_place_definition };

static void elements(void **state)
{
    static const int64_t counts[] = { 1, 3, 15, 16, 17, 33, 16383, 16389, 40000 };
    (void)state;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        int64_t n = counts[i];
        subject in = { .count = n, .outs = 4 };
        for (int k = 0; k < 4; k++)
            in.out[k].count = n;
        for (int k = 0; k < 3; k++)
            in.in[k].count = n;
        check(&in_place, &in, i);
        in.outs = 3;
        check(&pointwise, &in, i);
    }
}

static void peak_counts_what_it_does(void **state)
{
    (void)state;
    for (int isa = 0; isa < LIMPID_ISA_COUNT; isa++)
        if (limpid_isa_available((limpid_isa_kind)isa)) {
            const limpid_kernels *k = limpid_kernels_for((limpid_isa_kind)isa);
            assert_true(k->peak(3) > 0 && k->peak(3) == 3 * k->peak(1));
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(convolution),
        cmocka_unit_test(long_chains),
        cmocka_unit_test(pooling),
        cmocka_unit_test(elements),
        cmocka_unit_test(peak_counts_what_it_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
