// SPDX-License-Identifier: MIT
/* table.c - the table of this instruction set. */
#include "kernel/isa/isa.h"

extern const limpid_kernels KERNEL(kernels);

const limpid_kernels KERNEL(kernels) = {
#define RUN(name) .name = KERNEL(name)
#define WITH_NEED(name) .name##_need = KERNEL(name##_need), .name = KERNEL(name)
    WITH_NEED(conv_forward),
    WITH_NEED(conv_backward_input),
    WITH_NEED(conv_backward_filter),
    WITH_NEED(channel_sum),
    RUN(pool_max_forward),
    RUN(pool_max_backward),
    RUN(pool_average_forward),
    RUN(pool_average_backward),
    RUN(relu_forward),
    RUN(relu_backward),
    RUN(add),
    RUN(sgd),
    RUN(peak),
};
