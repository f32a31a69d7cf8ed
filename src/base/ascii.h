/* Classes of ASCII bytes. Unlike <ctype.h>, they do not depend on the locale, and any char is a
 * valid argument. */
#ifndef SHOAL_BASE_ASCII_H
#define SHOAL_BASE_ASCII_H

#include <stdbool.h>

/* Whether `byte` is a decimal digit. */
static inline bool ascii_is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

/* The value of a hexadecimal digit in either case, 0 to 15; -1 if `byte` is not one. */
static inline int ascii_hex_value(char byte)
{
    if (ascii_is_digit(byte))
        return byte - '0';
    if (byte >= 'a' && byte <= 'f')
        return byte - 'a' + 10;
    if (byte >= 'A' && byte <= 'F')
        return byte - 'A' + 10;
    return -1;
}

/* Whether `byte` is a control byte, TAB included: 0 to 31, and 127. */
static inline bool ascii_is_control(char byte)
{
    return (unsigned char)byte < 0x20 || byte == 0x7f;
}

#endif
