#!/usr/bin/env bash
# check-keys.sh - a recovery key reaches no file, no output and no core: keys.py walks, and searches all that is there afterwards.
. "${RA_SRCDIR:-.}/tests/walks/installed.sh"
tests=$(cd "$OLDPWD" && cd "${RA_SRCDIR:-.}" && pwd)/tests
# The same bytes are written by a sanitized build, only slower; and a sanitizer has signals of its own.
[ -z "${RA_SAN-}" ] || exit 77
mkdir room && cd room || exit 99
python3 "$tests/walks/keys.py" ../bin/reattest "$tests/find.py" || failed=1
exit $failed
