/* Multipart framing. Each field is a byte, which says whether it is a file, a line with its name
 * and a line with its content or file name. libmicrohttpd's parser reads the framed body back and
 * must find the same fields and no others. */
#include <stdbool.h>
#include <string.h>

#include "fuzz.h"
#include "unit/post_processor.h"

#define BOUNDARY "--shoal-00112233445566778899aabbccddeeff"
#define FIELDS   8
#define BODY_MAX (8U << 20)

/* The other parser's line buffer is 64 KiB, and escaping makes a name three times as long. */
#define LONGEST_NAME 8192

struct field {
    char *name;
    char *value;
    bool is_file; /* `value` is its file name; its content is FILE_CONTENT */
};

#define FILE_CONTENT "content\r\n--"

static void escape(struct buf *out, const char *name)
{
    for (; *name != '\0'; name++) {
        const char *escaped = *name == '"' ? "%22" : *name == '\r' ? "%0D" : "%0A";
        if (strchr("\"\r\n", *name) != NULL)
            MUST(buf_add_text(out, escaped));
        else
            MUST(buf_add_byte(out, *name));
    }
}

static void check_text(const struct buf *received, const char *name)
{
    struct buf expected;
    buf_init(&expected, BODY_MAX);
    escape(&expected, name);
    MUST(strcmp(buf_text(received), buf_text(&expected)) == 0);
    buf_free(&expected);
}

/* Whether the other parser can read a field with this name. It searches the whole line for ` name=`
 * and ` filename=`, and fails if no quote follows. */
static bool parser_accepts(const char *name)
{
    return strcasestr(name, "name=") == NULL && strlen(name) < LONGEST_NAME;
}

static size_t read_fields(struct fuzz_input *input, struct field *fields)
{
    size_t count = 0;
    while (input->left > 0 && count < FIELDS) {
        struct field *field = &fields[count];
        field->is_file = fuzz_byte(input) % 2 != 0;
        field->name = fuzz_line(input);
        field->value = fuzz_line(input);
        if (*field->name != '\0' && parser_accepts(field->name) &&
            (!field->is_file || parser_accepts(field->value)) &&
            strstr(field->value, BOUNDARY) == NULL) {
            count++;
        } else {
            free(field->name);
            free(field->value);
        }
    }
    return count;
}

static void frame(struct buf *body, const struct field *fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct multipart_part part = {.name = fields[i].name};
        if (fields[i].is_file) {
            part.file_name = fields[i].value;
            part.type = "application/octet-stream";
        }
        MUST(multipart_add_head(body, BOUNDARY, &part, i == 0));
        MUST(buf_add_text(body, fields[i].is_file ? FILE_CONTENT : fields[i].value));
    }
    MUST(multipart_add_close(body, BOUNDARY));
}

static void check(const struct received *received, const struct field *fields, size_t count)
{
    MUST(received->count == count);
    for (size_t i = 0; i < count; i++) {
        const struct received_part *part = &received->parts[i];
        check_text(&part->name, fields[i].name);
        MUST(part->has_file_name == fields[i].is_file);
        if (fields[i].is_file)
            check_text(&part->file_name, fields[i].value);
        const char *content = fields[i].is_file ? FILE_CONTENT : fields[i].value;
        MUST(strcmp(buf_text(&part->content), content) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* Opened once: opening it for each input would take most of the time. */
    static struct post_processor processor;
    if (processor.connection == NULL)
        MUST(post_processor_open(&processor, BOUNDARY));
    struct fuzz_input input = {data, size};
    struct field fields[FIELDS];
    size_t count = read_fields(&input, fields);
    if (count > 0) {
        struct buf body;
        struct received received;
        buf_init(&body, BODY_MAX);
        frame(&body, fields, count);
        MUST(post_processor_read(&processor, &body, &received));
        check(&received, fields, count);
        received_free(&received);
        buf_free(&body);
    }
    for (size_t i = 0; i < count; i++) {
        free(fields[i].name);
        free(fields[i].value);
    }
    return 0;
}
