#include "config.h"

#include "ui/hear.h"

#include <errno.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

ra_err ra_hear_begin(struct ra_hear *hear, const int *signals, size_t count, struct ra_errs *errs)
{
	struct sigaction now;
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < count; i++) {
		sigaction(signals[i], NULL, &now);
		if (now.sa_handler != SIG_IGN)
			sigaddset(&set, signals[i]);
	}
	sigprocmask(SIG_BLOCK, &set, &hear->mask_before);
	hear->fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (hear->fd >= 0)
		return RA_OK;
	sigprocmask(SIG_SETMASK, &hear->mask_before, NULL);
	return ra_fail(errs, RA_E_IO, "signals cannot be read: %s", strerror(errno));
}

int ra_hear_next(const struct ra_hear *hear)
{
	struct signalfd_siginfo told;

	return read(hear->fd, &told, sizeof(told)) == sizeof(told) ? (int)told.ssi_signo : 0;
}

void ra_hear_stop_job(const struct ra_hear *hear)
{
	struct sigaction own, usual = {.sa_handler = SIG_DFL};
	sigset_t stop, kept;

	sigaction(SIGTSTP, &usual, &own);
	sigemptyset(&stop);
	sigaddset(&stop, SIGTSTP);
	kill(0, SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &stop, NULL); /* here it stops, and from here it goes on */
	sigprocmask(SIG_BLOCK, &stop, NULL);
	sigaction(SIGTSTP, &own, NULL);
	sigemptyset(&kept);
	for (int number; (number = ra_hear_next(hear)) != 0;)
		if (number != SIGCONT && number != SIGTSTP)
			sigaddset(&kept, number);
	for (int number = 1; number < NSIG; number++)
		if (sigismember(&kept, number) == 1)
			raise(number); /* blocked: back into the queue */
}

void ra_hear_end(struct ra_hear *hear)
{
	if (hear->fd < 0)
		return;
	close(hear->fd);
	hear->fd = -1;
	sigprocmask(SIG_SETMASK, &hear->mask_before, NULL);
}
