// SPDX-License-Identifier: MIT
/* refuse.h - good models with one thing changed, each of which must be refused with the right
 * status and a sentence that names the place. */
#ifndef LIMPID_TESTS_FORMAT_REFUSE_H
#define LIMPID_TESTS_FORMAT_REFUSE_H

#include "format/models.h"

#define NET                                                                                        \
    "x: input shape=3x6x6\nc: conv out=4 size=3\np: pool-max size=2\nr: relu\nd: dense out=5\n"    \
    "s: softmax\n"

/* A good model, to be changed. */
typedef struct {
    limpid_arena *arena;
    onnx_model *model;
    onnx_graph *graph;
} subject;

typedef struct {
    void (*change)(subject *s);
    limpid_status status;
    const char *part; /* of the message */
} row;

static inline void refuse_each(limpid_context *context, const row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        limpid_arena arena = { .context = context };
        onnx_model *model = open_model(&arena, NET);
        limpid_graph *graph = NULL;
        rows[i].change(&(subject){ &arena, model, model->graph });
        limpid_status status = decode_model(context, model, &graph);
        if (status != rows[i].status)
            fail_msg("expected \"%s\" (%d), not %d: %s", rows[i].part, rows[i].status, status,
                     limpid_message(context));
        assert_null(graph);
        assert_told(context, "test.onnx", rows[i].part);
        limpid_arena_release(&arena);
    }
}

#endif
