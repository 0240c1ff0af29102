// SPDX-License-Identifier: MIT
/* limpid.h - the whole public interface.
 *
 * Ownership  What a *_new, *_load, *_open, *_parse or *_builtin function hands out is yours;
 * release it with the matching *_free or *_close, which accepts NULL. Anything else is borrowed,
 * and its comment says for how long. Errors     Whatever can fail returns a limpid_status and
 * leaves its outputs untouched; limpid_message() says why, in one sentence. A failed limpid_add()
 * yields value 0, which every function accepts and hands on; limpid_plan_new() reports the first
 * failure. Threads    One context serves one thread of yours at a time (inside, it uses as many as
 * you allow). There is no global state. One graph may serve many plans at once, each with a context
 * of its own, as long as none of them trains it. Numbers    Tensors are float32, dense, rows last:
 * N, C, H, W. The same inputs give the same bits, whatever the number of threads and whichever
 * vector instructions the processor has. */
#ifndef LIMPID_H
#define LIMPID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(LIMPID_SHARED)
#define LIMPID_API __attribute__((visibility("default")))
#else
#define LIMPID_API
#endif

#define LIMPID_VERSION "0.1.0"

/* Every status: its name, its meaning, and the command's exit status when it ends with it. */
#define LIMPID_STATUS(X)                                                                           \
    X(OK, 0, "no error")                                                                           \
    X(FAILED, 1, "the operation failed")                                                           \
    X(NO_MEMORY, 1, "out of memory")                                                               \
    X(NOT_FINITE, 1, "a value is infinite or not a number")                                        \
    X(USAGE, 2, "the arguments are wrong")                                                         \
    X(BAD_SHAPE, 3, "the shapes do not fit together")                                              \
    X(BAD_FILE, 3, "a file is missing, damaged or foreign")                                        \
    X(UNSUPPORTED, 4, "not supported")                                                             \
    X(INTERRUPTED, 130, "interrupted")

typedef enum {
#define X(name, exit, text) LIMPID_##name,
    LIMPID_STATUS(X)
#undef X
} limpid_status;

typedef struct limpid_context limpid_context; /* memory, threads, the last message */
typedef struct limpid_graph limpid_graph;     /* what to compute: operators and parameters */
typedef struct limpid_plan limpid_plan;       /* how: order, memory, kernels; made once */
typedef struct limpid_data limpid_data;       /* labelled samples, read one by one */

enum { LIMPID_RANK_MAX = 8, LIMPID_THREADS_MAX = 256 };

/* Outermost dimension first; rank 0 is a single number. */
typedef struct {
    int rank;
    int64_t dim[LIMPID_RANK_MAX];
} limpid_shape;

/* ---- the simple part: a network trained in ten lines ---- */

typedef struct {
    int threads;   /* 0: one for each processor this process may use */
    uint64_t seed; /* of everything random */
    /* Your own allocator, both or neither: 64-byte aligned memory, and giving it back. */
    void *(*allocate)(void *user, size_t bytes);
    void (*release)(void *user, void *memory);
    void *user;
} limpid_options;

/* options may be NULL: every processor, seed 0, the C library's memory. On any failure but
 * LIMPID_NO_MEMORY *out still is a context that holds the message; release it as usual. */
LIMPID_API limpid_status limpid_context_new(limpid_context **out, const limpid_options *options);
LIMPID_API void limpid_context_free(limpid_context *context);

/* Why the last failing call of this context failed; valid until the next failure. NULL is accepted.
 */
LIMPID_API const char *limpid_message(const limpid_context *context);
LIMPID_API const char *limpid_status_text(limpid_status status);
LIMPID_API int limpid_exit_status(limpid_status status);
LIMPID_API const char *limpid_version(void);
LIMPID_API const char *limpid_isa(const limpid_context *context); /* "avx2", ... */
LIMPID_API int limpid_threads(const limpid_context *context);

/* SPEC is "digits", "mnist:DIR" or a reader's name with its argument (docs/data.md); split is
 * "train" or "test". */
LIMPID_API limpid_status limpid_data_open(limpid_data **out, limpid_context *context,
                                          const char *spec, const char *split);
LIMPID_API void limpid_data_close(limpid_data *data);

/* A network by built-in name ("lenet"), from network text, or from an ONNX file or a folder holding
 * model.onnx. */
LIMPID_API limpid_status limpid_graph_builtin(limpid_graph **out, limpid_context *context,
                                              const char *name);
LIMPID_API limpid_status limpid_graph_parse(limpid_graph **out, limpid_context *context,
                                            const char *text, const char *file_name);
LIMPID_API limpid_status limpid_graph_load(limpid_graph **out, limpid_context *context,
                                           const char *path);
LIMPID_API limpid_status limpid_graph_save(const limpid_graph *graph, limpid_context *context,
                                           const char *path);
LIMPID_API void limpid_graph_free(limpid_graph *graph);

/* How a run is going, told after each step and each epoch. */
typedef struct {
    int64_t epoch, epochs; /* the present one, from 0; how many */
    int64_t step, steps;   /* done, in the whole run; how many */
    int64_t step_in_epoch, steps_in_epoch;
    int64_t images;          /* this process has trained on */
    double loss, accuracy;   /* means over the epoch so far; accuracy in [0, 1] */
    double rate;             /* the learning rate of this step */
    double seconds;          /* since this process began training */
    bool epoch_ended, saved; /* saved: a checkpoint was just written */
} limpid_progress;

/* Returns false to stop: the run then saves a checkpoint and ends with LIMPID_INTERRUPTED. */
typedef bool limpid_progress_function(void *user, const limpid_progress *progress);

/* Where a field is 0, NULL or (for the three doubles) negative, the network's own recipe decides.
 */
typedef struct {
    const char *out; /* folder for model.onnx and state.safetensors; NULL: nothing is written */
    const char
        *data_spec;       /* remembered in the folder, so that a run can be resumed by name alone */
    const char *loss;     /* "cross-entropy", "squared-error" */
    const char *schedule; /* of the learning rate: "constant", "cosine", "one-cycle" */
    const char *augment;  /* "none", "digits" */
    int64_t epochs, steps;    /* at most one of them is set */
    int64_t batch;            /* samples in a step */
    int64_t checkpoint_every; /* steps; 0: after each epoch */
    double rate;              /* learning rate, eta of the note's equation (8) */
    double momentum, decay;
    limpid_progress_function *progress; /* NULL: silence */
    void *user;
} limpid_train_options;

/* Everything as the recipe says. */
LIMPID_API limpid_train_options limpid_train_defaults(void);

/* Trains the graph in place by stochastic gradient descent with momentum; adds the loss operator if
 * the graph has none. options may be NULL. Fails with LIMPID_NOT_FINITE, naming operator and step,
 * when the loss is infinite or no number; the folder then still holds the last checkpoint. */
LIMPID_API limpid_status limpid_train(limpid_graph *graph, limpid_context *context,
                                      limpid_data *data, const limpid_train_options *options);

/* Goes on with the run in a folder, from its last checkpoint to its end: the same bits as a run
 * that was never stopped. *graph is the trained network. */
LIMPID_API limpid_status limpid_resume(limpid_graph **graph, limpid_context *context,
                                       const char *folder, limpid_progress_function *progress,
                                       void *user);

typedef struct {
    int64_t images;
    double accuracy, loss; /* accuracy in [0, 1]; mean loss */
} limpid_score;

/* Runs every sample through the network; batch 0: a good one. */
LIMPID_API limpid_status limpid_evaluate(const limpid_graph *graph, limpid_context *context,
                                         limpid_data *data, int64_t batch, limpid_score *score);

/* The picture in a PNG or JPEG file, brought to the form the network was trained on, through the
 * network: probabilities[0 .. classes), where classes must be the network's number of answers. */
LIMPID_API limpid_status limpid_predict(const limpid_graph *graph, limpid_context *context,
                                        const char *image_path, int classes, float *probabilities);
/* How many numbers the network answers with, and the name of one of them ("7" where the model has
 * none). */
typedef struct {
    char text[128];
} limpid_name;
LIMPID_API int limpid_classes(const limpid_graph *graph);
LIMPID_API limpid_name limpid_class_name(const limpid_graph *graph, int index);

/* ---- networks piece by piece ---- */

LIMPID_API limpid_status limpid_graph_new(limpid_graph **out, limpid_context *context,
                                          const char *name);

/* Appends one operator, e.g. limpid_add(g, NULL, "pool-max", "size=2 stride=2", 1, &x);
 * docs/network.md lists them. name may be NULL. Gives a value to be used as input of others; its
 * parameters are made. */
LIMPID_API int limpid_add(limpid_graph *graph, const char *name, const char *operator_name,
                          const char *attributes, int count, const int *inputs);

/* Draws the parameters: weights He normal, biases 0. Networks come drawn with the context's seed.
 */
LIMPID_API void limpid_graph_initialize(limpid_graph *graph, uint64_t seed);

/* The network as text, which parses back to the same graph; release with limpid_text_free. */
LIMPID_API limpid_status limpid_graph_print(const limpid_graph *graph, limpid_context *context,
                                            char **text);
LIMPID_API void limpid_text_free(limpid_context *context, char *text);

/* SHA-256 over each parameter in graph order: name, NUL, rank and dimensions as little-endian
 * int64, dense float32 values. NaN is refused. */
LIMPID_API limpid_status limpid_graph_digest(const limpid_graph *graph, limpid_context *context,
                                             char hex[65]);

typedef struct {
    const char *name;
    limpid_shape shape;
    float *data;  /* the graph's own numbers: write them to load weights of yours */
    bool trained; /* false: gradients leave it alone */
} limpid_parameter;

/* Parameters in graph order: false when there is no such index. Borrowed until the graph is freed.
 */
LIMPID_API bool limpid_graph_parameter(const limpid_graph *graph, int index, limpid_parameter *out);

/* ---- plans: the explicit way to run ---- */

typedef struct {
    int64_t batch; /* the most samples in one run; 0: 1 */
    bool training; /* gradients too; the graph must end in a loss */
    bool keep_all; /* no value shares memory with another, so every one can be looked at afterwards
                    */
    bool poison;   /* for tests: memory is filled with NaN before each run */
} limpid_plan_options;

/* Everything that can fail fails here, or when the batch changes; nothing is allocated afterwards.
 * The plan borrows the graph and its parameters: the graph must outlive it and not grow. */
LIMPID_API limpid_status limpid_plan_new(limpid_plan **out, limpid_context *context,
                                         const limpid_graph *graph,
                                         const limpid_plan_options *options);
LIMPID_API void limpid_plan_free(limpid_plan *plan);

/* Sets how many samples the next runs hold, 1 to the planned batch. */
LIMPID_API limpid_status limpid_plan_set_batch(limpid_plan *plan, int64_t samples);

/* A value's numbers by its name, dense, with its shape for the present batch: inputs to be written
 * before forward, results to be read after it. NULL: no such value, or one whose memory others use.
 * Class numbers are int32, everything else float. */
LIMPID_API float *limpid_plan_floats(const limpid_plan *plan, const char *value,
                                     limpid_shape *shape);
LIMPID_API int32_t *limpid_plan_labels(const limpid_plan *plan, const char *value);
/* dz/dvalue after limpid_plan_backward; NULL where none is kept (parameters' always are). */
LIMPID_API float *limpid_plan_gradient(const limpid_plan *plan, const char *value);

LIMPID_API void limpid_plan_forward(limpid_plan *plan);
LIMPID_API void limpid_plan_backward(limpid_plan *plan); /* from dz/dz = 1 */
LIMPID_API double limpid_plan_loss(const limpid_plan *plan);
/* m <- momentum m + (g + decay w); w <- w - rate m, for every trained parameter (equation 8). */
LIMPID_API void limpid_plan_update(limpid_plan *plan, double rate, double momentum, double decay);
/* Bytes the plan holds: values and gradients, parameters' gradients and momentum, scratch. */
LIMPID_API size_t limpid_plan_bytes(const limpid_plan *plan);

#ifdef __cplusplus
}
#endif

#endif
