/* Marks a function whose result must be looked at: it can fail, and nothing remembers that it did.
 * Functions whose failure is remembered elsewhere (struct buf's `failed`) are not marked. */
#ifndef SHOAL_BASE_MUST_USE_H
#define SHOAL_BASE_MUST_USE_H

#if defined(__GNUC__)
#define MUST_USE __attribute__((warn_unused_result))
#else
#define MUST_USE
#endif

#endif
