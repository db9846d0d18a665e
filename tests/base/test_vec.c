#include "base/vec.h"
#include "support/check.h"

#include <stdlib.h>

static void test_vec_holds_what_was_pushed(void **state)
{
    (void)state;
    struct dyno_vec vec = DYNO_VEC_INIT(int);
    for (int i = 0; i < 1000; i++)
        dyno_vec_push(&vec, &i);
    assert_int_equal(vec.len, 1000);
    for (size_t i = 0; i < vec.len; i++)
        assert_int_equal(*(int *)dyno_vec_at(&vec, i), i);
    assert_int_equal(*(int *)dyno_vec_push(&vec, NULL), 0);
    dyno_vec_deinit(&vec);
    assert_int_equal(vec.len, 0);
}

static void test_vec_take_leaves_it_empty(void **state)
{
    (void)state;
    struct dyno_vec vec = DYNO_VEC_INIT(int);
    size_t len = 0;
    int seven = 7;
    dyno_vec_push(&vec, &seven);
    int *items = dyno_vec_take(&vec, &len);
    assert_int_equal(len, 1);
    assert_int_equal(items[0], 7);
    assert_int_equal(vec.len, 0);
    free(items);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vec_holds_what_was_pushed),
        cmocka_unit_test(test_vec_take_leaves_it_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
