/* The secrets that --urls has for one file: signatures and tokens of its URL, headers and fields.
 *
 * A list may have a million of them, so they are not among those of the configuration: they are
 * looked for only in what is told of their own file. */
#ifndef SHOAL_CORE_LISTED_SECRETS_H
#define SHOAL_CORE_LISTED_SECRETS_H

#include "base/must_use.h"
#include "core/config.h"

/* The secrets of the configuration, which must outlive them, and of the file `path`. The caller
 * frees them with secrets_free(). NULL: out of memory. */
MUST_USE struct secrets *listed_secrets_new(const struct config *config, const char *path);

#endif
