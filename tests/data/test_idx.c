// SPDX-License-Identifier: MIT
/* test_idx.c - IDX files as they are on disk, and every way in which they can be bad. */
#include "data/files.h"

static const int64_t dims[4] = { 3, 4, 5, 2 };

static limpid_status read_bytes(limpid_context *context, const void *bytes, size_t size,
                                limpid_idx *out)
{
    put_file("file.idx", bytes, size);
    return limpid_idx_read(context, "file.idx", out);
}

/* Reading fails, says the part, leaves *out alone and no memory behind. */
static void assert_refused(const void *bytes, size_t size, const char *part)
{
    counter c;
    limpid_context *context = counting_context(&c);
    limpid_idx out = { .rank = 77 };
    limpid_status status = read_bytes(context, bytes, size, &out);
    assert_told(context, LIMPID_BAD_FILE, status, "file.idx", part);
    assert_int_equal(out.rank, 77);
    assert_int_equal(c.live, 0);
    assert_true(c.largest < 100000);
    limpid_context_free(context);
}

static void reads_every_rank(void **state)
{
    (void)state;
    limpid_context *context = new_context(1);
    for (int rank = 1; rank <= 4; rank++) {
        blob b = make_idx(rank, dims, 256);
        limpid_idx idx;
        assert_int_equal(read_bytes(context, b.bytes, b.size, &idx), LIMPID_OK);
        assert_int_equal(idx.rank, rank);
        for (int d = 0; d < rank; d++)
            assert_int_equal(idx.dim[d], dims[d]);
        size_t header = 4 + 4 * (size_t)rank;
        assert_memory_equal(idx.bytes, b.bytes + header, b.size - header);
        limpid_release(context, idx.bytes);
        free(b.bytes);
    }
    limpid_context_free(context);
}

static void accepts_no_elements(void **state)
{
    (void)state;
    limpid_context *context = new_context(1);
    blob b = make_idx(2, (int64_t[]){ 0, 9 }, 256);
    limpid_idx idx;
    assert_int_equal(read_bytes(context, b.bytes, b.size, &idx), LIMPID_OK);
    assert_int_equal(idx.dim[0], 0);
    assert_int_equal(idx.dim[1], 9);
    limpid_release(context, idx.bytes);
    free(b.bytes);
    limpid_context_free(context);
}

static void refuses_what_is_no_file(void **state)
{
    (void)state;
    limpid_context *context = new_context(1);
    limpid_idx out;
    make_folder("folder");
    assert_told(context, LIMPID_BAD_FILE, limpid_idx_read(context, "absent.idx", &out),
                "absent.idx", "opened");
    assert_told(context, LIMPID_BAD_FILE, limpid_idx_read(context, "folder", &out), "folder",
                "not a file");
    limpid_context_free(context);
    assert_refused("", 0, "empty");
}

static void refuses_every_cut(void **state)
{
    (void)state;
    blob b = make_idx(3, dims, 256);
    for (size_t size = 1; size < b.size; size++)
        assert_refused(b.bytes, size, "cut");
    blob_add(&b, "", 1);
    assert_refused(b.bytes, b.size, "has 77 bytes; its IDX header declares 76");
    free(b.bytes);
}

static void refuses_wrong_magic(void **state)
{
    (void)state;
    static const uint8_t magics[][4] = { { 1, 0, 8, 1 },   { 0, 1, 8, 1 },    { 0, 0, 9, 1 },
                                         { 0, 0, 0xd, 1 }, { 0, 0, 8, 0 },    { 0, 0, 8, 5 },
                                         { 0, 0, 8, 255 }, { 'P', 'K', 3, 4 } };
    for (size_t m = 0; m < sizeof magics / sizeof *magics; m++) {
        blob b = make_idx(1, dims, 256);
        memcpy(b.bytes, magics[m], 4);
        assert_refused(b.bytes, b.size, "begins with");
        free(b.bytes);
    }
}

static void refuses_sizes_that_overflow(void **state)
{
    (void)state;
    blob b = { 0 };
    blob_add(&b, "\0\0\x08\x04", 4);
    for (int d = 0; d < 4; d++)
        blob_add_u32(&b, 0xffffffff);
    blob_add(&b, "data", 4);
    assert_refused(b.bytes, b.size, "product");
    free(b.bytes);

    b = (blob){ 0 };
    blob_add(&b, "\0\0\x08\x02", 4);
    blob_add_u32(&b, 1 << 16);
    blob_add_u32(&b, (1 << 15) + 1); /* just above 2 GiB */
    assert_refused(b.bytes, b.size, "product");
    b.bytes[11] = 0; /* 2 GiB, but without a byte of it */
    assert_refused(b.bytes, b.size, "declares 2147483648 bytes, but the file has 0");
    free(b.bytes);
}

static void refuses_an_oversized_file(void **state)
{
    (void)state;
    blob b = make_idx(1, dims, 256);
    put_file("file.idx", b.bytes, b.size);
    free(b.bytes);
    if (truncate("file.idx", ((off_t)1 << 31) + 1) != 0) {
        print_message("skipped: no sparse file of 2 GiB here\n");
        skip();
    }
    counter c;
    limpid_context *context = counting_context(&c);
    limpid_idx out;
    assert_told(context, LIMPID_BAD_FILE, limpid_idx_read(context, "file.idx", &out), "file.idx",
                "2147483649 bytes; at most 2147483648");
    assert_int_equal(c.calls, 0);
    limpid_context_free(context);
    unlink("file.idx");
}

static void survives_every_failing_allocation(void **state)
{
    (void)state;
    blob b = make_idx(3, dims, 256);
    counter c;
    limpid_context *context = counting_context(&c);
    limpid_idx out = { .rank = 77 };
    limpid_status status = LIMPID_NO_MEMORY;
    long failures = 0;
    for (; status != LIMPID_OK; failures++) {
        c.calls = 0;
        c.fail_at = failures;
        status = read_bytes(context, b.bytes, b.size, &out);
        if (status != LIMPID_OK) {
            assert_int_equal(status, LIMPID_NO_MEMORY);
            assert_int_equal(out.rank, 77);
            assert_int_equal(c.live, 0);
        }
    }
    assert_true(failures > 2);
    limpid_release(context, out.bytes);
    limpid_context_free(context);
    free(b.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_rank),
        cmocka_unit_test(accepts_no_elements),
        cmocka_unit_test(refuses_what_is_no_file),
        cmocka_unit_test(refuses_every_cut),
        cmocka_unit_test(refuses_wrong_magic),
        cmocka_unit_test(refuses_sizes_that_overflow),
        cmocka_unit_test(refuses_an_oversized_file),
        cmocka_unit_test(survives_every_failing_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
