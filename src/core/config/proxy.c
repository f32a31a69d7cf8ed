/* --proxy and the proxies of the environment. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/config/private.h"
#include "io/proxy_environment.h"

#define SOURCE_SIZE 48 /* "http_proxy, in the environment" */

/* The proxy that the URL takes is checked. Its scheme is known here; its host may be one for each
 * file, and then no exception counts. */
bool config_check_proxy(struct config_build *build)
{
    const struct config *config = build->config;
    struct proxy_rules rules = proxy_environment_read(config->proxy, config->no_proxy);
    struct http_url url;
    bool is_known =
        template_needs(config->origin) == 0 && http_url_split(config->origin_name, &url, NULL);
    if (!is_known) {
        url = (struct http_url){.is_https = strncasecmp(config->origin_name, "https:", 6) == 0};
        rules.except = NULL;
    }
    const char *proxy = proxy_choose(&rules, &url);
    char source[SOURCE_SIZE] = "--proxy (-x)";
    if (proxy != NULL && proxy != rules.option)
        (void)snprintf(
            source, sizeof source, "%s, in the environment", proxy_source(&rules, proxy));
    return proxy == NULL || proxy_check(proxy, source, build->error);
}
