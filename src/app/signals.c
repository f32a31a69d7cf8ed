#include "app/signals.h"

#include <errno.h>
#include <shoal.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/* The first ones interrupt the run, the others are noted. */
static const int watched_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGCONT};

#define INTERRUPTS 3

#define WATCHED (sizeof watched_signals / sizeof watched_signals[0])

static struct shoal_session *volatile watched_session; /* NULL: none */
static atomic_int signals_seen;                        /* 2 means 2 or more */
static atomic_bool status_asked;                       /* by SIGUSR1 */
static atomic_bool continued;                          /* by SIGCONT */
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

static void note(int signal_number)
{
    atomic_store(signal_number == SIGUSR1 ? &status_asked : &continued, true);
}

bool signals_take_status(void)
{
    return atomic_exchange(&status_asked, false);
}

bool signals_take_continued(void)
{
    return atomic_exchange(&continued, false);
}

static void watch(size_t index, int signal_number, void (*handler)(int), int flags)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(signal_number, NULL, &before[index]);
    if (before[index].sa_handler != SIG_IGN)
        (void)sigaction(signal_number, &action, NULL);
}

void signals_watch(struct shoal_session *session)
{
    watched_session = session;
    for (size_t i = 0; i < INTERRUPTS; i++)
        watch(i, watched_signals[i], interrupt, 0); /* ends a write(2) that blocks */
    for (size_t i = INTERRUPTS; i < WATCHED; i++)
        watch(i, watched_signals[i], note, SA_RESTART);
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
