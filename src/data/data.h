// SPDX-License-Identifier: MIT
/* data.h - samples with labels, however they are stored; sees base and tensor only.
 *
 * A reader is one file of this room and one row of readers.def. */
#ifndef LIMPID_DATA_H
#define LIMPID_DATA_H

#include "tensor/tensor.h"

typedef struct limpid_reader limpid_reader;

/* An open data set. Samples are planes of bytes, channel by channel, row by row: 0 is black. */
struct limpid_data {
    limpid_context *context;
    const limpid_reader *reader;
    int64_t count;
    int64_t channels, height, width; /* of every sample */
    int classes;
    char **class_names; /* `classes` of them, owned */
    void *state;        /* the reader's own */
};

struct limpid_reader {
    const char *name;     /* what stands before the colon: "mnist" */
    const char *argument; /* what stands behind it, for messages: "DIR", "[COUNT]" if it may be left
                           * out; NULL: nothing may */
    const char *summary;
    bool centred; /* samples are single characters in the form of MNIST (limpid_image_center) */
    /* Fills in count, shape, classes, class_names and state. On failure it releases what it took.
     */
    limpid_status (*open)(limpid_data *data, const char *argument, const char *split);
    /* Sample i, 0 <= i < count; cannot fail, may run on any thread. */
    void (*sample)(const limpid_data *data, int64_t i, uint8_t *pixels, int32_t *label);
    void (*close)(limpid_data *data); /* releases state alone */
};

#define LIMPID_READER(name) extern const limpid_reader limpid_reader_##name;
#include "data/readers.def"
#undef LIMPID_READER
extern const limpid_reader *const limpid_readers[]; /* ended by NULL */

/* Sets classes and class_names to "0", "1", ... (names NULL) or to copies of the names. */
limpid_status limpid_data_name_classes(limpid_data *data, int classes, const char *const *names);

/* ---- IDX files (the format of MNIST), plain or gzip ---- */

typedef struct {
    int rank;
    int64_t dim[4];
    uint8_t *bytes; /* owned by the caller: limpid_release */
} limpid_idx;

/* Reads an IDX file of unsigned bytes whose rank is 1 to 4; plain or gzip, whatever its name. The
 * size must be exactly what the header says. */
limpid_status limpid_idx_read(limpid_context *context, const char *path, limpid_idx *out);

/* ---- pictures ---- */

typedef struct {
    int64_t channels, height, width; /* channels: 1 grey or 3 red, green, blue */
    uint8_t *pixels;                 /* channel by channel, row by row; limpid_release */
} limpid_image;

/* Decodes PNG or JPEG, told apart by content. Refuses what declares more than 2^26 pixels before
 * allocating for it; transparency is laid over white. */
limpid_status limpid_image_read(limpid_context *context, const char *path, limpid_image *out);
limpid_status limpid_image_decode(limpid_context *context, const char *name, const uint8_t *bytes,
                                  size_t size, limpid_image *out);
limpid_status limpid_image_write_png(limpid_context *context, const char *path,
                                     const limpid_image *image);
/* The mean over each target pixel's area; fresh pixels in *out. */
limpid_status limpid_image_resize(limpid_context *context, const limpid_image *in, int64_t height,
                                  int64_t width, limpid_image *out);
/* To 1 channel (0.299 R + 0.587 G + 0.114 B, rounded) or 3. */
limpid_status limpid_image_convert(limpid_context *context, const limpid_image *in,
                                   int64_t channels, limpid_image *out);
/* A picture of one character, any size, light on dark or dark on light, to the form of MNIST: light
 * on black, its box scaled to fit size * 20 / 28 without distortion, its centre of mass in the
 * middle. One without ink gives black. */
limpid_status limpid_image_center(limpid_context *context, const limpid_image *in, int64_t size,
                                  limpid_image *out);

/* ---- digits made from strokes ---- */

/* Draws digit `label` as number i of the set `seed`: 28 x 28 bytes. The same on every machine. */
void limpid_digit_draw(uint64_t seed, int64_t i, int label, uint8_t pixels[784]);

/* ---- batches ---- */

/* Distortions of a sample while training, named in augmenters.def. */
typedef struct {
    const char *name, *summary;
    /* Changes one sample in place: planes of floats in [0, 1]. `scratch` has as many floats. */
    void (*change)(limpid_random *random, int64_t channels, int64_t height, int64_t width,
                   float *pixels, float *scratch);
} limpid_augmenter;

#define LIMPID_AUGMENTER(name) extern const limpid_augmenter limpid_augmenter_##name;
#include "data/augmenters.def"
#undef LIMPID_AUGMENTER
extern const limpid_augmenter *const limpid_augmenters[]; /* ended by NULL */
const limpid_augmenter *limpid_augmenter_find(const char *name);

/* What stands between bytes and a network's input: x = (byte / 255 - mean[c]) / deviation[c]. */
typedef struct {
    float mean[4], deviation[4];
} limpid_preprocess;

typedef struct {
    const limpid_data *data;
    limpid_preprocess preprocess;
    const limpid_augmenter *augmenter; /* NULL: none */
    uint64_t seed, epoch;              /* of its random numbers, keyed by the sample too */
} limpid_batcher;

/* Writes samples[0..n) as dense N, C, H, W floats and their labels; scratch: threads * C*H*W floats
 * + bytes of one sample for each thread (limpid_batch_scratch). The same bits for any number of
 * threads. */
size_t limpid_batch_scratch(const limpid_data *data, int threads);
void limpid_batch_fill(const limpid_batcher *batcher, int64_t n, const int64_t *samples, float *x,
                       int32_t *labels, void *scratch);
/* The order of an epoch's samples: a permutation of [first, first + count) keyed by seed and epoch.
 */
void limpid_shuffle(uint64_t seed, uint64_t epoch, int64_t first, int64_t count, int64_t *order);

#endif
