// SPDX-License-Identifier: MIT
/* digits.c - handwritten-looking digits drawn from pen paths: the data set that needs no file.
 *
 * A path (digit_strokes.c) is mixed with another of its family, its points are moved, its ends grow
 * or shrink, a smooth curve is laid through them, and the curve is bent, slanted, turned and
 * stretched. Then it is put into the form of MNIST: 28 x 28, light on black, the ink's box scaled
 * to 20 x 20 without distortion, the centre of mass moved by whole pixels to the middle. A pixel's
 * value is how deep it lies inside the nearest piece of a pen stroke of changing width.
 *
 * Everything is double arithmetic with + - * / and sqrt, base's elementary functions and a random
 * stream keyed by (seed, label, number), so the bytes are the same on every machine. */
#include <math.h>
#include <string.h>
#include "data/data.h"
#include "data/digit_strokes.h"

enum { SIDE = 28, BOX = 20, PIECES = 6, NODES = LIMPID_PEN_POINTS * PIECES + 1, WAVES = 3 };

/* Spreads; lengths are in heights of the digit unless said otherwise. Seen on MNIST's training
 * images: the lean to the right, the strokes' width. */
static const struct {
    double jitter, jitter_spread;       /* of a point, and the logarithm of it over the set */
    double overshoot, lift;             /* of a stroke's ends; of a whole stroke after the first */
    double stretch;                     /* logarithm of width over height */
    double lean, lean_spread, turn;     /* radians, nearly */
    double wave, wave_least, wave_most; /* of the bending field: amplitude, waves in a height */
    double radius, radius_spread, radius_least, radius_most; /* of the pen, pixels; logarithm */
    double radius_filling; /* the most a path as long as the box is high may have */
    double pressure;       /* share of the radius */
    double gap;            /* probability */
    double rough;          /* of the stroke's edge, pixels */
} style = {
    .jitter = 0.028,
    .jitter_spread = 0.5,
    .overshoot = 0.045,
    .lift = 0.03,
    .stretch = 0.2,
    .lean = 0.16,
    .lean_spread = 0.24,
    .turn = 0.09,
    .wave = 0.034,
    .wave_least = 0.4,
    .wave_most = 1.3,
    .radius = 1.15,
    .radius_spread = 0.32,
    .radius_least = 0.55,
    .radius_most = 3.2,
    .radius_filling = 5.5,
    .pressure = 0.12,
    .gap = 0.03,
    .rough = 0.16,
};

typedef struct {
    double x, y;
} vector;

/* A curve's points in order; the piece from node i - 1 to node i is drawn unless lifted[i]. */
typedef struct {
    int count;
    vector at[NODES];
    double radius[NODES];
    bool lifted[NODES];
} ink;

typedef struct {
    int count;
    uint8_t kind[LIMPID_PEN_POINTS];
    vector at[LIMPID_PEN_POINTS];
} sketch;

static double uniform(limpid_random *random, double from, double to)
{
    return from + (to - from) * limpid_random_uniform(random);
}

static double spread(limpid_random *random, double deviation)
{
    return deviation * limpid_random_normal(random);
}

static double clamp(double x, double least, double most)
{
    return x < least ? least : x > most ? most : x;
}

/* ---- the path ---- */

static const limpid_pen_path *path_choose(limpid_random *random, int label, int family)
{
    uint64_t total = 0;
    for (int i = 0; i < limpid_pen_path_count; i++) {
        const limpid_pen_path *path = &limpid_pen_paths[i];
        if (path->label == label && (family < 0 || path->family == family))
            total += path->weight;
    }
    uint64_t pick = limpid_random_below(random, total);
    for (int i = 0;; i++) {
        const limpid_pen_path *path = &limpid_pen_paths[i];
        if (path->label != label || (family >= 0 && path->family != family))
            continue;
        if (pick < path->weight)
            return path;
        pick -= path->weight;
    }
}

static sketch path_mix(limpid_random *random, int label)
{
    const limpid_pen_path *a = path_choose(random, label, -1);
    const limpid_pen_path *b = path_choose(random, label, a->family);
    double share = limpid_random_uniform(random);
    double jitter = style.jitter * limpid_exp(spread(random, style.jitter_spread));
    sketch s = { 0 };
    vector lift = { 0, 0 };
    for (; a->points[s.count].kind != LIMPID_PEN_END; s.count++) {
        const limpid_pen_point *p = &a->points[s.count], *q = &b->points[s.count];
        s.kind[s.count] = p->kind;
        if (p->kind == LIMPID_PEN_START && s.count > 0) {
            lift.x = spread(random, style.lift);
            lift.y = spread(random, style.lift);
        }
        s.at[s.count].x = (p->x + share * (q->x - p->x)) / 100 + lift.x + spread(random, jitter);
        s.at[s.count].y = (p->y + share * (q->y - p->y)) / 100 + lift.y + spread(random, jitter);
    }
    return s;
}

static double distance(vector a, vector b)
{
    return sqrt((b.x - a.x) * (b.x - a.x) + (b.y - a.y) * (b.y - a.y)) + 1e-9;
}

/* Moves a stroke's end along its last piece. */
static void end_shift(limpid_random *random, vector *end, vector before)
{
    double length = distance(before, *end);
    double by = clamp(spread(random, style.overshoot), -0.4 * length, 0.15) / length;
    end->x += by * (end->x - before.x);
    end->y += by * (end->y - before.y);
}

static bool starts(const sketch *s, int i)
{
    return i >= s->count || s->kind[i] == LIMPID_PEN_START;
}

/* The direction, for each unit of length, in which the curve passes a smooth point: that of the
 * parabola through it and its neighbours. */
static vector direction(vector before, vector at, vector after)
{
    double d0 = distance(before, at), d1 = distance(at, after), sum = d0 + d1;
    double u = d1 / (d0 * sum), v = d0 / (d1 * sum);
    return (vector){ u * (at.x - before.x) + v * (after.x - at.x),
                     u * (at.y - before.y) + v * (after.y - at.y) };
}

/* One cubic of Hermite's form from point i to i + 1. A corner, and an end, heads straight for its
 * neighbour. */
static void piece_add(const sketch *s, int i, double tension, const double *pressure, ink *line)
{
    vector p = s->at[i], q = s->at[i + 1];
    double length = distance(p, q);
    vector straight = { (q.x - p.x) / length, (q.y - p.y) / length }, from = straight,
           to = straight;
    if (s->kind[i] == LIMPID_PEN_SMOOTH)
        from = direction(s->at[i - 1], p, q);
    if (s->kind[i + 1] == LIMPID_PEN_SMOOTH && !starts(s, i + 2))
        to = direction(p, q, s->at[i + 2]);
    length *= tension;
    for (int k = 1; k <= PIECES; k++) {
        double t = (double)k / PIECES, u = 1 - t;
        double a = u * u * (1 + 2 * t), b = t * t * (3 - 2 * t), c = t * u * u * length,
               d = -t * t * u * length;
        line->at[line->count] = (vector){ a * p.x + b * q.x + c * from.x + d * to.x,
                                          a * p.y + b * q.y + c * from.y + d * to.y };
        line->radius[line->count] = u * pressure[i] + t * pressure[i + 1];
        line->lifted[line->count++] = false;
    }
}

static void curve_through(limpid_random *random, sketch *s, ink *line)
{
    double pressure[LIMPID_PEN_POINTS];
    for (int i = 0; i < s->count; i++) {
        pressure[i] = clamp(1 + spread(random, style.pressure), 0.6, 1.5);
        if (starts(s, i))
            end_shift(random, &s->at[i], s->at[i + 1]);
        else if (starts(s, i + 1))
            end_shift(random, &s->at[i], s->at[i - 1]);
    }
    double tension = uniform(random, 0.7, 1.15);
    line->count = 0;
    for (int i = 0; i < s->count; i++) {
        if (starts(s, i)) {
            line->at[line->count] = s->at[i];
            line->radius[line->count] = pressure[i];
            line->lifted[line->count++] = true;
        }
        if (!starts(s, i + 1))
            piece_add(s, i, tension, pressure, line);
    }
    if (limpid_random_uniform(random) < style.gap) {
        int at = (int)limpid_random_below(random, (uint64_t)line->count);
        for (int i = at; i < line->count && i < at + 3; i++)
            line->lifted[i] = true;
    }
}

/* ---- the hand ---- */

/* Bends by a few long waves, stretches, slants and turns. */
static void curve_distort(limpid_random *random, ink *line)
{
    double wave[WAVES][5];
    for (int k = 0; k < WAVES; k++) {
        double angle = uniform(random, 0, 6.283185307179586), sine, cosine;
        double turns = 6.283185307179586 * uniform(random, style.wave_least, style.wave_most);
        limpid_sincos(angle, &sine, &cosine);
        wave[k][0] = turns * cosine;
        wave[k][1] = turns * sine;
        wave[k][2] = uniform(random, 0, 6.283185307179586);
        wave[k][3] = spread(random, style.wave);
        wave[k][4] = spread(random, style.wave);
    }
    double width = limpid_exp(spread(random, style.stretch));
    double lean = clamp(style.lean + spread(random, style.lean_spread), -0.6, 0.9), sine, cosine;
    limpid_sincos(spread(random, style.turn), &sine, &cosine);
    for (int i = 0; i < line->count; i++) {
        double x = line->at[i].x, y = line->at[i].y, dx = 0, dy = 0;
        for (int k = 0; k < WAVES; k++) {
            double s, c;
            limpid_sincos(wave[k][0] * x + wave[k][1] * y + wave[k][2], &s, &c);
            dx += wave[k][3] * s;
            dy += wave[k][4] * s;
        }
        y += dy;
        x = (x + dx) * width - lean * y;
        line->at[i] = (vector){ cosine * x - sine * y, sine * x + cosine * y };
    }
}

/* Scales to the box, pen included, and gives the radii in pixels. A long path is written with a
 * fine pen: a thick one would fill it. */
static void curve_fit(limpid_random *random, ink *line)
{
    vector least = line->at[0], most = line->at[0];
    double length = 0;
    for (int i = 1; i < line->count; i++) {
        least.x = fmin(least.x, line->at[i].x);
        least.y = fmin(least.y, line->at[i].y);
        most.x = fmax(most.x, line->at[i].x);
        most.y = fmax(most.y, line->at[i].y);
        length += line->lifted[i] ? 0 : distance(line->at[i - 1], line->at[i]);
    }
    double side = fmax(most.x - least.x, most.y - least.y) + 1e-9;
    double radius = style.radius * limpid_exp(spread(random, style.radius_spread));
    radius = fmin(radius, style.radius_filling * side / length);
    radius = clamp(radius, style.radius_least, style.radius_most);
    double scale = (BOX - 2 * radius) / side;
    for (int i = 0; i < line->count; i++) {
        line->at[i].x = SIDE / 2.0 + scale * (line->at[i].x - (least.x + most.x) / 2);
        line->at[i].y = SIDE / 2.0 + scale * (line->at[i].y - (least.y + most.y) / 2);
        line->radius[i] *= radius;
    }
}

/* ---- the paper ---- */

/* Raises depth to how far inside the piece from a to b a pixel's centre lies (negative: outside).
 */
static void piece_draw(vector a, vector b, double ra, double rb, double depth[SIDE][SIDE])
{
    double reach = fmax(ra, rb) + 1.5, dx = b.x - a.x, dy = b.y - a.y;
    double inverse = 1 / (dx * dx + dy * dy + 1e-12);
    int left = (int)clamp(fmin(a.x, b.x) - reach, 0, SIDE),
        right = (int)clamp(fmax(a.x, b.x) + reach, 0, SIDE);
    int top = (int)clamp(fmin(a.y, b.y) - reach, 0, SIDE),
        bottom = (int)clamp(fmax(a.y, b.y) + reach, 0, SIDE);
    for (int y = top; y < bottom; y++)
        for (int x = left; x < right; x++) {
            double px = x + 0.5 - a.x, py = y + 0.5 - a.y;
            double t = clamp((px * dx + py * dy) * inverse, 0, 1);
            px -= t * dx;
            py -= t * dy;
            double d = ra + t * (rb - ra) - sqrt(px * px + py * py);
            if (d > depth[y][x])
                depth[y][x] = d;
        }
}

/* Moves the image by whole pixels until its centre of mass is in the middle. */
static void image_center(const uint8_t image[SIDE][SIDE], uint8_t pixels[SIDE * SIDE])
{
    int64_t mass = 0, mx = 0, my = 0;
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            mass += image[y][x];
            mx += (int64_t)image[y][x] * (2 * x + 1);
            my += (int64_t)image[y][x] * (2 * y + 1);
        }
    mass += mass == 0;
    int shift_x = (int)floor((SIDE - (double)mx / (double)mass) / 2 + 0.5);
    int shift_y = (int)floor((SIDE - (double)my / (double)mass) / 2 + 0.5);
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            int fx = x - shift_x, fy = y - shift_y;
            bool inside = fx >= 0 && fx < SIDE && fy >= 0 && fy < SIDE;
            pixels[y * SIDE + x] = inside ? image[fy][fx] : 0;
        }
}

void limpid_digit_draw(uint64_t seed, int64_t i, int label, uint8_t pixels[784])
{
    limpid_random random =
        limpid_random_stream(seed, LIMPID_RANDOM_DIGITS, (uint64_t)label, (uint64_t)i);
    sketch path = path_mix(&random, label);
    ink line;
    curve_through(&random, &path, &line);
    curve_distort(&random, &line);
    curve_fit(&random, &line);
    double depth[SIDE][SIDE];
    for (int p = 0; p < SIDE * SIDE; p++)
        depth[p / SIDE][p % SIDE] = -2;
    for (int k = 1; k < line.count; k++)
        if (!line.lifted[k])
            piece_draw(line.at[k - 1], line.at[k], line.radius[k - 1], line.radius[k], depth);
    double contrast = uniform(&random, 0.7, 1.2),
           rough = style.rough * limpid_random_uniform(&random);
    uint8_t image[SIDE][SIDE];
    for (int p = 0; p < SIDE * SIDE; p++) {
        double d = depth[p / SIDE][p % SIDE];
        if (d > -2)
            d += rough * ((double)limpid_random_bits(&random) * 0x1p-31 - 1);
        image[p / SIDE][p % SIDE] = (uint8_t)(255 * clamp(0.5 + contrast * d, 0, 1) + 0.5);
    }
    image_center((const uint8_t(*)[SIDE])image, pixels);
}

/* ---- the reader: "digits" or "digits:COUNT" ---- */

/* Every ten samples in a row hold each digit once, in an order of their own. */
static void labels_of_ten(uint64_t seed, int64_t ten, int32_t labels[10])
{
    limpid_random random = limpid_random_stream(seed, LIMPID_RANDOM_DIGITS, 10, (uint64_t)ten);
    for (int k = 0; k < 10; k++) {
        int other = (int)limpid_random_below(&random, (uint64_t)k + 1);
        labels[k] = labels[other];
        labels[other] = k;
    }
}

enum { MOST = 100000000 };

typedef struct {
    uint64_t seed;
    int64_t count;
    uint8_t *images;
    int32_t *labels;
} digit_set;

static void ten_draw(void *argument, int64_t ten, int worker)
{
    (void)worker;
    digit_set *set = argument;
    int32_t labels[10];
    labels_of_ten(set->seed, ten, labels);
    for (int64_t i = ten * 10; i < limpid_min(ten * 10 + 10, set->count); i++) {
        set->labels[i] = labels[i % 10];
        limpid_digit_draw(set->seed, i, labels[i % 10], set->images + i * SIDE * SIDE);
    }
}

static void set_close(limpid_data *data)
{
    digit_set *set = data->state;
    if (!set)
        return;
    limpid_release(data->context, set->images);
    limpid_release(data->context, set->labels);
    limpid_release(data->context, set);
    data->state = NULL;
}

static limpid_status set_open(limpid_data *data, const char *argument, const char *split)
{
    bool train = strcmp(split, "train") == 0;
    if (!train && strcmp(split, "test") != 0)
        return limpid_fail(data->context, LIMPID_USAGE,
                           "digits has no split '%s': give 'train' or 'test'", split);
    int64_t count = train ? 60000 : 10000;
    if (*argument && !limpid_parse_int(argument, 1, MOST, &count))
        return limpid_fail(data->context, LIMPID_USAGE,
                           "digits:%s: expected a number of images from 1 to %d", argument, MOST);
    digit_set *set = limpid_allocate(data->context, 1, sizeof *set);
    if (!set)
        return LIMPID_NO_MEMORY;
    data->state = set;
    set->seed = train ? 1 : 2;
    set->count = count;
    set->images = limpid_allocate(data->context, (size_t)count, SIDE * SIDE);
    set->labels = limpid_allocate(data->context, (size_t)count, sizeof *set->labels);
    limpid_status status =
        set->images && set->labels ? limpid_data_name_classes(data, 10, NULL) : LIMPID_NO_MEMORY;
    if (status != LIMPID_OK) {
        set_close(data);
        return status;
    }
    limpid_parallel(data->context, limpid_ceil_divide(count, 10), ten_draw, set);
    data->count = count;
    data->channels = 1;
    data->height = data->width = SIDE;
    return LIMPID_OK;
}

static void set_sample(const limpid_data *data, int64_t i, uint8_t *pixels, int32_t *label)
{
    const digit_set *set = data->state;
    memcpy(pixels, set->images + i * SIDE * SIDE, SIDE * SIDE);
    *label = set->labels[i];
}

const limpid_reader limpid_reader_digits = {
    .name = "digits",
    .argument = "[COUNT]",
    .summary = "digits 0 to 9 drawn by the program, 60,000 to train and 10,000 to test with",
    .centred = true,
    .open = set_open,
    .sample = set_sample,
    .close = set_close,
};
