#!/usr/bin/env bash
# check-explain.sh - known lines in any log, as people and scripts ask for them: files, standard input, gzip, what is missing or broken,
# the document for programs, one's own lines; and never a key.
. "${RA_SRCDIR:-.}/tests/walks/installed.sh"
# run CODE WORDS ARG...: explain ARG... with standard input from the file "in" ends with that code, and stderr is one line that holds WORDS
# ("" for silence).
run() {
	local want=$1 words=$2 rc lines
	shift 2
	bin/reattest explain "$@" >out 2>err <in
	rc=$?
	[ "$rc" = "$want" ] || bad "explain $*: exit $rc, expected $want: $(head -c 300 err)"
	lines=$(wc -l <err)
	if [ -z "$words" ]; then
		[ "$lines" = 0 ] || bad "explain $*: not silent: $(cat err)"
	else
		[ "$lines" = 1 ] || bad "explain $*: $lines lines on stderr, expected one: $(cat err)"
		grep -qF -- "$words" err || bad "explain $*: \"$words\" is not in: $(cat err)"
	fi
}
says() { grep -qF -- "$1" out || bad "\"$1\" is not in: $(cat out)"; }
silent_of() { ! grep -qF -- "$1" out || bad "\"$1\" is in: $(cat out)"; }

key=123456-234567-345678-456789-567890-678901-789012-890123-901234-012345-123450-234501-345012-450123-501234-012340
old='2021-03-04T05:06:07.123Z cpu24:2097931)WARNING: tpmDriver: TpmDriverInitImpl:307: TPM 2 SHA-256 PCR bank not found to be active.'
new="2022-10-19T05:40:26Z In(182) vmkernel: VMB_TPM: 99: Unsupported 'startMethod': 7"
note='tpmDriver: Tpm2CheckInterface:616: Continuing on best effort basis using the 2.0 protocol.'
: >in
printf 'quiet\nlines\n' >quiet.log
printf 'a\n%s\nb\n%s\n' "$note" "$old" >vmkernel.log
printf '%s encryptionRecoveryKey=%s\nkey: %s\n%s' "$new" "$key" "$key" "$new" >second.log
printf '%s\n' "$note" >note.log

# Files, standard input, both.
run 10 "" vmkernel.log
says "FAIL  The TPM measures with SHA-1 only"
says "cause The TPM measures with SHA-1 only (sha1-bank)"
says "seen  once, vmkernel.log:4 at 2021-03-04T05:06:07.123Z"
says "      line  $old"
says "Read 1 of 1 file: 4 lines, "
[ "$(head -c 4 out)" = FAIL ] || bad "what tells of a fault does not stand first: $(cat out)"
run 0 "" note.log
says "NOTE  The driver goes on"
cp vmkernel.log in
run 10 ""
says "standard input:4"
run 10 "" quiet.log - second.log
says "standard input:4"
says "seen  2 times"
says "first second.log:1 at 2022-10-19T05:40:26Z"
says "last  second.log:3 at 2022-10-19T05:40:26Z"
says "Read 3 of 3 files: 9 lines, "
: >in
run 0 ""
says "no proof of health"
run 0 "" quiet.log
says "Nothing known was found. That is no proof of health"
run 0 "" -- /dev/null

# Never a key, whatever the format.
for format in text json; do
	run 10 "" --format "$format" second.log
	says "encryptionRecoveryKey=[removed]"
	silent_of 123456
done

# gzip: by its first bytes, in members, cut, broken, followed by something else.
gzip -c vmkernel.log >packed
gzip -c second.log | cat packed - >two.gz
run 10 "" packed
says "packed:4"
run 10 "" two.gz
says "two.gz:4 at"
says "two.gz:5 at"
gzip -c two.gz >in
run 0 "" # unpacked once, not twice
cp two.gz in
run 10 "" -
says "standard input:5 at"
(cat vmkernel.log; head -c 200000 /dev/urandom | base64) | gzip >large.gz
head -c 100000 large.gz >cut.gz
: >in
run 65 "cut.gz: the compressed data ends in the middle" cut.gz
says "sha1-bank"
says "Not whole: cut.gz: the compressed data ends in the middle"
says "Read 0 of 1 file: "
(cat packed; echo more) >more.gz
run 65 "something that is not gzip follows" more.gz
says "more.gz:4"
(head -c 20 two.gz; printf '\377\377\377\377\377\377\377\377'; tail -c +29 two.gz) >broken.gz
run 65 "broken.gz: the compressed data is broken" broken.gz

# What no line can be read in is told rather than called clean.
printf '%s\n' "$old" | iconv -f UTF-8 -t UTF-16 >wide.log
run 65 "wide.log: it is UTF-16 text; read it through \`iconv" wide.log
printf '\3757zXZ\000rest' >packed.xz
run 65 "packed.xz: it is packed by xz" packed.xz quiet.log
says "Read 1 of 2 files"

# What is missing does not keep the rest from being read.
run 66 "nothere.log: No such file" nothere.log
run 66 "nothere.log: No such file" vmkernel.log nothere.log second.log
says "sha1-bank"
says "crb-only"
says "Read 2 of 3 files"
run 66 "Is a directory" . vmkernel.log
says "sha1-bank"

# Other line ends, other bytes, a line without an end.
printf '%s\r\n\r\n%s' "$old" "$new" >dos.log
run 10 "" dos.log
says "dos.log:1 at"
says "dos.log:3 at"
printf '\000\001\n\033[2J%s \377\000\033]0;x\007\n' "$new" >binary.log
run 10 "" binary.log
says "binary.log:2"
[ -z "$(tr -d '\n\t\040-\176' <out)" ] || bad "bytes of a log reach the terminal: $(cat -v out)"
(head -c 100000 /dev/zero | tr '\0' x; printf '%s\n%s' "$new" "$new") >long.log
run 10 "" long.log
says "1 line is longer than 8192 bytes"
says "long.log:2"

# The document for programs.
run 10 "" --format json vmkernel.log two.gz note.log -o result.json
[ ! -s out ] || bad "-o writes to standard output, too"
[ "$(stat -c %a result.json)" = 600 ] || bad "the document is readable by others"
run 66 "nothere" --format json nothere vmkernel.log
cp out missing.json
run 0 "" --format json quiet.log
cp out none.json
if /usr/bin/python3 -c 'import jsonschema' 2>/dev/null; then
	/usr/bin/python3 - share/reattest/flows/schema/explain.schema.json result.json missing.json none.json <<'P' || bad "the documents do not obey their schema, or say something else"
import json, sys, jsonschema
schema = json.load(open(sys.argv[1]))
jsonschema.Draft202012Validator.check_schema(schema)
docs = [json.load(open(path)) for path in sys.argv[2:]]
errors = [error for doc in docs for error in jsonschema.Draft202012Validator(schema).iter_errors(doc)]
for error in errors[:5]:
    print(error.json_path, error.message[:200])
result, missing, none = docs
found = {row["id"]: row for row in result["found"]}
assert result["exit"] == 10 and [row["weight"] for row in result["found"]] == ["fail", "fail", "note"], result
assert found["nosha256"]["count"] == 2 and found["nosha256"]["cause"]["id"] == "sha1-bank"
assert found["nosha256"]["first"] == {"file": "vmkernel.log", "line": 4, "time": "2021-03-04T05:06:07.123Z"}
assert found["nosha256"]["last"]["file"] == "two.gz" and found["interface-best-effort"]["last"]["time"] is None
assert [row["gzip"] for row in result["files"]] == [False, True, False] and result["files"][1]["lines"] == 7
assert missing["exit"] == 66 and "nothere" in missing["files"][0]["error"] and missing["files"][1]["error"] is None
assert none["found"] == [] and none["exit"] == 0
sys.exit(bool(errors))
P
else
	echo "check-explain: no python3-jsonschema, the schema is not checked"
fi

# Usage, and a document that cannot be written.
run 64 "formats text and json" --format md vmkernel.log
run 64 "does not belong" --port 22 vmkernel.log
run 73 "no/such" -o no/such/file vmkernel.log
bin/reattest explain vmkernel.log >/dev/full 2>err
[ $? = 73 ] || bad "stdout full: expected 73"

# One's own lines are known beside the installed ones; a fault in them is told.
own=home/.local/share/reattest/flows/signatures
mkdir -p "$own"
cat >"$own/mine.json" <<'J'
{"$schema": "signature.schema.json", "format": 1, "signatures": [
  {"id": "our-badge", "where": ["message"], "weight": "warn", "literal": "badge reader", "pattern": "badge reader \\d+ lost",
   "sample": "badge reader 7 lost", "means": "The rack's door lost its reader.", "source": "the house"}]}
J
printf 'x\nbadge reader 12 lost\n' >door.log
run 0 "" door.log
says "WARN  The rack's door lost its reader."
sed -i 's/"badge reader",/"badge",/' "$own/mine.json"
run 65 "mine.json:2:" door.log
exit $failed
