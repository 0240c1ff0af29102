// SPDX-License-Identifier: MIT
/* onnx.h - what reading and writing ONNX share; part of the inside of this room. */
#ifndef LIMPID_FORMAT_ONNX_H
#define LIMPID_FORMAT_ONNX_H

#include "format/inside.h"

#if LIMPID_WITH_ONNX

#include <onnx.pb-c.h>

typedef Limpid__Onnx__Model onnx_model;
typedef Limpid__Onnx__Opset onnx_opset;
typedef Limpid__Onnx__Graph onnx_graph;
typedef Limpid__Onnx__Node onnx_node;
typedef Limpid__Onnx__Attribute onnx_attribute;
typedef Limpid__Onnx__Tensor onnx_tensor;
typedef Limpid__Onnx__ValueInfo onnx_value_info;
typedef Limpid__Onnx__Type onnx_type;
typedef Limpid__Onnx__Type__TensorType onnx_tensor_type;
typedef Limpid__Onnx__Shape onnx_shape;
typedef Limpid__Onnx__Shape__Dimension onnx_dimension;
typedef Limpid__Onnx__Entry onnx_entry;

enum {
    LIMPID_ONNX_IR_WRITTEN = 8,
    LIMPID_ONNX_IR_LEAST = 3,
    LIMPID_ONNX_IR_MOST = 14,
    LIMPID_ONNX_OPSET_WRITTEN = 17,
    LIMPID_ONNX_OPSET_LEAST = 7,
    LIMPID_ONNX_OPSET_MOST = 28,
    LIMPID_ONNX_BYTES_MOST = INT32_MAX,        /* protobuf's own limit */
    LIMPID_ONNX_NODES_MOST = LIMPID_NODES_MAX, /* that matter */
    /* Reading a file may take this many times its size, and this much more, besides its numbers. */
    LIMPID_ONNX_MEMORY_FACTOR = 6,
    LIMPID_ONNX_MEMORY_SPARE = 1 << 20
};

/* What the result of a `through` node (op.h) is called: by the node it stands before and itself. */
#define LIMPID_ONNX_THROUGH "%s/%s"

/* ---- memory for messages ---- */

/* Many small pieces, released together. `most` bounds them all. */
typedef struct limpid_arena_block limpid_arena_block;
typedef struct {
    limpid_context *context;
    size_t most; /* bytes; 0: no bound */
    size_t total, left;
    char *next;
    limpid_arena_block *blocks;
    bool exceeded; /* the bound was hit; */
    bool failed;   /* or there was no memory, as the context says */
} limpid_arena;

/* Zeroed and aligned for anything; NULL when there is no memory, or no more within the bound. */
void *limpid_arena_take(limpid_arena *arena, size_t count, size_t size);
char *limpid_arena_format(limpid_arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void limpid_arena_release(limpid_arena *arena);

/* A pointer table of `count` initialised messages, as a repeated field wants it. */
void *limpid_arena_messages(limpid_arena *arena, const ProtobufCMessageDescriptor *kind,
                            size_t count);
void *limpid_arena_message(limpid_arena *arena, const ProtobufCMessageDescriptor *kind);

/* ---- models without their numbers ---- */

/* A copy of an encoded model in which the raw data of each initializer, unless it is short, is
 * replaced by where it is: so the numbers are copied once, from the file to the graph. */
typedef struct {
    uint64_t offset, length;
} limpid_onnx_place;

limpid_status limpid_onnx_lean(limpid_context *context, const char *path, const uint8_t *bytes,
                               size_t size, uint8_t **lean, size_t *lean_size);

/* ---- reading ---- */

/* What becomes of a node. */
typedef struct {
    const limpid_op *op;
    void *attributes;
    bool needed;   /* an output depends on it */
    bool absorbed; /* into the node it feeds, of whose ONNX form it is a part */
} limpid_onnx_step;

/* Kinds of names: a result's kind is LIMPID_ONNX_RESULT + which of the node's results it is. */
enum { LIMPID_ONNX_INITIALIZER, LIMPID_ONNX_INPUT, LIMPID_ONNX_RESULT };

/* What is known of a name besides. */
typedef struct {
    size_t uses; /* by nodes that are needed */
    bool output;
    int value; /* in the graph; 0: none yet */
} limpid_onnx_use;

enum { LIMPID_ONNX_COMPLAINTS = 24 }; /* different ones that are kept; the rest is counted */

typedef struct {
    limpid_context *context;
    const char *path;
    const uint8_t *bytes;
    size_t size;
    limpid_arena arena;
    const onnx_model *model;
    const onnx_graph *graph;
    int opset;
    limpid_names names;      /* every value of the file */
    limpid_onnx_use *uses;   /* one for each row of names */
    limpid_onnx_step *steps; /* one for each node */
    struct {
        char *what;
        const char *node;
        size_t nodes;
    } complaints[LIMPID_ONNX_COMPLAINTS];
    size_t complaint_count, more_complaints;
    limpid_graph *out;
    size_t *numbers; /* of each operator: a number below which none is free for a name */
    limpid_shaping *shaping;
} limpid_onnx_reader;

/* Fails with LIMPID_BAD_FILE and the path before the message. */
limpid_status limpid_onnx_bad(const limpid_onnx_reader *reader, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Notes something that is not supported; equal ones are told once. All are told at the end. */
limpid_status limpid_onnx_complain(limpid_onnx_reader *reader, const onnx_node *node,
                                   const char *format, ...) __attribute__((format(printf, 3, 4)));
/* OK when there was no complaint, else all of them in one message. */
limpid_status limpid_onnx_complaints(limpid_onnx_reader *reader);

/* What a node is called in messages and in the graph: by its first result, since these names are
 * unique and nodes often have none. */
const char *limpid_onnx_node_name(const onnx_node *node);

/* Checks names, their uniqueness and order, and finds out which nodes matter: fills names, uses and
 * steps. */
limpid_status limpid_onnx_check_names(limpid_onnx_reader *reader);
/* The row and the use of a name; NULL for an empty one, which means "absent", or an unknown one. */
const limpid_name_row *limpid_onnx_row_of(const limpid_onnx_reader *reader, const char *name);
limpid_onnx_use *limpid_onnx_use_of(const limpid_onnx_reader *reader, const limpid_name_row *row);

/* Finds the operators of the nodes that matter, with their attributes; complains of what is not
 * supported. */
limpid_status limpid_onnx_identify(limpid_onnx_reader *reader);
/* Whether a tensor is one of ours: type, dimensions, as many numbers as these say. */
limpid_status limpid_onnx_tensor_check(const limpid_onnx_reader *reader, const onnx_tensor *tensor,
                                       limpid_shape *shape);
/* Its numbers, after that. */
void limpid_onnx_tensor_copy(const limpid_onnx_reader *reader, const onnx_tensor *tensor,
                             float *data);
/* The shape of an input, for a batch of one. */
limpid_status limpid_onnx_input_shape(const limpid_onnx_reader *reader,
                                      const onnx_value_info *input, limpid_shape *shape);
/* Adds every node that matters to reader->out. */
limpid_status limpid_onnx_build(limpid_onnx_reader *reader);

/* ---- attributes, both ways ---- */

limpid_status limpid_onnx_attributes_read(limpid_onnx_reader *reader, const onnx_node *node,
                                          const limpid_op *op, void *attributes);
/* Axes that count from the end of an input of this rank; false when there is no such dimension. */
bool limpid_onnx_attributes_settle(const limpid_op *op, int rank, void *attributes);

/* Raises *opset to what the attributes need, if it is lower. */
limpid_status limpid_onnx_attributes_opset(limpid_arena *arena, const limpid_op *op,
                                           const void *attributes, int *opset);
limpid_status limpid_onnx_attributes_write(limpid_arena *arena, const limpid_op *op, int opset,
                                           const void *attributes, onnx_node *node);

#endif
#endif
