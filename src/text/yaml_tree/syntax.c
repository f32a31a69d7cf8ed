/* What is wrong in a document, as a sentence that says how to write it. libyaml's own sentences
 * name tokens; most errors in practice are values that need quotes. */
#include <string.h>

#include "base/ascii.h"
#include "text/yaml_tree/private.h"

struct yaml_tree_place yaml_tree_place_of(yaml_mark_t mark)
{
    return (struct yaml_tree_place){.line = mark.line + 1, .column = mark.column + 1};
}

/* A line of the document, without its end. */
struct line {
    const char *text;
    const char *end;
};

static struct line line_at(const struct yaml_tree_source *source, size_t number)
{
    const char *end = source->text + source->length;
    const char *text = source->text;
    for (; number > 0 && text < end; number--) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        text = newline == NULL ? end : newline + 1;
    }
    const char *newline = memchr(text, '\n', (size_t)(end - text));
    return (struct line){.text = text, .end = newline == NULL ? end : newline};
}

/* Where the character number `column` of a line in UTF-8 begins. */
static const char *byte_at(struct line line, size_t column)
{
    const char *text = line.text;
    for (; column > 0 && text < line.end; column--) {
        text++;
        while (text < line.end && ((unsigned char)*text & 0xc0) == 0x80)
            text++;
    }
    return text;
}

/* The column of the byte at `text`, from 1. */
static size_t column_of(struct line line, const char *text)
{
    size_t column = 1;
    for (const char *byte = line.text; byte < text; byte++)
        column += ((unsigned char)*byte & 0xc0) != 0x80;
    return column;
}

static const char *skip_blanks(const char *text, const char *end)
{
    while (text < end && ascii_is_blank(*text))
        text++;
    return text;
}

bool yaml_tree_comment_follows(const struct yaml_tree_source *source, yaml_mark_t end)
{
    struct line line = line_at(source, end.line);
    const char *after = byte_at(line, end.column);
    const char *next = skip_blanks(after, line.end);
    return next > after && next < line.end && *next == '#';
}

/* Whether `text` is `{word}`, as a template has it, and not a map. */
static bool is_field(const char *text, const char *end)
{
    const char *byte = text + 1;
    while (byte < end &&
           (ascii_is_letter(*byte) || ascii_is_digit(*byte) || strchr("_-.:?", *byte) != NULL))
        byte++;
    return byte > text + 1 && byte < end && *byte == '}';
}

/* Whether a value that begins at `text` must be in quotes. */
static bool needs_quotes(const char *text, const char *end)
{
    if (text >= end || *text == '\0')
        return false;
    return *text == '{' ? is_field(text, end) : strchr("*&!@`%", *text) != NULL;
}

/* Whether a value may begin after the byte and the blanks that follow it. */
static bool precedes_value(const char *byte, struct line line)
{
    bool blank_follows = byte + 1 < line.end && ascii_is_blank(byte[1]);
    return *byte == '[' || *byte == ',' || (blank_follows && (*byte == ':' || *byte == '-'));
}

/* The end of the value in quotes that begins at `text`. */
static const char *skip_quoted(const char *text, struct line line)
{
    const char *end = memchr(text + 1, *text, (size_t)(line.end - text - 1));
    return end == NULL ? line.end - 1 : end;
}

/* Finds a value in the line that must be in quotes. Values begin after the indentation, `- `, `: `,
 * `[` and `, `. NULL: there is none. */
static const char *find_unquoted(struct line line)
{
    bool begins = true;
    for (const char *byte = line.text; byte < line.end; byte++) {
        if (begins && needs_quotes(byte, line.end))
            return byte;
        bool is_quoted = begins && (*byte == '"' || *byte == '\'');
        begins = precedes_value(byte, line) || (begins && ascii_is_blank(*byte));
        if (is_quoted)
            byte = skip_quoted(byte, line);
    }
    return NULL;
}

static bool wrong_value(
    const struct yaml_tree_source *source, size_t line_number, struct error *error)
{
    struct line line = line_at(source, line_number);
    const char *value = find_unquoted(line);
    if (value == NULL)
        return false;
    struct yaml_tree_place place = {.line = line_number + 1, .column = column_of(line, value)};
    (void)yaml_tree_wrong(error, source->name, place,
        "a value that begins with '%c' means something else in YAML: put it in quotes", *value);
    return true;
}

/* Says what libyaml's problem at `at` means. Always false. */
static bool wrong_problem(const struct yaml_tree_source *source, const yaml_parser_t *parser,
    struct line line, const char *at, struct error *error)
{
    struct yaml_tree_place place = yaml_tree_place_of(parser->problem_mark);
    if (at < line.end && *at == '\t')
        return yaml_tree_wrong(error, source->name, place,
            "a TAB cannot be part of the indentation in YAML: use spaces");
    if (strstr(parser->problem, "mapping values are not allowed") != NULL)
        return yaml_tree_wrong(error, source->name, place,
            "': ' means something else in YAML: if it is part of a value, put it in quotes");
    if (strstr(parser->problem, "did not find expected ','") != NULL && at < line.end &&
        strchr("{}[]", *at) != NULL)
        return yaml_tree_wrong(error, source->name, place,
            "'%c' within [ ] or { } means something else in YAML: if it is part of a value, put "
            "the value in quotes",
            *at);
    if (parser->context != NULL && strstr(parser->context, "quoted scalar") != NULL)
        return yaml_tree_wrong(error, source->name, yaml_tree_place_of(parser->context_mark),
            "the value in quotes that begins here is wrong: %s",
            strstr(parser->problem, "end of stream") != NULL ? "its closing quote is missing"
                                                             : parser->problem);
    return yaml_tree_wrong(error, source->name, place, "not valid YAML: %s", parser->problem);
}

bool yaml_tree_wrong_syntax(
    const struct yaml_tree_source *source, const yaml_parser_t *parser, struct error *error)
{
    if (parser->error == YAML_MEMORY_ERROR)
        return error_set_memory(error);
    if (parser->error == YAML_READER_ERROR)
        return error_set(error, ERROR_USAGE, 0, "%s: byte %zu: it must be UTF-8 text: %s",
            source->name, parser->problem_offset, parser->problem);
    yaml_mark_t mark = parser->problem_mark;
    if (wrong_value(source, mark.line, error) ||
        (parser->context != NULL && wrong_value(source, parser->context_mark.line, error)))
        return false;
    struct line line = line_at(source, mark.line);
    return wrong_problem(source, parser, line, byte_at(line, mark.column), error);
}
