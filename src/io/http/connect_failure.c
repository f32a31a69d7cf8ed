/* Why a connection could not be opened: libcurl's result as an error and a sentence. */
#include <errno.h>
#include <openssl/x509_vfy.h>
#include <string.h>

#include "base/err.h"
#include "io/http/private.h"
#include "text/proxy.h"

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

/* libcurl could not start the thread that would have looked the name up. */
static bool lacked_thread(const struct connecting *connecting, CURLcode code)
{
    return code == CURLE_COULDNT_RESOLVE_HOST && strstr(connecting->error_text, "thread") != NULL;
}

/* OpenSSL took a response in plain HTTP for a record of TLS. */
static bool lacked_tls(const struct connecting *connecting, CURLcode code)
{
    return code == CURLE_SSL_CONNECT_ERROR &&
           (strstr(connecting->error_text, "wrong version number") != NULL ||
               strstr(connecting->error_text, "packet length too long") != NULL ||
               strstr(connecting->error_text, "http request") != NULL);
}

static enum attempt_error reason_of(
    struct connecting *connecting, CURLcode code, long proxy_status, const char **sentence)
{
    if (proxy_status >= 300) {
        *sentence = "the proxy refused";
        return ATTEMPT_PROXY;
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
    if (lacked_tls(connecting, code)) {
        *sentence = "no TLS connection";
        return ATTEMPT_NOT_TLS;
    }
    return error_of(code, sentence);
}

/* libcurl's words about the error. Those that fill its buffer may have been cut within a secret. */
static const char *words_of(const struct connecting *connecting, CURLcode code)
{
    size_t length = strlen(connecting->error_text);
    return length > 0 && length < CURL_ERROR_SIZE - 1 ? connecting->error_text
                                                      : curl_easy_strerror(code);
}

/* Our sentence, and libcurl's words after it. */
static void add_general(struct connecting *connecting, const char *sentence, CURLcode code)
{
    struct buf *detail = &connecting->connector->detail;
    long number = connecting->shortage;
    (void)buf_printf(detail, "%s: %s", sentence, words_of(connecting, code));
    if (connecting->reason.length > 0)
        (void)buf_printf(detail, " (%s)", buf_text(&connecting->reason));
    if (number != 0)
        (void)buf_printf(detail, " (%s)", error_reason((int)number));
}

/* Adds HOST:PORT of the URL. */
static bool add_origin(struct connecting *connecting)
{
    struct buf *detail = &connecting->connector->detail;
    struct http_url url;
    char *text = NULL;
    (void)curl_easy_getinfo(connecting->easy, CURLINFO_EFFECTIVE_URL, &text);
    return text != NULL && http_url_split(text, &url, NULL) &&
           buf_add(detail, url.host.data, url.host.length) && buf_printf(detail, ":%d", url.port);
}

/* Adds "the proxy HOST:PORT (from WHERE)". */
static void add_proxy(struct connecting *connecting)
{
    struct http_slice host = proxy_host(connecting->proxy);
    (void)buf_printf(&connecting->connector->detail, "the proxy %.*s (from %s)", (int)host.length,
        host.data, connecting->proxy_source);
}

static void explain_refused(struct connecting *connecting, CURLcode code)
{
    struct buf *detail = &connecting->connector->detail;
    long number = 0;
    (void)curl_easy_getinfo(connecting->easy, CURLINFO_OS_ERRNO, &number);
    (void)buf_add_text(detail, "no connection to ");
    if (connecting->proxy != NULL)
        add_proxy(connecting);
    else
        (void)add_origin(connecting);
    if (number == ECONNREFUSED)
        (void)buf_add_text(detail, ": refused");
    else
        (void)buf_printf(
            detail, ": %s", number != 0 ? error_reason((int)number) : words_of(connecting, code));
}

static void explain_proxy_refusal(struct connecting *connecting, long status)
{
    struct buf *detail = &connecting->connector->detail;
    if (status == PROXY_STATUS_CREDENTIALS) {
        (void)proxy_explain_credentials(connecting->proxy, detail);
        return;
    }
    add_proxy(connecting);
    (void)buf_printf(detail, " refused to connect to ");
    (void)add_origin(connecting);
    (void)buf_printf(detail, ": %s", buf_text(&connecting->reason));
}

static void explain_no_tls(struct connecting *connecting, const char *sentence, CURLcode code)
{
    struct buf *detail = &connecting->connector->detail;
    long tunnel = 0;
    (void)curl_easy_getinfo(connecting->easy, CURLINFO_HTTP_CONNECTCODE, &tunnel);
    bool is_proxy =
        connecting->proxy != NULL && proxy_kind(connecting->proxy) == PROXY_HTTPS && tunnel == 0;
    if (is_proxy)
        add_proxy(connecting);
    else if (!add_origin(connecting)) {
        buf_clear(detail);
        add_general(connecting, sentence, code);
        return;
    }
    (void)buf_add_text(detail, " does not speak TLS; did you mean http://?");
}

/* A certificate from an unknown issuer has its own remedy. */
static void add_cure(struct connecting *connecting)
{
    long result = 0;
    (void)curl_easy_getinfo(connecting->easy, CURLINFO_SSL_VERIFYRESULT, &result);
    switch (result) {
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        (void)buf_add_text(&connecting->connector->detail,
            "; if you trust its issuer, give the issuer's certificate with --cacert FILE");
        break;
    default:
        break;
    }
}

static void describe(struct connecting *connecting, enum attempt_error error, const char *sentence,
    CURLcode code, long proxy_status)
{
    buf_clear(&connecting->connector->detail);
    if (proxy_status >= 300) {
        explain_proxy_refusal(connecting, proxy_status);
    } else if (error == ATTEMPT_NOT_TLS) {
        explain_no_tls(connecting, sentence, code);
    } else if (code == CURLE_COULDNT_CONNECT && connecting->shortage == 0) {
        explain_refused(connecting, code);
    } else {
        add_general(connecting, sentence, code);
        if (error == ATTEMPT_CERTIFICATE)
            add_cure(connecting);
    }
}

struct connector_failure connect_failure_describe(struct connecting *connecting, CURLcode code)
{
    struct connector_failure failure = {0};
    const char *sentence;
    (void)curl_easy_getinfo(connecting->easy, CURLINFO_HTTP_CONNECTCODE, &failure.proxy_status);
    failure.error = reason_of(connecting, code, failure.proxy_status, &sentence);
    describe(connecting, failure.error, sentence, code, failure.proxy_status);
    failure.detail = buf_text(&connecting->connector->detail);
    return failure;
}
