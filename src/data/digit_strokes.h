// SPDX-License-Identifier: MIT
/* digit_strokes.h - how people write the ten digits: pen paths, for digits.c alone. */
#ifndef LIMPID_DATA_DIGIT_STROKES_H
#define LIMPID_DATA_DIGIT_STROKES_H

#include <stdint.h>

enum { LIMPID_PEN_POINTS = 20 };

/* What the pen does at a point; END (zero) closes a list. */
typedef enum {
    LIMPID_PEN_END,
    LIMPID_PEN_START,  /* put down here, from the air */
    LIMPID_PEN_SMOOTH, /* passed without a kink */
    LIMPID_PEN_CORNER  /* turned here */
} limpid_pen_kind;

typedef struct {
    uint8_t kind;
    int16_t x, y; /* hundredths of the digit's height, right and down */
} limpid_pen_point;

/* One way to write a digit. Rows of one label and family have the same kinds in the same places, so
 * that any mixture of two of them is a way to write that digit, too. */
typedef struct {
    uint8_t label, family;
    uint16_t weight; /* how often, relative to the label's other rows */
    limpid_pen_point points[LIMPID_PEN_POINTS + 1];
} limpid_pen_path;

extern const limpid_pen_path limpid_pen_paths[];
extern const int limpid_pen_path_count;

#endif
