/* Errors as values: a class, a code and one sentence for the user. */
#ifndef SHOAL_BASE_ERR_H
#define SHOAL_BASE_ERR_H

#include <stdbool.h>

/* What kind of failure it is. */
enum error_class {
    ERROR_NONE,   /* no error */
    ERROR_USAGE,  /* the caller's input is wrong: an option, an operand, a template */
    ERROR_SYSTEM, /* a system call failed; `code` is its errno */
    ERROR_MEMORY, /* out of memory, or over a buffer's maximum */
    ERROR_DATA,   /* the content of a file, a request or a response is wrong */
};

/* Bytes of an error's text, NUL included; longer text is cut. */
#define ERROR_TEXT_SIZE 512

/* One failure; `= {0}`: none. */
struct error {
    enum error_class class;     /* what kind of failure it is */
    int code;                   /* an errno for ERROR_SYSTEM and ERROR_MEMORY, otherwise 0 */
    char text[ERROR_TEXT_SIZE]; /* one sentence; may contain bytes that are unsafe on a terminal:
                                   escape it with printable_add() before showing it */
};

/* Fills `error`, unless it is NULL; `format` is as for printf(3). Always returns false, so that a
 * failing function can end with `return error_set(...)`. */
bool error_set(struct error *error, enum error_class class, int code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Returns what the errno `code` means, as a part of a sentence: "permission denied". Constant text
 * for the usual ones, otherwise strerror(3). */
const char *error_reason(int code);

/* As error_set(), with ERROR_MEMORY, ENOMEM and the text "out of memory". */
bool error_set_memory(struct error *error);

#endif
