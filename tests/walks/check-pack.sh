#!/usr/bin/env bash
# check-pack.sh - `reattest pack`: one archive for a vendor, that others than this program take apart and check.
. "${RA_SRCDIR:-.}/tests/walks/installed.sh"
tests=$(cd "$OLDPWD" && cd "${RA_SRCDIR:-.}" && pwd)/tests
# run CODE WORDS ARG...: that exit code, nothing on stdout, and WORDS on stderr.
run() {
	local want=$1 words=$2 rc
	shift 2
	bin/reattest "$@" >out 2>err </dev/null
	rc=$?
	[ "$rc" = "$want" ] || bad "reattest $*: exit $rc, expected $want: $(head -c 400 err)"
	[ ! -s out ] || bad "reattest $*: stdout is not clean"
	grep -qF -- "$words" err || bad "reattest $*: \"$words\" is not in: $(head -c 600 err)"
}
printf '%s\n' esx01 esx02 lab.example 192.0.2.10 192.0.2.20 LAB0001 4c414200-0000-1031-8031-b4c04f4c4142 datastore1 web01 prod-a >words
bin/reattest check --from demo:secure-boot-off --journal j.jsonl >/dev/null 2>&1
unset SSH_AUTH_SOCK
ssh-keygen -q -t ed25519 -N '' -f key -C ops >/dev/null 2>&1 || { echo "no ssh-keygen here"; exit 77; }
printf 'ops %s\n' "$(cut -d' ' -f1,2 key.pub)" >signers
bin/reattest seal j.jsonl --ssh key.pub >out 2>&1 || bad "it is not sealed: $(cat out)"
head -c 100000 /dev/zero >esx-esx01.lab.example-vm-support.tgz

run 0 '9 files are in one.tgz' pack j.jsonl --case 'SR 0815/1' -o one.tgz --vm-support esx-esx01.lab.example-vm-support.tgz --map site.map
[ "$(stat -c %a one.tgz site.map | tr '\n' ' ')" = '600 600 ' ] || bad "archive or map are readable by others"
tar tf one.tgz >names || bad "tar does not read it"
diff names - <<'W' || bad "other files than expected"
reattest-SR_0815_1/README.txt
reattest-SR_0815_1/report.html
reattest-SR_0815_1/report.md
reattest-SR_0815_1/report.txt
reattest-SR_0815_1/report.json
reattest-SR_0815_1/journal.jsonl
reattest-SR_0815_1/journal.jsonl.head
reattest-SR_0815_1/journal.jsonl.head.sig
reattest-SR_0815_1/SHA256SUMS
W
mkdir there
tar xf one.tgz -C there && cd there/reattest-SR_0815_1 || exit 1
sha256sum --strict -c SHA256SUMS >../../told 2>&1 || bad "$(cat ../../told)"
[ "$(wc -l <SHA256SUMS)" = 8 ] || bad "not every file has its checksum"
cmp journal.jsonl.head ../../j.jsonl.head || bad "the seal is not the original's"
cd ../.. || exit 1
for file in $(sed 's,.*/,,' names); do
	grep -q "^  $file  *[a-z]" there/*/README.txt || bad "README.txt does not say what $file is"
done
sum=$(sha256sum <esx-esx01.lab.example-vm-support.tgz | cut -d' ' -f1)
for words in "SHA-256  $sum" 'bytes    100000' 'serial number: ' 'what no rule knows is still in it' 'sha256sum -c' 'SR 0815/1'; do
	grep -qF "$words" there/*/README.txt || bad "README.txt does not hold: $words"
done
grep -qF "$(tail -n 1 j.jsonl | grep -o '"hash":"[0-9a-f]*"' | cut -d'"' -f4)" there/*/README.txt || bad "README.txt does not name the head"
python3 "$tests/verify-journal.py" there/*/journal.jsonl >told
grep -q ': whole' told && ! grep -q 'NOT' told || bad "$(cat told)"
grep -q "the seal is the original's and names who signed" there/*/README.txt || bad "that the seal names its signer is not told"
bin/reattest verify there/*/journal.jsonl --signers signers >told 2>&1 || bad "the seal does not hold for the copy: $(cat told)"
bin/reattest export there/*/journal.jsonl --format md >md && grep -q 'a redacted copy' md || bad "the copy is not told as one"
python3 "$tests/find.py" words one.tgz there >told || bad "somebody is named: $(cat told)"
grep -q "$work" -r there && bad "a path of this machine is in it"
[ -z "$(find there . -maxdepth 2 -name 'one.tgz.*')" ] || bad "left behind: $(ls)"

# The same record and map make the same bytes.
run 0 '9 files' pack j.jsonl --case 'SR 0815/1' -o two.tgz --vm-support esx-esx01.lab.example-vm-support.tgz --map site.map
cmp one.tgz two.tgz || bad "packed twice it is another archive"
printf 'UserLevelCorrelator\n' >also
run 0 '9 files' pack j.jsonl --case x -o three.tgz --also also --map site.map
printf 'UserLevelCorrelator\n' >words
python3 "$tests/find.py" words three.tgz >told || bad "a word of the site's own is in it: $(cat told)"

run 73 'is there already' pack j.jsonl --case x -o one.tgz
run 64 'takes one journal, --case ID and -o FILE' pack j.jsonl -o x.tgz
run 64 'takes one journal, --case ID and -o FILE' pack j.jsonl --case x
run 66 'cannot open nowhere' pack j.jsonl --case x -o x.tgz --vm-support nowhere
sed '5s/"took_ms":[0-9]*/"took_ms":123456/' j.jsonl >broken.jsonl
run 65 'entry 4' pack broken.jsonl --case x -o x.tgz
[ -z "$(find . -maxdepth 1 -name 'x.tgz*')" ] || bad "left behind: $(ls)"
exit $failed
