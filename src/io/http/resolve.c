/* Names where no thread can be had.
 *
 * libcurl resolves names in a thread, and fails without one. Then they are resolved here, in the
 * loop's thread, once for each URL, and libcurl is told the addresses. */
#include "io/http/private.h"

#include <netdb.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define ENTRY_MOST 4096

static void *do_nothing(void *context)
{
    return context;
}

bool resolve_has_threads(void)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, do_nothing, NULL) != 0)
        return false;
    (void)pthread_join(thread, NULL);
    return true;
}

/* Adds ",ADDRESS" or "ADDRESS" in numbers; IPv6 in brackets. */
static bool add_address(struct buf *entry, const struct addrinfo *address, bool first)
{
    char text[NI_MAXHOST];
    if (getnameinfo(
            address->ai_addr, address->ai_addrlen, text, sizeof text, NULL, 0, NI_NUMERICHOST) != 0)
        return false;
    bool is_ipv6 = address->ai_family == AF_INET6;
    return buf_printf(
        entry, "%s%s%s%s", first ? "" : ",", is_ipv6 ? "[" : "", text, is_ipv6 ? "]" : "");
}

static bool add_addresses(struct buf *entry, const char *host, const char *port)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *list = NULL;
    if (!buf_printf(entry, "%s:%s:", host, port) || getaddrinfo(host, port, &hints, &list) != 0)
        return false;
    bool first = true;
    for (struct addrinfo *address = list; address != NULL; address = address->ai_next) {
        if (add_address(entry, address, first))
            first = false;
    }
    freeaddrinfo(list);
    return !first && !entry->failed;
}

struct curl_slist *resolve_url(const char *url)
{
    char *host = NULL;
    char *port = NULL;
    struct curl_slist *list = NULL;
    struct buf entry;
    buf_init(&entry, ENTRY_MOST);
    CURLU *parsed = curl_url();
    bool known = parsed != NULL && curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK &&
                 curl_url_get(parsed, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
                 curl_url_get(parsed, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK;
    if (known && host[0] != '[' && add_addresses(&entry, host, port))
        list = curl_slist_append(NULL, buf_text(&entry));
    curl_free(host);
    curl_free(port);
    curl_url_cleanup(parsed);
    buf_free(&entry);
    return list;
}
