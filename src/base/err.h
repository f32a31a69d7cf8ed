/* Errors as values: a class, a code and one sentence for the user. */
#ifndef SHOAL_BASE_ERR_H
#define SHOAL_BASE_ERR_H

#include <stdbool.h>

enum error_class {
    ERROR_NONE,
    ERROR_USAGE,  /* the caller's input is wrong: an option, an operand, a template */
    ERROR_SYSTEM, /* the system refused; `code` is an errno */
    ERROR_MEMORY, /* no memory */
    ERROR_DATA,   /* what a file, a server or a client sent is wrong */
};

#define ERROR_TEXT_SIZE 512

struct error {
    enum error_class class;
    int code;                   /* errno for ERROR_SYSTEM, else 0 */
    char text[ERROR_TEXT_SIZE]; /* NUL-terminated, cut to fit; may hold bytes that are unsafe on a
                                   terminal: escape it with printable_add() where it is shown */
};

/* Fills `error` (which may be NULL) and returns false always, so that a failing function can end
 * with `return error_set(...)`. */
bool error_set(struct error *error, enum error_class class, int code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* As error_set() with ERROR_MEMORY and the usual sentence. */
bool error_set_memory(struct error *error);

#endif
