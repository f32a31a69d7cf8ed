#include "text/media_type.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/path.h"

struct pair {
    const char *extension; /* without the dot in front */
    const char *type;
};

struct media_types {
    struct pair *list; /* owned, with its strings */
    size_t count;
};

/* Registered with IANA, or what browsers and servers agree on. Sorted by extension: see
 * find_built_in(). */
static const struct pair built_in[] = {
    {"7z", "application/x-7z-compressed"},
    {"aac", "audio/aac"},
    {"apk", "application/vnd.android.package-archive"},
    {"atom", "application/atom+xml"},
    {"avif", "image/avif"},
    {"bmp", "image/bmp"},
    {"br", "application/x-brotli"},
    {"bz2", "application/x-bzip2"},
    {"cjs", "text/javascript"},
    {"css", "text/css"},
    {"csv", "text/csv"},
    {"deb", "application/vnd.debian.binary-package"},
    {"doc", "application/msword"},
    {"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    {"eot", "application/vnd.ms-fontobject"},
    {"epub", "application/epub+zip"},
    {"flac", "audio/flac"},
    {"gif", "image/gif"},
    {"gltf", "model/gltf+json"},
    {"gz", "application/gzip"},
    {"htm", "text/html"},
    {"html", "text/html"},
    {"ico", "image/vnd.microsoft.icon"},
    {"ics", "text/calendar"},
    {"jar", "application/java-archive"},
    {"jpeg", "image/jpeg"},
    {"jpg", "image/jpeg"},
    {"js", "text/javascript"},
    {"json", "application/json"},
    {"jsonl", "application/jsonl"},
    {"jsonld", "application/ld+json"},
    {"jxl", "image/jxl"},
    {"m4a", "audio/mp4"},
    {"map", "application/json"},
    {"md", "text/markdown"},
    {"mid", "audio/midi"},
    {"mjs", "text/javascript"},
    {"mov", "video/quicktime"},
    {"mp3", "audio/mpeg"},
    {"mp4", "video/mp4"},
    {"mpeg", "video/mpeg"},
    {"odp", "application/vnd.oasis.opendocument.presentation"},
    {"ods", "application/vnd.oasis.opendocument.spreadsheet"},
    {"odt", "application/vnd.oasis.opendocument.text"},
    {"oga", "audio/ogg"},
    {"ogg", "audio/ogg"},
    {"ogv", "video/ogg"},
    {"opus", "audio/ogg"},
    {"otf", "font/otf"},
    {"pdf", "application/pdf"},
    {"png", "image/png"},
    {"ppt", "application/vnd.ms-powerpoint"},
    {"pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
    {"ps", "application/postscript"},
    {"rpm", "application/x-rpm"},
    {"rss", "application/rss+xml"},
    {"rtf", "application/rtf"},
    {"sh", "application/x-sh"},
    {"svg", "image/svg+xml"},
    {"tar", "application/x-tar"},
    {"tgz", "application/gzip"},
    {"tif", "image/tiff"},
    {"tiff", "image/tiff"},
    {"ts", "video/mp2t"},
    {"ttf", "font/ttf"},
    {"txt", "text/plain"},
    {"vtt", "text/vtt"},
    {"wasm", "application/wasm"},
    {"wav", "audio/wav"},
    {"weba", "audio/webm"},
    {"webm", "video/webm"},
    {"webmanifest", "application/manifest+json"},
    {"webp", "image/webp"},
    {"woff", "font/woff"},
    {"woff2", "font/woff2"},
    {"xhtml", "application/xhtml+xml"},
    {"xls", "application/vnd.ms-excel"},
    {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    {"xml", "application/xml"},
    {"xz", "application/x-xz"},
    {"yaml", "application/yaml"},
    {"yml", "application/yaml"},
    {"zip", "application/zip"},
    {"zst", "application/zstd"},
};

struct media_types *media_types_new(void)
{
    return calloc(1, sizeof(struct media_types));
}

static void free_pair(struct pair *pair)
{
    free((char *)pair->extension);
    free((char *)pair->type);
}

void media_types_free(struct media_types *types)
{
    if (types == NULL)
        return;
    for (size_t i = 0; i < types->count; i++)
        free_pair(&types->list[i]);
    free(types->list);
    free(types);
}

bool media_type_is_valid(const char *text)
{
    const char *slash = strchr(text, '/');
    if (slash == NULL || slash == text || strcspn(text, " ;,") < (size_t)(slash - text))
        return false;
    if (strcspn(slash + 1, "/;, \t") == 0)
        return false;
    for (const char *byte = text; *byte != '\0'; byte++) {
        if (ascii_is_control(*byte))
            return false;
    }
    return true;
}

bool media_types_add(struct media_types *types, const char *text, struct error *error)
{
    const char *extension = text + (text[0] == '.');
    const char *equals = strchr(text, '=');
    if (equals == NULL || equals == extension ||
        memchr(extension, '/', (size_t)(equals - extension)))
        return error_set(error, ERROR_USAGE, 0, "it must be EXT=TYPE, as in map=application/json");
    if (!media_type_is_valid(equals + 1))
        return error_set(error, ERROR_USAGE, 0,
            "'%s' is not a media type; it must be TYPE/SUBTYPE, as in application/json",
            equals + 1);
    struct pair *list = array_grow(types->list, types->count, sizeof *list);
    if (list == NULL)
        return error_set_memory(error);
    types->list = list;
    struct pair pair = {
        .extension = strndup(extension, (size_t)(equals - extension)),
        .type = strdup(equals + 1),
    };
    if (pair.extension == NULL || pair.type == NULL) {
        free_pair(&pair);
        return error_set_memory(error);
    }
    list[types->count++] = pair;
    return true;
}

static int compare(const void *extension, const void *pair)
{
    return strcasecmp(extension, ((const struct pair *)pair)->extension);
}

static const char *find_built_in(const char *extension)
{
    const struct pair *found = bsearch(
        extension, built_in, sizeof built_in / sizeof built_in[0], sizeof built_in[0], compare);
    return found == NULL ? NULL : found->type;
}

/* The type of files with exactly this extension. NULL: unknown. */
static const char *find_extension(const struct media_types *types, const char *extension)
{
    for (size_t i = types == NULL ? 0 : types->count; i-- > 0;) {
        if (strcasecmp(types->list[i].extension, extension) == 0)
            return types->list[i].type;
    }
    return find_built_in(extension);
}

const char *media_types_find(const struct media_types *types, const char *path)
{
    const char *name = path_last_name(path);
    const char *dot = strchr(name + strspn(name, "."), '.');
    for (; dot != NULL; dot = strchr(dot + 1, '.')) {
        const char *type = find_extension(types, dot + 1);
        if (type != NULL)
            return type;
    }
    return MEDIA_TYPE_DEFAULT;
}
