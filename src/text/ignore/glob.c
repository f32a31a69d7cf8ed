#include "text/ignore/glob.h"

#include <string.h>

/* Character classes of a bracket expression contain ASCII only, whatever the locale, so that a run
 * selects the same files everywhere. These bits partition ASCII; a class is a union of them. */
enum class_bits {
    CLASS_UPPER = 1 << 0,
    CLASS_LOWER = 1 << 1,
    CLASS_DIGIT = 1 << 2,
    CLASS_HEX_LETTER = 1 << 3,
    CLASS_PUNCTUATION = 1 << 4,
    CLASS_SPACE_BYTE = 1 << 5,
    CLASS_TAB = 1 << 6,
    CLASS_OTHER_SPACE = 1 << 7, /* line feed, vertical tab, form feed, carriage return */
    CLASS_CONTROL = 1 << 8,
};

#define CLASS_ALPHA (CLASS_UPPER | CLASS_LOWER)
#define CLASS_ALNUM (CLASS_ALPHA | CLASS_DIGIT)
#define CLASS_GRAPH (CLASS_ALNUM | CLASS_PUNCTUATION)

static const struct {
    const char *name;
    unsigned bits;
} classes[] = {
    {"alnum", CLASS_ALNUM},
    {"alpha", CLASS_ALPHA},
    {"blank", CLASS_SPACE_BYTE | CLASS_TAB},
    {"cntrl", CLASS_CONTROL},
    {"digit", CLASS_DIGIT},
    {"graph", CLASS_GRAPH},
    {"lower", CLASS_LOWER},
    {"print", CLASS_GRAPH | CLASS_SPACE_BYTE},
    {"punct", CLASS_PUNCTUATION},
    {"space", CLASS_SPACE_BYTE | CLASS_TAB | CLASS_OTHER_SPACE},
    {"upper", CLASS_UPPER},
    {"xdigit", CLASS_DIGIT | CLASS_HEX_LETTER},
};

/* The bits of each byte: the last range that contains it counts. Bytes beyond ASCII have none. */
static const struct {
    unsigned char first;
    unsigned char last;
    unsigned bits;
} ranges[] = {
    {0x00, 0x1f, CLASS_CONTROL},
    {'\t', '\t', CLASS_CONTROL | CLASS_TAB},
    {'\n', '\r', CLASS_CONTROL | CLASS_OTHER_SPACE},
    {' ', ' ', CLASS_SPACE_BYTE},
    {'!', '~', CLASS_PUNCTUATION},
    {'0', '9', CLASS_DIGIT},
    {'A', 'Z', CLASS_UPPER},
    {'A', 'F', CLASS_UPPER | CLASS_HEX_LETTER},
    {'a', 'z', CLASS_LOWER},
    {'a', 'f', CLASS_LOWER | CLASS_HEX_LETTER},
    {0x7f, 0x7f, CLASS_CONTROL},
};

static unsigned bits_of(unsigned char byte)
{
    unsigned bits = 0;
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        if (byte >= ranges[i].first && byte <= ranges[i].last)
            bits = ranges[i].bits;
    }
    return bits;
}

static unsigned find_class(const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
        if (strlen(classes[i].name) == length && memcmp(classes[i].name, name, length) == 0)
            return classes[i].bits;
    }
    return 0;
}

/* The state of reading a bracket expression and looking for one byte in it. */
struct bracket {
    const char *next;   /* what is not read yet */
    const char *end;    /* the pattern's end */
    unsigned char byte; /* the byte that is looked for */
    bool found;         /* `byte` is a member */
    bool malformed;     /* the expression is unclosed or names an unknown class */
    int previous;       /* the member that a range may begin with, or -1 */
};

/* Reads one byte, or the byte after a backslash. */
static unsigned char read_member(struct bracket *bracket)
{
    if (*bracket->next == '\\')
        bracket->next++;
    if (bracket->next == bracket->end) {
        bracket->malformed = true;
        return 0;
    }
    return (unsigned char)*bracket->next++;
}

/* Reads `[:name:]`. False: no class begins here, so the `[` is an ordinary member. */
static bool read_class(struct bracket *bracket)
{
    const char *next = bracket->next;
    if (bracket->end - next < 2 || next[0] != '[' || next[1] != ':')
        return false;
    const char *name = next + 2;
    const char *close = memchr(name, ']', (size_t)(bracket->end - name));
    if (close == NULL) {
        bracket->malformed = true;
        return true;
    }
    if (close == name || close[-1] != ':')
        return false;
    unsigned bits = find_class(name, (size_t)(close - 1 - name));
    bracket->malformed = bits == 0;
    bracket->found |= (bits_of(bracket->byte) & bits) != 0;
    bracket->next = close + 1;
    bracket->previous = -1;
    return true;
}

/* Reads one member: a byte, a class, or the rest of a range, from its `-` on. */
static void read_element(struct bracket *bracket)
{
    const char *next = bracket->next;
    if (*next == '-' && bracket->previous >= 0 && bracket->end - next > 1 && next[1] != ']') {
        bracket->next++;
        unsigned char last = read_member(bracket);
        bracket->found |= bracket->byte >= bracket->previous && bracket->byte <= last;
        bracket->previous = -1;
        return;
    }
    if (read_class(bracket))
        return;
    unsigned char member = read_member(bracket);
    bracket->found |= member == bracket->byte;
    bracket->previous = member;
}

/* Reads the expression that `pattern` begins with. Returns its length, 0 if it is malformed;
 * `*matches` receives whether `byte` matches it. */
static size_t read_bracket(const char *pattern, size_t length, unsigned char byte, bool *matches)
{
    struct bracket bracket = {
        .next = pattern + 1, .end = pattern + length, .byte = byte, .previous = -1};
    bool negated = length > 1 && (pattern[1] == '!' || pattern[1] == '^');
    if (negated)
        bracket.next++;
    /* A `]` at the beginning is a member, so the loop checks for `]` only after a member. */
    do {
        if (bracket.next == bracket.end)
            return 0;
        read_element(&bracket);
        if (bracket.malformed || bracket.next == bracket.end)
            return 0;
    } while (*bracket.next != ']');
    *matches = bracket.found != negated;
    return (size_t)(bracket.next + 1 - pattern);
}

size_t glob_element(const char *pattern, size_t length)
{
    bool ignored;
    if (length == 0)
        return 0;
    if (*pattern == '\\')
        return length < 2 ? 0 : 2;
    return *pattern == '[' ? read_bracket(pattern, length, 0, &ignored) : 1;
}

/* The length of the element that `pattern` begins with if `byte` matches it; otherwise 0. */
static size_t match_element(const char *pattern, size_t length, char byte)
{
    if (length == 0)
        return 0;
    bool matches = false;
    size_t used = 1;
    switch (*pattern) {
    case '?':
        matches = true;
        break;
    case '[':
        used = read_bracket(pattern, length, (unsigned char)byte, &matches);
        break;
    case '\\':
        used = 2;
        matches = length > 1 && pattern[1] == byte;
        break;
    default:
        matches = *pattern == byte;
        break;
    }
    return matches ? used : 0;
}

bool glob_match(const char *pattern, size_t pattern_length, const char *name, size_t name_length)
{
    size_t at = 0;
    size_t done = 0;
    /* Only the last `*` need be tried with more bytes: everything before it has matched as early as
     * it can. */
    bool has_star = false;
    size_t after_star = 0;
    size_t star_end = 0;
    while (done < name_length) {
        if (at < pattern_length && pattern[at] == '*') {
            has_star = true;
            after_star = ++at;
            star_end = done;
            continue;
        }
        size_t used = match_element(pattern + at, pattern_length - at, name[done]);
        if (used > 0) {
            at += used;
            done++;
        } else if (has_star) {
            at = after_star;
            done = ++star_end;
        } else {
            return false;
        }
    }
    while (at < pattern_length && pattern[at] == '*')
        at++;
    return at == pattern_length;
}
