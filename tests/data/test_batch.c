// SPDX-License-Identifier: MIT
/* test_batch.c - bytes become a network's input, the same for any number of threads; shuffles. */
#include "data/files.h"

enum {
    CHANNELS = 3,
    HEIGHT = 4,
    WIDTH = 5,
    PLANE = HEIGHT * WIDTH,
    PIXELS = CHANNELS * PLANE,
    N = 37
};

static void sample(const limpid_data *data, int64_t i, uint8_t *pixels, int32_t *label)
{
    (void)data;
    for (int64_t p = 0; p < PIXELS; p++)
        pixels[p] = (uint8_t)(i * 31 + p * 5);
    *label = (int32_t)(i % 7);
}

static const limpid_reader made_up = { .name = "made-up", .sample = sample };

static void jitter(limpid_random *random, int64_t channels, int64_t height, int64_t width,
                   float *pixels, float *scratch)
{
    for (int64_t p = 0; p < channels * height * width; p++)
        scratch[p] = (float)limpid_random_uniform(random);
    for (int64_t p = 0; p < channels * height * width; p++)
        pixels[p] = pixels[p] * 0.5f + scratch[p] * 0.5f;
}

static const limpid_augmenter jittering = { .name = "jitter", .change = jitter };

static limpid_batcher new_batcher(limpid_data *data, limpid_context *context)
{
    *data = (limpid_data){ .context = context,
                           .reader = &made_up,
                           .count = 1000,
                           .channels = CHANNELS,
                           .height = HEIGHT,
                           .width = WIDTH };
    return (limpid_batcher){ .data = data,
                             .preprocess = { .mean = { 0.5f, 0.25f, 0.0f },
                                             .deviation = { 0.5f, 2.0f, 1.0f } } };
}

static void fill(const limpid_batcher *batcher, const int64_t *samples, float *x, int32_t *labels)
{
    size_t bytes = limpid_batch_scratch(batcher->data, batcher->data->context->threads);
    uint8_t *scratch = aligned_alloc(64, bytes + 64);
    assert_non_null(scratch);
    memset(scratch, 0xee, bytes + 64);
    limpid_batch_fill(batcher, N, samples, x, labels, scratch);
    for (size_t i = bytes; i < bytes + 64; i++)
        assert_int_equal(scratch[i], 0xee);
    free(scratch);
}

static void scales_and_labels(void **state)
{
    (void)state;
    limpid_data data;
    limpid_context *context = new_context(2);
    limpid_batcher batcher = new_batcher(&data, context);
    int64_t samples[N];
    int32_t labels[N];
    static float x[N * PIXELS];
    for (int64_t i = 0; i < N; i++)
        samples[i] = i * 13 % 1000;
    fill(&batcher, samples, x, labels);
    for (int64_t i = 0; i < N; i++) {
        assert_int_equal(labels[i], samples[i] % 7);
        for (int64_t p = 0; p < PIXELS; p++) {
            uint8_t byte = (uint8_t)(samples[i] * 31 + p * 5);
            int64_t c = p / PLANE;
            float expected = ((float)byte / 255.0f - batcher.preprocess.mean[c]) /
                             batcher.preprocess.deviation[c];
            assert_true(x[i * PIXELS + p] == expected);
        }
    }
    limpid_context_free(context);
}

/* The same bits for any number of threads, and wherever in a batch a sample stands. */
static void distorts_the_same_everywhere(void **state)
{
    (void)state;
    static float first[N * PIXELS], again[N * PIXELS];
    int64_t samples[N], reversed[N];
    int32_t labels[N];
    for (int64_t i = 0; i < N; i++)
        reversed[N - 1 - i] = samples[i] = 100 + i;
    for (int threads = 1; threads <= 4; threads++) {
        limpid_data data;
        limpid_context *context = new_context(threads);
        limpid_batcher batcher = new_batcher(&data, context);
        batcher.augmenter = &jittering;
        batcher.seed = 5;
        batcher.epoch = 3;
        fill(&batcher, samples, threads == 1 ? first : again, labels);
        if (threads > 1)
            assert_memory_equal(first, again, sizeof first);
        fill(&batcher, reversed, again, labels);
        for (int64_t i = 0; i < N; i++)
            assert_memory_equal(first + i * PIXELS, again + (N - 1 - i) * PIXELS,
                                PIXELS * sizeof(float));
        batcher.epoch = 4;
        fill(&batcher, samples, again, labels);
        assert_memory_not_equal(first, again, sizeof first);
        batcher.epoch = 3;
        batcher.seed = 6;
        fill(&batcher, samples, again, labels);
        assert_memory_not_equal(first, again, sizeof first);
        limpid_context_free(context);
    }
}

static void shuffles_are_permutations(void **state)
{
    (void)state;
    enum { COUNT = 1000, FIRST = 50 };
    static int64_t order[COUNT], again[COUNT];
    bool seen[COUNT] = { false };
    limpid_shuffle(1, 2, FIRST, COUNT, order);
    int64_t in_place = 0;
    for (int64_t i = 0; i < COUNT; i++) {
        assert_in_range(order[i], FIRST, FIRST + COUNT - 1);
        assert_false(seen[order[i] - FIRST]);
        seen[order[i] - FIRST] = true;
        in_place += order[i] == FIRST + i;
    }
    assert_true(in_place < 10); /* one is expected */
    limpid_shuffle(1, 2, FIRST, COUNT, again);
    assert_memory_equal(order, again, sizeof order);
    limpid_shuffle(1, 3, FIRST, COUNT, again);
    assert_memory_not_equal(order, again, sizeof order);
    limpid_shuffle(2, 2, FIRST, COUNT, again);
    assert_memory_not_equal(order, again, sizeof order);
    again[0] = 77;
    limpid_shuffle(1, 2, 5, 0, again);
    assert_int_equal(again[0], 77);
    limpid_shuffle(1, 2, 5, 1, again);
    assert_int_equal(again[0], 5);
}

/* All six orders of three come equally often: 1000 each, with a standard deviation of 29. */
static void shuffles_are_fair(void **state)
{
    (void)state;
    int count[27] = { 0 }, orders = 0;
    for (uint64_t epoch = 0; epoch < 6000; epoch++) {
        int64_t order[3];
        limpid_shuffle(9, epoch, 0, 3, order);
        count[order[0] * 9 + order[1] * 3 + order[2]]++;
    }
    for (int o = 0; o < 27; o++)
        if (count[o]) {
            orders++;
            assert_in_range(count[o], 850, 1150);
        }
    assert_int_equal(orders, 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scales_and_labels),
        cmocka_unit_test(distorts_the_same_everywhere),
        cmocka_unit_test(shuffles_are_permutations),
        cmocka_unit_test(shuffles_are_fair),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
