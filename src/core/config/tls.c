/* The files of TLS. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "core/config/private.h"
#include "io/http.h"
#include "io/tls_files.h"
#include "io/tls_places.h"

#define PLACES_MOST 4096 /* bytes of the list of places */

static const char *from_environment(const char *name)
{
    const char *value = getenv(name);
    return value == NULL || value[0] == '\0' ? NULL : value;
}

static bool is_folder(const char *path)
{
    struct stat facts;
    return stat(path, &facts) == 0 && S_ISDIR(facts.st_mode);
}

static bool copy(struct config_build *build, char **to, const char *text)
{
    *to = strdup(text);
    return *to != NULL || error_set_memory(build->error);
}

static bool is_https(const char *url)
{
    return url != NULL && strncasecmp(url, "https:", 6) == 0;
}

static bool fail_places(struct config_build *build)
{
    struct buf places;
    buf_init(&places, PLACES_MOST);
    tls_places_list(&places);
    (void)config_wrong(build,
        "no CA certificates to verify %s with; looked at %s; install the system's "
        "(ca-certificates), or name a file of them with --cacert FILE or SSL_CERT_FILE",
        build->config->origin_name, buf_text(&places));
    buf_free(&places);
    return false;
}

/* Those of the system: where libcurl was built to look; else the first usual place that exists. */
static bool find_system_authorities(struct config_build *build)
{
    struct config *config = build->config;
    struct tls_place place;
    if (http_has_authorities())
        return true;
    if (!tls_places_find(&place))
        return !is_https(config->origin_name) || fail_places(build);
    return (place.file == NULL || copy(build, &config->cacert, place.file)) &&
           (place.folder == NULL || copy(build, &config->capath, place.folder));
}

/* Where certificates to trust come from: what was given; else from the environment; else from the
 * system. Names each of the first two in `files`. */
static bool find_authorities(struct config_build *build, struct tls_files *files)
{
    struct config *config = build->config;
    files->cacert_name = "--cacert";
    files->capath_name = "--capath";
    if (config->cacert != NULL && is_folder(config->cacert)) {
        if (config->capath != NULL)
            return config_wrong(
                build, "--cacert '%s' is a folder, and --capath names another one", config->cacert);
        files->capath_name = "--cacert";
        config->capath = config->cacert;
        config->cacert = NULL;
    }
    if (config->cacert != NULL || config->capath != NULL || config->insecure)
        return true;
    const char *file = from_environment("SSL_CERT_FILE");
    const char *folder = from_environment("SSL_CERT_DIR");
    if (file == NULL && folder == NULL) {
        files->cacert_name = "the system's file of CA certificates";
        return find_system_authorities(build);
    }
    files->cacert_name = "SSL_CERT_FILE, in the environment:";
    files->capath_name = "SSL_CERT_DIR, in the environment:";
    return (file == NULL || copy(build, &config->cacert, file)) &&
           (folder == NULL || copy(build, &config->capath, folder));
}

bool config_check_tls(struct config_build *build)
{
    struct config *config = build->config;
    if (config->key != NULL && config->cert == NULL)
        return config_wrong(build, "--key is of no use without --cert");
    if (config->pass != NULL && config->cert == NULL)
        return config_wrong(build, "--pass is of no use without --cert");
    struct tls_files files = {0};
    if (!find_authorities(build, &files))
        return false;
    bool is_given =
        options_given(build->options, "cacert") || options_given(build->options, "capath");
    if (is_given || is_https(config->origin_name))
        files.cacert = config->cacert;
    if (is_given)
        files.capath = config->capath; /* one that the environment names need not exist */
    files.cert = config->cert;
    files.key = config->key;
    files.pass = config->pass;
    return tls_files_check(&files, build->error);
}
