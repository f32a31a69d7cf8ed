/* What the receiver refuses by a request's head alone. */
#include <openssl/crypto.h>
#include <string.h>
#include <strings.h>

#include "receive/private.h"
#include "text/http_syntax.h"

/* The header lines that decide where a body ends, and names that two readers could understand in
 * different ways. */
struct lines {
    size_t lengths; /* Content-Length */
    size_t codings; /* Transfer-Encoding */
    size_t hosts;   /* Host */
    bool is_chunked;
    bool has_odd_name; /* not a token: a space before the colon, for example */
};

/* MHD_KeyValueIterator; `context` is the struct lines. */
static enum MHD_Result look_at_line(
    void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
    struct lines *lines = context;
    (void)kind;
    size_t length = strlen(name);
    if (length == 0 || http_token_length(name, length) < length)
        lines->has_odd_name = true;
    if (strcasecmp(name, MHD_HTTP_HEADER_CONTENT_LENGTH) == 0)
        lines->lengths++;
    if (strcasecmp(name, MHD_HTTP_HEADER_HOST) == 0)
        lines->hosts++;
    if (strcasecmp(name, MHD_HTTP_HEADER_TRANSFER_ENCODING) == 0) {
        lines->codings++;
        lines->is_chunked = value != NULL && strcasecmp(value, "chunked") == 0;
    }
    return MHD_YES;
}

/* Heads that two readers understand in different ways allow request smuggling (RFC 9112, sections
 * 3.2, 5.1 and 6.3). */
bool head_is_clear(struct request *request)
{
    struct lines lines = {0};
    const char *reason = NULL;
    (void)MHD_get_connection_values(request->connection, MHD_HEADER_KIND, look_at_line, &lines);
    if (lines.has_odd_name)
        reason = "the name of a header is not a token; there may be a space before its colon";
    else if (lines.hosts > 1 || (lines.hosts == 0 && request->needs_host))
        reason = "there must be one Host";
    else if (lines.lengths > 1)
        reason = "the body's length is in doubt: more than one Content-Length";
    else if (lines.codings > 1)
        reason = "the body's length is in doubt: more than one Transfer-Encoding";
    else if (lines.codings == 1 && (lines.lengths > 0 || !lines.is_chunked))
        reason = "the body's length is in doubt: Transfer-Encoding with Content-Length, or not "
                 "chunked";
    request->head_unclear = reason != NULL;
    return reason == NULL || error_set(&request->error, ERROR_DATA, 0, "%s", reason);
}

/* Takes the same time for every text of the same length. */
static bool is_token(const char *given, const char *token)
{
    size_t length = strlen(token);
    return strlen(given) == length && CRYPTO_memcmp(given, token, length) == 0;
}

bool head_is_authorized(struct request *request)
{
    static const char bearer[] = "Bearer ";
    const char *token = request->receiver->options.token;
    if (token == NULL)
        return true;
    const char *given = MHD_lookup_connection_value(
        request->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_AUTHORIZATION);
    bool good = given != NULL && strncasecmp(given, bearer, sizeof bearer - 1) == 0 &&
                is_token(given + sizeof bearer - 1, token);
    char *password = NULL;
    char *user = good ? NULL : MHD_basic_auth_get_username_password(request->connection, &password);
    good = good || (password != NULL && is_token(password, token));
    MHD_free(user);
    MHD_free(password);
    return good || error_set(&request->error, ERROR_DATA, 0,
                       "the request does not have the token of --token");
}
