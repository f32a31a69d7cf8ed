#include "text/nearest.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static size_t least_of(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* The Levenshtein distance: how many letters must be added, removed or changed. `costs` is one row
 * of the usual matrix, updated in place. `to` has at most NEAREST_MOST bytes. */
static size_t distance(const char *from, const char *to)
{
    size_t costs[NEAREST_MOST + 1];
    size_t length = strlen(to);
    for (size_t i = 0; i <= length; i++)
        costs[i] = i;
    for (size_t row = 1; from[row - 1] != '\0'; row++) {
        size_t diagonal = costs[0];
        costs[0] = row;
        for (size_t i = 1; i <= length; i++) {
            size_t changed = diagonal + (from[row - 1] != to[i - 1]);
            diagonal = costs[i];
            costs[i] = least_of(changed, least_of(costs[i], costs[i - 1]) + 1);
        }
    }
    return costs[length];
}

/* As distance(), but lower for the typos that people make: a name that was cut short is always
 * similar to the whole, and the end of a name, up to half of it, is often confused (retry,
 * retries).
 */
static size_t typo_distance(const char *from, const char *to)
{
    size_t common = 0;
    while (from[common] != '\0' && from[common] == to[common])
        common++;
    if (common >= 3 && from[common] == '\0')
        return 1;
    return distance(from, to) - (common >= 3 && 2 * common >= strlen(from) ? 1 : 0);
}

struct nearest nearest_to_part(const char *text, size_t length)
{
    struct nearest nearest = {.text = ""};
    if (length >= 2 && length <= NEAREST_MOST) {
        memcpy(nearest.text, text, length);
        nearest.limit = least_of(length / 3 + 2, 4); /* a larger distance is not a typo */
    }
    return nearest;
}

struct nearest nearest_to(const char *text)
{
    return nearest_to_part(text, strlen(text));
}

void nearest_offer(struct nearest *nearest, const char *name)
{
    if (nearest->limit == 0 || strlen(name) > NEAREST_MOST)
        return;
    size_t away = typo_distance(nearest->text, name);
    /* The first letter is rarely wrong. */
    bool is_likelier = nearest->name != NULL && away == nearest->limit &&
                       nearest->text[0] == name[0] && nearest->text[0] != nearest->name[0];
    if (away < nearest->limit || is_likelier) {
        nearest->limit = away;
        nearest->name = name;
    }
}

void nearest_offer_list(struct nearest *nearest, const char *const *names)
{
    for (; *names != NULL; names++)
        nearest_offer(nearest, *names);
}

const char *nearest_hint(const struct nearest *nearest, const char *before, const char *after,
    char out[NEAREST_HINT_SIZE])
{
    out[0] = '\0';
    if (nearest->name != NULL)
        (void)snprintf(
            out, NEAREST_HINT_SIZE, "; did you mean %s%s%s?", before, nearest->name, after);
    return out;
}
