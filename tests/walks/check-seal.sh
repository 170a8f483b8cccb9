#!/usr/bin/env bash
# check-seal.sh - records sealed with SSH keys and certificates, and examined by reattest and by the two commands the manual prints. Each
# way to spoil a seal is told by both.
. "${RA_SRCDIR:-.}/tests/walks/installed.sh"
command -v ssh-keygen >/dev/null && command -v openssl >/dev/null || { echo "no ssh-keygen or no openssl here"; exit 77; }
agent_pid=
trap '[ -z "$agent_pid" ] || kill "$agent_pid"; rm -rf "$work"' EXIT
page=${RA_SRCDIR:-.}/man/reattest-journal.5
export SSH_ASKPASS_REQUIRE=never
unset SSH_ASKPASS DISPLAY WAYLAND_DISPLAY
# expect CODE WORDS COMMAND...: that exit code, WORDS on stdout or stderr.
expect() {
	local want=$1 words=$2 rc
	shift 2
	timeout 120 setsid -w "$@" >out 2>err </dev/null
	rc=$?
	[ "$rc" = "$want" ] || bad "$*: exit $rc, expected $want: $(head -c 600 err out)"
	grep -qF -- "$words" out err || bad "$*: \"$words\" is not in: $(cat out err)"
}
# The manual's commands, the first for SSH, the second for CMS, with our names in them.
sed -n '/^\.\\" begin seal commands/,/^\.\\" end seal commands/p' "$page" | grep -v '^\.' | sed -e 's/\\-/-/g' -e 's/\\e/\\/g' >commands
awk -v RS= '{ print > ("command" NR) }' commands
grep -q '^ssh-keygen -Y verify ' command1 && grep -q '^openssl cms -verify ' command2 || bad "the manual does not print the two commands"
# by_hand WANT 1|2 JOURNAL LIST: does the manual's command take it (yes) or not (no)?
by_hand() {
	local got=no
	sed -e "s,JOURNAL,$3,g" -e "s,allowed_signers,$4,g" -e "s,ca\.pem,$4,g" "command$2" >run.sh
	sh -e run.sh >out 2>err </dev/null && got=yes
	[ "$got" = "$1" ] || bad "the manual's command $2 on $3 with $4 says $got: $(cat run.sh out err)"
}
# spoil FILE BYTE: change a bit of it.
spoil() {
	python3 - "$1" "$2" <<'END'
import sys
path, at = sys.argv[1], int(sys.argv[2])
data = bytearray(open(path, "rb").read())
data[at] ^= 1
open(path, "wb").write(data)
END
}
command -v python3 >/dev/null || { echo "no python3 here"; exit 77; }
sum() { sha256sum <"$1"; }
cheap() { bin/reattest check --from demo:healthy --only host-clock --journal "$1" >/dev/null 2>&1; }

cheap j.jsonl || bad "no record"
before=$(sum j.jsonl)
expect 3 'whole, not sealed' bin/reattest verify j.jsonl
for type in ed25519 ecdsa rsa; do
	ssh-keygen -q -t "$type" -N '' -C '' -f "$type" || bad "no key of type $type"
	printf 'ops@example.com namespaces="journal@reattest" %s\n' "$(cat "$type.pub")" >"$type.list"
	expect 0 "j.jsonl.head.sig" bin/reattest seal j.jsonl --ssh "$type"
	expect 3 'sealed by a key that nobody vouches for' bin/reattest verify j.jsonl
	grep -qF "$(ssh-keygen -lf "$type.pub" | cut -d' ' -f2)" out || bad "verify does not show the fingerprint: $(cat out)"
	expect 0 'by ops@example.com' bin/reattest verify j.jsonl --signers "$type.list"
	by_hand yes 1 j.jsonl "$type.list"
done
[ "$before" = "$(sum j.jsonl)" ] || bad "a seal changed the record"
expect 3 'no line of ed25519.list is for this key' bin/reattest verify j.jsonl --signers ed25519.list
by_hand no 1 j.jsonl ed25519.list
mkdir -p "$HOME/.config/reattest"
cp rsa.list "$HOME/.config/reattest/allowed_signers"
expect 0 'whole, sealed' bin/reattest verify j.jsonl
chmod 666 "$HOME/.config/reattest/allowed_signers"
expect 3 'does not count' bin/reattest verify j.jsonl
rm "$HOME/.config/reattest/allowed_signers"
python3 "${RA_SRCDIR:-.}/tests/verify-journal.py" j.jsonl >out
grep -q '^j.jsonl: whole; j.jsonl.head is of its first ' out || bad "the script says: $(cat out)"

# Certificates.
{
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out authority -subj /CN=CA -days 30
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout other.key -out other.authority -subj /CN=Other -days 30
	openssl req -newkey rsa:2048 -passout pass:sesame -keyout op.key -out op.csr -subj /CN=op
	openssl x509 -req -in op.csr -CA authority -CAkey ca.key -CAcreateserial -out op.pem -days 10
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-384 -nodes -keyout ec.key -out ec.csr -subj /CN=ec
	openssl x509 -req -in ec.csr -CA authority -CAkey ca.key -CAcreateserial -out ec.pem -days 10
	openssl x509 -req -in ec.csr -CA authority -CAkey ca.key -CAcreateserial -out old.pem -days -1
} >made 2>&1 || bad "no certificates: $(cat made)"
expect 0 'j.jsonl.head.p7s' bin/reattest seal j.jsonl --cms ec.pem --cms-key ec.key
[ -f j.jsonl.head.sig ] || bad "a second signature of the same head drove the first one out"
expect 0 'CMS: by CN=ec' bin/reattest verify j.jsonl --ca-file authority
expect 0 'SSH: by ops@example.com' bin/reattest verify j.jsonl --ca-file authority --signers rsa.list
expect 3 'nobody vouches for it' bin/reattest verify j.jsonl --ca-file other.authority
by_hand yes 2 j.jsonl authority
by_hand no 2 j.jsonl other.authority
expect 64 'has expired' bin/reattest seal j.jsonl --cms old.pem --cms-key ec.key
expect 64 'is not the one of the certificate' bin/reattest seal j.jsonl --cms ec.pem --cms-key ca.key
expect 64 'nobody can be asked here' bin/reattest seal j.jsonl --cms op.pem --cms-key op.key
echo wrong >word
expect 64 'that passphrase does not open the key' bin/reattest seal j.jsonl --cms op.pem --cms-key op.key --seal-password-fd 5 5<word
echo sesame >word
expect 0 'as CN=op' bin/reattest seal j.jsonl --cms op.pem --cms-key op.key --seal-password-fd 5 5<word
by_hand yes 2 j.jsonl authority

# Whatever is changed is told, by reattest and by hand.
for change in "head 20" "head.sig 60" "head.p7s 200"; do
	read -r part at <<<"$change"
	rm -f s.jsonl*
	for file in j.jsonl j.jsonl.head j.jsonl.head.sig j.jsonl.head.p7s; do cp "$file" "s${file#j}"; done
	spoil "s.jsonl.$part" "$at"
	expect 65 'seal does not hold' bin/reattest verify s.jsonl --signers rsa.list --ca-file authority
	case $part in
	head) by_hand no 1 s.jsonl rsa.list; by_hand no 2 s.jsonl authority ;;
	head.sig) by_hand no 1 s.jsonl rsa.list; by_hand yes 2 s.jsonl authority ;;
	*) by_hand yes 1 s.jsonl rsa.list; by_hand no 2 s.jsonl authority ;;
	esac
done
rm s.jsonl.head
expect 3 'the head document it is of' bin/reattest verify s.jsonl --signers rsa.list
cp j.jsonl.head s.jsonl.head
rm s.jsonl.head.sig s.jsonl.head.p7s
expect 3 'a head document without a signature' bin/reattest verify s.jsonl

# A record written anew with all its hashes, under the old seal: the chain holds, the seal does not.
cheap other.jsonl
for part in head head.sig head.p7s; do cp "j.jsonl.$part" "other.jsonl.$part"; done
expect 65 'of another record, or of this one before it was changed' bin/reattest verify other.jsonl --signers rsa.list
by_hand yes 1 other.jsonl rsa.list
python3 "${RA_SRCDIR:-.}/tests/verify-journal.py" other.jsonl | grep -q 'is NOT of it' || bad "the script takes the head of another record"

# A redacted copy keeps its hashes, and so the seal.
sed -e 's/,"open":\[.*\]}$/,"open":[]}/' j.jsonl >red.jsonl
for part in head head.sig head.p7s; do cp "j.jsonl.$part" "red.jsonl.$part"; done
expect 0 'a redacted copy' bin/reattest verify red.jsonl --signers rsa.list --ca-file authority

# A key in the agent, of which there is only the public half here.
if command -v ssh-agent >/dev/null; then
	cheap a.jsonl
	ssh-agent -a "$work/agent" >agent.env && agent_pid=$(sed -n 's/^SSH_AGENT_PID=\([0-9]*\).*/\1/p' agent.env)
	export SSH_AUTH_SOCK=$work/agent
	ssh-add -q ed25519 2>/dev/null || bad "the agent takes no key"
	mkdir away
	mv ed25519 away/
	expect 0 'sealed' bin/reattest seal a.jsonl --ssh ed25519.pub
	expect 0 'whole, sealed' bin/reattest verify a.jsonl --signers ed25519.list
	by_hand yes 1 a.jsonl ed25519.list
	kill "$agent_pid" && agent_pid=
	unset SSH_AUTH_SOCK
	expect 64 'does not sign' bin/reattest seal a.jsonl --ssh ed25519.pub
	mv away/ed25519 .
fi

# A passphrase: by SSH_ASKPASS, on a terminal, and not at all.
ssh-keygen -q -t ed25519 -N sesame -C '' -f shut
printf 'ops@example.com %s\n' "$(cat shut.pub)" >shut.list
expect 64 'does not sign' bin/reattest seal j.jsonl --ssh shut
printf '#!/bin/sh\necho sesame\n' >ask
chmod +x ask
SSH_ASKPASS=$work/ask SSH_ASKPASS_REQUIRE=force expect 0 'sealed' bin/reattest seal j.jsonl --ssh shut
expect 0 'whole, sealed' bin/reattest verify j.jsonl --signers shut.list
rm -f j.jsonl.head*
cat >typed.py <<'END'
# Run a command on a terminal of its own and type the passphrase once it asks. The terminal shows nothing of it.
import os, pty, select, sys, time

pid, fd = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
seen, typed, until = b"", False, time.monotonic() + 60
while time.monotonic() < until:
    if not select.select([fd], [], [], 1)[0]:
        continue
    try:
        more = os.read(fd, 4096)
    except OSError:
        break
    if not more:
        break
    seen += more
    if not typed and b"passphrase" in seen:
        typed = True
        os.write(fd, b"sesame\n")
code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) if hasattr(os, "waitstatus_to_exitcode") else os.waitpid(pid, 0)[1] >> 8
print(seen.decode(errors="replace"))
sys.exit(99 if b"sesame" in seen or not typed else code)
END
unset SSH_ASKPASS_REQUIRE
python3 typed.py bin/reattest seal j.jsonl --ssh shut >out 2>&1 || bad "typed for ssh-keygen: $? $(cat out)"
python3 typed.py bin/reattest seal j.jsonl --cms op.pem --cms-key op.key >out 2>&1 || bad "typed for a certificate: $? $(cat out)"
export SSH_ASKPASS_REQUIRE=never
expect 0 'whole, sealed' bin/reattest verify j.jsonl --signers shut.list --ca-file authority
by_hand yes 1 j.jsonl shut.list
by_hand yes 2 j.jsonl authority
! grep -rlqs sesame j.jsonl* "$HOME" "$work/state" || bad "the passphrase is in a file"

# At the end of a run: what cannot be is said before it begins, and what fails changes nothing.
expect 64 'add --seal' bin/reattest check --from demo:healthy --ssh rsa --journal n.jsonl
expect 64 'with what' bin/reattest check --from demo:healthy --seal --journal n.jsonl
expect 64 'keeps none' bin/reattest check --from demo:healthy --seal --ssh rsa
expect 66 'cannot be read' bin/reattest check --from demo:healthy --seal --ssh missing --journal n.jsonl
[ ! -e n.jsonl ] || bad "a run that was refused began"
expect 0 'sealed' bin/reattest check --from demo:healthy --seal --ssh rsa --cms ec.pem --cms-key ec.key --journal c.jsonl
expect 0 'whole, sealed' bin/reattest verify c.jsonl --signers rsa.list --ca-file authority
expect 73 'to seal it: reattest seal f.jsonl --ssh shut' bin/reattest check --from demo:healthy --seal --ssh shut --journal f.jsonl
grep -q . out || bad "the result of a check whose seal failed is not there"
expect 3 'whole, not sealed' bin/reattest verify f.jsonl
printf '1\n' >keys
timeout 120 bin/reattest demo healthy --plain --journal d.jsonl --seal --ssh rsa <keys >out 2>err
[ $? = 13 ] || bad "a demo that was stopped: $(cat err)"
expect 0 'whole, sealed' bin/reattest verify d.jsonl --signers rsa.list
# It goes on: the seal covers what was there.
timeout 120 bin/reattest resume d.jsonl --plain <keys >out 2>err
expect 3 'after them are not sealed' bin/reattest verify d.jsonl --signers rsa.list
timeout 120 bin/reattest resume d.jsonl --plain --seal --ssh rsa <keys >out 2>err
grep -q 'it is replaced' err || bad "resume with --seal: $(cat err)"
expect 0 'whole, sealed' bin/reattest verify d.jsonl --signers rsa.list

# A head kept elsewhere.
head=$(sed 's/.*"head":"\([0-9a-f]*\)".*/\1/' d.jsonl.head)
cp d.jsonl.head kept.head
expect 0 'the head kept elsewhere is this one' bin/reattest verify d.jsonl --signers rsa.list --head "$head"
expect 0 'the head kept elsewhere is this one' bin/reattest verify d.jsonl --signers rsa.list --head kept.head
session=$(sed 's/{"session":"\([0-9a-f]*\)".*/\1/' d.jsonl.head)
first=$(sed -n 's/.*"hash":"\([0-9a-f]\{64\}\)","open".*/\1/p' d.jsonl | sed -n 3p)
{ echo "x reattest: record session=$session count=3 head=$first at=intent"; echo "x reattest: record session=$first count=9 head=$first at=end"; } >log
expect 0 'is that after 3 entries' bin/reattest verify d.jsonl --signers rsa.list --head log
expect 65 'NOT in this record' bin/reattest verify c.jsonl --head "$head"
expect 64 'holds no head of this record' bin/reattest verify c.jsonl --head log
expect 66 'wants 64 hex digits' bin/reattest verify c.jsonl --head nothing

# Cut back to an earlier end entry: without the seal nobody would see it.
sed -n '1,/"kind":"end"/p' d.jsonl >cut.jsonl
expect 3 'whole, not sealed' bin/reattest verify cut.jsonl
for part in head head.sig; do cp "d.jsonl.$part" "cut.jsonl.$part"; done
expect 65 'The record was cut, changed, or is another one' bin/reattest verify cut.jsonl --signers rsa.list
expect 65 'NOT in this record' bin/reattest verify cut.jsonl --head "$head"
# One that broke off can be sealed, and stays incomplete.
head -n 5 d.jsonl >broke.jsonl
expect 0 'is incomplete' bin/reattest seal broke.jsonl --ssh rsa
expect 4 'incomplete, sealed' bin/reattest verify broke.jsonl --signers rsa.list
spoil d.jsonl 300
expect 65 'would cover what was changed' bin/reattest seal d.jsonl --ssh rsa

# Without ssh-keygen nothing is called good.
mkdir tools
expect 66 'no ssh-keygen in $PATH' env PATH="$work/tools" bin/reattest seal c.jsonl --ssh rsa
rm c.jsonl.head.p7s
expect 3 'not examined: there is no ssh-keygen' env PATH="$work/tools" bin/reattest verify c.jsonl --signers rsa.list

# Today's checks over what was kept: the same facts, and where one would be read otherwise it is said.
expect 3 ' 0 with other facts' bin/reattest verify f.jsonl --recheck
python3 - share/reattest/flows/checks/esxi-version.json <<'END'
import json, sys
check = json.load(open(sys.argv[1]))
for plane in check["planes"]:
    for name, fact in plane["facts"].items():
        if plane["via"] == "ssh":
            fact["pointer"] = "/Nothing"
json.dump(check, open(sys.argv[1], "w"))
END
expect 3 'would be' bin/reattest verify f.jsonl --recheck
exit $failed
