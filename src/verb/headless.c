/* headless.c - walks without anybody to ask, in one loop to their ends. */
#include "config.h"

#include "verb/common.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

static sigset_t stop_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	return set;
}

/* Signals end the run through the loop, so that every journal gets its end entry. */
static int signal_door(void)
{
	sigset_t set = stop_signals();

	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return -1;
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

/* Wait for a descriptor, a deadline or a signal. Out: the signal, 0 for none, -1 with errs. */
static int wait_for_news(struct ra_hub *hub, int door, struct ra_errs *errs)
{
	struct pollfd fds[RA_HUB_FDS_MAX + 1];
	struct signalfd_siginfo info;
	int timeout_ms = -1, count = ra_hub_poll(hub, fds, RA_HUB_FDS_MAX, &timeout_ms);

	fds[count] = (struct pollfd){.fd = door, .events = POLLIN};
	if (poll(fds, (nfds_t)count + 1, timeout_ms) < 0 && errno != EINTR) {
		ra_fail(errs, RA_E_INTERNAL, "waiting for the hosts failed: %s", strerror(errno));
		return -1;
	}
	if (door >= 0 && read(door, &info, sizeof(info)) == (ssize_t)sizeof(info))
		return (int)info.ssi_signo;
	return 0;
}

void ra_verb_hear_signals(void)
{
	sigset_t set = stop_signals();

	(void)sigprocmask(SIG_UNBLOCK, &set, NULL);
}

int ra_verb_headless(struct ra_hub *hub, size_t count, const struct ra_headless *ended_to, struct ra_errs *errs)
{
	int door = signal_door(), number = 0;
	size_t ended = 0;

	while (ended < count && !number) {
		enum ra_happened happened = RA_HAPPENED_NOTHING;
		struct ra_session *which = NULL;

		do {
			if (ra_hub_step(hub, &happened, &which, errs)) {
				number = -1;
				break;
			}
			if (happened != RA_HAPPENED_END)
				continue;
			ended++;
			if (ended_to && ended_to->ended(ended_to->payload, which, errs)) {
				number = -1;
				break;
			}
		} while (happened != RA_HAPPENED_NOTHING);
		if (!number && ended < count)
			number = wait_for_news(hub, door, errs);
	}
	if (door >= 0)
		close(door);
	return number;
}
