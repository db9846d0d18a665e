/** What every cmocka test file includes: its headers in the order in which they want to stand. */
#ifndef DYNO_TESTS_CHECK_H
#define DYNO_TESTS_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
