/* peak_memory RESULT COMMAND...: runs the command as a child of this small process and writes its
 * peak resident memory, in KiB, to RESULT. (The peak of a direct child of the test would include
 * the memory of the test.) */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int count, char **arguments)
{
    struct rusage usage;
    int status;

    if (count < 3)
        return 125;
    pid_t child = fork();
    if (child == 0) {
        execvp(arguments[2], arguments + 2);
        _exit(127);
    }
    if (child < 0 || wait4(child, &status, 0, &usage) < 0)
        return 125;
    FILE *result = fopen(arguments[1], "w");
    if (!result)
        return 125;
    fprintf(result, "%ld\n", usage.ru_maxrss);
    fclose(result);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
