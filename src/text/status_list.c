#include "text/status_list.h"

#include <string.h>

#include "base/ascii.h"

/* Reads one code of exactly three digits and advances `*text` past it. */
static bool read_code(const char **text, unsigned *code)
{
    const char *next = *text;
    if (!ascii_is_digit(next[0]) || !ascii_is_digit(next[1]) || !ascii_is_digit(next[2]) ||
        ascii_is_digit(next[3]))
        return false;
    *code = (unsigned)(next[0] - '0') * 100 + (unsigned)(next[1] - '0') * 10 +
            (unsigned)(next[2] - '0');
    *text = next + 3;
    return *code >= STATUS_FIRST && *code <= STATUS_LAST;
}

/* Reads `N` or `N-N`. */
static bool read_range(const char **text, unsigned *first, unsigned *last)
{
    if (!read_code(text, first))
        return false;
    *last = *first;
    if (**text != '-')
        return true;
    (*text)++;
    return read_code(text, last) && *first <= *last;
}

bool status_list_parse(const char *text, struct status_list *list, struct error *error)
{
    *list = (struct status_list){0};
    const char *next = text;
    while (*next != '\0') {
        const char *item = next;
        unsigned first;
        unsigned last;
        bool read = read_range(&next, &first, &last);
        if (read && *next == ',' && next[1] != '\0')
            next++;
        else if (!read || *next != '\0')
            return error_set(error, ERROR_USAGE, 0,
                "'%.*s' is not a status code (%d to %d) or a range of them; a list looks like "
                "'200,202,300-399'",
                (int)strcspn(item, ","), item, STATUS_FIRST, STATUS_LAST);
        for (unsigned code = first; code <= last; code++)
            list->bits[code / 64] |= UINT64_C(1) << code % 64;
    }
    return true;
}

bool status_list_has(const struct status_list *list, long status)
{
    return status >= STATUS_FIRST && status <= STATUS_LAST &&
           (list->bits[status / 64] >> status % 64 & 1) != 0;
}
