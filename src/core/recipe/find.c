/* Where options files are: in the program, in the user's folder, or at a path. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "core/read_file.h"
#include "core/recipe/builtin.h"
#include "core/recipe/private.h"
#include "text/nearest.h"

#define SUFFIX       ".yaml"
#define PATH_SIZE    4096 /* bytes of a path, with its NUL */
#define NAMES_MOST   1000 /* recipes in the user's folder that are listed */
#define NAME_LONGEST 100  /* bytes of a recipe's name */

static const struct recipe_builtin *find_builtin(const char *name)
{
    for (size_t i = 0; i < recipe_builtin_count; i++) {
        if (strcmp(recipe_builtin_list[i].name, name) == 0)
            return &recipe_builtin_list[i];
    }
    return NULL;
}

/* Writes the path of the user's folder (XDG Base Directory Specification) to `out`, which has
 * PATH_SIZE bytes. False: the environment names none. */
static bool user_folder(char *out)
{
    const char *config = getenv("XDG_CONFIG_HOME");
    int length;
    if (config != NULL && config[0] == '/') {
        length = snprintf(out, PATH_SIZE, "%s/shoal/recipes", config);
    } else {
        const char *home = getenv("HOME");
        if (home == NULL || home[0] == '\0')
            return false;
        length = snprintf(out, PATH_SIZE, "%s/.config/shoal/recipes", home);
    }
    return length > 0 && length < PATH_SIZE;
}

/* Writes the path of the user's recipe to `out`, which has PATH_SIZE bytes. False: there is no such
 * file. */
static bool find_users(const char *name, char *out)
{
    char folder[PATH_SIZE];
    if (!user_folder(folder))
        return false;
    int length = snprintf(out, PATH_SIZE, "%s/%s" SUFFIX, folder, name);
    return length > 0 && length < PATH_SIZE && access(out, F_OK) == 0;
}

static bool name_it(struct recipe *recipe, const char *prefix, const char *name, const char *id,
    struct error *error)
{
    if (asprintf(&recipe->name, "%s%s", prefix, name) < 0)
        recipe->name = NULL;
    recipe->id = strdup(id);
    return (recipe->name != NULL && recipe->id != NULL) || error_set_memory(error);
}

static bool read_path(struct recipe *recipe, const char *option, const char *path, const char *id,
    struct error *error)
{
    struct error reason = {0};
    if (!name_it(recipe, "", path, id, error))
        return false;
    return read_file_path(path, &recipe->source, &reason) ||
           error_set(error, reason.class, reason.code, "%s: %s", option, reason.text);
}

/* Says "did you mean" with the most similar name among the built-in recipes and the user's. */
static bool fail_unknown(const char *name, struct error *error)
{
    if (access(name, F_OK) == 0)
        return error_set(error, ERROR_USAGE, 0,
            "unknown recipe '%s'; for the file of that name, write ./%s", name, name);
    char hint[NEAREST_HINT_SIZE];
    struct recipe_names names;
    struct nearest nearest = nearest_to(name);
    if (!recipe_names(&names, error)) {
        recipe_names_free(&names);
        return false;
    }
    for (size_t i = 0; i < names.count; i++)
        nearest_offer(&nearest, names.list[i]);
    (void)error_set(error, ERROR_USAGE, 0,
        "unknown recipe '%s': `shoal recipes` lists them, and a file's path contains a slash%s",
        name, nearest_hint(&nearest, "'", "'", hint));
    recipe_names_free(&names);
    return false;
}

bool recipe_find(struct recipe *recipe, const char *given, enum recipe_use use, struct error *error)
{
    const char *option = use == RECIPE_AS_CONFIG ? "--config" : "--recipe";
    if (given[0] == '\0')
        return error_set(error, ERROR_USAGE, 0, "%s: the name is empty", option);
    if (use == RECIPE_AS_CONFIG || strchr(given, '/') != NULL)
        return read_path(recipe, option, given, given, error);
    const struct recipe_builtin *builtin = find_builtin(given);
    char path[PATH_SIZE];
    if (builtin == NULL)
        return find_users(given, path) ? read_path(recipe, option, path, given, error)
                                       : fail_unknown(given, error);
    return name_it(recipe, "recipe ", builtin->name, given, error) &&
           (buf_add(&recipe->source, builtin->text, builtin->length) || error_set_memory(error));
}

/* --- names --- */

static bool add_name(struct recipe_names *names, const char *name, size_t length)
{
    char **list = array_grow(names->list, names->count, sizeof *list);
    if (list == NULL)
        return false;
    names->list = list;
    list[names->count] = strndup(name, length);
    if (list[names->count] == NULL)
        return false;
    names->count++;
    return true;
}

static bool add_users(struct recipe_names *names)
{
    char folder[PATH_SIZE];
    DIR *entries = user_folder(folder) ? opendir(folder) : NULL;
    if (entries == NULL)
        return true;
    bool added = true;
    const struct dirent *entry;
    while (added && names->count < NAMES_MOST && (entry = readdir(entries)) != NULL) {
        size_t length = strlen(entry->d_name);
        size_t suffix = sizeof SUFFIX - 1;
        if (length <= suffix || length > NAME_LONGEST ||
            strcmp(entry->d_name + length - suffix, SUFFIX) != 0)
            continue;
        char name[NAME_LONGEST + 1];
        (void)snprintf(name, sizeof name, "%.*s", (int)(length - suffix), entry->d_name);
        if (find_builtin(name) == NULL)
            added = add_name(names, name, length - suffix);
    }
    (void)closedir(entries);
    return added;
}

static int compare_names(const void *one, const void *other)
{
    return strcmp(*(char *const *)one, *(char *const *)other);
}

bool recipe_names(struct recipe_names *names, struct error *error)
{
    *names = (struct recipe_names){0};
    bool added = true;
    for (size_t i = 0; added && i < recipe_builtin_count; i++)
        added = add_name(names, recipe_builtin_list[i].name, strlen(recipe_builtin_list[i].name));
    if (!added || !add_users(names))
        return error_set_memory(error);
    if (names->count > 0)
        qsort(names->list, names->count, sizeof *names->list, compare_names);
    return true;
}

void recipe_names_free(struct recipe_names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->list[i]);
    free(names->list);
    *names = (struct recipe_names){0};
}
