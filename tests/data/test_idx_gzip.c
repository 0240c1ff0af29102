// SPDX-License-Identifier: MIT
/* test_idx_gzip.c - IDX files packed with gzip, and every way in which the packing can be bad. */
#include "data/gzip.h"

static const int64_t dims[3] = { 20, 9, 11 };

static limpid_status read_blob(limpid_context *context, blob b, limpid_idx *out)
{
    put_file("packed.idx", b.bytes, b.size);
    return limpid_idx_read(context, "packed.idx", out);
}

static void assert_refused(blob b, const char *part)
{
    counter c;
    limpid_context *context = counting_context(&c);
    limpid_idx out = { .rank = 77 };
    limpid_status status = read_blob(context, b, &out);
    assert_told(context, LIMPID_BAD_FILE, status, "packed.idx", part);
    assert_int_equal(out.rank, 77);
    assert_int_equal(c.live, 0);
    assert_true(c.largest < 100000);
    limpid_context_free(context);
}

/* A packed file, with the plain one for comparison. */
static blob packed_idx(blob *plain)
{
    *plain = make_idx(3, dims, 251);
    return pack(*plain, 15 + 16);
}

static void reads_packed_files(void **state)
{
    (void)state;
    counter c;
    limpid_context *context = counting_context(&c);
    blob plain, packed = packed_idx(&plain);
    limpid_idx idx;
    assert_int_equal(read_blob(context, packed, &idx), LIMPID_OK);
    assert_int_equal(idx.rank, 3);
    for (int d = 0; d < 3; d++)
        assert_int_equal(idx.dim[d], dims[d]);
    assert_memory_equal(idx.bytes, plain.bytes + 16, plain.size - 16);
    limpid_release(context, idx.bytes);
    assert_int_equal(c.live, 0);
    limpid_context_free(context);
    free(plain.bytes);
    free(packed.bytes);
}

static void refuses_every_cut(void **state)
{
    (void)state;
    blob plain, packed = packed_idx(&plain);
    for (size_t size = 2; size < packed.size; size++)
        assert_refused((blob){ packed.bytes, size }, "gzip stream ends");
    free(plain.bytes);
    free(packed.bytes);
}

static void refuses_wrong_checks(void **state)
{
    (void)state;
    blob plain, packed = packed_idx(&plain);
    for (size_t from_end = 1; from_end <= 8; from_end++) {
        packed.bytes[packed.size - from_end] ^= 0x10;
        assert_refused(packed, "damaged");
        packed.bytes[packed.size - from_end] ^= 0x10;
    }
    free(plain.bytes);
    free(packed.bytes);
}

static void refuses_every_changed_byte(void **state)
{
    (void)state;
    blob plain, packed = packed_idx(&plain);
    limpid_context *context = new_context(1);
    /* Bytes 4 to 9 of the gzip header are a time and notes that mean nothing. */
    for (size_t i = 10; i < packed.size; i++) {
        packed.bytes[i] ^= 0x41;
        limpid_idx out;
        limpid_status status = read_blob(context, packed, &out);
        assert_told(context, LIMPID_BAD_FILE, status, "packed.idx", "");
        packed.bytes[i] ^= 0x41;
    }
    limpid_context_free(context);
    free(plain.bytes);
    free(packed.bytes);
}

static void refuses_what_stands_behind(void **state)
{
    (void)state;
    blob plain, packed = packed_idx(&plain);
    blob_add(&packed, "garbage", 7);
    assert_refused(packed, "7 bytes stand behind");
    free(packed.bytes);

    blob_add(&plain, "x", 1);
    packed = pack(plain, 15 + 16);
    assert_refused(packed, "more bytes than its IDX header declares");
    free(packed.bytes);

    packed = pack((blob){ plain.bytes, plain.size - 2 }, 15 + 16);
    assert_refused(packed, "IDX file ends inside its elements");
    free(packed.bytes);

    packed = pack((blob){ plain.bytes, 10 }, 15 + 16);
    assert_refused(packed, "IDX file ends inside its header");
    free(packed.bytes);
    free(plain.bytes);
}

/* Ten million zeros behind a header that declares ten: what is more must never be unpacked. */
static void refuses_a_bomb(void **state)
{
    (void)state;
    blob plain = make_idx(1, (int64_t[]){ 10 }, 256);
    uint8_t *zeros = calloc(10000000, 1);
    blob_add(&plain, zeros, 10000000);
    free(zeros);
    blob packed = pack(plain, 15 + 16);
    assert_refused(packed, "more bytes than its IDX header declares");
    free(packed.bytes);
    free(plain.bytes);
}

/* A header that declares a gigabyte in a file that cannot hold it: no memory is taken. */
static void refuses_an_empty_promise(void **state)
{
    (void)state;
    blob plain = { 0 };
    blob_add(&plain, "\0\0\x08\x01", 4);
    blob_add_u32(&plain, 1 << 30);
    blob packed = pack(plain, 15 + 16);
    assert_refused(packed, "declares 1073741824 bytes, but the file has");
    free(packed.bytes);
    free(plain.bytes);
}

static void survives_every_failing_allocation(void **state)
{
    (void)state;
    blob plain, packed = packed_idx(&plain);
    counter c;
    limpid_context *context = counting_context(&c);
    limpid_idx out;
    limpid_status status = LIMPID_NO_MEMORY;
    long failures = 0;
    for (; status != LIMPID_OK; failures++) {
        c.calls = 0;
        c.fail_at = failures;
        status = read_blob(context, packed, &out);
        if (status != LIMPID_OK) {
            assert_int_equal(status, LIMPID_NO_MEMORY);
            assert_int_equal(c.live, 0);
        }
    }
    assert_true(failures > 3); /* the file, zlib's state and window, the elements */
    limpid_release(context, out.bytes);
    limpid_context_free(context);
    free(plain.bytes);
    free(packed.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_packed_files),
        cmocka_unit_test(refuses_every_cut),
        cmocka_unit_test(refuses_wrong_checks),
        cmocka_unit_test(refuses_every_changed_byte),
        cmocka_unit_test(refuses_what_stands_behind),
        cmocka_unit_test(refuses_a_bomb),
        cmocka_unit_test(refuses_an_empty_promise),
        cmocka_unit_test(survives_every_failing_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
