/* A session creates the components and runs the event loop: sched_step(), then the transport's
 * poll(), until the run is over.
 *
 * The threads of the walk and of the reader wake the loop only while it sleeps. `asleep` is set
 * before the last look for work, so that work that arrives after that look wakes the loop. */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/abandon.h"
#include "core/descriptors.h"
#include "core/look_ahead.h"
#include "core/loop_clock.h"
#include "core/own_files.h"
#include "core/recipe.h"
#include "core/room.h"
#include "core/sched.h"
#include "core/start_notices.h"
#include "core/url_check.h"
#include "core/walk_setup.h"
#include "io/gather.h"
#include "policy/adapt.h"
#include "shoal.h"

#define READER_THREADS_MOST 64  /* most of them start only where the disk is slow */
#define SIGNAL_MOST         127 /* an exit status has eight bits */
#define PROGRESS_US         (100 * CLOCK_US_PER_MS) /* between two events about progress */

struct shoal_session {
    struct config *config;
    struct clock clock;           /* the time that passes for everybody: for events */
    struct loop_clock loop_clock; /* the time in which the loop runs: for every deadline */
    struct random_source random;
    struct random_fetched random_fetched;
    struct events events;
    struct selection selection;
    struct only_failed *known; /* --only-failed; NULL: not given */
    struct walk *walk;         /* NULL once the source owns it */
    struct source *source;     /* NULL until the run starts, as the reader and the scheduler */
    struct look_ahead ahead;   /* what there is to send */
    struct reader *reader;
    struct http *http;
    struct journal *journal; /* NULL: no --journal, or the run is over */
    struct sched *sched;
    struct own_files own;     /* what the run writes; see shoal_session_leave_out() */
    struct descriptors room;  /* the most files in flight, and loaded ahead */
    int64_t next_progress_us; /* when the next event about progress is due */
    atomic_flag ran;          /* shoal_session_run() was called */
    atomic_bool asleep;       /* the loop is in poll(), or about to be */
    atomic_int interrupts;    /* calls of shoal_session_interrupt() */
    int interrupts_seen;      /* those that the loop has acted on */
    atomic_int signal;        /* the last one that shoal_session_interrupt() was given; 0: none */
};

/* Frees what there is of the session and returns NULL, with the sentence in `text`. */
static void *fail(struct shoal_session *session, const struct error *error, char *text)
{
    if (text != NULL)
        (void)snprintf(text, SHOAL_ERROR_SIZE, "%s", error->text);
    shoal_session_free(session);
    return NULL;
}

/* The walk's `is_own`: the journal and the outputs may be below a PATH. */
static bool is_own(const void *context, uint64_t device, uint64_t inode)
{
    return own_files_have(context, device, inode);
}

/* The walk's `may_be_own`. */
static bool may_be_own(const void *context, const char *name)
{
    return own_files_may_have(context, name);
}

void shoal_session_look_ahead(struct shoal_session *session, uint32_t after_ms)
{
    if (session != NULL)
        session->ahead =
            (struct look_ahead){.wanted = true, .after_us = after_ms * CLOCK_US_PER_MS};
}

bool shoal_session_leave_out(struct shoal_session *session, int descriptor)
{
    return session != NULL && own_files_add(&session->own, descriptor);
}

static struct walk_setup_own own_files_of(const struct shoal_session *session)
{
    return (struct walk_setup_own){
        .is_own = is_own, .may_be_own = may_be_own, .context = &session->own};
}

static bool open_walk(struct shoal_session *session, struct error *error)
{
    const struct walk_setup_own own = own_files_of(session);
    session->walk = walk_setup(session->config, &own, error);
    return session->walk != NULL;
}

static void wake_loop(void *context)
{
    struct shoal_session *session = context;
    if (atomic_load(&session->asleep))
        session->http->ops->wake(session->http);
}

static bool leave_out_journal(struct shoal_session *session)
{
    const char *path;
    for (size_t i = 0; (path = journal_own_file(session->journal, i)) != NULL; i++) {
        if (!own_files_add_path(&session->own, path))
            return false;
    }
    return true;
}

static bool open_journal(struct shoal_session *session, struct error *error)
{
    const struct config *config = session->config;
    struct journal_settings settings = {.path = config->journal,
        .url = config->shown_url,
        .read_only = config->dry_run,
        .keep_damage = config->at_most_once,
        .wake = wake_loop,
        .context = session};
    if (config->journal != NULL && !journal_open(&settings, &session->journal, error))
        return false;
    return leave_out_journal(session) || error_set_memory(error);
}

/* Reads what an earlier run did, before anything is opened for writing: it may be the same file. */
static bool open_known(struct shoal_session *session, struct error *error)
{
    if (session->config->only_failed == NULL)
        return true;
    session->known = only_failed_new(session->config, error);
    session->selection.known = session->known;
    return session->known != NULL;
}

/* A file that was to be sent again is gone. */
static void report_gone(void *context, const char *path)
{
    struct shoal_session *session = context;
    if (selection_may_have(&session->selection, path))
        events_problem(&session->events, path, "this file was to be sent again, and it is gone");
}

/* Writes the rest of the journal. Only then is the exit status known. */
static void finish_journal(struct shoal_session *session)
{
    struct error error;
    if (session->journal != NULL && !journal_flush(session->journal, &error) &&
        !session->events.journal_failed)
        events_journal_failed(&session->events, error.text);
}

static bool open_transport(struct shoal_session *session, struct error *error)
{
    const struct config *config = session->config;
    struct http_settings settings = {.clock = &session->loop_clock.clock,
        .connections = session->room.jobs,
        .connect_timeout_us = config->connect_timeout_us,
        .stall_timeout_us = config->stall_timeout_us,
        .response_timeout_us = config->response_timeout_us,
        .cacert = config->cacert,
        .capath = config->capath,
        .cert = config->cert,
        .key = config->key,
        .pass = config->pass,
        .netrc = config->netrc,
        .cookies = config->cookies,
        .insecure = config->insecure,
        .proxy = config->proxy,
        .no_proxy = config->no_proxy,
        .user_agent = "shoal/" SHOAL_VERSION};
    session->http = http_new(&settings, error);
    return session->http != NULL;
}

struct shoal_session *shoal_session_new(
    const struct shoal_options *options, shoal_event_fn *on_event, void *context, char *error)
{
    struct error why = {0};
    if (options == NULL) {
        (void)error_set(&why, ERROR_USAGE, 0, "there are no options");
        return fail(NULL, &why, error);
    }
    struct shoal_session *session = calloc(1, sizeof *session);
    if (session == NULL) {
        (void)error_set_memory(&why);
        return fail(NULL, &why, error);
    }
    session->clock = clock_system();
    loop_clock_init(&session->loop_clock, &session->clock);
    session->random = random_system(&session->random_fetched);
    struct shoal_options *resolved = recipe_resolve(options, &why);
    if (resolved != NULL)
        session->config = config_new(resolved, &why);
    shoal_options_free(resolved);
    if (session->config == NULL)
        return fail(session, &why, error);
    atomic_flag_clear(&session->ran);
    selection_init(&session->selection, session->config);
    events_init(&session->events, session->config, &session->clock, on_event, context);
    if (!descriptors_suffice(room_files_of_request(session->config), &why) ||
        !open_walk(session, &why) || !open_known(session, &why))
        return fail(session, &why, error);
    session->room = room_find(session->config);
    if (!open_transport(session, &why) || !open_journal(session, &why))
        return fail(session, &why, error);
    return session;
}

/* Ends the threads of walk and reader and frees both. True: a thread hangs in a system call, for
 * instance because a file server does not respond. What it uses stays in place: the walk with its
 * folders and rules, the reader, and the plans of its jobs, which sched_free() leaves. */
static bool end_threads(struct shoal_session *session)
{
    struct source *source = session->source;
    struct reader *reader = session->reader;
    bool ahead_hangs = !look_ahead_end(&session->ahead, session->config);
    bool walk_hangs = source != NULL && !source->ops->stop(source);
    bool reader_hangs = reader != NULL && !reader->ops->stop(reader);
    if (walk_hangs && session->config != NULL) { /* there is no source without it */
        abandon(session->config->ignore);
        session->config->ignore = NULL;
    }
    if (walk_hangs || reader_hangs)
        abandon(source);
    else if (source != NULL)
        source->ops->free(source);
    if (reader_hangs)
        abandon(reader);
    else if (reader != NULL)
        reader->ops->free(reader);
    return walk_hangs || reader_hangs || ahead_hangs;
}

void shoal_session_free(struct shoal_session *session)
{
    if (session == NULL)
        return;
    bool hangs = end_threads(session);
    walk_free(session->walk);
    sched_free(session->sched);
    journal_close(session->journal, -1);
    if (!hangs)
        own_files_free(&session->own);
    if (session->http != NULL)
        session->http->ops->free(session->http);
    events_free(&session->events);
    selection_free(&session->selection);
    only_failed_free(session->known);
    config_free(session->config);
    if (hangs)
        abandon(session); /* a thread may be about to look whether the loop is asleep */
    else
        free(session);
}

static bool create_components(struct shoal_session *session, struct error *error)
{
    unsigned threads = session->room.jobs + 1;
    if (threads > READER_THREADS_MOST)
        threads = READER_THREADS_MOST;
    session->reader = reader_new(threads, wake_loop, session, error);
    if (session->reader == NULL)
        return false;
    if (session->journal != NULL)
        journal_start(session->journal);
    struct walk *walk = session->walk;
    session->walk = NULL;
    session->source = source_new(walk, wake_loop, session, error);
    /* Whether each file has a URL must be known before anything is sent. */
    if (session->source != NULL && session->config->urls != NULL)
        session->source =
            gather_new(session->source, URL_LIST_MOST, url_check, &session->selection, error);
    if (session->source == NULL)
        return false;
    struct sched_parts parts = {.config = session->config,
        .clock = &session->loop_clock.clock,
        .random = &session->random,
        .source = session->source,
        .reader = session->reader,
        .http = session->http,
        .events = &session->events,
        .journal = session->journal,
        .selection = &session->selection,
        .jobs_most = session->room.jobs,
        .ahead_most = session->room.ahead};
    session->sched = sched_new(&parts, error);
    return session->sched != NULL;
}

static void handle_interrupts(struct shoal_session *session)
{
    int asked = atomic_load(&session->interrupts);
    for (; session->interrupts_seen < asked; session->interrupts_seen++) {
        if (session->interrupts_seen == 0) {
            sched_interrupt(session->sched);
        } else if (session->interrupts_seen == 1) {
            sched_stop(session->sched);
        }
    }
}

static void report_progress(struct shoal_session *session)
{
    int64_t now_us = clock_now_us(&session->clock);
    if (now_us < session->next_progress_us)
        return;
    session->next_progress_us = now_us + PROGRESS_US;
    struct shoal_progress progress = {0};
    sched_describe_progress(session->sched, &progress);
    const struct walk_setup_own own = own_files_of(session);
    look_ahead_report(&session->ahead, session->config, &own,
        clock_now_us(&session->clock) - session->events.start_us, &progress);
    events_progress(&session->events, &progress);
}

/* Returns how long the transport may wait. Once `asleep` is set, threads wake the loop when they
 * have work for it; the second step does what they had before. */
static int64_t step(struct shoal_session *session)
{
    int64_t wait_us = sched_step(session->sched);
    if (wait_us > 0) {
        atomic_store(&session->asleep, true);
        wait_us = sched_step(session->sched);
    }
    bool interrupted = atomic_load(&session->interrupts) > session->interrupts_seen;
    return interrupted || sched_done(session->sched) ? 0 : wait_us;
}

static void run_loop_once(struct shoal_session *session)
{
    struct error error;
    handle_interrupts(session);
    if (!session->http->ops->poll(session->http, step(session), &error)) {
        events_problem(&session->events, NULL, error.text);
        sched_drain(session->sched, error.text);
        sched_stop(session->sched);
    }
    atomic_store(&session->asleep, false);
    report_progress(session);
}

int shoal_session_run(struct shoal_session *session)
{
    struct error error = {0};
    if (session == NULL || atomic_flag_test_and_set(&session->ran))
        return SHOAL_EXIT_USAGE;
    events_start(&session->events, session->config->jobs);
    struct start_notices notices = {.events = &session->events,
        .config = session->config,
        .jobs_most = session->room.jobs,
        .known = session->known,
        .journal = session->journal};
    start_notices_tell(&notices);
    if (!create_components(session, &error)) {
        events_problem(&session->events, NULL, error.text);
        return events_end(&session->events, 0);
    }
    while (!sched_done(session->sched))
        run_loop_once(session);
    sched_report(session->sched);
    session->events.ending = sched_ending(session->sched);
    finish_journal(session);
    session->events.left_out = session->selection.left_out;
    if (session->known != NULL && session->events.totals.complete)
        only_failed_each_gone(session->known, report_gone, session);
    int status = events_end(&session->events, atomic_load(&session->signal));
    journal_close(session->journal, status);
    session->journal = NULL;
    return status;
}

void shoal_session_interrupt(struct shoal_session *session, int signal)
{
    if (session == NULL)
        return;
    if (signal > 0 && signal <= SIGNAL_MOST)
        atomic_store(&session->signal, signal);
    atomic_fetch_add(&session->interrupts, 1);
    session->http->ops->wake(session->http);
}
