// SPDX-License-Identifier: MIT
/* files.h - what the tests of this folder share: files, a context that counts its memory, damage.
 * They run in a folder of their own. */
#ifndef LIMPID_TESTS_DATA_FILES_H
#define LIMPID_TESTS_DATA_FILES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "data/data.h"

/* What a context took and gave back; the call number fail_at (from 0; below 0: none) fails. */
typedef struct {
    long live, calls, fail_at;
    size_t largest;
} counter;

static inline void *counting_allocate(void *user, size_t bytes)
{
    counter *c = user;
    if (c->calls++ == c->fail_at)
        return NULL;
    c->live++;
    c->largest = bytes > c->largest ? bytes : c->largest;
    return aligned_alloc(64, (bytes + 63) / 64 * 64);
}

static inline void counting_release(void *user, void *memory)
{
    counter *c = user;
    c->live--;
    free(memory);
}

/* A context of one thread whose memory is counted from here on. */
static inline limpid_context *counting_context(counter *c)
{
    limpid_options options = {
        .threads = 1, .allocate = counting_allocate, .release = counting_release, .user = c
    };
    limpid_context *context = NULL;
    *c = (counter){ .fail_at = -1 };
    assert_int_equal(limpid_context_new(&context, &options), LIMPID_OK);
    c->live = c->calls = 0;
    c->largest = 0;
    return context;
}

static inline limpid_context *new_context(int threads)
{
    limpid_options options = { .threads = threads };
    limpid_context *context = NULL;
    assert_int_equal(limpid_context_new(&context, &options), LIMPID_OK);
    return context;
}

static inline void put_file(const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static inline void make_folder(const char *path)
{
    if (mkdir(path, 0777) != 0)
        assert_true(limpid_is_folder(path));
}

/* A failure of that status which says one line with both parts in it. */
static inline void assert_told(const limpid_context *context, limpid_status expected,
                               limpid_status found, const char *part, const char *other)
{
    const char *message = limpid_message(context);
    if (found != expected)
        fail_msg("status %d, expected %d; message: %s", found, expected, message);
    if (!strstr(message, part) || !strstr(message, other) || strchr(message, '\n'))
        fail_msg("expected \"%s\" and \"%s\" in: %s", part, other, message);
}

/* Pseudo-random numbers for damage that is the same in every run (xorshift; Marsaglia, 2003). */
static inline uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Bytes under construction. */
typedef struct {
    uint8_t *bytes;
    size_t size;
} blob;

static inline void blob_add(blob *b, const void *bytes, size_t size)
{
    b->bytes = realloc(b->bytes, b->size + size + 1);
    assert_non_null(b->bytes);
    if (size)
        memcpy(b->bytes + b->size, bytes, size);
    b->size += size;
}

static inline void blob_add_u32(blob *b, uint32_t value)
{
    uint8_t bytes[4] = { (uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8),
                         (uint8_t)value };
    blob_add(b, bytes, 4);
}

/* An IDX file of unsigned bytes: element i is (i * 7 + 3) % modulus. */
static inline blob make_idx(int rank, const int64_t *dim, int modulus)
{
    blob b = { 0 };
    size_t count = 1;
    blob_add(&b, (uint8_t[]){ 0, 0, 8, (uint8_t)rank }, 4);
    for (int d = 0; d < rank; d++) {
        blob_add_u32(&b, (uint32_t)dim[d]);
        count *= (size_t)dim[d];
    }
    for (size_t i = 0; i < count; i++)
        blob_add(&b, &(uint8_t){ (uint8_t)((i * 7 + 3) % (size_t)modulus) }, 1);
    return b;
}

/* The path of a file of the development data, or a skipped test. */
static inline void find_data(char path[1024], const char *name)
{
    const char *folder = getenv("LIMPID_DATA"), *source = getenv("LIMPID_SOURCE");
    if (folder)
        snprintf(path, 1024, "%s/%s", folder, name);
    else
        snprintf(path, 1024, "%s/../shared/data/%s", source ? source : ".", name);
    if (access(path, R_OK) != 0) {
        print_message("skipped: there is no %s\n", path);
        skip();
    }
}

#endif
