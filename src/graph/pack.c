// SPDX-License-Identifier: MIT
/* pack.c - one arena for blocks that live at different times.
 *
 * The largest block is placed first, each at the lowest offset where it meets no block that lives
 * at the same time (greedy by size; Y. Pisarchyk, J. Lee, 2020, found it near the optimum for
 * networks). */
#include <stdlib.h>
#include "graph/graph.h"

/* By falling size, equal ones by index, so that the layout does not depend on the C library's sort.
 */
static bool before(const limpid_block *blocks, size_t a, size_t b)
{
    return blocks[a].bytes != blocks[b].bytes ? blocks[a].bytes > blocks[b].bytes : a < b;
}

static void sort(const limpid_block *blocks, size_t *order, size_t count)
{
    for (size_t gap = count / 2; gap > 0; gap = gap == 2 ? 1 : gap * 5 / 11)
        for (size_t i = gap; i < count; i++) {
            size_t moved = order[i], at = i;
            for (; at >= gap && before(blocks, moved, order[at - gap]); at -= gap)
                order[at] = order[at - gap];
            order[at] = moved;
        }
}

static bool meet(const limpid_block *a, const limpid_block *b)
{
    return a->first <= b->last && b->first <= a->last;
}

/* The lowest offset for a block among those placed before it: it moves up past whatever it collides
 * with. */
static size_t place(const limpid_block *blocks, const size_t *order, size_t placed,
                    const limpid_block *block)
{
    size_t offset = 0;
    for (bool moved = true; moved;) {
        moved = false;
        for (size_t i = 0; i < placed; i++) {
            const limpid_block *other = &blocks[order[i]];
            if (other->bytes && meet(block, other) && offset < other->offset + other->bytes &&
                other->offset < offset + block->bytes) {
                offset = other->offset + other->bytes;
                moved = true;
            }
        }
    }
    return offset;
}

size_t limpid_pack_blocks(limpid_block *blocks, size_t count, size_t *order)
{
    size_t total = 0, sum = 0;
    for (size_t i = 0; i < count; i++) {
        order[i] = i;
        if (!limpid_size_add(&sum, sum, blocks[i].bytes))
            return SIZE_MAX; /* offsets could wrap around; no machine has a part of this either */
    }
    sort(blocks, order, count);
    for (size_t i = 0; i < count; i++) {
        limpid_block *block = &blocks[order[i]];
        block->offset = place(blocks, order, i, block);
        if (block->offset + block->bytes > total)
            total = block->offset + block->bytes;
    }
    return total;
}
