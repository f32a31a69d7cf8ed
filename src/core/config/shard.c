/* --shard: which part of the files this run sends. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/config/private.h"
#include "text/nearest.h"
#include "text/units.h"

#define SHARDS_MOST 1000000000
#define NUMBER_SIZE 32

/* Variables that say which of how many tasks this is. `first`: the number of the first task. */
static const struct {
    const char *index;
    const char *count;
    int64_t first;
} schedulers[] = {
    {"JOB_COMPLETION_INDEX", "JOB_COMPLETIONS", 0},
    {"AWS_BATCH_JOB_ARRAY_INDEX", "AWS_BATCH_JOB_ARRAY_SIZE", 0},
    {"CI_NODE_INDEX", "CI_NODE_TOTAL", 1},
};

static bool set_shard(
    struct config_build *build, const char *option, int64_t index, int64_t count, const char *by)
{
    if (count < 1 || index < 1 || index > count)
        return config_wrong(build,
            "%s: shard %" PRId64 " of %" PRId64 ": the first number must be from 1 to the second",
            option, index, count);
    struct config_shard *shard = &build->config->shard;
    *shard = (struct config_shard){.index = (uint64_t)index, .count = (uint64_t)count, .by = by};
    (void)snprintf(shard->name, sizeof shard->name, "%" PRId64 "/%" PRId64, index, count);
    return true;
}

static bool fail_given(struct config_build *build, const char *text)
{
    char hint[NEAREST_HINT_SIZE];
    struct nearest nearest = nearest_to(text);
    nearest_offer(&nearest, "auto");
    return config_wrong(build,
        "--shard '%s': it must be I/N with I from 1 to N, such as 3/16, or auto%s", text,
        nearest_hint(&nearest, "'", "'", hint));
}

static bool read_given(struct config_build *build, const char *text)
{
    const char *slash = strchr(text, '/');
    char first[NUMBER_SIZE] = "";
    int64_t index;
    int64_t count;
    if (slash != NULL)
        (void)snprintf(first, sizeof first, "%.*s", (int)(slash - text), text);
    if (slash == NULL || slash - text >= NUMBER_SIZE ||
        !units_parse_number(first, 1, SHARDS_MOST, &index) ||
        !units_parse_number(slash + 1, 1, SHARDS_MOST, &count))
        return fail_given(build, text);
    char option[96];
    (void)snprintf(option, sizeof option, "--shard '%s'", text);
    return set_shard(build, option, index, count, NULL);
}

/* Reads a variable that must be a number. */
static bool read_number_variable(
    struct config_build *build, const char *name, int64_t least, int64_t *out)
{
    const char *text = getenv(name);
    if (text == NULL)
        return config_wrong(build, "--shard auto: the variable %s is not set", name);
    return units_parse_number(text, least, SHARDS_MOST, out) ||
           config_wrong(
               build, "--shard auto: %s is '%s', which is not a number that it can be", name, text);
}

/* A Slurm array: its tasks have the IDs from `first` to `last` in steps of `step`. */
struct slurm_array {
    int64_t id; /* of this task */
    int64_t first;
    int64_t last;
    int64_t step;
    int64_t count; /* of tasks */
};

/* IDs need not begin at 0 or have no gaps. A rerun of single tasks has other limits than the whole
 * array had: then this task cannot know its part. */
static bool is_whole_array(const struct slurm_array *array)
{
    int64_t after = array->id - array->first;
    return array->count > 1 && array->last >= array->first && after >= 0 &&
           array->id <= array->last && after % array->step == 0 &&
           (array->last - array->first) / array->step + 1 == array->count;
}

static bool read_slurm(struct config_build *build)
{
    struct slurm_array array = {.step = 1};
    if (!read_number_variable(build, "SLURM_ARRAY_TASK_ID", 0, &array.id) ||
        !read_number_variable(build, "SLURM_ARRAY_TASK_MIN", 0, &array.first) ||
        !read_number_variable(build, "SLURM_ARRAY_TASK_MAX", 0, &array.last) ||
        !read_number_variable(build, "SLURM_ARRAY_TASK_COUNT", 1, &array.count))
        return false;
    if (getenv("SLURM_ARRAY_TASK_STEP") != NULL &&
        !read_number_variable(build, "SLURM_ARRAY_TASK_STEP", 1, &array.step))
        return false;
    if (!is_whole_array(&array))
        return config_wrong(build,
            "--shard auto: this is task %" PRId64 " of a Slurm array with %" PRId64
            " tasks from %" PRId64 " to %" PRId64 " in steps of %" PRId64
            ", so its part of the files is not known (is it a rerun of single tasks?); give "
            "--shard I/N",
            array.id, array.count, array.first, array.last, array.step);
    return set_shard(build, "--shard auto", (array.id - array.first) / array.step + 1, array.count,
        "SLURM_ARRAY_TASK_ID");
}

static bool read_auto(struct config_build *build)
{
    if (getenv("SLURM_ARRAY_TASK_ID") != NULL || getenv("SLURM_ARRAY_TASK_COUNT") != NULL)
        return read_slurm(build);
    for (size_t i = 0; i < sizeof schedulers / sizeof schedulers[0]; i++) {
        if (getenv(schedulers[i].index) == NULL && getenv(schedulers[i].count) == NULL)
            continue;
        int64_t index = 0;
        int64_t count = 0;
        return read_number_variable(build, schedulers[i].index, 0, &index) &&
               read_number_variable(build, schedulers[i].count, 1, &count) &&
               set_shard(build, "--shard auto", index - schedulers[i].first + 1, count,
                   schedulers[i].index);
    }
    return config_wrong(build,
        "--shard auto: none of SLURM_ARRAY_TASK_ID, JOB_COMPLETION_INDEX, "
        "AWS_BATCH_JOB_ARRAY_INDEX and CI_NODE_INDEX is set; give --shard I/N");
}

bool config_read_shard(struct config_build *build)
{
    const char *given = config_last(build, "shard");
    if (given == NULL)
        return true;
    return strcmp(given, "auto") == 0 ? read_auto(build) : read_given(build, given);
}
