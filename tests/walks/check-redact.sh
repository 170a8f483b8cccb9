#!/usr/bin/env bash
# check-redact.sh - `reattest redact`: of every simulated host a copy that verifies, says the same, and names nobody.
. "${RA_SRCDIR:-.}/tests/walks/installed.sh"
tests=$(cd "$OLDPWD" && cd "${RA_SRCDIR:-.}" && pwd)/tests
# run CODE WORDS ARG...: that exit code, and WORDS on stderr or stdout.
run() {
	local want=$1 words=$2 rc
	shift 2
	bin/reattest "$@" >out 2>err </dev/null
	rc=$?
	[ "$rc" = "$want" ] || bad "reattest $*: exit $rc, expected $want: $(head -c 400 err)"
	grep -qF -- "$words" err out || bad "reattest $*: \"$words\" is not in: $(head -c 600 err)"
}
python3 "$tests/find.py" --self-test >told || bad "$(cat told)"

# Everything that names somebody in the simulated hosts.
cat >words <<'W'
esx01
esx02
esx03
esx01.lab.example
lab.example
vc01.lab.example
192.0.2.10
192.0.2.20
192.0.2.53
192.0.2.123
LAB0001
LAB0002
LAB0003
LAB0666
LABG11
LABM4
CNLAB0000M0007
4c414200-0000-1031-8031-b4c04f4c4142
4c414200-0000-4031-8031-b4c04f4c4199
0x4c 0x41 0x42
datastore1
web01
app02
prod-a
native-a
CHG-4711-secret
SR-0815-secret
W
cat >same.py <<'P'
import json, sys
one, two = json.load(open(sys.argv[1])), json.load(open(sys.argv[2]))
wrong = [key for key in ("outcome", "exit", "path", "end_reason") if one[key] != two[key]]
for list_of, name, says in (("causes", "id", "status"), ("results", "check", "verdict")):
    a, b = ([(row[name], row[says]) for row in side[list_of]] for side in (one, two))
    wrong += sorted("%s %s" % row for row in set(a) ^ set(b))
if "withheld" in one or not two.get("withheld"):
    wrong.append("withheld")
print(*wrong)
sys.exit(bool(wrong))
P
mkdir copies
nth=0
for file in share/reattest/flows/demo/*.json; do
	demo=$(basename "$file" .json)
	nth=$((nth + 1))
	case ${RA_SAN:+$demo} in '' | secure-boot-off | possible-swap) ;; *) [ $((nth % 8)) = 0 ] || continue ;; esac
	copy=copies/$demo.jsonl
	rm -f j.jsonl j.jsonl.map
	bin/reattest check --from "demo:$demo" --journal j.jsonl --change CHG-4711-secret --case SR-0815-secret >/dev/null 2>&1
	[ -s j.jsonl ] || { bad "$demo: no record"; continue; }
	run 0 'verifies, with the head of the original' redact j.jsonl -o "$copy"
	bin/reattest export j.jsonl --format json >one.json && bin/reattest export "$copy" --format json >two.json ||
		bad "$demo: no export"
	python3 same.py one.json two.json >told || bad "$demo: the copy says otherwise: $(cat told)"
	python3 "$tests/verify-journal.py" "$copy" >told
	grep -q ': whole$' told || bad "$demo: $(cat told)"
	for format in md txt html; do
		bin/reattest export "$copy" --format "$format" -o "$copy.$format" || bad "$demo: no $format"
		grep -q 'a redacted copy' "$copy.$format" || bad "$demo: the report does not say what it is"
	done
	cp two.json "$copy.json"
done
python3 "$tests/find.py" words copies >told || bad "a copy names somebody: $(cat told)"
# The search finds them where they are.
python3 "$tests/find.py" words j.jsonl >/dev/null && bad "nothing was found in a record that was not redacted"

# What the last one is, in detail.
rm -rf j.jsonl* copies/*
bin/reattest check --from demo:secure-boot-off --journal j.jsonl >/dev/null 2>&1
if command -v ssh-keygen >/dev/null; then
	ssh-keygen -q -t ed25519 -N '' -C '' -f sealing
	bin/reattest seal j.jsonl --ssh sealing 2>/dev/null || bad "no seal"
	printf 'ops@example.com %s\n' "$(cat sealing.pub)" >signers
fi
printf 'PowerEdge\n/Releasebuild-[0-9]+/\n# a remark\n\n' >also
run 0 'own word: 2 different' redact j.jsonl -o copies/copy.jsonl --also also --map site.map
if [ -f signers ]; then
	cmp j.jsonl.head copies/copy.jsonl.head && cmp j.jsonl.head.sig copies/copy.jsonl.head.sig || bad "the seal is not beside the copy"
	run 0 'whole, sealed' verify copies/copy.jsonl --signers signers
	run 0 'a redacted copy' verify copies/copy.jsonl --signers signers
fi
# Nobody goes on with a copy, and it does not say so.
bin/reattest export copies/copy.jsonl --format txt >out 2>err
! grep -q 'resume copy.jsonl' out || bad "the copy is to be gone on with: $(grep resume out)"
[ "$(stat -c %a copies/copy.jsonl site.map | tr '\n' ' ')" = '600 600 ' ] || bad "copy or map are readable by others"
[ ! -e j.jsonl.map ] && [ -z "$(find copies -name '*.map')" ] || bad "a map where none was asked for"
grep -q 'PowerEdge\|Releasebuild-2' copies/copy.jsonl && bad "a word of the site's own is in the copy"
grep -q '"LAB0001"\|"lab0001"' site.map || grep -qi lab0001 site.map || bad "the map does not say what a token stands for"
# No digest confirms a guess at what went, and no other digest goes.
python3 - copies/copy.jsonl <<'P' || bad "digests of answers: $(cat told)"
import hashlib, json, sys
went = stayed = 0
for line in open(sys.argv[1]):
    entry = json.loads(line)
    body = entry["body"]
    if body["kind"] != "reply" or "out" not in body:
        continue
    opened = {hashlib.sha256(json.dumps(o, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest() for o in entry["open"]}
    whole = all(piece["$c"] in opened for piece in body["out"])
    if (body["sha256"]["$c"] in opened) != whole:
        sys.exit(body["check"])
    went, stayed = went + (not whole), stayed + whole
sys.exit(not (went and stayed))
P
printf 'good\n/(/\n' >also
run 65 'also:2:' redact j.jsonl -o x.jsonl --also also
printf '/open\n' >also
run 65 'also:1:6: a pattern ends with a slash' redact j.jsonl -o x.jsonl --also also
run 73 'is there already' redact j.jsonl -o copies/copy.jsonl
run 64 'redact takes one journal' redact j.jsonl
run 64 'name one file' redact j.jsonl -o same --map same
run 65 'is no map' redact j.jsonl -o x.jsonl --map share/reattest/flows/demo/healthy.json.none --map <(echo '[]')
[ ! -e x.jsonl ] || bad "a copy was left behind"
[ -z "$(find . -name 'x.jsonl*')" ] || bad "left behind: $(find . -name 'x.jsonl*')"

# The same tokens next time, of another walk of the site; a copy of a copy changes nothing but what is new.
bin/reattest check --from demo:sha1-bank --journal k.jsonl >/dev/null 2>&1
cp site.map before.map
run 0 'verifies' redact k.jsonl -o copies/k.jsonl --map site.map
python3 - before.map site.map <<'P' || bad "a token changed its meaning"
import json, sys
one, two = (json.load(open(name)) for name in sys.argv[1:])
sys.exit(any(two[rule].get(value) != token for rule in one for value, token in one[rule].items()))
P
run 0 'verifies' redact copies/copy.jsonl -o copies/again.jsonl --map site.map
cmp copies/copy.jsonl copies/again.jsonl || bad "a copy of a copy is not the same: $(diff copies/copy.jsonl copies/again.jsonl | head -c 600)"
printf 'vmkernel\n' >also
run 0 'own word' redact copies/copy.jsonl -o copies/more.jsonl --map site.map --also also
grep -q vmkernel: copies/more.jsonl && bad "a copy of a copy does not drop more"
python3 "$tests/verify-journal.py" copies/more.jsonl | grep -q ': whole\(;.* is of its first [0-9]* entries\)\{0,1\}$' || bad "the copy of a copy does not verify"

# It is a copy wherever it is read, and nobody goes on with it.
run 0 'whole, sealed' verify copies/copy.jsonl --signers signers
grep -q 'a redacted copy' out || bad "verify does not name it a copy"
run 3 'a redacted copy' verify copies/k.jsonl
run 78 'with which nobody can go on' handover copies/copy.jsonl -o x.jsonl
run 78 'is a redacted copy; go on with the original' resume copies/copy.jsonl --plain

# Not of what is broken; of what is incomplete it is said.
sed '5s/"took_ms":[0-9]*/"took_ms":123456/' j.jsonl >broken.jsonl
run 65 'entry 4' redact broken.jsonl -o x.jsonl
head -n 20 j.jsonl >cut.jsonl
printf '{"body":{' >>cut.jsonl
run 0 'is incomplete, and so is the copy; its torn last line' redact cut.jsonl -o copies/cut.jsonl
run 4 'incomplete' verify copies/cut.jsonl
exec 7<j.jsonl
flock 7
run 73 'open' redact j.jsonl -o x.jsonl
exec 7<&-
[ -z "$(find . -name 'x.jsonl*')" ] || bad "left behind: $(find . -name 'x.jsonl*')"
exit $failed
