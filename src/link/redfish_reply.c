/* redfish_reply.c - the ends of the BMC link's jobs: each gets its reply, once, and is gone. */
#include "config.h"

#include "link/redfish.h"
#include "link/redfish_book.h"
#include "link/redfish_do.h"

#include <stdlib.h>
#include <string.h>

/* A change whose job is over: what it waits for is of no interest any more. */
static void let_go(struct ra_rf *rf)
{
	if (rf->call && rf->phase == RA_RF_READY) {
		ra_http_cancel(rf->http, rf->call);
		rf->call = 0;
	}
	ra_rf_do_drop(rf);
	rf->aim = RA_RF_COUNT;
	ra_rf_book_stop(rf);
	rf->wake_at = 0;
	rf->again = true;
}

void ra_rf_job_drop(struct ra_rf *rf, struct ra_job *job)
{
	if (ra_rf_do_job(rf) == job)
		let_go(rf);
	ra_jobs_remove(&rf->jobs, job);
	free(job->own);
	job->own = NULL;
	ra_job_free(job);
}

void ra_rf_answer_why(struct ra_rf *rf, struct ra_job *job, enum ra_link_why why, const char *say)
{
	struct ra_reply *reply = ra_job_reply(job);

	if (reply) {
		reply->came_at = ra_clock_utc(&rf->head.clock, ra_mono_now());
		ra_queue_reply(&rf->queue, job, why, say);
	}
	ra_rf_job_drop(rf, job);
}

void ra_rf_answer_done(struct ra_rf *rf, struct ra_job *job, int status, const char *out, const char *say)
{
	struct ra_reply *reply = ra_job_reply(job);
	bool good = true;

	if (reply) {
		reply->status = status;
		good = !ra_buf_text(&reply->out, out) && !ra_buf_text(&reply->err, say);
	}
	ra_rf_answer_why(rf, job, good ? RA_LINK_ANSWERED : RA_LINK_CUT, good ? say : "no memory for the answer");
}

/* An answer, but not what was asked for: it stands in err. */
void ra_rf_answer_no(struct ra_rf *rf, struct ra_job *job, const char *say)
{
	struct ra_reply *reply = ra_job_reply(job);

	if (reply)
		reply->status = 1;
	ra_rf_answer_why(rf, job, reply && ra_buf_text(&reply->err, say) ? RA_LINK_CUT : RA_LINK_ANSWERED, say);
}

void ra_rf_answer_text(struct ra_rf *rf, struct ra_job *job, const char *text)
{
	struct ra_reply *reply = ra_job_reply(job);
	size_t len = strlen(text);

	if (reply)
		reply->status = 0;
	if (reply && job->cap_len && len > job->cap_len) {
		len = job->cap_len;
		reply->truncated = true;
	}
	if (reply && ra_buf_add(&reply->out, text, len))
		ra_rf_answer_why(rf, job, RA_LINK_CUT, "no memory for the answer");
	else
		ra_rf_answer_why(rf, job, RA_LINK_ANSWERED, "");
}

void ra_rf_answer_all(struct ra_rf *rf, enum ra_link_why why, const char *say)
{
	while (rf->jobs)
		ra_rf_answer_why(rf, rf->jobs, why, say);
}
