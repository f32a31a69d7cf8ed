#include "text/multipart.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/ascii.h"

#define PREFIX "--shoal-"

_Static_assert(sizeof PREFIX - 1 + 32 == MULTIPART_BOUNDARY_LENGTH, "a prefix and 128 bits in hex");

void multipart_boundary(const struct random_source *random, char out[MULTIPART_BOUNDARY_LENGTH + 1])
{
    uint64_t high = random_next(random);
    uint64_t low = random_next(random);
    (void)snprintf(
        out, MULTIPART_BOUNDARY_LENGTH + 1, PREFIX "%016" PRIx64 "%016" PRIx64, high, low);
}

static void add_escaped(struct buf *out, const char *name)
{
    for (;;) {
        size_t plain = strcspn(name, "\"\r\n");
        (void)buf_add(out, name, plain);
        name += plain;
        if (*name == '\0')
            return;
        if (*name == '"')
            (void)buf_add_text(out, "%22");
        else if (*name == '\r')
            (void)buf_add_text(out, "%0D");
        else
            (void)buf_add_text(out, "%0A");
        name++;
    }
}

/* A line end in a type would begin a header of its own: refused, with all control bytes but TAB. */
static bool type_is_one_line(const char *type)
{
    for (; *type != '\0'; type++) {
        if (ascii_is_control(*type) && *type != '\t')
            return false;
    }
    return true;
}

bool multipart_add_head(
    struct buf *out, const char *boundary, const struct multipart_part *part, bool first)
{
    if (part->type != NULL && !type_is_one_line(part->type)) {
        out->failed = true;
        return false;
    }
    if (!first)
        (void)buf_add_text(out, "\r\n");
    (void)buf_add_text(out, "--");
    (void)buf_add_text(out, boundary);
    (void)buf_add_text(out, "\r\nContent-Disposition: form-data; name=\"");
    add_escaped(out, part->name);
    if (part->file_name != NULL) {
        (void)buf_add_text(out, "\"; filename=\"");
        add_escaped(out, part->file_name);
    }
    if (part->type != NULL) {
        (void)buf_add_text(out, "\"\r\nContent-Type: ");
        (void)buf_add_text(out, part->type);
        (void)buf_add_text(out, "\r\n\r\n");
    } else {
        (void)buf_add_text(out, "\"\r\n\r\n");
    }
    return !out->failed;
}

bool multipart_add_close(struct buf *out, const char *boundary)
{
    (void)buf_add_text(out, "\r\n--");
    (void)buf_add_text(out, boundary);
    (void)buf_add_text(out, "--\r\n");
    return !out->failed;
}
