/* The plan: turns a file that was found into a request.
 *
 * Each slot of the scheduler has one plan and reuses its buffers for one file after another. The
 * order of calls is plan_begin(), the reader does plan_job(), plan_finish(), the transport sends
 * plan_request(), plan_reset(). */
#ifndef SHOAL_CORE_PLAN_H
#define SHOAL_CORE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/must_use.h"
#include "base/random.h"
#include "core/config.h"
#include "io/body.h"
#include "io/http.h"
#include "io/journal.h"
#include "io/reader.h"
#include "io/walk.h"
#include "shoal.h"

/* One request in the making. */
struct plan;

/* Makes an empty plan; the caller frees it with plan_free(). `config` and `random`, which chooses
 * the boundaries, must outlive it. NULL with `error`: out of memory. */
MUST_USE struct plan *plan_new(
    const struct config *config, const struct random_source *random, struct error *error);

/* Resets the plan and frees it; NULL does nothing. The reader must not have its job; where it was
 * stopped and left the job to a thread that hangs, the plan stays in place for ever. */
void plan_free(struct plan *plan);

/* Replaces the content of `path` with the value of {file} for `entry`. False: out of memory. */
MUST_USE bool plan_file_path(const struct entry *entry, struct buf *path);

/* Prepares plan_job() for `entry`: which files to open, and to read them whole if they have at most
 * `whole_most` bytes together. Nothing of `entry` but its root is needed after the call. False with
 * `error`: a path cannot be filled in. */
MUST_USE bool plan_begin(
    struct plan *plan, const struct entry *entry, size_t whole_most, struct error *error);

/* The job for the reader. Its `context` is the caller's. Stays in place until plan_free(). */
struct reader_job *plan_job(struct plan *plan);

/* After the request was sent, with --verify-content: the job that compares the files with what was
 * sent. The same object as plan_job(). */
struct reader_job *plan_compare_job(struct plan *plan);

/* After the job: the first file that could not be read, for plan_explain(), or NULL. Belongs to the
 * plan. */
const struct reader_file *plan_unreadable(const struct plan *plan);

/* The form field for which the job looked for a second file at `file`, one of the job's; NULL: that
 * is not a second file. */
const struct config_field *plan_pair_of(const struct plan *plan, const struct reader_file *file);

/* After the job: what became of the second file of form field `index`, which is a pair. False: the
 * job ended before it. */
MUST_USE bool plan_pair_result(const struct plan *plan, size_t index, enum reader_result *result);

/* After the job: makes plan_request(). A body that was not read whole is streamed through `reader`,
 * `chunk` bytes at a time. False with `error`: a value cannot be filled in, or out of memory. */
MUST_USE bool plan_finish(struct plan *plan, const struct entry *entry, struct reader *reader,
    size_t chunk, struct error *error);

/* The URL that the options give the file of a finished request, whatever plan_redirect() did.
 * Belongs to the plan. */
const char *plan_own_url(const struct plan *plan);

/* Whether the finished request may be sent to `url`, to which a redirect led: to another origin
 * than that of plan_own_url(), a request may not go whose form, or `url` itself, has a credential.
 * Adds the reason to `why` where not. */
MUST_USE bool plan_may_redirect(const struct plan *plan, const char *url, struct buf *why);

/* Sends the request, which plan_finish() just made, to `url`. To another origin than that of its
 * own URL, it goes without credentials: those of the URL and of -u, the signature, and headers that
 * are credentials or have secrets. False with `error`: out of memory. */
MUST_USE bool plan_redirect(struct plan *plan, const char *url, struct error *error);

/* Signs the finished request, if the options ask for it: right before it is sent, because
 * signatures expire. `wall_seconds`: now, in seconds since 1970. False with `error`. */
MUST_USE bool plan_sign(struct plan *plan, int64_t wall_seconds, struct error *error);

/* The finished request, which points into the plan and is valid until plan_reset(). Its `context`
 * and `fresh_connection` are left to the caller. */
const struct http_request *plan_request(const struct plan *plan);

/* The body of a finished request that is streamed, or NULL. Belongs to the plan. */
struct body *plan_body(const struct plan *plan);

/* Closes the files and frees the body of one attempt; the buffers stay allocated. body_busy() must
 * be false. */
void plan_reset(struct plan *plan);

/* The size of the file that was found, in bytes; known after the job. */
int64_t plan_file_size(const struct plan *plan);

/* What the journal keeps of the contents that the request carries; known after the job. False: out
 * of memory. */
MUST_USE bool plan_facts(const struct plan *plan, struct journal_facts *facts);

/* What templates may name of the file that was found, after the job. Valid until plan_reset(). */
struct template_file plan_describe(const struct plan *plan, const struct entry *entry);

/* Describes the form field `index` of the configuration as a finished plan sends it: a file's value
 * is its path. The texts belong to the plan and to the configuration. False: the field is left out,
 * because it is an optional file that does not exist. */
MUST_USE bool plan_field(const struct plan *plan, size_t index, struct shoal_field *field);

/* What --urls has for the file of a finished plan; NULL: there is no such option. Its headers and
 * fields come before the others of the request. */
const struct url_list_entry *plan_listed(const struct plan *plan);

/* Adds the URL of a finished plan as it may be shown once secrets are replaced: without the query
 * if it is from a list, because that gives access. False: `out` failed. */
bool plan_add_shown_url(const struct plan *plan, struct buf *out);

/* A hash of what the request of a finished plan consists of: method, URL, the headers of the
 * options, and of each field its name, its file name, its type, and the value of a text. Not the
 * contents of files, and nothing that differs from attempt to attempt. Different requests have the
 * same one by chance only. */
uint64_t plan_hash(const struct plan *plan);

/* Adds a sentence about a second file, for form field `field`, that does not exist. */
void plan_explain_pair(
    const struct config_field *field, const struct reader_file *file, struct buf *sentence);

/* Adds a sentence about why `file` could not be read; nothing where it could. */
void plan_explain(const struct reader_file *file, struct buf *sentence);

#endif
