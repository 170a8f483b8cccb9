#include "config.h"

#include "base/secret.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

/* Pages of their own, because locking and keeping out of cores works by the page and the allocator's pages are shared
 * with bytes that are not ours to lock. */
struct ra_secret {
	char *data; /* NULL while empty and never written */
	size_t len;
	size_t room;
};

static char *pages_new(size_t room)
{
	void *data = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (data == MAP_FAILED)
		return NULL;
	/* A refusal (RLIMIT_MEMLOCK, an old kernel) leaves a slot that is still wiped: better than no login. */
	(void)mlock(data, room);
#ifdef MADV_DONTDUMP
	(void)madvise(data, room, MADV_DONTDUMP);
#endif
#ifdef MADV_WIPEONFORK
	(void)madvise(data, room, MADV_WIPEONFORK);
#endif
	return data;
}

static void pages_free(char *data, size_t room)
{
	if (!data)
		return;
	ra_wipe(data, room);
	(void)munlock(data, room);
	(void)munmap(data, room);
}

static size_t page_len(void)
{
	long len = sysconf(_SC_PAGESIZE);

	return len > 0 ? (size_t)len : 4096;
}

static ra_err reserve(struct ra_secret *secret, size_t len)
{
	size_t room = secret->room ? secret->room : page_len();
	char *data;

	if (len > RA_SECRET_MAX)
		return RA_E_LIMIT;
	if (len < secret->room)
		return RA_OK;
	while (room <= len)
		room *= 2;
	data = pages_new(room);
	if (!data)
		return RA_E_NOMEM;
	if (secret->len)
		memcpy(data, secret->data, secret->len);
	pages_free(secret->data, secret->room);
	secret->data = data;
	secret->room = room;
	return RA_OK;
}

struct ra_secret *ra_secret_new(void)
{
	return calloc(1, sizeof(struct ra_secret));
}

ra_err ra_secret_set(struct ra_secret *secret, const void *bytes, size_t len)
{
	if (len > RA_SECRET_MAX)
		return RA_E_LIMIT;
	ra_secret_wipe(secret);
	return ra_secret_add(secret, bytes, len);
}

ra_err ra_secret_add(struct ra_secret *secret, const void *bytes, size_t len)
{
	ra_err err = len > RA_SECRET_MAX ? RA_E_LIMIT : reserve(secret, secret->len + len);

	if (err)
		return err;
	if (len)
		memcpy(secret->data + secret->len, bytes, len);
	secret->len += len;
	return RA_OK; /* the byte past len is zero: pages come so, and wiping and chopping leave them so */
}

void ra_secret_chop(struct ra_secret *secret)
{
	if (secret->len > 0)
		ra_wipe(&secret->data[--secret->len], 1);
}

const char *ra_secret_bytes(const struct ra_secret *secret, size_t *len)
{
	if (len)
		*len = secret->len;
	return secret->data ? secret->data : "";
}

void ra_secret_wipe(struct ra_secret *secret)
{
	if (secret->data)
		ra_wipe(secret->data, secret->room);
	secret->len = 0;
}

struct ra_secret *ra_secret_free(struct ra_secret *secret)
{
	if (!secret)
		return NULL;
	pages_free(secret->data, secret->room);
	free(secret);
	return NULL;
}

void ra_wipe(void *bytes, size_t len)
{
	OPENSSL_cleanse(bytes, len);
}

void ra_secret_process_guard(void)
{
	const struct rlimit none = {0, 0};

	(void)setrlimit(RLIMIT_CORE, &none);
#ifdef PR_SET_DUMPABLE
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}
