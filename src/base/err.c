#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

bool error_set(struct error *error, enum error_class class, int code, const char *format, ...)
{
    if (error == NULL)
        return false;
    error->class = class;
    error->code = code;
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(error->text, sizeof error->text, format, arguments);
    va_end(arguments);
    return false;
}

bool error_set_memory(struct error *error)
{
    return error_set(error, ERROR_MEMORY, ENOMEM, "out of memory");
}
