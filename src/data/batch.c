// SPDX-License-Identifier: MIT
/* batch.c - samples become a network's input: bytes, distorted while training, then
 *
 *   x = (byte / 255 - mean[c]) / deviation[c]
 *
 * A sample's distortion is drawn from a stream keyed by (seed, epoch, sample), so it depends
 * neither on which thread meets it nor on which batch it stands in. The order of an epoch is a
 * shuffle after Fisher and Yates (Durstenfeld, 1964), keyed by (seed, epoch). */
#include "data/data.h"

typedef struct {
    const limpid_batcher *batcher;
    const int64_t *samples;
    float *x;
    int32_t *labels;
    uint8_t *scratch;
} filling;

static size_t sample_pixels(const limpid_data *data)
{
    return (size_t)(data->channels * data->height * data->width);
}

/* One thread's part: a sample as floats, then as bytes; the next part begins on a cache line. */
static size_t scratch_of_one(const limpid_data *data)
{
    size_t bytes = sample_pixels(data) * (sizeof(float) + 1);
    return (bytes + 63) / 64 * 64;
}

size_t limpid_batch_scratch(const limpid_data *data, int threads)
{
    return scratch_of_one(data) * (size_t)threads;
}

static void fill_one(void *argument, int64_t index, int worker)
{
    const filling *f = argument;
    const limpid_batcher *b = f->batcher;
    const limpid_data *data = b->data;
    size_t pixels = sample_pixels(data), plane = (size_t)(data->height * data->width);
    uint8_t *mine = f->scratch + (size_t)worker * scratch_of_one(data);
    uint8_t *bytes = mine + pixels * sizeof(float);
    float *x = f->x + (size_t)index * pixels;
    int64_t sample = f->samples[index];

    data->reader->sample(data, sample, bytes, &f->labels[index]);
    for (size_t p = 0; p < pixels; p++)
        x[p] = (float)bytes[p] / 255.0f;
    if (b->augmenter && b->augmenter->change) {
        limpid_random random =
            limpid_random_stream(b->seed, LIMPID_RANDOM_AUGMENT, b->epoch, (uint64_t)sample);
        b->augmenter->change(&random, data->channels, data->height, data->width, x, (void *)mine);
    }
    for (int64_t c = 0; c < data->channels; c++) {
        float mean = b->preprocess.mean[c], deviation = b->preprocess.deviation[c];
        for (size_t p = (size_t)c * plane; p < (size_t)(c + 1) * plane; p++)
            x[p] = (x[p] - mean) / deviation;
    }
}

void limpid_batch_fill(const limpid_batcher *batcher, int64_t n, const int64_t *samples, float *x,
                       int32_t *labels, void *scratch)
{
    filling f = { batcher, samples, x, labels, scratch };
    limpid_parallel(batcher->data->context, n, fill_one, &f);
}

void limpid_shuffle(uint64_t seed, uint64_t epoch, int64_t first, int64_t count, int64_t *order)
{
    limpid_random random = limpid_random_stream(seed, LIMPID_RANDOM_SHUFFLE, epoch, 0);
    for (int64_t i = 0; i < count; i++)
        order[i] = first + i;
    for (int64_t i = count - 1; i > 0; i--) {
        int64_t j = (int64_t)limpid_random_below(&random, (uint64_t)i + 1);
        int64_t kept = order[i];
        order[i] = order[j];
        order[j] = kept;
    }
}
