#!/usr/bin/env bash
# check-rules-selftest.sh - the rule scripts fail on bad samples, each for the reason it exists, and pass on a good one.
set -u
rules=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0 cases=0

# A small tree that breaks no rule.
good_tree() {
	rm -rf "$work/tree"
	mkdir -p "$work"/tree/{src/{base,check,flow,session,verb,link,journal,report},ui,tests}
	cd "$work/tree" || exit 1
	printf '/* a.h - adds. */\nint ra_add(int a, int b);\n' >src/base/a.h
	sed -i 's/^int/\n\/* The sum. *\/\nint/' src/base/a.h
	printf '#include "config.h"\n\n#include "base/a.h"\n\nint ra_add(int a, int b)\n{\n\treturn a + b;\n}\n' >src/base/a.c
	printf '/* session.h - the door. */\n' | tee src/session/session.h src/session/view.h >ui/ui.h
	printf '#include "config.h"\n\n#include "ui/ui.h"\n' >src/main.c
	printf '#include "config.h"\n\n#include <curses.h>\n#include "session/session.h"\n' >ui/term.c
	printf '#include "config.h"\n\n#include <libssh2.h>\n' >src/link/ssh.c
}

# case RULE WANT TEXT: run the rule on the tree; WANT is pass or fail, TEXT must stand in its output.
case_is() {
	cases=$((cases + 1))
	out=$("$rules/check-$1.sh" "$work/tree" 2>&1)
	got=$([ $? = 0 ] && echo pass || echo fail)
	if [ "$got" != "$2" ] || ! grep -qF -- "$3" <<<"$out"; then
		printf 'FAILED: check-%s: wanted %s with "%s", got %s with:\n%s\n' "$1" "$2" "$3" "$got" "$out"
		failed=$((failed + 1))
	fi
}
# layer FILE INCLUDE TEXT: the directive in that file is refused.
layer() {
	good_tree
	[ -e "$1" ] || printf '#include "config.h"\n' >"$1"
	printf '#include %s\n' "$2" >>"$1"
	case_is layers fail "$3"
}
# header LINES TEXT: a header of these lines is refused.
header() { good_tree; printf "$1" >src/base/bad.h; case_is headers fail "$2"; }
header_good() { good_tree; printf "$1" >src/base/fine.h; case_is headers pass ""; }
repeat() { for ((i = 0; i < $2; i++)); do printf "$1"; done; }

for rule in layers headers size words; do good_tree; case_is "$rule" pass ""; done

layer src/check/c.c '"session/session.h"' 'check may not include session/session.h'
layer src/flow/f.c '"base/missing.h"' 'is no header of the tree'
layer src/base/b.c '"check/c.h"' 'is no header of the tree'
layer ui/screen.c '<curses.h>' '<curses.h> belongs to ui/term.c alone'
layer src/session/s.c '<ncursesw/curses.h>' 'belongs to ui/term.c alone'
layer src/session/s.c '<libssh2.h>' '<libssh2.h> belongs to link alone'
layer src/base/json.c '<pcre2.h>' 'belongs to src/base/pattern.c alone'
layer src/check/c.c '<openssl/sha.h>' 'belongs to base link alone'
layer src/flow/f.c '<poll.h>' 'belongs to'
layer src/report/r.c '"session/session.h"' 'report may not include session/session.h'
layer src/main.c '"session/session.h"' 'main may not include session/session.h'
layer src/session/s.c '"ui/ui.h"' 'session may not include ui/ui.h'
layer src/base/a.h '"config.h"' 'belongs into .c files'
good_tree; printf '#include <stdio.h>\n' >src/base/x.c; case_is layers fail 'the first include of a .c'
good_tree; mkdir src/attic; printf '#include "config.h"\n' >src/attic/x.c; case_is layers fail 'attic is no room'

header 'int ra_x;\n' 'opens with a comment'
header '/* bad.h - x. */\n\nint ra_f(void);\n' 'bad.h:3: a prototype without a comment'
header '/* bad.h - x. */\n\n/* One. */\nint ra_f(void);\n\nint ra_g(int a,\n\t int b);\n' 'bad.h:6: a prototype without'
header '/* bad.h - x. */\n\n/* One. */\nstruct ra_s { int a; };\n\nstruct ra_s *ra_f(void);\n' 'bad.h:6: a prototype without'
header '/* bad.h - x. */\n\n/* One. */\nstruct ra_missing ra_f(void);\nsize_t ra_g(void);\n' 'does not compile alone'
header_good '/* fine.h - x. */\n#ifndef F_H\n#define F_H\n\n/* One\n * and two. */\nint ra_f(void);\nint ra_g(int a,\n\t int b);\n#endif\n'
header_good '/* fine.h - x. */\n\nint ra_f(void); /* trailing. */\n'
header_good '/* fine.h - x. */\n\nint *ra_x_free(int *x);\n'
header_good '/* fine.h - x. */\n\ntypedef int (*ra_cb)(void *ctx);\n#define A(x) \\\n\tint x(void)\n'
header_good '/* fine.h - x. */\n#ifndef F_H\n#define F_H\n\n/* One. */\nstatic inline int ra_f(void)\n{\n\treturn 0;\n}\n#endif\n'
header '/* bad.h - x. */\n\n/* No guard. */\nstruct ra_s { int a; };\n' 'redefinition'

good_tree; { printf 'int f(void)\n{\n'; repeat '\t;\n' 98; printf '}\n'; } >src/base/b.c; case_is size fail 'a function of 101 lines'
good_tree; { printf 'int f(void)\n{\n'; repeat '\t;\n' 97; printf '}\n'; } >src/base/b.c; case_is size pass ''
good_tree; repeat 'int f(void);\n\n' 451 >src/base/b.c; case_is size fail '902 lines'
good_tree; { printf 'const int t[] = {\n'; repeat '\t1,\n' 1000; printf '};\n'; } >src/base/b.c; case_is size pass ''
good_tree; { printf 'int f(void)\n{\n\tconst int t[] = {\n'; repeat '\t\t1,\n' 200; printf '\t};\n\treturn t[0];\n}\n'; } >src/base/b.c
case_is size pass ''
good_tree; printf '/* b.h - x. */\n\n/* Many. */\nint f(int a, int b, int c,\n      int d, int e, int f, int g);\n' >src/base/b.h
case_is size fail 'b.h:4: 7 parameters'
good_tree; printf 'static int f(int a, int (*b)(int, int, int), int c, int d, int e, int f)\n{\n\treturn 0;\n}\n' >src/base/b.c
case_is size pass ''
good_tree; printf 'int\nf(int a, int b, int c, int d, int e, int f, int g)\n{\n\treturn 0;\n}\n' >src/base/b.c; case_is size fail '7 parameters'

good_tree; printf '/* TO''DO: later */\n' >>src/base/a.c; case_is words fail 'src/base/a.c:'
good_tree; printf 'This is not imple''mented.\n' >readme.md; case_is words fail 'readme.md:1'
good_tree; printf 'see /wo''rk/main\n' >readme.md; case_is words fail 'readme.md:1'
good_tree; printf 'mkstemp("aXX''XXXX")\n' >readme.md; case_is words pass ''
good_tree; mkdir src/'te''am'; : >src/'te''am'/a; case_is words fail 'names one machine'

if command -v git >/dev/null; then
	listed() { good_tree; printf "$1" >room.am; git init -q . && git add -A; case_is listed "$2" "$3"; }
	listed 'x = src/base/a.c ui src/link src/session src/main\n' fail 'src/base/a.h'
	listed 'x = src ui/term ui/ui.h\n' pass ''
fi

# room ROOM CODE WANT TEXT: an archive of that room with this code.
room() {
	rm -rf "$work/tree"; mkdir -p "$work/tree"; cd "$work/tree" || exit 1
	printf '%s\n' "$2" | ${CC:-cc} -fPIE -w -x c -c -o code.o - && ar cr "libra_$1.a" code.o
	RA_SAN='' case_is symbols "$3" "$4"
}
if command -v objdump >/dev/null; then
	room check 'const char *const names[] = {"a"}; static const int t[] = {1}; int f(int i) { return t[i]; }' pass ''
	room check 'int count;' fail 'count is mutable'
	room check 'static int f(void) { static int n; return ++n; } int g(void) { return f(); }' fail 'is mutable'
	room check 'const char *names[] = {"a"};' fail 'names is mutable'
	room base 'int strcpy(); int f(char *a) { return strcpy(a, a + 1); }' fail 'calls strcpy'
	room check 'long time(); long f(void) { return time(0); }' fail 'calls time: this room'
	room link 'int socket(); int f(void) { return socket(1, 1, 0); }' pass ''
	room report 'int puts(); int f(void) { return puts("a"); }' fail 'calls puts'
fi

# An empty tree proves nothing: the rules say so.
rm -rf "$work/tree"; mkdir -p "$work"/tree/{src,ui,tests}
for rule in layers headers size words symbols; do RA_SAN='' case_is "$rule" fail "check-$rule: no"; done

printf '%d cases, %d failed\n' "$cases" "$failed"
[ "$failed" = 0 ]
