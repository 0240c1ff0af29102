// SPDX-License-Identifier: MIT
/* oracle.c - see oracle.h. Tensors are handed to the note as N x C x H x W; of another rank, what
 * stands before and behind the dimension that matters is taken as one. Attributes are read by their
 * rows, so nothing here depends on an operator's own struct. */
#include "oracle/oracle.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const void *attribute(const oracle_question *q, const char *name)
{
    for (const limpid_field *f = q->op->fields; f && f->name; f++)
        if (strcmp(f->name, name) == 0)
            return (const char *)q->attributes + f->offset;
    abort(); /* a name that is not in the operator's rows */
}

static const int64_t *numbers(const oracle_question *q, const char *name)
{
    return attribute(q, name);
}

static note_window window_of(const oracle_question *q)
{
    note_window g = { { 0 } };
    for (int d = 0; d < 2; d++) {
        g.size[d] = numbers(q, "size")[d];
        g.stride[d] = numbers(q, "stride")[d];
        g.dilation[d] = numbers(q, "dilation")[d];
        g.pad[d] = numbers(q, "pad")[d];
        g.pad[2 + d] = numbers(q, "pad")[2 + d];
    }
    return g;
}

static note_tensor as_volume(const oracle_question *q, const limpid_tensor *x)
{
    const int64_t *dim = x->shape.dim;
    return note_from_nchw_float(q->sheet, x->f, dim[0], dim[1], dim[2], dim[3]);
}

/* N x all the rest x 1 x 1 */
static note_tensor as_rows(const oracle_question *q, const limpid_tensor *x)
{
    long n = x->shape.rank ? x->shape.dim[0] : 1;
    return note_from_nchw_float(q->sheet, x->f, n, limpid_count(&x->shape) / n, 1, 1);
}

/* all before the axis x the axis x all behind it x 1 */
static note_tensor as_columns(const oracle_question *q, const limpid_tensor *x, int axis)
{
    return note_from_nchw_float(q->sheet, x->f, limpid_shape_part(&x->shape, 0, axis),
                                x->shape.dim[axis],
                                limpid_shape_part(&x->shape, axis + 1, x->shape.rank), 1);
}

static void scale(note_tensor x, double factor)
{
    for (long i = 0; i < note_count(x); i++)
        x.data[i] *= factor;
}

static void conv(oracle_question *q)
{
    note_window g = window_of(q);
    long groups = numbers(q, "groups")[0];
    note_tensor x = as_volume(q, &q->in[0]), f = as_volume(q, &q->in[1]), b = { 0 };
    note_tensor dy = as_volume(q, &q->dout);
    double taps = (double)note_count(f) / (double)f.size[3];
    double pixels = (double)note_count(dy) / (double)f.size[3];
    if (q->in[2].f)
        b = as_rows(q, &q->in[2]);
    q->out = (oracle_answer){ note_convolution(q->sheet, x, f, b, g, groups), taps + 1 };
    q->din[0] = (oracle_answer){ note_convolution_gradient_x(q->sheet, x, f, dy, g, groups),
                                 taps / (double)f.size[2] * (double)f.size[3] / (double)groups };
    q->din[1] =
        (oracle_answer){ note_convolution_gradient_f(q->sheet, x, f, dy, g, groups), pixels };
    if (q->in[2].f)
        q->din[2] = (oracle_answer){ note_convolution_gradient_b(q->sheet, dy), pixels };
}

static void dense(oracle_question *q)
{
    note_tensor x = as_rows(q, &q->in[0]), F = note_F(as_rows(q, &q->in[1])), b = { 0 };
    note_tensor dy = as_rows(q, &q->dout);
    if (q->in[2].f)
        b = as_rows(q, &q->in[2]);
    q->out = (oracle_answer){ note_dense(q->sheet, x, F, b), (double)F.size[0] + 1 };
    q->din[0] = (oracle_answer){ note_dense_gradient_x(q->sheet, x, F, dy), (double)F.size[1] };
    note_tensor dF = note_dense_gradient_F(q->sheet, x, dy);
    q->din[1] =
        (oracle_answer){ note_as_volume(dF, 1, 1, F.size[0], F.size[1]), (double)x.size[3] };
    if (q->in[2].f)
        q->din[2] = (oracle_answer){ note_convolution_gradient_b(q->sheet, dy), (double)x.size[3] };
}

static void pool_max(oracle_question *q)
{
    note_tensor x = as_volume(q, &q->in[0]), dy = as_volume(q, &q->dout), positions;
    note_tensor y = note_max_pool(q->sheet, x, window_of(q), NOTE_ROW_FIRST, &positions);
    q->out = (oracle_answer){ y, 1 };
    q->din[0] = (oracle_answer){ note_max_pool_gradient(q->sheet, x, positions, dy), 1 };
}

static void pool_average(oracle_question *q)
{
    note_tensor x = as_volume(q, &q->in[0]), dy = as_volume(q, &q->dout);
    note_window g = window_of(q);
    bool count_pad = *(const bool *)attribute(q, "count-pad");
    double cells = (double)(g.size[0] * g.size[1]);
    q->out = (oracle_answer){ note_average_pool(q->sheet, x, g, count_pad), cells };
    q->din[0] = (oracle_answer){ note_average_pool_gradient(q->sheet, x, g, count_pad, dy), cells };
}

static int64_t multiple_of_all_below(int64_t n)
{
    int64_t multiple = 1;
    for (int64_t i = 2; i <= n; i++) {
        int64_t a = multiple, b = i;
        while (b) {
            int64_t rest = a % b;
            a = b;
            b = rest;
        }
        multiple *= i / a;
    }
    return multiple;
}

/* A window has r c cells inside the picture, r <= height and c <= width: such numbers divide
 * evenly.
 */
static int64_t average_unit(const oracle_question *q)
{
    const int64_t *size = numbers(q, "size");
    return multiple_of_all_below(size[0]) * multiple_of_all_below(size[1]);
}

static void relu(oracle_question *q)
{
    note_tensor x = as_rows(q, &q->in[0]), dy = as_rows(q, &q->dout);
    q->out = (oracle_answer){ note_relu(q->sheet, x), 1 };
    q->din[0] = (oracle_answer){ note_relu_gradient(q->sheet, x, dy), 1 };
}

static void add(oracle_question *q)
{
    note_tensor sum = as_rows(q, &q->in[0]), b = as_rows(q, &q->in[1]);
    for (long i = 0; i < note_count(sum); i++)
        sum.data[i] += b.data[i];
    q->out = (oracle_answer){ sum, 2 };
    q->din[0] = q->din[1] = (oracle_answer){ as_rows(q, &q->dout), 1 };
}

static void flatten(oracle_question *q)
{
    q->out = (oracle_answer){ as_rows(q, &q->in[0]), 1 };
    q->din[0] = (oracle_answer){ as_rows(q, &q->dout), 1 };
}

static void softmax(oracle_question *q)
{
    int axis = (int)numbers(q, "axis")[0];
    note_tensor y = note_softmax(q->sheet, as_columns(q, &q->in[0], axis));
    note_tensor dy = as_columns(q, &q->dout, axis);
    q->out = (oracle_answer){ y, 1 };
    q->din[0] = (oracle_answer){ note_softmax_gradient(q->sheet, y, dy), 1 };
}

static void cross_entropy(oracle_question *q)
{
    note_tensor x = as_columns(q, &q->in[0], 1);
    int64_t count = limpid_count(&q->in[1].shape);
    long *label = malloc((size_t)count * sizeof *label);
    if (!label)
        return;
    for (int64_t i = 0; i < count; i++)
        label[i] = q->in[1].i[i];
    note_tensor dx = note_cross_entropy_gradient(q->sheet, x, label);
    scale(dx, (double)q->dout.f[0]);
    q->out = (oracle_answer){ note_cross_entropy(q->sheet, x, label), 1 };
    q->din[0] = (oracle_answer){ dx, 1 };
    free(label);
}

static void squared_error(oracle_question *q)
{
    note_tensor x = as_rows(q, &q->in[0]), t = as_rows(q, &q->in[1]);
    note_tensor dx = note_squared_loss_gradient(q->sheet, t, x), dt = note_copy(q->sheet, dx);
    scale(dx, (double)q->dout.f[0]);
    scale(dt, -(double)q->dout.f[0]); /* only t - x counts */
    q->out = (oracle_answer){ note_squared_loss(q->sheet, t, x), 1 };
    q->din[0] = (oracle_answer){ dx, 1 };
    q->din[1] = (oracle_answer){ dt, 1 };
}

static const oracle_row rows[] = {
    { "conv", conv, .exact = true },
    { "dense", dense, .exact = true },
    { "pool-max", pool_max, .exact = true },
    { "pool-average", pool_average, .exact = true, .unit = average_unit },
    { "relu", relu, .exact = true },
    { "add", add, .exact = true },
    { "flatten", flatten, .exact = true },
    { "softmax", softmax },
    { "cross-entropy", cross_entropy },
    { "squared-error", squared_error, .exact = true },
};

const oracle_row *oracle_find(const char *op)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].op, op) == 0)
            return &rows[i];
    return NULL;
}

long oracle_room(const oracle_question *q)
{
    int64_t count = limpid_count(&q->dout.shape);
    for (int i = 0; i < ORACLE_INPUTS; i++)
        if (q->in[i].data)
            count += limpid_count(&q->in[i].shape);
    return 8 * count + 64;
}

/* The answer in the engine's order; to be freed. */
static double *in_order(const oracle_answer *wanted)
{
    double *numbers_wanted = malloc((size_t)note_count(wanted->value) * sizeof *numbers_wanted);
    if (numbers_wanted)
        note_to_nchw(wanted->value, numbers_wanted);
    return numbers_wanted;
}

double oracle_error(const float *got, const oracle_answer *wanted)
{
    double *want = in_order(wanted), difference = 0, norm = 0;
    for (long i = 0; want && i < note_count(wanted->value); i++) {
        double each = (double)got[i] - want[i];
        difference += each * each;
        norm += want[i] * want[i];
    }
    double error = sqrt(difference) / (norm > 0 ? sqrt(norm) : 1);
    free(want);
    return want ? error : (double)NAN;
}

double oracle_allowed(double terms)
{
    return fmax(2e-7, 5e-8 * sqrt(terms));
}

bool oracle_equal(const float *got, const oracle_answer *wanted)
{
    double *want = in_order(wanted);
    bool equal = want != NULL;
    for (long i = 0; equal && i < note_count(wanted->value); i++)
        equal = got[i] == (float)want[i];
    free(want);
    return equal;
}
