// SPDX-License-Identifier: MIT
/* files.h - small files for the tests of this folder, which run in a folder of their own. */
#ifndef LIMPID_TESTS_FORMAT_FILES_H
#define LIMPID_TESTS_FORMAT_FILES_H

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "format/format.h"

static inline int set_up_context(void **state)
{
    limpid_context *context;
    limpid_status status = limpid_context_new(&context, NULL);
    *state = context;
    return status == LIMPID_OK ? 0 : -1;
}

static inline int tear_down_context(void **state)
{
    limpid_context_free(*state);
    return 0;
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

/* A disk without room, as far as a process sees it: no file may grow beyond this; 0: any may. */
static inline void limit_file_size(rlim_t bytes)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes ? bytes : limit.rlim_max;
    signal(SIGXFSZ, bytes ? SIG_IGN : SIG_DFL);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
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
