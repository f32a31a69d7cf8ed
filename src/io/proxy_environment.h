/* The proxies that the environment names. */
#ifndef SHOAL_IO_PROXY_ENVIRONMENT_H
#define SHOAL_IO_PROXY_ENVIRONMENT_H

#include <stdbool.h>

#include "text/proxy.h"

/* The rules for a run: `option` and `none` as in struct proxy_rules, the rest from the environment,
 * whose strings it points to. */
struct proxy_rules proxy_environment_read(const char *option, bool none);

#endif
