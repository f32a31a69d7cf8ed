/* Templates. The first byte chooses the place; the lines are the template, the file, its path and
 * the value of a key. */
#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "fuzz.h"
#include "text/template.h"

#define OUT_MAX (8U << 20)

static bool has_control(const struct buf *text)
{
    for (size_t i = 0; i < text->length; i++) {
        unsigned char byte = (unsigned char)text->data[i];
        if ((byte < 0x20 && byte != '\t') || byte == 0x7f)
            return true;
    }
    return false;
}

/* What is true of every text that was filled in. */
static void check(const struct template *template, const char *source, enum template_place place,
    const struct template_file *file)
{
    struct buf out;
    struct buf again;
    struct error error = {0};
    buf_init(&out, OUT_MAX);
    buf_init(&again, OUT_MAX);
    bool filled = template_fill(template, file, &out, &error);
    MUST(filled || error.text[0] != '\0');
    if (filled && place == TEMPLATE_HEADER)
        MUST(!has_control(&out));
    if (filled && template_is_file(template))
        MUST(strcmp(buf_text(&out), file->file) == 0);
    if (filled && strpbrk(source, "{}") == NULL)
        MUST(strcmp(buf_text(&out), source) == 0);
    /* Filling in again has the same result. */
    MUST(template_fill(template, file, &again, NULL) == filled);
    MUST(!filled || (out.length == again.length && strcmp(buf_text(&out), buf_text(&again)) == 0));
    buf_free(&out);
    buf_free(&again);
}

/* {dir}{name} is {path} for any path. */
static void check_cuts(const struct template_file *file)
{
    struct template *cut = NULL;
    struct buf out;
    buf_init(&out, OUT_MAX);
    MUST(template_parse("{dir}{name}", TEMPLATE_FORM, NULL, &cut, NULL));
    MUST(template_fill(cut, file, &out, NULL));
    MUST(strcmp(buf_text(&out), file->path) == 0);
    template_free(cut);
    buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = {data, size};
    enum template_place place = (enum template_place)(fuzz_byte(&input) % 4);
    char *lines[4];
    for (int i = 0; i < 4; i++)
        lines[i] = fuzz_line(&input);
    struct template_key key = {"key", lines[3]};
    struct template_keys keys = {.list = &key, .count = 1};
    struct template_file file = {.file = lines[1],
        .path = lines[2],
        .size = (int64_t)size,
        .mtime = (int64_t)size * 1000003,
        .sha256 = "5a",
        .sha1 = "51",
        .md5 = "3d"};
    struct template *template = NULL;
    struct error error = {0};
    if (template_parse(lines[0], place, &keys, &template, &error)) {
        check(template, lines[0], place, &file);
        template_free(template);
    } else {
        MUST(error.text[0] != '\0' && template == NULL);
    }
    check_cuts(&file);
    for (int i = 0; i < 4; i++)
        free(lines[i]);
    return 0;
}
