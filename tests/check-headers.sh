#!/usr/bin/env bash
# check-headers.sh [TREE] - a header is a contract: it compiles alone without a warning, opens with a comment, and each
# public prototype stands directly under a comment (or in a block without an empty line whose first line does). A free
# function needs none: base/own.h says once what all of them do.
set -eu
cd "${1:-${RA_SRCDIR:-$(dirname "$0")/..}}"
failed=0

files=$(find src ui -name '*.h' | LC_ALL=C sort)
[ -n "$files" ] || { echo "check-headers: no header under $PWD"; exit 1; }

# shellcheck disable=SC2086
awk '
function bad(line, why) { printf "%s:%d: %s\n", FILENAME, line, why; failed = 1 }
function finish() {
	if (text ~ /\(/ && text !~ /^ *(typedef|struct +[a-z_0-9]+ *\{|enum|union|extern "C")/ && text !~ /^ *[A-Z_0-9]+\(/ &&
	    text !~ /^ *static inline/ && text !~ /_free\([^,]*\);$/ && !documented)
		bad(start, "a prototype without a comment directly above it")
	text = ""
}
FNR == 1 { depth = 0; text = ""; comment = 0; covered = 0; opened = 0; continued = 0 }
!opened && NF {
	opened = 1
	if ($0 !~ /^\/[*\/]/) bad(FNR, "a header opens with a comment: what it is for and its invariants")
}
{
	line = $0; had = comment
	if (comment) { if (line ~ /\*\//) { sub(/^.*\*\//, "", line); comment = 0; covered = 1 } else next }
	while (match(line, /\/\*/)) {
		head = substr(line, 1, RSTART - 1); tail = substr(line, RSTART + 2)
		had = 1; covered = 1
		if (match(tail, /\*\//)) line = head substr(tail, RSTART + 2)
		else { line = head; comment = 1 }
	}
	if (sub(/\/\/.*/, "", line)) { had = 1; covered = 1 }
}
continued { continued = line ~ /\\$/; next }
line ~ /^[ \t]*#/ { continued = line ~ /\\$/; next }
line !~ /[^ \t]/ { if (!had && depth == 0 && text == "") covered = 0; next }
{
	if (depth == 0 && text == "") { start = FNR; documented = covered }
	if (had && depth == 0) documented = 1
	n = length(line)
	for (i = 1; i <= n; i++) {
		c = substr(line, i, 1)
		if (c == "{") depth++
		if (depth == 0 || text == "" || c == "{") text = text c
		if (c == "}" && --depth == 0 && (text ~ /\) *\{$/)) text = ""
		else if (c == ";" && depth == 0) finish()
	}
	text = text " "; if (text ~ /^ *$/) text = ""
}
END { exit failed }
' $files || failed=1

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
flags=${CPPFLAGS:-$(pkg-config --cflags libxml-2.0 2>/dev/null || true)}
# One compiler run for each header, as many at a time as there are processors.
compile_one() {
	inc=${1#src/}
	# shellcheck disable=SC2086
	printf '#include "%s"\n#include "%s"\n' "$inc" "$inc" |
		${CC:-cc} -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Wstrict-prototypes -Wno-unused-parameter -Werror -fsyntax-only -Isrc -I. $flags -x c - 2>&1 ||
		echo "$1: does not compile alone"
}
export -f compile_one; export flags CC
# shellcheck disable=SC2086
printf '%s\n' $files | xargs -P "$(nproc 2>/dev/null || echo 2)" -I{} bash -c 'compile_one "$1"' _ {} >"$work/out"
[ ! -s "$work/out" ] || { cat "$work/out"; failed=1; }
exit "$failed"
