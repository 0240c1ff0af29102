// SPDX-License-Identifier: MIT
/* convolve.h - what convolution and the fully connected layer share: inputs x, weight, bias in this
 * order, and the kernels that run them. Inside the op room only. */
#ifndef LIMPID_OP_CONVOLVE_H
#define LIMPID_OP_CONVOLVE_H

#include "op/op.h"

static inline limpid_status limpid_convolve_need(limpid_shaping *s, const limpid_window *window)
{
    /* Leaves kernels room for the factors in their scratch: nothing they reckon with overflows. */
    limpid_shape most = {
        5, { window->k, window->c / window->groups, window->size[0], window->size[1], 1 << 12 }
    };
    int64_t count;
    if (!limpid_shape_count(&most, &count))
        return limpid_shape_fail(s, "weights of shape %s are too large",
                                 limpid_shape_print(&s->parameter[1]).text);
    limpid_shape_need(s, s->kernels->conv_forward_need(window));
    if (s->training) {
        limpid_shape_need(s, s->kernels->conv_backward_input_need(window));
        limpid_shape_need(s, s->kernels->conv_backward_filter_need(window));
        limpid_shape_need(s, s->kernels->channel_sum_need(window->n, window->k));
    }
    return LIMPID_OK;
}

static inline void limpid_convolve(const limpid_call *call, const limpid_window *window)
{
    call->kernels->conv_forward(call->site, window, call->in[0].f, call->in[1].f, call->in[2].f,
                                call->out[0].f);
}

static inline void limpid_convolve_back(const limpid_call *call, const limpid_window *window)
{
    const limpid_kernels *kernels = call->kernels;
    const float *dy = call->dout[0].f;
    if (call->din[0].f)
        kernels->conv_backward_input(call->site, window, dy, call->in[1].f, call->din[0].f);
    if (call->din[1].f)
        kernels->conv_backward_filter(call->site, window, call->in[0].f, dy, call->din[1].f);
    if (call->din[2].f)
        kernels->channel_sum(call->site, window->n, window->k, window->oh * window->ow, dy,
                             call->din[2].f);
}

#endif
