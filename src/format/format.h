// SPDX-License-Identifier: MIT
/* format.h - graphs and tensors as files: ONNX for models, safetensors for the state of training.
 */
#ifndef LIMPID_FORMAT_H
#define LIMPID_FORMAT_H

#include "graph/graph.h"

/* The model in the folder of a run, and where the run stands. */
#define LIMPID_MODEL_FILE "model.onnx"
#define LIMPID_STATE_FILE "state.safetensors"

/* ONNX: IR 8, opset 17. The graph without its loss and its labels; the first dimension of every
 * input is symbolic ("N"). Notes become metadata_props. `name` is for messages. */
limpid_status limpid_onnx_write(const limpid_graph *graph, limpid_context *context,
                                const char *path);
limpid_status limpid_onnx_read(limpid_graph **out, limpid_context *context, const char *path);
limpid_status limpid_onnx_decode(limpid_graph **out, limpid_context *context, const char *name,
                                 const uint8_t *bytes, size_t size);

/* ---- safetensors: a JSON header and raw tensors (docs/formats.md) ---- */

typedef struct {
    char *name;
    limpid_shape shape;
    float *data; /* float32 alone */
} limpid_named_tensor;

typedef struct {
    char *key, *value;
} limpid_pair;

typedef struct {
    limpid_named_tensor *tensors;
    size_t tensor_count;
    limpid_pair *pairs; /* the header's __metadata__ */
    size_t pair_count;
} limpid_safetensors;

/* Writes tensors in the order given; duplicate names are refused. */
limpid_status limpid_safetensors_write(limpid_context *context, const char *path,
                                       const limpid_safetensors *content);
/* Everything read is owned by *out until limpid_safetensors_release. Refuses overlapping or missing
 * ranges, sizes that disagree with shapes, and headers over 16 MiB. */
limpid_status limpid_safetensors_read(limpid_context *context, const char *path,
                                      limpid_safetensors *out);
void limpid_safetensors_release(limpid_context *context, limpid_safetensors *content);
const char *limpid_safetensors_note(const limpid_safetensors *content, const char *key);
const limpid_named_tensor *limpid_safetensors_find(const limpid_safetensors *content,
                                                   const char *name);

#endif
