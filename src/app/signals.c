#include "app/signals.h"

#include <errno.h>
#include <shoal.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>

static const int watched_signals[] = {SIGINT, SIGTERM, SIGHUP};

#define WATCHED (sizeof watched_signals / sizeof watched_signals[0])

static struct shoal_session *volatile watched_session; /* NULL: none */
static atomic_int signals_seen;                        /* 2 means 2 or more */
static struct sigaction before[WATCHED];               /* dispositions to restore */

static void interrupt(int signal_number)
{
    int code = errno;
    if (atomic_load(&signals_seen) < 2)
        (void)atomic_fetch_add(&signals_seen, 1);
    if (watched_session != NULL)
        shoal_session_interrupt(watched_session, signal_number);
    errno = code;
}

void signals_watch(struct shoal_session *session)
{
    /* Without SA_RESTART, a signal ends a write(2) that blocks. */
    struct sigaction action = {.sa_handler = interrupt};
    (void)sigemptyset(&action.sa_mask);
    watched_session = session;
    for (size_t i = 0; i < WATCHED; i++) {
        (void)sigaction(watched_signals[i], NULL, &before[i]);
        if (before[i].sa_handler != SIG_IGN)
            (void)sigaction(watched_signals[i], &action, NULL);
    }
}

void signals_restore(void)
{
    for (size_t i = 0; i < WATCHED; i++)
        (void)sigaction(watched_signals[i], &before[i], NULL);
    watched_session = NULL;
}

bool signals_insist(void)
{
    return atomic_load(&signals_seen) >= 2;
}

void signals_raise(int signal_number)
{
    struct sigaction action = {.sa_handler = SIG_DFL};
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(signal_number, &action, NULL);
    (void)raise(signal_number);
}

void signals_ignore(int signal_number)
{
    struct sigaction action = {.sa_handler = SIG_IGN};
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(signal_number, &action, NULL);
}
