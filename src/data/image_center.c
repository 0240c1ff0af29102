// SPDX-License-Identifier: MIT
/* image_center.c - a picture of one character becomes what MNIST holds: light on black, its box
 * scaled to 20 / 28 of the side, its centre of mass in the middle (LeCun et al., 1998, say how
 * MNIST was made).
 *
 * The picture may be a scan, a drawing or a photo of pen on paper, so neither its polarity nor its
 * light is known. In this order:
 * - polarity: ink is the minority, so brightness minus its local mean is skewed to the ink's side;
 * - background: a morphological opening wider than any stroke (Serra, 1982). Shadows and gradients
 *   are wider still, so they stay in it, and ink is what rises above it;
 * - threshold: Otsu's (1979) on that ink, for the box alone. Dust is left out, and so is what
 *   touches the edges if the character stands clear of them;
 * - contrast: from the noise of the background to the full strength of the ink;
 * - width: the strokes of a fine pen are spread.
 *
 * A picture without ink (too little contrast, or none above its noise) gives black. One that has
 * the wanted size and a flat border already is in that form: it is taken as it is, or inverted.
 * Integers or exactly rounded doubles throughout: the same bits everywhere. */
#include <stdlib.h>
#include <string.h>
#include "data/image.h"

enum {
    WORK_SIDE = 256,     /* larger pictures are shrunk to this first */
    FLAT = 16,           /* a border this near to black or white was made by a program */
    LEAST_CONTRAST = 12, /* of 255, between ink and background */
    THIN = 24,           /* a stroke whose half width is below 1 / THIN of the box is too thin */
    CLEAR = 4,           /* a component of 1 / CLEAR of the largest may be the character */
    DUST = 20            /* a component smaller than 1 / DUST of the largest is no ink */
};

typedef struct {
    int64_t count[256], total;
} histogram;

static void count_value(histogram *h, int value)
{
    h->count[value]++;
    h->total++;
}

/* The smallest value at or below which lies `part` of 1000 of the values in [from, to). */
static int quantile(const histogram *h, int from, int to, int64_t part)
{
    int64_t total = 0, below = 0;
    for (int v = from; v < to; v++)
        total += h->count[v];
    for (int v = from; v < to; v++) {
        below += h->count[v];
        if (below * 1000 >= total * part && below)
            return v;
    }
    return from;
}

static int border_median(const limpid_image *image)
{
    histogram h = { 0 };
    int64_t bottom = image->height - 1, right = image->width - 1;
    for (int64_t y = 0; y <= bottom; y++)
        for (int64_t x = 0; x <= right; x += y == 0 || y == bottom || right == 0 ? 1 : right)
            count_value(&h, image->pixels[y * image->width + x]);
    return quantile(&h, 0, 256, 500);
}

static void invert(limpid_image *image)
{
    for (int64_t p = 0; p < image->height * image->width; p++)
        image->pixels[p] = (uint8_t)(255 - image->pixels[p]);
}

/* ---- polarity ---- */

/* sums[y][x], (height + 1) x (width + 1): of all pixels above and left of (y, x). */
static void sum_areas(const limpid_image *image, int64_t *sums)
{
    int64_t pitch = image->width + 1;
    for (int64_t y = 0; y < image->height; y++)
        for (int64_t x = 0, line = 0; x < image->width; x++) {
            line += image->pixels[y * image->width + x];
            sums[(y + 1) * pitch + x + 1] = sums[y * pitch + x + 1] + line;
        }
}

/* The sum of (brightness - local mean)^3: below zero when few pixels are much darker than their
 * surroundings. */
static int64_t skewness(const limpid_image *image, const int64_t *sums)
{
    int64_t pitch = image->width + 1, skew = 0;
    int64_t radius = limpid_max(limpid_max(image->height, image->width) / 4, 1);
    for (int64_t y = 0; y < image->height; y++)
        for (int64_t x = 0; x < image->width; x++) {
            int64_t top = limpid_max(y - radius, 0), left = limpid_max(x - radius, 0);
            int64_t bottom = limpid_min(y + radius + 1, image->height);
            int64_t right = limpid_min(x + radius + 1, image->width);
            int64_t sum = sums[bottom * pitch + right] - sums[top * pitch + right] -
                          sums[bottom * pitch + left] + sums[top * pitch + left];
            int64_t mean = sum / ((bottom - top) * (right - left));
            int64_t difference = image->pixels[y * image->width + x] - mean;
            skew += difference * difference * difference;
        }
    return skew;
}

static limpid_status make_ink_light(limpid_context *context, limpid_image *image)
{
    size_t cells = (size_t)((image->height + 1) * (image->width + 1));
    int64_t *sums = limpid_allocate(context, cells, sizeof *sums);
    if (!sums)
        return LIMPID_NO_MEMORY;
    sum_areas(image, sums);
    if (skewness(image, sums) < 0)
        invert(image);
    limpid_release(context, sums);
    return LIMPID_OK;
}

/* ---- background ---- */

/* The least (or the largest) value within `radius` along each of `lines` lines of `length` pixels.
 */
static void extreme(const uint8_t *from, uint8_t *to, int64_t lines, int64_t line_step,
                    int64_t length, int64_t step, int64_t radius, bool largest)
{
    for (int64_t l = 0; l < lines; l++)
        for (int64_t i = 0; i < length; i++) {
            int64_t first = limpid_max(i - radius, 0), last = limpid_min(i + radius, length - 1);
            const uint8_t *line = from + l * line_step;
            uint8_t found = line[i * step];
            for (int64_t k = first; k <= last; k++)
                if (largest ? line[k * step] > found : line[k * step] < found)
                    found = line[k * step];
            to[l * line_step + i * step] = found;
        }
}

/* Pixels minus their opening, whose windows end at the edges: a stroke along an edge is ink as long
 * as it is narrower than half a window. */
static limpid_status keep_ink(limpid_context *context, limpid_image *image)
{
    int64_t h = image->height, w = image->width, radius = limpid_max(limpid_max(h, w) / 6, 2);
    uint8_t *a = limpid_allocate(context, (size_t)(2 * h * w), 1);
    if (!a)
        return LIMPID_NO_MEMORY;
    uint8_t *b = a + h * w;
    memcpy(a, image->pixels, (size_t)(h * w));
    for (int largest = 0; largest < 2; largest++) {
        extreme(a, b, h, w, w, 1, radius, largest);
        extreme(b, a, w, 1, h, w, radius, largest);
    }
    for (int64_t p = 0; p < h * w; p++)
        image->pixels[p] = (uint8_t)(image->pixels[p] - a[p]);
    limpid_release(context, a);
    return LIMPID_OK;
}

/* ---- threshold and contrast ---- */

typedef struct {
    int threshold; /* ink is at or above it */
    int low, high; /* what becomes black and white; low >= high: there is no ink */
} levels;

/* The threshold that tells two classes apart best: the largest variance between them. 256 if there
 * is only one value. */
static int otsu(const histogram *h)
{
    double total = 0, below = 0, count = 0, best = -1;
    int threshold = 256;
    for (int v = 0; v < 256; v++)
        total += (double)v * (double)h->count[v];
    for (int v = 1; v < 256; v++) {
        count += (double)h->count[v - 1];
        below += (double)(v - 1) * (double)h->count[v - 1];
        double above = (double)h->total - count;
        if (count <= 0 || above <= 0)
            continue;
        double apart = below / count - (total - below) / above;
        if (count * above * apart * apart > best) {
            best = count * above * apart * apart;
            threshold = v;
        }
    }
    return threshold;
}

/* The noise's standard deviation is 1.05 times the median difference of neighbours, were it normal.
 */
static int noise(const limpid_image *image)
{
    histogram h = { 0 };
    for (int64_t y = 0; y < image->height; y++)
        for (int64_t x = 1; x < image->width; x++) {
            const uint8_t *p = image->pixels + y * image->width + x;
            count_value(&h, abs(p[0] - p[-1]));
        }
    return quantile(&h, 0, 256, 500);
}

static levels find_levels(const limpid_image *ink, int deviation)
{
    histogram h = { 0 };
    for (int64_t p = 0; p < ink->height * ink->width; p++)
        count_value(&h, ink->pixels[p]);
    levels l = { .threshold = otsu(&h) };
    if (l.threshold > 255)
        return l;
    int background = quantile(&h, 0, l.threshold, 500);
    l.high = quantile(&h, l.threshold, 256, 900);
    l.low = background + 3 * deviation;
    if (l.high - background < LEAST_CONTRAST + 4 * deviation)
        l.low = l.high;
    return l;
}

/* ---- the box ---- */

typedef struct {
    int64_t top, left, bottom, right; /* the last two: one behind */
} box;

typedef struct {
    int64_t size;
    bool at_edge; /* of the picture */
} component;

/* Marks the component of pixel p with `mark`; `stack` has a cell for each pixel. */
static component mark_component(const limpid_image *ink, int threshold, int32_t *marks,
                                int32_t mark, int64_t *stack, int64_t p)
{
    int64_t height = ink->height, width = ink->width, depth = 0;
    component c = { 0 };
    stack[depth++] = p;
    marks[p] = mark;
    while (depth) {
        p = stack[--depth];
        int64_t i = p / width, j = p % width;
        c.size++;
        c.at_edge = c.at_edge || !i || !j || i == height - 1 || j == width - 1;
        for (int64_t y = limpid_max(i - 1, 0); y < limpid_min(i + 2, height); y++)
            for (int64_t x = limpid_max(j - 1, 0); x < limpid_min(j + 2, width); x++) {
                int64_t near = y * width + x;
                if (!marks[near] && ink->pixels[near] >= threshold) {
                    marks[near] = mark;
                    stack[depth++] = near;
                }
            }
    }
    return c;
}

/* Which components are the character's: dust is not, and if it stands clear of the edges, then what
 * touches them (a table, a finger, the tip of a shadow) is not either. */
static void drop_components(component *components, int32_t count)
{
    int64_t largest = 0, largest_inside = 0;
    for (int32_t c = 0; c < count; c++) {
        largest = limpid_max(largest, components[c].size);
        if (!components[c].at_edge)
            largest_inside = limpid_max(largest_inside, components[c].size);
    }
    bool clear = largest_inside * CLEAR >= largest;
    if (clear)
        largest = largest_inside;
    for (int32_t c = 0; c < count; c++)
        if (components[c].size * DUST < largest || (clear && components[c].at_edge))
            components[c].size = 0;
}

/* Blackens what was dropped and returns the box of what is left. */
static box clear_dropped(limpid_image *ink, const int32_t *marks, const component *components)
{
    box b = { ink->height, ink->width, 0, 0 };
    for (int64_t y = 0; y < ink->height; y++)
        for (int64_t x = 0; x < ink->width; x++) {
            int64_t p = y * ink->width + x;
            if (!marks[p])
                continue;
            if (!components[marks[p] - 1].size) {
                ink->pixels[p] = 0;
                continue;
            }
            b.top = limpid_min(b.top, y);
            b.left = limpid_min(b.left, x);
            b.bottom = limpid_max(b.bottom, y + 1);
            b.right = limpid_max(b.right, x + 1);
        }
    return b;
}

static limpid_status find_box(limpid_context *context, limpid_image *ink, int threshold, box *out)
{
    size_t pixels = (size_t)(ink->height * ink->width);
    int32_t *marks = limpid_allocate(context, pixels, sizeof *marks);
    int64_t *stack = limpid_allocate(context, pixels, sizeof *stack);
    component *components = limpid_allocate(context, pixels, sizeof *components);
    limpid_status status = marks && stack && components ? LIMPID_OK : LIMPID_NO_MEMORY;
    if (status == LIMPID_OK) {
        int32_t count = 0;
        for (int64_t p = 0; p < (int64_t)pixels; p++)
            if (!marks[p] && ink->pixels[p] >= threshold) {
                components[count] = mark_component(ink, threshold, marks, count + 1, stack, p);
                count++;
            }
        drop_components(components, count);
        *out = clear_dropped(ink, marks, components);
    }
    limpid_release(context, marks);
    limpid_release(context, stack);
    limpid_release(context, components);
    return status;
}

/* ---- the target ---- */

static uint8_t stretch(int value, int low, int high)
{
    int64_t scaled = ((int64_t)(value - low) * 255 + (high - low) / 2) / (high - low);
    return (uint8_t)limpid_min(limpid_max(scaled, 0), 255);
}

/* Where along one axis to put `length` pixels so that their centre of mass falls on the middle of
 * `size`, as far as they stay inside. */
static int64_t place(int64_t moment, int64_t mass, int64_t length, int64_t size)
{
    int64_t centre =
        (2 * moment + mass) / (2 * mass); /* rounded; the middle of `size` is size / 2 */
    return limpid_min(limpid_max(size / 2 - centre, 0), size - length);
}

static void put_centered(const limpid_image *part, limpid_image *out)
{
    int64_t mass = 0, down = 0, across = 0;
    int most = 1;
    for (int64_t y = 0; y < part->height; y++)
        for (int64_t x = 0; x < part->width; x++) {
            int value = part->pixels[y * part->width + x];
            mass += value;
            down += value * y;
            across += value * x;
            most = value > most ? value : most;
        }
    if (!mass)
        return;
    int64_t top = place(down, mass, part->height, out->height);
    int64_t left = place(across, mass, part->width, out->width);
    for (int64_t y = 0; y < part->height; y++)
        for (int64_t x = 0; x < part->width; x++)
            out->pixels[(top + y) * out->width + left + x] =
                stretch(part->pixels[y * part->width + x], 0, most);
}

/* How far to spread the ink of a thin pen, which would fade when it is scaled down: strokes are
 * brought to about a twelfth of the box, the thinner ones of MNIST. A stroke has two edges, so its
 * width is near twice its area over the number of edge pixels. */
static int64_t missing_width(const limpid_image *ink, box b, int threshold)
{
    int64_t area = 0, edges = 1, side = limpid_max(b.bottom - b.top, b.right - b.left);
    for (int64_t y = b.top; y < b.bottom; y++)
        for (int64_t x = b.left; x < b.right; x++) {
            const uint8_t *p = ink->pixels + y * ink->width + x;
            if (p[0] < threshold)
                continue;
            area++;
            edges += x == b.left || p[-1] < threshold;
            edges += x + 1 == b.right || p[1] < threshold;
            edges += y == b.top || p[-ink->width] < threshold;
            edges += y + 1 == b.bottom || p[ink->width] < threshold;
        }
    return limpid_max(side / THIN - area / edges, 0);
}

/* Cuts the box out of the ink, brought to full contrast and spread by `radius` to all sides. */
static limpid_status cut(limpid_context *context, const limpid_image *ink, box b, levels l,
                         int64_t radius, limpid_image *out)
{
    limpid_image part, spread;
    int64_t height = b.bottom - b.top + 2 * radius, width = b.right - b.left + 2 * radius;
    LIMPID_TRY(limpid_image_new(context, "center", 1, height, width, &part));
    for (int64_t y = b.top; y < b.bottom; y++)
        for (int64_t x = b.left; x < b.right; x++)
            part.pixels[(y - b.top + radius) * width + x - b.left + radius] =
                stretch(ink->pixels[y * ink->width + x], l.low, l.high);
    limpid_status status = limpid_image_new(context, "center", 1, height, width, &spread);
    if (status == LIMPID_OK) {
        extreme(part.pixels, spread.pixels, height, width, width, 1, radius, true);
        extreme(spread.pixels, part.pixels, width, 1, height, width, radius, true);
        limpid_release(context, spread.pixels);
        *out = part;
    } else
        limpid_release(context, part.pixels);
    return status;
}

static limpid_status fit(limpid_context *context, const limpid_image *ink, box b, levels l,
                         limpid_image *out)
{
    limpid_image part, scaled;
    LIMPID_TRY(cut(context, ink, b, l, missing_width(ink, b, l.threshold), &part));
    int64_t side = limpid_max(part.height, part.width);
    int64_t target = limpid_max((out->height * 20 + 14) / 28, 1);
    limpid_status status =
        limpid_image_resize(context, &part, limpid_max((part.height * target + side / 2) / side, 1),
                            limpid_max((part.width * target + side / 2) / side, 1), &scaled);
    limpid_release(context, part.pixels);
    LIMPID_TRY(status);
    put_centered(&scaled, out);
    limpid_release(context, scaled.pixels);
    return LIMPID_OK;
}

static limpid_status center_grey(limpid_context *context, limpid_image *grey, limpid_image *out)
{
    int deviation = noise(grey);
    LIMPID_TRY(make_ink_light(context, grey));
    LIMPID_TRY(keep_ink(context, grey));
    levels l = find_levels(grey, deviation);
    if (l.low >= l.high)
        return LIMPID_OK;
    box b;
    LIMPID_TRY(find_box(context, grey, l.threshold, &b));
    return fit(context, grey, b, l, out);
}

/* Grey, and no larger than what the steps above need. */
static limpid_status shrink(limpid_context *context, const limpid_image *in, limpid_image *out)
{
    limpid_image grey;
    int64_t side = limpid_max(in->height, in->width);
    LIMPID_TRY(limpid_image_convert(context, in, 1, &grey));
    if (side <= WORK_SIDE) {
        *out = grey;
        return LIMPID_OK;
    }
    limpid_status status =
        limpid_image_resize(context, &grey, limpid_max(in->height * WORK_SIDE / side, 1),
                            limpid_max(in->width * WORK_SIDE / side, 1), out);
    limpid_release(context, grey.pixels);
    return status;
}

limpid_status limpid_image_center(limpid_context *context, const limpid_image *in, int64_t size,
                                  limpid_image *out)
{
    limpid_image grey, image;
    LIMPID_TRY(shrink(context, in, &grey));
    int border = border_median(&grey);
    if (in->height == size && in->width == size && size <= WORK_SIDE &&
        (border <= FLAT || border >= 255 - FLAT)) {
        if (border > FLAT)
            invert(&grey);
        *out = grey;
        return LIMPID_OK;
    }
    limpid_status status = limpid_image_new(context, "center", 1, size, size, &image);
    if (status == LIMPID_OK) {
        status = center_grey(context, &grey, &image);
        if (status == LIMPID_OK)
            *out = image;
        else
            limpid_release(context, image.pixels);
    }
    limpid_release(context, grey.pixels);
    return status;
}
