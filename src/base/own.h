/* own.h - ownership by attribute. Knows no domain.
 * Invariants: every ra_x_free() takes NULL and returns NULL, so `x = ra_x_free(x)` is the one idiom;
 * a type that wants RA_AUTO(x) defines its cleanup with RA_DEFINE_AUTO next to its free function. */
#ifndef RA_BASE_OWN_H
#define RA_BASE_OWN_H

#include <string.h>

#define RA_MUST_USE __attribute__((warn_unused_result))
#define RA_PRINTF(fmt_at, args_at) __attribute__((format(printf, fmt_at, args_at)))
#define RA_UNUSED __attribute__((unused))
#define RA_LEN(array) (sizeof(array) / sizeof((array)[0]))

/* Shape: RA_DEFINE_AUTO(struct ra_buf, ra_buf_free) lets `RA_AUTO(ra_buf_free) struct ra_buf *b = ...`
 *        free b when it leaves its scope. */
#define RA_DEFINE_AUTO(type, free_fn)                         \
	static inline void free_fn##_auto(type **at)          \
	{                                                     \
		if (*at)                                      \
			*at = free_fn(*at);                   \
	}                                                     \
	struct ra_auto_semicolon
#define RA_AUTO(free_fn) __attribute__((cleanup(free_fn##_auto)))

/* Free a malloc'd pointer at the end of its scope.
 * Shape: RA_AUTO(ra_mem_free) char *text = NULL; Out: NULL. */
void *ra_mem_free(void *mem);
static inline void ra_mem_free_auto(void *at)
{
	void *mem;

	/* at is the address of a pointer of any type; copying keeps to the aliasing rules */
	memcpy(&mem, at, sizeof(mem));
	mem = ra_mem_free(mem);
	memcpy(at, &mem, sizeof(mem));
}

#endif
