/* --redirects. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "core/config/private.h"

static bool add_host(struct config_build *build, const char *text, size_t length)
{
    struct redirects *redirects = &build->config->redirects;
    struct redirects_host host;
    if (length == strlen("same") && strncmp(text, "same", length) == 0)
        return true;
    struct redirects_host *hosts = array_grow(redirects->hosts, redirects->count, sizeof *hosts);
    if (hosts == NULL)
        return error_set_memory(build->error);
    redirects->hosts = hosts;
    if (!redirects_read_host(text, length, &host))
        return config_wrong(build,
            "--redirects '%.*s': it must be 'same', or hosts separated by commas, as in "
            "'up.example.com,127.0.0.1:8080,*.storage.example.com'",
            (int)length, text);
    hosts[redirects->count++] = host;
    return true;
}

bool config_read_redirects(struct config_build *build)
{
    const char *given = config_last(build, "redirects");
    if (given == NULL)
        return true;
    build->config->redirects.are_wanted = true;
    for (const char *host = given;; host++) {
        size_t length = strcspn(host, ",");
        if (!add_host(build, host, length))
            return false;
        host += length;
        if (*host == '\0')
            return true;
    }
}
