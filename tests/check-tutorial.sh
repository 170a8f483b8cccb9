#!/usr/bin/env bash
# check-tutorial.sh - flows/TUTORIAL.md keeps its word: its commands are run as they stand, one after the other, by the installed program in
# a home of their own, and print what the file says they print. "..." stands for anything.
set -eu
top=${RA_SRCDIR:-$(cd "$(dirname "$0")/.." && pwd)}
build=${RA_BUILDDIR:-$top/build/plain}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -c 'import sys; sys.exit(sys.version_info < (3, 7))' 2>/dev/null || { echo "check-tutorial: skipped, needs python3"; exit 77; }
# Installed: the program finds its flows beside itself.
mkdir -p "$work/bin" "$work/share/reattest" "$work/home/lab"
cp "$build/reattest" "$work/bin/"
cp -R "$top/flows" "$work/share/reattest/"
chmod -R u+w,go-w "$work/share"
python3 - "$work" "$top/flows/TUTORIAL.md" <<'END'
import os, re, subprocess, sys

work, path = sys.argv[1:]
env = {"PATH": work + "/bin:/usr/bin:/bin", "HOME": work + "/home", "LC_ALL": "C.UTF-8", "TZ": "UTC", "TERM": "dumb"}
env.update((name, os.environ[name]) for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS") if name in os.environ)
blocks = re.findall(r"^```(\w*)\n(.*?)^```$", open(path, encoding="utf-8").read(), re.S | re.M)
ran = shown = 0
bad = []


def as_said(said, line):
    return re.fullmatch(".*".join(map(re.escape, line.split("..."))), said)


def fits(said, lines):
    """Line by line; a line that is only "..." stands for any number of them."""
    if not lines:
        return not said
    if lines[0] == "...":
        return any(fits(said[skip:], lines[1:]) for skip in range(len(said) + 1))
    return bool(said) and bool(as_said(said[0], lines[0])) and fits(said[1:], lines[1:])


for i, (kind, text) in enumerate(blocks):
    if kind != "sh":
        continue
    run = subprocess.run(["sh", "-u"], input=text, cwd=work + "/home/lab", env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    ran += 1
    follows = blocks[i + 1] if i + 1 < len(blocks) else ("sh", "")
    lines = follows[1].splitlines() if follows[0] == "" else []
    shown += len(lines)
    if not fits(run.stdout.splitlines(), lines):
        bad.append("%s\nprinted:\n%s\nbut the file says:\n%s" % (text, run.stdout, "\n".join(lines)))
        break
if not bad and (ran < 10 or shown < 10):
    bad.append("only %d blocks with %d lines of output were found" % (ran, shown))
print("\n".join(bad) or "%d blocks ran as the file says, with %d lines of output" % (ran, shown))
sys.exit(1 if bad else 0)
END
