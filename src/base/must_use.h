/* Marks a function whose result the caller must check: it can fail, and nothing else records the
 * failure. Functions whose failure is recorded elsewhere (struct buf's `failed`) are not marked. */
#ifndef SHOAL_BASE_MUST_USE_H
#define SHOAL_BASE_MUST_USE_H

/* Written before a declaration; the compiler warns if a caller ignores the result. */
#if defined(__GNUC__)
#define MUST_USE __attribute__((warn_unused_result))
#else
#define MUST_USE /* other compilers: no warning */
#endif

#endif
