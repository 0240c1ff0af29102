// SPDX-License-Identifier: MIT
/* topics.h - what the topics share: the example they are told with. */
#ifndef LIMPID_EXPLAIN_TOPICS_H
#define LIMPID_EXPLAIN_TOPICS_H

#include "explain/page.h"

#define TOPIC(id, name, takes, summary)                                                            \
    limpid_status limpid_topic_write_##id(limpid_page *page, const limpid_own_example *own);
#include "explain/topics.def"
#undef TOPIC

typedef struct {
    limpid_page *page;
    note_sheet *s;
    note_tensor x, f; /* f no result where the topic has no filter */
    note_window g;    /* of the filter */
    bool own;         /* the reader brought an input or a filter */
    bool simple;      /* stride 1, no padding: the note's case */
} limpid_example;

/* The topic's own input and filter (NULL: none), unless the reader has brought others; fails where
 * filter and input do not fit. To be closed in any case where it succeeded. */
limpid_status limpid_example_open(limpid_example *e, limpid_page *page,
                                  const limpid_own_example *own, const char *input,
                                  const char *filter);
limpid_status limpid_example_close(limpid_example *e);

/* A matrix or volume written as text, which is known to be right. */
note_tensor limpid_example_matrix(limpid_example *e, const char *text);

/* z(y) = sum of c y, which has dz/dy = c: a loss whose derivative is chosen. `with` is a
 * limpid_chosen_loss. */
typedef struct {
    note_function *y; /* of the tensor that is varied */
    const void *with;
    note_tensor c;
} limpid_chosen_loss;
note_tensor limpid_chosen_loss_z(note_sheet *s, note_tensor x, const void *with);

/* Small whole numbers, some of them negative, like `like`: a derivative that came from above. */
note_tensor limpid_example_derivative(limpid_example *e, note_tensor like);

/* "1×1 + 1×2 + ..." for one output of a convolution, and what it adds up to. */
void limpid_example_say_sum(limpid_example *e, note_tensor y, note_place out);

#endif
