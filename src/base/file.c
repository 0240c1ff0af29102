// SPDX-License-Identifier: MIT
/* file.c - reading whole files within a limit; writing so that a reader never sees half a file. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/base.h"

static limpid_status read_stream(limpid_context *context, const char *path, int descriptor,
                                 size_t size, uint8_t *bytes)
{
    for (size_t done = 0; done < size;) {
        ssize_t part = read(descriptor, bytes + done, size - done);
        if (part < 0 && errno == EINTR)
            continue;
        if (part < 0)
            return limpid_fail(context, LIMPID_BAD_FILE, "%s: cannot be read: %s", path,
                               strerror(errno));
        if (part == 0)
            return limpid_fail(context, LIMPID_BAD_FILE,
                               "%s: ends after %zu of %zu bytes; it shrank while it was read", path,
                               done, size);
        done += (size_t)part;
    }
    return LIMPID_OK;
}

static limpid_status read_open(limpid_context *context, const char *path, int descriptor,
                               size_t most, uint8_t **bytes, size_t *size)
{
    struct stat about;
    if (fstat(descriptor, &about) != 0)
        return limpid_fail(context, LIMPID_BAD_FILE, "%s: cannot be examined: %s", path,
                           strerror(errno));
    if (!S_ISREG(about.st_mode))
        return limpid_fail(context, LIMPID_BAD_FILE, "%s: is %s, not a file", path,
                           S_ISDIR(about.st_mode) ? "a folder" : "a device or a pipe");
    if ((uint64_t)about.st_size > most)
        return limpid_fail(context, LIMPID_BAD_FILE,
                           "%s: has %lld bytes; at most %zu are accepted here", path,
                           (long long)about.st_size, most);
    size_t length = (size_t)about.st_size;
    uint8_t *memory = limpid_allocate(context, length + 1, 1);
    if (!memory)
        return LIMPID_NO_MEMORY;
    limpid_status status = read_stream(context, path, descriptor, length, memory);
    if (status != LIMPID_OK) {
        limpid_release(context, memory);
        return status;
    }
    *bytes = memory;
    *size = length;
    return LIMPID_OK;
}

limpid_status limpid_file_read(limpid_context *context, const char *path, size_t most,
                               uint8_t **bytes, size_t *size)
{
    /* O_NONBLOCK: a pipe without a writer must not hang the caller before it is refused. */
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0)
        return limpid_fail(context, LIMPID_BAD_FILE, "%s: cannot be opened: %s", path,
                           strerror(errno));
    limpid_status status = read_open(context, path, descriptor, most, bytes, size);
    close(descriptor);
    return status;
}

char *limpid_path_join(limpid_context *context, const char *folder, const char *name)
{
    limpid_text path = { .context = context };
    size_t length = strlen(folder);
    limpid_text_add(&path, "%s%s%s", folder, length && folder[length - 1] != '/' ? "/" : "", name);
    return path.data;
}

static limpid_status write_failed(const limpid_file_writer *writer, const char *what)
{
    return limpid_fail(writer->context, LIMPID_FAILED, "%s: cannot be %s: %s", writer->path, what,
                       strerror(errno));
}

static void forget(limpid_file_writer *writer)
{
    limpid_release(writer->context, writer->path);
    limpid_release(writer->context, writer->beside);
    *writer = (limpid_file_writer){ 0 };
}

limpid_status limpid_file_start(limpid_file_writer *writer, limpid_context *context,
                                const char *path)
{
    limpid_text beside = { .context = context };
    limpid_text_add(&beside, "%s.XXXXXX", path);
    *writer = (limpid_file_writer){ .context = context,
                                    .path = limpid_copy_text(context, path),
                                    .beside = beside.data };
    if (!writer->path || beside.status != LIMPID_OK) {
        forget(writer);
        return LIMPID_NO_MEMORY;
    }
    limpid_status status = LIMPID_OK;
    int descriptor = mkstemp(writer->beside);
    if (descriptor < 0)
        status = write_failed(writer, "written");
    else {
        mode_t mask =
            umask(0); /* mkstemp makes files for the owner alone; a model is like any file */
        umask(mask);
        fchmod(descriptor, 0666 & ~mask);
        writer->stream = fdopen(descriptor, "wb");
        if (!writer->stream) {
            status = write_failed(writer, "written");
            close(descriptor);
            unlink(writer->beside);
        }
    }
    if (status != LIMPID_OK)
        forget(writer);
    return status;
}

void limpid_file_add(limpid_file_writer *writer, const void *bytes, size_t length)
{
    if (writer->status == LIMPID_OK && length && fwrite(bytes, 1, length, writer->stream) != length)
        writer->status = write_failed(writer, "written");
}

/* A rename is on disk only when its folder is. Some file systems cannot sync folders: then it is
 * not our failure. */
static void sync_folder_of(const char *path)
{
    char folder[4096];
    const char *slash = strrchr(path, '/');
    size_t length = slash ? (size_t)(slash - path) : 0;
    if (length >= sizeof folder)
        return;
    memcpy(folder, path, length);
    folder[length] = '\0';
    int descriptor = open(length ? folder : slash ? "/" : ".", O_RDONLY | O_CLOEXEC | O_DIRECTORY);
    if (descriptor >= 0) {
        fsync(descriptor);
        close(descriptor);
    }
}

limpid_status limpid_file_commit(limpid_file_writer *writer)
{
    limpid_status status = writer->status;
    if (status == LIMPID_OK && (fflush(writer->stream) != 0 || fsync(fileno(writer->stream)) != 0))
        status = write_failed(writer, "written");
    if (fclose(writer->stream) != 0 && status == LIMPID_OK)
        status = write_failed(writer, "written");
    if (status == LIMPID_OK && rename(writer->beside, writer->path) != 0)
        status = write_failed(writer, "replaced");
    if (status == LIMPID_OK)
        sync_folder_of(writer->path);
    else
        unlink(writer->beside);
    forget(writer);
    return status;
}

void limpid_file_discard(limpid_file_writer *writer)
{
    if (writer->stream) {
        fclose(writer->stream);
        unlink(writer->beside);
        forget(writer);
    }
}

limpid_status limpid_folder_make(limpid_context *context, const char *path)
{
    if (mkdir(path, 0777) == 0 || (errno == EEXIST && limpid_is_folder(path)))
        return LIMPID_OK;
    return limpid_fail(context, LIMPID_FAILED, "%s: the folder cannot be made: %s", path,
                       strerror(errno));
}

bool limpid_is_folder(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}
