// SPDX-License-Identifier: MIT
/* test_parts.c - what a library says that was built without a decoder; one that has all of them has
 * nothing to say here and skips. */
#include "data/files.h"

static limpid_status read_as(limpid_context *context, const char *bytes, size_t size)
{
    limpid_image image = { .channels = 77 };
    put_file("some.file", bytes, size);
    limpid_status status = limpid_image_read(context, "some.file", &image);
    assert_int_equal(image.channels, 77);
    return status;
}

static void names_png(void **state)
{
    (void)state;
    if (LIMPID_WITH_PNG)
        skip();
    limpid_context *context = new_context(1);
    assert_told(context, LIMPID_UNSUPPORTED, read_as(context, "\x89PNG\r\n\x1a\n", 8), "some.file",
                "LIMPID_WITH_PNG=ON");
    limpid_image image = { 1, 1, 1, (uint8_t[]){ 9 } };
    assert_told(context, LIMPID_UNSUPPORTED, limpid_image_write_png(context, "new.png", &image),
                "new.png", "LIMPID_WITH_PNG=ON");
    limpid_context_free(context);
}

static void names_jpeg(void **state)
{
    (void)state;
    if (LIMPID_WITH_JPEG)
        skip();
    limpid_context *context = new_context(1);
    assert_told(context, LIMPID_UNSUPPORTED, read_as(context, "\xff\xd8\xff\xe0", 4), "some.file",
                "LIMPID_WITH_JPEG=ON");
    limpid_context_free(context);
}

static void names_zlib(void **state)
{
    (void)state;
    if (LIMPID_WITH_ZLIB)
        skip();
    limpid_context *context = new_context(1);
    limpid_idx idx;
    put_file("some.gz", "\x1f\x8b\x08\0", 4);
    assert_told(context, LIMPID_UNSUPPORTED, limpid_idx_read(context, "some.gz", &idx), "some.gz",
                "LIMPID_WITH_ZLIB=ON");
    limpid_context_free(context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_png),
        cmocka_unit_test(names_jpeg),
        cmocka_unit_test(names_zlib),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
