/** cmocka with the headers that it needs before it, and helpers of the tests of plan/. */
#ifndef TESTS_PLAN_TEST_H
#define TESTS_PLAN_TEST_H

/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/** A string in writable memory, for structs that own theirs. */
#define TEXT(literal) ((char[]){literal})

#endif
