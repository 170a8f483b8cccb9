/* ssh_bench.h - the parts of bench_ssh, which is one program with three faces: the bench itself, `bench_ssh link` (the link alone
 * against many hosts, for a process of its own to be measured by) and `bench_ssh delay` (a network that takes its time).
 * Whatever fails ends the program with a sentence: a bench that goes on after that measures something else. */
#ifndef RA_BENCH_SSH_H
#define RA_BENCH_SSH_H

#include <stdbool.h>
#include <sys/types.h>

/* The real clock. Units: ms. */
double bench_now_ms(void);
/* End with a sentence unless it holds. */
void bench_must(bool holds, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* bench_ssh link PARALLEL CHECKS HOSTS REQUESTS KNOWN_HOSTS IDENTITY USER: put the first CHECKS requests (a JSON text a line) to every
 * host of HOSTS ("address port" a line), PARALLEL of them at a time, over one loop. Prints "MS LIVE": from the first connect to the
 * last answer, and how many hosts were live at once at most. Out: exit status. */
int bench_link(int argc, char **argv);

/* bench_ssh delay RTT_MS HOSTS: listen at 127.0.2.N for each "127.0.2.N port" of HOSTS and pass bytes to 127.0.1.N and back, each way
 * half of RTT_MS later. Connecting itself is not delayed. Prints "ready"; to each line of its input it says "CONNECTIONS HALVES": what
 * came and went since the last line, and how often in all a connection waited half a round trip. Ends with its input. */
int bench_delay(int argc, char **argv);

/* What a command took. */
struct bench_took {
	double ms;
	double cpu_ms;  /* user and system of it and of all it waited for */
	long peak_kb;   /* of its largest process */
	int status;     /* its exit status; -1: ended otherwise */
};
/* Run a command of the shell with its output to a file, at most limit_ms. Everything it leaves behind is ended. */
struct bench_took bench_run(const char *script, const char *out, int limit_ms);

/* A process that serves until its standard input ends. */
struct bench_server {
	pid_t pid;
	int in, out;
	char said[256]; /* its last line */
};
/* Start it and wait for a line. Out: false when it ended instead of that. */
bool bench_serve(struct bench_server *server, char *const *argv);
/* Put a line to it and read one. */
void bench_ask(struct bench_server *server);
/* Let it end, and see that it does. Out: its exit status. */
int bench_end(struct bench_server *server);

/* CPU of processes and of all children they have waited for; first waits until none of them has a child left. Units: ms. */
double bench_cpu_ms(const pid_t *pids, int count);

#endif
