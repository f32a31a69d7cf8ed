#include <shoal.h>
#include <string.h>
#include <unistd.h>

#include "app/command_line.h"
#include "app/commands.h"
#include "app/help.h"
#include "app/recipe_text.h"
#include "app/say.h"
#include "core/recipe.h"
#include "text/json.h"
#include "text/printable.h"

#define TEXT_MOST (16 * 1024 * 1024) /* bytes of what is printed */

static const char about[] =
    "Lists the recipes for services. With NAME, shows the variables, limits and notes\n"
    "of one, and an example. NAME may be the path of a file of your own, with a slash\n"
    "in it.\n";

static const char examples[] = "  shoal recipes\n"
                               "  shoal recipes raygun-symbols\n"
                               "  shoal recipes raygun-symbols --yaml > my-service.yaml\n";

#define OPTION(long_name, ...)                                                                     \
    {                                                                                              \
        .name = (long_name), .scope = OPTION_OUTPUT, .group = "Output", __VA_ARGS__                \
    }

static const struct option_row table[] = {
    OPTION("json", .help = "Print a list of objects; with NAME, one object"),
    OPTION("tsv",
        .help = "Print a line per recipe, name and title, with tabs between. With NAME, a line per "
                "variable: name, text, allowed values"),
    OPTION("yaml", .help = "Print the recipe itself, as a starting point for your own"),
    COMMAND_HELP_ROWS("Output"),
};

/* What the command line says. */
struct recipes {
    const char *name; /* NULL: all */
    bool json;
    bool tsv;
    bool yaml;
};

static bool read_option(void *context, const struct option_row *row, enum option_manner manner,
    char *value, struct error *error)
{
    (void)manner;
    (void)value;
    (void)error;
    struct recipes *recipes = context;
    recipes->json = recipes->json || strcmp(row->name, "json") == 0;
    recipes->tsv = recipes->tsv || strcmp(row->name, "tsv") == 0;
    recipes->yaml = recipes->yaml || strcmp(row->name, "yaml") == 0;
    return true;
}

static bool read_operand(void *context, char *text, struct error *error)
{
    struct recipes *recipes = context;
    if (recipes->name != NULL)
        return error_set(
            error, ERROR_USAGE, 0, "there can be one NAME, not '%s' and '%s'", recipes->name, text);
    recipes->name = text;
    return true;
}

/* Adds `value` as a line, and releases it. */
static bool add_json(struct buf *out, json_t *value)
{
    bool added = value != NULL && json_add_line(out, value);
    json_decref(value);
    return added;
}

/* Adds a field of a line: no tab, and on a line of its own. */
static void add_field(struct buf *out, const char *text)
{
    (void)printable_add(out, text, strlen(text));
}

/* --- one recipe --- */

/* Adds a line per variable: name, text, and the values that are allowed with `|` between. */
static void add_variables(struct buf *out, const struct recipe *recipe)
{
    for (size_t i = 0; i < recipe->variable_count; i++) {
        const struct recipe_variable *variable = &recipe->variables[i];
        add_field(out, variable->name);
        (void)buf_add_byte(out, '\t');
        add_field(out, variable->help == NULL ? variable->name : variable->help);
        (void)buf_add_byte(out, '\t');
        for (size_t k = 0; k < variable->value_count; k++) {
            (void)buf_add_text(out, k == 0 ? "" : "|");
            add_field(out, variable->values[k]);
        }
        (void)buf_add_byte(out, '\n');
    }
}

static bool add_recipe(struct buf *out, const struct recipes *recipes, struct error *error)
{
    struct recipe *recipe = recipe_open(recipes->name, RECIPE_AS_RECIPE, error);
    if (recipe == NULL)
        return false;
    bool added = true;
    if (recipes->json)
        added = add_json(out, recipe_text_json(recipe));
    else if (recipes->tsv)
        add_variables(out, recipe);
    else if (recipes->yaml)
        added = buf_add(out, buf_text(&recipe->source), recipe->source.length);
    else
        recipe_text_add(out, recipe);
    recipe_free(recipe);
    return (added && !out->failed) || error_set_memory(error);
}

/* --- all recipes --- */

/* Adds one recipe to the list. One of the user's that is wrong is said and left out. */
static bool add_listed(
    struct buf *out, json_t *list, const struct recipes *recipes, const char *name)
{
    struct error error = {0};
    struct recipe *recipe = recipe_open(name, RECIPE_AS_RECIPE, &error);
    if (recipe == NULL) {
        say("%s", error.text);
        return error.class != ERROR_MEMORY;
    }
    bool added = true;
    if (list != NULL) {
        added = json_array_append_new(list, recipe_text_json(recipe)) == 0;
    } else {
        const char *title = recipe->title == NULL ? "" : recipe->title;
        if (recipes->tsv)
            added = buf_printf(out, "%s\t", recipe->id);
        else
            added = buf_printf(out, "%-21s ", recipe->id);
        added = added && printable_add(out, title, strlen(title)) && buf_add_byte(out, '\n');
    }
    recipe_free(recipe);
    return added;
}

static bool add_list(struct buf *out, const struct recipes *recipes, struct error *error)
{
    struct recipe_names names;
    json_t *list = recipes->json ? json_array() : NULL;
    bool added = recipe_names(&names, error) && (list != NULL) == recipes->json;
    for (size_t i = 0; added && i < names.count; i++)
        added = add_listed(out, list, recipes, names.list[i]);
    if (added && list != NULL)
        added = json_add_line(out, list);
    else if (added && !recipes->tsv)
        added = buf_add_text(out, "\nRun `shoal recipes NAME` for what one needs.\n");
    json_decref(list);
    recipe_names_free(&names);
    return added || error_set_memory(error);
}

static int run(const struct recipes *recipes)
{
    struct error error = {0};
    struct buf out;
    buf_init(&out, TEXT_MOST);
    bool made =
        recipes->name != NULL ? add_recipe(&out, recipes, &error) : add_list(&out, recipes, &error);
    int status = made ? help_print(buf_text(&out)) : say_wrong("recipes", error.text);
    buf_free(&out);
    return status;
}

static int run_recipes(int count, char **arguments)
{
    struct recipes recipes = {0};
    struct args args = {.option = read_option, .operand = read_operand, .context = &recipes};
    int status;
    if (!command_line_read(&recipes_command, &args, count, arguments, &status))
        return status;
    if (recipes.json + recipes.tsv + recipes.yaml > 1)
        return say_wrong("recipes", "--json, --tsv and --yaml exclude each other");
    if (recipes.yaml && recipes.name == NULL)
        return say_wrong("recipes", "--yaml needs the NAME of a recipe");
    return run(&recipes);
}

static const struct option_row *options(size_t *count)
{
    *count = sizeof table / sizeof *table;
    return table;
}

const struct command recipes_command = {
    .name = "recipes",
    .operands = "[NAME]",
    .summary = "Show the services that shoal knows",
    .takes = COMMAND_TAKES_RECIPES,
    .about = about,
    .examples = examples,
    .options = options,
    .run = run_recipes,
};
