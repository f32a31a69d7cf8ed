#include "core/html_success.h"

#include <stdlib.h>
#include <string.h>

#include "text/header_lines.h"
#include "text/markup.h"
#include "text/one_line.h"

#define TITLE_MOST       ((size_t)4 * HTTP_ANSWER_KEPT)
#define TITLE_SHOWN_MOST 100 /* bytes */

static bool is_html(const struct http_end *end)
{
    struct http_slice lines = {end->headers->data, end->headers->length};
    struct http_slice type;
    if (end->answer->length == 0 || !header_lines_find(&lines, "Content-Type", &type))
        return false;
    const char *semicolon = memchr(type.data, ';', type.length);
    if (semicolon != NULL)
        type = http_trim((struct http_slice){type.data, (size_t)(semicolon - type.data)});
    return http_slice_is(type, "text/html") || http_slice_is(type, "application/xhtml+xml");
}

/* Sets `title` to the page's title or first heading on one line, cut; "" where it has none. */
static void read_title(const struct http_end *end, struct secrets *secrets, struct buf *title)
{
    struct buf raw;
    struct buf safe;
    buf_init(&raw, HTTP_ANSWER_KEPT);
    buf_init(&safe, TITLE_MOST);
    if (markup_add_text(&raw, end->answer->data, end->answer->length, "title") ||
        markup_add_text(&raw, end->answer->data, end->answer->length, "h1"))
        (void)(end->answer_cut ? secrets_redact_cut : secrets_redact)(
            secrets, buf_text(&raw), raw.length, &safe);
    (void)one_line_add(title, buf_text(&safe), safe.length, TITLE_SHOWN_MOST);
    buf_free(&raw);
    buf_free(&safe);
}

static void write_sentence(
    struct buf *sentence, const struct http_end *end, const char *title, const char *path)
{
    buf_clear(sentence);
    (void)buf_printf(
        sentence, "warning: '%s': status %ld came with an HTML page", path, end->attempt.status);
    if (title[0] != '\0')
        (void)buf_printf(sentence, " titled '%s'", title);
    (void)buf_add_text(sentence,
        ": the server may not have stored the file; check the URL and the credentials (--check "
        "can test responses)");
}

bool html_success_note(struct html_success *seen, const struct http_end *end, bool asked,
    const char *path, struct secrets *secrets, struct buf *sentence)
{
    if (!is_html(end)) {
        seen->seen_other = true;
        return false;
    }
    if (asked && !seen->seen_other)
        return false;
    struct buf title;
    buf_init(&title, TITLE_MOST);
    read_title(end, secrets, &title);
    bool is_own_page = strtol(buf_text(&title), NULL, 10) == end->attempt.status;
    if (!is_own_page && !seen->told) {
        write_sentence(sentence, end, buf_text(&title), path);
        seen->told = true;
    }
    buf_free(&title);
    return !is_own_page;
}
