// SPDX-License-Identifier: MIT
/* Every equation and every addition, over several seeds. */
#include "golden.h"
#include <string.h>

struct heard {
    int rows;
    double differences[128];
};

static void listen(void *user, const note_finding *finding)
{
    struct heard *heard = user;
    heard->differences[heard->rows++] = finding->difference;
    if (!finding->verified)
        print_error("(%s%d) %s: %g, allowed %g\n", finding->addition ? "A" : "", finding->number,
                    finding->title, finding->difference, finding->allowed);
    assert_true(finding->title[0] != '\0');
    assert_true(finding->verified == (finding->difference <= finding->allowed));
    assert_int_equal(finding->number, finding->addition ? heard->rows - 60 : heard->rows);
}

static void every_equation_holds(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 4; seed++) {
        struct heard heard = { 0 };
        note_tally tally = note_check(seed, listen, &heard);
        assert_int_equal(tally.equations, 60);
        assert_int_equal(tally.equations_verified, 60);
        assert_int_equal(tally.additions, 15);
        assert_int_equal(tally.additions_verified, 15);
        assert_int_equal(heard.rows, 75);
    }
}

static void the_seed_decides_the_cases(void **state)
{
    (void)state;
    struct heard once = { 0 }, again = { 0 }, other = { 0 };
    note_check(1, listen, &once);
    note_check(1, listen, &again);
    note_check(2, listen, &other);
    assert_memory_equal(&once, &again, sizeof once);
    assert_memory_not_equal(&once, &other, sizeof once);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_equation_holds),
        cmocka_unit_test(the_seed_decides_the_cases),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
