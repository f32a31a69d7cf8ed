/* Memory that ends at a page nobody may read: one byte too far is a crash in a plain build too. */
#ifndef SHOAL_TESTS_UNIT_GUARDED_H
#define SHOAL_TESTS_UNIT_GUARDED_H

#include "check.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct guarded {
    char *data;
    size_t size; /* bytes in front of the unreadable page: whole pages */
};

/* Makes memory of at least `size` bytes. */
static inline struct guarded guarded_new(size_t size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    struct guarded memory = {.size = (size + page - 1) / page * page};
    memory.data =
        mmap(NULL, memory.size + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(memory.data, MAP_FAILED);
    assert_int_equal(mprotect(memory.data + memory.size, page, PROT_NONE), 0);
    return memory;
}

static inline void guarded_free(struct guarded *memory)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    assert_int_equal(munmap(memory->data, memory->size + page), 0);
}

/* Copies the bytes to the very end of the memory and returns where they are. */
static inline const char *guarded_place(
    const struct guarded *memory, const char *data, size_t length)
{
    assert_true(length <= memory->size);
    char *place = memory->data + memory->size - length;
    if (length > 0)
        memcpy(place, data, length);
    return place;
}

#endif
