// SPDX-License-Identifier: MIT
/* test_context.c - contexts: options that contradict each other, LIMPID_ISA, messages; and the
 * threads that hang on them. */
#include "base/support.h"

static void test_statuses(void **state)
{
    (void)state;
    assert_string_equal(limpid_status_text(LIMPID_OK), "no error");
    assert_int_equal(limpid_exit_status(LIMPID_OK), 0);
    assert_int_equal(limpid_exit_status(LIMPID_FAILED), 1);
    assert_int_equal(limpid_exit_status(LIMPID_USAGE), 2);
    assert_int_equal(limpid_exit_status(LIMPID_BAD_FILE), 3);
    assert_int_equal(limpid_exit_status(LIMPID_BAD_SHAPE), 3);
    assert_int_equal(limpid_exit_status(LIMPID_UNSUPPORTED), 4);
    assert_int_equal(limpid_exit_status(LIMPID_INTERRUPTED), 130);
    assert_int_equal(limpid_exit_status((limpid_status)1000), 1);
    assert_string_equal(limpid_status_text((limpid_status)-1), "an unknown status");
    assert_string_equal(limpid_version(), LIMPID_VERSION);
    assert_non_null(limpid_message(NULL));
}

static void test_threads_option(void **state)
{
    limpid_context *context;
    limpid_options options = { .threads = 3 };
    (void)state;
    assert_int_equal(limpid_context_new(&context, &options), LIMPID_OK);
    assert_int_equal(limpid_threads(context), 3);
    limpid_context_free(context);
    assert_int_equal(limpid_context_new(&context, NULL), LIMPID_OK);
    assert_in_range(limpid_threads(context), 1, LIMPID_THREADS_MAX);
    limpid_context_free(context);
    limpid_context_free(NULL);
    const int wrong[] = { -1, LIMPID_THREADS_MAX + 1, INT32_MAX, INT32_MIN };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        options.threads = wrong[i];
        assert_int_equal(limpid_context_new(&context, &options), LIMPID_USAGE);
        assert_said(context, "threads", "256", NULL);
        limpid_context_free(context);
    }
}

/* Memory that does not come from the C library: releasing it there would end the program. */
static char own_memory[1 << 16] __attribute__((aligned(64)));
static int given_back;

static void *own_allocate(void *user, size_t bytes)
{
    (void)user;
    return bytes <= sizeof own_memory ? own_memory : NULL;
}

static void own_release(void *user, void *memory)
{
    (void)user;
    assert_ptr_equal(memory, own_memory);
    given_back++;
}

static void test_half_an_allocator(void **state)
{
    limpid_context *context;
    limpid_options options = { .allocate = own_allocate };
    (void)state;
    assert_int_equal(limpid_context_new(&context, &options), LIMPID_USAGE);
    assert_said(context, "allocate", "release", NULL);
    limpid_context_free(context);
    options = (limpid_options){ .release = own_release };
    assert_int_equal(limpid_context_new(&context, &options), LIMPID_USAGE);
    limpid_context_free(context);
    assert_int_equal(given_back, 0);
    options = (limpid_options){ .allocate = own_allocate, .release = own_release };
    assert_int_equal(limpid_context_new(&context, &options), LIMPID_OK);
    limpid_context_free(context);
    assert_int_equal(given_back, 1);
}

static void test_no_memory_for_a_context(void **state)
{
    counting_memory memory = { .fail_at = 1 };
    const limpid_options options = counting_options(&memory);
    limpid_context *context = NULL;
    (void)state;
    assert_int_equal(limpid_context_new(&context, &options), LIMPID_NO_MEMORY);
    assert_null(context);
}

static void test_isa(void **state)
{
    limpid_context *context;
    (void)state;
    assert_true(limpid_isa_available(LIMPID_ISA_generic));
    for (int i = 0; i < LIMPID_ISA_COUNT; i++) {
        const char *name = limpid_isa_name((limpid_isa_kind)i);
        setenv("LIMPID_ISA", name, 1);
        bool available = limpid_isa_available((limpid_isa_kind)i);
        assert_int_equal(limpid_context_new(&context, NULL),
                         available ? LIMPID_OK : LIMPID_UNSUPPORTED);
        if (available)
            assert_string_equal(limpid_isa(context), name);
        else
            assert_said(context, "LIMPID_ISA", name, "the best here is", NULL);
        limpid_context_free(context);
    }
    setenv("LIMPID_ISA", "avx", 1);
    assert_int_equal(limpid_context_new(&context, NULL), LIMPID_USAGE);
    assert_said(context, "LIMPID_ISA=avx", "generic, neon, avx2, avx512", NULL);
    limpid_context_free(context);
    setenv("LIMPID_ISA", "", 1); /* as if it were not there */
    assert_int_equal(limpid_context_new(&context, NULL), LIMPID_OK);
    limpid_context_free(context);
    unsetenv("LIMPID_ISA");
}

/* Without memory for the list of names the sentence is shorter, and nothing else happens. */
static void test_isa_without_memory(void **state)
{
    counting_memory memory = { .fail_at = 2 };
    const limpid_options options = counting_options(&memory);
    limpid_context *context = NULL;
    (void)state;
    setenv("LIMPID_ISA", "mmx", 1);
    assert_int_equal(limpid_context_new(&context, &options), LIMPID_USAGE);
    assert_said(context, "LIMPID_ISA=mmx", NULL);
    limpid_context_free(context);
    assert_int_equal(memory.live, 0);
    unsetenv("LIMPID_ISA");
}

static void test_messages(void **state)
{
    limpid_context *context = new_context();
    char longer[3000];
    (void)state;
    assert_string_equal(limpid_message(context), "");
    assert_int_equal(limpid_fail(context, LIMPID_FAILED, "%s: %d", "a.png", 7), LIMPID_FAILED);
    assert_string_equal(limpid_message(context), "a.png: 7");
    /* The old message may be part of the new one. */
    limpid_fail(context, LIMPID_FAILED, "again: %s", limpid_message(context));
    assert_string_equal(limpid_message(context), "again: a.png: 7");
    memset(longer, 'a', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    limpid_fail(context, LIMPID_FAILED, "%s", longer);
    assert_int_equal(strlen(limpid_message(context)), sizeof context->message - 1);
    limpid_context_free(context);
}

typedef struct {
    int64_t times[1000];
    int busy[8];
    int workers;
    bool shared, denormal;
} tally;

static void count_task(void *argument, int64_t index, int worker)
{
    tally *t = argument;
    volatile float smallest = 1e-38f;
    if (worker < 0 || worker >= t->workers || __atomic_fetch_add(&t->busy[worker], 1, 5) != 0)
        t->shared = true;
    t->times[index]++;
    smallest = smallest * 0.01f;
    if (smallest != 0)
        t->denormal = true;
    __atomic_fetch_sub(&t->busy[worker], 1, 5);
}

static void test_parallel(void **state)
{
    (void)state;
    for (int threads = 1; threads <= 4; threads++) {
        limpid_context *context = new_context_of(threads, 0);
        for (int64_t tasks = 0; tasks <= 1000; tasks = tasks * 3 + 1) {
            tally t = { .workers = threads };
            volatile float smallest = 1e-38f;
            limpid_parallel(context, tasks, count_task, &t);
            for (int64_t i = 0; i < 1000; i++)
                assert_int_equal(t.times[i], i < tasks);
            assert_false(t.shared);
            assert_false(t.denormal);
            smallest = smallest * 0.01f; /* the caller's denormals are as they were */
            assert_true(smallest > 0);
        }
        limpid_context_free(context);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_statuses),
        cmocka_unit_test(test_threads_option),
        cmocka_unit_test(test_half_an_allocator),
        cmocka_unit_test(test_no_memory_for_a_context),
        cmocka_unit_test(test_isa),
        cmocka_unit_test(test_isa_without_memory),
        cmocka_unit_test(test_messages),
        cmocka_unit_test(test_parallel),
    };
    unsetenv("LIMPID_ISA");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
