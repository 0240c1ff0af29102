// SPDX-License-Identifier: MIT
/* definition.h - the kernels as kernel.h defines them, to the bit: plain loops over single floats,
 * in the order that is promised. x, w, dy ... as there; nothing here is fast. */
#ifndef LIMPID_TESTS_KERNEL_DEFINITION_H
#define LIMPID_TESTS_KERNEL_DEFINITION_H

#include "kernel/kernel.h"

void define_conv_forward(const limpid_window *s, const float *x, const float *w, const float *b,
                         float *y);
void define_conv_backward_input(const limpid_window *s, const float *dy, const float *w, float *dx);
void define_conv_backward_filter(const limpid_window *s, const float *x, const float *dy,
                                 float *dw);
void define_channel_sum(int64_t n, int64_t c, int64_t pixels, const float *dy, float *db);
void define_pool_max_forward(const limpid_window *s, const float *x, float *y, int32_t *positions);
void define_pool_max_backward(const limpid_window *s, const float *dy, const int32_t *positions,
                              float *dx);
void define_pool_average_forward(const limpid_window *s, const float *x, float *y);
void define_pool_average_backward(const limpid_window *s, const float *dy, float *dx);
void define_relu_forward(int64_t count, const float *x, float *y);
void define_relu_backward(int64_t count, const float *y, const float *dy, float *dx);
void define_add(int64_t count, const float *a, const float *b, float *sum);
void define_sgd(int64_t count, float rate, float momentum, float decay, const float *g, float *m,
                float *w);

#endif
