// SPDX-License-Identifier: MIT
/* support.h - what the tests of several rooms need: contexts, an allocator that counts and fails on
 * demand, and a look at messages. */
#ifndef LIMPID_TESTS_BASE_SUPPORT_H
#define LIMPID_TESTS_BASE_SUPPORT_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/base.h"

static inline limpid_context *new_context_of(int threads, uint64_t seed)
{
    limpid_context *context;
    const limpid_options options = { .threads = threads, .seed = seed };
    assert_int_equal(limpid_context_new(&context, &options), LIMPID_OK);
    return context;
}

static inline limpid_context *new_context(void)
{
    return new_context_of(1, 0);
}

/* The message of a failure: one line, with every one of the parts (ended by NULL) in it. */
static inline void assert_said(const limpid_context *context, const char *first, ...)
{
    const char *message = limpid_message(context);
    va_list parts;
    va_start(parts, first);
    for (const char *part = first; part; part = va_arg(parts, const char *))
        if (!strstr(message, part))
            fail_msg("\"%s\" is not in: %s", part, message);
    va_end(parts);
    if (strchr(message, '\n') || !*message)
        fail_msg("not one line: %s", message);
}

#define assert_ok(context, call)                                                                   \
    do {                                                                                           \
        if ((call) != LIMPID_OK)                                                                   \
            fail_msg("%s: %s", #call, limpid_message(context));                                    \
    } while (0)

/* ---- results that are the same for ever, in tests/golden ---- */

/* The one line of tests/golden/NAME. */
static inline void read_golden(const char *name, char hex[65])
{
    char path[4096];
    const char *source = getenv("LIMPID_SOURCE");
    snprintf(path, sizeof path, "%s/tests/golden/%s", source ? source : ".", name);
    FILE *file = fopen(path, "r");
    if (!file)
        fail_msg("%s cannot be opened; run the tests with ctest", path);
    size_t length = fread(hex, 1, 64, file);
    fclose(file);
    hex[length] = '\0';
}

static inline void assert_golden(const char *name, const char *hex)
{
    char expected[65];
    read_golden(name, expected);
    if (strcmp(hex, expected) != 0)
        fail_msg("tests/golden/%s says %s, found %s", name, expected, hex);
}

/* ---- memory that counts and fails on demand ---- */

typedef struct {
    int64_t calls, live; /* so far; blocks not given back */
    int64_t fail_at;     /* the call that fails, from 1; 0: none */
    size_t most;         /* larger blocks are refused; 0: none is */
} counting_memory;

static inline void *counting_allocate(void *user, size_t bytes)
{
    counting_memory *memory = user;
    memory->calls++;
    if (memory->calls == memory->fail_at || (memory->most && bytes > memory->most))
        return NULL;
    void *block = aligned_alloc(64, (bytes + 63) / 64 * 64);
    if (block) {
        memset(block, 0xa5, bytes);
        memory->live++;
    }
    return block;
}

static inline void counting_release(void *user, void *block)
{
    counting_memory *memory = user;
    memory->live--;
    free(block);
}

static inline limpid_options counting_options(counting_memory *memory)
{
    return (limpid_options){
        .threads = 1, .allocate = counting_allocate, .release = counting_release, .user = memory
    };
}

/* Runs `work` with a context whose k-th allocation fails, for every k until none does; each failure
 * must be LIMPID_NO_MEMORY, and nothing may be left. `every` skips most of them: k grows by that
 * factor. Returns how many allocations the whole takes. */
typedef limpid_status memory_work(limpid_context *context, void *argument);

static inline int64_t fail_every_allocation(memory_work *work, void *argument, double every)
{
    for (int64_t k = 1;; k = (int64_t)ceil((double)k * every + (every > 1 ? 0 : 1))) {
        counting_memory memory = { .fail_at = k };
        const limpid_options options = counting_options(&memory);
        limpid_context *context = NULL;
        limpid_status status = limpid_context_new(&context, &options);
        if (status == LIMPID_OK) {
            status = work(context, argument);
            if (status != LIMPID_OK && !strstr(limpid_message(context), "memory"))
                fail_msg("allocation %lld fails: %s", (long long)k, limpid_message(context));
            limpid_context_free(context);
        }
        if (memory.live != 0)
            fail_msg("allocation %lld fails: %lld blocks are left", (long long)k,
                     (long long)memory.live);
        if (memory.calls < k) {
            assert_int_equal(status, LIMPID_OK);
            return memory.calls;
        }
        assert_int_equal(status, LIMPID_NO_MEMORY);
    }
}

#endif
