#!/usr/bin/env bash
# check-record.sh - `reattest record`: every simulated host recorded, scrubbed and replayed; a recording is a test.
. "${RA_SRCDIR:-.}/tests/walks/installed.sh"
# run CODE WORDS ARG...: that exit code, nothing on stdout, and WORDS on stderr.
run() {
	local want=$1 words=$2 rc
	shift 2
	bin/reattest "$@" >out 2>err </dev/null
	rc=$?
	[ "$rc" = "$want" ] || bad "reattest $*: exit $rc, expected $want: $(head -c 300 err)"
	[ ! -s out ] || bad "reattest $*: stdout is not clean"
	grep -qF -- "$words" err || bad "reattest $*: \"$words\" is not in: $(cat err)"
}

# same FACTS ONE TWO: two results of check are the same: way, end, causes and verdicts, and with FACTS=yes every fact. A time that was worked
# out from an age may be some seconds off.
cat >same.py <<'P'
import datetime, json, sys
def moment(text):
    try:
        return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    except (AttributeError, ValueError):
        return None
def near(name, a, b):
    if a == b or name.endswith("_ahead_s") and isinstance(a, int) and isinstance(b, int) and abs(a - b) < 5:
        return True
    x, y = moment(a), moment(b)
    return bool(x and y and abs((x - y).total_seconds()) < 5)
facts, one, two = sys.argv[1], json.load(open(sys.argv[2])), json.load(open(sys.argv[3]))
wrong = [key for key in ("outcome", "exit", "path") if one[key] != two[key]]
wrong += [a["id"] for a, b in zip(one["causes"], two["causes"]) if (a["id"], a["status"]) != (b["id"], b["status"])]
wrong += [a["check"] for a, b in zip(one["results"], two["results"]) if (a["check"], a["verdict"]) != (b["check"], b["verdict"])]
if len(one["causes"]) != len(two["causes"]) or len(one["results"]) != len(two["results"]):
    wrong.append("how many")
if facts == "yes":
    wrong += [n for n in sorted(set(one["facts"]) | set(two["facts"])) if n not in one["facts"] or n not in two["facts"]
              or one["facts"][n]["reason"] != two["facts"][n]["reason"] or not near(n, one["facts"][n]["value"], two["facts"][n]["value"])]
print(*wrong)
sys.exit(bool(wrong))
P
# strip FILE: what a replay cannot give again to the letter: how long an answer took on a busy machine, and what names the recording.
cat >strip.py <<'P'
import json, sys
tree = json.load(open(sys.argv[1]))
for key in ("id", "story"):
    tree.pop(key)
for state in tree["states"].values():
    for side in state.values():
        for reply in side.get("replies", []):
            reply.pop("took_ms", None)
        side.get("replies", []).sort(key=json.dumps)
print(json.dumps(tree, sort_keys=True, indent=1))
P

own='esx0|lab\.example|lab example|LAB0|192\.0\.2\.|web01|app02|prod-a|native-a|4c41|datastore1|2026-0[2-9]|5214b380'
# A sanitized walk takes several times as long: there every eighth host does, and those with a way of their own to be recorded.
nth=0
for file in share/reattest/flows/demo/*.json; do
	demo=$(basename "$file" .json)
	nth=$((nth + 1))
	case ${RA_SAN:+$demo} in '' | healthy | secure-boot-off | possible-swap | clock-off | prevention-drift) ;; *) [ $((nth % 8)) = 0 ] || continue ;; esac
	run 0 'answers are in' record --from "demo:$demo" -o "$demo.json"
	[ "$(stat -c %a "$demo.json")" = 600 ] || bad "$demo.json is readable by others"
	grep -q 'WARNING' err && bad "$demo: $(cat err)"
	bin/reattest check --from "demo:$demo" --format json >was.json 2>/dev/null
	bin/reattest check --from "$demo.json" --format json >is.json 2>/dev/null
	wrong=$(python3 same.py yes was.json is.json) || bad "$demo replays otherwise: $wrong"
	run 0 'answers are in' record --from "$demo.json" -o again.json
	diff <(python3 strip.py "$demo.json") <(python3 strip.py again.json) >differs || bad "$demo recorded twice: $(head -5 differs)"
	rm again.json

	run 0 'read it before you hand it out' record --from "demo:$demo" --scrub -o "scrubbed-$demo.json"
	[ "$(grep -cE "$own" "scrubbed-$demo.json")" = 0 ] || bad "$demo is not scrubbed: $(grep -oE "$own" "scrubbed-$demo.json" | sort -u | tr '\n' ' ')"
	bin/reattest check --from "scrubbed-$demo.json" --format json >is.json 2>/dev/null
	wrong=$(python3 same.py no was.json is.json) || bad "$demo scrubbed replays otherwise: $wrong"
	grep -q '"clock": "2026-01-01T' "scrubbed-$demo.json" || bad "$demo: $(grep clock "scrubbed-$demo.json")"
	bin/reattest flow test "$demo.json" "scrubbed-$demo.json" >out 2>err || bad "$demo is no test of itself: $(cat err)"
	[ "$(grep -c 'as expected' out)" = 2 ] || bad "flow test: $(cat out)"
done
# No answer with a secret mark is in any of them.
grep -lE 'recovery", ?"list|[0-9]{6}(-[0-9]{6}){15}' ./*.json && bad "a recovery key was recorded"
if /usr/bin/python3 -c 'import jsonschema' 2>/dev/null; then
	/usr/bin/python3 - share/reattest/flows/schema/recording.schema.json ./*-*.json healthy.json <<'P' || bad "a recording does not obey its schema"
import json, sys, jsonschema
check = jsonschema.Draft202012Validator(json.load(open(sys.argv[1])))
errors = [(name, e.json_path, e.message[:200]) for name in sys.argv[2:] for e in check.iter_errors(json.load(open(name)))]
print(*errors[:5], sep="\n")
sys.exit(bool(errors))
P
fi

# What the file is called tells nothing either.
run 0 'read it before' record --from demo:healthy --scrub -o esx01.lab.example.json
grep -q '"id": "host-1-domain-1-example"' esx01.lab.example.json || bad "the id: $(grep '"id"' esx01.lab.example.json | head -1)"

# The map is written only when it is asked for, and only for this user; what is there already stays.
run 0 'scrubbed: host name' record --from demo:healthy --scrub --map map.json -o mapped.json
[ "$(stat -c %a map.json)" = 600 ] && grep -q '"esx01": "host-1"' map.json || bad "the map: $(head -3 map.json)"
run 73 'is there already' record --from demo:healthy -o mapped.json
run 73 'is there already' record --from demo:healthy --scrub --map map.json -o other.json
[ ! -e other.json ] || bad "a recording was written without its map"
run 73 'is there already' record --from demo:healthy --scrub --map ./one.json -o one.json
grep -q '"states"' one.json || bad "the map was written over the recording that is handed out"
run 64 'belongs to --scrub' record --from demo:healthy --map m.json -o other.json
run 64 '-o FILE' record --from demo:healthy
run 64 'one host' record -o other.json
run 20 'not reached' record 127.0.0.1 --port 1 --timeout 5 -o other.json
[ ! -e other.json ] || bad "nothing was read, and something was written"

# Secrets in an answer are masked, and it is told; the ${ of a machine is no mark of time.
sed 's|"Enabled"\]}|"Setup Password: hunter2", "/bootbank encryptionRecoveryKey=881862-986591-091320-196049 x", "plain ${start}"]}|' \
	share/reattest/flows/demo/healthy.json | sed 's|plain ${start}|plain $${start}|' >secret.json
cmp -s secret.json share/reattest/flows/demo/healthy.json && bad "the recording with secrets is none"
run 0 '2 secrets were removed' record --from secret.json -o masked.json
grep -qE 'hunter2|881862' masked.json && bad "a secret was recorded: $(grep -E 'hunter2|881862' masked.json)"
grep -qF 'plain $${start}' masked.json || bad "what a machine wrote became a time: $(grep plain masked.json)"

# A recording is a test: of the flow set, alone or in its demo/.
sed 's/"exit": 10/"exit": 0/; s/"likely": \[.*\]/"likely": ["crb-only"]/' secure-boot-off.json >wrong.json
bin/reattest flow test wrong.json >out 2>err
[ $? = 65 ] && grep -q 'exit 10, expected 0' err && grep -q 'crb-only is' err || bad "flow test of a wrong one: $(cat out err)"
cp scrubbed-healthy.json share/reattest/flows/demo/mine.json
bin/reattest flow test share/reattest/flows >out 2>err || bad "flow test DIR: $(cat err)"
grep -qE '[0-9]{2} simulated hosts as expected, 0 not' out || bad "flow test DIR: $(cat out)"
cp wrong.json share/reattest/flows/demo/wrong.json
bin/reattest flow test share/reattest/flows >out 2>err && bad "flow test DIR passes with a wrong recording"
grep -qE '[0-9]{2} simulated hosts as expected, 1 not' out || bad "flow test DIR: $(cat out)"

exit "$failed"
