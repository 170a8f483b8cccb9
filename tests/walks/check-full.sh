#!/usr/bin/env bash
# check-full.sh - a disk that fills up under the program: told with the file and what to do, exit 73, the terminal as it was, the record goes
# on once there is room; and where there is too little from the start, no change is offered.
. "${RA_SRCDIR:-.}/tests/walks/installed.sh"
ulimit -c 0

# Plain mode; a file may have 24 KiB.
printf '1\n\n1\n\n\n\n' >keys
# limited KIB ARG...: the program where no file may grow over that; both of its streams in `err`.
limited() {
	(ulimit -f "$1"; shift; exec bin/reattest "$@" --plain <keys 2>&1) | cat >err
	rc=${PIPESTATUS[0]}
}
limited 24 demo secure-boot-off --journal full.jsonl
[ "$rc" = 73 ] || bad "a full disk: exit $rc, expected 73: $(cat err)"
grep -q 'full.jsonl: an entry could not be written; the journal ends with the one before' err || bad "the file is not named: $(cat err)"
grep -q 'Once it can be written again, `reattest resume` goes on with it' err || bad "what to do is not said: $(cat err)"
bin/reattest verify full.jsonl >out 2>err
rc=$?
[ "$rc" = 4 ] || bad "verify: exit $rc, expected 4"
grep -q 'torn' out && bad "the beginning of a line was left"
printf 'q\n' | bin/reattest resume full.jsonl --plain >out 2>err
rc=$?
[ "$rc" = 13 ] || bad "resume: exit $rc, expected 13: $(cat err)"
bin/reattest verify full.jsonl >/dev/null 2>&1
[ $? = 3 ] || bad "gone on with, it is not whole"

# A record that somebody removes while the walk is open is not said to be there at its end.
mkfifo lines
bin/reattest demo secure-boot-off --plain --journal away.jsonl <lines >out 2>err &
exec 9>lines
printf '1\n' >&9
for ((i = 0; i < 200; i++)); do
	[ -s away.jsonl ] && break
	sleep 0.1
done
rm away.jsonl || bad "no record of a walk that began"
printf 'q\ny\n' >&9
exec 9>&-
wait $!
grep -q 'away.jsonl is gone: somebody removed it' err && ! grep -q 'goes on' err || bad "a record that was removed: $(cat err)"

# Not even a beginning: said at once, and nothing is left.
printf '1\n' >keys
limited 0 demo healthy --journal none.jsonl
[ "$rc" = 73 ] || bad "no room for the first entry: exit $rc, expected 73: $(cat err)"
bin/reattest demo healthy --plain --journal keys/none.jsonl <keys >out 2>err
rc=$?
[ "$rc" = 73 ] || bad "no directory: exit $rc, expected 73"
[ ! -e none.jsonl ] || bad "an empty record was left"
grep -q 'keys/none.jsonl' err || bad "the file is not named: $(cat err)"

# The terminal: what it was is what it is, and what happened stands on it.
if python3 -c 'import pty' 2>/dev/null; then
	cat >terminal.py <<'P'
import os, pty, resource, select, signal, sys, termios, time
pid, fd = pty.fork()
if not pid:
    os.environ.update(TERM="xterm", LINES="24", COLUMNS="80")
    resource.setrlimit(resource.RLIMIT_FSIZE, (24 << 10, 24 << 10))
    os.execv("bin/reattest", ["reattest", "demo", "secure-boot-off", "--journal", "screen.jsonl"])
before, seen, end = termios.tcgetattr(fd), b"", time.time() + 60
rc = None
while rc is None and time.time() < end:
    if select.select([fd], [], [], 0.3)[0]:
        try:
            seen += os.read(fd, 65536)
        except OSError:
            rc = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) if hasattr(os, "waitstatus_to_exitcode") else os.waitpid(pid, 0)[1] >> 8
    else:
        os.write(fd, b"q" if b"Write: m Markdown" in seen else b"\r")  # the last page
        after = termios.tcgetattr(fd)
if rc is None:
    os.kill(pid, signal.SIGKILL)
    sys.exit("it does not end: %r" % seen[-600:])
tail = seen[seen.rfind(b"\x1b[?1049l"):] if b"\x1b[?1049l" in seen else b""
if rc != 73:
    sys.exit("exit %d, expected 73: %r" % (rc, seen[-600:]))
if b"screen.jsonl" not in tail or b"reattest resume" not in tail:
    sys.exit("after the screen was left: %r" % tail)
P
	python3 terminal.py 2>err || bad "in a terminal: $(cat err)"
fi

# A file system that has less than a change's record wants: it is walked, but nothing is changed.
cat >small.sh <<'S'
mount -t tmpfs -o size=4m none small || exit 77
HOME=$PWD/home exec bin/reattest demo secure-boot-off --plain --journal small/j.jsonl <<<"$(printf '1\n\n1\n\n\n\n\n\n1\n\n\n\n1\n1\n')"
S
mkdir small
unshare -rm bash small.sh >out 2>err
rc=$?
if [ "$rc" != 77 ] && ! grep -q 'unshare' err; then
	grep -q 'No change begins now, for it could not be recorded: there is not enough room' out || bad "a small disk is not told: $(tail -n 20 out) $(cat err)"
fi

exit "$failed"
