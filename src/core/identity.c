#include "core/identity.h"

#include <string.h>
#include <strings.h>

#include "text/credential.h"

#define TEXT_MOST ((size_t)64 * 1024 * 1024) /* bytes of one request without its files */

/* What the destination has in place of a file's facts: no file has these. */
#define NO_SIZE   INT64_C(-1)
#define NO_MTIME  INT64_C(-62135596800) /* 0001-01-01T00:00:00Z */
#define NO_DIGEST "0000000000000000000000000000000000000000000000000000000000000000"

/* What begins each part of the text that is hashed. */
enum part {
    PART_METHOD = 'M',
    PART_URL = 'U',
    PART_HEADER = 'H',
    PART_NAME = 'N',      /* of a form field */
    PART_VALUE = 'V',     /* of a form field that is a text */
    PART_FILE = 'F',      /* a form field that carries a file */
    PART_FILE_NAME = 'A', /* which its file is sent with */
    PART_TYPE = 'T',      /* its media type */
};

void identity_init(struct identity *identity, const struct config *config)
{
    *identity = (struct identity){.config = config};
    buf_init(&identity->text, TEXT_MOST);
    buf_init(&identity->value, TEXT_MOST);
}

void identity_free(struct identity *identity)
{
    buf_free(&identity->text);
    buf_free(&identity->value);
}

/* The form of `template` without secrets. */
static const struct template *masked(const struct config *config, const struct template *template)
{
    for (size_t i = 0; i < config->masked_count; i++) {
        if (config->masked[i].of == template)
            return config->masked[i].as;
    }
    return template;
}

/* With its length, so that no two lists of parts have the same text. */
static void add_part(struct identity *identity, enum part part, const char *text, size_t length)
{
    (void)buf_printf(&identity->text, "%c%zu:", (char)part, length);
    (void)buf_add(&identity->text, text, length);
}

static bool fill(
    struct identity *identity, const struct template *template, const struct template_file *file)
{
    struct error error;
    buf_clear(&identity->value);
    return template_fill(masked(identity->config, template), file, &identity->value, &error);
}

/* The method, the URL without its query, and a form's `key`, which names the object that S3 makes
 * of the file. Everything else in a list is new with each signature. */
static bool add_listed(struct identity *identity, const struct template_file *file)
{
    const struct config *config = identity->config;
    const struct url_list_entry *entry = url_list_find(config->urls, file->path);
    const char *method = entry != NULL && entry->method != NULL ? entry->method : config->method;
    add_part(identity, PART_METHOD, method, strlen(method));
    if (entry == NULL)
        return true; /* the file is not sent */
    buf_clear(&identity->value);
    (void)credential_mask_url(&identity->value, entry->url);
    const char *url = buf_text(&identity->value);
    add_part(identity, PART_URL, url, strcspn(url, "?"));
    for (size_t i = 0; i < entry->field_count; i++) {
        if (strcasecmp(entry->fields[i].name, "key") == 0)
            add_part(identity, PART_VALUE, entry->fields[i].value, strlen(entry->fields[i].value));
    }
    return !identity->value.failed;
}

/* With the method. */
static bool add_url(struct identity *identity, const struct template_file *file)
{
    struct buf shown;
    const char *method = identity->config->method;
    if (identity->config->urls != NULL)
        return add_listed(identity, file);
    add_part(identity, PART_METHOD, method, strlen(method));
    if (!fill(identity, identity->config->url, file))
        return false;
    buf_init(&shown, TEXT_MOST);
    (void)credential_mask_url(&shown, buf_text(&identity->value));
    add_part(identity, PART_URL, buf_text(&shown), shown.length);
    bool added = !shown.failed;
    buf_free(&shown);
    return added;
}

static bool add_headers(struct identity *identity, const struct template_file *file)
{
    const struct config *config = identity->config;
    for (size_t i = 0; i < config->header_count; i++) {
        if (!fill(identity, config->headers[i], file))
            return false;
        const char *line = buf_text(&identity->value);
        size_t name = strcspn(line, ":;");
        bool is_secret = credential_is_name(line, name);
        add_part(identity, PART_HEADER, line, is_secret ? name : identity->value.length);
    }
    return true;
}

static bool add_field(
    struct identity *identity, const struct config_field *field, const struct template_file *file)
{
    add_part(identity, PART_NAME, field->name, strlen(field->name));
    if (field->type != NULL) {
        if (!fill(identity, field->type, file))
            return false;
        add_part(identity, PART_TYPE, buf_text(&identity->value), identity->value.length);
    }
    if (field->kind != CONFIG_TEXT) {
        add_part(identity, PART_FILE, "", 0);
    } else if (credential_is_name(field->name, strlen(field->name))) {
        add_part(identity, PART_VALUE, "", 0);
    } else {
        if (!fill(identity, field->value, file))
            return false;
        add_part(identity, PART_VALUE, buf_text(&identity->value), identity->value.length);
    }
    if (field->file_name == NULL)
        return true;
    if (!fill(identity, field->file_name, file))
        return false;
    add_part(identity, PART_FILE_NAME, buf_text(&identity->value), identity->value.length);
    return true;
}

bool identity_of_request(
    struct identity *identity, const struct template_file *file, unsigned char *hash)
{
    const struct config *config = identity->config;
    buf_clear(&identity->text);
    bool added = add_url(identity, file) && add_headers(identity, file);
    for (size_t i = 0; added && i < config->field_count; i++)
        added = add_field(identity, &config->fields[i], file);
    return added && !identity->text.failed &&
           digest_sha256(buf_text(&identity->text), identity->text.length, hash);
}

bool identity_of_destination(
    struct identity *identity, const char *path, const char *file, unsigned char *hash)
{
    const struct template_file described = {.file = file,
        .path = path,
        .size = NO_SIZE,
        .mtime = NO_MTIME,
        .sha256 = NO_DIGEST,
        .sha1 = NO_DIGEST,
        .md5 = NO_DIGEST,
        .types = identity->config->types};
    return identity_of_request(identity, &described, hash);
}
