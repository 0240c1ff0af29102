// SPDX-License-Identifier: MIT
/* test_sha256.c - the digest against the vectors of FIPS 180-4's examples, split everywhere. */
#include "base/support.h"

static void assert_digest(const void *bytes, size_t length, size_t split, const char *expected)
{
    limpid_sha256 sha;
    char hex[65];
    limpid_sha256_start(&sha);
    limpid_sha256_add(&sha, bytes, split);
    limpid_sha256_add(&sha, (const char *)bytes + split, length - split);
    limpid_sha256_finish(&sha, hex);
    assert_string_equal(hex, expected);
}

static void test_vectors(void **state)
{
    static const struct {
        const char *message, *digest;
    } rows[] = {
        { "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
        { "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
        { "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
        { "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmno"
          "ijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
          "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t length = strlen(rows[i].message);
        for (size_t split = 0; split <= length; split++)
            assert_digest(rows[i].message, length, split, rows[i].digest);
    }
}

static void test_million(void **state)
{
    enum { LENGTH = 1000000 };
    char *text = malloc(LENGTH);
    (void)state;
    assert_non_null(text);
    memset(text, 'a', LENGTH);
    for (size_t split = 0; split < 130; split += 43)
        assert_digest(text, LENGTH, split,
                      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    free(text);
}

/* Every length around the block's 64 and the padding's 56 bytes, one byte at a time against whole.
 */
static void test_lengths(void **state)
{
    uint8_t bytes[200];
    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(37 * i + 11);
    for (size_t length = 0; length <= sizeof bytes; length++) {
        limpid_sha256 sha;
        char hex[65];
        limpid_sha256_start(&sha);
        for (size_t i = 0; i < length; i++)
            limpid_sha256_add(&sha, bytes + i, 1);
        limpid_sha256_finish(&sha, hex);
        assert_digest(bytes, length, length, hex);
        assert_digest(bytes, length, length / 2, hex);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_million),
        cmocka_unit_test(test_lengths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
