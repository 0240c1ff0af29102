// SPDX-License-Identifier: MIT
/* test_damage.c - damaged models: cut at every byte, with every bit changed, with random damage.
 * With the seal none gets through; without it each gives an error or a graph, and nothing worse,
 * which the sanitizers watch. */
#include <time.h>
#include "format/models.h"

#define NET                                                                                        \
    "input shape=2x5x5\nconv out=2 size=2 pad=1\nrelu\npool-max size=2 stride=2\n"                 \
    "pool-average size=2\ndense out=3\nsoftmax\n"

static uint8_t *small_model(limpid_context *context, size_t *size)
{
    limpid_graph *graph = parse(context, NET);
    limpid_graph_set_note(graph, "classes", "a\nb\nc");
    uint8_t *bytes = encode(context, graph, size);
    limpid_graph_free(graph);
    return bytes;
}

static uint8_t *small_unsealed_model(limpid_context *context, size_t *size)
{
    limpid_arena arena = { .context = context };
    uint8_t *bytes = pack_model(open_model(&arena, NET), size);
    limpid_arena_release(&arena);
    return bytes;
}

/* An error with a sentence about the file, or a graph that can be printed. */
static void assert_survives(limpid_context *context, const uint8_t *bytes, size_t size)
{
    limpid_graph *graph = NULL;
    limpid_status status = limpid_onnx_decode(&graph, context, "damaged.onnx", bytes, size);
    if (status == LIMPID_OK) {
        char *text;
        assert_int_equal(limpid_graph_print(graph, context, &text), LIMPID_OK);
        limpid_text_free(context, text);
        limpid_graph_free(graph);
    } else {
        assert_null(graph);
        assert_told(context, "damaged.onnx", "");
    }
}

static void every_cut_is_seen(void **state)
{
    size_t size;
    limpid_graph *graph;
    uint8_t *bytes = small_model(*state, &size);
    for (size_t cut = 0; cut < size; cut++) {
        uint8_t *part = malloc(cut + 1); /* so that a sanitizer sees what is read behind it */
        memcpy(part, bytes, cut);
        assert_int_equal(limpid_onnx_decode(&graph, *state, "cut.onnx", part, cut),
                         LIMPID_BAD_FILE);
        assert_told(*state, "cut.onnx", "");
        free(part);
    }
    free(bytes);
}

static void every_changed_bit_is_seen(void **state)
{
    limpid_context *context = *state;
    limpid_graph *graph, *whole = parse(context, NET);
    limpid_graph_set_note(whole, "classes", "a\nb\nc");
    size_t size, accepted = 0;
    uint8_t *bytes = small_model(context, &size);
    for (size_t bit = 0; bit < 8 * size; bit++) {
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        if (limpid_onnx_decode(&graph, context, "bit.onnx", bytes, size) == LIMPID_OK) {
            /* Only damage to the seal's marker itself is not seen: then everything else is whole.
             */
            assert_same_graph(context, whole, graph);
            limpid_graph_free(graph);
            accepted++;
        }
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    assert_true(accepted <= 8 * strlen(LIMPID_SEAL_MARKER));
    limpid_graph_free(whole);
    free(bytes);
}

static void cuts_without_a_seal(void **state)
{
    size_t size;
    uint8_t *bytes = small_unsealed_model(*state, &size);
    for (size_t cut = 0; cut <= size; cut++) {
        uint8_t *part = malloc(cut + 1);
        memcpy(part, bytes, cut);
        assert_survives(*state, part, cut);
        free(part);
    }
    free(bytes);
}

static void every_byte_by_some_others(void **state)
{
    static const uint8_t others[] = { 0, 1, 0x7f, 0x80, 0xff, 0x0a, 0x08, 0x2a };
    size_t size;
    uint8_t *bytes = small_unsealed_model(*state, &size);
    for (size_t i = 0; i < size; i++) {
        uint8_t old = bytes[i];
        for (size_t k = 0; k < sizeof others; k++) {
            bytes[i] = others[k];
            assert_survives(*state, bytes, size);
        }
        bytes[i] = (uint8_t)(old + 1);
        assert_survives(*state, bytes, size);
        bytes[i] = (uint8_t)(old - 1);
        assert_survives(*state, bytes, size);
        bytes[i] = old;
    }
    free(bytes);
}

/* Pieces removed, repeated, moved, and bytes changed, for a few seconds. */
static void random_damage(void **state)
{
    enum { SECONDS = 3 };
    uint64_t random = 88172645463325252u;
    size_t size;
    uint8_t *bytes = small_unsealed_model(*state, &size);
    uint8_t *damaged = malloc(2 * size);
    time_t end = time(NULL) + SECONDS;
    for (size_t run = 0; run < 2000000 && time(NULL) < end; run++) {
        size_t length = size;
        memcpy(damaged, bytes, size);
        for (uint64_t blows = 1 + next_random(&random) % 4; blows > 0; blows--) {
            size_t at = next_random(&random) % length, to = next_random(&random) % length;
            size_t part = next_random(&random) % 40;
            part = part < length - at ? part : length - at;
            if (next_random(&random) % 4 == 0 && length > part + 1) { /* remove */
                memmove(damaged + at, damaged + at + part, length - at - part);
                length -= part;
            } else if (next_random(&random) % 3 == 0 && length + part < 2 * size) { /* repeat */
                memmove(damaged + at + part, damaged + at, length - at);
                length += part;
            } else if (next_random(&random) % 2) { /* move */
                memmove(damaged + to, damaged + at, part < length - to ? part : length - to);
            } else
                damaged[at] = (uint8_t)next_random(&random);
        }
        assert_survives(*state, damaged, length);
    }
    free(damaged);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cut_is_seen),   cmocka_unit_test(every_changed_bit_is_seen),
        cmocka_unit_test(cuts_without_a_seal), cmocka_unit_test(every_byte_by_some_others),
        cmocka_unit_test(random_damage),
    };
    return cmocka_run_group_tests(tests, set_up_context, tear_down_context);
}
