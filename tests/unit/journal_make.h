/* journal_make.h - what the tests of journal/ share: fixed openings, files in a directory of their own, one sample
 * journal. */
#ifndef RA_TESTS_UNIT_JOURNAL_MAKE_H
#define RA_TESTS_UNIT_JOURNAL_MAKE_H

#include "tests/unit/unit.h"

#include "base/digest.h"
#include "base/io.h"
#include "journal/scan.h"
#include "journal/writer.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define T0 1795419164000 /* 2026-11-23T07:32:44Z */

/* Openings numbered from 1. */
static inline ra_err numbered_nonce(void *payload, char *out)
{
	unsigned *last = payload;

	snprintf(out, 2 * RA_NONCE_LEN + 1, "%032x", ++*last);
	return RA_OK;
}

static inline cJSON *body_of(const char *text)
{
	cJSON *body = cJSON_Parse(text);

	assert_non_null(body);
	return body;
}

static inline void append(struct ra_journal *journal, ra_utc_ms t, const char *kind, const char *body)
{
	struct ra_entry entry;
	struct ra_errs errs;
	char line[2048];

	ra_errs_clear(&errs);
	if (ra_journal_append(journal, t, kind, body_of(body), &entry, &errs))
		fail_msg("%s", ra_errs_line(&errs, line, sizeof(line)));
	ra_entry_clear(&entry);
}

static inline void end(struct ra_journal *journal, ra_utc_ms t, const char *reason)
{
	struct ra_entry entry;

	assert_int_equal(ra_journal_end(journal, t, reason, &entry, NULL), RA_OK);
	ra_entry_clear(&entry);
}

/* A directory for one test program. */
static inline int make_dir(void **state)
{
	static char dir[] = "/tmp/reattest-journal-XXXXXX";

	*state = mkdtemp(dir);
	return *state ? 0 : -1;
}

static inline int drop_dir(void **state)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", (const char *)*state);
	return system(command);
}

/* A file in it. The text stays for fifteen more calls. */
static inline const char *path_in(void **state, const char *name)
{
	static char path[16][256];
	static int at;

	at = (at + 1) % 16;
	snprintf(path[at], sizeof(path[at]), "%s/%s", (const char *)*state, name);
	return path[at];
}

static inline void put(const char *path, const char *bytes, size_t len)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static inline void get(const char *path, struct ra_buf *out)
{
	ra_buf_reset(out);
	assert_int_equal(ra_read_file(path, out, NULL), RA_OK);
}

static inline struct ra_verify verify_bytes(const char *bytes, size_t len)
{
	struct ra_verify out;
	struct ra_scan scan;
	ra_err err;

	ra_scan_start(&scan, NULL, NULL);
	err = ra_scan_feed(&scan, (struct ra_span){bytes, len}, NULL);
	assert_true(err == RA_OK || (err == RA_E_BROKEN && scan.broken));
	ra_scan_result(&scan, &out);
	ra_scan_clear(&scan);
	return out;
}

static inline struct ra_verify verify_file(const char *path)
{
	struct ra_verify out;

	assert_int_equal(ra_journal_verify(path, NULL, NULL, &out, NULL), RA_OK);
	return out;
}

/* Entries of the sample; kinds and members are only examples to this room. */
static const struct {
	ra_utc_ms after_ms;
	const char *kind;
	const char *body;
} sample[] = {
    {0, "session",
     "{\"flow\":{\"id\":\"tpm-attestation\",\"sha256\":\"ab\"},\"target\":{\"$s\":\"esx01.example.com\"}}"},
    {1500, "reply",
     "{\"check\":\"esxi.version\",\"plane\":\"ssh\",\"lines\":[{\"$s\":\"VMware ESXi 8.0.2 "
     "build-22380479\"},{\"$s\":\"\"}],"
     "\"facts\":{\"version\":{\"$s\":{\"type\":\"version\",\"text\":\"8.0.2\"}},\"known\":true}}"},
    {2000, "edge", "{\"from\":\"status\",\"to\":\"device\"}"},
    {2001, "answer", "{\"question\":\"changed\",\"text\":{\"$s\":\"Schl\xc3\xbcssel \\\"neu\\\" \\\\ \\n\"}}"},
    {9000, "intent", "{\"action\":\"enter-maintenance\",\"argv\":[[{\"$s\":[1,2.5,-3,null,false]}]]}"},
};

/* The sample with its end entry, always the same bytes. */
static inline void make_sample(const char *path)
{
	struct ra_journal *journal;
	unsigned nonce = 0;

	assert_int_equal(ra_journal_create(path, &journal, NULL), RA_OK);
	ra_journal_set_nonce(journal, numbered_nonce, &nonce);
	for (size_t i = 0; i < RA_LEN(sample); i++)
		append(journal, T0 + sample[i].after_ms, sample[i].kind, sample[i].body);
	end(journal, T0 + 10000, "stopped");
	ra_journal_free(journal);
}

#endif
