#include "text/multipart_disposition.h"

#include <string.h>

#include "base/ascii.h"

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

static const char *skip_blanks(const char *text, const char *end)
{
    while (text < end && ascii_is_blank(*text))
        text++;
    return text;
}

static struct http_slice token_at(const char *text, const char *end)
{
    return (struct http_slice){text, http_token_length(text, (size_t)(end - text))};
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
        parameter->value = (struct http_slice){text + 1, (size_t)(closing - text) - 1};
        return closing + 1;
    }
    parameter->value = token_at(text, end);
    return parameter->value.length == 0 ? NULL : text + parameter->value.length;
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
    parameter->name = token_at(at, end);
    const char *equals = at + parameter->name.length;
    if (equals == at || equals == end || *equals != '=')
        return -1;
    at = read_value(equals + 1, end, parameter);
    if (at == NULL)
        return -1;
    *text = at;
    return 1;
}

/* Adds a name with the escapes that browsers use decoded: %22, %0D, %0A. */
static bool add_unescaped(struct buf *out, struct http_slice text)
{
    static const struct {
        char code[4];
        char byte;
    } escapes[] = {{"%22", '"'}, {"%0D", '\r'}, {"%0A", '\n'}};
    size_t at = 0;
    while (at < text.length) {
        char byte = text.data[at];
        size_t used = 1;
        for (size_t i = 0; byte == '%' && i < sizeof escapes / sizeof *escapes; i++) {
            if (text.length - at >= 3 && memcmp(text.data + at, escapes[i].code, 3) == 0) {
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
            (int)parameter->name.length, parameter->name.data);
    *has = true;
    if (!add_unescaped(out, parameter->value))
        return error_set_memory(error);
    return true;
}

static bool read_disposition(
    struct multipart_disposition *disposition, struct http_slice value, struct error *error)
{
    if (disposition->seen)
        return error_set(error, ERROR_DATA, 0, "a part of the form has two Content-Dispositions");
    disposition->seen = true;
    const char *end = value.data + value.length;
    struct http_slice type = token_at(value.data, end);
    if (!http_slice_is(type, "form-data"))
        return error_set(error, ERROR_DATA, 0, "a part's Content-Disposition is not form-data");
    bool has_name = false;
    bool has_extended = false;
    const char *next = value.data + type.length;
    struct multipart_parameter parameter;
    int found;
    while ((found = multipart_parameter_next(&next, end, &parameter)) > 0) {
        bool stored = true;
        if (http_slice_is(parameter.name, "name"))
            stored = store_parameter(&disposition->name, &has_name, &parameter, error);
        else if (http_slice_is(parameter.name, "filename"))
            stored = store_parameter(
                &disposition->file_name, &disposition->has_file_name, &parameter, error);
        else if (http_slice_is(parameter.name, "filename*"))
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
static bool check_encoding(struct http_slice value, struct error *error)
{
    if (http_slice_is(value, "7bit") || http_slice_is(value, "8bit") ||
        http_slice_is(value, "binary"))
        return true;
    return error_set(error, ERROR_DATA, 0,
        "a part has a Content-Transfer-Encoding other than 7bit, 8bit and binary");
}

static bool read_type(
    struct multipart_disposition *disposition, struct http_slice value, struct error *error)
{
    if (disposition->has_type)
        return error_set(error, ERROR_DATA, 0, "a part of the form has two Content-Types");
    disposition->has_type = true;
    return buf_add(&disposition->type, value.data, value.length) || error_set_memory(error);
}

bool multipart_disposition_line(
    struct multipart_disposition *disposition, const char *line, size_t length, struct error *error)
{
    if (memchr(line, '\0', length) != NULL || memchr(line, '\r', length) != NULL)
        return error_set(error, ERROR_DATA, 0, "a part's header contains a NUL or a lone CR");
    struct http_slice name = token_at(line, line + length);
    if (name.length == 0 || name.length == length || line[name.length] != ':')
        return error_set(error, ERROR_DATA, 0, "a part's header is not 'Name: value'");
    const char *rest = line + name.length + 1;
    struct http_slice value = http_trim((struct http_slice){rest, length - name.length - 1});
    if (http_slice_is(name, "content-disposition"))
        return read_disposition(disposition, value, error);
    if (http_slice_is(name, "content-transfer-encoding"))
        return check_encoding(value, error);
    if (http_slice_is(name, "content-type"))
        return read_type(disposition, value, error);
    return true;
}
