/* For whom a signature is: from the option, and from the host. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "text/aws_sigv4.h"

#define DEFAULT_REGION "us-east-1"

/* Part number `index` is made of letters and digits; a region and a service may also have `-._`, or
 * be empty. */
static bool is_valid_part(const char *part, size_t length, size_t index)
{
    bool may_be_empty = index >= 2;
    if (length >= AWS_SIGV4_PART_SIZE || (length == 0 && !may_be_empty))
        return false;
    for (size_t i = 0; i < length; i++) {
        bool plain = ascii_is_letter(part[i]) || ascii_is_digit(part[i]);
        if (!plain && (index < 2 || strchr("-._", part[i]) == NULL))
            return false;
    }
    return true;
}

static void copy_lower(char *to, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        to[i] = (char)tolower((unsigned char)text[i]);
}

bool aws_sigv4_parse(const char *text, struct aws_sigv4_scope *scope, struct error *error)
{
    char *const parts[] = {scope->provider, scope->name, scope->region, scope->service};
    *scope = (struct aws_sigv4_scope){.provider = ""};
    for (size_t index = 0;; index++) {
        size_t length = strcspn(text, ":");
        if (index == 4 || !is_valid_part(text, length, index))
            return error_set(error, ERROR_USAGE, 0,
                "it must be PROVIDER[:NAME[:REGION[:SERVICE]]], as in 'aws:amz:us-east-1:s3'");
        copy_lower(parts[index], text, length);
        if (text[length] == '\0')
            break;
        text += length + 1;
    }
    if (strcmp(scope->provider, "aws") == 0 && scope->name[0] != '\0' &&
        strcmp(scope->name, "amz") != 0)
        return error_set(error, ERROR_USAGE, 0,
            "the name after 'aws:' must be amz, as in 'aws:amz'; did you mean 'aws:amz'?");
    if (scope->name[0] == '\0')
        memcpy(scope->name, scope->provider, sizeof scope->name);
    return true;
}

/* The last label of `host`, which is made shorter by it and its dot. */
static struct http_slice take_last_label(struct http_slice *host)
{
    const char *dot = memrchr(host->data, '.', host->length);
    const char *label = dot == NULL ? host->data : dot + 1;
    struct http_slice last = {label, (size_t)(host->data + host->length - label)};
    host->length = dot == NULL ? 0 : (size_t)(dot - host->data);
    return last;
}

static struct http_slice take_first_label(struct http_slice *host)
{
    const char *dot = memchr(host->data, '.', host->length);
    struct http_slice first = {host->data, dot == NULL ? host->length : (size_t)(dot - host->data)};
    size_t taken = first.length + (dot != NULL);
    *host = (struct http_slice){host->data + taken, host->length - taken};
    return first;
}

/* Sets a part that is "". False: the label is empty or too long. */
static bool set_part(char *part, struct http_slice label)
{
    if (part[0] != '\0')
        return true;
    if (label.length == 0 || label.length >= AWS_SIGV4_PART_SIZE)
        return false;
    for (size_t i = 0; i < label.length; i++)
        part[i] = (char)tolower((unsigned char)label.data[i]);
    part[label.length] = '\0';
    return true;
}

static bool ends_with(struct http_slice text, const char *end)
{
    size_t length = strlen(end);
    return text.length > length && strncasecmp(text.data + text.length - length, end, length) == 0;
}

/* `host` is what precedes .amazonaws.com: [BUCKET.]SERVICE[.dualstack].REGION, [BUCKET.]SERVICE,
 * [BUCKET.]s3-REGION. A region has a digit at its end, a service has none but for `s3`. */
static bool complete_amazon(struct aws_sigv4_scope *scope, struct http_slice host)
{
    struct http_slice label = take_last_label(&host);
    const char *hyphen = memchr(label.data, '-', label.length);
    bool has_digit = label.length > 0 && ascii_is_digit(label.data[label.length - 1]);
    if (!has_digit || http_slice_is(label, "s3"))
        return set_part(
                   scope->region, (struct http_slice){DEFAULT_REGION, strlen(DEFAULT_REGION)}) &&
               set_part(scope->service, label);
    if (hyphen != NULL && hyphen - label.data == 2 && strncasecmp(label.data, "s3", 2) == 0)
        return set_part(scope->region, (struct http_slice){hyphen + 1, label.length - 3}) &&
               set_part(scope->service, (struct http_slice){label.data, 2});
    struct http_slice service = take_last_label(&host);
    if (http_slice_is(service, "dualstack"))
        service = take_last_label(&host);
    return set_part(scope->region, label) && set_part(scope->service, service);
}

/* Sets `*rest` to what precedes the domain of Amazon. False: the host is elsewhere. */
static bool strip_amazon(struct http_slice host, struct http_slice *rest)
{
    static const char *const domains[] = {".amazonaws.com", ".amazonaws.com.cn"};
    for (size_t i = 0; i < sizeof domains / sizeof domains[0]; i++) {
        if (ends_with(host, domains[i])) {
            *rest = (struct http_slice){host.data, host.length - strlen(domains[i])};
            return true;
        }
    }
    return false;
}

bool aws_sigv4_complete(struct aws_sigv4_scope *scope, struct http_slice host)
{
    struct http_slice rest = host;
    if (scope->region[0] != '\0' && scope->service[0] != '\0')
        return true;
    if (strip_amazon(host, &rest))
        return complete_amazon(scope, rest);
    bool is_address =
        host.length == 0 || *host.data == '[' || ascii_is_digit(host.data[host.length - 1]);
    struct http_slice service = take_first_label(&rest);
    struct http_slice region = take_first_label(&rest);
    return !is_address && rest.length > 0 && set_part(scope->service, service) &&
           set_part(scope->region, region);
}

bool aws_sigv4_contradicts(const struct aws_sigv4_scope *scope, struct http_slice host)
{
    struct aws_sigv4_scope own = {.region = ""};
    struct http_slice rest;
    if (!strip_amazon(host, &rest) || !complete_amazon(&own, rest))
        return false;
    struct http_slice label = take_last_label(&rest); /* the region, s3-REGION or a service */
    bool is_named = http_slice_is(label, own.region) || ends_with(label, own.region);
    return is_named && strcmp(own.region, scope->region) != 0;
}
