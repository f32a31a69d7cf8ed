#include "text/multipart_reader.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "text/multipart_disposition.h"

/* A delimiter is CRLF, two dashes and the boundary. It contains CR only at its beginning, so after
 * a mismatch a new match can only begin at the byte that did not match: the search needs no table
 * and never goes back, and `matched` is all that it keeps from one push to the next.
 *
 * The body is read as if a CRLF came before it, so that a delimiter at its very beginning counts.
 */

#define DELIMITER_START     "\r\n--"
#define DELIMITER_START_LEN 4

/* The most blanks after a delimiter. RFC 2046 allows them there (transport-padding), because mail
 * gateways add them. */
#define PADDING_MAX 256

enum multipart_state {
    MULTIPART_PREAMBLE,       /* before the first delimiter: ignored */
    MULTIPART_AFTER_BOUNDARY, /* directly after a boundary */
    MULTIPART_SECOND_DASH,    /* after the first of the closing delimiter's two dashes */
    MULTIPART_PADDING,        /* in blanks after a delimiter, up to its CR */
    MULTIPART_LINE_FEED,      /* after that CR */
    MULTIPART_HEAD,           /* in a part's headers */
    MULTIPART_CONTENT,        /* in a part's content */
    MULTIPART_EPILOGUE,       /* after the closing delimiter: ignored */
};

struct multipart_reader {
    const struct multipart_reader_calls *calls;
    void *context;
    enum multipart_state state;
    size_t matched;   /* the longest start of `delimiter` that the input ends with, bytes */
    size_t padding;   /* blanks read after the delimiter */
    size_t head_size; /* bytes of this part's headers so far */
    struct buf line;  /* the header line, as far as it was read */
    struct multipart_disposition disposition;
    size_t delimiter_length;
    char delimiter[DELIMITER_START_LEN + MULTIPART_READER_BOUNDARY_MAX + 1];
};

static bool wrong(struct error *error, const char *text)
{
    return error_set(error, ERROR_DATA, 0, "%s", text);
}

bool multipart_reader_is_form(const char *content_type)
{
    static const char form[] = "multipart/form-data";
    size_t length = sizeof form - 1;
    if (strncasecmp(content_type, form, length) != 0)
        return false;
    char next = content_type[length];
    return next == '\0' || next == ';' || ascii_is_blank(next);
}

/* RFC 2046 allows fewer characters (bchars). Any printable ASCII is accepted here, as long as the
 * boundary does not end in a blank: the search needs no more than a boundary without CR. */
static bool boundary_is_valid(const char *boundary, size_t length)
{
    if (length == 0 || length > MULTIPART_READER_BOUNDARY_MAX || boundary[length - 1] == ' ')
        return false;
    for (size_t i = 0; i < length; i++) {
        if (!ascii_is_printable(boundary[i]))
            return false;
    }
    return true;
}

bool multipart_reader_boundary(const char *content_type, struct buf *boundary, struct error *error)
{
    if (!multipart_reader_is_form(content_type))
        return wrong(error, "the Content-Type is not multipart/form-data");
    const char *text = content_type + strlen("multipart/form-data");
    const char *end = content_type + strlen(content_type);
    struct multipart_parameter parameter;
    int found;
    while ((found = multipart_parameter_next(&text, end, &parameter)) > 0) {
        if (!http_slice_is(parameter.name, "boundary"))
            continue;
        if (!boundary_is_valid(parameter.value.data, parameter.value.length))
            return wrong(error, "the boundary of the multipart/form-data is not valid");
        if (!buf_add(boundary, parameter.value.data, parameter.value.length))
            return error_set_memory(error);
        return true;
    }
    return wrong(error,
        found < 0 ? "the Content-Type is malformed" : "the multipart/form-data names no boundary");
}

struct multipart_reader *multipart_reader_new(
    const char *boundary, const struct multipart_reader_calls *calls, void *context)
{
    size_t length = strlen(boundary);
    struct multipart_reader *reader = calloc(1, sizeof *reader);
    if (reader == NULL || length > MULTIPART_READER_BOUNDARY_MAX) {
        free(reader);
        return NULL;
    }
    reader->calls = calls;
    reader->context = context;
    reader->matched = 2; /* the CRLF that is assumed before the body */
    memcpy(reader->delimiter, DELIMITER_START, DELIMITER_START_LEN);
    memcpy(reader->delimiter + DELIMITER_START_LEN, boundary, length);
    reader->delimiter_length = DELIMITER_START_LEN + length;
    buf_init(&reader->line, MULTIPART_READER_HEAD_MAX);
    multipart_disposition_init(&reader->disposition, MULTIPART_READER_HEAD_MAX);
    return reader;
}

void multipart_reader_free(struct multipart_reader *reader)
{
    if (reader == NULL)
        return;
    multipart_disposition_free(&reader->disposition);
    buf_free(&reader->line);
    free(reader);
}

/* Passes content to the caller; a preamble is dropped. */
static bool pass_content(
    struct multipart_reader *reader, const char *data, size_t length, struct error *error)
{
    if (length == 0 || reader->state == MULTIPART_PREAMBLE)
        return true;
    return reader->calls->data(reader->context, data, length, error);
}

static bool delimiter_found(struct multipart_reader *reader, struct error *error)
{
    bool had_part = reader->state == MULTIPART_CONTENT;
    reader->state = MULTIPART_AFTER_BOUNDARY;
    reader->matched = 0;
    reader->padding = 0;
    return !had_part || reader->calls->end(reader->context, error);
}

/* Continues a delimiter that an earlier push ended in. `*consumed` receives the bytes read. */
static bool step_delimiter(struct multipart_reader *reader, const char *data, size_t length,
    size_t *consumed, struct error *error)
{
    size_t at = 0;
    while (at < length && reader->matched < reader->delimiter_length &&
           data[at] == reader->delimiter[reader->matched]) {
        reader->matched++;
        at++;
    }
    *consumed = at;
    if (reader->matched == reader->delimiter_length)
        return delimiter_found(reader, error);
    if (at == length)
        return true;
    size_t matched = reader->matched;
    reader->matched = 0;
    return pass_content(reader, reader->delimiter, matched, error);
}

/* The offset of the first delimiter in `data`, whole or cut off by the end; `length`: none. */
static size_t find_delimiter(const struct multipart_reader *reader, const char *data, size_t length)
{
    size_t at = 0;
    while (at < length) {
        const char *start = memchr(data + at, '\r', length - at);
        if (start == NULL)
            return length;
        at = (size_t)(start - data);
        size_t left = length - at;
        if (left > reader->delimiter_length)
            left = reader->delimiter_length;
        if (memcmp(start, reader->delimiter, left) == 0)
            return at;
        at++;
    }
    return length;
}

/* In the preamble or in content: ignores or passes on what comes before the next delimiter. */
static bool step_content(struct multipart_reader *reader, const char *data, size_t length,
    size_t *consumed, struct error *error)
{
    if (reader->matched > 0)
        return step_delimiter(reader, data, length, consumed, error);
    size_t plain = find_delimiter(reader, data, length);
    if (!pass_content(reader, data, plain, error))
        return false;
    reader->matched = length - plain;
    if (reader->matched > reader->delimiter_length)
        reader->matched = reader->delimiter_length;
    *consumed = plain + reader->matched;
    return reader->matched < reader->delimiter_length || delimiter_found(reader, error);
}

static void head_begins(struct multipart_reader *reader)
{
    reader->state = MULTIPART_HEAD;
    reader->head_size = 0;
    buf_clear(&reader->line);
    multipart_disposition_clear(&reader->disposition);
}

/* Directly after a boundary, or in the blanks after it: reads the closing delimiter's first dash, a
 * blank, or the CR that ends the line. */
static bool step_padding(struct multipart_reader *reader, char byte, struct error *error)
{
    if (byte == '-' && reader->state == MULTIPART_AFTER_BOUNDARY)
        reader->state = MULTIPART_SECOND_DASH;
    else if (byte == '\r')
        reader->state = MULTIPART_LINE_FEED;
    else if (ascii_is_blank(byte) && reader->padding++ < PADDING_MAX)
        reader->state = MULTIPART_PADDING;
    else
        return wrong(error, "a delimiter line of the form holds more than the boundary");
    return true;
}

/* Reads one byte of a delimiter line, after its boundary. */
static bool step_after_boundary(struct multipart_reader *reader, char byte, struct error *error)
{
    if (reader->state == MULTIPART_AFTER_BOUNDARY || reader->state == MULTIPART_PADDING)
        return step_padding(reader, byte, error);
    if (reader->state == MULTIPART_SECOND_DASH && byte == '-')
        reader->state = MULTIPART_EPILOGUE;
    else if (reader->state == MULTIPART_LINE_FEED && byte == '\n')
        head_begins(reader);
    else
        return wrong(error, "a delimiter line of the form is malformed");
    return true;
}

static bool head_ends(struct multipart_reader *reader, struct error *error)
{
    const struct multipart_disposition *disposition = &reader->disposition;
    if (!disposition->seen)
        return wrong(error, "a part of the form has no Content-Disposition");
    if (disposition->name.length == 0)
        return wrong(error, "a part of the form has no name");
    reader->state = MULTIPART_CONTENT;
    reader->matched = 0;
    struct multipart_reader_part part = {
        .name = buf_text(&disposition->name),
        .file_name = disposition->has_file_name ? buf_text(&disposition->file_name) : NULL,
        .type = disposition->has_type ? buf_text(&disposition->type) : NULL,
    };
    return reader->calls->begin(reader->context, &part, error);
}

/* Reads a header line, or as much of it as there is. */
static bool step_head(struct multipart_reader *reader, const char *data, size_t length,
    size_t *consumed, struct error *error)
{
    const char *feed = memchr(data, '\n', length);
    *consumed = feed == NULL ? length : (size_t)(feed - data) + 1;
    reader->head_size += *consumed;
    if (reader->head_size > MULTIPART_READER_HEAD_MAX)
        return wrong(error, "the headers of a part take more than 16 KiB");
    if (!buf_add(&reader->line, data, *consumed))
        return error_set_memory(error);
    if (feed == NULL)
        return true;
    size_t line_length = reader->line.length - 1;
    if (line_length == 0 || reader->line.data[line_length - 1] != '\r')
        return wrong(error, "a header line of a part does not end in CRLF");
    line_length--;
    if (line_length == 0)
        return head_ends(reader, error);
    bool read =
        multipart_disposition_line(&reader->disposition, reader->line.data, line_length, error);
    buf_clear(&reader->line);
    return read;
}

bool multipart_reader_push(
    struct multipart_reader *reader, const char *data, size_t length, struct error *error)
{
    bool valid = true;
    while (valid && length > 0 && reader->state != MULTIPART_EPILOGUE) {
        size_t consumed = 1;
        switch (reader->state) {
        case MULTIPART_PREAMBLE:
        case MULTIPART_CONTENT:
            valid = step_content(reader, data, length, &consumed, error);
            break;
        case MULTIPART_HEAD:
            valid = step_head(reader, data, length, &consumed, error);
            break;
        default:
            valid = step_after_boundary(reader, data[0], error);
            break;
        }
        data += consumed;
        length -= consumed;
    }
    return valid;
}

bool multipart_reader_finish(const struct multipart_reader *reader, struct error *error)
{
    if (reader->state == MULTIPART_EPILOGUE)
        return true;
    return wrong(error, reader->state == MULTIPART_PREAMBLE
                            ? "the body holds no delimiter of the form"
                            : "the body ends before the form's closing delimiter");
}
