/* What is done with responses: --show-header. */
#include <string.h>

#include "base/array.h"
#include "core/config/private.h"
#include "text/http_syntax.h"

static bool add_shown_header(struct config_build *build, const char *name)
{
    struct config *config = build->config;
    size_t length = strlen(name);
    if (length == 0 || http_token_length(name, length) != length)
        return config_wrong(build, "--show-header '%s': it must be the name of a header", name);
    char **names = array_grow(config->shown_headers, config->shown_header_count, sizeof *names);
    if (names == NULL)
        return error_set_memory(build->error);
    config->shown_headers = names;
    names[config->shown_header_count] = strdup(name);
    if (names[config->shown_header_count] == NULL)
        return error_set_memory(build->error);
    config->shown_header_count++;
    return true;
}

bool config_read_response(struct config_build *build)
{
    size_t count;
    const struct option_setting *settings = options_settings(build->options, &count);
    for (size_t i = 0; i < count; i++) {
        build->at = &settings[i];
        if (strcmp(settings[i].row->name, "show-header") == 0 &&
            !add_shown_header(build, settings[i].value))
            return false;
    }
    return true;
}
