// SPDX-License-Identifier: MIT
/* random.c - random numbers as a function of (seed, purpose, epoch, sample, index).
 *
 * Philox 4x32-10: J. Salmon, M. Moraes, R. Dror, D. Shaw, "Parallel random numbers: as easy as 1,
 * 2, 3", SC 2011. The key is the seed; the counter's four words are block number, purpose and epoch
 * (12 and 20 bits), and the sample's low and high parts mixed in, so no two streams share a block
 * as long as epoch < 2^20 and sample < 2^40 (and block < 2^32 / 2^8). */
#include <math.h>
#include "base/base.h"

void limpid_philox(uint32_t out[4], const uint32_t counter[4], const uint32_t key[2])
{
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < 10; round++) {
        uint64_t p0 = (uint64_t)0xD2511F53u * c0, p1 = (uint64_t)0xCD9E8D57u * c2;
        c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)p1;
        c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)p0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

limpid_random limpid_random_stream(uint64_t seed, limpid_purpose purpose, uint64_t epoch,
                                   uint64_t sample)
{
    return (limpid_random){ .seed = seed, .purpose = purpose, .epoch = epoch, .sample = sample };
}

uint32_t limpid_random_bits(limpid_random *random)
{
    if (random->next % 4 == 0) {
        uint64_t block = random->next / 4;
        uint32_t counter[4] = {
            (uint32_t)block,
            (uint32_t)random->purpose << 20 | (uint32_t)(random->epoch & 0xfffff),
            (uint32_t)random->sample,
            (uint32_t)(random->sample >> 32) << 24 | ((uint32_t)(block >> 32) & 0xffffff),
        };
        uint32_t key[2] = { (uint32_t)random->seed, (uint32_t)(random->seed >> 32) };
        limpid_philox(random->block, counter, key);
    }
    return random->block[random->next++ % 4];
}

double limpid_random_uniform(limpid_random *random)
{
    uint64_t high = limpid_random_bits(random) >> 5, low = limpid_random_bits(random) >> 6;
    return (double)(high << 26 | low) * 0x1p-53;
}

/* G. Box, M. Muller, 1958; the second number of the pair is not kept, so a stream's position alone
 * tells what comes next. */
double limpid_random_normal(limpid_random *random)
{
    double u = 1 - limpid_random_uniform(random), v = limpid_random_uniform(random);
    double sine, cosine;
    limpid_sincos(6.283185307179586 * v, &sine, &cosine);
    return sqrt(-2 * limpid_log(u)) * cosine;
}

/* Lemire's multiplication, with the few products that would favour some numbers drawn again. */
uint64_t limpid_random_below(limpid_random *random, uint64_t bound)
{
    if (bound <= UINT32_MAX) {
        uint32_t limit = (uint32_t)bound, reject = limit ? -limit % limit : 0;
        uint64_t product;
        do
            product = (uint64_t)limpid_random_bits(random) * limit;
        while ((uint32_t)product < reject);
        return product >> 32;
    }
    uint64_t reject = -bound % bound, bits;
    do { /* in two statements: which operand of one is evaluated first is the compiler's choice */
        bits = (uint64_t)limpid_random_bits(random) << 32;
        bits |= limpid_random_bits(random);
    } while (bits < reject);
    return bits % bound;
}
