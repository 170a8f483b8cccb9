#!/usr/bin/env bash
# check-words.sh [TREE] - nothing unfinished and nothing of one machine stands in a tracked file.
# The words are written in two halves here, so that this file passes its own rule.
set -eu
cd "${1:-${RA_SRCDIR:-$(dirname "$0")/..}}"
failed=0

unfinished='\b(TO''DO|FIX''ME|X''XX|HA''CK)\b|not imple''mented|place''holder'
machine='/wo''rk/|/fa''rm/|/tmp/te''am|\.\./sha''red/(design|domain|style)'

# The tracked files; in an unpacked release, the files of our own directories and the texts beside them.
tracked() {
	[ -e .git ] && git ls-files -z 2>/dev/null && return
	find src ui flows man tests -type f -print0 2>/dev/null
	find . -maxdepth 1 -type f \( -name '*.md' -o -name '*.am' -o -name '*.ac' -o -name dev -o -name COPYING \) -printf '%P\0'
}
tracked | grep -qz . || { echo "check-words: no files under $PWD"; exit 1; }

look() {
	out=$(tracked | grep -zvE '^\.ci/' | xargs -0 grep -nIEH -- "$1" 2>/dev/null) || return 0
	printf '%s:\n%s\n' "$2" "$out"
	failed=1
}
look "$unfinished" "unfinished work has no place in the tree"
look "$machine" "a path of one machine"
if out=$(tracked | tr '\0' '\n' | grep -E '(^|/)(wo''rk|te''am|fa''rm)/|[[:space:]]'); then
	printf 'a path that names one machine, or holds white space:\n%s\n' "$out"
	failed=1
fi
exit "$failed"
