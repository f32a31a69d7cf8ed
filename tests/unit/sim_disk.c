/* The disk of the simulation: jobs take time, and some fail. A small file consists of x. Every
 * streamed file is the same real file, because a body checks its facts and reads the page cache. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim.h"

#define JOB_MOST_US      5000
#define SLOW_JOB_MOST_US 500000

static struct sim *sim_of_reader(struct reader *reader)
{
    return container_of(reader, struct sim, reader);
}

static void choose_result(struct sim *sim, struct reader_file *file)
{
    static const enum reader_result faults[] = {
        READER_MISSING, READER_CHANGED, READER_FAILED, READER_NOT_REGULAR};
    file->descriptor = -1;
    file->code = 0;
    file->result = READER_OK;
    file->facts = (struct reader_facts){.size = sim_below(sim, 5000)};
    if (!sim_chance(sim, sim->disk_faults))
        return;
    file->result = faults[sim_below(sim, 4)];
    if (file->result == READER_FAILED)
        file->code = sim_chance(sim, 500) ? EIO : EMFILE;
    if (file->result == READER_CHANGED || file->code == EMFILE)
        sim->ledger[sim_number(file->path)].counted++;
}

static void open_large(struct sim *sim, struct reader_file *file)
{
    struct stat status;
    bool cached = sim_chance(sim, 500);
    file->descriptor = dup(cached ? sim->large_descriptor : sim->unread_descriptor);
    if (file->descriptor < 0 || fstat(file->descriptor, &status) != 0)
        abort();
    file->facts = (struct reader_facts){.device = status.st_dev,
        .inode = status.st_ino,
        .size = status.st_size,
        .mtime = status.st_mtim,
        .ctime = status.st_ctim};
    struct sim_ledger *ledger = &sim->ledger[sim_number(file->path)];
    ledger->loaded_at = sim->changes;
    ledger->unreadable = false;
}

void sim_change_large(struct sim *sim)
{
    struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = 1000 + ++sim->changes}};
    if (futimens(sim->large_descriptor, times) != 0)
        abort();
}

static void change_large(struct sim *sim, void *object)
{
    (void)object;
    sim_change_large(sim);
}

static void load(struct sim *sim, struct reader_job *job)
{
    struct reader_file *file = &job->files[0];
    choose_result(sim, file);
    job->whole = false;
    if (file->result != READER_OK)
        return;
    job->whole = (size_t)file->facts.size <= job->whole_most && !sim_chance(sim, sim->large_files);
    if (!job->whole) {
        open_large(sim, file);
        if (sim_chance(sim, sim->disk_faults))
            sim_schedule(sim, sim_below(sim, 50000), change_large, NULL);
        return;
    }
    size_t size = (size_t)file->facts.size;
    buf_clear(&job->content);
    if (!buf_reserve(&job->content, job->headroom + size))
        abort();
    memset(job->content.data, 'x', job->headroom + size);
    job->content.length = job->headroom + size;
    file->offset = job->headroom;
}

static void mark(char *data, int64_t position)
{
    memcpy(data, &position, sizeof position);
}

static void read_chunk(struct sim *sim, struct reader_job *job)
{
    job->result = READER_OK;
    job->code = 0;
    if (sim_chance(sim, sim->disk_faults / 4)) {
        job->result = sim_chance(sim, 500) ? READER_CHANGED : READER_FAILED;
        job->code = job->result == READER_FAILED ? EIO : 0;
        sim->ledger[sim_number(job->file->path)].unreadable = true;
    } else if (job->last && !reader_unchanged(job->file)) {
        job->result = READER_CHANGED;
    }
    ssize_t count = pread(sim->large_descriptor, job->data, job->length, job->position);
    if (count != (ssize_t)job->length)
        abort();
}

static void finish_job(struct sim *sim, void *object)
{
    struct reader_job *job = object;
    if (job->work == READER_LOAD)
        load(sim, job);
    else
        read_chunk(sim, job);
    job->next = NULL;
    if (sim->done_first == NULL)
        sim->done_first = job;
    else
        sim->done_last->next = job;
    sim->done_last = job;
}

static void submit(struct reader *reader, struct reader_job *job)
{
    struct sim *sim = sim_of_reader(reader);
    bool slow = sim_chance(sim, 30);
    sim_schedule(sim, sim_below(sim, slow ? SLOW_JOB_MOST_US : JOB_MOST_US), finish_job, job);
}

static struct reader_job *collect(struct reader *reader)
{
    struct sim *sim = sim_of_reader(reader);
    struct reader_job *jobs = sim->done_first;
    sim->done_first = sim->done_last = NULL;
    return jobs;
}

const struct reader_ops sim_reader_ops = {.submit = submit, .collect = collect};

void sim_disk_init(struct sim *sim)
{
    char name[] = "/tmp/shoal-sim-XXXXXX";
    static char content[SIM_LARGE_SIZE];
    for (int64_t at = 0; at < SIM_LARGE_SIZE; at += SIM_MARK_EVERY)
        mark(content + at, at);
    sim->large_descriptor = mkstemp(name);
    sim->unread_descriptor = open(name, O_WRONLY | O_CLOEXEC);
    if (sim->large_descriptor < 0 || sim->unread_descriptor < 0 || unlink(name) != 0 ||
        write(sim->large_descriptor, content, sizeof content) != (ssize_t)sizeof content)
        abort();
}

void sim_disk_free(struct sim *sim)
{
    (void)close(sim->large_descriptor);
    (void)close(sim->unread_descriptor);
}
