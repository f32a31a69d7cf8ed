/* libshoal: uploads every file in a folder over HTTP and reports a verdict for each file.
 *
 *     struct shoal_options *options = shoal_options_new();
 *     shoal_options_set(options, "form", "file=@{file}", error);
 *     shoal_options_add_operand(options, "dist");
 *     shoal_options_set(options, "url", "https://example.com/upload", error);
 *     struct shoal_session *session = shoal_session_new(options, on_event, context, error);
 *     int status = shoal_session_run(session);
 *     shoal_session_free(session);
 *     shoal_options_free(options);
 *
 * Options have the names of the command line (`shoal send --help`) and the same meaning. The
 * library prints nothing and never ends the process: everything it reports is an event.
 *
 * Threads. Different options and sessions may be used by different threads at the same time. One
 * object may be used by one thread at a time, with two exceptions: shoal_session_interrupt() may be
 * called from anywhere, and sessions in several threads may share options that no thread changes.
 *
 * The process. Ignore SIGPIPE before you run a session: TLS connections can raise it. A session may
 * raise the soft limit of open files (RLIMIT_NOFILE) to the hard one. It reads environment
 * variables (`env:NAME` values, proxies, SSL_CERT_FILE), so no other thread may change the
 * environment while shoal_session_new() or shoal_session_run() is running.
 *
 * Versions. A later version may add kinds of events, and fields at the end of the structs that
 * events consist of; a caller ignores kinds that it does not know. */
#ifndef SHOAL_H
#define SHOAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shoal_events.h"

#ifdef __cplusplus
extern "C" {
#endif
#ifdef __GNUC__
#pragma GCC visibility push(default)
#endif

/* The version of the program and the library (Semantic Versioning). Nothing else states it. */
#define SHOAL_VERSION "0.1.0"

/* Returns the version of the library that runs, as SHOAL_VERSION is that of this header: a program
 * may be compiled with one and run with another. The text is constant and lives as long as the
 * library. Safe in any thread. */
const char *shoal_version(void);

/* Bytes in a buffer for an error message, with its terminating NUL. A longer message is cut. */
#define SHOAL_ERROR_SIZE 512

/* What is to be uploaded, where to and how: made by shoal_options_new(). */
struct shoal_options;

/* One run: made by shoal_session_new(). */
struct shoal_session;

/* --- events: what happens in a run --- */

/* Returns the name: "sent", "exists", "skipped", "failed", "unknown"; "" for any other number. The
 * text is constant and lives as long as the library. Safe in any thread. */
const char *shoal_verdict_name(enum shoal_verdict verdict);

/* Returns the name: the last words of the constant in lower case, such as "too-large"; "" for
 * SHOAL_REASON_NONE and any other number. The text is constant and lives as long as the library.
 * Safe in any thread. */
const char *shoal_reason_name(enum shoal_reason reason);

/* Receives the events, one call per event. Called only from within shoal_session_run(), in the
 * thread that runs it, never twice at the same time for one session. `context` is what
 * shoal_session_new() was given. The library owns `event` and everything it points to; all of it is
 * valid only during the call: copy what you keep. The run waits while it is called. It may call
 * shoal_session_interrupt(), but no other function with this session. */
typedef void shoal_event_fn(void *context, const struct shoal_event *event);

/* Makes text from outside safe for a terminal: writes `length` bytes of `text` to `out` as one line
 * of valid UTF-8 in which control characters, bytes that are not valid UTF-8 and characters that
 * reorder or hide text are escaped (\n, \x1b, \u{202E}), and a backslash is doubled. Ends with a
 * NUL and is cut, between two characters, to `size` bytes with it. Returns how many bytes the whole
 * result has without its NUL: if that is less than `size`, nothing was cut. `out` NULL or `size` 0:
 * writes nothing. `text` NULL: as an empty text. Allocates nothing. Safe in any thread and in a
 * signal handler. */
size_t shoal_printable(const char *text, size_t length, char *out, size_t size);

/* --- options --- */

/* Returns new, empty options; NULL: out of memory. The caller frees them with shoal_options_free().
 * Safe in any thread. */
struct shoal_options *shoal_options_new(void);

/* Frees options and overwrites the values they held. No session that was made with them may exist,
 * and no other thread may use them any more. NULL is allowed. */
void shoal_options_free(struct shoal_options *options);

/* Sets the option with the long name `name` (without dashes) to `value`, which is NULL for a flag.
 * An option that may be repeated adds a value; for others the last value counts. Options that say
 * where the command writes its output (`json`, `quiet`, `verbose`) are not the library's. Copies
 * both texts. Returns false, with a sentence in `error`, for an unknown name, a bad value, or if
 * memory runs out, or `options` or `name` is NULL; then `options` is unchanged and can be used as
 * before. `error` has SHOAL_ERROR_SIZE bytes, is written only on failure, and may be NULL. One
 * thread at a time per options. */
bool shoal_options_set(
    struct shoal_options *options, const char *name, const char *value, char *error);

/* Adds a PATH: a folder, a file, or "-" for a list of paths on standard input. Copies the text.
 * Returns false if memory runs out or an argument is NULL; then `options` is unchanged. Whether
 * there is such a file is not checked here. One thread at a time per options. */
bool shoal_options_add_operand(struct shoal_options *options, const char *path);

/* --- sessions --- */

/* Makes a session and checks everything that can be checked before something is sent. Reads the
 * values of `env:`, `file:` and `fd:`, and opens the operands. `on_event` receives the events, with
 * `context`, which stays the caller's; `on_event` NULL: they are dropped. The options stay the
 * caller's and must outlive the session. Returns a session that the caller frees with
 * shoal_session_free(); or NULL, also for `options` NULL, with a sentence in `error`
 * (SHOAL_ERROR_SIZE bytes, written only on failure, may be NULL): SHOAL_EXIT_USAGE for the command.
 * Safe in any thread, while no thread changes `options`.
 */
struct shoal_session *shoal_session_new(
    const struct shoal_options *options, shoal_event_fn *on_event, void *context, char *error);

/* Frees a session that is not running, with all it opened. NULL is allowed. No thread or signal
 * handler may call shoal_session_interrupt() with it from then on. */
void shoal_session_free(struct shoal_session *session);

/* Leaves the regular file that is open at `descriptor` out of the run, should it be below a PATH:
 * one that the caller writes events to, for instance. It is counted as passed over. Any other
 * descriptor is ignored. Returns false if memory runs out, or if `session` is NULL. Only before
 * shoal_session_run(), by one thread at a time. */
bool shoal_session_leave_out(struct shoal_session *session, int descriptor);

/* Lets a session look ahead: once the run has lasted `after_ms` milliseconds, a second search in a
 * thread of its own counts files and bytes for the PROGRESS events. It costs CPU time per file. A
 * list of paths, an `only-failed` or sharded run and a remote file system are not searched twice.
 * NULL: does nothing. Only before shoal_session_run(), by one thread at a time. */
void shoal_session_look_ahead(struct shoal_session *session, uint32_t after_ms);

/* Uploads the files and returns when every one has its verdict. Call it once per session, from any
 * one thread; it starts threads of its own, which have ended when the session is freed, but for one
 * that hangs in a system call, whose memory is not freed. Errors are events. Returns the exit
 * status that the command would have, the first of these that applies:
 *
 *     SHOAL_EXIT_SIGNAL + N  shoal_session_interrupt() was called with the signal N
 *     SHOAL_EXIT_CREDENTIALS the run ended because every server refused the credentials
 *     SHOAL_EXIT_USAGE       the URL says https://, and no server speaks TLS there
 *     SHOAL_EXIT_FAILED      there was a PROBLEM, a file is UNKNOWN, or one FAILED for good
 *     SHOAL_EXIT_TEMPORARY   files FAILED, all of them temporarily; or the search for files did not
 *                            reach its end (`complete` is false)
 *     SHOAL_EXIT_USAGE       no file was found, and `allow-empty` is not set
 *     SHOAL_EXIT_OK          every file has another verdict
 *
 * `session` NULL, or a second call for a session: does nothing and returns SHOAL_EXIT_USAGE.
 *
 * A dry run sends nothing. Its files get a PLAN instead of a verdict, or FAILED if they could not
 * be sent, such as a file that cannot be read; the same list applies. */
int shoal_session_run(struct shoal_session *session);

/* Asks a session to stop. After the first call nothing new is started, and what is in flight may
 * finish within the time that the option `grace` sets; the second call cancels what is in flight.
 * Returns at once; shoal_session_run() returns when every file has its verdict. `signal` is the
 * signal's number, for the exit status; 0, or what no signal's number can be, leaves the
 * exit status to the verdicts. NULL: does nothing. Safe in any thread and in a signal handler,
 * before and during the run, until the session is freed. */
void shoal_session_interrupt(struct shoal_session *session, int signal);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif

#endif
