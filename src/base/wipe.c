#include "base/wipe.h"

#include <stdlib.h>
#include <string.h>

/* Not explicit_bzero(3): macOS does not have it. */
void wipe(void *data, size_t length)
{
    volatile char *bytes = data;
    for (size_t i = 0; i < length; i++)
        bytes[i] = 0;
}

void wipe_and_free(char *text)
{
    if (text == NULL)
        return;
    wipe(text, strlen(text));
    free(text);
}
