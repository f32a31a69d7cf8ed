/* TLS: what is verified and with what. */
#include "io/http/private.h"

#include <openssl/ssl.h>
#include <string.h>
#include <unistd.h>

#include "io/tls_files.h"

/* OpenSSL as libcurl sets it up gives its buffers back after each record and asks for them again
 * before the next: 10 % of the processor time of small files. Ours are few enough to keep. */
static CURLcode on_context(CURL *easy, void *context, void *unused)
{
    (void)easy;
    (void)unused;
    (void)SSL_CTX_clear_mode(context, SSL_MODE_RELEASE_BUFFERS);
    (void)SSL_CTX_set_mode(
        context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    return CURLE_OK;
}

/* Only where libcurl's TLS is OpenSSL: the context is another's otherwise. */
static void keep_buffers(CURL *easy)
{
    const curl_version_info_data *version = curl_version_info(CURLVERSION_NOW);
    if (version->ssl_version != NULL && strncmp(version->ssl_version, "OpenSSL/", 8) == 0)
        (void)curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, on_context);
}

/* Those that were given, and no others; else the system's. The system's folder of certificates
 * beside its file would defeat libcurl's cache of the parsed file. */
static void set_authorities(CURL *easy, const struct http_settings *settings)
{
    const char *file = settings->cacert;
    if (file == NULL && settings->capath == NULL)
        (void)curl_easy_getinfo(easy, CURLINFO_CAINFO, (char **)&file);
    if (file == NULL && settings->capath == NULL)
        return;
    (void)curl_easy_setopt(easy, CURLOPT_CAINFO, file);
    (void)curl_easy_setopt(easy, CURLOPT_PROXY_CAINFO, file);
    (void)curl_easy_setopt(easy, CURLOPT_CAPATH, settings->capath);
    (void)curl_easy_setopt(easy, CURLOPT_PROXY_CAPATH, settings->capath);
}

bool http_has_authorities(void)
{
    const curl_version_info_data *built = curl_version_info(CURLVERSION_NOW);
    return (built->cainfo != NULL && access(built->cainfo, R_OK) == 0) ||
           (built->capath != NULL && tls_files_has_certificates(built->capath));
}

void security_set_up(CURL *easy, const struct http_settings *settings)
{
    keep_buffers(easy);
    (void)curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (settings->insecure) {
        (void)curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
        (void)curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
        (void)curl_easy_setopt(easy, CURLOPT_PROXY_SSL_VERIFYPEER, 0L);
        (void)curl_easy_setopt(easy, CURLOPT_PROXY_SSL_VERIFYHOST, 0L);
    }
    set_authorities(easy, settings);
    /* OpenSSL asks on the terminal, for as long as it takes, where no pass phrase is set. */
    (void)curl_easy_setopt(easy, CURLOPT_KEYPASSWD, settings->pass == NULL ? "" : settings->pass);
}

void security_set_client(CURL *easy, const struct http_settings *settings)
{
    (void)curl_easy_setopt(easy, CURLOPT_SSLCERT, settings == NULL ? NULL : settings->cert);
    (void)curl_easy_setopt(easy, CURLOPT_SSLKEY, settings == NULL ? NULL : settings->key);
}
