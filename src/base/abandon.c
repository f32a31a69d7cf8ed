#include "base/abandon.h"

#include <stddef.h>

#if defined __SANITIZE_ADDRESS__
#define LEAKS_ARE_LOOKED_FOR
#elif defined __has_feature
#if __has_feature(address_sanitizer)
#define LEAKS_ARE_LOOKED_FOR
#endif
#endif

#ifdef LEAKS_ARE_LOOKED_FOR
#include <sanitizer/lsan_interface.h>
#endif

void abandon(const void *memory)
{
    if (memory == NULL)
        return;
#ifdef LEAKS_ARE_LOOKED_FOR
    __lsan_ignore_object(memory);
#endif
}
