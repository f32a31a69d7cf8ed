/* Runs a fuzzing program on stored inputs, as an ordinary test:
 *
 *     replay_NAME FILE-OR-FOLDER... */
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "fuzz.h"

#define INPUT_MAX (16L << 20)

static bool run_file(const char *path)
{
    FILE *stream = fopen(path, "rb");
    if (stream == NULL)
        return false;
    uint8_t *data = NULL;
    size_t size = 0;
    struct stat facts;
    bool read = fstat(fileno(stream), &facts) == 0 && facts.st_size <= INPUT_MAX;
    if (read) {
        /* Exactly as large as the input, so that a sanitizer sees a read past its end. */
        data = malloc(facts.st_size > 0 ? (size_t)facts.st_size : 1);
        MUST(data != NULL);
        size = fread(data, 1, (size_t)facts.st_size, stream);
        read = size == (size_t)facts.st_size;
    }
    (void)fclose(stream);
    if (read)
        (void)LLVMFuzzerTestOneInput(data, size);
    free(data);
    return read;
}

/* Returns the number of inputs, -1 if one could not be read. */
static int run_folder(const char *path)
{
    DIR *folder = opendir(path);
    if (folder == NULL)
        return -1;
    int count = 0;
    for (struct dirent *entry; count >= 0 && (entry = readdir(folder)) != NULL;) {
        if (entry->d_name[0] == '.')
            continue;
        char *name = NULL;
        MUST(asprintf(&name, "%s/%s", path, entry->d_name) >= 0);
        count = run_file(name) ? count + 1 : -1;
        if (count < 0)
            (void)fprintf(stderr, "%s: %s\n", name, strerror(errno));
        free(name);
    }
    (void)closedir(folder);
    return count;
}

int main(int argc, char **argv)
{
    int total = 0;
    for (int i = 1; i < argc; i++) {
        struct stat facts;
        bool is_folder = stat(argv[i], &facts) == 0 && S_ISDIR(facts.st_mode);
        int count = is_folder ? run_folder(argv[i]) : run_file(argv[i]) ? 1 : -1;
        if (count <= 0) {
            (void)fprintf(stderr, "%s: no input to replay\n", argv[i]);
            return 1;
        }
        total += count;
    }
    (void)printf("%d inputs\n", total);
    return total > 0 ? 0 : 1;
}
