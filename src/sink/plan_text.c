#include "sink/plan_text.h"

#include <string.h>

#include "text/printable.h"

static void add_escaped(struct buf *out, const char *text)
{
    (void)printable_add(out, text, strlen(text));
}

static void add_text(struct buf *out, const struct shoal_text *text)
{
    if (text->data != NULL)
        (void)printable_add(out, text->data, text->length);
}

static void add_detail(struct buf *out, const char *label, const char *text)
{
    if (text == NULL)
        return;
    (void)buf_add_text(out, label);
    add_escaped(out, text);
}

static void add_field(struct buf *out, const char *label, const struct shoal_field *field)
{
    add_detail(out, label, field->name);
    (void)buf_add_text(out, field->is_file ? "=@" : "=");
    add_text(out, &field->value);
}

static void add_details(struct buf *out, const struct shoal_plan *plan)
{
    for (size_t i = 0; plan->headers != NULL && plan->headers[i] != NULL; i++)
        add_detail(out, "\n    header ", plan->headers[i]);
    for (size_t i = 0; i < plan->field_count; i++) {
        add_field(out, "\n    field ", &plan->fields[i]);
        add_detail(out, ";filename=", plan->fields[i].file_name);
        add_detail(out, ";type=", plan->fields[i].type);
    }
}

void plan_text_add(struct buf *out, const struct shoal_plan *plan, bool details)
{
    add_escaped(out, plan->method);
    (void)buf_add_byte(out, ' ');
    add_text(out, &plan->path);
    add_detail(out, " -> ", plan->url);
    for (size_t i = 0; !details && i < plan->field_count; i++)
        add_field(out, " ", &plan->fields[i]);
    if (details)
        add_details(out, plan);
}

void plan_text_add_left_out(struct buf *out, const struct shoal_left_out *left_out)
{
    (void)buf_add_text(out, "left out ");
    add_text(out, &left_out->path);
    add_detail(out, ": ", left_out->message);
}
