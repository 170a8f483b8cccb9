/* fuzz_recording.c - any bytes as a simulated host: what loads answers every request it holds, once each, as time passes. */
#include "config.h"

#include "link/link.h"

#include <stdlib.h>
#include <string.h>

#define TICKETS_MAX 64
#define START_MONO 1000

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* Hand the request of every object that has one to the link. */
static void submit_all(struct ra_link *link, const cJSON *node, uint64_t *count)
{
	for (const cJSON *item = node->child; item; item = item->next) {
		if (item->string && strcmp(item->string, "request") == 0 && *count < TICKETS_MAX) {
			RA_AUTO(ra_mem_free) char *request = ra_json_print(item);
			struct ra_ticket ticket = {
			    .id = *count + 1, .request = request, .timeout_ms = 1000, .cap_len = 100, .secret = *count % 3 == 2};

			if (!request)
				abort();
			if (!link->ops->submit(link, &ticket, NULL))
				++*count;
		}
		submit_all(link, item, count);
	}
}

/* Take what has come; each ticket may come once. */
static uint64_t take_all(struct ra_link *link, unsigned char *seen)
{
	struct ra_event event;
	uint64_t replies = 0;

	for (;;) {
		link->ops->next(link, &event);
		if (event.kind == RA_EV_NONE)
			return replies;
		if (event.kind == RA_EV_REPLY) {
			uint64_t id = event.reply.ticket;

			if (id == 0 || id > TICKETS_MAX || seen[id]++)
				abort();
			replies++;
		}
		ra_event_clear(&event);
	}
}

static void walk(struct ra_recording *recording, const char *plane)
{
	unsigned char seen[TICKETS_MAX + 1] = {0};
	struct ra_clock clock = {.start_utc = 1772413200000, .start_mono = START_MONO, .scale = 60};
	struct ra_link *link = NULL;
	uint64_t asked = 0, answered = 0;

	if (ra_link_replay_new(recording, plane, &clock, &link, NULL))
		return;
	submit_all(link, ra_recording_root(recording), &asked);
	link->ops->cancel(link, 2);
	for (ra_mono_ms at = START_MONO; at < START_MONO + 3 * 3600 * 1000 && answered < asked; at += 20 * 1000) {
		link->ops->hint(link, "action:fix");
		link->ops->step(link, at);
		answered += take_all(link, seen);
	}
	if (answered != asked)
		abort();
	link = ra_link_free(link);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	RA_AUTO(ra_recording_free) struct ra_recording *recording = NULL;
	struct ra_json *doc = NULL;

	if (ra_json_parse("input", (const char *)bytes, len, NULL, &doc, NULL))
		return 0;
	if (ra_recording_load(doc, NULL, &recording, NULL))
		return 0;
	walk(recording, "ssh");
	walk(recording, "vcenter");
	walk(recording, "bmc");
	return 0;
}
