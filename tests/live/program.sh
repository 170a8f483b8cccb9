#!/bin/bash
# The whole program over SSH: `reattest check` against a fake ESXi host (fake-esxi.sh) that gives the outputs of a simulated one, as the
# user who runs the tests. A healthy line, then lines that stall, break, overflow and lie to the terminal.
# Exits 77 with a sentence when there is no sshd or busybox here.
set -u
src=$(cd "${RA_SRCDIR:-.}" && pwd) build=$(cd "${RA_BUILDDIR:-.}" && pwd)
for tool in sshd:openssh-server busybox:busybox-static ssh-keygen:openssh-client; do
	PATH=$PATH:/usr/sbin:/sbin command -v "${tool%:*}" >/dev/null ||
		{ echo "program: ${tool%:*} is not installed (Debian: ${tool#*:}); nothing is tested over SSH"; exit 77; }
done

dir=$(mktemp -d /tmp/ra-program-XXXXXX) || exit 1
esxi=$src/tests/live/fake-esxi.sh
jump=
leave() {
	[ -z "$jump" ] || kill "$jump" 2>/dev/null
	"$esxi" stop "$dir/host"
	rm -rf "$dir"
}
trap leave EXIT
cd "$dir" || exit 1
unset SSH_AUTH_SOCK FAKE_SSHD_CONFIG
export HOME=$dir XDG_STATE_HOME=$dir/state XDG_CONFIG_HOME=$dir/config XDG_DATA_HOME=$dir/data
export FAKE_HOST_PROGRAM=$build/tests/live/fake-host
umask 022

# As installed: the flows beside the program, writable by nobody else.
mkdir -p "$dir/bin" "$dir/share/reattest" && cp "$build/reattest" "$dir/bin/" && cp -r "$src/flows" "$dir/share/reattest/" &&
	chmod -R u+w,go-w "$dir/share" || exit 1

failed=0
fail() { echo "FAIL: $*"; failed=1; }

start() { # SCENARIO [STATE]: host, port, user, known_hosts, identity are set
	"$esxi" stop "$dir/host"
	rm -rf "$dir/host"
	execs=0
	"$esxi" start "$dir/host" "$src/flows/demo/$1.json" "${2:-}" >"$dir/env" || exit 1
	. "$dir/env"
	since=$SECONDS
}

check() { # EXIT OPTION...: runs the check, keeps its output in out and err, compares the exit status
	local want=$1
	shift
	timeout 120 "$dir/bin/reattest" check "$host" --port "$port" --user "$user" --identity "$identity" --known-hosts "$known_hosts" \
		"$@" </dev/null >"$dir/out" 2>"$dir/err"
	local got=$?
	[ $got = "$want" ] || { fail "$name: exit $got, expected $want"; tail -n 20 "$dir/out" "$dir/err"; }
}

says() { grep -qF -- "$1" "$dir/out" "$dir/err" || { fail "$name: nothing says \"$1\""; tail -n 20 "$dir/out" "$dir/err"; }; }
silent() { ! grep -qF -- "$1" "$dir/out" "$dir/err" || fail "$name: something says \"$1\""; }

took() { # EXECS: so many execs the host has had since the last time; its shell notes each
	local all
	all=$(cat "$dir/host/groups" 2>/dev/null | wc -l)
	# A host that is not through in three seconds, on a machine as loaded as that, is asked more at once.
	[ $((all - execs)) = "$1" ] || [ $((SECONDS - since)) -ge 3 ] || fail "$name: $((all - execs)) execs on the host, expected $1"
	execs=$all since=$SECONDS
}

# All that SSH is asked in a check goes in one exec: what a slow line costs is counted in these.
name="secure boot off" && start secure-boot-off
check 10
took 1
says "Secure Boot is off (guide"
says "tpmdriver is loaded"
says "Known lines in the logs"
says "vCenter not given"
check 10 --format json
says '"outcome":"stopped"'
says '"path":'
took 1

# What was read live is kept, as it is and scrubbed, and replays to the same.
record() { # OPTION...: records the host, as it is and scrubbed, and tests both; a host that is lost on the way may have to be warned of
	local kept
	rm -f "$dir/as-it-is.json" "$dir/scrubbed.json"
	for kept in as-it-is scrubbed; do
		[ $kept = as-it-is ] || set -- --scrub "$@"
		timeout 120 "$dir/bin/reattest" record "$host" --port "$port" --user "$user" --identity "$identity" --known-hosts "$known_hosts" \
			"$@" -o "$dir/$kept.json" </dev/null >"$dir/out" 2>"$dir/err" || { fail "$name: not recorded $kept"; cat "$dir/err"; }
		[ "$name" = drop ] || silent "WARNING"
		[ ! -s "$dir/out" ] || fail "$name: record writes to stdout"
	done
	"$dir/bin/reattest" flow test "$dir/as-it-is.json" "$dir/scrubbed.json" >"$dir/out" 2>"$dir/err" ||
		{ fail "$name: the recording is no test of itself"; cat "$dir/err"; }
}
record
took 2

# The walk itself, by its plain form: always the first choice (an action's first choice is to leave things as they are) up to an outcome.
name="walk"
yes 1 | head -n 200 | timeout 120 "$dir/bin/reattest" walk "$host" --plain --port "$port" --user "$user" --identity "$identity" \
	--known-hosts "$known_hosts" --journal "$dir/walk.jsonl" >"$dir/out" 2>"$dir/err"
got=${PIPESTATUS[2]}
[ "$got" = 13 ] || { fail "$name: exit $got, expected 13"; tail -n 20 "$dir/out" "$dir/err"; }
took 2
says "esxcli system version get"
says "Secure Boot is off"
says "Outcome"
"$dir/bin/reattest" verify "$dir/walk.jsonl" >"$dir/out" 2>"$dir/err"
[ $? = 3 ] || { fail "$name: its record is not whole"; cat "$dir/out" "$dir/err"; }

name="sealed" && start sealed-without-key
check 10
name="healthy" && start healthy
# What only vCenter knows is missing, and nothing is wrong: the exit says so.
check 12
took 1
says "nothing wrong found in what could be seen"

# One command of the host misbehaves; everything else is still found.
start secure-boot-off
misbehave() { ln -sf "$dir/host/bin/fault-$1" "$dir/host/bin/secureBoot.py"; }
name="stall" && misbehave stall
began=$SECONDS
check 12 --timeout 2
[ $((SECONDS - began)) -lt 60 ] || fail "$name: took $((SECONDS - began)) s"
says "tpmdriver is loaded"
silent "PASS     Secure Boot in this boot"
record --timeout 2
name="drop" && misbehave drop
check 12
silent "PASS     Secure Boot in this boot"
record
name="no exit status" && misbehave signal
check 12
says "tpmdriver is loaded"
silent "PASS     Secure Boot in this boot"
record
name="20 MB" && misbehave huge
check 12
says "tpmdriver is loaded"
record
name="escape sequences" && misbehave escapes
check 12
says "tpmdriver is loaded"
! LC_ALL=C grep -q $'\033' "$dir/out" "$dir/err" || fail "$name: one of them reached the terminal"
check 12 --format json
! LC_ALL=C grep -q $'\033' "$dir/out" || fail "$name: one of them reached the JSON"
record
! LC_ALL=C grep -q $'\033' "$dir/as-it-is.json" "$dir/out" "$dir/err" || fail "$name: one of them reached the recording"

# No way in: said in one line, exit 20, and never a hang.
name="unknown host key"
known=$known_hosts known_hosts=$dir/none
check 20
says "not known here"
known_hosts=$known
name="changed host key"
printf '[127.0.0.1]:%s %s\n' "$port" "$(cut -d' ' -f1,2 "$dir/host/id_ecdsa.pub")" >"$dir/changed"
known_hosts=$dir/changed
check 20
says "HAS CHANGED"
known_hosts=$known

# The same in a walk: what was wrong is mended while it waits, and the line r goes there again.
name="mended in the walk"
heard() { # PATTERN: it stands in what the walk says, within ten seconds
	for _ in $(seq 200); do grep -qE -- "$1" "$dir/out" && return; sleep 0.05; done
	fail "$name: nothing says \"$1\""
	tail -n 20 "$dir/out" "$dir/err"
}
cp "$dir/changed" "$dir/mended" && mkfifo "$dir/lines" || exit 1
timeout 60 "$dir/bin/reattest" walk "$host" --plain --entry kind --port "$port" --user "$user" --identity "$identity" \
	--known-hosts "$dir/mended" --journal "$dir/mended.jsonl" <"$dir/lines" >"$dir/out" 2>"$dir/err" &
walking=$!
exec 9>"$dir/lines"
heard "Mended[?] r in a line of its own tries SSH again."
says "HAS CHANGED"
grep -qE 'esxcli system version get \([^,]*\)' "$dir/out" && fail "$name: it was answered before"
cp "$known_hosts" "$dir/mended"
echo r >&9
heard 'esxcli system version get \([^,]*\)'
exec 9>&-
wait $walking
"$dir/bin/reattest" verify "$dir/mended.jsonl" >"$dir/out" 2>"$dir/err"
[ $? = 3 ] || { fail "$name: its record is not whole"; cat "$dir/out" "$dir/err"; }
"$dir/bin/reattest" export "$dir/mended.jsonl" --format txt >"$dir/out" 2>"$dir/err"
says "SSH up"

name="key refused"
mine=$identity identity=$dir/host/id_stranger
check 20
says "not accepted"
identity=$mine
name="nothing listens" port=$("$dir/host/fake-host" --port)
check 20
says "refused"

# Through a jump host of the operator's ssh configuration, which asks for a password and a second factor: both are asked in the walk, by the
# program itself in ssh's stead, and stand nowhere after it.
by_jump() {
	/usr/bin/python3 -c 'import asyncssh' 2>/dev/null ||
		{ echo "program: python3-asyncssh is not installed; a jump host that asks is not tested"; return; }
	name="jump host" && start healthy
	mkdir "$dir/ask" "$dir/ssh" && mkdir -m 700 "$dir/run" && mkfifo "$dir/ask/hold" || exit 1
	/usr/bin/python3 "$src/tests/live/fake-login.py" "$dir/ask" <"$dir/ask/hold" >"$dir/ask/ports" 2>"$dir/ask/err" &
	jump=$!
	exec 8>"$dir/ask/hold"
	for _ in $(seq 200); do [ -s "$dir/ask/ports" ] && break; sleep 0.05; done
	[ -s "$dir/ask/ports" ] || { fail "$name: it did not start: $(cat "$dir/ask/err")"; return; }
	printf '%s\n' 'Host esx-behind' 'HostName 127.0.0.1' "Port $port" "IdentityFile $identity" "UserKnownHostsFile $known_hosts" \
		'ProxyJump bastion' 'Host bastion' 'HostName 127.0.0.1' "Port $(cut -d' ' -f1 "$dir/ask/ports")" 'User token' \
		'PubkeyAuthentication no' "UserKnownHostsFile $dir/ask/known_hosts" >"$dir/ssh/config"
	printf '#!/bin/sh\nexec %s -F %s "$@"\n' "$(command -v ssh)" "$dir/ssh/config" >"$dir/ssh/ssh"
	chmod 755 "$dir/ssh/ssh"
	walk() { # OPTION...: answers by the numbers of the prompts, from standard input
		PATH=$dir/ssh:$PATH XDG_RUNTIME_DIR=$dir/run timeout 60 "$dir/bin/reattest" walk esx-behind --user "$user" --plain \
			--entry kind --journal "$dir/behind.jsonl" "$@" >"$dir/out" 2>"$dir/err"
		mv -f "$dir/behind.jsonl" "$dir/behind-was.jsonl"
		rmdir "$dir/run" 2>/dev/null && mkdir -m 700 "$dir/run" || fail "$name: something of it is left in $(ls "$dir/run")"
	}
	printf '%s\n' 1 'correct horse' 1 123456 | walk
	says "Before the host is reached: jump host bastion, on the way to esx-behind"
	says "Token: "
	says "the host's password is not meant"
	says "$ esxcli system version get"
	cat "$dir/behind-was.jsonl" >>"$dir/out"
	says "ProxyJump bastion"
	silent "correct horse"
	# The password for the host is not the jump host's: it is asked for all the same.
	rm -f "$dir/ask/attempts"
	printf '2\n' | walk --password-fd 3 3<<<"correct horse"
	says "Before the host is reached"
	says "was not answered"
	[ ! -s "$dir/ask/attempts" ] || fail "$name: it was offered $(cat "$dir/ask/attempts")"
	PATH=$dir/ssh:$PATH timeout 60 "$dir/bin/reattest" check esx-behind --user "$user" </dev/null >"$dir/out" 2>"$dir/err"
	got=$?
	[ $got = 20 ] || fail "$name: exit $got, expected 20"
	says "the way through the jump host bastion failed"
	says "Nobody can be asked here (ssh ran with BatchMode)"
	PATH=$dir/ssh:$PATH timeout 60 "$dir/bin/reattest" check esx-behind --no-ssh-config </dev/null >"$dir/out" 2>"$dir/err"
	silent "jump host"
	exec 8>&-
	# A simulated host runs none of it.
	printf '#!/bin/sh\n: >%s\n' "$dir/ran" >"$dir/ssh/ssh"
	PATH=$dir/ssh:$PATH "$dir/bin/reattest" check --from demo:secure-boot-off >"$dir/out" 2>"$dir/err"
	[ ! -e "$dir/ran" ] || fail "$name: ssh is run for a simulated host"
	PATH=$dir/ssh:$PATH "$dir/bin/reattest" check --no-ssh-config 127.0.0.1 --port "$port" --user "$user" --known-hosts "$known_hosts" \
		--identity "$identity" --only esxi-version >"$dir/out" 2>"$dir/err"
	[ ! -e "$dir/ran" ] || fail "$name: ssh is run in spite of --no-ssh-config"
	PATH=$dir/ssh:$PATH "$dir/bin/reattest" check 127.0.0.1 --port "$port" --user "$user" --known-hosts "$known_hosts" \
		--identity "$identity" --only esxi-version >"$dir/out" 2>"$dir/err"
	[ -e "$dir/ran" ] || fail "$name: ssh is not asked for its configuration"
}
by_jump

[ $failed = 0 ] && echo "program: all of it as it should be"
exit $failed
