// SPDX-License-Identifier: MIT
/* picture.c - a small picture on a terminal: half blocks, two pixels a character, where colours and
 * block characters are to be had; else letters from thin to dense, two rows of pixels a line,
 * because characters are about twice as high as wide. */
#include "cli.h"

enum { PICTURE_WIDEST = 64 };

static int grey_at(const limpid_image *image, int64_t row, int64_t column)
{
    return row < image->height ? image->pixels[row * image->width + column] : 0;
}

/* 256-colour terminals have 24 greys (232 to 255: 8, 18, ... 238) between black and white of the
 * cube. */
static int palette(int grey)
{
    if (grey < 4)
        return 16;
    if (grey > 246)
        return 231;
    return 232 + (int)limpid_min(limpid_max(grey - 3, 0) / 10, 23);
}

static void add_half_blocks(const limpid_image *image, int64_t row, int colours, limpid_text *text)
{
    for (int64_t column = 0; column < image->width; column++) {
        int above = grey_at(image, row, column), below = grey_at(image, row + 1, column);
        if (colours > 256)
            limpid_text_add(text, "\033[38;2;%d;%d;%dm\033[48;2;%d;%d;%dm▀", above, above, above,
                            below, below, below);
        else
            limpid_text_add(text, "\033[38;5;%dm\033[48;5;%dm▀", palette(above), palette(below));
    }
    limpid_text_add(text, "\033[0m");
}

static void add_letters(const limpid_image *image, int64_t row, limpid_text *text)
{
    static const char ramp[] = " .:-=+*#%@";
    for (int64_t column = 0; column < image->width; column++) {
        int grey = (grey_at(image, row, column) + grey_at(image, row + 1, column)) / 2;
        limpid_text_append(text, &ramp[grey * 10 / 256], 1);
    }
}

static void add_picture(const limpid_image *grey, const limpid_screen *screen, limpid_text *text)
{
    for (int64_t row = 0; row < grey->height; row += 2) {
        if (screen->colours > 0 && screen->unicode)
            add_half_blocks(grey, row, screen->colours, text);
        else
            add_letters(grey, row, text);
        limpid_text_add(text, "\n");
    }
}

limpid_status limpid_text_add_picture(limpid_text *text, const limpid_image *image,
                                      const limpid_screen *screen, int columns)
{
    limpid_context *context = text->context;
    limpid_image grey = { 0 }, small = { 0 };
    LIMPID_TRY(limpid_image_convert(context, image, 1, &grey));
    int64_t width = limpid_min(columns, PICTURE_WIDEST);
    limpid_status status = LIMPID_OK;
    if (grey.width > width) {
        int64_t height = limpid_max(grey.height * width / grey.width, 1);
        status = limpid_image_resize(context, &grey, height, width, &small);
    }
    if (status == LIMPID_OK)
        add_picture(small.pixels ? &small : &grey, screen, text);
    limpid_release(context, small.pixels);
    limpid_release(context, grey.pixels);
    return status;
}
