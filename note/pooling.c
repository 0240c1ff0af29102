// SPDX-License-Identifier: MIT
/* pooling.c - section 5: sizes (46), max (47) and average (48) pooling, the conditions (49)-(51)
 * and the indicator matrix S(x) (52), forward and backward through it (53)-(55) and through
 * recorded positions.
 *
 * Ties: of equal cells the first in the scan order wins. NaN beats every number, the first NaN
 * wins. Padding takes no part in the maximum. The note's pooling is the window whose stride is
 * its size (note_i() then reads row i_l1 * H + i); overlapping, padded and dilated windows are
 * A11. */
#include <math.h>
#include "note/note.h"

/* (46) */
bool note_pool_sizes(note_tensor x, long H, long W, long *H_l1, long *W_l1, long *D_l1)
{
    if (!x.data || H < 1 || W < 1 || x.size[0] % H != 0 || x.size[1] % W != 0)
        return false;
    *H_l1 = x.size[0] / H;
    *W_l1 = x.size[1] / W;
    *D_l1 = x.size[2];
    return true;
}

/* The output tensor of a window, all zeros. */
static note_tensor pooled(note_sheet *s, note_tensor x, note_window g)
{
    long H_l1 = note_out_size(g, 0, x.size[0]), W_l1 = note_out_size(g, 1, x.size[1]);
    return x.data ? note_volume(s, H_l1, W_l1, x.size[2], x.size[3]) : x;
}

/* The k-th of the H W cells of the subregion of `out`: its place in vec(x), or -1 in the
 * padding. */
static long cell(note_tensor x, note_window g, note_place out, long k, note_scan scan)
{
    long H = g.size[0], W = g.size[1];
    long i = scan == NOTE_COLUMN_FIRST ? k % H : k / W;
    long j = scan == NOTE_COLUMN_FIRST ? k / H : k % W;
    note_place in = { note_i(g, out.i, i), note_j(g, out.j, j), out.d, out.n };
    return note_inside(x, in) ? note_index(x, in) : -1;
}

static bool beats(double x, double best)
{
    return x > best || (isnan(x) && !isnan(best));
}

static long winner(note_tensor x, note_window g, note_place out, note_scan scan)
{
    long best = -1;
    for (long k = 0; k < g.size[0] * g.size[1]; k++) {
        long u = cell(x, g, out, k, scan);
        if (u >= 0 && (best < 0 || beats(x.data[u], x.data[best])))
            best = u;
    }
    return best;
}

/* (47) */
note_tensor note_max_pool(note_sheet *s, note_tensor x, note_window g, note_scan scan,
                          note_tensor *positions)
{
    note_tensor y = pooled(s, x, g), from = note_like(s, y);
    for (long k = 0; k < note_count(from); k++) {
        long u = winner(x, g, note_place_of(y, k), scan);
        y.data[k] = u < 0 ? -HUGE_VAL : x.data[u];
        from.data[k] = (double)u;
    }
    if (positions)
        *positions = from;
    return from.data ? y : from;
}

/* What the sum over the subregion of `out` is divided by. */
static double divisor(note_tensor x, note_window g, note_place out, bool count_padding)
{
    long HW = g.size[0] * g.size[1], inside = 0;
    for (long k = 0; k < HW; k++)
        inside += cell(x, g, out, k, NOTE_COLUMN_FIRST) >= 0;
    return (double)(count_padding ? HW : inside);
}

/* (48) */
note_tensor note_average_pool(note_sheet *s, note_tensor x, note_window g, bool count_padding)
{
    note_tensor y = pooled(s, x, g);
    for (long r = 0; r < note_count(y); r++) {
        note_place out = note_place_of(y, r);
        double sum = 0, cells = divisor(x, g, out, count_padding);
        for (long k = 0; k < g.size[0] * g.size[1]; k++) {
            long u = cell(x, g, out, k, NOTE_COLUMN_FIRST);
            sum += u < 0 ? 0 : x.data[u];
        }
        y.data[r] = cells > 0 ? sum / cells : 0;
    }
    return y;
}

/* Each cell has 1 / divisor of the average, so it gets that share of its derivative. */
note_tensor note_average_pool_gradient(note_sheet *s, note_tensor x, note_window g,
                                       bool count_padding, note_tensor dy)
{
    note_tensor dx = note_like(s, x), y = pooled(s, x, g);
    if (!dx.data || !y.data || note_count(dy) != note_count(y))
        return (note_tensor){ 0 };
    for (long r = 0; r < note_count(y); r++) {
        note_place out = note_place_of(y, r);
        double cells = divisor(x, g, out, count_padding);
        for (long k = 0; k < g.size[0] * g.size[1]; k++) {
            long u = cell(x, g, out, k, NOTE_COLUMN_FIRST);
            if (u >= 0)
                dx.data[u] += dy.data[r] / cells;
        }
    }
    return dx;
}

/* Column u is what the pooling makes of the u-th unit vector. */
note_tensor note_average_matrix(note_sheet *s, note_tensor x, note_window g, bool count_padding)
{
    note_tensor unit = note_like(s, x),
                A = note_matrix(s, note_count(pooled(s, x, g)), note_count(x));
    for (long u = 0; unit.data && A.data && u < note_count(x); u++) {
        unit.data[u] = 1;
        note_tensor column = note_average_pool(s, unit, g, count_padding);
        unit.data[u] = 0;
        if (!column.data)
            return column;
        for (long r = 0; r < A.size[0]; r++)
            *note_entry(A, r, u) = column.data[r];
    }
    return unit.data ? A : unit;
}

/* (49) */
bool note_same_slice(note_place in, note_place out)
{
    return out.d == in.d;
}

/* (50) */
bool note_same_subregion(note_place in, note_place out, long H, long W)
{
    return in.i / H == out.i && in.j / W == out.j;
}

/* (51) */
bool note_is_largest(note_tensor x, note_place in, note_place out, long H, long W)
{
    bool largest = true;
    for (long j = 0; j < W; j++)
        for (long i = 0; i < H; i++)
            largest = largest && *note_at(x, in.i, in.j, in.d, 0) >=
                                     *note_at(x, i + out.i * H, j + out.j * W, in.d, 0);
    return largest;
}

/* (52) */
note_tensor note_S(note_sheet *s, note_tensor x, long H, long W)
{
    long H_l1, W_l1, D_l1;
    if (x.size[3] != 1 || !note_pool_sizes(x, H, W, &H_l1, &W_l1, &D_l1))
        return (note_tensor){ 0 };
    note_tensor y = note_volume(s, H_l1, W_l1, D_l1, 1),
                S = note_matrix(s, note_count(y), note_count(x));
    for (long row = 0; S.data && row < S.size[0]; row++)
        for (long column = 0; column < S.size[1]; column++) {
            note_place in = note_place_of(x, column), out = note_place_of(y, row);
            if (note_same_slice(in, out) && note_same_subregion(in, out, H, W) &&
                note_is_largest(x, in, out, H, W)) {
                *note_entry(S, row, column) = 1;
                break; /* a tie must not put a second 1 in the row */
            }
        }
    return S;
}

note_tensor note_S_recorded(note_sheet *s, note_tensor positions, long count)
{
    note_tensor S = note_matrix(s, note_count(positions), count);
    for (long row = 0; S.data && row < S.size[0]; row++)
        if (positions.data[row] >= 0)
            *note_entry(S, row, (long)positions.data[row]) = 1;
    return S;
}

/* (53) */
note_tensor note_max_pool_53(note_sheet *s, note_tensor S, note_tensor x)
{
    return note_multiply(s, S, note_vec(x));
}

/* (54) */
note_tensor note_max_pool_54(note_sheet *s, note_tensor S, note_tensor dy)
{
    return note_chain_rule(s, note_transpose(s, note_vec(dy)), S);
}

/* (55) */
note_tensor note_max_pool_55(note_sheet *s, note_tensor S, note_tensor dy)
{
    return note_multiply(s, note_transpose(s, S), note_vec(dy));
}

note_tensor note_max_pool_gradient(note_sheet *s, note_tensor x, note_tensor positions,
                                   note_tensor dy)
{
    note_tensor dx = note_like(s, x);
    if (!dx.data || !positions.data || note_count(dy) != note_count(positions))
        return (note_tensor){ 0 };
    for (long k = 0; k < note_count(dy); k++)
        if (positions.data[k] >= 0)
            dx.data[(long)positions.data[k]] += dy.data[k];
    return dx;
}
