#include "core/room.h"

#include "core/address_space.h"
#include "core/sched.h"
#include "policy/adapt.h"

unsigned room_files_of_request(const struct config *config)
{
    unsigned files = 1;
    for (size_t i = 0; i < config->field_count; i++)
        files += config->fields[i].kind != CONFIG_TEXT && !config->fields[i].is_main;
    return files;
}

struct descriptors room_find(const struct config *config)
{
    unsigned jobs = config->jobs == CONFIG_JOBS_AUTO ? ADAPT_MOST : config->jobs;
    unsigned ahead = jobs < SCHED_AHEAD_LEAST ? SCHED_AHEAD_LEAST : jobs;
    struct descriptors wanted = {
        .jobs = jobs, .ahead = ahead < SCHED_AHEAD_MOST ? ahead : SCHED_AHEAD_MOST};
    return descriptors_fit(address_space_fit(wanted), room_files_of_request(config));
}
