#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "io/walk/private.h"

/* The last component of `path` without closing slashes, for free(3); "" for "/". NULL: out of
 * memory. */
static char *last_component(const char *path)
{
    size_t end = strlen(path);
    while (end > 0 && path[end - 1] == '/')
        end--;
    size_t begin = end;
    while (begin > 0 && path[begin - 1] != '/')
        begin--;
    return strndup(path + begin, end - begin);
}

/* The operand's own name, for free(3); for "." and "..", that of the real folder. */
static char *own_name(const char *argument, struct error *error)
{
    char *name = last_component(argument);
    if (name != NULL && walk_is_dots(name)) {
        free(name);
        char *real = realpath(argument, NULL);
        if (real == NULL) {
            (void)error_set(error, ERROR_SYSTEM, errno, "the real name of '%s' can't be told: %s",
                argument, error_reason(errno));
            return NULL;
        }
        name = last_component(real);
        free(real);
    }
    if (name == NULL)
        (void)error_set_memory(error);
    return name;
}

/* Opens a folder and checks that it can be read. */
static struct root *open_readable(const char *argument, enum root_links links, struct error *error)
{
    struct root *root = root_open(argument, links, error);
    if (root == NULL)
        return NULL;
    int descriptor = root_openat(root, ".", O_RDONLY | O_DIRECTORY);
    if (descriptor < 0) {
        (void)error_set(error, ERROR_SYSTEM, errno, "the folder '%s' can't be read: %s", argument,
            error_reason(errno));
        root_close(root);
        return NULL;
    }
    (void)close(descriptor);
    return root;
}

static bool open_by_kind(
    struct walk_operand *operand, mode_t mode, enum root_links links, struct error *error)
{
    const char *argument = operand->argument;
    if (S_ISDIR(mode)) {
        operand->kind = WALK_OPERAND_FOLDER;
        operand->root = open_readable(argument, links, error);
    } else if (S_ISREG(mode)) {
        operand->kind = WALK_OPERAND_FILE;
        operand->root = root_new_for_file(argument, error);
    } else {
        return error_set(error, ERROR_USAGE, 0,
            "'%s' is neither a folder nor a regular file: give one of these, or '-' for a list of "
            "paths on standard input",
            argument);
    }
    return operand->root != NULL;
}

static bool open_operand(
    struct walk_operand *operand, const char *argument, enum root_links links, struct error *error)
{
    operand->argument = strdup(argument);
    if (operand->argument == NULL)
        return error_set_memory(error);
    if (strcmp(argument, "-") == 0) {
        operand->kind = WALK_OPERAND_LIST;
        operand->name = strdup("");
        return operand->name != NULL || error_set_memory(error);
    }
    struct stat facts;
    if (stat(argument, &facts) != 0)
        return error_set(
            error, ERROR_SYSTEM, errno, "'%s' can't be sent: %s", argument, error_reason(errno));
    if (!open_by_kind(operand, facts.st_mode, links, error))
        return false;
    operand->name = own_name(argument, error);
    return operand->name != NULL;
}

static int compare_names(const void *left, const void *right)
{
    const struct walk_operand *const *a = left;
    const struct walk_operand *const *b = right;
    return strcmp((*a)->name, (*b)->name);
}

/* The error for two operands that cannot be walked together. Always false. */
static bool refuse_pair(
    const struct walk_operand *a, const struct walk_operand *b, struct error *error)
{
    if (a->kind == WALK_OPERAND_LIST && b->kind == WALK_OPERAND_LIST)
        return error_set(error, ERROR_USAGE, 0, "'-' is given twice: standard input is one list");
    return error_set(error, ERROR_USAGE, 0,
        "'%s' and '%s' are both called '%s', so their files' paths could not be told apart: "
        "give a folder above them, or send them one after the other",
        a->argument, b->argument, a->name);
}

/* A list and "/" have no names of their own, so they do not conflict. */
static bool are_compatible(const struct walk_operand *a, const struct walk_operand *b)
{
    return strcmp(a->name, b->name) != 0 || (a->name[0] == '\0' && a->kind != b->kind);
}

/* Sorts the operands by name, so that two of one name are neighbors. */
static bool check_names(const struct walk_operands *operands, struct error *error)
{
    const struct walk_operand **sorted = malloc((operands->count + 1) * sizeof(*sorted));
    if (sorted == NULL)
        return error_set_memory(error);
    for (size_t i = 0; i < operands->count; i++)
        sorted[i] = &operands->items[i];
    qsort(sorted, operands->count, sizeof(*sorted), compare_names);
    bool compatible = true;
    for (size_t i = 1; compatible && i < operands->count; i++)
        compatible = are_compatible(sorted[i - 1], sorted[i]) ||
                     refuse_pair(sorted[i - 1], sorted[i], error);
    free(sorted);
    return compatible;
}

bool walk_operands_open(
    struct walk_operands *operands, const struct walk_options *options, struct error *error)
{
    *operands = (struct walk_operands){0};
    operands->items = calloc(options->operand_count + 1, sizeof *operands->items);
    if (operands->items == NULL)
        return error_set_memory(error);
    for (size_t i = 0; i < options->operand_count; i++) {
        operands->count++;
        if (!open_operand(&operands->items[i], options->operands[i], options->links, error))
            return false;
    }
    return check_names(operands, error);
}

void walk_operands_free(struct walk_operands *operands)
{
    for (size_t i = 0; i < operands->count; i++) {
        root_close(operands->items[i].root);
        free(operands->items[i].name);
        free(operands->items[i].argument);
    }
    free(operands->items);
    *operands = (struct walk_operands){0};
}
