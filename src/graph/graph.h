// SPDX-License-Identifier: MIT
/* graph.h - networks: what is computed (limpid_graph), and how (limpid_plan).
 *
 * A graph is a list of nodes in an order in which each uses only values made before it. A node
 * applies one operator to values; values are a node's results (an input is the result of the
 * operator `input`) and parameters, which carry their numbers. Values and nodes are known by index;
 * value 0 stands for a failed limpid_add. */
#ifndef LIMPID_GRAPH_H
#define LIMPID_GRAPH_H

#include "op/op.h"

/* Names are looked up one by one; the largest networks have a few hundred nodes. */
enum { LIMPID_NODES_MAX = 10000 };

typedef struct {
    char *name;
    limpid_type type;
    limpid_shape shape; /* for a batch of one sample */
    int node, output;   /* who makes it; node -1: a parameter (or value 0) */
    bool parameter, state;
    bool trained; /* a parameter gradients are wanted for */
    limpid_initial initial;
    double deviation; /* of a parameter's initial numbers */
    float *data;      /* a parameter's numbers, owned */
} limpid_value_row;

typedef struct {
    char *name; /* given, or made from the operator: conv1, conv2, relu1 */
    bool named; /* given */
    const limpid_op *op;
    void *attributes;
    int inputs, outputs; /* outputs: results and saved tensors */
    int *in;             /* value indices; 0: absent */
    int *out;
} limpid_node_row;

struct limpid_graph {
    limpid_context *context; /* the one that made it: its memory, and the failures of limpid_add */
    char *name;
    limpid_node_row *nodes;
    size_t node_count, node_capacity;
    limpid_value_row *values;
    size_t value_count, value_capacity;
    struct {
        char *key, *value;
    } * notes; /* what travels with a model: class names, preprocessing */
    size_t note_count, note_capacity;
    limpid_status failed; /* of the first limpid_add that failed, */
    char *failure;        /* and its message */
};

/* ---- building ---- */

/* As limpid_add (limpid.h), with the attributes already in the operator's struct. `in` holds a
 * value for each role, 0 where a parameter is to be made or an input is absent; `count` may stop
 * early. */
limpid_status limpid_graph_append(limpid_graph *graph, const char *name, const limpid_op *op,
                                  const void *attributes, int count, const int *in, int *out);
/* Adds a parameter with its shape; data NULL: zeros. */
limpid_status limpid_graph_add_parameter(limpid_graph *graph, const char *name,
                                         const limpid_shape *shape, const float *data, int *out);
int limpid_graph_find(const limpid_graph *graph, const char *value_name); /* 0: none */

/* Shapes of a node for a batch: fills and runs a shaping from the shapes of its inputs, shapes[v]
 * for value v; NULL: those in the graph, of a batch of one. */
limpid_status limpid_node_shape(limpid_context *context, const limpid_graph *graph,
                                const limpid_node_row *node, const limpid_shape *shapes,
                                int64_t batch, bool training, limpid_shaping *s);

/* The network's answer: what its loss is computed from, or the last node's result. 0: none. */
int limpid_graph_answer(const limpid_graph *graph);
int limpid_graph_input(const limpid_graph *graph, int index); /* n-th input value, 0: none */
int limpid_graph_loss(const limpid_graph *graph);             /* the loss value, 0: none */
/* Appends the loss operator `name` on the answer, with its target as a new input named "target". */
limpid_status limpid_graph_add_loss(limpid_graph *graph, const char *name);

/* The network as text that parses back to the same graph; notes are not part of it. */
void limpid_graph_write(const limpid_graph *graph, limpid_text *text);

const char *limpid_graph_note(const limpid_graph *graph, const char *key); /* NULL: none */
limpid_status limpid_graph_set_note(limpid_graph *graph, const char *key, const char *value);

/* ---- built-in networks ---- */

/* A network's text, and how it is trained unless the user says otherwise. */
typedef struct {
    const char *name, *summary, *text, *schedule, *augment;
    int64_t batch, epochs;
    double rate, momentum, decay;
} limpid_network;

extern const limpid_network limpid_networks[]; /* ended by a row without name */
const limpid_network *limpid_network_find(const char *name);

/* ---- plans ---- */

typedef struct {
    limpid_tensor value, gradient;  /* data NULL: not kept, not wanted */
    bool value_kept, gradient_kept; /* nothing else uses its memory, before or after the run */
} limpid_slot;

/* One node's turn. */
typedef struct {
    const limpid_node_row *node;
    limpid_call call;                     /* its tensors are the four arrays below */
    limpid_tensor *in, *out, *dout, *din; /* views of slots, for the present batch */
    /* Where another node has already put a gradient for the same input, this one writes to a place
     * of its own, din[i], which is then added to *sum[i]. NULL: din[i] is the slot's. */
    const limpid_tensor **sum;
    bool backward; /* whether a gradient arrives and someone wants one */
} limpid_step;

struct limpid_plan {
    limpid_context *context;
    const limpid_graph *graph;
    const limpid_kernels *kernels;
    limpid_plan_options options;
    int64_t batch;      /* samples of the present run, <= options.batch */
    limpid_slot *slots; /* one a value */
    limpid_step *steps;
    size_t step_count;
    limpid_tensor *views; /* the steps' tensors */
    limpid_shape *shapes; /* of the values, for the present batch */
    const limpid_tensor **sums;
    limpid_worksite site; /* with the scratch memory */
    size_t shared_bytes;
    char *arena;
    size_t arena_bytes;
    float *gradients, *momenta; /* of the trained parameters, each at its offset */
    size_t parameter_bytes;
    uint64_t seed, epoch; /* for operators that draw random numbers */
    const int64_t *samples;
};

/* A parameter's momentum, as long as its data; NULL for one that is not trained. */
float *limpid_plan_momentum(const limpid_plan *plan, int value);

/* Runs forward once more and names the first operator whose result is infinite or no number; false
 * where there is none. */
bool limpid_plan_find_not_finite(limpid_plan *plan, const char **node);

/* plan.c in pieces: what shares memory with what. A block lives from its first to its last moment.
 */
typedef struct {
    size_t bytes, offset; /* offset: out */
    int64_t first, last;
} limpid_block;

/* Places blocks so that none overlap that live at the same moment; returns the bytes needed,
 * SIZE_MAX where they are more than can be counted.
 * `order` is room for as many numbers as there are blocks. */
size_t limpid_pack_blocks(limpid_block *blocks, size_t count, size_t *order);

#endif
