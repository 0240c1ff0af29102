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

typedef struct {
    char *name;
    limpid_type type;
    limpid_shape shape; /* for a batch of one sample */
    int node, output;   /* who makes it; node -1: a parameter (or value 0) */
    bool parameter, state;
    bool trained; /* a parameter gradients are wanted for */
    limpid_initial initial;
    int64_t fan_in;
    float *data; /* a parameter's numbers, owned */
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
    limpid_status failed; /* of the first limpid_add that failed */
};

/* ---- building -----------------------------------------------------------------------------------
 */

limpid_status limpid_graph_create(limpid_graph **out, limpid_context *context, const char *name);

/* As limpid_add (limpid.h), with the attributes already in the operator's struct. `in` holds a
 * value for each role, 0 where a parameter is to be made or an input is absent; `count` may stop
 * early. */
limpid_status limpid_graph_append(limpid_graph *graph, const char *name, const limpid_op *op,
                                  const void *attributes, int count, const int *in, int *out);
/* Adds a parameter with its shape; data NULL: zeros. */
limpid_status limpid_graph_add_parameter(limpid_graph *graph, const char *name,
                                         const limpid_shape *shape, const float *data, int *out);
int limpid_graph_find(const limpid_graph *graph, const char *value_name); /* 0: none */

/* Shapes of a node for a batch of n: fills and runs a shaping from the shapes of its inputs. */
limpid_status limpid_node_shape(limpid_context *context, const limpid_graph *graph,
                                const limpid_node_row *node, const limpid_shape *value_shapes,
                                bool training, limpid_shaping *s);

/* The last result that no other node uses and that is no loss: the network's answer. 0: none. */
int limpid_graph_answer(const limpid_graph *graph);
/* The `input` value that `node` n-th makes; inputs that only losses use (labels) come last. */
int limpid_graph_input(const limpid_graph *graph, int index);
int limpid_graph_loss(const limpid_graph *graph); /* the loss value, 0: none */
/* Appends the loss `name` on the answer, with its target input named "target". */
limpid_status limpid_graph_add_loss(limpid_graph *graph, limpid_context *context, const char *name);

/* The network as text that parses back to the same graph; notes are not part of it. */
void limpid_graph_write(const limpid_graph *graph, limpid_text *text);

const char *limpid_graph_note(const limpid_graph *graph, const char *key); /* NULL: none */
limpid_status limpid_graph_set_note(limpid_graph *graph, const char *key, const char *value);

/* ---- built-in networks
 * ---------------------------------------------------------------------------- */

/* A network's text, and how it is trained unless the user says otherwise. */
typedef struct {
    const char *name, *summary, *text, *schedule, *augment;
    int64_t batch, epochs;
    double rate, momentum, decay;
} limpid_network;

extern const limpid_network limpid_networks[]; /* ended by a row without name */
const limpid_network *limpid_network_find(const char *name);

/* ---- plans
 * ------------------------------------------------------------------------------------------ */

typedef struct {
    limpid_tensor value, gradient; /* data NULL: not kept, not wanted */
} limpid_slot;

typedef struct {
    const limpid_node_row *node;
    limpid_tensor *in, *out, *din, *dout; /* views into slots, refreshed when the batch changes */
    bool backward;                        /* some input wants a gradient */
} limpid_step;

/* A place where a second gradient for the same value is added to the first. */
struct limpid_plan {
    limpid_context *context;
    const limpid_graph *graph;
    const limpid_kernels *kernels;
    limpid_plan_options options;
    int64_t batch;      /* samples in the present run, <= options.batch */
    limpid_slot *slots; /* one a value */
    limpid_step *steps;
    size_t step_count;
    char *arena;
    size_t arena_bytes, parameter_bytes, scratch_bytes;
    void *scratch_shared;
    char *scratch_worker;
    size_t scratch_stride;
    uint64_t seed, epoch;
    const int64_t *samples;
};

#endif
