#!/usr/bin/env bash
# check-cli.sh - the command line as a newcomer and a script meet it: exit codes, documents, and one clear line for bad input.
. "${RA_SRCDIR:-.}/tests/walks/installed.sh"
# run CODE WORDS ARG...: that exit code, and stderr is one line that holds WORDS ("" for silence).
run() {
	local want=$1 words=$2 rc lines
	shift 2
	bin/reattest "$@" >out 2>err </dev/null
	rc=$?
	[ "$rc" = "$want" ] || bad "reattest $*: exit $rc, expected $want: $(head -c 300 err)"
	lines=$(wc -l <err)
	if [ -z "$words" ]; then
		[ "$lines" = 0 ] || bad "reattest $*: not silent: $(cat err)"
	else
		[ "$lines" = 1 ] || bad "reattest $*: $lines lines on stderr, expected one: $(cat err)"
		grep -qF -- "$words" err || bad "reattest $*: \"$words\" is not in: $(cat err)"
	fi
}

# The simulated hosts and what check makes of them.
run 0 "" demo --list --format json
grep -q '"id":"secure-boot-off"' out && grep -q '"outcome":"resolved"' out || bad "demo --list: $(cat out)"
for expected in secure-boot-off:10 sha1-bank:10 sealed-without-key:10 cleared-sealed:10 security-violation:10 stale-alarm:11 healthy:0 \
	reconnect-cures:10 left-disconnected:10 not-responding:10 planes-disagree:10 no-record:12 ssh-off:10 prevention-in-order:13 prevention-drift:11; do
	run "${expected#*:}" "" check --from "demo:${expected%:*}" --format json
done
schema=share/reattest/flows/schema/result.schema.json
if /usr/bin/python3 -c 'import jsonschema' 2>/dev/null; then
	bin/reattest check --from demo:secure-boot-off --format json >result.json 2>/dev/null
	/usr/bin/python3 - "$schema" result.json <<'P' || bad "the result does not obey its schema"
import json, sys, jsonschema
errors = list(jsonschema.Draft202012Validator(json.load(open(sys.argv[1]))).iter_errors(json.load(open(sys.argv[2]))))
for error in errors[:5]:
    print(error.json_path, error.message[:200])
sys.exit(bool(errors))
P
else
	echo "check-cli: no python3-jsonschema, the schema is not checked"
fi
run 0 "" check --from demo:secure-boot-off --fail-on never
run 2 "" check --from demo:secure-boot-off --exit-style nagios

# The stored recovery key comes from a descriptor or a plain file, not from both.
echo 1 >key; chmod 600 key; : >none
run 66 "--key-file nowhere cannot be read" demo healthy --plain --key-file nowhere
run 64 "is no plain file" demo healthy --plain --key-file /dev/null
run 64 "--key-file none cannot be used" demo healthy --plain --key-file none
run 64 "give one of them" demo healthy --plain --key-file key --key-fd 0

# Settings of the firmware are changed only where somebody confirms each change.
for beside in "--answers none" --read-only --dry-run --manual; do
	# shellcheck disable=SC2086
	run 64 "not with ${beside%% *}" walk host --plain --allow-firmware-changes $beside
done
run 64 "--allow-firmware-changes does not belong to" check host --allow-firmware-changes
run 64 "--allow-firmware-changes does not belong to" record host -o out.json --allow-firmware-changes

# Never Passed for what was not seen: healthy but for one thing that does not fit. spoil CODE WHY FROM TO.
spoil() {
	sed "s|$3|$4|" share/reattest/flows/demo/healthy.json >spoilt.json
	cmp -s spoilt.json share/reattest/flows/demo/healthy.json && bad "spoil: \"$3\" is not in the recording"
	run "$1" "" check --from spoilt.json --format json
	grep -qF "$2" out || bad "$3 -> $4: \"$2\" is not in the result"
	grep -q '"exit":0,' out && bad "$3 -> $4: called well"
}
spoil 12 '"attestation.time":{"value":null,"known":false,"reason":"conflict"' '${start-93400}' '2031-01-01T00:00:00Z'
spoil 11 '"more than five minutes away from this workstation: mend' '{"run": \["date", .*"out": \["${now}"' \
	'{"run": ["date", "-u", "+%Y-%m-%dT%H:%M:%SZ"]}, "out": ["2027-03-02T01:00:00Z"'
spoil 12 '"outcome":"stopped"' '"runtime.bootTime"}, "json": "${start-93600}"' '"runtime.bootTime"}, "json": "${start-60}"'
spoil 10 '"outcome":"escalated"' '"json": "connected"' '"json": "notResponding"'

# A user name in another encoding is kept as text.
USER=$(printf 'm\374ller') SUDO_USER= run 0 "" check --from demo:healthy --change "$(printf 'C\377')" --journal name.jsonl
grep -qF 'm<fc>ller' name.jsonl && grep -qF 'C<ff>' name.jsonl || bad "the names are not in the record: $(head -1 name.jsonl)"

# A cause with what speaks for it and against it, how surely, and where that is from: in the result, in the record, in the transcript.
run 10 "" check --from demo:tpm-lost --format json --journal lost.jsonl
grep -qF '"kind":"for","value":"true","confidence":"high","because":"Tpm Present: false","source":"esxcli hardware trustedboot get"' out &&
	grep -qF '"kind":"against","value":"true","confidence":"low","because":"the management controller shows a TPM 2.0 switched on"' out ||
	bad "the evidence is not in the result"
run 0 "" export lost.jsonl --format txt -o lost.txt
tr -s ' \n' ' ' <lost.txt >lost.flat
grep -qF 'for, high Tpm Present: false (esxcli hardware trustedboot get)' lost.flat &&
	grep -qF 'against, low the management controller shows a TPM 2.0 switched on' lost.flat ||
	bad "the evidence is not in the transcript: $(grep -n -A12 Causes lost.txt)"
run 0 "" check --from demo:not-bound --journal weak.jsonl
run 0 "" export weak.jsonl --format txt -o weak.txt
grep -qF 'Not called likely, but worth knowing' weak.txt && grep -qF 'A weakness, not a failure' weak.txt || bad "a weakness is not in the transcript"

# Hashes of passwords among a server's firmware settings reach neither facts, nor the record, nor a transcript.
run 0 "" check --from demo:healthy-bmc --format json --journal bmc.jsonl
grep -q LABHASH share/reattest/flows/demo/healthy-bmc.json && grep -q LABSALT share/reattest/flows/demo/healthy-bmc.json || bad "the recording has no such hash"
run 0 "" export bmc.jsonl --format md -o bmc.md
run 0 "" export bmc.jsonl --format html -o bmc.html
! grep -l 'LABHASH\|LABSALT' out bmc.jsonl bmc.md bmc.html || bad "a password's hash was kept"
grep -qF 'SHA256SystemPassword\":\"[removed]' bmc.jsonl || bad "it does not stand as removed: $(grep -o 'SHA256Sys.\{40\}' bmc.jsonl | head -2)"

# What nobody was there to tell is no fault: the outcome names the fact, a walk is gone on with only where there is a record of it, and
# where nobody said anything nothing is said of the host.
sed 's|"planes": \["ssh", "vcenter"\]|"planes": ["ssh"]|' share/reattest/flows/demo/healthy.json >ssh.json
run 12 "" check --from ssh.json
grep -qF '  the attestation status is not known. Without it the walk stopped at "Reconnect later"' out || bad "the fact that is missing: $(head -8 out)"
grep -qF '  Then go on: a new walk.' out && ! grep -q 'reattest resume' out || bad "to be resumed without a record: $(grep -A5 '^Next' out)"
run 12 "" check --from ssh.json --journal ssh.jsonl
grep -qF '  Then go on: `reattest resume ssh.jsonl`.' out || bad "the record to go on with is not named: $(grep -A5 '^Next' out)"
run 12 "" check --from ssh.json --no-ssh
grep -qxF 'nothing was seen: SSH not given, vCenter not given, BMC not given' out || bad "nobody said anything: $(head -1 out)"
sed 's|"planes": \["ssh", "vcenter"\]|"planes": ["ssh"]|' share/reattest/flows/demo/secure-boot-off.json >ssh.json
run 10 "" check --from ssh.json
grep -q 'attestation.status: a fact this flow requires' out || bad "its status is known: $(grep -A8 '^Not checked' out)"
grep -q 'is not known. Without it' out && bad "a fault that was found does not stand first: $(head -8 out)"

# The record.
run 0 "" check --from demo:healthy --journal j.jsonl
run 3 "" verify j.jsonl
for format in md json txt; do
	run 0 "" export j.jsonl --format "$format"
	[ -s out ] || bad "export --format $format is empty"
done
run 0 "" export j.jsonl -o transcript.md
[ "$(stat -c %a transcript.md)" = 600 ] || bad "a transcript is readable by others"
[ "$(stat -c %a j.jsonl)" = 600 ] || bad "a journal is readable by others"
run 73 "j.jsonl" check --from demo:healthy --journal j.jsonl
sed '3s/"kind"/"kinD"/' j.jsonl >broken.jsonl
run 65 "" verify broken.jsonl
run 65 "broken.jsonl" export broken.jsonl
run 66 "nothere.jsonl" export nothere.jsonl

# Sessions kept: how each stands. The age of a simulated host's is that of its file.
run 0 "" check --from demo:healthy --keep
kept=$(ls state/reattest/sessions/*.jsonl)
for beside in torn evidence head head.sig head.p7s; do echo tail >"$kept.$beside"; done
touch -d '3 days ago' "$kept"
# after NAME: the lines that follow it, up to the next name
after() { awk -v name="  $1" '$0 == name { on = 1; next } /^  [^ ]/ { on = 0 } on' out; }
run 0 "" sessions
grep -q "/${kept%/*}:\$" out || bad "sessions does not name its directory: $(cat out)"
after "${kept##*/}" | grep -qE '^      ended: not_a_fault; sealed, 3 d ago, [0-9]+ KiB, host esx01.lab.example$' || bad "sessions: $(cat out)"
[ "$(awk 'NR > 1 && length > 79' out)" = "" ] || bad "sessions: a line is too long: $(cat out)"

# Stopped, open in another process (which holds the lock that a walk holds), broken off, changed, redacted; the newest first.
cp "$kept" state/reattest/sessions/cut.jsonl
sed -i '$d' state/reattest/sessions/cut.jsonl
printf 'q\n' | bin/reattest demo secure-boot-off --plain --entry kind --journal state/reattest/sessions/left.jsonl >/dev/null 2>&1
sed '3s/"kind"/"kinD"/' "$kept" >state/reattest/sessions/odd.jsonl
sed '2s/"open":\[.*\]}$/"open":[]}/' "$kept" >state/reattest/sessions/shown.jsonl
touch -d '2 days ago' state/reattest/sessions/odd.jsonl
run 0 "" sessions
after left.jsonl | grep -q '^      stopped; resumable, 0 min ago' || bad "a walk left with q: $(cat out)"
after left.jsonl | grep -q '^      at: Kind of host$' || bad "a walk left with q does not say where: $(cat out)"
after cut.jsonl | grep -q '^      broke off; resumable, ' || bad "a walk that broke off: $(cat out)"
after odd.jsonl | grep -q '^      BROKEN, ' || bad "a record that was changed: $(cat out)"
after shown.jsonl | grep -q '^      ended: not_a_fault; redacted, ' || bad "a redacted record: $(cat out)"
[ "$(grep -nE '^  (odd|2)' out | sed 's/.*  //' | tr '\n' ' ')" = "odd.jsonl ${kept##*/} " ] || bad "not the newest first: $(cat out)"
flock state/reattest/sessions/left.jsonl bin/reattest sessions >out
after left.jsonl | grep -q '^      open in another reattest, ' || bad "a walk that is open: $(cat out)"
run 64 "formats text and json" sessions --format md
bin/reattest sessions --format json >sessions.json 2>err || bad "sessions --format json: $(cat err)"
grep -q '"state":"broke_off"' sessions.json || bad "sessions --format json: $(cat sessions.json)"
if /usr/bin/python3 -c 'import jsonschema' 2>/dev/null; then
	/usr/bin/python3 -c 'import json, sys, jsonschema; jsonschema.validate(json.load(open(sys.argv[2])), json.load(open(sys.argv[1])))' \
		"${schema%/*}/sessions.schema.json" sessions.json 2>err || bad "sessions does not obey its schema: $(tail -n 3 err)"
fi
# The wizard's list says the same, of those that can be gone on with.
printf 'q\n' | bin/reattest resume --plain >out 2>err
grep -qE '^  [12]\. esx01.lab.example: stopped; resumable, 0 min ago; at: Kind of host$' out || bad "resume without a name: $(cat out)"
[ "$(grep -c '^  [0-9]*\. ' out)" = 2 ] || bad "resume offers what cannot be gone on with: $(cat out)"
# The name is enough for what takes a record; a file of that name here comes first.
run 3 "" verify left.jsonl
run 4 "" verify cut.jsonl
run 0 "" export left.jsonl
cp state/reattest/sessions/cut.jsonl left.jsonl
run 4 "" verify left.jsonl
rm left.jsonl
run 0 "begins with" handover left.jsonl -o left.handover
bin/reattest resume left.jsonl --plain </dev/null >out 2>err
grep -q 'there is no\|cannot' err && bad "resume by the name alone: $(cat err)"
[ "$(grep -c '"kind":"resume"' state/reattest/sessions/left.jsonl)" = 1 ] || bad "resume by the name alone did not go on: $(cat err)"
rm state/reattest/sessions/cut.jsonl state/reattest/sessions/left.jsonl state/reattest/sessions/odd.jsonl state/reattest/sessions/shown.jsonl
# Let go with all that stands beside it, but not while it is open.
flock "$kept" bin/reattest sessions --prune 2d >out 2>err
grep -q 'is kept: it is open in another reattest' err && [ -e "$kept.evidence" ] || bad "an open session was let go: $(cat err)"
# What cannot be deleted does not keep the others.
mkdir state/reattest/sessions/dir.jsonl
touch -d '50 hours ago' state/reattest/sessions/dir.jsonl
bin/reattest sessions --prune 2d >out 2>err
[ $? = 73 ] && grep -q '1 of 2 sessions deleted' err || bad "one that cannot be deleted: $(cat err)"
rmdir state/reattest/sessions/dir.jsonl
[ -z "$(ls state/reattest/sessions)" ] || bad "prune left: $(ls state/reattest/sessions)"

# A walk that is resumed goes in the way it went: the same user, the same port.
bin/reattest admin@127.0.0.1:1 --entry kind --plain --journal way.jsonl </dev/null >out 2>err
grep -q '"port":1[,}]' way.jsonl && grep -q 'admin' way.jsonl || bad "the start entry does not keep user and port"
bin/reattest resume way.jsonl --plain --timeout 5 </dev/null >out 2>err
grep -q '127.0.0.1 port 1:' out || grep -q '127.0.0.1 port 1:' err || bad "resume does not go to the port of before: $(tail -n 5 out)"

# A disk that is full, for the record and for the document.
(ulimit -f 8; trap '' XFSZ; bin/reattest check --from demo:healthy --journal full.jsonl >out 2>err)
rc=$?
[ $rc = 73 ] || bad "full disk: exit $rc, expected 73: $(cat err)"
grep -q full.jsonl err || bad "full disk: the journal is not named: $(cat err)"
bin/reattest verify full.jsonl >out 2>&1
[ $? = 4 ] || bad "what was written before the disk was full does not verify: $(cat out)"
bin/reattest check --from demo:healthy >/dev/full 2>err
[ $? = 73 ] || bad "stdout full: expected 73"

# Bad input: one clear line.
run 64 "unknown option" check --nonsense
run 64 'unknown option --singers; is "signers" meant?' verify --singers=x
run 64 "--port" check --port many host
run 64 "does not belong" verify --port 22 j.jsonl
run 64 "name a host" check
run 64 'no verb "chekc" (`reattest --help` names them); is "check" meant?' chekc host
run 64 "one host at a time" esx01.example esx02.example

# The verb may stand behind options, and help is one; what stands behind -- is a host.
run 66 "nothere.jsonl" --plain resume nothere.jsonl
run 0 "" --format json check --from demo:healthy
grep -q '"host"' out || bad "options before the verb: $(head -c 200 out)"
run 64 "unknown option" --nonsense check --from demo:healthy
run 0 "" --help
mv out all
run 0 "" help
cmp -s out all || bad "help is not --help: $(head -3 out)"
for verb in check flow verify; do
	run 0 "" "$verb" --help
	mv out one
	run 0 "" help "$verb"
	cmp -s out one || bad "help $verb is not $verb --help: $(head -3 out)"
done
run 64 'there is no verb "chekc"' help chekc
bin/reattest --plain --port 1 --timeout 5 --no-ssh-config --entry kind --journal help.jsonl -- help </dev/null >out 2>err
grep -q '"help"' help.jsonl || bad "-- help is no host: $(head -c 300 help.jsonl err)"
bin/reattest --plain --timeout 5 --no-ssh-config --entry kind --journal port.jsonl help:1 </dev/null >out 2>err
grep -q '"port":1[,}]' port.jsonl && grep -q '"help"' port.jsonl || bad "help:1 is no host: $(head -c 300 port.jsonl err)"

# Help of a verb says what is the verb's, and nothing of others'.
run 0 "" check --help
! grep -q 'flow graph\|verify:' out && grep -qF 'text (default), json, junit, md, html or txt' out || bad "check --help: $(grep 'graph\|verify:\|--format' out)"
grep -qF 'known hosts only' out || bad "check --help does not explain --host-key"
run 0 "" verify --help
grep -q '^ *3  whole, but not sealed' out && grep -q '^ *0  whole, and all of it sealed' out && ! grep -q '^ *10 ' out || bad "verify --help: $(tail -n 20 out)"
run 0 "" redact --help
! grep -qE '^ *(3|1[0-4]|20)  ' out && grep -q '^ *73 ' out || bad "redact --help: $(tail -n 20 out)"
run 64 "sessions takes no operand" sessions host
run 64 "names no host" check -- '-oProxyCommand=x'
run 64 "names no host" check 'esx;reboot'
run 64 "give the name alone" check https://root:s3cret@esx-a/
! grep s3cret err || bad "what may be a password is repeated"
run 66 'there is no simulated host "nonsense" (`reattest demo --list` names them)' check --from demo:nonsense
run 66 'is "secure-boot-off" meant?' check --from demo:secureboot-off
run 66 "nothere.json" check --from nothere.json
printf '{"format": 1,\n "id": 7 "title"}' >bad.json
run 65 "bad.json:2:" check --from bad.json
run 20 "" check 127.0.0.1 --port 1 --timeout 5
grep -q "Connection refused" out || bad "a refused connection is not named: $(cat out)"
run 20 "" check no-such-host.invalid --timeout 5

# Nobody to ask, and a host that would not be looked at.
for verb in "check" "record -o never.json"; do
	# shellcheck disable=SC2086
	run 64 "--no-ssh, no --vcenter and no --bmc: nothing is left to ask" $verb --no-ssh 127.0.0.1
	# shellcheck disable=SC2086
	GOVC_URL=vc.example run 64 "nothing is left to ask" $verb --no-ssh --vcenter '' 127.0.0.1
done
for verb in "check" "walk --plain" "--plain" "record -o never.json"; do
	# shellcheck disable=SC2086
	run 64 "--from replaces the host: leave out HOST" $verb --from demo:healthy 127.0.0.1
done
# A place where nothing can be written is told before anybody is asked, and the try leaves nothing.
for verb in check record; do
	run 73 "nowhere/x cannot be written" $verb --port 1 --timeout 5 -o nowhere/x 127.0.0.1
done
run 73 "$work cannot be written" check --port 1 --timeout 5 -o "$work" 127.0.0.1
echo before >kept.txt
run 20 "" check --port 1 --timeout 5 -o kept.txt 127.0.0.1
grep -q "Connection refused" kept.txt || bad "-o: $(cat kept.txt)"
ls kept.txt.* 2>/dev/null && bad "-o left something behind"
bin/reattest record --port 1 --timeout 5 -o never.json 127.0.0.1 >out 2>err </dev/null
[ $? = 20 ] || bad "record of a host that is not there: expected 20"
grep -qF "was not reached, and there is nothing to record: 127.0.0.1 port 1: Connection refused" err || bad "record does not say why: $(cat err)"
ls never.json* 2>/dev/null && bad "record left something behind"

run 64 "--fail-on is" check --from demo:healthy --fail-on warning
run 64 "--exit-style is" check --from demo:healthy --exit-style icinga
run 64 "--parallel is at least 1 and at most 64, not 65" check --from demo:healthy --parallel 65
run 64 "--parallel is at least 1 and at most 64, not 0" check --from demo:healthy --parallel 0
run 64 "--timeout is at most" check --from demo:healthy --timeout 2147483647
run 64 "--port is at most" check --from demo:healthy --port 65536
run 64 "holds no password" check 127.0.0.1 --password-fd 0
run 64 "it has: " check --from demo:healthy --entry nonsense

# A vCenter: said wrongly, or found wrongly in the environment, whose values are never repeated.
run 64 "reached by https" check --vcenter http://vc.example 127.0.0.1
run 64 "holds no password" check --vcenter vc.example --vcenter-password-fd 0 127.0.0.1
run 64 "give one of them" check --vcenter vc.example --ca-file /dev/null --insecure 127.0.0.1
run 66 "nothere.pem" check --vcenter vc.example --ca-file nothere.pem 127.0.0.1
run 64 "does not belong" demo --vcenter vc.example
for wrong in GOVC_URL=https://u:s3cret@/sdk GOVC_URL=https://u:s3c%@vc.example GOVC_INSECURE=s3cret GOVC_TLS_CA_CERTS=s3cret \
	"GOVC_USERNAME=$(printf 's3cret\a')"; do
	export "${wrong?}"
	run 78 "${wrong%%=*} " check 127.0.0.1
	grep -q s3c err && bad "$wrong: the value is repeated: $(cat err)"
	run 0 "" check --from demo:healthy
	unset "${wrong%%=*}"
done
GOVC_URL=https://127.0.0.1:1/sdk run 20 "vCenter 127.0.0.1:1, from GOVC_URL" check --no-ssh --timeout 5 esx01
GOVC_URL=https://127.0.0.1:1/sdk run 20 "" check --vcenter '' --port 1 --timeout 5 127.0.0.1
grep -qF "everything vCenter knows: it was not asked" out || bad "an empty --vcenter is none: $(cat out)"

# Single checks: their verdicts alone, a name that is none, a secret, and the list.
run 10 "" check --only secure-boot-state,trustedboot --from demo:secure-boot-off --format json
grep -q '"check":"trustedboot"' out && ! grep -q '"check":"txt"' out || bad "--only: $(head -c 300 out)"
run 0 "" check --only trustedboot --from demo:secure-boot-off
run 64 "near to it: trustedboot" check --only trustedbot --from demo:healthy
run 64 "is a secret" check --only recovery-key --from demo:healthy
run 64 "wants names" check --only , --from demo:healthy
run 0 "" check --only list
grep -q '^trustedboot  *ssh,vcenter' out && ! grep -q '^recovery-key' out || bad "--only list: $(cat out)"
run 0 "" flow show help clear
grep -q '^Sources: http' out || bad "flow show help: $(cat out)"
run 66 "no page of help" flow show help nonsense
run 0 "" flow show fleet
grep -q '^one-model  All hosts whose attestation is Failed are of one model' out || bad "flow show fleet: $(head -3 out)"
run 0 "" flow show fleet one-bios
head -n 1 out | grep -q '^one-bios  All Failed hosts' && ! grep -q '^one-model' out || bad "flow show fleet one-bios: $(cat out)"
[ "$(wc -l <out)" -ge 4 ] && awk 'length > 100 { long = 1 } END { exit !long }' out || bad "a text of a rule is not one line: $(cat out)"
if command -v script >/dev/null; then
	script -qec 'bin/reattest flow show fleet one-bios' /dev/null </dev/null | tr -d '\r' >wrapped
	awk 'length > 80 { print; bad = 1 } END { exit bad || NR < 5 }' wrapped || bad "flow show fleet is wider than a terminal"
	[ "$(tr -s ' \n' ' ' <wrapped)" = "$(tr -s ' \n' ' ' <out)" ] || bad "wrapped, a rule says something else: $(cat wrapped)"
else
	echo "check-cli: no script, the width on a terminal is not checked"
fi
run 66 'no rule over hosts "nonsense"' flow show fleet nonsense
run 0 "" flow show facts
grep -q '^secureboot.on  *bool' out || bad "flow show facts: $(head -3 out)"

# What the site gives: a drift is a warning, what nobody tells is never in order, and a wrong file is told with its place.
examples=share/reattest/flows/examples
run 11 "" check --from demo:healthy --site-list $examples/site-list.json --template $examples/template.json --journal given.jsonl
grep -q 'WARN .*list of 2026-02-15: BIOS: the list has 1.13.2, the host 1.12.1' out || bad "--site-list: $(grep WARN out)"
grep -q 'WARN .*service.ssh: wanted stopped, is running' out || bad "--template: $(grep WARN out)"
run 0 "" export given.jsonl --format json
grep -q '"template.drift":{"value":\["' out || bad "the record does not have what was given"
run 11 "" check --from demo:prevention-drift --flow prevention --template $examples/template.json
grep -q 'DIFFERS  TpmPpiBypassClear: wanted Disabled, is Enabled, will be Disabled after the next start' out || bad "firmware: $(grep TpmPpi out)"
run 11 "wrote made.json" check --from demo:prevention-drift --template $examples/template.json --make-template made.json
grep -q '"TpmSecurity":' made.json || bad "--make-template: $(cat made.json)"
printf '{"format":1,"title":"t","wanted":{"host.txt":false,"bmc.none":1}}' >template.json
run 65 'template.json:1:' check --from demo:healthy --template template.json
printf '{"format":1,"title":"t","wanted":{"secureboot.can_enable":true}}' >template.json
run 12 "" check --from demo:healthy --no-ssh --template template.json
grep -q 'secureboot.can_enable (not_asked): in the template' out || bad "a fact nobody told: $(cat out)"
run 66 "no-such.json" check --from demo:healthy --template no-such.json

# A list of hosts: remarks in it are no hosts, a host named twice is one, and each has a record of its own.
printf '# the rack on the left\n127.0.0.1  # the one that fails\n\n 127.0.0.2\n127.0.0.1\n' >hosts
bin/reattest check --hosts hosts --port 1 --timeout 5 --keep --format json >out 2>err </dev/null
rc=$?
[ $rc = 20 ] || bad "--hosts: exit $rc, expected 20"
grep -q '127.0.0.1 is named more than once; it is checked once' err || bad "a host named twice: $(cat err)"
[ "$(grep -o '"host":"[^"]*"' out | tr '\n' ' ')" = '"host":"127.0.0.1" "host":"127.0.0.2" ' ] || bad "--hosts: $(grep -o '"host":"[^"]*"' out)"
[ "$(find state -name '*127.0.0.*.jsonl' | wc -l)" = 2 ] || bad "--keep: $(find state -type f)"
grep -q '^  UNREACHED  *2 hosts not reached or not let in: 127.0.0.1, 127.0.0.2$' err || bad "no summary: $(cat err)"
printf '127.0.0.1 127.0.0.2\n' >hosts
run 64 "hosts:1: one host a line" check --hosts hosts
for wrong in esx-a:99999 -x esx-b,slot1; do
	printf '127.0.0.1\n\n%s\n' "$wrong" >hosts
	run 64 "hosts:3: \"" check --hosts hosts
done
seq -f 'esx%g.invalid' 1025 >hosts
run 64 "more than 1024 hosts" check --hosts hosts
run 64 "/dev/null names no host" check --hosts /dev/null
seq -f 'esx%g.invalid' 300 >hosts
(failed=0; ulimit -n 200; run 78 "--parallel" check --hosts hosts --keep; exit $failed) || failed=1

# The flow set: broken, writable by others, gone.
flow=share/reattest/flows/tpm-attestation.flow.json
cp "$flow" good.json
sed -i '3s/"/"x_/' "$flow"
sed -i 's/"start": /"starts": /' "$flow"
run 65 "tpm-attestation.flow.json:" check --from demo:healthy
cp good.json "$flow"
chmod g+w "$flow"
run 78 "tpm-attestation.flow.json" check --from demo:healthy
chmod g-w "$flow"
sed -i 's/"esxcli", "hardware", "trustedboot", "get"/"esxcli", "system", "settings", "encryption", "set", "--mode=TPM"/' share/reattest/flows/checks/trustedboot.json
run 78 "trustedboot.json:" check --from demo:healthy
exit $failed
