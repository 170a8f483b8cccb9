#!/bin/bash
# ssh_hosts.sh DIR - the hosts of bench_ssh: 100 addresses of the loopback, 127.0.1.1 to 127.0.1.100, behind seven servers (sshd takes
# sixteen addresses each), each a fake-esxi.sh with the recorded answers of a healthy host, given at once. Writes what the clients need
# into DIR, prints "ready", and ends all of it at the end of its standard input. The addresses 127.0.2.* are the same hosts behind the
# bench's delay. Exits 77 with a sentence when sshd or busybox is not installed.
set -eu
src=${RA_SRCDIR:?} dir=$1 servers=7 hosts=100
fake=$src/tests/live/fake-esxi.sh
export FAKE_HOST_PROGRAM=$PWD/tests/live/fake-host FAKE_SSHD_CONFIG
PATH=$PATH:/usr/sbin:/sbin

# Before the trap: nothing was started yet.
for tool in sshd:openssh-server busybox:busybox-static ssh-keygen:openssh-client ssh:openssh-client; do
	command -v "${tool%:*}" >/dev/null || { echo "${tool%:*} is not installed (Debian: ${tool#*:})"; exit 77; }
done

leave() {
	trap '' INT TERM HUP
	for at in "$dir"/server*; do [ -d "$at" ] && "$fake" stop "$at"; done
	rm -rf "$dir"
}
trap leave EXIT
trap 'exit 1' INT TERM HUP

# The answers without the time a real host takes: that is the same for every client.
sed 's/"took_ms": *[0-9]*/"took_ms": 0/' "$src/flows/demo/healthy.json" >"$dir/recording.json"
started=$(date +%s)
mkdir "$dir/home"

# What sshd runs for a request. No ForceCommand of fake-esxi.sh: its three processes more would be most of what a host does here.
shell_of() {
	cat >"$1/light" <<-END
		#!$(command -v busybox) ash
		export PATH=$1/bin FAKE_RECORDING=$dir/recording.json FAKE_STATE= FAKE_STARTED=$started
		exec ash -c "\${SSH_ORIGINAL_COMMAND//\/usr\/lib\/vmware\/secureboot\/bin\//}"
	END
	chmod 755 "$1/light"
}

for ((server = 0; server < servers; server++)); do
	at=$dir/server$server
	mkdir "$at"
	[ $server = 0 ] || cp "$dir"/server0/id_* "$dir"/server0/host_* "$at/"
	shell_of "$at"
	# A bash that sshd starts as the first of its kind reads the user's ~/.bashrc, which may do anything; as the third it does not.
	FAKE_SSHD_CONFIG="ForceCommand $at/light
SetEnv SHLVL=2
MaxStartups 1000
MaxSessions 10
LogLevel ERROR"
	listed=
	for ((host = server + 1; host <= hosts; host += servers)); do
		FAKE_SSHD_CONFIG+=$'\n'"ListenAddress 127.0.1.$host"
		listed+=" 127.0.1.$host 127.0.2.$host"
	done
	"$fake" start "$at" "$dir/recording.json" >/dev/null
	port=$(sed -n 's/^port=//p' "$at/env")
	printf 'Host%s\n\tPort %s\n' "$listed" "$port" >>"$dir/ssh.conf"
	for address in $listed; do
		printf '[%s]:%s %s\n' "$address" "$port" "$(cut -d' ' -f1,2 "$at/host_ecdsa.pub")" >>"$dir/known_hosts"
		printf '%s %s\n' "$address" "$port" >>"$dir/addresses"
	done
	cat "$at/sshd.pid" >>"$dir/pids"
done
cat >>"$dir/ssh.conf" <<END
Host *
	User $(id -un)
	IdentityFile $dir/server0/id_ecdsa
	IdentitiesOnly yes
	IdentityAgent none
	UserKnownHostsFile $dir/known_hosts
	GlobalKnownHostsFile /dev/null
	StrictHostKeyChecking yes
	BatchMode yes
END
for net in 1 2; do
	grep "^127\.0\.$net\." "$dir/addresses" | LC_ALL=C sort -t. -k4n >"$dir/all.$net"
	head -n 1 "$dir/all.$net" >"$dir/one.$net"
	cut -d' ' -f1 "$dir/all.$net" >"$dir/names.$net"
	awk -v user="$(id -un)" '{ print user "@" $1 ":" $2 }' "$dir/all.$net" >"$dir/targets.$net"
done
cat >"$dir/ansible.cfg" <<END
[defaults]
retry_files_enabled = False
interpreter_python = /usr/bin/python3
[ssh_connection]
ssh_args = -F $dir/ssh.conf -o ControlMaster=auto -o ControlPersist=60s
control_path_dir = $dir/cp
END
echo ready
cat >/dev/null
