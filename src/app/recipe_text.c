#include "app/recipe_text.h"

#include <string.h>

#include "app/help.h"
#include "base/ascii.h"
#include "text/json.h"
#include "text/printable.h"

#define NAME_COLUMNS 14 /* of a variable's or an option's name */
#define INDENT       2  /* blanks before a paragraph */

/* --- text --- */

/* Adds `label` and a wrapped text that is indented below it. */
static void add_item(struct buf *out, const char *label, size_t columns, const char *text)
{
    size_t begin = out->length;
    (void)buf_printf(out, "  %-*s ", (int)columns, label);
    help_add_wrapped(out, text, out->length - begin, columns + 3);
}

static void add_heading(struct buf *out, const char *text)
{
    (void)buf_printf(out, "\n%s:\n", text);
}

/* The longest name among the variables, in bytes. */
static size_t name_columns(const struct recipe *recipe)
{
    size_t longest = NAME_COLUMNS;
    for (size_t i = 0; i < recipe->variable_count; i++) {
        size_t length = strlen(recipe->variables[i].name);
        longest = length > longest ? length : longest;
    }
    return longest;
}

static void describe_variable(struct buf *text, const struct recipe_variable *variable)
{
    (void)buf_add_text(text, variable->help == NULL ? "" : variable->help);
    const char *separator = text->length > 0 ? " (" : "(";
    if (variable->fallback != NULL)
        (void)buf_printf(text, "%sdefault: %s%s", separator, variable->fallback,
            variable->optional ? " if set" : "");
    else
        (void)buf_printf(text, "%s%s", separator, variable->optional ? "optional" : "required");
    (void)buf_add_text(text, variable->secret ? ", secret" : "");
    for (size_t i = 0; i < variable->value_count; i++)
        (void)buf_printf(text, "%s%s", i == 0 ? "; one of " : ", ", variable->values[i]);
    (void)buf_add_text(text, ")");
}

static void add_variables(struct buf *out, const struct recipe *recipe)
{
    if (recipe->variable_count == 0)
        return;
    add_heading(out, "Variables (-s NAME=VALUE)");
    size_t columns = name_columns(recipe);
    for (size_t i = 0; i < recipe->variable_count; i++) {
        struct buf text;
        buf_init(&text, out->maximum);
        describe_variable(&text, &recipe->variables[i]);
        add_item(out, recipe->variables[i].name, columns, buf_text(&text));
        buf_free(&text);
    }
}

/* Whether the option says how much and how fast a service takes. */
static bool is_limit(const char *name)
{
    static const char *const limits[] = {"rate", "limit-rate", "refuse-over", "jobs", "serial-by",
        "first-alone", "at-most-once", "retries", "response-timeout", "stall-timeout"};
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        if (strcmp(name, limits[i]) == 0)
            return true;
    }
    return false;
}

/* Adds the options that are limits, or the others. */
static void add_options(
    struct buf *out, const struct recipe *recipe, bool limits, const char *heading)
{
    bool any = false;
    for (size_t i = 0; i < recipe->setting_count; i++) {
        const struct option_setting *setting = &recipe->settings[i];
        if (is_limit(setting->row->name) != limits)
            continue;
        if (!any)
            add_heading(out, heading);
        any = true;
        char label[OPTION_LABEL_SIZE];
        (void)snprintf(label, sizeof label, "--%s%s", setting->manner == OPTION_UNDOES ? "no-" : "",
            setting->row->name);
        add_item(out, label, NAME_COLUMNS, setting->value == NULL ? "" : setting->value);
    }
    if (limits && !any)
        (void)buf_add_text(out, "\nLimits: none that the service states.\n");
}

/* Adds a value that shows what a required variable is like. */
static void add_sample(struct buf *out, const struct recipe_variable *variable)
{
    const char *name = variable->name;
    if (variable->value_count > 0) {
        (void)buf_add_text(out, variable->values[0]);
    } else if (strcmp(name, "host") == 0 || strcmp(name, "endpoint") == 0) {
        (void)buf_add_text(
            out, name[0] == 'h' ? "https://example.com" : "https://service.example.com");
    } else {
        (void)buf_add_text(out, variable->secret ? "env:" : "");
        for (; *name != '\0'; name++)
            (void)buf_add_byte(
                out, *name >= 'a' && *name <= 'z' ? (char)(*name - 'a' + 'A') : *name);
    }
}

/* Whether the recipe says where to send to. */
static bool has_url(const struct recipe *recipe)
{
    for (size_t i = 0; i < recipe->setting_count; i++) {
        const char *name = recipe->settings[i].row->name;
        if (strcmp(name, "url") == 0 || strcmp(name, "urls") == 0)
            return true;
    }
    return false;
}

/* Adds a command that can be run once the values are right: those without a default, and the
 * secrets. */
static void add_example(struct buf *out, const struct recipe *recipe)
{
    add_heading(out, "Example");
    (void)buf_printf(out, "  shoal send --recipe %s", recipe->id);
    for (size_t i = 0; i < recipe->variable_count; i++) {
        const struct recipe_variable *variable = &recipe->variables[i];
        if (variable->optional || (variable->fallback != NULL && !variable->secret))
            continue;
        (void)buf_printf(out, " -s %s=", variable->name);
        if (variable->fallback != NULL)
            (void)buf_add_text(out, variable->fallback);
        else
            add_sample(out, variable);
    }
    (void)buf_printf(out, " dist/%s\n", has_url(recipe) ? "" : " https://service.example.com/");
}

void recipe_text_add(struct buf *out, const struct recipe *recipe)
{
    struct buf text;
    buf_init(&text, out->maximum);
    (void)buf_printf(&text, "%s%s%s\n", recipe->id, recipe->title == NULL ? "" : " - ",
        recipe->title == NULL ? "" : recipe->title);
    if (recipe->see != NULL)
        (void)buf_printf(&text, "%s\n", recipe->see);
    add_variables(&text, recipe);
    add_options(&text, recipe, true, "Limits");
    add_options(&text, recipe, false, "Options");
    for (size_t i = 0; i < recipe->note_count; i++) {
        if (i == 0)
            add_heading(&text, "Notes");
        (void)buf_add_text(&text, "  -");
        help_add_wrapped(&text, recipe->notes[i], 3, INDENT + 2);
    }
    add_example(&text, recipe);
    const char *line = buf_text(&text);
    while (*line != '\0') {
        size_t length = strcspn(line, "\n");
        (void)printable_add(out, line, length);
        (void)buf_add_byte(out, '\n');
        line += length + (line[length] == '\n');
    }
    out->failed = out->failed || text.failed;
    buf_free(&text);
}

/* --- JSON --- */

static json_t *list_json(char *const *list, size_t count)
{
    json_t *array = json_array();
    bool complete = array != NULL;
    for (size_t i = 0; complete && i < count; i++)
        complete = json_array_append_new(array, json_text(list[i], strlen(list[i]))) == 0;
    return json_if_complete(array, complete);
}

/* A text, or null. */
static json_t *text_or_null(const char *text)
{
    return text == NULL ? json_null() : json_text(text, strlen(text));
}

static json_t *variable_json(const struct recipe_variable *variable)
{
    bool required = variable->fallback == NULL && !variable->optional;
    json_t *values =
        variable->values == NULL ? json_null() : list_json(variable->values, variable->value_count);
    json_t *object = json_object();
    bool complete = json_set(object, "help", text_or_null(variable->help)) &&
                    json_set(object, "required", json_boolean(required)) &&
                    json_set(object, "secret", json_boolean(variable->secret)) &&
                    json_set(object, "default", text_or_null(variable->fallback));
    complete = json_set(object, "values", values) && complete;
    return json_if_complete(object, complete);
}

static json_t *variables_json(const struct recipe *recipe)
{
    json_t *object = json_object();
    bool complete = object != NULL;
    for (size_t i = 0; complete && i < recipe->variable_count; i++)
        complete =
            json_set(object, recipe->variables[i].name, variable_json(&recipe->variables[i]));
    return json_if_complete(object, complete);
}

static json_t *value_json(const struct option_setting *setting)
{
    if (setting->value == NULL)
        return json_boolean(setting->manner != OPTION_UNDOES);
    return json_text(setting->value, strlen(setting->value));
}

/* An object by option: a list where the option may be repeated, true or false for a switch, else a
 * string. */
static json_t *options_json(const struct recipe *recipe)
{
    json_t *object = json_object();
    bool complete = object != NULL;
    for (size_t i = 0; complete && i < recipe->setting_count; i++) {
        const struct option_setting *setting = &recipe->settings[i];
        const char *name = setting->row->name;
        json_t *value = value_json(setting);
        if (!setting->row->repeats) {
            complete = json_set(object, name, value);
            continue;
        }
        json_t *list = json_object_get(object, name);
        complete = list != NULL || json_set(object, name, json_array());
        list = json_object_get(object, name);
        complete = json_array_append_new(list, value) == 0 && complete;
    }
    return json_if_complete(object, complete);
}

json_t *recipe_text_json(const struct recipe *recipe)
{
    json_t *object = json_object();
    bool complete = object != NULL && json_set_text(object, "name", recipe->id) &&
                    json_set(object, "title", text_or_null(recipe->title)) &&
                    json_set(object, "see", text_or_null(recipe->see)) &&
                    json_set(object, "notes", list_json(recipe->notes, recipe->note_count)) &&
                    json_set(object, "variables", variables_json(recipe)) &&
                    json_set(object, "options", options_json(recipe));
    return json_if_complete(object, complete);
}
