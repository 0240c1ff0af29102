// SPDX-License-Identifier: MIT
/* mnist.c - MNIST, Fashion-MNIST and whatever else comes as their four files: images and labels,
 * for training and for testing, each an IDX file, plain or gzip, under one of its usual names.
 *
 * Ten classes, named by their number. Images may have any size but not none. */
#include <string.h>
#include <unistd.h>
#include "data/data.h"

enum { CLASSES = 10 };

typedef struct {
    limpid_idx images, labels;
} files;

/* The usual names: one site writes a dot before "idx", and unpacking takes ".gz" away. */
static const struct {
    const char *before, *after;
} forms[] = { { "-", "" }, { "-", ".gz" }, { ".", "" }, { ".", ".gz" } };

static limpid_status find_file(limpid_context *context, const char *folder, const char *stem,
                               int rank, char **path)
{
    for (size_t f = 0; f < sizeof forms / sizeof *forms; f++) {
        char name[64];
        snprintf(name, sizeof name, "%s%sidx%d-ubyte%s", stem, forms[f].before, rank,
                 forms[f].after);
        char *candidate = limpid_path_join(context, folder, name);
        if (!candidate)
            return LIMPID_NO_MEMORY;
        if (access(candidate, F_OK) == 0) {
            *path = candidate;
            return LIMPID_OK;
        }
        limpid_release(context, candidate);
    }
    return limpid_fail(context, LIMPID_BAD_FILE,
                       "%s: holds no %s-idx%d-ubyte, with or without .gz; fetch the four files "
                       "with scripts/get-mnist",
                       folder, stem, rank);
}

static limpid_status check_images(limpid_context *context, const char *path, const limpid_idx *idx)
{
    if (idx->rank != 3)
        return limpid_fail(context, LIMPID_BAD_FILE,
                           "%s: has rank %d; images have 3: count, height, width", path, idx->rank);
    if (!idx->dim[0] || !idx->dim[1] || !idx->dim[2])
        return limpid_fail(context, LIMPID_BAD_FILE,
                           "%s: holds %lld images of %lld x %lld pixels; expected at least one of "
                           "each",
                           path, (long long)idx->dim[0], (long long)idx->dim[1],
                           (long long)idx->dim[2]);
    return LIMPID_OK;
}

static limpid_status check_labels(limpid_context *context, const char *path, const limpid_idx *idx)
{
    if (idx->rank != 1)
        return limpid_fail(context, LIMPID_BAD_FILE, "%s: has rank %d; labels have 1", path,
                           idx->rank);
    for (int64_t i = 0; i < idx->dim[0]; i++)
        if (idx->bytes[i] >= CLASSES)
            return limpid_fail(context, LIMPID_BAD_FILE,
                               "%s: label %d of image %lld is out of range; expected 0 to %d", path,
                               idx->bytes[i], (long long)i, CLASSES - 1);
    return LIMPID_OK;
}

typedef limpid_status checker(limpid_context *context, const char *path, const limpid_idx *idx);

static limpid_status read_file(limpid_context *context, const char *folder, const char *stem,
                               int rank, checker *check, limpid_idx *out)
{
    char *path = NULL;
    LIMPID_TRY(find_file(context, folder, stem, rank, &path));
    limpid_idx idx;
    limpid_status status = limpid_idx_read(context, path, &idx);
    if (status == LIMPID_OK) {
        status = check(context, path, &idx);
        if (status == LIMPID_OK)
            *out = idx;
        else
            limpid_release(context, idx.bytes);
    }
    limpid_release(context, path);
    return status;
}

static limpid_status read_both(limpid_context *context, const char *folder, bool train, files *f)
{
    LIMPID_TRY(read_file(context, folder, train ? "train-images" : "t10k-images", 3, check_images,
                         &f->images));
    LIMPID_TRY(read_file(context, folder, train ? "train-labels" : "t10k-labels", 1, check_labels,
                         &f->labels));
    if (f->images.dim[0] != f->labels.dim[0])
        return limpid_fail(context, LIMPID_BAD_FILE,
                           "%s: %lld %s images but %lld labels; expected as many, fetch the files "
                           "again with scripts/get-mnist",
                           folder, (long long)f->images.dim[0], train ? "train" : "test",
                           (long long)f->labels.dim[0]);
    return LIMPID_OK;
}

static void release_files(limpid_context *context, files *f)
{
    limpid_release(context, f->images.bytes);
    limpid_release(context, f->labels.bytes);
    limpid_release(context, f);
}

static limpid_status mnist_open(limpid_data *data, const char *argument, const char *split)
{
    limpid_context *context = data->context;
    if (!limpid_is_folder(argument))
        return limpid_fail(context, LIMPID_BAD_FILE,
                           "%s: is no folder; mnist:DIR wants one with the four MNIST files, which "
                           "scripts/get-mnist fetches",
                           argument);
    files *f = limpid_allocate(context, 1, sizeof *f);
    if (!f)
        return LIMPID_NO_MEMORY;
    limpid_status status = read_both(context, argument, strcmp(split, "train") == 0, f);
    if (status == LIMPID_OK)
        status = limpid_data_name_classes(data, CLASSES, NULL);
    if (status != LIMPID_OK) {
        release_files(context, f);
        return status;
    }
    data->count = f->images.dim[0];
    data->channels = 1;
    data->height = f->images.dim[1];
    data->width = f->images.dim[2];
    data->state = f;
    return LIMPID_OK;
}

static void mnist_sample(const limpid_data *data, int64_t i, uint8_t *pixels, int32_t *label)
{
    const files *f = data->state;
    int64_t size = data->height * data->width;
    memcpy(pixels, f->images.bytes + i * size, (size_t)size);
    *label = f->labels.bytes[i];
}

static void mnist_close(limpid_data *data)
{
    release_files(data->context, data->state);
}

const limpid_reader limpid_reader_mnist = {
    .name = "mnist",
    .argument = "DIR",
    .summary = "the four files of MNIST or Fashion-MNIST in a folder, plain or gzip",
    .centred = true,
    .open = mnist_open,
    .sample = mnist_sample,
    .close = mnist_close,
};
