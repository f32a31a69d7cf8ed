/* root_openat() for systems without openat2(2): one component at a time, never through a link that
 * the system resolves itself. What was gone through so far is kept as a path without links, so that
 * a ".." in a link goes up in that path and never by the system's "..", which a rename could turn
 * into a way out. */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "io/root.h"
#include "io/root/private.h"

#define LINKS_MOST 40 /* as Linux has it */
#define TEXT_MOST  (64 * 1024 * 1024)

struct steps {
    const struct root *root;
    int folder;          /* where it stands: root->descriptor, or its own */
    struct buf resolved; /* the way from the root to `folder`: names, a slash behind each */
    struct buf rest;     /* what is still to go, from `position` on */
    size_t position;
    unsigned links;
};

static void stand_on(struct steps *steps, int folder)
{
    int code = errno;
    if (steps->folder != steps->root->descriptor)
        (void)close(steps->folder);
    steps->folder = folder;
    errno = code;
}

static bool no_memory(void)
{
    errno = ENOMEM;
    return false;
}

/* Goes down into one folder, which must be no link. */
static bool go_down(struct steps *steps, const char *name)
{
    int next = openat(steps->folder, name, ROOT_FOLDER_FLAGS | O_NOFOLLOW);
    if (next < 0)
        return false;
    stand_on(steps, next);
    return true;
}

static bool go_into(struct steps *steps, const char *name)
{
    if (!buf_add_text(&steps->resolved, name) || !buf_add_byte(&steps->resolved, '/'))
        return no_memory();
    return go_down(steps, name);
}

/* Goes up one folder: from the root again, down the resolved path but for its last name. */
static bool go_up(struct steps *steps)
{
    struct buf *resolved = &steps->resolved;
    if (resolved->length == 0) {
        errno = EXDEV;
        return false;
    }
    do
        resolved->length--;
    while (resolved->length > 0 && resolved->data[resolved->length - 1] != '/');
    resolved->data[resolved->length] = '\0';

    stand_on(steps, steps->root->descriptor);
    for (char *name = resolved->data; *name != '\0';) {
        char *slash = strchr(name, '/');
        *slash = '\0';
        bool down = go_down(steps, name);
        *slash = '/';
        if (!down)
            return false;
        name = slash + 1;
    }
    return true;
}

/* The next name of the rest, NUL-terminated in place; "" where nothing is left. */
static const char *take_name(struct steps *steps)
{
    char *name = steps->rest.data + steps->position;
    name += strspn(name, "/");
    size_t length = strcspn(name, "/");
    steps->position = (size_t)(name - steps->rest.data) + length;
    if (name[length] == '/') {
        name[length] = '\0';
        steps->position++;
    }
    return name;
}

static bool nothing_left(const struct steps *steps)
{
    const char *rest = steps->rest.data + steps->position;
    return rest[strspn(rest, "/")] == '\0';
}

/* Puts a link's target in front of the rest. */
static bool go_along(struct steps *steps, const char *target)
{
    if (!steps->root->follow || ++steps->links > LINKS_MOST) {
        errno = ELOOP;
        return false;
    }
    if (target[0] == '/') {
        errno = EXDEV;
        return false;
    }
    struct buf rest;
    buf_init(&rest, TEXT_MOST);
    if (!buf_add_text(&rest, target) || !buf_add_byte(&rest, '/') ||
        !buf_add_text(&rest, steps->rest.data + steps->position)) {
        buf_free(&rest);
        return no_memory();
    }
    buf_free(&steps->rest);
    steps->rest = rest;
    steps->position = 0;
    return true;
}

enum step {
    STEP_NO_LINK,
    STEP_FOLLOWED,
    STEP_REFUSED, /* errno says why */
};

static enum step try_link(struct steps *steps, const char *name)
{
    char target[PATH_MAX];
    ssize_t length = readlinkat(steps->folder, name, target, sizeof target);
    if (length < 0)
        return STEP_NO_LINK;
    if ((size_t)length == sizeof target) {
        errno = ENAMETOOLONG;
        return STEP_REFUSED;
    }
    target[length] = '\0';
    return go_along(steps, target) ? STEP_FOLLOWED : STEP_REFUSED;
}

static int walk_steps(struct steps *steps, int flags)
{
    for (;;) {
        const char *name = take_name(steps);
        if (name[0] == '\0')
            return openat(steps->folder, ".", flags);
        if (strcmp(name, ".") == 0)
            continue;
        if (strcmp(name, "..") == 0) {
            if (!go_up(steps))
                return -1;
            continue;
        }
        enum step step = try_link(steps, name);
        if (step == STEP_REFUSED)
            return -1;
        if (step == STEP_FOLLOWED)
            continue;
        if (nothing_left(steps))
            return openat(steps->folder, name, flags | O_NOFOLLOW);
        if (!go_into(steps, name))
            return -1;
    }
}

int root_openat_by_steps(const struct root *root, const char *relative, int flags)
{
    if (relative[0] == '/') {
        errno = EXDEV;
        return -1;
    }
    struct steps steps = {.root = root, .folder = root->descriptor};
    buf_init(&steps.resolved, TEXT_MOST);
    buf_init(&steps.rest, TEXT_MOST);
    int result = -1;
    if (buf_add_text(&steps.rest, relative))
        result = walk_steps(&steps, root_all_flags(flags));
    else
        errno = ENOMEM;
    stand_on(&steps, root->descriptor);
    int code = errno;
    buf_free(&steps.resolved);
    buf_free(&steps.rest);
    errno = code;
    return result;
}
