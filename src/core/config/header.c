/* --header (-H). */
#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "base/ascii.h"
#include "core/config/private.h"
#include "text/http_syntax.h"

static bool check_name(struct config_build *build, struct http_slice name)
{
    if (http_slice_is(name, "Content-Length") || http_slice_is(name, "Transfer-Encoding"))
        return config_wrong(build,
            "--header (-H) '%.*s': how long the body is follows from the file, and is sent by "
            "shoal",
            (int)name.length, name.data);
    if (!build->config->raw && http_slice_is(name, "Content-Type"))
        return config_wrong(build,
            "--header (-H) '%.*s': a form's type carries its boundary, and is sent by shoal; "
            ";type= after an -F sets a part's",
            (int)name.length, name.data);
    return true;
}

/* As in curl: `Name: value`, `Name:` (removes a header of the transport's), `Name;` (empty value).
 */
static bool check_header(struct config_build *build, const char *text)
{
    size_t length = http_token_length(text, strlen(text));
    bool is_empty =
        text[length] == ';' && text[length + 1 + strspn(text + length + 1, " \t")] == '\0';
    if (length == 0 || (text[length] != ':' && !is_empty))
        return config_wrong(
            build, "--header (-H) '%s': it must be 'Name: value', and a name has no spaces", text);
    for (const char *byte = text + length; *byte != '\0'; byte++) {
        if (ascii_is_control(*byte) && *byte != '\t')
            return config_wrong(build,
                "--header (-H) '%.*s': its value contains a control byte or a line end",
                (int)length, text);
    }
    return check_name(build, (struct http_slice){text, length});
}

static bool asks_for_html(const char *text)
{
    return strncasecmp(text, "Accept:", strlen("Accept:")) == 0 && strcasestr(text, "html") != NULL;
}

bool config_add_header(struct config_build *build, const char *text, const char *option)
{
    struct config *config = build->config;
    if (!check_header(build, text))
        return false;
    struct template **headers = array_grow(config->headers, config->header_count, sizeof *headers);
    if (headers == NULL)
        return error_set_memory(build->error);
    config->headers = headers;
    struct template **header = &headers[config->header_count++];
    *header = NULL;
    if (!config_parse_optional(build, text, TEMPLATE_HEADER, option, header))
        return false;
    config->accepts_html = config->accepts_html || asks_for_html(text);
    if (template_is_left_out(*header))
        config_drop_template(config, headers[--config->header_count]);
    return true;
}

bool config_read_headers(struct config_build *build)
{
    size_t count;
    const struct option_setting *settings = options_settings(build->options, &count);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(settings[i].row->name, "header") != 0)
            continue;
        build->at = &settings[i];
        if (!config_add_header(build, settings[i].value, "--header (-H)"))
            return false;
    }
    return true;
}
