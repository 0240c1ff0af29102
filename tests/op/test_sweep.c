// SPDX-License-Identifier: MIT
/* Convolution and pooling over combinations of sizes, held to the oracle on random numbers and, bit
 * for bit, on integers.
 *
 * The parameters below are combined so that any two of them occur with every two of their values
 * (any three, compiled with SWEEP_LONG): faults live where few things meet (D. Kuhn, D. Wallace, A.
 * Gallo, 2004). Combinations that cannot be, such as a window larger than its picture, are left
 * out. */
#include <stdlib.h>
#include <string.h>
#include "op/question.h"

#ifdef SWEEP_LONG
enum { TOGETHER = 4 };
#else
enum { TOGETHER = 3 };
#endif

enum { VALUES = 7, PARAMETERS_MAX = 18 };

typedef struct {
    const char *name;
    int values[VALUES], count;
} parameter;

#define VALUES_OF(...)                                                                             \
    .values = { __VA_ARGS__ }, .count = sizeof((int[]){ __VA_ARGS__ }) / sizeof(int)

/* One chosen index for each parameter, or FREE. */
enum { FREE = -1 };
typedef struct {
    int index[PARAMETERS_MAX];
} choice;

typedef struct {
    const parameter *parameters;
    int count;
    bool (*possible)(const int *values);
    void (*run)(const int *values);
    unsigned char *seen; /* a bit for each tuple of parameters and values */
    int64_t cases;
} sweep;

/* ---- choosing ---- */

/* Which bit of `seen` stands for these parameters with these values. */
static size_t place(const sweep *s, const int *parameters, const choice *c)
{
    size_t at = 0;
    for (int i = 0; i < TOGETHER; i++)
        at = (at * (size_t)s->count + (size_t)parameters[i]) * VALUES +
             (size_t)c->index[parameters[i]];
    return at;
}

static bool seen(const sweep *s, const int *parameters, const choice *c)
{
    size_t at = place(s, parameters, c);
    return s->seen[at / 8] >> at % 8 & 1;
}

/* The next TOGETHER parameters in order, false after the last. */
static bool next_parameters(const sweep *s, int *parameters)
{
    int i = TOGETHER - 1;
    while (i >= 0 && parameters[i] == s->count - TOGETHER + i)
        i--;
    if (i < 0)
        return false;
    parameters[i]++;
    while (++i < TOGETHER)
        parameters[i] = parameters[i - 1] + 1;
    return true;
}

static void values_of(const sweep *s, const choice *c, int *values)
{
    for (int i = 0; i < s->count; i++)
        values[i] = s->parameters[i].values[c->index[i]];
}

/* Fills what is free at random until the combination is possible. */
static bool complete(const sweep *s, choice *c, limpid_random *random)
{
    int values[PARAMETERS_MAX];
    for (int attempt = 0; attempt < 300; attempt++) {
        choice full = *c;
        for (int i = 0; i < s->count; i++)
            if (full.index[i] == FREE)
                full.index[i] = (int)limpid_random_below(random, (uint64_t)s->parameters[i].count);
        values_of(s, &full, values);
        if (s->possible(values)) {
            *c = full;
            return true;
        }
    }
    return false;
}

static void run_choice(sweep *s, const choice *c)
{
    int values[PARAMETERS_MAX], parameters[TOGETHER];
    values_of(s, c, values);
    s->run(values);
    s->cases++;
    for (int i = 0; i < TOGETHER; i++)
        parameters[i] = i;
    do {
        size_t at = place(s, parameters, c);
        s->seen[at / 8] |= (unsigned char)(1 << at % 8);
    } while (next_parameters(s, parameters));
}

/* Every value of these parameters with every one of the others, where it has not been yet. */
static void sweep_tuple(sweep *s, const int *parameters, limpid_random *random)
{
    choice c;
    int index[TOGETHER] = { 0 };
    for (int next = 0; next < TOGETHER;) {
        for (int i = 0; i < s->count; i++)
            c.index[i] = FREE;
        for (int i = 0; i < TOGETHER; i++)
            c.index[parameters[i]] = index[i];
        if (!seen(s, parameters, &c) && complete(s, &c, random))
            run_choice(s, &c);
        for (next = 0; next < TOGETHER; next++) {
            if (++index[next] < s->parameters[parameters[next]].count)
                break;
            index[next] = 0;
        }
    }
}

static void sweep_all(sweep *s)
{
    size_t places = 1;
    int parameters[TOGETHER];
    limpid_random random = limpid_random_stream(7, LIMPID_RANDOM_BENCH, 0, 0);
    for (int i = 0; i < TOGETHER; i++) {
        places *= (size_t)s->count * VALUES;
        parameters[i] = i;
    }
    s->seen = calloc(places / 8 + 1, 1);
    assert_non_null(s->seen);
    do
        sweep_tuple(s, parameters, &random);
    while (next_parameters(s, parameters));
    free(s->seen);
    print_message("%d combinations\n", (int)s->cases);
}

/* ---- windows ---- */

/* The first parameters of both sweeps. */
#define WINDOW_PARAMETERS                                                                          \
    { "n", VALUES_OF(1, 2, 17, 33) }, { "height", VALUES_OF(1, 2, 5, 8, 19) },                     \
        { "width", VALUES_OF(1, 3, 6, 9, 18, 37) }, { "size", VALUES_OF(1, 2, 3, 4, 5) },          \
        { "size across", VALUES_OF(1, 2, 3, 4, 5) }, { "stride", VALUES_OF(1, 2, 3) },             \
        { "stride across", VALUES_OF(1, 2, 3) }, { "top", VALUES_OF(0, 1, 2) },                    \
        { "left", VALUES_OF(0, 1, 2) }, { "bottom", VALUES_OF(0, 1, 2) },                          \
        { "right", VALUES_OF(0, 1, 2) }, { "dilation", VALUES_OF(1, 2, 3) },                       \
    {                                                                                              \
        "dilation across", VALUES_OF(1, 2, 3)                                                      \
    }
enum {
    N,
    H,
    W,
    SIZE,
    STRIDE = SIZE + 2,
    PAD = STRIDE + 2,
    DILATION = PAD + 4,
    REST = DILATION + 2
};

/* Outputs along one dimension, 0 where the window does not fit. */
static int outputs(const int *v, int d)
{
    int slack = v[H + d] + v[PAD + d] + v[PAD + 2 + d] - (v[SIZE + d] - 1) * v[DILATION + d] - 1;
    return slack < 0 ? 0 : slack / v[STRIDE + d] + 1;
}

static void window_text(const int *v, char *text, size_t room)
{
    snprintf(text, room, "size=%dx%d stride=%dx%d pad=%dx%dx%dx%d dilation=%dx%d", v[SIZE],
             v[SIZE + 1], v[STRIDE], v[STRIDE + 1], v[PAD], v[PAD + 1], v[PAD + 2], v[PAD + 3],
             v[DILATION], v[DILATION + 1]);
}

/* Every instruction set in turn: each meets all kinds of cases. */
static void check(const limpid_op *op, const char *attributes, const char *shapes)
{
    static int turn;
    do
        turn = (turn + 1) % LIMPID_ISA_COUNT;
    while (!limpid_isa_available((limpid_isa_kind)turn));
    limpid_context *context = trial_context((limpid_isa_kind)turn, 2);
    check_against_oracle(context, op, attributes, shapes);
    limpid_context_free(context);
}

/* ---- convolution ---- */

enum { CHANNELS = REST, FILTERS, GROUPS, BIAS };
/* groups: one, three, or as many as there are channels */
static const parameter conv_parameters[] = {
    WINDOW_PARAMETERS,
    { "channels", VALUES_OF(1, 3, 16, 17, 33) },
    { "filters", VALUES_OF(1, 3, 16, 17, 33) },
    { "groups", VALUES_OF(1, 3, 0) },
    { "bias", VALUES_OF(1, 0) },
};

static int groups_of(const int *v)
{
    return v[GROUPS] ? v[GROUPS] : v[CHANNELS];
}

static bool conv_possible(const int *v)
{
    int groups = groups_of(v);
    int64_t products = (int64_t)v[N] * v[FILTERS] * v[CHANNELS] / groups * v[SIZE] * v[SIZE + 1] *
                       outputs(v, 0) * outputs(v, 1);
    /* The oracle takes its time: the most a case may cost. */
    return products > 0 && products <= 400000 && v[CHANNELS] % groups == 0 &&
           v[FILTERS] % groups == 0;
}

static void conv_run(const int *v)
{
    char attributes[200], shapes[100], window[150];
    window_text(v, window, sizeof window);
    snprintf(attributes, sizeof attributes, "out=%d groups=%d bias=%s %s", v[FILTERS], groups_of(v),
             v[BIAS] ? "true" : "false", window);
    snprintf(shapes, sizeof shapes, "%dx%dx%dx%d", v[N], v[CHANNELS], v[H], v[W]);
    check(&limpid_op_conv, attributes, shapes);
}

static void convolution(void **state)
{
    (void)state;
    sweep_all(&(sweep){ .parameters = conv_parameters,
                        .count = sizeof conv_parameters / sizeof *conv_parameters,
                        .possible = conv_possible,
                        .run = conv_run });
}

/* ---- pooling ---- */

enum { PLANES = REST, KIND };
static const parameter pool_parameters[] = {
    WINDOW_PARAMETERS,
    { "planes", VALUES_OF(1, 3, 17) },
    { "kind", VALUES_OF(0, 1, 2) }, /* maximum, average, average with padding counted */
};

static bool pool_possible(const int *v)
{
    int64_t cells = (int64_t)v[N] * v[PLANES] * v[SIZE] * v[SIZE + 1];
    for (int d = 0; d < 2; d++) {
        int reach = (v[SIZE + d] - 1) * v[DILATION + d];
        cells *= outputs(v, d);
        /* Windows of padding alone are refused, and those whose cells step over the picture: with a
         * dilation larger than it, there may be such. */
        for (int i = 0; i < outputs(v, d); i++) {
            int cells_inside = 0;
            for (int u = 0; u < v[SIZE + d]; u++) {
                int at = i * v[STRIDE + d] - v[PAD + d] + u * v[DILATION + d];
                cells_inside += at >= 0 && at < v[H + d];
            }
            if (!cells_inside)
                return false;
        }
        if (v[PAD + d] > reach || v[PAD + 2 + d] > reach)
            return false;
    }
    return cells > 0 && cells <= 200000;
}

static void pool_run(const int *v)
{
    char attributes[200], shapes[100], window[150];
    window_text(v, window, sizeof window);
    snprintf(attributes, sizeof attributes, "%s%s", window, v[KIND] == 2 ? " count-pad=true" : "");
    snprintf(shapes, sizeof shapes, "%dx%dx%dx%d", v[N], v[PLANES], v[H], v[W]);
    check(v[KIND] ? &limpid_op_pool_average : &limpid_op_pool_max, attributes, shapes);
}

static void pooling(void **state)
{
    (void)state;
    sweep_all(&(sweep){ .parameters = pool_parameters,
                        .count = sizeof pool_parameters / sizeof *pool_parameters,
                        .possible = pool_possible,
                        .run = pool_run });
}

#ifdef SWEEP_LONG
/* As many weights as are summed another way, and more pixels than a chain may have terms. */
static void many_weights(void **state)
{
    (void)state;
    check(&limpid_op_conv, "out=1100 size=1", "1x32x65x64");
    check(&limpid_op_conv, "out=72 size=3 pad=1", "19x64x13x11");
    check(&limpid_op_dense, "out=300", "100x700");
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
#ifdef SWEEP_LONG
        cmocka_unit_test(many_weights),
#endif
        cmocka_unit_test(convolution),
        cmocka_unit_test(pooling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
