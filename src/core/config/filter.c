/* --filter, --include, --exclude and --ignore-file. */
#include <string.h>

#include "base/buf.h"
#include "core/config/private.h"
#include "core/read_file.h"
#include "text/ignore_suggest.h"

#define IGNORE_FILE_MOST (16 * 1024 * 1024) /* bytes */

static bool add_file(struct config_build *build, const char *path)
{
    struct buf content;
    buf_init(&content, IGNORE_FILE_MOST);
    struct error reason = {0};
    bool added =
        read_file_path(path, &content, &reason) &&
        ignore_add_lines(build->config->ignore, buf_text(&content), content.length, path, &reason);
    buf_free(&content);
    return added || config_fail(build, "--ignore-file", &reason);
}

/* Adds one rule. `shown` is the option with what a person wrote before the pattern. */
static bool add_pattern(struct config_build *build, const char *option, const char *shown,
    const char *pattern, bool includes)
{
    struct error reason = {0};
    return ignore_add(build->config->ignore, pattern, includes, shown, &reason) ||
           config_fail(build, option, &reason);
}

/* `+ GLOB` includes, `- GLOB` excludes. */
static bool add_filter(struct config_build *build, const char *text)
{
    size_t blanks = text[0] == '\0' ? 0 : strspn(text + 1, " \t");
    if ((text[0] != '+' && text[0] != '-') || blanks == 0 || text[1 + blanks] == '\0')
        return config_wrong(build,
            "--filter '%s': it must be '+ GLOB' to include or '- GLOB' to leave out files", text);
    bool includes = text[0] == '+';
    return add_pattern(
        build, "--filter", includes ? "--filter +" : "--filter -", text + 1 + blanks, includes);
}

static bool add_rule(struct config_build *build, const struct option_setting *setting)
{
    const char *name = setting->row->name;
    if (strcmp(name, "ignore-file") == 0)
        return add_file(build, setting->value);
    if (strcmp(name, "filter") == 0)
        return add_filter(build, setting->value);
    bool includes = strcmp(name, "include") == 0;
    const char *option = includes ? "--include" : "--exclude";
    return add_pattern(build, option, option, setting->value, includes);
}

static bool is_rule(const struct option_setting *setting)
{
    const char *name = setting->row->name;
    return strcmp(name, "filter") == 0 || strcmp(name, "include") == 0 ||
           strcmp(name, "exclude") == 0 || strcmp(name, "ignore-file") == 0;
}

/* Remembers the first rule with braces, for a hint. */
static bool note_braces(struct config_build *build)
{
    const struct ignore *ignore = build->config->ignore;
    size_t count = ignore == NULL ? 0 : ignore_rule_count(ignore);
    for (size_t rule = 0; rule < count; rule++) {
        if (!ignore_suggest_has_braces(ignore_rule_pattern(ignore, rule)))
            continue;
        build->config->braces = strdup(ignore_rule_name(ignore, rule));
        return build->config->braces != NULL || error_set_memory(build->error);
    }
    return true;
}

bool config_read_filters(struct config_build *build)
{
    size_t count;
    const struct option_setting *settings = options_settings(build->options, &count);
    for (size_t i = 0; i < count; i++) {
        if (!is_rule(&settings[i]))
            continue;
        if (build->config->ignore == NULL)
            build->config->ignore = ignore_new();
        if (build->config->ignore == NULL)
            return error_set_memory(build->error);
        build->at = &settings[i];
        if (!add_rule(build, &settings[i]))
            return false;
    }
    return note_braces(build);
}
