// SPDX-License-Identifier: MIT
/* files.h - small files for the tests of this folder, which run in a folder of their own. */
#ifndef LIMPID_TESTS_FORMAT_FILES_H
#define LIMPID_TESTS_FORMAT_FILES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "format/format.h"

static inline limpid_context *new_context(void)
{
    limpid_context *context;
    assert_int_equal(limpid_context_new(&context, NULL), LIMPID_OK);
    return context;
}

static inline void put_file(const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static inline uint8_t *get_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    long length = ftell(file);
    rewind(file);
    uint8_t *bytes = malloc((size_t)length + 1);
    assert_non_null(bytes);
    *size = fread(bytes, 1, (size_t)length, file);
    assert_int_equal(*size, length);
    fclose(file);
    return bytes;
}

/* A failure says one line that begins with the file's name. */
static inline void assert_told(const limpid_context *context, const char *path, const char *part)
{
    const char *message = limpid_message(context);
    if (strncmp(message, path, strlen(path)) != 0 || strchr(message, '\n') ||
        !strstr(message, part))
        fail_msg("not what was expected (\"%s: ... %s ...\"): %s", path, part, message);
}

/* Pseudo-random numbers for damage that is the same in every run (xorshift, Marsaglia 2003). */
static inline uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

#endif
