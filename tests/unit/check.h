/* What every unit test includes: cmocka and what it needs before it. */
#ifndef SHOAL_TESTS_UNIT_CHECK_H
#define SHOAL_TESTS_UNIT_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

#endif
