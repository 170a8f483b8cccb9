#!/bin/bash
# `reattest check` of many hosts over SSH: fake ESXi hosts (fake-esxi.sh), one that is not there, and one that takes the connection and
# never says a word. A line for each as it ends, one document in the order they were given, one summary; stopped in the middle it writes
# what is there. Exits 77 with a sentence when there is no sshd, busybox or Python here.
set -u
src=$(cd "${RA_SRCDIR:-.}" && pwd) build=$(cd "${RA_BUILDDIR:-.}" && pwd)
for tool in sshd:openssh-server busybox:busybox-static ssh-keygen:openssh-client python3:python3; do
	PATH=$PATH:/usr/sbin:/sbin command -v "${tool%:*}" >/dev/null ||
		{ echo "fleet: ${tool%:*} is not installed (Debian: ${tool#*:}); nothing is tested over SSH"; exit 77; }
done

dir=$(mktemp -d /tmp/ra-fleet-XXXXXX) || exit 1
esxi=$src/tests/live/fake-esxi.sh
silent=
leave() {
	for host in "$dir"/h?; do [ -d "$host" ] && "$esxi" stop "$host"; done
	[ -z "$silent" ] || kill "$silent" 2>/dev/null
	rm -rf "$dir"
}
trap leave EXIT
cd "$dir" || exit 1
unset SSH_AUTH_SOCK FAKE_SSHD_CONFIG
export HOME=$dir XDG_STATE_HOME=$dir/state XDG_CONFIG_HOME=$dir/config XDG_DATA_HOME=$dir/data
export FAKE_HOST_PROGRAM=$build/tests/live/fake-host
umask 022
mkdir -p "$dir/bin" "$dir/share/reattest" && cp "$build/reattest" "$dir/bin/" && cp -r "$src/flows" "$dir/share/reattest/" &&
	chmod -R u+w,go-w "$dir/share" || exit 1

failed=0
fail() { echo "FAIL: $*"; failed=1; tail -n 40 "$dir/out" "$dir/err" | cut -c1-200; }
says() { grep -qF -- "$2" "$dir/$1" || fail "$name: $1 does not say \"$2\""; }

hosts=() keys=()
for scenario in secure-boot-off healthy secure-boot-off; do
	at=$dir/h${#hosts[@]}
	"$esxi" start "$at" "$src/flows/demo/$scenario.json" >"$dir/env" || exit 1
	. "$dir/env"
	hosts+=("$user@127.0.0.1:$port")
	keys+=(--identity "$identity")
	cat "$known_hosts" >>"$dir/known_hosts"
done
dead=127.0.0.1:$("$dir/h0/fake-host" --port)
/usr/bin/python3 -c 'import socket, time
s = socket.create_server(("127.0.0.1", 0))
print(s.getsockname()[1], flush=True)
time.sleep(600)' >"$dir/silent" &
silent=$!
for _ in $(seq 200); do [ -s "$dir/silent" ] && break; sleep 0.05; done
mute=127.0.0.1:$(cat "$dir/silent")

check() { # OPTION...: its exit status; what it says is in out and err
	timeout 120 "$dir/bin/reattest" check "${keys[@]}" --known-hosts "$dir/known_hosts" "$@" </dev/null >"$dir/out" 2>"$dir/err"
}

name="five hosts"
printf '\xef\xbb\xbf# the rack on the left\r\n%s # slow\r\n\r\n  %s\r\n%s\r\n%s\r\n%s\r\n%s\r\n' "$mute" "${hosts[0]}" "$dead" "${hosts[1]}" "${hosts[2]}" \
	"${hosts[0]}" >"$dir/list"
check --hosts "$dir/list" --parallel 3
rc=$?
[ $rc = 10 ] || fail "$name: exit $rc, expected 10"
[ "$(grep -c ' of 5: ' "$dir/err")" = 5 ] || fail "$name: not a line for each host"
says err "${hosts[0]} is named more than once; it is checked once"
says err " of 5: $mute: UNREACHED: 127.0.0.1 port ${mute#*:} accepts the connection but says nothing"
says err ": ${hosts[0]}: FAIL: Secure Boot is off"
says err ": $dead: UNREACHED: 127.0.0.1 port ${dead#*:}: Connection refused"
says err ": ${hosts[1]}: UNKNOWN: attestation.status: a fact this flow requires; not asked"
# One document: five results in the order they were given, and the summary behind them.
[ "$(grep '^reattest [0-9.]*: ' "$dir/out" | cut -d' ' -f3- | tr '\n' ' ')" = "$mute ${hosts[0]} $dead ${hosts[1]} ${hosts[2]} 5 hosts " ] ||
	fail "$name: not five results under the names they were given"
says out "the attestation status is not known; name a vCenter (--vcenter)"
says out "Then go on: \`reattest ${hosts[1]}\`"
grep -q 'reattest resume' "$dir/out" && fail "$name: to be resumed, and no record was kept"
[ "$(sed -n 's/^  Asked over  *SSH \([a-z]*\).*/\1/p' "$dir/out" | tr '\n' ' ')" = "down up down up up " ] || fail "$name: another order"
says out "FAIL        2 hosts: ${hosts[0]}, ${hosts[2]}"
says out "UNKNOWN     1 host: ${hosts[1]}"
says out "UNREACHED   2 hosts not reached or not let in: $mute, $dead"
says out "Secure Boot is off: 2 of 3: ${hosts[0]}, ${hosts[2]}; not known: 2"
says out "1 host: $dead"
grep -q "^  port ${dead#*:}: Connection refused" "$dir/out" || fail "$name: the reason does not stand without the host"
grep -q 'Not one host that was tried answered' "$dir/out" && fail "$name: hosts were reached, and a rule says they were not"
LC_ALL=C grep -q $'\033' "$dir/out" "$dir/err" && fail "$name: an escape sequence without a terminal"

name="from standard input"
timeout 120 "$dir/bin/reattest" check "${keys[@]}" --known-hosts "$dir/known_hosts" --hosts - --only trustedboot --format json <"$dir/list" >"$dir/out" 2>"$dir/err"
rc=$?
[ $rc = 12 ] || fail "$name: exit $rc, expected 12"
/usr/bin/python3 -c 'import json, sys
codes = [result["exit"] for result in json.load(open(sys.argv[1]))]
sys.exit(codes != [20, 0, 20, 0, 0])' "$dir/out" || fail "$name: no list of five results"
says err "UNREACHED   2 hosts not reached or not let in: $mute, $dead"

# One page: first what they say together, which leads to each of them, in the order they were given.
name="one page"
timeout 120 "$dir/bin/reattest" check "${keys[@]}" --known-hosts "$dir/known_hosts" --hosts - --format html <"$dir/list" >"$dir/out" 2>"$dir/err"
rc=$?
[ $rc = 10 ] || fail "$name: exit $rc, expected 10"
/usr/bin/python3 - "$dir/out" "$mute" "${hosts[0]}" "$dead" "${hosts[1]}" "${hosts[2]}" <<'P' || fail "$name: not as it should be"
import sys, xml.etree.ElementTree as tree
page = tree.fromstring(open(sys.argv[1], encoding='utf-8').read().split('\n', 1)[1])
ns = '{http://www.w3.org/1999/xhtml}'
main = page.find(f'{ns}body/{ns}main')
text = lambda node: ''.join(node.itertext()).strip()
ids = [node.get('id') for node in page.iter() if node.get('id')]
hosts = [text(node.find(f'.//{ns}h2')) for node in main if node.tag == ns + 'article']
links = [(link.get('href'), text(link)) for link in main.iterfind(f'{ns}ul/{ns}li/{ns}a') if link.get('href').startswith('#')]
wrong = [f'#h{i + 1} {host}' for i, host in enumerate(sys.argv[2:]) if links[i][0] != f'#h{i + 1}' or not links[i][1].startswith(host + ': ')]
sys.exit('ids twice' if len(ids) != len(set(ids)) else
         'not the summary first' if main[0].tag != ns + 'h1' or not text(main[0]).endswith('5 hosts') else
         f'hosts {hosts}' if hosts != sys.argv[2:] else f'links {wrong}' if wrong or len(links) != 5 else 0)
P
says out "2 hosts: ${hosts[0]}, ${hosts[2]}"

# Where no port is said the ssh configuration may say one; who says 22 means 22. Whichever comes first, they are two connections.
name="a port that is said"
mkdir "$dir/ssh" && printf '%s\n' 'Host 127.0.0.1' "Port ${hosts[0]##*:}" >"$dir/ssh/config" || exit 1
printf '#!/bin/sh\nexec %s -F %s "$@"\n' "$(command -v ssh)" "$dir/ssh/config" >"$dir/ssh/ssh"
chmod 755 "$dir/ssh/ssh"
bare=${hosts[0]%:*}
for order in "$bare $bare:22 up down" "$bare:22 $bare down up"; do
	read -r first second one other <<<"$order"
	PATH=$dir/ssh:$PATH check --only trustedboot "$first" "$second"
	[ "$(sed -n 's/^  Asked over  *SSH \([a-z]*\).*/\1/p' "$dir/out" | tr '\n' ' ')" = "$one $other " ] || fail "$name: $first before $second"
done

name="what is no list"
printf '%s\nesx01 esx02\n' "$dead" >"$dir/list"
check --hosts "$dir/list" && fail "$name: it was taken"
says err "list:2: one host a line"
printf '%s\n\0esx01\n' "$dead" >"$dir/list"
check --hosts "$dir/list" && fail "$name: a NUL was taken"
says err "holds a NUL"
printf '# nothing\n' >"$dir/list"
check --hosts "$dir/list" && fail "$name: no host was taken"
says err "names no host"

# Stopped in the middle: what ended and what did not are in the document, and each record is closed.
for format in text json; do
	name="stopped, $format"
	rm -rf "$dir/state"
	timeout 120 "$dir/bin/reattest" check "${keys[@]}" --known-hosts "$dir/known_hosts" --keep --format $format "$mute" "${hosts[0]}" </dev/null \
		>"$dir/out" 2>"$dir/err" &
	run=$!
	for _ in $(seq 1000); do grep -q '1 of 2: ' "$dir/err" 2>/dev/null && break; sleep 0.02; done
	kill -INT $run # timeout hands it on
	wait $run
	rc=$?
	[ $rc = 130 ] || fail "$name: exit $rc, expected 130"
	says err "1 of 2: ${hosts[0]}: FAIL: Secure Boot is off"
	says err "2 of 2: $mute: STOPPED: not finished: the run was stopped"
	[ "$(find "$dir/state" -name '*.jsonl' | wc -l)" = 2 ] || fail "$name: records $(find "$dir/state" -type f)"
	for record in $(find "$dir/state" -name '*.jsonl'); do
		"$dir/bin/reattest" verify "$record" >/dev/null 2>&1
		[ $? = 3 ] || fail "$name: $record is not whole"
	done
	if [ $format = text ]; then
		says out "STOPPED     1 host: $mute"
		says out "Secure Boot is off: 1 of 1: ${hosts[0]}; not known: 1"
	else
		/usr/bin/python3 -c 'import json, sys
reasons = [result["end_reason"] for result in json.load(open(sys.argv[1]))]
sys.exit(reasons[0] != "signal" or reasons[1] == "signal")' "$dir/out" || fail "$name: no list of two results"
	fi
done

[ $failed = 0 ] && echo "fleet: all of it as it should be"
exit $failed
