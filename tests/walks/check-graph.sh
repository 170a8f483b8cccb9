#!/usr/bin/env bash
# check-graph.sh - flows as drawings, as an author meets them: every format, the way of a walk, and files that would like to be markup.
. "${RA_SRCDIR:-.}/tests/walks/installed.sh"
# run CODE WORDS ARG...: that exit code, and WORDS on stderr ("" for silence).
run() {
	local want=$1 words=$2 rc
	shift 2
	bin/reattest "$@" >out 2>err </dev/null
	rc=$?
	[ "$rc" = "$want" ] || bad "reattest $*: exit $rc, expected $want: $(head -c 300 err)"
	if [ -z "$words" ]; then
		[ ! -s err ] || bad "reattest $*: not silent: $(cat err)"
	else
		grep -qF -- "$words" err || bad "reattest $*: \"$words\" is not in: $(cat err)"
	fi
}
has() { grep -qF -- "$2" "$1" || bad "\"$2\" is not in $1"; }
has_not() { ! grep -qF -- "$2" "$1" || bad "\"$2\" is in $1"; }

# One grammar for what is written of Mermaid here: a line is one of these and nothing else, and between quotes every character that means
# something there stands as an entity.
mermaid() {
	/usr/bin/python3 - "$1" <<'P' || bad "$1 is no flowchart"
import re, sys
text = r'"(?:[^"<>{}\[\]|`%\\&$#\n]|#(?:\d{2,3}|quot|lt|gt|amp);|<br/>)*"'
name = r'f\d+s\d+'
node = '|'.join(re.escape(a) + text + re.escape(b)
                for a, b in [('[', ']'), ('(', ')'), ('{{', '}}'), ('[/', '/]'), ('[[', ']]'), ('([', '])')])
lines = [r'flowchart TB', r'  walk\[' + text + r'\]', r'  subgraph f\d+\[' + text + r'\]', r'  end', r'  classDef \w+ [\w#:,\- ]+',
         f'    {name}(?:{node})', rf'    class {name} (?:gate|irreversible|taken)',
         rf' +{name} (?:==>|-->|-\.->)\|{text}\| {name}']
known = set()
for number, line in enumerate(open(sys.argv[1], encoding='utf-8'), 1):
    line = line.rstrip('\n')
    if not any(re.fullmatch(form, line) for form in lines):
        sys.exit(f'line {number}: {line}')
    known.update(re.findall(rf'^    ({name})[\[({{]', line))
    for used in re.findall(rf'^ +({name}) (?:==>|-->|-\.->).*\| ({name})$', line):
        pass
text = open(sys.argv[1], encoding='utf-8').read()
used = set(re.findall(rf'^ +({name}) (?:==>|-->|-\.->)', text, re.M)) | set(re.findall(rf'\| ({name})$', text, re.M))
sys.exit(f'never said what {used - known} are' if used - known else 0)
P
}
# What Graphviz and libxml2 say of a file, where they are.
dot_reads() {
	if command -v dot >/dev/null; then
		dot -Tsvg "$1" -o dot.svg 2>dot.err || bad "dot does not read $1: $(cat dot.err)"
		[ ! -s dot.err ] || bad "dot complains of $1: $(head -n 3 dot.err)"
	fi
}
xml_reads() {
	if command -v xmllint >/dev/null; then
		xmllint --nonet --noout "$1" 2>xml.err || bad "$1 is not well-formed: $(head -n 3 xml.err)"
	fi
	has_not "$1" '<script'
	[ "$(grep -o '://[^" ]*' "$1" | sort -u)" = '://www.w3.org/2000/svg' ] || bad "$1 refers to the outside: $(grep -o '://[^" ]*' "$1" | sort -u)"
}
command -v dot >/dev/null || echo "check-graph: no dot (graphviz): what it reads is not checked"
command -v xmllint >/dev/null || echo "check-graph: no xmllint (libxml2-utils): well-formedness is not checked"

# Every flow of the set in every format; the same call gives the same bytes; -o writes what stdout gets.
for format in svg dot mermaid; do
	run 0 "" flow graph --format "$format"
	cp out "all.$format"
	run 0 "" flow graph --format "$format" -o again
	[ ! -s out ] || bad "-o writes to stdout too"
	cmp -s "all.$format" again || bad "$format: two calls, two drawings"
	for id in tpm-attestation tpm-recovery; do
		has "all.$format" "$id 1."
	done
done
xml_reads all.svg
dot_reads all.dot
mermaid all.mermaid
has all.svg 'CANNOT BE UNDONE'
has all.svg 'prefers-color-scheme'
run 0 "" flow graph
cmp -s out all.svg || bad "svg is not the default"
# Each step is in it once, and what is drawn is what show lists.
run 0 "" flow graph tpm-recovery --format dot
[ "$(grep -c '^    "tpm-recovery/[a-z-]*" \[' out)" = "$(bin/reattest flow show tpm-recovery | grep -c '^  [a-z]')" ] || bad "not every step is drawn"
has_not out '"tpm-attestation/'
run 66 "there is no flow or maker \"nothing\"" flow graph nothing
run 64 "not as \"png\"" flow graph --format png
run 64 "belong to" flow lint --journal none.jsonl
run 64 "belong to" flow show --format dot
run 66 "none.flow.json" flow graph ./none.flow.json

# The way of a walk: numbered, and where it ended; without a flow named those it went through.
printf '1\n\n1\n\n\n\n\n\n\n\n\n\n\n\n1\n1\n1\n1\n' | bin/reattest demo secure-boot-off --plain --journal walk.jsonl >walk.out 2>&1
for format in svg dot mermaid; do
	run 0 "" flow graph --journal walk.jsonl --format "$format"
	cp out "walk.$format"
	has "walk.$format" 'Marked: the walk of '
done
xml_reads walk.svg
dot_reads walk.dot
mermaid walk.mermaid
has walk.dot 'label="begins here\n#1\nKind of host'
has walk.dot 'black:white:black'
has walk.svg '>#1</text>'
grep -qE '(ENDED|NOW) HERE' walk.svg || bad "the drawing does not say where the walk is"
has walk.mermaid '==>'
has_not all.mermaid '==>'
has_not all.svg 'class="twin"'
# A record of other flows says so, and is drawn as far as it fits.
sed 's/"title": "Kind of host"/"title": "Kind of a host"/' -i share/reattest/flows/tpm-attestation.flow.json
run 0 "another flow set" flow graph --journal walk.jsonl
has out 'made with another flow set'
cp "${RA_SRCDIR:-.}/flows/tpm-attestation.flow.json" share/reattest/flows/
run 66 "nothere.jsonl" flow graph --journal nothere.jsonl
sed '3s/"kind"/"kinD"/' walk.jsonl >broken.jsonl
run 65 "broken.jsonl" flow graph --journal broken.jsonl

# A flow whose words would like to be markup, from a file of one's own.
/usr/bin/python3 - share/reattest/flows/tpm-recovery.flow.json own.flow.json <<'P'
import json, sys
flow = json.load(open(sys.argv[1]))
wild = '"];} end %%{init: {"x":1}}%% ]] --> </title></text><script>alert(1)</script>&amp;&lt; ]]> `x` *y* _z_ $a$ \\" \\N #quot; \u202e\u001b[31m'
flow['id'] = 'own'
flow['title'] = wild
for step in flow['steps'].values():
    step['title'] = wild
    for edge in step.get('next', []) if step['kind'] != 'end' else []:
        edge['because'] = wild
flow['tests'] = []
json.dump(flow, open(sys.argv[2], 'w'))
P
for format in svg dot mermaid; do
	run 0 "" flow graph own.flow.json --format "$format"
	cp out "own.$format"
done
xml_reads own.svg
dot_reads own.dot
mermaid own.mermaid
! LC_ALL=C grep -q "$(printf '\033')" own.svg own.dot own.mermaid || bad "an escape sequence is in a drawing"

# All a step says.
run 0 "" flow show tpm-recovery set-mode
has out 'tpm-recovery/set-mode  [action by a human, irreversible: encryption_set]'
has out 'verify    until '
run 0 "" flow show tpm-attestation device
has out '               when '
has out ' is true'
run 66 'has no step "nothing"' flow show tpm-recovery nothing
run 64 'not "more" too' flow show tpm-recovery set-mode more

# The flow map of a walk by numbered prompts.
printf '1\n\nm\nm 1\nm 9999\nq\n' | bin/reattest demo secure-boot-off --plain >out 2>err
has out 'The flow map'
has out '  1. [done]  Kind of host'
has out '[now] '
has out 'Ways out'
has out 'there is no such row in the map'

[ "$failed" = 0 ] && echo "check-graph: as it should be"
exit "$failed"
