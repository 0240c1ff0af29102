// SPDX-License-Identifier: MIT
/* test_memory.c - what reading may cost, whatever the file says; and every allocation failing once.
 */
#include <time.h>
#include "format/models.h"

/* ---- an allocator that counts, and can run dry ---- */

typedef struct {
    size_t live, peak;
    long left; /* allocations until one fails; negative: none does */
} counter;

enum { BEFORE = 64 }; /* room for the size in front of what is handed out */

static void *count_allocate(void *user, size_t bytes)
{
    counter *c = user;
    if (c->left >= 0 && c->left-- == 0)
        return NULL;
    char *memory = aligned_alloc(BEFORE, (bytes + 2 * BEFORE - 1) / BEFORE * BEFORE);
    if (!memory)
        return NULL;
    memcpy(memory, &bytes, sizeof bytes);
    c->live += bytes;
    c->peak = c->live > c->peak ? c->live : c->peak;
    return memory + BEFORE;
}

static void count_release(void *user, void *memory)
{
    size_t bytes;
    counter *c = user;
    memcpy(&bytes, (char *)memory - BEFORE, sizeof bytes);
    c->live -= bytes;
    free((char *)memory - BEFORE);
}

static limpid_context *counting_context(counter *c)
{
    limpid_context *context;
    limpid_options options = {
        .allocate = count_allocate, .release = count_release, .user = c, .threads = 1
    };
    c->left = -1;
    assert_int_equal(limpid_context_new(&context, &options), LIMPID_OK);
    return context;
}

/* ---- what a file may cost ---- */

/* `before`, then `piece` as often as it takes, all inside a graph, or a graph's node. */
static uint8_t *repeat(const char *before, size_t before_size, const char *piece, size_t piece_size,
                       size_t size)
{
    uint8_t *bytes = malloc(size);
    assert_non_null(bytes);
    memcpy(bytes, before, before_size);
    for (size_t i = before_size; i < size; i++)
        bytes[i] = (uint8_t)piece[(i - before_size) % piece_size];
    return bytes;
}

static size_t put_header(char *to, const uint8_t *tags, int levels, size_t size)
{
    static const char model[] = "\x08\x08\x42\x02\x10\x11"; /* IR 8, opset 17 */
    size_t at = sizeof model - 1, whole = at + 6 * (size_t)levels;
    memcpy(to, model, at);
    for (int level = 0; level < levels; level++) {
        size_t inside = size - at - 6;
        to[at++] = (char)tags[level];
        for (int i = 0; i < 5; i++)
            to[at++] = (char)((inside >> 7 * i & 0x7f) | (i < 4 ? 0x80 : 0));
    }
    assert_int_equal(at, whole);
    return whole;
}

static void small_pieces_cannot_cost_much(void **state)
{
    static const struct {
        const char *what;
        uint8_t tags[3]; /* the messages around the pieces */
        int levels;
        const char *piece;
        size_t length;
    } rows[] = {
        { "empty nodes", { 0x3a }, 1, "\x0a\x00", 2 },
        { "empty initializers", { 0x3a }, 1, "\x2a\x00", 2 },
        { "empty inputs", { 0x3a }, 1, "\x5a\x00", 2 },
        { "empty outputs", { 0x3a }, 1, "\x62\x00", 2 },
        { "nodes with a result each", { 0x3a }, 1, "\x0a\x03\x12\x01y", 5 },
        { "empty inputs of a node", { 0x3a, 0x0a }, 2, "\x0a\x00", 2 },
        { "attributes of a node", { 0x3a, 0x0a }, 2, "\x2a\x00", 2 },
        { "numbers of an attribute", { 0x3a, 0x0a, 0x2a }, 3, "\x40\x01", 2 },
        { "dimensions of a tensor", { 0x3a, 0x2a }, 2, "\x08\x01", 2 },
        { "graphs", { 0 }, 0, "\x3a\x00", 2 },
        { "opsets", { 0 }, 0, "\x42\x00", 2 },
        { "metadata", { 0 }, 0, "\x72\x00", 2 },
        { "unknown fields", { 0 }, 0, "\xf8\x07\x01", 3 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        enum { PIECES = 300000 };
        char header[32];
        counter c = { 0 };
        limpid_context *context = counting_context(&c);
        size_t start = put_header(header, rows[i].tags, rows[i].levels, 0);
        size_t size = start + PIECES * rows[i].length;
        put_header(header, rows[i].tags, rows[i].levels, size);
        uint8_t *bytes = repeat(header, start, rows[i].piece, rows[i].length, size);
        limpid_graph *graph = NULL;
        size_t live = c.live;
        clock_t begin = clock();
        c.peak = 0;
        assert_int_not_equal(limpid_onnx_decode(&graph, context, "bomb.onnx", bytes, size),
                             LIMPID_OK);
        double seconds = (double)(clock() - begin) / CLOCKS_PER_SEC;
        assert_told(context, "bomb.onnx", "");
        if (c.peak > 8 * size + (1u << 20) || seconds > 5)
            fail_msg("%s: %zu bytes cost %zu bytes and %g seconds", rows[i].what, size, c.peak,
                     seconds);
        assert_int_equal(c.live, live);
        free(bytes);
        limpid_context_free(context);
    }
}

/* The numbers of a model are held twice at most: in the file's bytes and in the graph. */
static void numbers_are_copied_once(void **state)
{
    (void)state;
    counter c = { 0 };
    limpid_context *context = counting_context(&c);
    limpid_graph *graph = parse(context, "input shape=1000\ndense out=1000\n"), *back;
    size_t numbers = 1001000 * sizeof(float), live = c.live;
    c.peak = 0;
    assert_int_equal(limpid_graph_save(graph, context, "large.onnx"), LIMPID_OK);
    assert_true(c.peak - live < (1u << 20));
    c.peak = 0;
    assert_int_equal(limpid_graph_load(&back, context, "large.onnx"), LIMPID_OK);
    assert_true(c.peak - live < 2 * numbers + (1u << 20));
    limpid_graph_free(graph);
    limpid_graph_free(back);
    limpid_context_free(context);
}

/* ---- every allocation failing ---- */

#define NET "input shape=2x5x5\nconv out=2 size=2\nrelu\ndense out=3\nsoftmax\n"

static limpid_status save(limpid_context *context, const limpid_graph *graph)
{
    return limpid_graph_save(graph, context, "failing.onnx");
}

static limpid_status load(limpid_context *context, const limpid_graph *graph)
{
    limpid_graph *back = NULL;
    limpid_status status = limpid_graph_load(&back, context, "failing.onnx");
    (void)graph;
    limpid_graph_free(back);
    return status;
}

static limpid_status save_state(limpid_context *context, const limpid_graph *graph)
{
    static float number;
    limpid_named_tensor tensor = { (char[]){ "number" }, { 1, { 1 } }, &number };
    limpid_pair pair = { (char[]){ "key" }, (char[]){ "value" } };
    (void)graph;
    return limpid_safetensors_write(context, "failing.safetensors",
                                    &(limpid_safetensors){ &tensor, 1, &pair, 1 });
}

#if LIMPID_WITH_JSON
static limpid_status load_state(limpid_context *context, const limpid_graph *graph)
{
    limpid_safetensors content = { 0 };
    limpid_status status = limpid_safetensors_read(context, "failing.safetensors", &content);
    (void)graph;
    limpid_safetensors_release(context, &content);
    return status;
}
#endif

static void every_allocation_fails_once(void **state)
{
    limpid_status (*const calls[])(limpid_context *, const limpid_graph *) = {
        save,
        load,
        save_state,
#if LIMPID_WITH_JSON
        load_state,
#endif
    };
    (void)state;
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        counter c = { 0 };
        limpid_context *context = counting_context(&c);
        limpid_graph *graph = parse(context, NET);
        size_t live = c.live;
        long failures = 0;
        for (;; failures++) {
            c.left = failures;
            limpid_status status = calls[i](context, graph);
            c.left = -1;
            assert_int_equal(c.live, live);
            if (status == LIMPID_OK)
                break;
            assert_int_equal(status, LIMPID_NO_MEMORY);
        }
        assert_true(failures > 3);
        limpid_graph_free(graph);
        limpid_context_free(context);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_pieces_cannot_cost_much),
        cmocka_unit_test(numbers_are_copied_once),
        cmocka_unit_test(every_allocation_fails_once),
    };
    return cmocka_run_group_tests(tests, set_up_context, tear_down_context);
}
