/* The loop around libcurl's multi interface.
 *
 * A transfer is started at once but moves only in multi_poll(). What ended is taken off libcurl
 * before its owner hears of it, so that the connection is free for the transfer started next. */
#include "io/http/private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WATCH_MOST_US  (CLOCK_US_PER_SECOND)
#define WATCH_LEAST_US (50 * CLOCK_US_PER_MS)

static void link_active(struct multi *multi, struct http_transfer *transfer)
{
    transfer->previous = NULL;
    transfer->next = multi->active;
    if (multi->active != NULL)
        multi->active->previous = transfer;
    multi->active = transfer;
}

static void unlink_active(struct multi *multi, struct http_transfer *transfer)
{
    if (transfer->previous != NULL)
        transfer->previous->next = transfer->next;
    else
        multi->active = transfer->next;
    if (transfer->next != NULL)
        transfer->next->previous = transfer->previous;
    transfer->next = transfer->previous = NULL;
}

static struct http_transfer *multi_start(
    struct http *http, const struct http_request *request, struct error *error)
{
    struct multi *multi = (struct multi *)http;
    struct http_transfer *transfer = transfer_obtain(multi);
    if (transfer == NULL) {
        error_set_memory(error);
        return NULL;
    }
    transfer->started_us = transfer->moved_us = clock_now_us(&multi->clock);
    bool ready = transfer_set_up(transfer, request, error);
    if (ready && curl_multi_add_handle(multi->curl, transfer->easy) != CURLM_OK)
        ready = error_set_memory(error);
    if (!ready) {
        transfer->next = multi->idle;
        multi->idle = transfer;
        return NULL;
    }
    link_active(multi, transfer);
    multi->unperformed = true;
    return transfer;
}

static void report(struct multi *multi, struct http_transfer *transfer, CURLcode code)
{
    struct http_end end;
    ending_describe(transfer, code, &end);
    multi->base.ended(multi->base.owner, transfer->request->context, &end);
    transfer->request = NULL;
    transfer->next = multi->idle;
    multi->idle = transfer;
}

/* Takes a transfer off libcurl; it is reported from the next multi_poll(). */
static void break_off(
    struct multi *multi, struct http_transfer *transfer, enum transfer_break reason)
{
    if (transfer->off)
        return;
    if (transfer->broken == TRANSFER_GOES_ON)
        transfer->broken = reason;
    transfer->off = true;
    unlink_active(multi, transfer);
    (void)curl_multi_remove_handle(multi->curl, transfer->easy);
    transfer->next = multi->broken;
    multi->broken = transfer;
}

static void multi_cancel(struct http *http, struct http_transfer *transfer)
{
    break_off((struct multi *)http, transfer, TRANSFER_CANCELLED);
}

static void multi_resume(struct http *http, struct http_transfer *transfer)
{
    struct multi *multi = (struct multi *)http;
    if (!transfer->paused || transfer->broken != TRANSFER_GOES_ON)
        return;
    transfer->paused = false;
    transfer->moved_us = clock_now_us(&multi->clock);
    (void)curl_easy_pause(transfer->easy, CURLPAUSE_CONT);
    multi->unperformed = true;
}

/* Reports what we ended ourselves. Gives whether there was anything. */
static bool report_broken(struct multi *multi)
{
    bool any = multi->broken != NULL;
    while (multi->broken != NULL) {
        struct http_transfer *transfer = multi->broken;
        multi->broken = transfer->next;
        report(multi, transfer, CURLE_ABORTED_BY_CALLBACK);
    }
    return any;
}

static bool harvest(struct multi *multi)
{
    bool any = false;
    int left;
    CURLMsg *message;
    while ((message = curl_multi_info_read(multi->curl, &left)) != NULL) {
        if (message->msg != CURLMSG_DONE)
            continue;
        CURLcode code = message->data.result;
        CURL *easy = message->easy_handle;
        struct http_transfer *transfer = NULL;
        (void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&transfer);
        unlink_active(multi, transfer);
        (void)curl_multi_remove_handle(multi->curl, easy);
        report(multi, transfer, code);
        any = true;
    }
    return any;
}

/* A stall is told by what the peer has confirmed, not by what the system has taken: a large socket
 * buffer hides a dead peer for long. While our own reader has nothing and all was confirmed, the
 * clock stands still. */
static void watch_one(struct multi *multi, struct http_transfer *transfer, int64_t now_us)
{
    if (transfer->requests == 0) {
        int64_t most_us = multi->settings.connect_timeout_us + CLOCK_US_PER_SECOND;
        if (now_us - transfer->started_us > most_us)
            break_off(multi, transfer, TRANSFER_NEVER_CONNECTED);
        return;
    }
    curl_off_t uploaded = 0;
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_SIZE_UPLOAD_T, &uploaded);
    int64_t unsent = sockets_unsent(transfer->socket);
    int64_t moved = (int64_t)uploaded - unsent + transfer->bytes_in;
    if (moved != transfer->moved || (transfer->paused && unsent == 0)) {
        transfer->moved = moved;
        transfer->moved_us = now_us;
    } else if (now_us - transfer->moved_us >= multi->settings.stall_timeout_us) {
        break_off(multi, transfer, TRANSFER_STALLED);
    }
}

static void watch_stalls(struct multi *multi, int64_t now_us)
{
    if (now_us < multi->next_watch_us)
        return;
    int64_t pause_us = multi->settings.stall_timeout_us / 8;
    if (pause_us > WATCH_MOST_US)
        pause_us = WATCH_MOST_US;
    multi->next_watch_us = now_us + (pause_us < WATCH_LEAST_US ? WATCH_LEAST_US : pause_us);
    struct http_transfer *next;
    for (struct http_transfer *transfer = multi->active; transfer != NULL; transfer = next) {
        next = transfer->next;
        watch_one(multi, transfer, now_us);
    }
}

static int wait_ms(const struct multi *multi, int64_t wait_us, int64_t now_us)
{
    if (multi->active != NULL && multi->next_watch_us - now_us < wait_us)
        wait_us = multi->next_watch_us - now_us;
    if (wait_us <= 0)
        return 0;
    int64_t ms = (wait_us + CLOCK_US_PER_MS - 1) / CLOCK_US_PER_MS;
    return ms > INT32_MAX ? INT32_MAX : (int)ms;
}

static bool multi_poll(struct http *http, int64_t wait_us, struct error *error)
{
    struct multi *multi = (struct multi *)http;
    CURLMcode code = CURLM_OK;
    if (report_broken(multi))
        wait_us = 0;
    if (!multi->unperformed)
        code = curl_multi_poll(
            multi->curl, NULL, 0, wait_ms(multi, wait_us, clock_now_us(&multi->clock)), NULL);
    multi->unperformed = false;
    int running;
    if (code == CURLM_OK)
        code = curl_multi_perform(multi->curl, &running);
    if (code != CURLM_OK)
        return error_set(
            error, ERROR_SYSTEM, 0, "the network loop broke: %s", curl_multi_strerror(code));
    (void)harvest(multi);
    watch_stalls(multi, clock_now_us(&multi->clock));
    (void)report_broken(multi);
    return true;
}

static void multi_wake(struct http *http)
{
    (void)curl_multi_wakeup(((struct multi *)http)->curl);
}

static void multi_set_connections(struct http *http, size_t connections)
{
    struct multi *multi = (struct multi *)http;
    (void)curl_multi_setopt(multi->curl, CURLMOPT_MAXCONNECTS, (long)connections);
}

static void free_settings(struct http_settings *settings)
{
    free((void *)settings->cacert);
    free((void *)settings->cert);
    free((void *)settings->key);
    free((void *)settings->proxy);
    free((void *)settings->user_agent);
}

static bool copy_text(const char **copy, const char *text)
{
    *copy = text == NULL ? NULL : strdup(text);
    return text == NULL || *copy != NULL;
}

static bool copy_settings(struct http_settings *to, const struct http_settings *from)
{
    *to = *from;
    to->cacert = to->cert = to->key = to->proxy = to->user_agent = NULL;
    return copy_text(&to->cacert, from->cacert) && copy_text(&to->cert, from->cert) &&
           copy_text(&to->key, from->key) && copy_text(&to->proxy, from->proxy) &&
           copy_text(&to->user_agent, from->user_agent);
}

static void free_list(struct http_transfer *transfer)
{
    while (transfer != NULL) {
        struct http_transfer *next = transfer->next;
        transfer_free(transfer);
        transfer = next;
    }
}

static void multi_free(struct http *http)
{
    struct multi *multi = (struct multi *)http;
    while (multi->active != NULL)
        break_off(multi, multi->active, TRANSFER_CANCELLED);
    free_list(multi->broken);
    free_list(multi->idle);
    if (multi->curl != NULL)
        (void)curl_multi_cleanup(multi->curl);
    if (multi->share != NULL)
        (void)curl_share_cleanup(multi->share);
    free(multi->sockets.entries);
    free_settings(&multi->settings);
    free(multi);
    curl_global_cleanup();
}

static const struct http_ops multi_ops = {
    .start = multi_start,
    .cancel = multi_cancel,
    .resume = multi_resume,
    .poll = multi_poll,
    .wake = multi_wake,
    .set_connections = multi_set_connections,
    .free = multi_free,
};

struct http *http_new(const struct http_settings *settings, struct error *error)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        error_set(error, ERROR_SYSTEM, 0, "libcurl can't be set up");
        return NULL;
    }
    struct multi *multi = calloc(1, sizeof *multi);
    if (multi == NULL) {
        curl_global_cleanup();
        error_set_memory(error);
        return NULL;
    }
    multi->base.ops = &multi_ops;
    multi->clock = clock_system();
    multi->has_threads = resolve_has_threads();
    multi->curl = curl_multi_init();
    multi->share = curl_share_init();
    if (!copy_settings(&multi->settings, settings) || multi->curl == NULL || multi->share == NULL) {
        multi_free(&multi->base);
        error_set_memory(error);
        return NULL;
    }
    (void)snprintf(
        multi->user_agent, sizeof multi->user_agent, "User-Agent: %s", settings->user_agent);
    (void)curl_share_setopt(multi->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
    multi_set_connections(&multi->base, settings->connections);
    return &multi->base;
}
