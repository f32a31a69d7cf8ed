/* Escapes may be on top of each other: JSON in JSON has `\\u0026`, a page that quotes JSON has
 * `&#92;u0026`. A character at depth N is read with its escape's own characters at depth N - 1; at
 * depth 0 each byte is itself. */
#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "text/encode.h"
#include "text/secret/private.h"

#define DEPTH_MOST  3
#define NAME_MOST   24 /* bytes of an entity's name */
#define DIGITS_MOST 10 /* of a number, leading zeros included */

/* One character of a text at some depth. */
struct character {
    unsigned value; /* a byte, or a code point */
    bool is_byte;   /* %XX, \xXX, or a byte as it is */
    size_t size;    /* bytes of the text that it takes; 0: none could be read */
};

/* Where the characters of an escape are read. */
struct reader {
    const char *text;
    size_t length;
    size_t at; /* offset of the next character */
    unsigned depth;
    struct escape *escape; /* gets `cut` and `steps` */
};

/* NOLINTBEGIN(misc-no-recursion): at most DEPTH_MOST calls deep, as the depth decreases */
static struct character read_character(struct reader reader);

/* Reads the next character. Above the longest escape there is none. */
static bool next(struct reader *reader, unsigned *value)
{
    if (reader->at > ESCAPE_MOST)
        return false;
    struct character character = read_character(*reader);
    reader->at += character.size;
    *value = character.value;
    return character.size > 0;
}

/* Takes the next character if it is `wanted`. */
static bool skip(struct reader *reader, unsigned wanted)
{
    struct reader ahead = *reader;
    unsigned value;
    if (!next(&ahead, &value) || value != wanted)
        return false;
    *reader = ahead;
    return true;
}

static int digit_value(unsigned value, unsigned base)
{
    int digit = value < 0x80 ? ascii_hex_value((char)value) : -1;
    return digit < (int)base ? digit : -1;
}

/* Reads `least` to `most` digits. */
static bool read_number(
    struct reader *reader, unsigned base, unsigned least, unsigned most, unsigned *number)
{
    unsigned count = 0;
    *number = 0;
    while (count < most) {
        struct reader ahead = *reader;
        unsigned value;
        int digit = next(&ahead, &value) ? digit_value(value, base) : -1;
        if (digit < 0)
            break;
        *number = *number * base + (unsigned)digit;
        *reader = ahead;
        count++;
    }
    return count >= least;
}

/* A number in braces, or one of exactly `digits` digits. */
static bool read_hexadecimal(struct reader *reader, unsigned digits, unsigned *number)
{
    if (skip(reader, '{'))
        return read_number(reader, 16, 1, DIGITS_MOST, number) && skip(reader, '}');
    return read_number(reader, 16, digits, digits, number);
}

/* What follows `\u` or `%u`: one code point, or the two halves of one above U+FFFF. */
static bool read_unicode(struct reader *reader, unsigned lead, unsigned *code_point)
{
    if (!read_hexadecimal(reader, 4, code_point))
        return false;
    unsigned low;
    struct reader ahead = *reader;
    if (*code_point >= 0xd800 && *code_point < 0xdc00 && skip(&ahead, lead) && skip(&ahead, 'u') &&
        read_hexadecimal(&ahead, 4, &low) && low >= 0xdc00 && low < 0xe000) {
        *code_point = 0x10000 + ((*code_point - 0xd800) << 10) + (low - 0xdc00);
        *reader = ahead;
    }
    return true;
}

/* After a percent sign. */
static bool read_percent(struct reader *reader, struct character *character)
{
    if (skip(reader, 'u') || skip(reader, 'U'))
        return read_unicode(reader, '%', &character->value);
    character->is_byte = true;
    return read_number(reader, 16, 2, 2, &character->value);
}

/* After a backslash. Of a byte that means nothing special, itself. */
static bool read_backslash(struct reader *reader, struct character *character)
{
    static const char letters[] = "abefnrtv";
    static const char controls[] = "\a\b\033\f\n\r\t\v";
    struct reader start = *reader;
    unsigned value;
    if (!next(reader, &value))
        return false;
    if (value == 'u')
        return read_unicode(reader, '\\', &character->value);
    if (value == 'U')
        return read_hexadecimal(reader, 8, &character->value);
    character->is_byte = true;
    if (value == 'x')
        return read_hexadecimal(reader, 2, &character->value);
    if (read_number(&start, 8, 3, 3, &character->value) && character->value <= 0xff) {
        *reader = start;
        return true;
    }
    const char *letter = value == 0 || value > 0x7f ? NULL : strchr(letters, (int)value);
    character->value = letter == NULL ? value : (unsigned char)controls[letter - letters];
    return true;
}

/* HTML's names of ASCII characters, and of the space that does not break. */
static const struct entity {
    const char *name;
    unsigned value;
} entities[] = {
    {"amp", '&'},
    {"apos", '\''},
    {"ast", '*'},
    {"bsol", '\\'},
    {"colon", ':'},
    {"comma", ','},
    {"commat", '@'},
    {"diacriticalgrave", '`'},
    {"dollar", '$'},
    {"equals", '='},
    {"excl", '!'},
    {"grave", '`'},
    {"gt", '>'},
    {"hat", '^'},
    {"lbrace", '{'},
    {"lbrack", '['},
    {"lcub", '{'},
    {"lowbar", '_'},
    {"lpar", '('},
    {"lsqb", '['},
    {"lt", '<'},
    {"midast", '*'},
    {"nbsp", 0xa0},
    {"newline", '\n'},
    {"num", '#'},
    {"percnt", '%'},
    {"period", '.'},
    {"plus", '+'},
    {"quest", '?'},
    {"quot", '"'},
    {"rbrace", '}'},
    {"rbrack", ']'},
    {"rcub", '}'},
    {"rpar", ')'},
    {"rsqb", ']'},
    {"semi", ';'},
    {"sol", '/'},
    {"tab", '\t'},
    {"underbar", '_'},
    {"verbar", '|'},
    {"vert", '|'},
    {"verticalline", '|'},
};

static bool find_entity(const char *name, unsigned *value)
{
    for (size_t i = 0; i < sizeof entities / sizeof entities[0]; i++) {
        if (strcasecmp(entities[i].name, name) == 0) {
            *value = entities[i].value;
            return true;
        }
    }
    return false;
}

/* After an ampersand. As browsers do, takes an entity without its semicolon too. */
static bool read_entity(struct reader *reader, struct character *character)
{
    char name[NAME_MOST + 1] = "";
    if (skip(reader, '#')) {
        bool hexadecimal = skip(reader, 'x') || skip(reader, 'X');
        if (!read_number(reader, hexadecimal ? 16 : 10, 1, DIGITS_MOST, &character->value))
            return false;
        (void)skip(reader, ';');
        return true;
    }
    for (size_t length = 0; length < NAME_MOST; length++) {
        struct reader ahead = *reader;
        unsigned value;
        if (!next(&ahead, &value) || value > 0x7f || !ascii_is_letter((char)value))
            break;
        *reader = ahead;
        name[length] = (char)value;
    }
    (void)skip(reader, ';');
    return find_entity(name, &character->value);
}

/* Reads an escape after its first character. */
static bool read_escape(struct reader *reader, unsigned lead, struct character *character)
{
    switch (lead) {
    case '%':
        return read_percent(reader, character);
    case '\\':
        return read_backslash(reader, character);
    case '&':
        return read_entity(reader, character);
    default:
        return false;
    }
}

/* Reads one character at the reader's depth. Its size is 0 at the end of the text. */
static struct character read_character(struct reader reader)
{
    reader.escape->steps++;
    if (reader.at >= reader.length) {
        reader.escape->cut = true;
        return (struct character){0};
    }
    unsigned char byte = (unsigned char)reader.text[reader.at];
    struct character character = {.value = byte, .is_byte = true, .size = 1};
    if (reader.depth == 0 || !escape_begins((char)byte))
        return character;
    size_t start = reader.at;
    reader.depth--;
    character = read_character(reader);
    struct character escaped = {0};
    reader.at += character.size;
    if (!read_escape(&reader, character.value, &escaped) || reader.at - start > ESCAPE_MOST)
        return character;
    escaped.size = reader.at - start;
    return escaped;
}
/* NOLINTEND(misc-no-recursion) */

bool escape_begins(char byte)
{
    return byte == '%' || byte == '\\' || byte == '&';
}

static void add_reading(struct escape *escape, const struct character *character, bool as_byte)
{
    struct escape_reading *reading = &escape->readings[escape->count];
    reading->size = (unsigned char)character->size;
    reading->bytes[0] = (char)character->value;
    reading->count = as_byte ? 1 : (unsigned char)utf8_write(reading->bytes, character->value);
    if (reading->count > 0)
        escape->count++;
}

void escape_read(const char *text, size_t length, struct escape *escape)
{
    size_t before = 1; /* size of the reading without an escaping */
    *escape = (struct escape){0};
    for (unsigned depth = 1; depth <= DEPTH_MOST; depth++) {
        struct reader reader = {.text = text, .length = length, .depth = depth, .escape = escape};
        struct character character = read_character(reader);
        if (character.size == before)
            continue;
        before = character.size;
        if (character.is_byte)
            add_reading(escape, &character, true);
        /* Languages differ in whether \xE9 is a byte or U+00E9. */
        if (!character.is_byte || character.value > 0x7f)
            add_reading(escape, &character, false);
    }
}
