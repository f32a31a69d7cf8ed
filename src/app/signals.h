/* Signals that interrupt a run of `shoal send`, and signals that are ignored. */
#ifndef SHOAL_APP_SIGNALS_H
#define SHOAL_APP_SIGNALS_H

#include <stdbool.h>

/* See shoal.h. */
struct shoal_session;

/* Lets SIGINT, SIGTERM and SIGHUP interrupt `session` from now on, until signals_restore();
 * notes SIGUSR1 and SIGCONT. A signal that was ignored at the start (as by nohup) stays ignored. */
void signals_watch(struct shoal_session *session);

/* Returns whether SIGUSR1 has asked for a line about progress since the last call. */
bool signals_take_status(void);

/* Returns whether the process was continued (SIGCONT) since the last call. */
bool signals_take_continued(void);

/* Restores the dispositions from before signals_watch(). */
void signals_restore(void);

/* Returns whether a second signal has arrived: the user wants to stop immediately. Safe in any
 * thread. */
bool signals_insist(void);

/* Ends the process by a signal, so that the shell sees what ended it. Returns only if that fails.
 */
void signals_raise(int signal_number);

/* Ignores a signal from now on. */
void signals_ignore(int signal_number);

#endif
