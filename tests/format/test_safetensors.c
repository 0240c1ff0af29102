// SPDX-License-Identifier: MIT
/* test_safetensors.c - what is written is read back bit for bit; what is not right is refused. */
#include "format/files.h"

#define FILE_NAME "state.safetensors"

static float weights[6] = { 1.0f, -2.5f, 3e-42f, -0.0f, 1e30f, 0.1f };
static float scalar[1] = { 7.0f };
static float nothing[1];

static limpid_named_tensor tensors[] = {
    { (char[]){ "conv1.weight" }, { 4, { 1, 2, 3, 1 } }, weights },
    { (char[]){ "leer \"\\\n\xc3\xa4" }, { 2, { 0, 5 } }, nothing },
    { (char[]){ "scalar" }, { 0, { 0 } }, scalar },
};
static limpid_pair pairs[] = {
    { (char[]){ "step" }, (char[]){ "12" } },
    { (char[]){ "text" }, (char[]){ "a\tb \"c\" \xe2\x82\xac" } },
};
static const limpid_safetensors sample = { tensors, 3, pairs, 2 };

static void assert_same(const limpid_safetensors *a, const limpid_safetensors *b)
{
    assert_int_equal(a->tensor_count, b->tensor_count);
    assert_int_equal(a->pair_count, b->pair_count);
    for (size_t i = 0; i < a->tensor_count; i++) {
        assert_string_equal(a->tensors[i].name, b->tensors[i].name);
        assert_true(limpid_shape_equal(&a->tensors[i].shape, &b->tensors[i].shape));
        assert_memory_equal(a->tensors[i].data, b->tensors[i].data,
                            4 * (size_t)limpid_count(&a->tensors[i].shape));
    }
    for (size_t i = 0; i < a->pair_count; i++) {
        assert_string_equal(a->pairs[i].key, b->pairs[i].key);
        assert_string_equal(a->pairs[i].value, b->pairs[i].value);
    }
}

static void round_trip(void **state)
{
    limpid_context *context = *state;
    limpid_safetensors back;
    assert_int_equal(limpid_safetensors_write(context, FILE_NAME, &sample), LIMPID_OK);
    assert_int_equal(limpid_safetensors_read(context, FILE_NAME, &back), LIMPID_OK);
    assert_same(&sample, &back);
    assert_string_equal(limpid_safetensors_note(&back, "step"), "12");
    assert_null(limpid_safetensors_note(&back, "seal"));
    assert_ptr_equal(limpid_safetensors_find(&back, "scalar"), &back.tensors[2]);
    assert_null(limpid_safetensors_find(&back, "Scalar"));
    limpid_safetensors_release(context, &back);

    limpid_safetensors empty = { 0 };
    assert_int_equal(limpid_safetensors_write(context, FILE_NAME, &empty), LIMPID_OK);
    assert_int_equal(limpid_safetensors_read(context, FILE_NAME, &back), LIMPID_OK);
    assert_same(&empty, &back);
    limpid_safetensors_release(context, &back);
}

static void bytes_are_the_published_format(void **state)
{
    limpid_context *context = *state;
    float one[2] = { 1.0f, 2.0f };
    limpid_named_tensor tensor = { (char[]){ "w" }, { 1, { 2 } }, one };
    limpid_safetensors content = { &tensor, 1, NULL, 0 };
    assert_int_equal(limpid_safetensors_write(context, FILE_NAME, &content), LIMPID_OK);
    size_t size;
    uint8_t *bytes = get_file(FILE_NAME, &size);
    const char *before = "{\"__metadata__\":{\"seal\":\"limpid-sha256:";
    const char *after = "\"},\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}";
    size_t header = strlen(before) + 64 + strlen(after), padded = (header + 7) / 8 * 8;
    assert_int_equal(size, 8 + padded + 8);
    assert_int_equal(bytes[0], padded & 0xff);
    for (int i = 1; i < 8; i++)
        assert_int_equal(bytes[i], 0);
    assert_memory_equal(bytes + 8, before, strlen(before));
    assert_memory_equal(bytes + 8 + strlen(before) + 64, after, strlen(after));
    for (size_t i = header; i < padded; i++)
        assert_int_equal(bytes[8 + i], ' ');
    assert_memory_equal(bytes + 8 + padded, one, 8);

    /* The seal is the SHA-256 of the file with zeros for its digits. */
    limpid_sha256 sha;
    char hex[65], found[65] = { 0 };
    memcpy(found, bytes + 8 + strlen(before), 64);
    memset(bytes + 8 + strlen(before), '0', 64);
    limpid_sha256_start(&sha);
    limpid_sha256_add(&sha, bytes, size);
    limpid_sha256_finish(&sha, hex);
    assert_string_equal(hex, found);
    free(bytes);
}

/* Files of others: no seal, other order, other spaces, numbers not in the order of the names. */
static void foreign_files(void **state)
{
    limpid_context *context = *state;
    static const char header[] =
        " { \"b\" : {\"data_offsets\":[4,8], \"shape\":[], \"dtype\":\"F32\"},\n"
        "\"a\":{\"dtype\":\"F32\",\"shape\":[1,1],\"data_offsets\":[0,4]} } ";
    uint8_t file[8 + sizeof header - 1 + 8] = { sizeof header - 1 };
    float numbers[2] = { 3.0f, 4.0f };
    memcpy(file + 8, header, sizeof header - 1);
    memcpy(file + sizeof file - 8, numbers, 8);
    put_file(FILE_NAME, file, sizeof file);
    limpid_safetensors back;
    assert_int_equal(limpid_safetensors_read(context, FILE_NAME, &back), LIMPID_OK);
    assert_int_equal(back.tensor_count, 2);
    assert_string_equal(back.tensors[0].name, "a");
    assert_true(back.tensors[0].data[0] == 3.0f && back.tensors[1].data[0] == 4.0f);
    limpid_safetensors_release(context, &back);
}

static void refuse(limpid_context *context, const void *bytes, size_t size, limpid_status expected,
                   const char *part)
{
    limpid_safetensors untouched = { .tensor_count = 99 };
    put_file(FILE_NAME, bytes, size);
    assert_int_equal(limpid_safetensors_read(context, FILE_NAME, &untouched), expected);
    assert_told(context, FILE_NAME, part);
    assert_int_equal(untouched.tensor_count, 99);
}

static const struct {
    const char *header, *numbers, *part;
    limpid_status status;
} hostile[] = {
    { "", "", "no JSON", LIMPID_BAD_FILE },
    { "[]", "", "no JSON object", LIMPID_BAD_FILE },
    { "{", "", "no JSON", LIMPID_BAD_FILE },
    { "{} x", "", "no JSON", LIMPID_BAD_FILE },
    { "{}", "1234", "4 bytes of numbers", LIMPID_BAD_FILE },
    { "{\"a\":1}", "", "no JSON object", LIMPID_BAD_FILE },
    { "{\"a\":{}}", "", "dtype is missing", LIMPID_BAD_FILE },
    { "{\"a\":{\"dtype\":\"F16\"}}", "", "only F32", LIMPID_UNSUPPORTED },
    { "{\"a\":{\"dtype\":\"F32\"}}", "", "shape is missing", LIMPID_BAD_FILE },
    { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1,1,1,1,1,1,1,1,1],\"data_offsets\":[0,4]}}", "1234",
      "too many dimensions", LIMPID_BAD_FILE },
    { "{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", "1234",
      "no whole number", LIMPID_BAD_FILE },
    { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1.0],\"data_offsets\":[0,4]}}", "1234",
      "no whole number", LIMPID_BAD_FILE },
    { "{\"a\":{\"dtype\":\"F32\",\"shape\":[99999999999999999999],\"data_offsets\":[0,4]}}", "1234",
      "no JSON", LIMPID_BAD_FILE },
    { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0]}}", "1234", "two whole numbers",
      LIMPID_BAD_FILE },
    { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4.5]}}", "1234",
      "two whole numbers", LIMPID_BAD_FILE },
    { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}", "1234",
      "do not lie within", LIMPID_BAD_FILE },
    { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[-4,0]}}", "1234",
      "do not lie within", LIMPID_BAD_FILE },
    { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", "1234",
      "do not lie within", LIMPID_BAD_FILE },
    { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", "1234", "does not fit",
      LIMPID_BAD_FILE },
    { "{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387905,4],\"data_offsets\":[0,4]}}",
      "1234", "does not fit", LIMPID_BAD_FILE },
    { "{\"a\":{\"dtype\":\"F32\",\"shape\":[0,9223372036854775807,8],\"data_offsets\":[0,0]}}", "",
      "does not fit", LIMPID_BAD_FILE },
    { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
      "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
      "12345678", "twice", LIMPID_BAD_FILE },
    { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
      "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
      "1234", "begins at byte 0, not at 4", LIMPID_BAD_FILE },
    { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
      "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,12]}}",
      "123456789012", "begins at byte 8, not at 4", LIMPID_BAD_FILE },
    { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", "12345678",
      "begins at byte 4, not at 0", LIMPID_BAD_FILE },
    { "{\"__metadata__\":[]}", "", "no JSON object", LIMPID_BAD_FILE },
    { "{\"__metadata__\":{\"a\":1}}", "", "no text", LIMPID_BAD_FILE },
    { "{\"\\u0000\":{}}", "", "no JSON", LIMPID_BAD_FILE },
    { "{\"\xff\":{}}", "", "no JSON", LIMPID_BAD_FILE },
    { "{\"a\":{\"dtype\":\"F32\",\"shape\":[[[]]]}}", "", "brackets", LIMPID_BAD_FILE },
};

static void hostile_headers(void **state)
{
    limpid_context *context = *state;
    for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++) {
        uint8_t file[512] = { 0 };
        size_t header = strlen(hostile[i].header), numbers = strlen(hostile[i].numbers);
        assert_true(8 + header + numbers <= sizeof file);
        memcpy(file, &header, 8);
        memcpy(file + 8, hostile[i].header, header);
        memcpy(file + 8 + header, hostile[i].numbers, numbers);
        refuse(context, file, 8 + header + numbers, hostile[i].status, hostile[i].part);
    }
}

static void hostile_lengths(void **state)
{
    limpid_context *context = *state;
    refuse(context, "", 0, LIMPID_BAD_FILE, "0 bytes");
    refuse(context, "1234567", 7, LIMPID_BAD_FILE, "7 bytes");
    refuse(context, "\3\0\0\0\0\0\0\0{}", 10, LIMPID_BAD_FILE, "inside its header");
    refuse(context, "\377\377\377\377\377\377\377\377{}", 10, LIMPID_BAD_FILE, "announced");
    refuse(context, "\1\0\0\1\0\0\0\0{}", 10, LIMPID_BAD_FILE, "announced");
}

/* Sixteen mebibytes of brackets would take the JSON parser a gigabyte. */
static void costly_header(void **state)
{
    size_t length = 16u << 20;
    uint8_t *file = malloc(8 + length);
    assert_non_null(file);
    memcpy(file, &length, 8);
    memcpy(file + 8, "{\"a\":[", 6);
    for (size_t i = 6; i < length; i++)
        file[8 + i] = (uint8_t) "[],"[i % 3];
    refuse(*state, file, 8 + length, LIMPID_BAD_FILE, "brackets");
    free(file);
}

static void every_cut_and_every_bit(void **state)
{
    limpid_context *context = *state;
    limpid_safetensors back;
    assert_int_equal(limpid_safetensors_write(context, FILE_NAME, &sample), LIMPID_OK);
    size_t size;
    uint8_t *bytes = get_file(FILE_NAME, &size);
    for (size_t cut = 0; cut < size; cut++)
        refuse(context, bytes, cut, LIMPID_BAD_FILE, "");
    for (size_t bit = 0; bit < 8 * size; bit++) {
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        put_file(FILE_NAME, bytes, size);
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        if (limpid_safetensors_read(context, FILE_NAME, &back) != LIMPID_OK)
            continue;
        /* Only a destroyed marker goes unnoticed; then a note named "seal" may have another name.
         */
        size_t first = 8 + strlen("{\"__metadata__\":{");
        assert_true(bit / 8 >= first && bit / 8 < first + strlen("\"seal\":\"limpid-sha256:"));
        assert_int_equal(back.tensor_count, sample.tensor_count);
        assert_memory_equal(back.tensors[0].data, weights, sizeof weights);
        assert_string_equal(limpid_safetensors_note(&back, "step"), "12");
        limpid_safetensors_release(context, &back);
    }
    bytes[size - 1] ^= 1;
    refuse(context, bytes, size, LIMPID_BAD_FILE, "cut or altered");
    free(bytes);
}

static void bad_content(void **state)
{
    limpid_context *context = *state;
    limpid_named_tensor twice[2] = { tensors[0], tensors[0] };
    limpid_named_tensor huge = { (char[]){ "huge" }, { 2, { INT64_MAX, 4 } }, weights };
    limpid_named_tensor foreign = { (char[]){ "\xff" }, { 0, { 0 } }, scalar };
    limpid_named_tensor reserved = { (char[]){ "__metadata__" }, { 0, { 0 } }, scalar };
    limpid_pair seal = { (char[]){ "seal" }, (char[]){ "x" } };
    limpid_pair value = { (char[]){ "key" }, (char[]){ "\xc0\x80" } };
    limpid_pair same[2] = { pairs[0], pairs[0] };
    const struct {
        limpid_safetensors content;
        const char *part;
    } rows[] = {
        { { twice, 2, NULL, 0 }, "two tensors" },  { { &huge, 1, NULL, 0 }, "too large" },
        { { &foreign, 1, NULL, 0 }, "not UTF-8" }, { { &reserved, 1, NULL, 0 }, "meaning" },
        { { NULL, 0, &seal, 1 }, "meaning" },      { { NULL, 0, &value, 1 }, "not UTF-8" },
        { { NULL, 0, same, 2 }, "two notes" },
    };
    assert_int_equal(limpid_safetensors_write(context, FILE_NAME, &sample), LIMPID_OK);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(limpid_safetensors_write(context, FILE_NAME, &rows[i].content),
                         LIMPID_USAGE);
        assert_told(context, FILE_NAME, rows[i].part);
    }
    limpid_safetensors back; /* what was there is still there */
    assert_int_equal(limpid_safetensors_read(context, FILE_NAME, &back), LIMPID_OK);
    assert_same(&sample, &back);
    limpid_safetensors_release(context, &back);
}

static void full_disk_keeps_the_old_file(void **state)
{
    limpid_context *context = *state;
    limpid_safetensors back;
    assert_int_equal(limpid_safetensors_write(context, FILE_NAME, &sample), LIMPID_OK);
    static float many[65536];
    limpid_named_tensor tensor = { (char[]){ "many" }, { 1, { 65536 } }, many };
    limpid_safetensors large = { &tensor, 1, NULL, 0 };
    limit_file_size(4096);
    limpid_status status = limpid_safetensors_write(context, FILE_NAME, &large);
    limit_file_size(0);
    assert_int_equal(status, LIMPID_FAILED);
    assert_told(context, FILE_NAME, "cannot be written");
    assert_int_equal(limpid_safetensors_read(context, FILE_NAME, &back), LIMPID_OK);
    assert_same(&sample, &back);
    limpid_safetensors_release(context, &back);
}

static void absent_places(void **state)
{
    limpid_context *context = *state;
    limpid_safetensors back;
    assert_int_equal(limpid_safetensors_write(context, "absent/x", &sample), LIMPID_FAILED);
    assert_told(context, "absent/x", "cannot be written");
    assert_int_equal(limpid_safetensors_read(context, "absent/x", &back), LIMPID_BAD_FILE);
    assert_told(context, "absent/x", "cannot be opened");
    assert_int_equal(limpid_safetensors_read(context, ".", &back), LIMPID_BAD_FILE);
    assert_told(context, ".", "folder");
    mkdir("sealed", 0500);
    if (geteuid() != 0) { /* root may write everywhere */
        assert_int_equal(limpid_safetensors_write(context, "sealed/x", &sample), LIMPID_FAILED);
        assert_told(context, "sealed/x", "cannot be written");
    }
    rmdir("sealed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trip),
        cmocka_unit_test(bytes_are_the_published_format),
        cmocka_unit_test(foreign_files),
        cmocka_unit_test(hostile_headers),
        cmocka_unit_test(hostile_lengths),
        cmocka_unit_test(costly_header),
        cmocka_unit_test(every_cut_and_every_bit),
        cmocka_unit_test(bad_content),
        cmocka_unit_test(full_disk_keeps_the_old_file),
        cmocka_unit_test(absent_places),
    };
    return cmocka_run_group_tests(tests, set_up_context, tear_down_context);
}
