/* refuse.h - memory that is refused: the allocation numbered fail_at of those since allocations was set to 0. For one file of a test program
 * that is linked with $(refuse_ldflags) (base.am), which sends the allocations of our rooms here; cJSON's come by its hooks. */
#ifndef RA_TESTS_REFUSE_H
#define RA_TESTS_REFUSE_H

#include <stdbool.h>
#include <stddef.h>

static int allocations;
static int fail_at = -1;

void *__real_malloc(size_t len);
void *__real_calloc(size_t count, size_t len);
void *__real_realloc(void *mem, size_t len);
void *__real_reallocarray(void *mem, size_t count, size_t len);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t len);
void *__wrap_malloc(size_t len);
void *__wrap_calloc(size_t count, size_t len);
void *__wrap_realloc(void *mem, size_t len);
void *__wrap_reallocarray(void *mem, size_t count, size_t len);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t len);

static bool refused(void)
{
	return allocations++ == fail_at;
}

void *__wrap_malloc(size_t len)
{
	return refused() ? NULL : __real_malloc(len);
}

void *__wrap_calloc(size_t count, size_t len)
{
	return refused() ? NULL : __real_calloc(count, len);
}

void *__wrap_realloc(void *mem, size_t len)
{
	return refused() ? NULL : __real_realloc(mem, len);
}

void *__wrap_reallocarray(void *mem, size_t count, size_t len)
{
	return refused() ? NULL : __real_reallocarray(mem, count, len);
}

char *__wrap_strdup(const char *text)
{
	return refused() ? NULL : __real_strdup(text);
}

char *__wrap_strndup(const char *text, size_t len)
{
	return refused() ? NULL : __real_strndup(text, len);
}

#endif
