/* walker.h - walks a simulated host through the door, answering as its recording says. For tests. */
#ifndef RA_TESTS_WALKER_H
#define RA_TESTS_WALKER_H

#include "flow/flowset.h"
#include "session/session.h"

/* A walk under test. */
struct walker {
	struct ra_flowset *flows;
	struct ra_recording *recording;
	struct ra_hub *hub;
	struct ra_session *session;
	char path[256];     /* the journal; "" in memory */
	int speed;          /* session ms in a real one; 0: 2000, so that waits of minutes are short and a gate's quarter of an hour outlasts a slow disk */
	const char *instead[2]; /* a subject and what is chosen there, whatever the recording says; NULL: none */
	int type_groups;    /* the recovery key is not pasted: its groups are typed as they are asked for; 2: one of them wrong; 3: wrong, then right */
	unsigned groups_asked[2]; /* of the key, at the first try and at the second: bit 0 is group 1 */
	int try;            /* 0: the first */
	void (*show)(struct walker *w, const struct ra_view *view); /* is told of every view before it is answered; NULL: none */
	bool not_allowed;   /* settings of the firmware may not be changed, whatever the recording says ("x_allow") */
	bool may_fault;     /* an error ends the walk, not the test */
	char fault[2048];   /* why it did not begin */
	int64_t die_at;     /* kill this process with SIGKILL once the journal holds so many entries; 0: never */
};

/* The shipped flow set of the source tree. Owner: kept to the end of the program. */
struct ra_flowset *walker_flows(void);
/* A recording of flows/demo, its time running so much faster. without: replies whose request holds this text are left out (NULL: none). */
struct ra_recording *walker_recording(const char *id, const char *without, int speed);
/* Begin, or go on with the journal. Fails the test on error; with may_fault there is no session then. */
void walker_begin(struct walker *w, const char *demo, const char *journal, bool resume);
/* Begin as `reattest check` does: every check first, nobody to ask. */
void walker_begin_check(struct walker *w, const char *demo, const char *without);
/* Walk until the current step is this one. Fails the test when the walk ends first. */
void walker_until(struct walker *w, const char *step);
/* Wait for what comes next. The clock of deadlines is stepped there and by answers; nothing else moves it. */
void walker_wait(struct walker *w);
/* The clock goes on by what a person's answer takes. */
void walker_answer_took(void);
/* Walk to the end. Out: the view at the end; the caller frees it. Fails the test when nothing moves any more. */
struct ra_view *walker_run(struct walker *w);
void walker_end(struct walker *w);

#endif
