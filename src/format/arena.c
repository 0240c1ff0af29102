// SPDX-License-Identifier: MIT
/* arena.c - memory for the many small pieces of a protobuf message, released together.
 *
 * Unpacking allocates a string here and twenty bytes there, with sizes a file decides. From large
 * blocks that is cheap, and one number bounds it. What protobuf-c frees while it works stays until
 * the end: it is little, and counted. */
#include <stdarg.h>
#include <stdio.h>
#include "format/onnx.h"

#if LIMPID_WITH_ONNX

enum { BLOCK = 1 << 16, GRAIN = 16 };

struct limpid_arena_block {
    limpid_arena_block *before;
    _Alignas(GRAIN) char memory[];
};

static char *add_block(limpid_arena *arena, size_t bytes)
{
    size_t total;
    if (!limpid_size_add(&total, arena->total, bytes) || (arena->most && total > arena->most)) {
        arena->exceeded = true;
        return NULL;
    }
    limpid_arena_block *block =
        limpid_allocate(arena->context, 1, sizeof(limpid_arena_block) + bytes);
    if (!block) {
        arena->failed = true;
        return NULL;
    }
    block->before = arena->blocks;
    arena->blocks = block;
    arena->total = total;
    return block->memory;
}

void *limpid_arena_take(limpid_arena *arena, size_t count, size_t size)
{
    size_t bytes;
    if (!limpid_size_multiply(&bytes, count, size) ||
        !limpid_size_add(&bytes, bytes ? bytes : 1, GRAIN - 1) || bytes > PTRDIFF_MAX) {
        arena->exceeded = true;
        return NULL;
    }
    bytes -= bytes % GRAIN;
    if (bytes > BLOCK / 4) /* a block to itself; the one in use stays in use */
        return add_block(arena, bytes);
    if (bytes > arena->left) {
        char *block = add_block(arena, BLOCK);
        if (!block)
            return NULL;
        arena->next = block;
        arena->left = BLOCK;
    }
    char *memory = arena->next;
    arena->next += bytes;
    arena->left -= bytes;
    return memory;
}

char *limpid_arena_format(limpid_arena *arena, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *text = length < 0 ? NULL : limpid_arena_take(arena, (size_t)length + 1, 1);
    if (text)
        vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}

void limpid_arena_release(limpid_arena *arena)
{
    while (arena->blocks) {
        limpid_arena_block *block = arena->blocks;
        arena->blocks = block->before;
        limpid_release(arena->context, block);
    }
    *arena = (limpid_arena){ .context = arena->context, .most = arena->most };
}

void *limpid_arena_message(limpid_arena *arena, const ProtobufCMessageDescriptor *kind)
{
    void *message = limpid_arena_take(arena, 1, kind->sizeof_message);
    if (message)
        protobuf_c_message_init(kind, message);
    return message;
}

void *limpid_arena_messages(limpid_arena *arena, const ProtobufCMessageDescriptor *kind,
                            size_t count)
{
    void **table = limpid_arena_take(arena, count, sizeof *table);
    for (size_t i = 0; table && i < count; i++) {
        table[i] = limpid_arena_message(arena, kind);
        if (!table[i])
            return NULL;
    }
    return table;
}

#endif
