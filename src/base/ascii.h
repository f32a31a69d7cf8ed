/* Classes of ASCII bytes. Unlike <ctype.h>, they do not depend on the locale, and any char is a
 * valid argument. */
#ifndef SHOAL_BASE_ASCII_H
#define SHOAL_BASE_ASCII_H

#include <stdbool.h>
#include <string.h>

/* Whether `byte` is a decimal digit. */
static inline bool ascii_is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

/* Whether `byte` is a letter, A to Z or a to z. */
static inline bool ascii_is_letter(char byte)
{
    return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
}

/* Whether `byte` is a blank: a space or a TAB. */
static inline bool ascii_is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

/* Whether `byte` is white space, as isspace(3) says in the C locale: a space, or TAB to CR. */
static inline bool ascii_is_space(char byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* Whether `byte` is printable: 32 (the space) to 126. */
static inline bool ascii_is_printable(char byte)
{
    return byte >= ' ' && byte <= '~';
}

/* Whether `byte` may be part of an HTTP token: a tchar of RFC 9110, section 5.6.2. */
static inline bool ascii_is_token_byte(char byte)
{
    return ascii_is_letter(byte) || ascii_is_digit(byte) ||
           (byte != '\0' && strchr("!#$%&'*+-.^_`|~", byte) != NULL);
}

/* The value of a hexadecimal digit in upper or lower case, 0 to 15; -1 if `byte` is not one. */
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
