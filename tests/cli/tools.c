// SPDX-License-Identifier: MIT
/* tools.c - what the tests of the command need beyond a shell.
 *
 *   tools json KEY...        standard input is JSON objects, one a line, each with these keys;
 * prints how many tools get KEY            the value of KEY of the last of such lines tools picture
 * FILE N [WIDTH HEIGHT]   a digit N, dark on light, as PNG or (by its name) JPEG tools idx FILE
 * COUNT SIDE FIRST       an IDX file of COUNT images (SIDE x SIDE; SIDE 0: of labels); byte i is
 * (FIRST + i) % 10 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "data/data.h"
#if LIMPID_WITH_JPEG
#include <turbojpeg.h>
#endif

static int fail(const char *what, const char *detail)
{
    fprintf(stderr, "tools: %s: %s\n", what, detail);
    return 1;
}

/* ---- JSON ---- */

static json_t *next_object(char **line, size_t *capacity, json_error_t *error)
{
    ssize_t length = getline(line, capacity, stdin);
    return length < 0 ? NULL : json_loads(*line, JSON_REJECT_DUPLICATES, error);
}

static int check_json(int count, char **keys)
{
    char *line = NULL;
    size_t capacity = 0;
    json_error_t error = { 0 };
    int lines = 0, status = 0;
    json_t *object;
    for (; status == 0 && (object = next_object(&line, &capacity, &error)); lines++) {
        for (int i = 0; i < count && status == 0; i++)
            if (!json_object_get(object, keys[i]))
                status = fail(keys[i], line);
        json_decref(object);
    }
    if (status == 0 && !feof(stdin))
        status = fail(error.text, line ? line : "");
    if (status == 0 && lines == 0)
        status = fail("json", "there is none");
    if (status == 0)
        printf("%d\n", lines);
    free(line);
    return status;
}

static int get_json(const char *key)
{
    char *line = NULL;
    size_t capacity = 0;
    json_error_t error = { 0 };
    json_t *object, *last = NULL;
    while ((object = next_object(&line, &capacity, &error))) {
        json_decref(last);
        last = object;
    }
    json_t *value = json_object_get(last, key);
    int status = value ? 0 : fail("there is no", key);
    if (json_is_string(value))
        puts(json_string_value(value));
    else if (value) {
        char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
        puts(text ? text : "");
        free(text);
    }
    json_decref(last);
    free(line);
    return status;
}

/* ---- files ---- */

#if LIMPID_WITH_JPEG
static int write_jpeg(const char *path, const limpid_image *image)
{
    unsigned char *bytes = NULL;
    unsigned long size = 0;
    tjhandle handle = tjInitCompress();
    int status = handle
                     ? tjCompress2(handle, image->pixels, (int)image->width, 0, (int)image->height,
                                   TJPF_GRAY, &bytes, &size, TJSAMP_GRAY, 95, 0)
                     : 1;
    FILE *file = status == 0 ? fopen(path, "wb") : NULL;
    if (!file || fwrite(bytes, 1, size, file) != size)
        status = fail(path, "cannot be written");
    if (file)
        fclose(file);
    tjFree(bytes);
    tjDestroy(handle);
    return status;
}
#else
static int write_jpeg(const char *path, const limpid_image *image)
{
    (void)image;
    return fail(path, "built without JPEG");
}
#endif

static int write_picture(limpid_context *context, const char *path, int digit, int64_t width,
                         int64_t height)
{
    uint8_t pixels[784];
    limpid_digit_draw(7, digit, digit, pixels);
    for (int i = 0; i < 784; i++)
        pixels[i] = (uint8_t)(255 - pixels[i]);
    limpid_image drawn = { 1, 28, 28, pixels }, sized = { 0 };
    size_t length = strlen(path);
    if (limpid_image_resize(context, &drawn, height, width, &sized) != LIMPID_OK)
        return fail(path, limpid_message(context));
    int status = 0;
    if (length > 4 && strcmp(path + length - 4, ".jpg") == 0)
        status = write_jpeg(path, &sized);
    else if (limpid_image_write_png(context, path, &sized) != LIMPID_OK)
        status = fail(path, limpid_message(context));
    limpid_release(context, sized.pixels);
    return status;
}

static int write_idx(const char *path, int64_t count, int64_t side, int first)
{
    FILE *file = fopen(path, "wb");
    if (!file)
        return fail(path, "cannot be opened");
    int64_t dims[3] = { count, side, side }, bytes = side ? count * side * side : count;
    uint8_t head[4] = { 0, 0, 8, side ? 3 : 1 };
    fwrite(head, 1, 4, file);
    for (int d = 0; d < head[3]; d++)
        for (int shift = 24; shift >= 0; shift -= 8)
            fputc((int)(dims[d] >> shift & 255), file);
    for (int64_t i = 0; i < bytes; i++)
        fputc((int)((first + i) % 10), file);
    return fclose(file) == 0 ? 0 : fail(path, "cannot be written");
}

int main(int count, char **words)
{
    const char *what = count > 1 ? words[1] : "";
    if (strcmp(what, "json") == 0)
        return check_json(count - 2, words + 2);
    if (strcmp(what, "get") == 0 && count == 3)
        return get_json(words[2]);
    if (strcmp(what, "idx") == 0 && count == 6)
        return write_idx(words[2], atol(words[3]), atol(words[4]), atoi(words[5]));
    if (strcmp(what, "picture") == 0 && (count == 4 || count == 6)) {
        limpid_context *context;
        if (limpid_context_new(&context, NULL) != LIMPID_OK)
            return 1;
        int status =
            write_picture(context, words[2], atoi(words[3]), count == 6 ? atol(words[4]) : 28,
                          count == 6 ? atol(words[5]) : 28);
        limpid_context_free(context);
        return status;
    }
    return fail("usage", "see the head of tools.c");
}
