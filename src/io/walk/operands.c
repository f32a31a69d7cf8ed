#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/walk/private.h"

/* The last component of `path`, closing slashes dropped; "" for "/". NULL: no memory. */
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

static bool is_dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* The operand's own name: the real folder's where it is given as "." or "..". */
static char *own_name(const char *given, struct error *error)
{
    char *name = last_component(given);
    if (name != NULL && is_dots(name)) {
        free(name);
        char *real = realpath(given, NULL);
        if (real == NULL) {
            error_set(error, ERROR_SYSTEM, errno, "the real name of '%s' can't be told: %s", given,
                strerror(errno));
            return NULL;
        }
        name = last_component(real);
        free(real);
    }
    if (name == NULL)
        error_set_memory(error);
    return name;
}

/* Opens a folder and makes sure that it can be read. */
static struct root *open_readable(const char *given, bool follow, struct error *error)
{
    struct root *root = root_open(given, follow, error);
    if (root == NULL)
        return NULL;
    int descriptor = root_openat(root, ".", O_RDONLY | O_DIRECTORY);
    if (descriptor < 0) {
        error_set(error, ERROR_SYSTEM, errno, "the folder '%s' can't be read: %s", given,
            strerror(errno));
        root_close(root);
        return NULL;
    }
    (void)close(descriptor);
    return root;
}

static bool open_by_kind(
    struct walk_operand *operand, mode_t mode, bool follow, struct error *error)
{
    const char *given = operand->given;
    if (S_ISDIR(mode)) {
        operand->kind = WALK_OPERAND_FOLDER;
        operand->root = open_readable(given, follow, error);
    } else if (S_ISREG(mode)) {
        operand->kind = WALK_OPERAND_FILE;
        operand->root = root_new_for_file(given, error);
    } else {
        return error_set(error, ERROR_USAGE, 0,
            "'%s' is neither a folder nor a regular file: give one of these, or '-' for a list of "
            "paths on standard input",
            given);
    }
    return operand->root != NULL;
}

static bool open_operand(
    struct walk_operand *operand, const char *given, bool follow, struct error *error)
{
    operand->given = strdup(given);
    if (operand->given == NULL)
        return error_set_memory(error);
    if (strcmp(given, "-") == 0) {
        operand->kind = WALK_OPERAND_LIST;
        operand->name = strdup("");
        return operand->name != NULL || error_set_memory(error);
    }
    struct stat facts;
    if (stat(given, &facts) != 0)
        return error_set(
            error, ERROR_SYSTEM, errno, "'%s' can't be sent: %s", given, strerror(errno));
    if (!open_by_kind(operand, facts.st_mode, follow, error))
        return false;
    operand->name = own_name(given, error);
    return operand->name != NULL;
}

static int compare_names(const void *left, const void *right)
{
    const struct walk_operand *const *a = left;
    const struct walk_operand *const *b = right;
    return strcmp((*a)->name, (*b)->name);
}

static bool refuse_pair(
    const struct walk_operand *a, const struct walk_operand *b, struct error *error)
{
    if (a->kind == WALK_OPERAND_LIST && b->kind == WALK_OPERAND_LIST)
        return error_set(error, ERROR_USAGE, 0, "'-' is given twice: standard input is one list");
    return error_set(error, ERROR_USAGE, 0,
        "'%s' and '%s' are both called '%s', so their files' paths could not be told apart: "
        "give a folder above them, or send them one after the other",
        a->given, b->given, a->name);
}

/* A list and "/" have no name of their own, and so may stand beside each other. */
static bool may_stand_together(const struct walk_operand *a, const struct walk_operand *b)
{
    return strcmp(a->name, b->name) != 0 || (a->name[0] == '\0' && a->kind != b->kind);
}

static bool check_names(const struct walk_operands *operands, struct error *error)
{
    const struct walk_operand **sorted = malloc((operands->count + 1) * sizeof(*sorted));
    if (sorted == NULL)
        return error_set_memory(error);
    for (size_t i = 0; i < operands->count; i++)
        sorted[i] = &operands->items[i];
    qsort(sorted, operands->count, sizeof(*sorted), compare_names);
    bool fine = true;
    for (size_t i = 1; fine && i < operands->count; i++)
        fine = may_stand_together(sorted[i - 1], sorted[i]) ||
               refuse_pair(sorted[i - 1], sorted[i], error);
    free(sorted);
    return fine;
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
        if (!open_operand(&operands->items[i], options->operands[i], options->follow, error))
            return false;
    }
    return check_names(operands, error);
}

void walk_operands_free(struct walk_operands *operands)
{
    for (size_t i = 0; i < operands->count; i++) {
        root_close(operands->items[i].root);
        free(operands->items[i].name);
        free(operands->items[i].given);
    }
    free(operands->items);
    *operands = (struct walk_operands){0};
}
