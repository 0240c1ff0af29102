// SPDX-License-Identifier: MIT
/* test_file.c - reading within limits; writing so that no reader ever sees half a file, whatever
 * fails. The linker sends the library's calls of read, fsync, rename and fdopen here. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include "base/support.h"

/* ---- calls that fail on demand ---- */

ssize_t __real_read(int descriptor, void *bytes, size_t length);
ssize_t __wrap_read(int descriptor, void *bytes, size_t length);
int __real_fsync(int descriptor);
int __wrap_fsync(int descriptor);
int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);
FILE *__real_fdopen(int descriptor, const char *mode);
FILE *__wrap_fdopen(int descriptor, const char *mode);

static struct {
    int read, fsync, rename, fdopen; /* errno of the next call, 0: it works */
    size_t most;                     /* bytes a read gives; 0: all */
    const char *shrink;              /* a file to be cut before the next read */
} fault;

static bool fails(int *code)
{
    if (*code == 0)
        return false;
    errno = *code;
    *code = 0;
    return true;
}

ssize_t __wrap_read(int descriptor, void *bytes, size_t length)
{
    if (fails(&fault.read))
        return -1;
    if (fault.shrink)
        assert_int_equal(truncate(fault.shrink, 3), 0);
    fault.shrink = NULL;
    return __real_read(descriptor, bytes, fault.most && fault.most < length ? fault.most : length);
}

int __wrap_fsync(int descriptor)
{
    return fails(&fault.fsync) ? -1 : __real_fsync(descriptor);
}

int __wrap_rename(const char *from, const char *to)
{
    return fails(&fault.rename) ? -1 : __real_rename(from, to);
}

FILE *__wrap_fdopen(int descriptor, const char *mode)
{
    return fails(&fault.fdopen) ? NULL : __real_fdopen(descriptor, mode);
}

/* ---- helpers ---- */

static void put(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
}

static void assert_holds(limpid_context *context, const char *path, const char *text)
{
    uint8_t *bytes;
    size_t size;
    assert_ok(context, limpid_file_read(context, path, 1000, &bytes, &size));
    assert_int_equal(size, strlen(text));
    assert_string_equal((char *)bytes, text); /* the NUL behind the content is promised */
    limpid_release(context, bytes);
}

/* How many entries this test's folder has. */
static int entries(const char *folder)
{
    DIR *stream = opendir(folder);
    int count = 0;
    assert_non_null(stream);
    while (readdir(stream))
        count++;
    closedir(stream);
    return count - 2;
}

/* Each test has a fresh folder as its working folder. */
static char *home;

static int enter(void **state)
{
    char name[] = "files.XXXXXX";
    (void)state;
    memset(&fault, 0, sizeof fault);
    return chdir(home) != 0 || !mkdtemp(name) || chdir(name) != 0;
}

static int leave(void **state)
{
    (void)state;
    return system("rm -rf \"$PWD\"") != 0 || chdir(home) != 0;
}

/* ---- reading ---- */

static void assert_refused(const char *path, size_t most, const char *what)
{
    limpid_context *context = new_context();
    uint8_t *bytes = NULL;
    size_t size = 77;
    assert_int_equal(limpid_file_read(context, path, most, &bytes, &size), LIMPID_BAD_FILE);
    assert_said(context, path, what, NULL);
    assert_null(bytes);
    assert_int_equal(size, 77);
    limpid_context_free(context);
}

static void test_read(void **state)
{
    limpid_context *context = new_context();
    (void)state;
    put("a", "1234567890");
    assert_holds(context, "a", "1234567890");
    put("empty", "");
    assert_holds(context, "empty", "");
    fault.most = 3;
    fault.read = EINTR;
    assert_holds(context, "a", "1234567890");
    limpid_context_free(context);
}

static void test_read_refused(void **state)
{
    (void)state;
    put("a", "1234567890");
    assert_refused("missing", 100, "No such file");
    assert_refused("a/b", 100, "Not a directory");
    assert_refused(".", 100, "a folder");
    assert_refused("/dev/zero", 100, "not a file");
    assert_refused("a", 9, "10 bytes; at most 9");
    fault.read = EIO;
    assert_refused("a", 10, "Input/output error");
    fault.shrink = "a";
    assert_refused("a", 10, "ends after 3 of 10 bytes");
}

static void test_pipe_does_not_hang(void **state)
{
    (void)state;
    assert_int_equal(mkfifo("pipe", 0600), 0);
    alarm(10);
    assert_refused("pipe", 100, "a pipe");
    alarm(0);
}

static void test_large_sparse(void **state)
{
    (void)state;
    put("large", "");
    if (truncate("large", (off_t)1 << 40) != 0)
        skip();
    assert_refused("large", 1 << 20, "at most 1048576");
    limpid_context *context;
    counting_memory memory = { .most = 1 << 20 };
    const limpid_options options = counting_options(&memory);
    uint8_t *bytes;
    size_t size;
    assert_int_equal(limpid_context_new(&context, &options), LIMPID_OK);
    assert_int_equal(limpid_file_read(context, "large", SIZE_MAX, &bytes, &size), LIMPID_NO_MEMORY);
    limpid_context_free(context);
    assert_int_equal(memory.live, 0);
}

/* ---- writing ---- */

static void test_commit(void **state)
{
    limpid_context *context = new_context();
    limpid_file_writer writer;
    struct stat about;
    (void)state;
    put("a", "old");
    assert_ok(context, limpid_file_start(&writer, context, "a"));
    limpid_file_add(&writer, "new ", 4);
    limpid_file_add(&writer, "", 0);
    assert_holds(context, "a", "old"); /* nothing appears before commit */
    limpid_file_add(&writer, "content", 7);
    assert_int_equal(entries("."), 2);
    assert_ok(context, limpid_file_commit(&writer));
    assert_holds(context, "a", "new content");
    assert_int_equal(entries("."), 1);
    mode_t mask = umask(0);
    umask(mask);
    assert_int_equal(stat("a", &about), 0);
    assert_int_equal(about.st_mode & 0777, 0666 & ~mask);
    assert_int_equal(mkdir("folder", 0777), 0);
    assert_ok(context, limpid_file_start(&writer, context, "folder/b"));
    assert_ok(context, limpid_file_commit(&writer));
    assert_holds(context, "folder/b", "");
    limpid_context_free(context);
}

static void test_discard(void **state)
{
    limpid_context *context = new_context();
    limpid_file_writer writer;
    (void)state;
    put("a", "old");
    assert_ok(context, limpid_file_start(&writer, context, "a"));
    limpid_file_add(&writer, "new", 3);
    limpid_file_discard(&writer);
    limpid_file_discard(&writer); /* nothing left to do */
    assert_holds(context, "a", "old");
    assert_int_equal(entries("."), 1);
    limpid_context_free(context);
}

static void test_unwritable(void **state)
{
    limpid_context *context = new_context();
    limpid_file_writer writer;
    (void)state;
    assert_int_equal(limpid_file_start(&writer, context, "no/such/a"), LIMPID_FAILED);
    assert_said(context, "no/such/a", "No such file", NULL);
    limpid_file_discard(&writer);
    fault.fdopen = ENOMEM;
    assert_int_equal(limpid_file_start(&writer, context, "a"), LIMPID_FAILED);
    assert_said(context, "a: cannot be written", NULL);
    assert_int_equal(entries("."), 0);
    assert_int_equal(mkdir("folder", 0777), 0);
    put("folder/inside", "");
    assert_ok(context, limpid_file_start(&writer, context, "folder"));
    assert_int_equal(limpid_file_commit(&writer), LIMPID_FAILED);
    assert_said(context, "folder: cannot be replaced", NULL);
    assert_int_equal(entries("."), 1);
    limpid_context_free(context);
}

static void test_faults_at_commit(void **state)
{
    limpid_context *context = new_context();
    limpid_file_writer writer;
    int *const faults[] = { &fault.fsync, &fault.rename };
    (void)state;
    put("a", "old");
    for (int i = 0; i < 2; i++) {
        assert_ok(context, limpid_file_start(&writer, context, "a"));
        limpid_file_add(&writer, "new", 3);
        *faults[i] = ENOSPC;
        assert_int_equal(limpid_file_commit(&writer), LIMPID_FAILED);
        assert_said(context, "a: cannot be", "No space left", NULL);
        assert_holds(context, "a", "old");
        assert_int_equal(entries("."), 1);
    }
    limpid_context_free(context);
}

/* A disk that is full after `limit` bytes. */
static void write_with_limit(limpid_context *context, rlim_t limit, size_t bytes)
{
    static char content[200000];
    limpid_file_writer writer;
    struct rlimit before, small = { limit, RLIM_INFINITY };
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small.rlim_max = before.rlim_max;
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    limpid_status started = limpid_file_start(&writer, context, "a"), status = started;
    if (started == LIMPID_OK) {
        for (size_t done = 0; done < bytes; done += 1000)
            limpid_file_add(&writer, content + done, 1000);
        status = limpid_file_commit(&writer);
    }
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, handler);
    assert_int_equal(started, LIMPID_OK);
    assert_int_equal(status, LIMPID_FAILED);
    assert_said(context, "a: cannot be written", "File too large", NULL);
    assert_holds(context, "a", "old");
    assert_int_equal(entries("."), 1);
}

static void test_full_disk(void **state)
{
    limpid_context *context = new_context();
    (void)state;
    put("a", "old");
    write_with_limit(context, 50000, 200000); /* noticed while adding */
    write_with_limit(context, 500, 1000);     /* noticed while flushing */
    limpid_context_free(context);
}

static limpid_status write_and_read(limpid_context *context, void *argument)
{
    limpid_file_writer writer;
    uint8_t *bytes;
    size_t size;
    (void)argument;
    LIMPID_TRY(limpid_file_start(&writer, context, "a"));
    limpid_file_add(&writer, "new", 3);
    LIMPID_TRY(limpid_file_commit(&writer));
    LIMPID_TRY(limpid_file_read(context, "a", 10, &bytes, &size));
    limpid_release(context, bytes);
    char *path = limpid_path_join(context, "folder", "a");
    if (!path)
        return LIMPID_NO_MEMORY;
    limpid_release(context, path);
    return LIMPID_OK;
}

static void test_without_memory(void **state)
{
    (void)state;
    assert_int_equal(fail_every_allocation(write_and_read, NULL, 1), 5);
    assert_int_equal(entries("."), 1);
}

/* ---- folders and paths ---- */

static void test_folders(void **state)
{
    limpid_context *context = new_context();
    static const struct {
        const char *folder, *name, *path;
    } rows[] = { { "a", "b", "a/b" }, { "a/", "b", "a/b" }, { "", "b", "b" }, { "/", "b", "/b" } };
    (void)state;
    assert_ok(context, limpid_folder_make(context, "f"));
    assert_ok(context, limpid_folder_make(context, "f"));
    assert_true(limpid_is_folder("f"));
    put("file", "");
    assert_false(limpid_is_folder("file"));
    assert_false(limpid_is_folder("missing"));
    assert_int_equal(limpid_folder_make(context, "file"), LIMPID_FAILED);
    assert_said(context, "file: the folder cannot be made", NULL);
    assert_int_equal(limpid_folder_make(context, "x/y"), LIMPID_FAILED);
    for (int i = 0; i < 4; i++) {
        char *path = limpid_path_join(context, rows[i].folder, rows[i].name);
        assert_string_equal(path, rows[i].path);
        limpid_release(context, path);
    }
    limpid_context_free(context);
}

#define in_folder(f) cmocka_unit_test_setup_teardown(f, enter, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_folder(test_read),
        in_folder(test_read_refused),
        in_folder(test_pipe_does_not_hang),
        in_folder(test_large_sparse),
        in_folder(test_commit),
        in_folder(test_discard),
        in_folder(test_unwritable),
        in_folder(test_faults_at_commit),
        in_folder(test_full_disk),
        in_folder(test_without_memory),
        in_folder(test_folders),
    };
    home = getcwd(NULL, 0);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    free(home);
    return failed;
}
