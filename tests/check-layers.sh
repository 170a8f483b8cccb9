#!/usr/bin/env bash
# check-layers.sh [TREE] - every include directive of src/ and ui/ obeys the one direction of the rooms.
# The two tables below are the rule: what a room may include of the house, and who may include which library.
set -eu
cd "${1:-${RA_SRCDIR:-$(dirname "$0")/..}}"

rooms='
base
check    base
flow     check base
link     base
journal  base
report   session/view.h base
session  flow check link journal base
verb     session report flow journal base
ui       session/session.h session/view.h session/frontend.h base
main     verb ui/ui.h base
'
# pattern of the header, then the files or rooms that may include it
libraries='
^(n?curses|ncursesw/.*|ncurses/.*|panel|menu|form|term|termcap|unctrl)\.h$  ui/term.c
^libssh2.*\.h$       link
^curl/                src/link/http_parts.h src/link/http.c src/link/http_call.c src/link/http_end.c src/link/http_names.c src/link/http_tls.c
^libxml/              link src/base/xml.c src/base/xml.h src/check/esxcli.c
^archive(_entry)?\.h$  src/base/tarball.c
^pcre2.*\.h$         src/base/pattern.c
^zlib\.h$            src/base/inflow.c
^openssl/            base link
^vterm.*\.h$
^(sys/socket|netdb|netinet/.*|arpa/.*|poll|sys/epoll|pthread)\.h$  base link session verb ui main
'

files=$(find src ui -name '*.[ch]' | LC_ALL=C sort)
[ -n "$files" ] || { echo "check-layers: no source under $PWD"; exit 1; }
# shellcheck disable=SC2086
awk -v rooms="$rooms" -v libraries="$libraries" '
function room_of(path, part) {
	if (path == "src/main.c") return "main"
	split(path, part, "/")
	return part[1] == "ui" ? "ui" : part[2]
}
function exists(path, line, rc) {
	rc = (getline line < path)
	close(path)
	return rc >= 0
}
function bad(why) { printf "%s:%d: %s\n", FILENAME, FNR, why; failed = 1 }
function listed(list, room, path, n, item, i) {
	n = split(list, item, " ")
	for (i = 1; i <= n; i++)
		if (item[i] == room || item[i] == path) return 1
	return 0
}
function house(inc, dir, path, target, short) {
	dir = FILENAME; sub(/[^\/]*$/, "", dir)
	path = exists(dir inc) ? dir inc : exists("src/" inc) ? "src/" inc : exists(inc) ? inc : ""
	if (path == "" || path ~ /\.\.\//) { bad("\"" inc "\" is no header of the tree"); return }
	target = room_of(path)
	short = path; sub(/^src\//, "", short)
	if (target == here || listed(may[here], target, short)) return
	bad(here " may not include " short " (it may include:" (may[here] == "" ? " nothing" : may[here]) ")")
}
function library(inc, i) {
	for (i = 1; i <= nlib; i++)
		if (inc ~ lib[i] && !listed(user[i], here, FILENAME))
			bad("<" inc "> belongs to " (user[i] == "" ? "the tests" : user[i]) " alone")
}
BEGIN {
	n = split(rooms, row, "\n")
	for (i = 1; i <= n; i++) {
		if (row[i] == "") continue
		name = row[i]; sub(/ .*/, "", name)
		rest = row[i]; sub(/^[^ ]+ */, "", rest)
		if (rest == name) rest = ""
		may[name] = rest == "" ? "" : " " rest; known[name] = 1
	}
	n = split(libraries, row, "\n")
	for (i = 1; i <= n; i++) {
		if (row[i] == "") continue
		lib[++nlib] = row[i]; sub(/ .*/, "", lib[nlib])
		user[nlib] = row[i]; if (!sub(/^[^ ]+ +/, "", user[nlib])) user[nlib] = ""
	}
}
FNR == 1 {
	here = room_of(FILENAME)
	if (!(here in known)) { printf "%s: %s is no room\n", FILENAME, here; failed = 1 }
	first = 1
}
/^[ \t]*#[ \t]*include/ {
	inc = $0
	sub(/^[ \t]*#[ \t]*include[ \t]*/, "", inc)
	quoted = inc ~ /^"/
	sub(/^["<]/, "", inc); sub(/[">].*/, "", inc)
	if (FILENAME ~ /\.c$/ && first && inc != "config.h") bad("the first include of a .c is \"config.h\"")
	if (FILENAME ~ /\.h$/ && inc == "config.h") bad("\"config.h\" belongs into .c files")
	first = 0
	if (inc == "config.h") next
	if (quoted) house(inc); else library(inc)
}
END { exit failed }
' $files
