#include "collect/shelf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static cJSON *number(double value)
{
    return cJSON_CreateNumber(value);
}

static void test_shelf_put_keeps_documents_in_order(void **state)
{
    const int64_t ids[] = {5, 1, 9, 3, 1, 7};
    const int64_t attempts[] = {0, 1, 0, 0, 0, 0};
    const double sorted[] = {4, 1, 3, 0, 5, 2};
    struct dyno_shelf shelf;
    (void)state;
    dyno_shelf_init(&shelf);
    for (size_t i = 0; i < 6; i++)
        dyno_shelf_put(&shelf, ids[i], attempts[i], number((double)i));
    assert_int_equal(shelf.items.len, 6);
    for (size_t i = 0; i < 6; i++)
        assert_true(dyno_shelf_at(&shelf, i)->json->valuedouble == sorted[i]);
    assert_null(dyno_shelf_find(&shelf, 5, 1));
    assert_null(dyno_shelf_find(&shelf, 100, 0));
    dyno_shelf_deinit(&shelf);
}

static void test_shelf_put_replaces_until_settled(void **state)
{
    struct dyno_shelf shelf;
    (void)state;
    dyno_shelf_init(&shelf);
    dyno_shelf_put(&shelf, 4, 0, number(1));
    dyno_shelf_put(&shelf, 4, 0, number(2));
    assert_int_equal(shelf.items.len, 1);
    assert_true(dyno_shelf_find(&shelf, 4, 0)->json->valuedouble == 2);
    dyno_shelf_find(&shelf, 4, 0)->is_settled = true;
    dyno_shelf_put(&shelf, 4, 0, number(3));
    assert_true(dyno_shelf_find(&shelf, 4, 0)->json->valuedouble == 2);
    dyno_shelf_deinit(&shelf);
}

static void test_shelf_take_empties_it(void **state)
{
    struct dyno_shelf shelf;
    size_t count = 0;
    (void)state;
    dyno_shelf_init(&shelf);
    assert_null(dyno_shelf_take(&shelf, &count));
    assert_int_equal(count, 0);
    dyno_shelf_put(&shelf, 2, 0, number(2));
    dyno_shelf_put(&shelf, 1, 0, number(1));
    cJSON **all = dyno_shelf_take(&shelf, &count);
    assert_int_equal(count, 2);
    assert_true(all[0]->valuedouble == 1);
    assert_int_equal(shelf.items.len, 0);
    cJSON_Delete(all[0]);
    cJSON_Delete(all[1]);
    free(all);
    dyno_shelf_deinit(&shelf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shelf_put_keeps_documents_in_order),
        cmocka_unit_test(test_shelf_put_replaces_until_settled),
        cmocka_unit_test(test_shelf_take_empties_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
