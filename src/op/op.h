// SPDX-License-Identifier: MIT
/* op.h - what an operator is.
 *
 * One operator is one file of this room and one row of ops.def. Its description below is all the
 * rest of the library knows of it: the network text, the ONNX files, the planner, the tests and the
 * documentation are readers of these rows. Nobody switches over operators. */
#ifndef LIMPID_OP_H
#define LIMPID_OP_H

#include "kernel/kernel.h"

enum { LIMPID_INPUTS_MAX = 64, LIMPID_OUTPUTS_MAX = 8 };

/* ---- attributes: read by the parser, the printer, ONNX and the documentation ---- */

typedef enum {
    LIMPID_FIELD_INT,    /* int64_t[count]; in text 3, 3x5, 0x1x2x0 */
    LIMPID_FIELD_BOOL,   /* bool; in text true or false */
    LIMPID_FIELD_FLOAT,  /* float */
    LIMPID_FIELD_CHOICE, /* int, an index into `choices`; in text the word */
    LIMPID_FIELD_SHAPE   /* limpid_shape; in text 1x28x28 */
} limpid_field_kind;

typedef struct {
    const char *name, *help;
    limpid_field_kind kind;
    size_t offset;    /* within the operator's attribute struct */
    int count;        /* of an INT: how many numbers; one number in the text stands for all of them,
                       * two of four for (vertical, horizontal) on both sides */
    const char *onnx; /* the attribute's name there, or NULL where there is none */
    int64_t least, most; /* bounds of an INT or of each dimension */
    double initial;      /* the default; of a CHOICE its index */
    bool required;
    const char *const *choices; /* of a CHOICE, ended by NULL */
} limpid_field;

#define LIMPID_FIELD_OF(type, member) .name = #member, .offset = offsetof(type, member)
#define LIMPID_INTS(type, member, n)                                                               \
    LIMPID_FIELD_OF(type, member), .kind = LIMPID_FIELD_INT, .count = (n), .most = INT32_MAX

/* ---- inputs ---- */

typedef enum { LIMPID_INITIAL_ZERO, LIMPID_INITIAL_ONE, LIMPID_INITIAL_HE } limpid_initial;

/* What an input is for. A parameter that the graph's builder does not give is created, with the
 * shape that shape() demands and the name "NODE.role". */
typedef struct {
    const char *name;
    bool parameter; /* learned, not computed by another operator */
    bool optional;  /* may be absent: in[i].shape.rank is -1 then */
    bool state;     /* a parameter that training updates, but not by gradients (running moments) */
    limpid_initial initial;
    limpid_type type;
} limpid_role;

/* ---- shapes: everything that can be known, or can fail, before a run ---- */

typedef struct {
    /* given */
    limpid_context *context;
    const char *node; /* for messages */
    const struct limpid_op *op;
    const limpid_kernels *kernels;
    const void *attributes;
    int64_t batch; /* samples */
    int inputs;
    bool training;
    limpid_shape in[LIMPID_INPUTS_MAX];
    bool given[LIMPID_INPUTS_MAX]; /* false: a parameter yet to be made, or an absent input */
    /* to be filled in; everything is zero before */
    limpid_shape
        parameter[LIMPID_INPUTS_MAX]; /* demanded shapes; rank -1: this one is not wanted */
    int64_t
        fan_in; /* terms in one output's sum: initial weights have variance gain^2 2 / fan_in, */
    float gain; /* which is 1 unless the operator says otherwise */
    limpid_shape out[LIMPID_OUTPUTS_MAX]; /* results, then saved tensors */
    limpid_type type[LIMPID_OUTPUTS_MAX];
    limpid_scratch_need need; /* the most that forward or backward uses */
    int64_t multiply_adds;    /* of forward, for the whole batch */
    limpid_window
        window; /* n, c, h, w, ... of an operator that slides one; size[0] is 0 otherwise */
} limpid_shaping;

/* Fails with "NODE: operator ..." sentences. */
limpid_status limpid_shape_fail(const limpid_shaping *s, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Fails unless input i has this rank. */
limpid_status limpid_shape_rank(const limpid_shaping *s, int i, int rank);
/* Fails unless inputs i and j have the same shape. */
limpid_status limpid_shape_same(const limpid_shaping *s, int i, int j);
/* Raises s->need to at least this. */
void limpid_shape_need(limpid_shaping *s, limpid_scratch_need need);

/* What operators with a sliding window have in common, first in their attributes. */
typedef struct {
    int64_t size[2], stride[2], pad[4], dilation[2];
} limpid_window_attributes;

#define LIMPID_WINDOW_FIELD(type, name, n)                                                         \
#name, .offset = offsetof(type, window) + offsetof(limpid_window_attributes, name),            \
           .kind = LIMPID_FIELD_INT, .count = (n), .most = INT32_MAX

/* The window over input 0 with `outputs` channels: fills s->window and s->out[0]. Fails where it
 * does not fit; `covered`: also where an output would see padding alone. */
limpid_status limpid_shape_window(limpid_shaping *s, const limpid_window_attributes *window,
                                  int64_t outputs, int64_t groups, bool covered);
/* The same window in a call, from the tensors' shapes. */
limpid_window limpid_window_of(const limpid_window_attributes *window, const limpid_tensor *x,
                               const limpid_tensor *y, int64_t groups);

/* ---- a call: forward and backward cannot fail ---- */

typedef struct {
    const limpid_worksite *site;
    const limpid_kernels *kernels;
    const void *attributes;
    int inputs;
    bool training;
    uint64_t seed, epoch;   /* of the run, for operators that draw random numbers */
    const int64_t *samples; /* which sample of the data each of the batch is, or NULL */
    const limpid_tensor *in;
    const limpid_tensor *out;  /* data NULL: a saved tensor nobody needs */
    const limpid_tensor *dout; /* backward: dz/dout; data NULL: no gradient arrives */
    const limpid_tensor *din;  /* backward: to be overwritten with dz/din; data NULL: not wanted */
} limpid_call;

/* ---- test cases and the ONNX side ---- */

/* One configuration every test of the operator runs: attribute text and the inputs' shapes, batch
 * included ("2x3x8x8 2x5"). */
typedef struct {
    const char *attributes, *inputs;
} limpid_case;

/* What the ONNX side of an operator needs to be told beyond the fields. */
typedef enum {
    LIMPID_ONNX_ONLY,   /* may be said; any other value is not supported */
    LIMPID_ONNX_ALWAYS, /* must be said with this value, ONNX's default being another; is written */
    /* The rest is about attributes that are fields: */
    LIMPID_ONNX_SILENT, /* what a node means that does not say it, where that is not our default */
    LIMPID_ONNX_AXIS,   /* the same; and negative ones count from the end of the first input */
    LIMPID_ONNX_FROM /* exists from opset `since` on: is written only where it is not our default,
                        which then takes that opset */
} limpid_onnx_rule;

typedef struct {
    const char *name;  /* the ONNX attribute */
    const char *value; /* "1" (of a list: every number), "0.5", "NOTSET" */
    limpid_onnx_rule rule;
    int since; /* the opset from which the row holds; of SILENT and AXIS rows the last that does */
} limpid_onnx_attribute;

/* The ONNX counterpart of an operator. Inputs correspond role by role, results one by one. */
typedef struct {
    const char *name;                        /* ONNX operator, or NULL where there is none */
    int since;                               /* the lowest opset whose meaning this is */
    const limpid_onnx_attribute *attributes; /* ended by a row without name; NULL: none */
    /* Sets the attributes ONNX leaves to the shapes (a convolution's number of filters) or to the
     * presence of inputs (whether there is a bias); fails with LIMPID_UNSUPPORTED where a node of
     * this opset means something else. s->in has the shapes of the inputs; rank -1 and given false:
     * absent. NULL: nothing to do. */
    limpid_status (*complete)(limpid_shaping *s, int opset, void *attributes);
    /* Where the first input has another rank than this, ONNX wants `through`, with its initial
     * attributes, before the node. NULL: any rank will do. */
    int rank;
    const struct limpid_op *through;
} limpid_onnx_row;

/* ---- the operator ---- */

/* Which tensors backward() reads; the planner keeps only these. */
#define LIMPID_KEEP_IN(i) (1u << (i))
#define LIMPID_KEEP_ALL_IN 0xffffu
#define LIMPID_KEEP_OUT(i) (1u << (16 + (i)))

typedef struct limpid_op {
    const char *name, *summary;
    const limpid_role *roles; /* ended by a role without name */
    bool variadic;            /* the last role repeats */
    bool loss;                /* out[0] is one number to be minimised */
    bool probabilities;       /* out[0] is what a soft-max gives */
    int outputs;              /* results others may use */
    int saved;                /* and tensors behind them that only backward() reads */
    unsigned keep;
    size_t attributes_size;
    const limpid_field *fields; /* ended by a field without name; NULL: none */
    limpid_status (*shape)(limpid_shaping *s);
    void (*forward)(const limpid_call *call); /* NULL: an input, the caller writes it */
    void (*backward)(const limpid_call *call);
    limpid_onnx_row onnx;
    const limpid_case *cases; /* ended by a case without attributes */
} limpid_op;

#define LIMPID_OP(name) extern const limpid_op limpid_op_##name;
#include "op/ops.def"
#undef LIMPID_OP

extern const limpid_op *const limpid_ops[]; /* every operator, ended by NULL */
const limpid_op *limpid_op_find(const char *name);
int limpid_op_roles(const limpid_op *op); /* how many roles it lists */

/* Fills attributes with the defaults. */
void limpid_attributes_initial(const limpid_op *op, void *attributes);
/* Sets one attribute from text; fails naming attribute, value and what is allowed. */
limpid_status limpid_attribute_parse(limpid_context *context, const limpid_op *op, void *attributes,
                                     const char *name, const char *value);
/* y = softmax of one row whose members lie `step` floats apart, in double, the largest taken off
 * first so that nothing overflows; returns log(sum of exp). A NaN or +infinity makes all of the row
 * NaN. y NULL: the sum alone is wanted. */
double limpid_softmax_row(const float *x, int64_t classes, int64_t step, float *y);

/* Fails when a required attribute was not set (required ones start as 0, which `least` excludes).
 */
limpid_status limpid_attributes_check(limpid_context *context, const limpid_op *op,
                                      const void *attributes);
/* Appends " name=value" for every attribute that differs from its default. */
void limpid_attributes_print(const limpid_op *op, const void *attributes, limpid_text *text);

#endif
