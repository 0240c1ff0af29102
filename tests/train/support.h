// SPDX-License-Identifier: MIT
/* support.h - small runs for the tests of this folder. */
#ifndef LIMPID_TESTS_TRAIN_SUPPORT_H
#define LIMPID_TESTS_TRAIN_SUPPORT_H

#include "graph/support.h"
#include "train/train.h"

/* Learns digits roughly, and quickly. */
static const char tiny[] = "x: input shape=1x28x28\n"
                           "conv out=4 size=5 stride=2\n"
                           "relu\n"
                           "pool-max size=2 stride=2\n"
                           "y: dense out=10\n";

static inline limpid_data *open_data(limpid_context *context, const char *spec)
{
    limpid_data *data = NULL;
    assert_ok(context, limpid_data_open(&data, context, spec, "train"));
    return data;
}

static inline void digest_of(limpid_context *context, const limpid_graph *graph, char hex[65])
{
    assert_ok(context, limpid_graph_digest(graph, context, hex));
}

static inline void remove_folder(const char *folder)
{
    char command[300];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    assert_int_equal(system(command), 0);
}

/* Stops a run after a step. */
typedef struct {
    int64_t stop; /* 0: never */
    int64_t calls;
    limpid_progress last;
} stopper;

static inline bool stop_there(void *user, const limpid_progress *progress)
{
    stopper *s = user;
    s->calls++;
    s->last = *progress;
    return progress->step != s->stop;
}

#endif
