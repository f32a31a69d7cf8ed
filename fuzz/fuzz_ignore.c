/* The rules of a .gitignore, a line `=`, and the paths to match. The first line is also compared,
 * as one pattern, with a slow and simple matcher that tries every division of the name. */
#include <stdbool.h>
#include <string.h>

#include "fuzz.h"
#include "text/ignore.h"
#include "text/ignore/glob.h"

/* Longer names and more stars take the simple matcher too long. */
#define SLOW_MAX       12
#define SLOW_STARS_MAX 5

static bool matches_slowly(
    const char *pattern, size_t pattern_length, const char *name, size_t left)
{
    if (pattern_length == 0)
        return left == 0;
    if (*pattern == '*') {
        for (size_t skip = 0; skip <= left; skip++) {
            if (matches_slowly(pattern + 1, pattern_length - 1, name + skip, left - skip))
                return true;
        }
        return false;
    }
    size_t used = glob_element(pattern, pattern_length);
    return left > 0 && glob_match(pattern, used, name, 1) &&
           matches_slowly(pattern + used, pattern_length - used, name + 1, left - 1);
}

static bool is_good(const char *pattern, size_t length)
{
    for (size_t done = 0; done < length;) {
        size_t used = glob_element(pattern + done, length - done);
        if (used == 0)
            return false;
        MUST(used <= length - done);
        done += used;
    }
    return true;
}

static size_t count_stars(const char *pattern)
{
    size_t count = 0;
    for (; *pattern != '\0'; pattern++)
        count += *pattern == '*';
    return count;
}

static void check_glob(const char *pattern, const char *name)
{
    size_t pattern_length = strlen(pattern);
    size_t length = strlen(name);
    if (length > SLOW_MAX || pattern_length > 2 * SLOW_MAX ||
        count_stars(pattern) > SLOW_STARS_MAX || strchr(name, '/') != NULL ||
        !is_good(pattern, pattern_length))
        return;
    MUST(glob_match(pattern, pattern_length, name, length) ==
         matches_slowly(pattern, pattern_length, name, length));
}

/* A later rule that matches the path itself decides. */
static void check_last_wins(struct ignore *ignore, const char *path)
{
    char *pattern = malloc(2 * strlen(path) + 2);
    MUST(pattern != NULL);
    char *end = pattern;
    *end++ = '/';
    for (const char *next = path; *next != '\0'; next++) {
        if (*next != '/')
            *end++ = '\\';
        *end++ = *next;
    }
    *end = '\0';
    bool clean = *path != '\0' && *path != '/' && strstr(path, "//") == NULL && end[-1] != '/';
    if (clean && strlen(pattern) <= IGNORE_PATTERN_MAX) {
        MUST(ignore_add(ignore, pattern, true, "--include", NULL));
        MUST(ignore_match(ignore, path, false) == IGNORE_INCLUDE);
    }
    free(pattern);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = size == 0 ? "" : (const char *)data;
    const uint8_t *mark = size == 0 ? NULL : memmem(data, size, "\n=\n", 3);
    size_t rules_length = mark == NULL ? size : (size_t)(mark - data) + 1;
    struct ignore *ignore = ignore_new();
    struct error error = {0};
    MUST(ignore != NULL);
    if (!ignore_add_lines(ignore, text, rules_length, "fuzzed", &error))
        MUST(strncmp(error.text, "fuzzed, line ", 13) == 0);
    struct fuzz_input rules = {data, size};
    struct fuzz_input paths = {data + size, 0};
    if (mark != NULL)
        paths = (struct fuzz_input){mark + 3, size - rules_length - 2};
    char *pattern = fuzz_line(&rules);
    for (int count = 0; paths.left > 0 && count < 16; count++) {
        char *path = fuzz_line(&paths);
        (void)ignore_match(ignore, path, true);
        (void)ignore_match(ignore, path, false);
        check_glob(pattern, path);
        check_last_wins(ignore, path);
        free(path);
    }
    free(pattern);
    ignore_free(ignore);
    return 0;
}
