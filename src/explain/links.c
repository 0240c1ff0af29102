// SPDX-License-Identifier: MIT
/* links.c - which cells a drawn cell is made from, for each way in which the note makes tensors. */
#include "explain/page.h"

static bool zero(double number)
{
    return number <= 0 && number >= 0;
}

void limpid_page_link_same(limpid_page *page, limpid_shown to, limpid_shown from)
{
    for (long k = 0; k < note_count(to.t); k++)
        limpid_page_link(page, to, k, from, k);
}

void limpid_page_link_product(limpid_page *page, limpid_shown to, limpid_shown A, limpid_shown B)
{
    long rows = A.t.size[0], inner = A.t.size[1], columns = B.t.size[1];
    for (long j = 0; j < columns; j++)
        for (long i = 0; i < rows; i++)
            for (long k = 0; k < inner; k++) {
                long a = i + rows * k, b = k + inner * j, c = i + rows * j;
                if (page->status != LIMPID_OK || zero(A.t.data[a]) || zero(B.t.data[b]))
                    continue;
                limpid_page_link(page, to, c, A, a);
                limpid_page_link(page, to, c, B, b);
            }
}

void limpid_page_link_transpose(limpid_page *page, limpid_shown to, limpid_shown A)
{
    long rows = A.t.size[0], columns = A.t.size[1];
    for (long j = 0; j < columns; j++)
        for (long i = 0; i < rows; i++)
            limpid_page_link(page, to, j + columns * i, A, i + rows * j);
}

void limpid_page_link_kronecker(limpid_page *page, limpid_shown to, limpid_shown A, limpid_shown B)
{
    long p = B.t.size[0], q = B.t.size[1], rows = to.t.size[0];
    for (long k = 0; k < note_count(to.t); k++) {
        long i = k % rows, j = k / rows;
        limpid_page_link(page, to, k, A, i / p + A.t.size[0] * (j / q));
        limpid_page_link(page, to, k, B, i % p + p * (j % q));
    }
}

void limpid_page_link_window(limpid_page *page, limpid_shown y, limpid_shown x, limpid_shown f,
                             note_window g)
{
    long H_l1 = y.t.size[0], P = H_l1 * y.t.size[1], Q = g.size[0] * g.size[1] * x.t.size[2];
    for (long k = 0; k < note_count(y.t); k++)
        for (long q = 0; q < Q; q++) {
            note_place in = note_t(g, H_l1, k % P, q);
            if (page->status != LIMPID_OK || !note_inside(x.t, in))
                continue;
            limpid_page_link(page, y, k, x, note_index(x.t, in));
            limpid_page_link(page, y, k, f, k / P * Q + q);
        }
}

void limpid_page_link_phi(limpid_page *page, limpid_shown phi, limpid_shown x, note_window g)
{
    long P = phi.t.size[0], H_l1 = note_out_size(g, 0, x.t.size[0]);
    for (long k = 0; k < note_count(phi.t); k++) {
        note_place in = note_t(g, H_l1, k % P, k / P);
        if (note_inside(x.t, in))
            limpid_page_link(page, phi, k, x, note_index(x.t, in));
    }
}
