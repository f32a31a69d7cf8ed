/* Text for a terminal and for JSON: any bytes become one line of valid UTF-8 that is safe on a
 * terminal; JSON reads back as the input, repaired. Percent-encoding decodes to the input. */
#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "fuzz.h"
#include "text/encode.h"
#include "text/json.h"
#include "text/printable.h"

#define OUT_MAX (64U << 20)

static void check_safe(const struct buf *text)
{
    for (size_t done = 0; done < text->length;) {
        unsigned rune = 0;
        size_t step = utf8_sequence(text->data + done, text->length - done, &rune);
        MUST(step > 0 && printable_is_safe(rune));
        done += step;
    }
}

static void check_json(const char *text, size_t size)
{
    struct buf line;
    buf_init(&line, OUT_MAX);
    json_t *object = json_object();
    json_t *string = json_text(text, size);
    MUST(object != NULL && string != NULL);
    MUST(json_object_set_new(object, "text", string) == 0);
    MUST(json_add_line(&line, object));
    MUST(line.data[line.length - 1] == '\n');
    json_t *again = json_loadb(line.data, line.length, JSON_ALLOW_NUL, NULL);
    MUST(again != NULL && json_equal(again, object));
    line.length--;
    check_safe(&line);
    json_decref(again);
    json_decref(object);
    buf_free(&line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = size == 0 ? "" : (const char *)data;
    struct buf out;
    buf_init(&out, OUT_MAX);
    MUST(printable_add(&out, text, size));
    check_safe(&out);
    buf_clear(&out);
    MUST(utf8_repair(&out, text, size));
    MUST(utf8_valid(buf_text(&out), out.length));
    buf_clear(&out);
    MUST(encode_percent(&out, text, size, "/:"));
    struct buf decoded;
    buf_init(&decoded, OUT_MAX);
    MUST(decode_percent(&decoded, buf_text(&out), out.length));
    MUST(decoded.length == size && memcmp(buf_text(&decoded), text, size) == 0);
    buf_clear(&decoded);
    MUST(decode_percent(&decoded, text, size) || memchr(text, '%', size) != NULL);
    buf_free(&decoded);
    buf_free(&out);
    check_json(text, size);
    return 0;
}
