/* What is done with a damaged journal: it is renamed, so that it can be looked at, and never read
 * again. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "io/journal/private.h"

#define HEADER_SIZE 100 /* bytes: https://sqlite.org/fileformat.html, section 1.3 */
#define MAGIC_SIZE  16
#define ID_AT       68 /* offset of the application ID, 4 bytes, big-endian */
#define FLIPS_MOST  2  /* bits by which damage may change one of the two */
#define NAMES_MOST  1000

static const char magic[MAGIC_SIZE] = "SQLite format 3";
static const unsigned char application_id[4] = {0x73, 0x68, 0x6F, 0x61}; /* "shoa" */

static int bits_that_differ(const void *one, const void *other, size_t length)
{
    const unsigned char *a = one;
    const unsigned char *b = other;
    int bits = 0;
    for (size_t i = 0; i < length; i++)
        bits += __builtin_popcount((unsigned)(a[i] ^ b[i]));
    return bits;
}

bool damage_was_journal(const char *path)
{
    unsigned char header[HEADER_SIZE];
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (descriptor < 0)
        return false;
    ssize_t length = read(descriptor, header, sizeof header);
    (void)close(descriptor);
    if (length <= 0)
        return false;
    size_t magic_length = length < MAGIC_SIZE ? (size_t)length : MAGIC_SIZE;
    int wrong = bits_that_differ(header, magic, magic_length);
    if (length < HEADER_SIZE) /* cut within its header */
        return wrong == 0;
    return wrong <= FLIPS_MOST && bits_that_differ(header + ID_AT, application_id, 4) <= FLIPS_MOST;
}

/* Renames PATH and PATH-wal. SQLite needs the second to read the first; what is in PATH-shm is made
 * anew from it. */
static bool rename_both(const char *path, const char *aside)
{
    struct buf from;
    struct buf to;
    buf_init(&from, JOURNAL_PATH_MOST);
    buf_init(&to, JOURNAL_PATH_MOST);
    bool renamed = buf_printf(&from, "%s-wal", path) && buf_printf(&to, "%s-wal", aside) &&
                   (rename(buf_text(&from), buf_text(&to)) == 0 || errno == ENOENT);
    buf_clear(&from);
    if (renamed && buf_printf(&from, "%s-shm", path))
        (void)unlink(buf_text(&from));
    renamed = renamed && rename(path, aside) == 0;
    int code = errno;
    buf_free(&from);
    buf_free(&to);
    errno = code;
    return renamed;
}

/* A name that no file has: PATH.damaged-2026-01-31, then with -2, -3 and so on. */
static bool find_name(const char *path, struct buf *aside)
{
    struct tm date;
    struct stat facts;
    time_t now = time(NULL);
    char day[16] = "";
    if (gmtime_r(&now, &date) != NULL)
        (void)strftime(day, sizeof day, "%Y-%m-%d", &date);
    for (int number = 1; number <= NAMES_MOST; number++) {
        buf_clear(aside);
        (void)buf_printf(aside, "%s.damaged-%s", path, day);
        if (number > 1)
            (void)buf_printf(aside, "-%d", number);
        if (aside->failed || (lstat(buf_text(aside), &facts) != 0 && errno == ENOENT))
            return !aside->failed;
    }
    return false;
}

bool damage_put_aside(const char *path, struct buf *aside, struct error *error)
{
    if (!find_name(path, aside))
        return error_set(error, ERROR_USAGE, 0,
            "--journal '%s': it is damaged, and no name is free for it; move it away", path);
    if (rename_both(path, buf_text(aside)))
        return true;
    int code = errno;
    return error_set(error, ERROR_SYSTEM, code,
        "--journal '%s': it is damaged and can't be renamed: %s", path, error_reason(code));
}
