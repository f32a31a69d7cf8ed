#include "io/tls_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pemerr.h>
#include <openssl/ssl.h>
#include <openssl/x509err.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/err.h"

#define REASON_SIZE 256 /* OpenSSL's words */
#define HASH_DIGITS 8   /* of the name of a certificate in a folder: 9d66eef0.0 */

/* A pass phrase, and whether it was needed. */
struct pass {
    const char *phrase; /* NULL: none was given */
    bool asked;
};

static bool wrong(struct error *error, const char *option, const char *path, const char *reason)
{
    return error_set(error, ERROR_USAGE, 0, "%s '%s' %s", option, path, reason);
}

/* OpenSSL's first error, the cause of the others, in words. Empties its queue. */
static const char *openssl_reason(char *text)
{
    const char *reason = ERR_reason_error_string(ERR_peek_error());
    (void)snprintf(text, REASON_SIZE, "cannot be used: %s",
        reason == NULL ? "OpenSSL does not say why" : reason);
    ERR_clear_error();
    return text;
}

/* Whether the file can be read, now and again for each connection. False with `error`. */
static bool check_file(const char *option, const char *path, struct error *error)
{
    struct stat facts;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (descriptor < 0) {
        int code = errno;
        return error_set(error, ERROR_USAGE, code, "%s '%s' can't be read: %s", option, path,
            error_reason(code));
    }
    mode_t mode = fstat(descriptor, &facts) == 0 ? facts.st_mode : 0;
    (void)close(descriptor);
    if (S_ISDIR(mode))
        return wrong(error, option, path, "is a folder; it must be a file");
    return S_ISREG(mode) || wrong(error, option, path,
                                S_ISFIFO(mode) ? "is a pipe (FIFO); it must be a regular file"
                                               : "is not a regular file");
}

/* pem_password_cb: gives the pass phrase; without one it refuses, and nobody is asked. */
static int give_pass(char *into, int room, int for_writing, void *context)
{
    struct pass *pass = context;
    (void)for_writing;
    pass->asked = true;
    if (pass->phrase == NULL || strlen(pass->phrase) > (size_t)room)
        return -1;
    size_t length = strlen(pass->phrase);
    memcpy(into, pass->phrase, length);
    return (int)length;
}

/* ---- certificates to trust */

static int count_certificates(STACK_OF(X509_INFO) * infos)
{
    int count = 0;
    for (int i = 0; i < sk_X509_INFO_num(infos); i++)
        count += sk_X509_INFO_value(infos, i)->x509 != NULL;
    return count;
}

static bool check_cacert(const char *option, const char *path, struct error *error)
{
    struct pass none = {0};
    char reason[REASON_SIZE];
    if (!check_file(option, path, error))
        return false;
    BIO *file = BIO_new_file(path, "r");
    if (file == NULL)
        return wrong(error, option, path, openssl_reason(reason));
    STACK_OF(X509_INFO) *infos = PEM_X509_INFO_read_bio(file, NULL, give_pass, &none);
    (void)BIO_free(file);
    if (infos == NULL && none.asked)
        return wrong(
            error, option, path, "contains an encrypted key; it must contain certificates");
    if (infos == NULL)
        return wrong(error, option, path, openssl_reason(reason));
    int count = count_certificates(infos);
    sk_X509_INFO_pop_free(infos, X509_INFO_free);
    ERR_clear_error();
    return count > 0 || wrong(error, option, path, "contains no certificate");
}

/* OpenSSL finds a certificate by the hash of its subject: 9d66eef0.0. */
static bool is_hashed_name(const char *name)
{
    size_t digits = 0;
    while (ascii_hex_value(name[digits]) >= 0)
        digits++;
    return digits == HASH_DIGITS && name[digits] == '.' && ascii_is_digit(name[digits + 1]);
}

/* Whether there is such a name. False with `errno` set, or 0 where the folder can be read. */
static bool has_hashed_name(const char *path)
{
    DIR *folder = opendir(path);
    if (folder == NULL)
        return false;
    bool found = false;
    const struct dirent *entry;
    while (!found && (entry = readdir(folder)) != NULL)
        found = is_hashed_name(entry->d_name);
    (void)closedir(folder);
    errno = 0;
    return found;
}

bool tls_files_has_certificates(const char *folder)
{
    return has_hashed_name(folder);
}

static bool check_folder(const char *option, const char *path, struct error *error)
{
    bool found = has_hashed_name(path);
    int code = errno;
    if (!found && code != 0)
        return error_set(error, ERROR_USAGE, code, "%s '%s' can't be read: %s", option, path,
            error_reason(code));
    return found || wrong(error, option, path,
                        "contains no certificate under the hash of its name; run "
                        "`openssl rehash` on the folder");
}

/* ---- the client's certificate and key */

static bool load_certificate(SSL_CTX *context, const struct tls_files *files, struct error *error)
{
    char reason[REASON_SIZE];
    if (!check_file("--cert", files->cert, error))
        return false;
    if (SSL_CTX_use_certificate_chain_file(context, files->cert) == 1)
        return true;
    if (ERR_GET_REASON(ERR_peek_error()) == PEM_R_NO_START_LINE) {
        ERR_clear_error();
        return wrong(error, "--cert", files->cert, "contains no certificate");
    }
    return wrong(error, "--cert", files->cert, openssl_reason(reason));
}

/* A key of another type than the certificate's is the key of no certificate. */
static bool is_mismatch(unsigned long code)
{
    int reason = ERR_GET_REASON(code);
    if (ERR_GET_LIB(code) == ERR_LIB_SSL)
        return reason == SSL_R_NO_CERTIFICATE_ASSIGNED;
    return ERR_GET_LIB(code) == ERR_LIB_X509 &&
           (reason == X509_R_KEY_VALUES_MISMATCH || reason == X509_R_KEY_TYPE_MISMATCH);
}

/* Says why the key could not be loaded. */
static bool explain_key(const struct tls_files *files, const struct pass *pass, struct error *error)
{
    char reason[REASON_SIZE];
    const char *option = files->key == NULL ? "--cert" : "--key";
    const char *path = files->key == NULL ? files->cert : files->key;
    unsigned long code = ERR_peek_error();
    if (pass->asked && pass->phrase == NULL)
        (void)wrong(error, option, path,
            "contains an encrypted key; give its pass phrase with --pass env:NAME or file:PATH");
    else if (pass->asked)
        (void)wrong(error, option, path, "cannot be decrypted with the pass phrase of --pass");
    else if (is_mismatch(code))
        (void)error_set(error, ERROR_USAGE, 0,
            "%s '%s' contains a key that does not belong to the certificate in --cert '%s'", option,
            path, files->cert);
    else if (files->key == NULL)
        (void)wrong(error, option, path, "contains no private key; give it with --key");
    else if (ERR_GET_LIB(code) == ERR_LIB_PEM || ERR_GET_LIB(code) == ERR_LIB_OSSL_DECODER)
        (void)wrong(error, option, path, "contains no private key");
    else
        (void)wrong(error, option, path, openssl_reason(reason));
    ERR_clear_error();
    return false;
}

static bool load_key(SSL_CTX *context, const struct tls_files *files, struct error *error)
{
    struct pass pass = {.phrase = files->pass};
    if (files->key != NULL && !check_file("--key", files->key, error))
        return false;
    SSL_CTX_set_default_passwd_cb(context, give_pass);
    SSL_CTX_set_default_passwd_cb_userdata(context, &pass);
    const char *path = files->key == NULL ? files->cert : files->key;
    bool loaded = SSL_CTX_use_PrivateKey_file(context, path, SSL_FILETYPE_PEM) == 1 &&
                  SSL_CTX_check_private_key(context) == 1;
    return loaded || explain_key(files, &pass, error);
}

static bool check_client(const struct tls_files *files, struct error *error)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    if (context == NULL)
        return error_set_memory(error);
    bool good = load_certificate(context, files, error) && load_key(context, files, error);
    SSL_CTX_free(context);
    return good;
}

bool tls_files_check(const struct tls_files *files, struct error *error)
{
    ERR_clear_error();
    if (files->cacert != NULL && !check_cacert(files->cacert_name, files->cacert, error))
        return false;
    if (files->capath != NULL && !check_folder(files->capath_name, files->capath, error))
        return false;
    return files->cert == NULL || check_client(files, error);
}
