// SPDX-License-Identifier: MIT
/* train.h - training runs, checkpoints, scores and predictions. */
#ifndef LIMPID_TRAIN_H
#define LIMPID_TRAIN_H

#include "data/data.h"
#include "format/format.h"

/* ---- learning rates over a run ---- */

/* The rate at a fraction `done` in [0, 1) of the run, for a base rate of 1. */
typedef struct {
    const char *name, *summary;
    double (*factor)(double done);
} limpid_schedule;

extern const limpid_schedule limpid_schedules[]; /* ended by a row without name */
const limpid_schedule *limpid_schedule_find(const char *name);

/* ---- a run ---- */

/* What defines a run: with the data, the graph's first numbers and nothing else it gives every bit
 * of the result. */
typedef struct {
    int64_t batch, steps, steps_in_epoch, checkpoint_every;
    double rate, momentum, decay;
    uint64_t seed;
    const limpid_schedule *schedule;
    const limpid_augmenter *augmenter;
    const char *loss; /* an operator's name */
} limpid_recipe;

typedef struct {
    limpid_context *context;
    limpid_graph *graph;
    limpid_data *data;
    limpid_recipe recipe;
    const char *out, *data_spec; /* NULL: nothing is written */
    limpid_progress_function *progress;
    void *user;
    limpid_plan *plan;
    limpid_batcher batcher;
    int64_t step;      /* done */
    int64_t *order;    /* of the samples in this epoch */
    void *scratch;     /* for batches */
    int32_t *labels;   /* of the batch */
    float *x, *target; /* the plan's inputs; target NULL: the loss takes labels */
    int32_t *target_labels;
    int64_t answer_size, images, seen, right;
    double loss_sum, started;
} limpid_run;

/* Fills in what options leave open from the network's recipe; fails on contradictions. */
limpid_status limpid_recipe_choose(limpid_recipe *recipe, limpid_context *context,
                                   const limpid_graph *graph, const limpid_data *data,
                                   const limpid_train_options *options);

/* From run->step to the end of the recipe. */
limpid_status limpid_run_start(limpid_run *run);
limpid_status limpid_run_go(limpid_run *run);
void limpid_run_end(limpid_run *run);

/* Writes DIR/state.safetensors (parameters, momenta, everything the run is defined by), then
 * DIR/model.onnx. Whatever is interrupted when, the state alone says where the run stands. */
limpid_status limpid_checkpoint_save(const limpid_run *run);
/* Reads both into an empty run: graph, recipe, step, data; momenta stay in *state until the plan
 * exists. */
limpid_status limpid_checkpoint_load(limpid_run *run, limpid_safetensors *state,
                                     const char *folder);
limpid_status limpid_checkpoint_restore(limpid_run *run, const limpid_safetensors *state);

/* ---- what a model remembers of its data ---- */

/* Notes of the graph: class names, mean and deviation, and how predict brings a picture to the
 * input. */
limpid_status limpid_remember_data(limpid_graph *graph, limpid_data *data);
limpid_status limpid_recall_preprocess(const limpid_graph *graph, limpid_context *context,
                                       limpid_preprocess *preprocess);
bool limpid_recall_centred(const limpid_graph *graph);

/* ---- answers ---- */

/* Probabilities from the answer's row of one sample: its soft-max, or the row itself where the
 * network ends in one. Returns the class with the highest, the first of equal ones (equation 7). */
int limpid_answer_probabilities(const limpid_graph *graph, const float *row, int classes,
                                float *probabilities);

/* As limpid_predict, on a decoded picture; *seen (may be NULL) gets the picture as the network saw
 * it, to be released by the caller. */
limpid_status limpid_predict_image(const limpid_graph *graph, limpid_context *context,
                                   const limpid_image *image, limpid_image *seen, int classes,
                                   float *probabilities);

#endif
