/* cmocka, the headers that it needs before it, and what the unit tests share. */
#ifndef SHOAL_TESTS_UNIT_CHECK_H
#define SHOAL_TESTS_UNIT_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* The number of elements of an array. */
#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

#endif
