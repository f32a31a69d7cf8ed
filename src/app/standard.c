#include "app/standard.h"

#include <fcntl.h>
#include <unistd.h>

static bool output_was_closed;

bool standard_open(void)
{
    for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; descriptor++) {
        if (fcntl(descriptor, F_GETFD) != -1)
            continue;
        if (descriptor == STDOUT_FILENO)
            output_was_closed = true;
        /* open(2) returns the lowest free number: this one. */
        if (open("/dev/null", descriptor == STDIN_FILENO ? O_RDONLY : O_WRONLY) != descriptor)
            return false;
    }
    return true;
}

bool standard_output_was_closed(void)
{
    return output_was_closed;
}
