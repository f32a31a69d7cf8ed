/* --urls: one URL per file, from a list. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "core/config/private.h"
#include "core/read_file.h"

#define LIST_MOST  (512U * 1024 * 1024) /* bytes */
#define LABEL_SIZE 200                  /* bytes of the option in an error */

static bool read_list(struct config_build *build, const char *path, const char *label)
{
    struct buf content;
    buf_init(&content, LIST_MOST);
    struct error reason = {0};
    bool read = strcmp(path, "-") == 0 ? read_file_descriptor(STDIN_FILENO, &content, &reason)
                                       : read_file_path(path, &content, &reason);
    if (!read)
        label = "--urls"; /* the reason names the file */
    if (read && content.length > 0 && memchr(content.data, '\0', content.length) != NULL)
        read = error_set(&reason, ERROR_USAGE, 0, "it contains a NUL byte");
    char *text = read ? buf_detach(&content) : NULL;
    if (read && text == NULL)
        (void)error_set_memory(&reason);
    if (text != NULL)
        build->config->urls = url_list_parse(text, &reason);
    free(text);
    buf_free(&content);
    return build->config->urls != NULL || config_fail(build, label, &reason);
}

static bool has_content_type(const struct url_list_entry *entry)
{
    for (size_t i = 0; i < entry->header_count; i++) {
        if (strncasecmp(entry->headers[i], "Content-Type:", 13) == 0)
            return true;
    }
    return false;
}

/* Whether the list fits the body that the options ask for. */
static bool check_body(struct config_build *build, const char *label)
{
    const struct config *config = build->config;
    if (config->urls->count == 0)
        return config_wrong(build, "%s: it contains no URL", label);
    for (size_t i = 0; i < config->urls->count; i++) {
        const struct url_list_entry *entry = config->urls->entries[i];
        if (config->raw && entry->field_count > 0)
            return config_wrong(build,
                "%s: line %zu has fields of a form, and --raw (-T) sends none: leave out -T, or "
                "give "
                "--no-raw where a file of options says raw",
                label, entry->line);
        if (!config->raw && has_content_type(entry))
            return config_wrong(build,
                "%s: line %zu has a Content-Type, but that of a form is shoal's own: send the file "
                "itself with --raw (-T)",
                label, entry->line);
    }
    return true;
}

bool config_read_urls(struct config_build *build)
{
    struct config *config = build->config;
    const char *path = config_last(build, "urls");
    char label[LABEL_SIZE];
    if (options_given(build->options, "url"))
        return config_wrong(build, "--urls and a URL exclude each other: the list has the URLs");
    if (strcmp(path, "-") == 0 && config_lists_paths(config))
        return config_wrong(
            build, "--urls - and the PATH - exclude each other: both would read standard input");
    (void)snprintf(label, sizeof label, "--urls '%s'", path);
    if (!read_list(build, path, label) || !check_body(build, label))
        return false;
    /* What the list has for a file is found by its path. */
    if (!config_parse(build, "{path}", TEMPLATE_URL, label, &config->url) ||
        !config_parse(build, "{path}", TEMPLATE_URL, label, &config->origin))
        return false;
    config->origin_name = strdup(label);
    config->shown_url = strdup(label);
    return (config->origin_name != NULL && config->shown_url != NULL) ||
           error_set_memory(build->error);
}
