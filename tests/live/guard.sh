#!/bin/bash
# One password for many hosts: `check` lets one host judge it first, alone, and after two refusals no host sees it again.
# Against twenty SSH servers on the loopback that count; exits 77 with a sentence when they cannot be made here.
set -u
program=${RA_BUILDDIR:-.}/reattest src=${RA_SRCDIR:-.}
/usr/bin/python3 -c 'import asyncssh' 2>/dev/null ||
	{ echo "guard: python3-asyncssh is not installed; the guard of a password is not tested against servers"; exit 77; }
dir=$(mktemp -d /tmp/ra-guard-XXXXXX) || exit 1
failed=0
servers=()
# shellcheck disable=SC2064
trap 'for pid in "${servers[@]}"; do kill "$pid" 2>/dev/null; done; rm -rf "$dir"' EXIT
mkdir -p "$dir/bin" "$dir/share/reattest" "$dir/home"
cp "$program" "$dir/bin/" && cp -R "$src/flows" "$dir/share/reattest/" || exit 99
chmod -R u+w,go-w "$dir/share"
export HOME=$dir/home FAKE_LOGIN_LOG=$dir/log FAKE_LOGIN_DELAY=0.4 FAKE_LOGIN_HOSTS=5
unset SSH_AUTH_SOCK XDG_STATE_HOME XDG_DATA_HOME XDG_CONFIG_HOME

bad() { echo "guard: $*"; failed=1; }

# Two programs of ten ports: every other one asks by keyboard-interactive, the rest take the password method.
hosts=()
for i in 1 2; do
	mkdir "$dir/s$i"
	mkfifo "$dir/s$i/hold"
	/usr/bin/python3 "$src/tests/live/fake-login.py" "$dir/s$i" <"$dir/s$i/hold" >"$dir/s$i/ports" 2>"$dir/s$i/err" &
	servers+=($!)
	exec {hold}>"$dir/s$i/hold"
done
for i in 1 2; do
	for _ in $(seq 200); do [ -s "$dir/s$i/ports" ] && break; sleep 0.05; done
	[ -s "$dir/s$i/ports" ] || { echo "guard: a server did not start: $(cat "$dir/s$i/err")"; exit 1; }
	for port in $(cat "$dir/s$i/ports"); do hosts+=("admin@127.0.0.1:$port"); done
done
cat "$dir"/s?/known_hosts >"$dir/known_hosts"

# check PASSWORD: its exit code; what was offered stands in $dir/log.
check() {
	: >"$dir/log"
	printf '%s\n' "$1" | timeout 100 "$dir/bin/reattest" check "${hosts[@]}" --password-fd 0 --known-hosts "$dir/known_hosts" \
		--timeout 20 --format json -o "$dir/result.json" 2>"$dir/said"
}

check "not the password"
rc=$?
[ $rc = 20 ] || bad "a wrong password: exit $rc, expected 20: $(cat "$dir/said")"
# Offer, verdict, offer, verdict: the second host only after the first has judged, and then none.
order=$(sort -n "$dir/log" | cut -d' ' -f2 | tr '\n' ' ')
[ "$order" = "offer verdict offer verdict " ] || bad "a wrong password was seen as: $order"
[ "$(cat "$dir"/s?/attempts | wc -l)" = 2 ] || bad "attempts: $(cat "$dir"/s?/attempts)"
[ "$(grep offer "$dir/log" | cut -d' ' -f3 | sort -u | wc -l)" = 2 ] || bad "one host was offered it twice: $(cat "$dir/log")"
# Each of the others says why it was not asked; the two that were say what they answered.
[ "${#hosts[@]}" = 20 ] || bad "${#hosts[@]} hosts, expected 20"
[ "$(grep ' of 20: ' "$dir/said" | grep -c 'was not asked: two hosts did not accept this password')" = 18 ] || bad "not all say why they were not asked: $(cat "$dir/said")"
[ "$(grep ' of 20: ' "$dir/said" | grep -c 'refuses the password of admin')" = 2 ] || bad "refused: $(cat "$dir/said")"
grep -q "Every host that answered refused to let this user in.*: 2 of 2; 18 not asked$" "$dir/said" || bad "the summary does not say it first: $(cat "$dir/said")"
grep -rqF "not the password" "$dir/result.json" "$dir/said" && bad "the password stands in what was written"

check "correct horse"
rc=$?
[ $rc != 20 ] || bad "the right password: no host was reached: $(cat "$dir/said")"
order=$(sort -n "$dir/log" | cut -d' ' -f2 | tr '\n' ' ')
[ "${order:0:14}" = "offer verdict " ] || bad "the first host was not alone: $order"
[ "$(grep offer "$dir/log" | cut -d' ' -f3 | sort -u | wc -l)" = "${#hosts[@]}" ] || bad "not every host was asked: $order"
[ "$(grep -c offer "$dir/log")" = "${#hosts[@]}" ] || bad "the right password was not offered once to each host: $order"
exit $failed
