#!/usr/bin/env bash
# check-handover.sh - a session handed to another person on another machine: two homes, the same walk, one record.
. "${RA_SRCDIR:-.}/tests/walks/installed.sh"
unset XDG_STATE_HOME
mkdir one two other
cp -r bin share other/
sessions=.local/state/reattest/sessions
one() { HOME=$work/one USER=ops1 bin/reattest "$@"; }
two() { HOME=$work/two USER=ops2 "${BIN:-bin}/reattest" "$@"; }
# expect CODE WORDS COMMAND...: that exit code, WORDS on stdout or stderr.
expect() {
	local want=$1 words=$2 rc
	shift 2
	"$@" >out 2>err </dev/null
	rc=$?
	[ "$rc" = "$want" ] || bad "$*: exit $rc, expected $want: $(head -c 400 err)"
	grep -qF -- "$words" out err || bad "$*: \"$words\" is not in: $(cat err)"
}
# walk CODE WHO UNTIL ARG...: answer as the remedy wants it until a page holds UNTIL, then end the input.
walk() {
	local want=$1 who=$2 until=$3 page= chunk= line rc pid
	shift 3
	coproc WALK { export HOME=$work/$who USER=ops-$who; exec "${BIN:-bin}/reattest" "$@" --plain 2>err; }
	pid=$WALK_PID
	exec 5>&"${WALK[1]}" 6<&"${WALK[0]}"
	eval "exec ${WALK[1]}>&- ${WALK[0]}<&-"
	: >out
	while IFS= read -r -t 60 -d: chunk <&6; do
		printf '%s:' "$chunk" >>out
		page+=$chunk:
		if [[ $page == *"$until"*'(? help):' ]]; then
			exec 5>&-
			break
		fi
		case $page in
		*'Type yes to do it:') line=yes ;;
		*'Type esx01.lab.example to do it:') line=esx01.lab.example ;;
		*'Choose a number, or wait (? help):') continue ;;
		*'Outcome: '*'(? help):') line=q ;;
		*'An empty line goes on (? help):') line= ;;
		*'type  yes  here'*'(? help):' | *'type  esx01.lab.example  here'*'(? help):' | *'Yes means'*'(? help):') line=2 ;;
		*'Choose one or more numbers (? help):') line=2 ;;
		*'(? help):') line=1 ;;
		*) continue ;;
		esac
		printf '%s\n' "$line" >&5
		page=
	done
	cat <&6 >>out
	exec 5>&- 6<&-
	wait "$pid"
	rc=$?
	[ "$rc" = "$want" ] || bad "$*: exit $rc, expected $want; $(head -c 300 err); $(tail -n 5 out)"
}

# Half a walk: maintenance mode entered, the firmware step begun. Then the shift ends.
walk 14 one 'It is done' demo secure-boot-off --journal half.jsonl --change CHG-7 --case SR-7 --until 2026-03-02T05:00:00Z
for beside in torn head head.sig head.p7s; do echo "the $beside of it" >"half.jsonl.$beside"; done
expect 0 'do not go on with it here' one handover half.jsonl -o s.handover
[ "$(stat -c %a s.handover)" = 600 ] || bad "the handover is readable by others"
expect 73 'is there already' one handover half.jsonl -o s.handover
tar xzOf s.handover handover.md >page || bad "it is no tar.gz"
for words in 'esx01.lab.example' 'CHG-7' 'SR-7' 'Until: 2026-03-02T05:00:00Z' 'ops1 on ' 'in maintenance mode' 'its outcome is NOT KNOWN' 'firmware setup may be pending' \
	'Do not clear the TPM' 'Do not restart it before its recovery key is proven anew' 'all are closed' 'in two places'; do
	grep -qF -- "$words" page || bad "the first page does not say \"$words\": $(cat page)"
done
! grep -q 'resume half.jsonl' page || bad "the first page names the record's place here: $(grep resume page)"
tar xzOf s.handover journal.jsonl | cmp - half.jsonl || bad "the journal is not as it was"
tar tzf s.handover | grep -qx 'flows/tpm-attestation.flow.json' || bad "the flow set is not in it"

# The other machine: taken over, read anew, finished; both records verify, the old one is the beginning of the new.
walk 0 two 'no such words' resume s.handover
grep -q 'Outcome: resolved' out || bad "not resolved: $(tail -n 5 out)"
taken=two/$sessions/half.jsonl
for beside in torn head head.sig head.p7s; do
	cmp "half.jsonl.$beside" "$taken.$beside" || bad "the $beside did not come along"
	[ "$(stat -c %a "$taken.$beside")" = 600 ] || bad "the $beside is readable by others"
	rm "half.jsonl.$beside" "$taken.$beside"
done
expect 3 'whole' one verify half.jsonl
expect 3 'whole' two verify "$taken"
head -c "$(stat -c %s half.jsonl)" "$taken" | cmp - half.jsonl || bad "what was handed over is not the beginning of what it became"
[ "$(stat -c %a "$taken")" = 600 ] || bad "the record taken over is readable by others"
[ ! -e two/.local/state/reattest/flows ] || bad "a flow set was kept that is the installed one"
expect 0 'Taken over by ops-two on ' two export "$taken"
grep -q '"taken_at"' "$taken" || bad "the record does not say when it was handed over"
grep -c '"kind":"gate"' half.jsonl >/dev/null

# What was changed for the walk alone is owed: the first page says so, and the one who takes over does it, the agreed time past or not.
walk 13 one 'FAIL  Known lines in the logs' demo ssh-off --journal ssh.jsonl
expect 0 'Still to be done: Switch the SSH service off again.' one handover ssh.jsonl -o ssh.handover
tar xzOf ssh.handover handover.md >page
grep -qF 'Still to be done: Switch the SSH service off again.' page || bad "the first page does not say what is owed: $(cat page)"
grep -qF 'SSH runs on the host. (As it was last read.)' page || bad "the first page does not say that SSH runs"
walk 13 two 'no such words' resume ssh.handover --until 2026-03-02T00:00:00Z
grep -q 'verified  Switch the SSH service off again' out || bad "SSH was left on: $(tail -n 20 out)"

# There already, and further: nothing is touched. Of the same state it goes on.
cp "$taken" before
expect 73 'went on otherwise' two resume s.handover --plain
cmp before "$taken" || bad "a refused handover changed the record"
cp half.jsonl "$taken"
expect 14 'taken over from' two resume s.handover --plain
[ "$(grep -c '"kind":"resume"' "$taken")" = 1 ] || bad "a session that is here in the same state is not gone on with"

# Another flow set is installed there: the one handed over is kept, examined, and used, from then on without the archive too.
rm -rf two/.local
mkdir -p two
sed -i 's/"The TPM was cleared/"The TPM had been cleared/; s/"title": "/"title": "X /' other/share/reattest/flows/causes/crb-only.json
BIN=other/bin walk 0 two 'no such words' resume s.handover
grep -q 'a flow set that is not the installed one' err || bad "it is not said: $(cat err)"
kept=$(echo two/.local/state/reattest/flows/*)
[ "$(stat -c %a "$kept" "$kept/causes/crb-only.json" | tr '\n' ' ')" = '700 600 ' ] || bad "who may change the flow set: $(stat -c %a "$kept")"
# So does who began it, after an update: the set it began with was kept when it began.
cp half.jsonl kept.jsonl
BIN=other/bin walk 0 one 'no such words' resume kept.jsonl
grep -q 'the one it began with' err || bad "an update in the middle of a walk: $(cat err)"
[ "$(find one/.local/state/reattest/flows -mindepth 1 -maxdepth 1 | wc -l)" = 1 ] || bad "not one flow set is kept: $(ls one/.local/state/reattest/flows)"
BIN=other/bin expect 0 'do not go on with it here' two handover "$taken" -o again.handover
tar xzOf again.handover handover.md | grep -q 'CHG-7' || bad "handed on without its change"
cmp <(tar xzOf again.handover flows/causes/crb-only.json) share/reattest/flows/causes/crb-only.json || bad "handed on with another flow set"
echo ' ' >>"$kept/causes/crb-only.json"
BIN=other/bin expect 65 'was changed' two resume "$taken" --plain

# What is no handover, or was touched: not taken over, and nothing is left behind.
rm -rf two/.local unpacked
mkdir unpacked
tar xzf s.handover -C unpacked
# pack [NAME=FILE|NAME>TARGET|NAME]...: the files of unpacked/ but those that are named anew, as tar would never write them.
cat >pack.py <<'P'
import os, sys, tarfile
names, extra = sys.argv[1].split(), sys.argv[2:]
with tarfile.open("bad.handover", "w:gz") as tar:
    for top in names:
        for root, _, files in os.walk("unpacked/" + top) if os.path.isdir("unpacked/" + top) else [("unpacked", [], [top])]:
            for name in sorted(files):
                path = os.path.join(root, name)
                tar.add(path, os.path.relpath(path, "unpacked"), recursive=False)
    for item in extra:
        name, link, file = item.partition(">") if ">" in item else item.partition("=")
        info = tarfile.TarInfo(name)
        if link == ">":
            info.type, info.linkname = tarfile.SYMTYPE if file.startswith("/") else tarfile.LNKTYPE, file
            tar.addfile(info)
        elif link:
            info.size = os.path.getsize(file)
            tar.addfile(info, open(file, "rb"))
        else:
            info.type = tarfile.DIRTYPE if name.endswith("/") else tarfile.FIFOTYPE
            tar.addfile(info)
P
all='handover.md handover.json journal.jsonl flows'
refused() {
	python3 pack.py "${@:2}"
	expect 65 "$1" two resume bad.handover --plain
	[ -z "$(ls -A two/$sessions 2>/dev/null)" ] || bad "$1: left $(ls -A two/$sessions)"
}
sed -i '3s/"kind"/"kinD"/' unpacked/journal.jsonl
refused 'broken: entry 2' "$all"
head -n 5 half.jsonl >unpacked/journal.jsonl
refused 'not the one it names' "$all"
cp half.jsonl unpacked/journal.jsonl
for name in evil ../evil.json flows/../../evil.json /tmp/evil.json flows/checks/../evil.json flows/deep/er/evil.json flows/.evil.json; do
	refused 'does not belong there' "$all" "$name=half.jsonl"
done
refused 'no plain file' "$all" 'flows/x.json>/etc/passwd'
refused 'no plain file' "$all" 'flows/x.json>journal.jsonl'
refused 'no plain file' "$all" flows/
refused 'no plain file' "$all" flows/x.json
refused 'twice' "$all" journal.jsonl=half.jsonl
refused 'no handover' 'handover.md flows'
refused 'no handover' 'handover.json'
head -c 2000000 /dev/zero >zero
refused 'larger than such a file may be' "$all" flows/causes/zero.json=zero
head -c 5000 s.handover >bad.handover
expect 65 'was not taken over' two resume bad.handover --plain
sed -i 's/"journal":"half/"journal":"..\/half/' unpacked/handover.json
refused 'does not say which session' "$all"
[ ! -e evil.json ] && [ ! -e /tmp/evil.json ] || bad "something escaped"
# A flow set with a fault is not used, whoever sent it.
tar xzf s.handover -C unpacked handover.json
sed -i '0,/"danger": "irreversible"/s//"danger": "reversible"/' unpacked/flows/tpm-attestation.flow.json
python3 pack.py "$all"
BIN=other/bin two resume bad.handover --plain >out 2>err </dev/null && bad "a flow set with a fault was used"
grep -qE 'is not used' err || bad "why not: $(cat err)"
# Nor one that is another than the record names; neither is in the way of the true one.
cp share/reattest/flows/tpm-attestation.flow.json unpacked/flows/
sed -i 's/"title": "/"title": "Y /' unpacked/flows/causes/crb-only.json
python3 pack.py "$all"
BIN=other/bin expect 65 'is not the flow set this session ran on' two resume bad.handover --plain
left=$(find two -type f -o -name '*.new')
[ -z "$left" ] || bad "a flow set that was refused left $left"
BIN=other/bin expect 14 'taken over from' two resume s.handover --plain

# An answer too large for a line goes along in a file of its own, and what was changed in it is not taken over.
python3 - share/reattest/flows/demo/healthy.json <<'P'
import json, sys
tree = json.load(open(sys.argv[1]))
tree["id"] = "talkative"
for state in tree["states"].values():
    for reply in state.get("ssh", {}).get("replies", []):
        if "log" in reply["request"]:
            reply["out"] += ["2026-03-02T00:00:00.000Z cpu1:2097931)Nothing: %d: of any interest" % i for i in range(9000)]
json.dump(tree, open("talkative.json", "w"))
P
rm -rf two/.local
one check --from talkative.json --journal large.jsonl >/dev/null 2>&1
[ "$(stat -c %s large.jsonl.evidence)" -gt 500000 ] || bad "no evidence was put aside"
[ "$(stat -c '%s' large.jsonl)" -lt 400000 ] || bad "it stands in the line as well"
expect 0 'Nothing: 8999: of any interest' one export large.jsonl --full
expect 0 'do not go on with it here' one handover large.jsonl -o large.handover
two resume large.handover --plain </dev/null >out 2>err
grep -q 'taken over from' err || bad "not taken over: $(cat err)"
cmp large.jsonl.evidence two/$sessions/large.jsonl.evidence || bad "the evidence did not go along"
expect 3 'whole' two verify two/$sessions/large.jsonl
rm large.jsonl.evidence
expect 3 'missing' one verify large.jsonl
expect 0 '(withheld)' one export large.jsonl
rm -rf two/.local unpacked/*
tar xzf large.handover -C unpacked
sed -i 's/Nothing: 77:/Nothing: 78:/' unpacked/journal.evidence
refused 'evidence file was changed' "$all journal.evidence"

# A session somebody is in is not handed over.
(flock 9; HOME=$work/one bin/reattest handover half.jsonl -o locked.handover 2>err; [ $? = 73 ] || echo unlocked) 9<half.jsonl >out
[ ! -s out ] && grep -q 'is open in another reattest' err || bad "a session in use: $(cat out err)"

exit "$failed"
