/* timed OUTPUT COMMAND [ARGUMENT...]: runs COMMAND and writes its time and memory to OUTPUT as
 * JSON.
 *
 * It is small on purpose: until a child executes another program, its peak memory includes that of
 * its parent. Times are in microseconds (began_us by CLOCK_MONOTONIC), memory is in KiB; children
 * of the command that it has waited for are included. */
#include <spawn.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static long long now_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static long long microseconds(struct timeval time)
{
    return (long long)time.tv_sec * 1000000 + time.tv_usec;
}

int main(int count, char **arguments)
{
    if (count < 3) {
        fputs("usage: timed OUTPUT COMMAND [ARGUMENT...]\n", stderr);
        return 2;
    }
    FILE *output = fopen(arguments[1], "we");
    if (output == NULL) {
        perror(arguments[1]);
        return 2;
    }
    pid_t child;
    int status;
    struct rusage usage;
    long long began_us = now_us();
    if (posix_spawnp(&child, arguments[2], NULL, NULL, arguments + 2, environ) != 0) {
        perror(arguments[2]);
        return 127;
    }
    if (wait4(child, &status, 0, &usage) != child) {
        perror("wait4");
        return 1;
    }
    long long ended_us = now_us();
    fprintf(output,
        "{\"began_us\":%lld,\"wall_us\":%lld,\"user_us\":%lld,\"system_us\":%lld,"
        "\"peak_kib\":%ld,\"status\":%d}\n",
        began_us, ended_us - began_us, microseconds(usage.ru_utime), microseconds(usage.ru_stime),
        usage.ru_maxrss, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    return fclose(output) == 0 ? 0 : 1;
}
