// SPDX-License-Identifier: MIT
/* test_same_bits.c - the promise: the same inputs give the same bits, whatever the number of
 * threads and whichever vector instructions the processor has, today and with any compiler. */
#include "train/support.h"

#if defined(LONG)
enum { STEPS = 100, BATCH = 100 };
static const char golden[] = "lenet-100-steps";
#else
enum { STEPS = 10, BATCH = 20 };
static const char golden[] = "lenet-10-steps";
#endif

/* The shapes of the built-in network; its recipe may change without changing what is measured here.
 */
static const char lenet[] = "input shape=1x28x28\n"
                            "conv out=20 size=5 gain=0.5\n"
                            "pool-max size=2 stride=2\n"
                            "conv out=50 size=5 gain=0.5\n"
                            "pool-max size=2 stride=2\n"
                            "conv out=500 size=4\n"
                            "relu\n"
                            "conv out=10 size=1 gain=0.5\n"
                            "flatten\n";

/* Pictures of the test's own: a bright bar whose place is the class, in noise. They depend on
 * nothing but the random numbers, so the digests change only where arithmetic does. */
static void sample(const limpid_data *data, int64_t i, uint8_t *pixels, int32_t *label)
{
    limpid_random random = limpid_random_stream(17, LIMPID_RANDOM_BENCH, 1, (uint64_t)i);
    (void)data;
    *label = (int32_t)limpid_random_below(&random, 10);
    for (int p = 0; p < 784; p++)
        pixels[p] = (uint8_t)limpid_random_below(&random, p % 28 / 2 == *label + 2 ? 256 : 80);
}

static const limpid_reader reader = { .name = "bars", .sample = sample, .centred = true };

static void train(int threads, const char *isa, char hex[65])
{
    char *names[10] = { "0", "1", "2", "3", "4", "5", "6", "7", "8", "9" };
    setenv("LIMPID_ISA", isa, 1);
    limpid_context *context = new_context_of(threads, 0);
    limpid_data data = { .context = context,
                         .reader = &reader,
                         .count = 5 * STEPS * BATCH / 7,
                         .channels = 1,
                         .height = 28,
                         .width = 28,
                         .classes = 10,
                         .class_names = names };
    limpid_graph *graph = parse(context, lenet);
    const limpid_train_options options = { .steps = STEPS,
                                           .batch = BATCH,
                                           .schedule = "one-cycle",
                                           .augment = "none",
                                           .rate = 0.02,
                                           .momentum = 0.9,
                                           .decay = 5e-4 };
    assert_ok(context, limpid_train(graph, context, &data, &options));
    digest_of(context, graph, hex);
    limpid_graph_free(graph);
    limpid_context_free(context);
    unsetenv("LIMPID_ISA");
}

static void test_threads(void **state)
{
    char hex[65];
    (void)state;
    for (int threads = 1; threads <= 3; threads++) {
        train(threads, "", hex);
        assert_golden(golden, hex);
    }
}

static void test_instruction_sets(void **state)
{
    char hex[65];
    (void)state;
    for (int i = 0; i < LIMPID_ISA_COUNT; i++)
        if (limpid_isa_available((limpid_isa_kind)i)) {
            const char *name = limpid_isa_name((limpid_isa_kind)i);
            train(2, name, hex);
            print_message("%s: %s\n", name, hex);
            assert_golden(golden, hex);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_instruction_sets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
