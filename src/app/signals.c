#include "app/signals.h"

#include <errno.h>
#include <shoal.h>
#include <signal.h>
#include <stddef.h>

static const int watched_signals[] = {SIGINT, SIGTERM, SIGHUP};

#define WATCHED (sizeof watched_signals / sizeof watched_signals[0])

static struct shoal_session *volatile watched_session; /* NULL: none */
static volatile sig_atomic_t signals_seen;             /* 2 means 2 or more */
static struct sigaction before[WATCHED];               /* dispositions to restore */

static void interrupt(int signal_number)
{
    int code = errno;
    if (signals_seen < 2)
        signals_seen = signals_seen + 1;
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
    return signals_seen >= 2;
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
