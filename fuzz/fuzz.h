/* What every fuzzing program shares: the entry point, a check, and ways to split the input. */
#ifndef SHOAL_FUZZ_FUZZ_H
#define SHOAL_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* libFuzzer's entry point, called by libFuzzer or by replay.c for one input. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the process if `condition` is false. As assert(3), but never compiled out. */
#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            (void)fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition);        \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* The input that was not used yet. */
struct fuzz_input {
    const uint8_t *next; /* the caller's memory */
    size_t left;         /* bytes from `next` on */
};

/* Uses up and returns the next byte; 0 at the end of the input. */
static inline uint8_t fuzz_byte(struct fuzz_input *input)
{
    if (input->left == 0)
        return 0;
    input->left--;
    return *input->next++;
}

/* Uses up the next line and returns it without its newline, as a C string for free(3); a NUL byte
 * in it cuts it. "" at the end of the input. */
static inline char *fuzz_line(struct fuzz_input *input)
{
    size_t length = 0;
    while (length < input->left && input->next[length] != '\n')
        length++;
    char *line = malloc(length + 1);
    MUST(line != NULL);
    for (size_t i = 0; i < length; i++)
        line[i] = (char)input->next[i];
    line[length] = '\0';
    size_t used = length < input->left ? length + 1 : length;
    input->next += used;
    input->left -= used;
    return line;
}

#endif
