// SPDX-License-Identifier: MIT
/* tensor.c - section 2.1: tensors of any order and their vectorization (1); the little matrix
 * algebra the derivations need; the way to and from the engine's order of numbers.
 *
 * A sheet is a pile of pages, one for each tensor, thrown away together. That is what lets a
 * formula be written as one expression, without a name and a release for everything in between. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "note/note.h"

struct page {
    struct page *below;
    double number[];
};

struct note_sheet {
    struct page *top;
    long room;
};

/* So that a product of two counts never overflows. */
static const long most = 1L << 31;

note_sheet *note_sheet_new(long numbers)
{
    note_sheet *s = calloc(1, sizeof *s);
    if (s)
        s->room = numbers < most ? numbers : most;
    return s;
}

void note_sheet_free(note_sheet *s)
{
    while (s && s->top) {
        struct page *below = s->top->below;
        free(s->top);
        s->top = below;
    }
    free(s);
}

static double *write_on(note_sheet *s, long numbers)
{
    if (numbers < 1 || numbers > s->room)
        return NULL;
    struct page *p = calloc(1, sizeof *p + (size_t)numbers * sizeof(double));
    if (!p)
        return NULL;
    p->below = s->top;
    s->top = p;
    s->room -= numbers;
    return p->number;
}

note_tensor note_tensor_new(note_sheet *s, int order, const long *size)
{
    note_tensor x = { .order = order };
    long count = 1;
    if (order < 1 || order > NOTE_ORDERS)
        return (note_tensor){ 0 };
    for (int k = 0; k < NOTE_ORDERS; k++) {
        x.size[k] = k < order ? size[k] : 1;
        if (x.size[k] < 1 || count > s->room / x.size[k])
            return (note_tensor){ 0 };
        count *= x.size[k];
    }
    x.data = write_on(s, count);
    return x.data ? x : (note_tensor){ 0 };
}

note_tensor note_vector(note_sheet *s, long n)
{
    return note_matrix(s, n, 1);
}

note_tensor note_matrix(note_sheet *s, long rows, long columns)
{
    return note_tensor_new(s, 2, (long[]){ rows, columns });
}

note_tensor note_volume(note_sheet *s, long H, long W, long D, long N)
{
    return note_tensor_new(s, 4, (long[]){ H, W, D, N });
}

note_tensor note_like(note_sheet *s, note_tensor x)
{
    return x.data ? note_tensor_new(s, x.order, x.size) : x;
}

note_tensor note_copy(note_sheet *s, note_tensor x)
{
    note_tensor y = note_like(s, x);
    for (long k = 0; k < note_count(y); k++)
        y.data[k] = x.data[k];
    return y;
}

long note_count(note_tensor x)
{
    long count = x.data != NULL;
    for (int k = 0; k < NOTE_ORDERS; k++)
        count *= x.size[k];
    return count;
}

long note_index(note_tensor x, note_place at)
{
    return at.i + x.size[0] * (at.j + x.size[1] * (at.d + x.size[2] * at.n));
}

note_place note_place_of(note_tensor x, long index)
{
    long H = x.size[0], W = x.size[1], D = x.size[2];
    return (note_place){ index % H, index / H % W, index / (H * W) % D, index / (H * W * D) };
}

bool note_inside(note_tensor x, note_place at)
{
    return 0 <= at.i && at.i < x.size[0] && 0 <= at.j && at.j < x.size[1] && 0 <= at.d &&
           at.d < x.size[2] && 0 <= at.n && at.n < x.size[3];
}

note_tensor note_reshape(note_tensor x, int order, const long *size)
{
    note_tensor y = { .order = order, .data = x.data };
    for (int k = 0; k < NOTE_ORDERS; k++)
        y.size[k] = k < order ? size[k] : 1;
    return x.data && note_count(y) == note_count(x) ? y : (note_tensor){ 0 };
}

/* (1) The numbers already lie column-first: slice after slice, column after column. */
note_tensor note_vec(note_tensor x)
{
    return note_reshape(x, 1, (long[]){ note_count(x) });
}

note_tensor note_as_matrix(note_tensor x, long rows, long columns)
{
    return note_reshape(x, 2, (long[]){ rows, columns });
}

note_tensor note_as_volume(note_tensor x, long H, long W, long D, long N)
{
    return note_reshape(x, 4, (long[]){ H, W, D, N });
}

note_tensor note_slice(note_tensor x, long k)
{
    if (!x.data || x.order < 2 || k < 0 || k >= x.size[x.order - 1])
        return (note_tensor){ 0 };
    note_tensor slice = x;
    slice.order = x.order - 1;
    slice.size[slice.order] = 1;
    slice.data = x.data + k * note_count(slice);
    return slice;
}

note_tensor note_transpose(note_sheet *s, note_tensor A)
{
    note_tensor T = note_matrix(s, A.size[1], A.size[0]);
    if (!A.data || !T.data || A.order > 2)
        return (note_tensor){ 0 };
    for (long j = 0; j < A.size[1]; j++)
        for (long i = 0; i < A.size[0]; i++)
            *note_entry(T, j, i) = *note_entry(A, i, j);
    return T;
}

note_tensor note_multiply(note_sheet *s, note_tensor A, note_tensor B)
{
    if (!A.data || !B.data || A.order > 2 || B.order > 2 || A.size[1] != B.size[0])
        return (note_tensor){ 0 };
    note_tensor C = note_matrix(s, A.size[0], B.size[1]);
    if (!C.data)
        return C;
    for (long j = 0; j < B.size[1]; j++)
        for (long k = 0; k < B.size[0]; k++)
            for (long i = 0; i < A.size[0]; i++)
                *note_entry(C, i, j) += *note_entry(A, i, k) * *note_entry(B, k, j);
    return C;
}

note_tensor note_identity(note_sheet *s, long n)
{
    note_tensor I = note_matrix(s, n, n);
    for (long k = 0; I.data && k < n; k++)
        *note_entry(I, k, k) = 1;
    return I;
}

double note_difference(note_tensor a, note_tensor b)
{
    double largest = 0;
    if (!a.data || !b.data || memcmp(a.size, b.size, sizeof a.size) != 0)
        return HUGE_VAL;
    for (long k = 0; k < note_count(a); k++) {
        double u = a.data[k], v = b.data[k];
        if (isnan(u) != isnan(v))
            return HUGE_VAL;
        if (!isnan(u) && !(u <= v && u >= v)) /* equal infinities differ by 0, not by NaN */
            largest = fmax(largest, fabs(u - v));
    }
    return largest;
}

long note_nchw_index(note_tensor x, long index)
{
    note_place at = note_place_of(x, index);
    return ((at.n * x.size[2] + at.d) * x.size[0] + at.i) * x.size[1] + at.j;
}

note_tensor note_from_nchw(note_sheet *s, const double *nchw, long n, long c, long h, long w)
{
    note_tensor x = note_volume(s, h, w, c, n);
    for (long k = 0; k < note_count(x); k++)
        x.data[k] = nchw[note_nchw_index(x, k)];
    return x;
}

note_tensor note_from_nchw_float(note_sheet *s, const float *nchw, long n, long c, long h, long w)
{
    note_tensor x = note_volume(s, h, w, c, n);
    for (long k = 0; k < note_count(x); k++)
        x.data[k] = (double)nchw[note_nchw_index(x, k)];
    return x;
}

void note_to_nchw(note_tensor x, double *nchw)
{
    for (long k = 0; k < note_count(x); k++)
        nchw[note_nchw_index(x, k)] = x.data[k];
}
