/* Signals that end a run. */
#ifndef SHOAL_APP_SIGNALS_H
#define SHOAL_APP_SIGNALS_H

#include <stdbool.h>

struct shoal_session;

/* From now on SIGINT, SIGTERM and SIGHUP interrupt `session`; one that was ignored at the start
 * (nohup) stays ignored. */
void signals_watch(struct shoal_session *session);

/* As before signals_watch(). */
void signals_restore(void);

/* Has a second one come, which asks to stop at once? */
bool signals_insist(void);

/* Ends the process by a signal, so that the shell sees what ended it. Comes back only where that
 * fails. */
void signals_raise(int signal_number);

/* SIGPIPE is ignored: a closed pipe is an error of write(2). */
void signals_ignore_pipe(void);

#endif
