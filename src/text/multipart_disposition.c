#include "text/multipart_disposition.h"

#include <string.h>
#include <strings.h>

void multipart_disposition_init(struct multipart_disposition *disposition, size_t maximum)
{
    *disposition = (struct multipart_disposition){.seen = false};
    buf_init(&disposition->name, maximum);
    buf_init(&disposition->file_name, maximum);
    buf_init(&disposition->type, maximum);
}

void multipart_disposition_free(struct multipart_disposition *disposition)
{
    buf_free(&disposition->name);
    buf_free(&disposition->file_name);
    buf_free(&disposition->type);
}

void multipart_disposition_clear(struct multipart_disposition *disposition)
{
    disposition->seen = false;
    disposition->has_file_name = false;
    disposition->has_type = false;
    buf_clear(&disposition->name);
    buf_clear(&disposition->file_name);
    buf_clear(&disposition->type);
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

static const char *skip_blanks(const char *text, const char *end)
{
    while (text < end && is_blank(*text))
        text++;
    return text;
}

/* A tchar of RFC 9110, section 5.6.2. */
static bool is_token_byte(char byte)
{
    unsigned char value = (unsigned char)byte;
    return value > ' ' && value < 127 && strchr("\"(),/:;<=>?@[\\]{}", byte) == NULL;
}

static const char *skip_token(const char *text, const char *end)
{
    while (text < end && is_token_byte(*text))
        text++;
    return text;
}

/* Reads a value in quotes, which only a quote ends (a backslash does not escape it), or a token.
 * Returns the end of what was read; NULL: it is neither. */
static const char *read_value(
    const char *text, const char *end, struct multipart_parameter *parameter)
{
    if (text < end && *text == '"') {
        const char *closing = memchr(text + 1, '"', (size_t)(end - text) - 1);
        if (closing == NULL)
            return NULL;
        parameter->value = text + 1;
        parameter->value_length = (size_t)(closing - text) - 1;
        return closing + 1;
    }
    const char *after = skip_token(text, end);
    parameter->value = text;
    parameter->value_length = (size_t)(after - text);
    return after == text ? NULL : after;
}

int multipart_parameter_next(
    const char **text, const char *end, struct multipart_parameter *parameter)
{
    const char *at = skip_blanks(*text, end);
    if (at == end)
        return 0;
    if (*at != ';')
        return -1;
    at = skip_blanks(at + 1, end);
    if (at == end) { /* a lone `;` at the end, as some clients send */
        *text = at;
        return 0;
    }
    const char *equals = skip_token(at, end);
    if (equals == at || equals == end || *equals != '=')
        return -1;
    parameter->name = at;
    parameter->name_length = (size_t)(equals - at);
    at = read_value(equals + 1, end, parameter);
    if (at == NULL)
        return -1;
    *text = at;
    return 1;
}

bool multipart_parameter_is(const struct multipart_parameter *parameter, const char *name)
{
    return parameter->name_length == strlen(name) &&
           strncasecmp(parameter->name, name, parameter->name_length) == 0;
}

/* Adds a name with the escapes that browsers use decoded: %22, %0D, %0A. */
static bool add_unescaped(struct buf *out, const char *text, size_t length)
{
    static const struct {
        char code[4];
        char byte;
    } escapes[] = {{"%22", '"'}, {"%0D", '\r'}, {"%0A", '\n'}};
    size_t at = 0;
    while (at < length) {
        char byte = text[at];
        size_t used = 1;
        for (size_t i = 0; byte == '%' && i < sizeof escapes / sizeof *escapes; i++) {
            if (length - at >= 3 && memcmp(text + at, escapes[i].code, 3) == 0) {
                byte = escapes[i].byte;
                used = 3;
            }
        }
        if (!buf_add_byte(out, byte))
            return false;
        at += used;
    }
    return !out->failed;
}

/* Stores a parameter that may occur only once; `*has` says whether it did. */
static bool store_parameter(
    struct buf *out, bool *has, const struct multipart_parameter *parameter, struct error *error)
{
    if (*has)
        return error_set(error, ERROR_DATA, 0, "a part of the form has two of '%.*s'",
            (int)parameter->name_length, parameter->name);
    *has = true;
    if (!add_unescaped(out, parameter->value, parameter->value_length))
        return error_set_memory(error);
    return true;
}

static bool read_disposition(struct multipart_disposition *disposition, const char *text,
    const char *end, struct error *error)
{
    if (disposition->seen)
        return error_set(error, ERROR_DATA, 0, "a part of the form has two Content-Dispositions");
    disposition->seen = true;
    const char *next = skip_token(text, end);
    if (next - text != 9 || strncasecmp(text, "form-data", 9) != 0)
        return error_set(error, ERROR_DATA, 0, "a part's Content-Disposition is not form-data");
    bool has_name = false;
    bool has_extended = false;
    struct multipart_parameter parameter;
    int found;
    while ((found = multipart_parameter_next(&next, end, &parameter)) > 0) {
        bool stored = true;
        if (multipart_parameter_is(&parameter, "name"))
            stored = store_parameter(&disposition->name, &has_name, &parameter, error);
        else if (multipart_parameter_is(&parameter, "filename"))
            stored = store_parameter(
                &disposition->file_name, &disposition->has_file_name, &parameter, error);
        else if (multipart_parameter_is(&parameter, "filename*"))
            has_extended = true;
        if (!stored)
            return false;
    }
    if (found < 0)
        return error_set(error, ERROR_DATA, 0, "a part's Content-Disposition is malformed");
    if (has_extended && !disposition->has_file_name)
        return error_set(error, ERROR_DATA, 0,
            "a part gives its file name as filename*, which forms must not use (RFC 7578)");
    return true;
}

/* Only these encodings leave the content as it is, which is how the receiver stores it. */
static bool check_encoding(const char *text, const char *end, struct error *error)
{
    static const char *const plain[] = {"7bit", "8bit", "binary"};
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        if ((size_t)(end - text) == strlen(plain[i]) &&
            strncasecmp(text, plain[i], strlen(plain[i])) == 0)
            return true;
    }
    return error_set(error, ERROR_DATA, 0,
        "a part has a Content-Transfer-Encoding other than 7bit, 8bit and binary");
}

static bool header_is(const char *line, size_t length, const char *name)
{
    return length == strlen(name) && strncasecmp(line, name, length) == 0;
}

static bool read_type(struct multipart_disposition *disposition, const char *text, const char *end,
    struct error *error)
{
    if (disposition->has_type)
        return error_set(error, ERROR_DATA, 0, "a part of the form has two Content-Types");
    disposition->has_type = true;
    return buf_add(&disposition->type, text, (size_t)(end - text)) || error_set_memory(error);
}

bool multipart_disposition_line(
    struct multipart_disposition *disposition, const char *line, size_t length, struct error *error)
{
    if (memchr(line, '\0', length) != NULL || memchr(line, '\r', length) != NULL)
        return error_set(error, ERROR_DATA, 0, "a part's header holds a NUL or a lone CR");
    const char *end = line + length;
    const char *colon = skip_token(line, end);
    if (colon == line || colon == end || *colon != ':')
        return error_set(error, ERROR_DATA, 0, "a part's header is no 'Name: value'");
    const char *value = skip_blanks(colon + 1, end);
    while (end > value && is_blank(end[-1]))
        end--;
    size_t name_length = (size_t)(colon - line);
    if (header_is(line, name_length, "content-disposition"))
        return read_disposition(disposition, value, end, error);
    if (header_is(line, name_length, "content-transfer-encoding"))
        return check_encoding(value, end, error);
    if (header_is(line, name_length, "content-type"))
        return read_type(disposition, value, end, error);
    return true;
}
