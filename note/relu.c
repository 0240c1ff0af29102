// SPDX-License-Identifier: MIT
/* relu.c - section 7: the rectified linear unit (58)-(60).
 *
 * At x = 0, where max{0, x} has no derivative, (59) chooses 0, one of its subgradients. NaN stays
 * NaN forward; backward it gets 0, since NaN > 0 is false. */
#include "note/note.h"

/* (58) */
note_tensor note_relu(note_sheet *s, note_tensor x)
{
    note_tensor y = note_like(s, x);
    for (long k = 0; k < note_count(y); k++)
        y.data[k] = x.data[k] <= 0 ? 0 : x.data[k];
    return y;
}

/* (59) */
note_tensor note_relu_indicator(note_sheet *s, note_tensor x)
{
    note_tensor one = note_like(s, x);
    for (long k = 0; k < note_count(one); k++)
        one.data[k] = x.data[k] > 0;
    return one;
}

/* (60) */
note_tensor note_relu_gradient(note_sheet *s, note_tensor x, note_tensor dy)
{
    note_tensor dx = note_like(s, x);
    if (!dy.data || note_count(dy) != note_count(x))
        return (note_tensor){ 0 };
    for (long k = 0; k < note_count(dx); k++)
        dx.data[k] = x.data[k] > 0 ? dy.data[k] : 0;
    return dx;
}
