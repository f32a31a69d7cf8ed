#include "text/multipart.h"

#include <stdint.h>
#include <string.h>

#define PREFIX "--shoal-"

_Static_assert(sizeof PREFIX - 1 + 32 == MULTIPART_BOUNDARY_LENGTH, "a prefix and 128 bits in hex");

void multipart_boundary(const struct random_source *random, char out[MULTIPART_BOUNDARY_LENGTH + 1])
{
    static const char digits[] = "0123456789abcdef";
    memcpy(out, PREFIX, sizeof PREFIX - 1);
    char *next = out + sizeof PREFIX - 1;
    for (int word = 0; word < 2; word++) {
        uint64_t bits = random_next(random);
        for (int shift = 60; shift >= 0; shift -= 4)
            *next++ = digits[bits >> shift & 15];
    }
    *next = '\0';
}

static void add_constant(struct buf *out, const char *text, size_t length)
{
    (void)buf_add(out, text, length);
}

#define ADD_CONSTANT(out, text) add_constant(out, text, sizeof(text) - 1)

static void add_escaped(struct buf *out, const char *name)
{
    for (;;) {
        size_t plain = strcspn(name, "\"\r\n");
        (void)buf_add(out, name, plain);
        name += plain;
        if (*name == '\0')
            return;
        if (*name == '"')
            ADD_CONSTANT(out, "%22");
        else if (*name == '\r')
            ADD_CONSTANT(out, "%0D");
        else
            ADD_CONSTANT(out, "%0A");
        name++;
    }
}

/* A line end in a type would begin a header of its own. */
static bool type_is_one_line(const char *type)
{
    for (; *type != '\0'; type++) {
        unsigned char byte = (unsigned char)*type;
        if ((byte < 0x20 && byte != '\t') || byte == 0x7f)
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
        ADD_CONSTANT(out, "\r\n");
    ADD_CONSTANT(out, "--");
    (void)buf_add(out, boundary, strlen(boundary));
    ADD_CONSTANT(out, "\r\nContent-Disposition: form-data; name=\"");
    add_escaped(out, part->name);
    if (part->file_name != NULL) {
        ADD_CONSTANT(out, "\"; filename=\"");
        add_escaped(out, part->file_name);
    }
    if (part->type != NULL) {
        ADD_CONSTANT(out, "\"\r\nContent-Type: ");
        (void)buf_add_text(out, part->type);
        ADD_CONSTANT(out, "\r\n\r\n");
    } else {
        ADD_CONSTANT(out, "\"\r\n\r\n");
    }
    return !out->failed;
}

bool multipart_add_end(struct buf *out, const char *boundary)
{
    ADD_CONSTANT(out, "\r\n--");
    (void)buf_add_text(out, boundary);
    ADD_CONSTANT(out, "--\r\n");
    return !out->failed;
}
