// SPDX-License-Identifier: MIT
/* base.h - the room every other room stands on: memory, failure text, threads, random numbers,
 * files, digests, and what the processor can do. It knows no tensor. */
#ifndef LIMPID_BASE_H
#define LIMPID_BASE_H

#include <stdio.h>
#include "limpid.h"

/* ---- the context ---- */

/* Every instruction set a kernel is compiled for: row order is preference, last wins. */
#define LIMPID_ISAS(X)                                                                             \
    X(generic)                                                                                     \
    X(neon)                                                                                        \
    X(avx2)                                                                                        \
    X(avx512)

typedef enum {
#define X(name) LIMPID_ISA_##name,
    LIMPID_ISAS(X)
#undef X
        LIMPID_ISA_COUNT
} limpid_isa_kind;

struct limpid_context {
    limpid_options options;
    int threads;
    limpid_isa_kind isa;
    char message[1024];
};

/* Whether this processor (and its operating system) runs the set; generic always does. */
bool limpid_isa_available(limpid_isa_kind isa);
const char *limpid_isa_name(limpid_isa_kind isa);

/* ---- failure ---- */

/* Keeps the message in the context and hands the status back: `return limpid_fail(...)`. The text
 * is one sentence, names the operator or the file, what was found and what was expected. */
limpid_status limpid_fail(limpid_context *context, limpid_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Returns from the calling function when an expression yields a failure. */
#define LIMPID_TRY(expression)                                                                     \
    do {                                                                                           \
        limpid_status try_status_ = (expression);                                                  \
        if (try_status_ != LIMPID_OK)                                                              \
            return try_status_;                                                                    \
    } while (0)

/* ---- memory ---- */

/* a * b or a + b into *out; false (and *out untouched) when the result does not fit. */
bool limpid_size_multiply(size_t *out, size_t a, size_t b);
bool limpid_size_add(size_t *out, size_t a, size_t b);

/* count * size bytes, zeroed, aligned to 64; NULL with a message when there is no memory or the
 * product overflows. Zero bytes give a valid pointer. Release with limpid_release, which accepts
 * NULL. */
void *limpid_allocate(limpid_context *context, size_t count, size_t size);
void limpid_release(limpid_context *context, void *memory);

/* Makes room for `wanted` elements in the array *memory of *capacity ones, keeping its content; new
 * elements are zero. Grows by doubling. */
limpid_status limpid_grow(limpid_context *context, void **memory, size_t *capacity, size_t wanted,
                          size_t size);

char *limpid_copy_text(limpid_context *context, const char *text);

/* ---- text that grows ---- */

/* A string under construction: `limpid_text t = { .context = c }`. The first failure sticks and
 * makes later calls do nothing, so only the end needs a check of t.status. t.data is NUL-terminated
 * once anything was added; release it with limpid_release(c, t.data). */
typedef struct {
    limpid_context *context;
    char *data;
    size_t length, capacity;
    limpid_status status;
} limpid_text;

void limpid_text_add(limpid_text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void limpid_text_append(limpid_text *text, const char *bytes, size_t length);
/* Appends a JSON string, quoted and escaped; bytes that are not UTF-8 become U+FFFD. */
void limpid_text_add_json(limpid_text *text, const char *string);

/* ---- threads ---- */

/* Calls task(argument, i, worker) for every i in [0, tasks), on any worker in any order; worker is
 * in [0, context->threads) and no two tasks that run at once share it. Results must not depend on
 * which worker runs what. Denormal numbers are flushed to zero inside, and the caller's mode is
 * restored. */
typedef void limpid_task(void *argument, int64_t index, int worker);
void limpid_parallel(const limpid_context *context, int64_t tasks, limpid_task *task,
                     void *argument);

/* ---- random numbers ---- */

/* Counter-based (Philox 4x32-10, Salmon et al. 2011): number i of a stream is a function of the key
 * and i alone, so threads, order and resuming cannot change it. A stream's key is what it is for.
 */
typedef enum {
    LIMPID_RANDOM_WEIGHTS,
    LIMPID_RANDOM_SHUFFLE,
    LIMPID_RANDOM_AUGMENT,
    LIMPID_RANDOM_DROPOUT,
    LIMPID_RANDOM_DIGITS,
    LIMPID_RANDOM_BENCH
} limpid_purpose;

typedef struct {
    uint64_t seed;
    limpid_purpose purpose;
    uint64_t epoch, sample; /* or any two numbers that tell one stream from another */
    uint64_t next;          /* how many 32-bit numbers were drawn */
    uint32_t block[4];      /* the block that holds number `next`, when next % 4 != 0 */
} limpid_random;

limpid_random limpid_random_stream(uint64_t seed, limpid_purpose purpose, uint64_t epoch,
                                   uint64_t sample);
void limpid_philox(uint32_t out[4], const uint32_t counter[4], const uint32_t key[2]);
uint32_t limpid_random_bits(limpid_random *random);
double limpid_random_uniform(limpid_random *random); /* [0, 1), a multiple of 2^-53 */
double limpid_random_normal(limpid_random *random);  /* mean 0, variance 1 (Box and Muller, 1958) */
uint64_t limpid_random_below(limpid_random *random, uint64_t bound); /* [0, bound), unbiased */

/* ---- elementary functions whose bits do not depend on the C library ---- */

/* In double, errors below 2 units in the last place, made of + - * / and sqrt alone. */
double limpid_exp(double x);
double limpid_log(double x); /* of a negative number NaN, of zero -infinity */
void limpid_sincos(double x, double *sine, double *cosine); /* |x| <= 2^20 */
double limpid_power(double base, double exponent);          /* base > 0 */

/* ---- digests ---- */

typedef struct {
    uint32_t state[8];
    uint64_t length;
    uint8_t block[64];
} limpid_sha256;

void limpid_sha256_start(limpid_sha256 *sha);
void limpid_sha256_add(limpid_sha256 *sha, const void *bytes, size_t length);
void limpid_sha256_finish(limpid_sha256 *sha, char hex[65]);

/* ---- files ---- */

/* The whole of a file into fresh memory with one NUL behind it (not counted). A file larger than
 * `most` bytes, a folder, or anything that is no regular file is refused. */
limpid_status limpid_file_read(limpid_context *context, const char *path, size_t most,
                               uint8_t **bytes, size_t *size);

/* Writing: everything goes to a new file beside `path`; commit syncs it, renames it over `path` and
 * syncs the folder, so that at every moment `path` is absent, the old file or the new one, whole. A
 * failed add sticks until commit, which then removes the new file and returns the failure; so does
 * discard. */
typedef struct {
    limpid_context *context;
    char *path, *beside;
    FILE *stream;
    limpid_status status;
} limpid_file_writer;

limpid_status limpid_file_start(limpid_file_writer *writer, limpid_context *context,
                                const char *path);
void limpid_file_add(limpid_file_writer *writer, const void *bytes, size_t length);
limpid_status limpid_file_commit(limpid_file_writer *writer);
void limpid_file_discard(limpid_file_writer *writer);

/* Makes a folder if it is not there yet (its parent must be). */
limpid_status limpid_folder_make(limpid_context *context, const char *path);
bool limpid_is_folder(const char *path);
/* "folder/name" in fresh memory. */
char *limpid_path_join(limpid_context *context, const char *folder, const char *name);

/* ---- small things ---- */

static inline int64_t limpid_min(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static inline int64_t limpid_max(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static inline int64_t limpid_ceil_divide(int64_t a, int64_t b)
{
    return (a + b - 1) / b;
}

/* The candidate nearest to a mistyped word (at most two letters away), or NULL: for "did you mean".
 */
const char *limpid_nearest(const char *word, const char *const *candidates, int count);

/* Whole-string conversions; false on anything but one number in range. */
bool limpid_parse_int(const char *text, int64_t least, int64_t most, int64_t *out);
bool limpid_parse_float(const char *text, double *out);

#endif
