#!/usr/bin/env bash
# check-listed.sh [TREE] - each tracked file of src, ui, flows, man and tests is named in a .am file, itself or with its
# directory: nothing lies about that is neither built, nor run, nor in the release.
set -eu
cd "${1:-${RA_SRCDIR:-$(dirname "$0")/..}}"
[ -e .git ] && git ls-files >/dev/null 2>&1 || { echo "not in a git tree"; exit 77; }

git ls-files '*.am' | xargs sed 's/#.*//' | awk '
NR == FNR { n = split($0, word, /[ \t=\\]+/); for (i = 1; i <= n; i++) named[word[i]] = 1; next }
{
	program = $0
	if (sub(/\.c$/, "", program) && program in named) next # automake finds the source of a program by its name
	for (path = $0; path != ""; ) {
		if (path in named) next
		if (!sub(/\/[^\/]*$/, "", path)) break
	}
	print $0 ": named in no .am file"
	failed = 1
}
END { exit failed }
' - <(git ls-files src ui flows man tests | grep -vE '\.am$')
