#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/walk/private.h"

const char *entry_relative(const struct entry *entry)
{
    return entry->path + entry->relative;
}

static bool has_hidden_name(const char *path)
{
    return path[0] == '.' || strstr(path, "/.") != NULL;
}

static struct entry *entry_new(const struct root *root, const char *path, size_t relative)
{
    size_t length = strlen(path);
    struct entry *entry = malloc(sizeof *entry + length + 1);
    if (entry == NULL)
        return NULL;
    entry->root = root;
    entry->relative = relative;
    entry->hidden = has_hidden_name(path);
    memcpy(entry->path, path, length + 1);
    return entry;
}

struct walk_item walk_item_file(const struct root *root, const char *path, size_t relative)
{
    struct entry *entry = entry_new(root, path, relative);
    if (entry == NULL)
        return walk_item_no_memory();
    return (struct walk_item){.kind = WALK_FILE, .entry = entry};
}

/* As vasprintf(3). NULL: out of memory. */
__attribute__((format(printf, 1, 0))) static char *format_text(
    const char *format, va_list arguments)
{
    char *text;
    return vasprintf(&text, format, arguments) < 0 ? NULL : text;
}

struct walk_item walk_item_lost(
    const struct root *root, const char *path, size_t relative, int code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = format_text(format, arguments);
    va_end(arguments);
    struct entry *entry = entry_new(root, path, relative);
    if (text == NULL || entry == NULL) {
        free(text);
        free(entry);
        return walk_item_no_memory();
    }
    return (struct walk_item){.kind = WALK_LOST, .entry = entry, .text = text, .code = code};
}

struct walk_item walk_item_problem(const char *path, int code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = format_text(format, arguments);
    va_end(arguments);
    char *copy = strdup(path);
    if (text == NULL || copy == NULL) {
        free(text);
        free(copy);
        return walk_item_no_memory();
    }
    return (struct walk_item){.kind = WALK_PROBLEM, .path = copy, .text = text, .code = code};
}

struct walk_item walk_item_own(const char *path)
{
    struct walk_item item =
        walk_item_problem(path, 0, "'%s' is written by this run itself: it is not uploaded", path);
    if (!walk_item_is_memory(&item))
        item.kind = WALK_NOTICE;
    return item;
}

struct walk_item walk_item_left_out(const char *path, bool is_folder, const char *why)
{
    struct walk_item item = walk_item_problem(path, 0, "%s", why);
    if (walk_item_is_memory(&item))
        return item;
    char *slash;
    item.kind = WALK_LEFT_OUT;
    if (!is_folder)
        return item;
    if (asprintf(&slash, "%s/", path) < 0) {
        free(item.path);
        free(item.text);
        return walk_item_no_memory();
    }
    free(item.path);
    item.path = slash;
    return item;
}

struct walk_item walk_item_no_memory(void)
{
    return (struct walk_item){.kind = WALK_PROBLEM, .code = ENOMEM};
}

bool walk_item_is_memory(const struct walk_item *item)
{
    return item->kind == WALK_PROBLEM && item->code == ENOMEM;
}
