#include "io/tls_places.h"

#include <stddef.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/tls_files.h"

static const char *const files[] = {
    "/etc/ssl/certs/ca-certificates.crt",                /* Debian, Alpine, Arch, Gentoo, NixOS */
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", /* Fedora, RHEL */
    "/etc/pki/tls/certs/ca-bundle.crt",                  /* older ones of these */
    "/etc/ssl/ca-bundle.pem",                            /* openSUSE */
    "/etc/ssl/cert.pem",                                 /* OpenBSD, FreeBSD, macOS */
    "/usr/local/share/certs/ca-root-nss.crt",            /* FreeBSD's package */
    "/etc/openssl/certs/ca-certificates.crt",            /* NetBSD */
};

static const char *const folders[] = {
    "/etc/ssl/certs", "/etc/pki/tls/certs", "/etc/openssl/certs", /* NetBSD */
};

#define FILE_COUNT   (sizeof files / sizeof files[0])
#define FOLDER_COUNT (sizeof folders / sizeof folders[0])

/* An empty file is what an image leaves of a package that was removed. */
static bool has_content(const char *path)
{
    struct stat facts;
    return stat(path, &facts) == 0 && S_ISREG(facts.st_mode) && facts.st_size > 0 &&
           access(path, R_OK) == 0;
}

bool tls_places_find(struct tls_place *place)
{
    *place = (struct tls_place){0};
    for (size_t i = 0; i < FILE_COUNT && place->file == NULL; i++) {
        if (has_content(files[i]))
            place->file = files[i];
    }
    for (size_t i = 0; i < FOLDER_COUNT && place->file == NULL && place->folder == NULL; i++) {
        if (tls_files_has_certificates(folders[i]))
            place->folder = folders[i];
    }
    return place->file != NULL || place->folder != NULL;
}

void tls_places_list(struct buf *text)
{
    for (size_t i = 0; i < FILE_COUNT; i++)
        (void)buf_printf(text, "%s%s", i == 0 ? "" : ", ", files[i]);
    for (size_t i = 0; i < FOLDER_COUNT; i++)
        (void)buf_printf(text, ", %s/", folders[i]);
}
