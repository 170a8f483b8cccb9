#!/usr/bin/env bash
# check-size.sh [TREE] - hard limits: a function has at most 100 lines, a .c file 900, a parameter list 6.
# Tables do not count: lines of an initialiser that starts with "= {" at the end of a line and ends with "};".
# Relies on the formatting of .clang-format: a function's braces stand in the first column.
set -eu
cd "${1:-${RA_SRCDIR:-$(dirname "$0")/..}}"

files=$(find src ui tests -name '*.[ch]' | LC_ALL=C sort)
[ -n "$files" ] || { echo "check-size: no source under $PWD"; exit 1; }
# shellcheck disable=SC2086
awk -v function_max=100 -v file_max=900 -v params_max=6 '
function bad(file, line, why) { printf "%s:%d: %s\n", file, line, why; failed = 1 }
# Parameters of a prototype or definition: commas of its first parenthesis, those inside nested ones left out.
function params(decl, i, c, level, n) {
	gsub(/__attribute__ *\(\([^()]*(\([^()]*\))?[^()]*\)\)/, "", decl)
	gsub(/[A-Z][A-Z0-9_]*\([^()]*\)/, "", decl)
	if (decl !~ /[a-z0-9_]\(/ || decl ~ /^ *typedef|=/) return 0
	n = 1
	for (i = index(decl, "("); i <= length(decl); i++) {
		c = substr(decl, i, 1)
		if (c == "(") level++
		else if (c == ")" && --level == 0) return n
		else if (c == "," && level == 1) n++
	}
	return n
}
function declared() {
	if (params(decl) > params_max) bad(FILENAME, start, params(decl) " parameters, the limit is " params_max)
	decl = ""
}
function file_end() {
	if (name ~ /\.c$/ && counted > file_max) bad(name, counted, counted " lines, the limit is " file_max)
}
FNR == 1 { file_end(); name = FILENAME; counted = 0; table = 0; inside = 0; decl = ""; comment = 0 }
table { if ($0 ~ /^[ \t]*\};?/ && match($0, /^[ \t]*/) && RLENGTH == indent) table = 0; next }
/= \{$/ { match($0, /^[ \t]*/); indent = RLENGTH; table = 1; decl = ""; next }
{ counted++ }
inside { length_now++; if ($0 ~ /^\}/) { inside = 0; decl = ""
	if (length_now > function_max) bad(FILENAME, start, "a function of " length_now " lines, the limit is " function_max) }
	next }
{
	line = $0
	if (comment) { if (line !~ /\*\//) next; sub(/^.*\*\//, "", line); comment = 0 }
	gsub(/\/\*([^*]|\*+[^*\/])*\*+\//, "", line); sub(/\/\/.*/, "", line)
	if (sub(/\/\*.*/, "", line)) comment = 1
}
line ~ /^#/ || line !~ /[^ \t]/ { if (line !~ /[^ \t]/ && line == $0) decl = ""; next }
line ~ /^\{/ { declared(); inside = 1; length_now = FNR - start + 1; next }
line ~ /^[ \t]*\}/ { decl = ""; next }
{ if (decl == "") start = FNR; decl = decl " " line }
line ~ /;[ \t]*$/ { declared() }
END { file_end(); exit failed }
' $files
