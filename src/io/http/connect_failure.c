/* Why a connection could not be opened: libcurl's result as an error and a sentence. */
#include <string.h>

#include "io/http/private.h"

/* libcurl's result as an error and the beginning of a sentence. */
static enum attempt_error error_of(CURLcode code, const char **sentence)
{
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
        *sentence = "the host's name has no address";
        return ATTEMPT_RESOLVE;
    case CURLE_COULDNT_RESOLVE_PROXY:
        *sentence = "the proxy's name has no address";
        return ATTEMPT_RESOLVE;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
        *sentence = "the certificate does not verify";
        return ATTEMPT_CERTIFICATE;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CIPHER:
        *sentence = "no TLS connection";
        return ATTEMPT_TLS;
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CRL_BADFILE:
        *sentence = "a TLS file can't be used";
        return ATTEMPT_SETUP;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
        *sentence = "the URL can't be used";
        return ATTEMPT_SETUP;
    case CURLE_PROXY:
        *sentence = "no way through the proxy";
        return ATTEMPT_PROXY;
    case CURLE_OPERATION_TIMEDOUT:
        *sentence = "no connection within the connect timeout";
        return ATTEMPT_CONNECT;
    case CURLE_OUT_OF_MEMORY:
    case CURLE_FAILED_INIT:
        *sentence = "no connection can be made here";
        return ATTEMPT_RESOURCES;
    default:
        *sentence = "no connection";
        return ATTEMPT_CONNECT;
    }
}

/* OpenSSL took a response in plain HTTP for a record of TLS. */
static bool is_plain(const struct connecting *connecting, CURLcode code)
{
    return code == CURLE_SSL_CONNECT_ERROR &&
           (strstr(connecting->error_text, "wrong version number") != NULL ||
               strstr(connecting->error_text, "packet length too long") != NULL);
}

/* libcurl could not start the thread that would have looked the name up. */
static bool lacked_thread(const struct connecting *connecting, CURLcode code)
{
    return code == CURLE_COULDNT_RESOLVE_HOST && strstr(connecting->error_text, "thread") != NULL;
}

static enum attempt_error reason_of(
    struct connecting *connecting, CURLcode code, long proxy_status, const char **sentence)
{
    if (proxy_status >= 300) {
        *sentence = "the proxy refused";
        return ATTEMPT_PROXY;
    }
    if (is_plain(connecting, code)) {
        *sentence = "the server does not speak TLS there; did you mean http://?";
        return ATTEMPT_NOT_TLS;
    }
    if (lacked_thread(connecting, code)) {
        connecting->connector->has_threads = false; /* the next attempt does without */
        *sentence = "no thread to look the host's name up";
        return ATTEMPT_RESOURCES;
    }
    if (connecting->shortage != 0) {
        *sentence = "no connection can be made here";
        return ATTEMPT_RESOURCES;
    }
    return error_of(code, sentence);
}

/* Our sentence, and libcurl's words after it. */
static const char *describe(struct connecting *connecting, const char *sentence, CURLcode code)
{
    struct buf *detail = &connecting->connector->detail;
    long number = connecting->shortage;
    const char *words =
        connecting->error_text[0] != '\0' ? connecting->error_text : curl_easy_strerror(code);
    buf_clear(detail);
    (void)buf_printf(detail, "%s: %s", sentence, words);
    if (connecting->reason[0] != '\0')
        (void)buf_printf(detail, " (%s)", connecting->reason);
    if (number == 0 && code == CURLE_COULDNT_CONNECT)
        (void)curl_easy_getinfo(connecting->easy, CURLINFO_OS_ERRNO, &number);
    if (number != 0)
        (void)buf_printf(detail, " (%s)", strerror((int)number));
    return buf_text(detail);
}

struct connector_failure connect_failure_describe(struct connecting *connecting, CURLcode code)
{
    struct connector_failure failure = {0};
    const char *sentence;
    (void)curl_easy_getinfo(connecting->easy, CURLINFO_HTTP_CONNECTCODE, &failure.proxy_status);
    failure.error = reason_of(connecting, code, failure.proxy_status, &sentence);
    failure.detail = describe(connecting, sentence, code);
    return failure;
}
