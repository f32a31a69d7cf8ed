#include "io/proxy_environment.h"

#include <stdlib.h>

/* Sets `*value` to the first of two variables that is set, and returns its name. */
static const char *either(const char *lower, const char *upper, const char **value)
{
    *value = getenv(lower);
    if (*value != NULL)
        return lower;
    *value = getenv(upper);
    return upper;
}

struct proxy_rules proxy_environment_read(const char *option, bool none)
{
    struct proxy_rules rules = {.option = option, .none = none, .http = getenv("http_proxy")};
    rules.https_name = either("https_proxy", "HTTPS_PROXY", &rules.https);
    rules.all_name = either("all_proxy", "ALL_PROXY", &rules.all);
    (void)either("no_proxy", "NO_PROXY", &rules.except);
    return rules;
}
