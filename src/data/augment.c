// SPDX-License-Identifier: MIT
/* augment.c - distortions of a sample while training.
 *
 * "digits" reads each pixel of the new image from the old one at
 *
 *   centre + A (p - centre) + shift + e(p)
 *
 * where A stretches, turns and slants, and e is an elastic distortion (P. Simard, D. Steinkraus,
 * J. Platt, "Best practices for convolutional neural networks", ICDAR 2003), here a uniform cubic
 * B-spline over a coarse grid of random displacements, which costs little and is smooth by
 * construction. Between pixels the image is bilinear; outside it is zero. A sample of any size is
 * served: lengths are shares of its sides. */
#include <math.h>
#include <string.h>
#include "data/data.h"

/* Grid points each way; a cubic spline spans GRID - 3 cells. */
enum { GRID = 8, CELLS = GRID - 3 };

/* Uniform in [-strength, strength]; tuned on 10,000 held-out training images of MNIST. */
static const struct {
    float shift;          /* of a side */
    float stretch, shear; /* logarithm, slope */
    float turn;           /* radians */
    float elastic;        /* of a side, at a grid point */
} strength = {
    .shift = 0.04f,
    .stretch = 0.1f,
    .shear = 0.15f,
    .turn = 0.15f,
    .elastic = 0.08f,
};

typedef struct {
    float xx, xy, yx, yy, x0, y0; /* source = (xx x + xy y + x0, yx x + yy y + y0) */
    float grid[2][GRID][GRID];    /* displacements in pixels: across, down */
} distortion;

static float around_zero(limpid_random *random, float most)
{
    return most * ((float)(limpid_random_bits(random) >> 8) * 0x1p-23f - 1);
}

static distortion distortion_draw(limpid_random *random, float height, float width)
{
    double scale = (double)around_zero(random, strength.stretch),
           aspect = (double)around_zero(random, strength.stretch), sine, cosine;
    limpid_sincos((double)around_zero(random, strength.turn), &sine, &cosine);
    float sx = (float)limpid_exp(scale + aspect / 2), sy = (float)limpid_exp(scale - aspect / 2);
    float s = (float)sine, c = (float)cosine, shear = around_zero(random, strength.shear);
    distortion d = {
        .xx = c * sx, .xy = (c * shear - s) * sx, .yx = s * sy, .yy = (s * shear + c) * sy
    };
    float cx = (width - 1) / 2, cy = (height - 1) / 2;
    d.x0 = cx - d.xx * cx - d.xy * cy + around_zero(random, strength.shift * width);
    d.y0 = cy - d.yx * cx - d.yy * cy + around_zero(random, strength.shift * height);
    for (int i = 0; i < GRID; i++)
        for (int j = 0; j < GRID; j++) {
            d.grid[0][i][j] = around_zero(random, strength.elastic * width);
            d.grid[1][i][j] = around_zero(random, strength.elastic * height);
        }
    return d;
}

/* The four grid points that count at position p of `side`, and their weights: returns the first. */
static int spline(int64_t p, int64_t side, float weight[4])
{
    float at = ((float)p + 0.5f) * (float)CELLS / (float)side;
    int cell = (int)limpid_min((int64_t)at, CELLS - 1);
    float t = at - (float)cell, u = 1 - t;
    weight[0] = u * u * u / 6;
    weight[1] = (4 - 6 * t * t + 3 * t * t * t) / 6;
    weight[2] = (4 - 6 * u * u + 3 * u * u * u) / 6;
    weight[3] = t * t * t / 6;
    return cell;
}

static float combine(const float *values, const float weight[4])
{
    return values[0] * weight[0] + values[1] * weight[1] + values[2] * weight[2] +
           values[3] * weight[3];
}

/* Bilinear; what lies outside is zero. NaN cannot reach here: positions come from finite numbers.
 */
static float bilinear(const float *plane, int64_t height, int64_t width, float x, float y)
{
    if (!(x > -1 && y > -1 && x < (float)width && y < (float)height))
        return 0;
    int64_t ix = (int64_t)(x + 1) - 1, iy = (int64_t)(y + 1) - 1; /* floor */
    float fx = x - (float)ix, fy = y - (float)iy;
    bool left = ix >= 0, right = ix + 1 < width;
    float top = 0, bottom = 0;
    const float *p = plane + iy * width + ix;
    if (iy >= 0)
        top = (left ? p[0] * (1 - fx) : 0) + (right ? p[1] * fx : 0);
    if (iy + 1 < height)
        bottom = (left ? p[width] * (1 - fx) : 0) + (right ? p[width + 1] * fx : 0);
    return top * (1 - fy) + bottom * fy;
}

static void row_change(const distortion *d, int64_t y, int64_t channels, int64_t height,
                       int64_t width, const float *old, float *pixels)
{
    float weight[4], across[GRID], down[GRID];
    int first = spline(y, height, weight);
    for (int j = 0; j < GRID; j++) {
        float column[2][4];
        for (int k = 0; k < 4; k++) {
            column[0][k] = d->grid[0][first + k][j];
            column[1][k] = d->grid[1][first + k][j];
        }
        across[j] = combine(column[0], weight);
        down[j] = combine(column[1], weight);
    }
    for (int64_t x = 0; x < width; x++) {
        int start = spline(x, width, weight);
        float fx = d->xx * (float)x + d->xy * (float)y + d->x0 + combine(across + start, weight);
        float fy = d->yx * (float)x + d->yy * (float)y + d->y0 + combine(down + start, weight);
        for (int64_t c = 0; c < channels; c++)
            pixels[(c * height + y) * width + x] =
                bilinear(old + c * height * width, height, width, fx, fy);
    }
}

static void digits_change(limpid_random *random, int64_t channels, int64_t height, int64_t width,
                          float *pixels, float *scratch)
{
    distortion d = distortion_draw(random, (float)height, (float)width);
    memcpy(scratch, pixels, (size_t)(channels * height * width) * sizeof *pixels);
    for (int64_t y = 0; y < height; y++)
        row_change(&d, y, channels, height, width, scratch, pixels);
}

const limpid_augmenter limpid_augmenter_none = {
    .name = "none",
    .summary = "samples as they are",
};

const limpid_augmenter limpid_augmenter_digits = {
    .name = "digits",
    .summary = "shifts, turns, stretches, slants and bends, as hands do",
    .change = digits_change,
};

const limpid_augmenter *const limpid_augmenters[] = {
#define LIMPID_AUGMENTER(name) &limpid_augmenter_##name,
#include "data/augmenters.def"
#undef LIMPID_AUGMENTER
    NULL,
};

const limpid_augmenter *limpid_augmenter_find(const char *name)
{
    for (int i = 0; limpid_augmenters[i]; i++)
        if (strcmp(limpid_augmenters[i]->name, name) == 0)
            return limpid_augmenters[i];
    return NULL;
}
