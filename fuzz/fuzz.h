/* What every fuzzing program shares: its entry, and a way to say that something is wrong. */
#ifndef SHOAL_FUZZ_FUZZ_H
#define SHOAL_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* libFuzzer's entry, called by it or by replay.c. Gives 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* As assert(), but never compiled out. */
#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            (void)fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);          \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* The input, from which pieces are taken off the front. */
struct fuzz_input {
    const uint8_t *next;
    size_t left;
};

/* The next byte, 0 where there is none. */
static inline uint8_t fuzz_byte(struct fuzz_input *input)
{
    if (input->left == 0)
        return 0;
    input->left--;
    return *input->next++;
}

/* The next line, without its end, as a C string that the caller frees; NUL bytes in it cut it. ""
 * at the end of the input. */
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
