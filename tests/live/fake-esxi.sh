#!/bin/sh
# fake-esxi.sh - a stand-in for an ESXi host: an OpenSSH server on the loopback whose users meet busybox ash and the commands of a
# recording (flows/demo/*.json). Needs sshd, busybox and the program fake-host; runs as root or as any user with a shell.
#
#   fake-esxi.sh start DIR [RECORDING [STATE]]   start it; prints host=, port=, user=, known_hosts=, identity= (also in DIR/env)
#   fake-esxi.sh stop DIR                        end it and everything that ran on it
#
# Environment: FAKE_HOST_PROGRAM (default: fake-host beside the build), FAKE_SSHD_CONFIG (further lines for sshd, before ours).
# Exits 77 with a sentence when sshd or busybox is not installed.
set -eu

say() { echo "fake-esxi: $*" >&2; }

find_tool() {
	for at in "$(command -v "$1" 2>/dev/null || true)" "/usr/sbin/$1" "/sbin/$1" "/usr/bin/$1" "/bin/$1"; do
		[ -n "$at" ] && [ -x "$at" ] && { echo "$at"; return 0; }
	done
	say "$1 is not installed (Debian: $2); nothing was tried"
	return 77
}

stop() {
	[ -f "$1/sshd.pid" ] && kill "$(cat "$1/sshd.pid")" 2>/dev/null || true
	# What its users left running: each shell of ours noted its process group and when that began. The number may be another's by now: then
	# the group was over before. (dash knows no `kill -9 --`.)
	if [ -f "$1/groups" ]; then
		sort -u "$1/groups" | while read -r group began; do
			now=$(cut -d ' ' -f 22 "/proc/$group/stat" 2>/dev/null || true)
			[ -n "$now" ] && [ "$now" != "$began" ] && continue
			kill -s KILL -- "-$group" 2>/dev/null || true
		done
	fi
	[ -f "$1/agent.pid" ] && kill "$(cat "$1/agent.pid")" 2>/dev/null || true
	rm -f "$1/sshd.pid" "$1/groups"
}

make_keys() {
	for kind in ecdsa ed25519 rsa; do
		bits=
		[ $kind = rsa ] && bits='-b 2048'
		[ -f "$dir/id_$kind" ] || ssh-keygen -q -t "$kind" $bits -N '' -C "test $kind" -f "$dir/id_$kind"
		[ -f "$dir/host_$kind" ] || ssh-keygen -q -t "$kind" $bits -N '' -C '' -f "$dir/host_$kind"
	done
	[ -f "$dir/id_locked" ] || ssh-keygen -q -t ecdsa -N 'open sesame' -C 'test locked' -f "$dir/id_locked"
	[ -f "$dir/id_pem" ] || ssh-keygen -q -t rsa -b 2048 -m PEM -N 'open sesame' -C 'test pem' -f "$dir/id_pem"
	[ -f "$dir/id_pem_ec" ] || ssh-keygen -q -t ecdsa -b 384 -m PEM -N '' -C 'test pem ec' -f "$dir/id_pem_ec"
	[ -f "$dir/id_pkcs8" ] || ssh-keygen -q -t rsa -b 2048 -m PKCS8 -N '' -C 'test pkcs8' -f "$dir/id_pkcs8"
	[ -f "$dir/id_ec521" ] || ssh-keygen -q -t ecdsa -b 521 -N '' -C 'test ec521' -f "$dir/id_ec521"
	cat "$dir"/id_*.pub >"$dir/authorized_keys"
	[ -f "$dir/id_stranger" ] || ssh-keygen -q -t ecdsa -N '' -C 'not authorized' -f "$dir/id_stranger"
}

# Commands that misbehave, for tests of the link: as files in the host's PATH.
make_faults() {
	fault() { cat >"$dir/bin/fault-$1"; chmod 755 "$dir/bin/fault-$1"; }
	ash="#!$busybox ash"
	fault stall <<-END
		$ash
		echo partial
		sleep 600
	END
	# The server's process for this connection: the parent of the shell that runs the wrapper.
	fault drop <<-END
		$ash
		echo partial
		set -- \$(cat /proc/\$PPID/stat)
		usleep 700000 # what was said before it has gone out by then
		kill -9 \$4
		sleep 5
	END
	fault signal <<-END
		$ash
		echo partial
		kill -SEGV \$PPID
	END
	fault huge <<-END
		$ash
		exec dd if=/dev/zero bs=65536 count=320 2>/dev/null
	END
	fault huge-err <<-END
		$ash
		dd if=/dev/zero bs=65536 count=80 2>/dev/null | cat >&2
		echo after
	END
	fault escapes <<-END
		$ash
		printf 'a\\033[2J\\033]0;pwn\\007\\000b\\377\\r\\n'
	END
	fault background <<-END
		$ash
		sleep 600 &
		echo parent
	END
	fault stdin <<-END
		$ash
		cat
		echo end
	END
	fault trickle <<-END
		$ash
		for c in a b c d e f; do printf \$c; usleep 100000; done
	END
	# The trailers of the commands that share its exec, behind it (later) or before it (earlier).
	fault nonces <<-END
		$ash
		own='\$d'
		[ \$1 = earlier ] || own=1d
		tr '\\000;' '\\n\\n' </proc/\$PPID/cmdline | sed -n 's/^ f \([0-9a-f]*\) .*/\1/p' | sed "\$own" |
			while read -r nonce; do printf '\\n%s 0\\n' \$nonce; printf '\\n%s\\n' \$nonce >&2; done
	END
	fault count <<-END
		$ash
		echo run >>$dir/counted
		sleep \${1:-1}
		echo counted
	END
}

make_shell() {
	cat >"$dir/shell" <<-END
		#!$busybox ash
		# What sshd starts for every request: paths of an ESXi host become paths here, PATH holds nothing a host has not.
		read -r _ _ _ _ group _ </proc/self/stat
		set -- \$(cat /proc/\$group/stat)
		shift 21
		echo "\$group \$1" >>$dir/groups
		set --
		export PATH=$dir/bin FAKE_RECORDING='$recording' FAKE_STATE='$state' FAKE_STARTED='$started'
		command=\$(printf '%s' "\$SSH_ORIGINAL_COMMAND" |
			sed -e 's|/var/run/log|$dir/log|g' -e 's|/var/log|$dir/log|g' -e 's|/usr/lib/vmware/secureboot/bin/|$dir/bin/|g')
		exec ash -c "\$command"
	END
	chmod 755 "$dir/shell"
}

# The directives of an ESXi 8.0.2 host that a client can notice, as its own configuration says them. Of most the first one counts.
make_config() {
	startups='MaxStartups 10:30:100'
	case ${FAKE_SSHD_CONFIG:-} in *MaxStartups*) startups= ;; esac
	printf '%s\n' "${FAKE_SSHD_CONFIG:-}" >"$dir/sshd_config"
	cat >>"$dir/sshd_config" <<-END
		Port $port
		ListenAddress 127.0.0.1
		PidFile $dir/sshd.pid
		HostKey $dir/host_ecdsa
		HostKey $dir/host_rsa
		AuthorizedKeysFile $dir/authorized_keys
		StrictModes no
		UsePAM no
		PermitRootLogin yes
		PasswordAuthentication no
		KbdInteractiveAuthentication no
		KexAlgorithms ecdh-sha2-nistp256,ecdh-sha2-nistp384,ecdh-sha2-nistp521,diffie-hellman-group-exchange-sha256,diffie-hellman-group16-sha512,diffie-hellman-group18-sha512,diffie-hellman-group14-sha256
		HostKeyAlgorithms ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,rsa-sha2-256,rsa-sha2-512
		Ciphers aes256-gcm@openssh.com,aes128-gcm@openssh.com,aes256-ctr,aes192-ctr,aes128-ctr
		MACs hmac-sha2-256,hmac-sha2-512
		ClientAliveInterval 200
		ClientAliveCountMax 3
		$startups
		RekeyLimit 1G 1H
		# bash takes a shell that sshd starts for a login and reads ~/.bashrc, which no host has; at a level it does not.
		SetEnv SHLVL=2
		AllowTcpForwarding no
		AllowStreamLocalForwarding no
		PermitTunnel no
		Compression no
		PrintMotd no
		LogLevel VERBOSE
		ForceCommand $dir/shell
	END
}

start() {
	sshd=$(find_tool sshd openssh-server) || exit $?
	busybox=$(find_tool busybox busybox-static) || exit $?
	program=${FAKE_HOST_PROGRAM:-${RA_BUILDDIR:-.}/tests/live/fake-host}
	[ -x "$program" ] || { say "$program is not built (make check_PROGRAMS)"; exit 70; }
	mkdir -p "$dir/bin" "$dir/log"
	dir=$(cd "$dir" && pwd)
	cp "$program" "$dir/fake-host"
	port=$("$dir/fake-host" --port)
	started=$(date +%s)
	make_keys
	"$busybox" --install -s "$dir/bin"
	ln -sf "$busybox" "$dir/bin/busybox"
	make_faults
	if [ -n "$recording" ]; then
		cp "$recording" "$dir/recording.json"
		recording=$dir/recording.json
		export FAKE_RECORDING="$recording" FAKE_STATE="$state" FAKE_STARTED="$started"
		for name in esxcli vim-cmd vsish secureBoot.py $("$dir/fake-host" --names); do
			ln -sf "$dir/fake-host" "$dir/bin/$name"
		done
		PATH=$PATH:$(dirname "$busybox") "$dir/fake-host" --logs "$dir/log"
	fi
	make_shell
	make_config
	# Where root's sshd locks its unprivileged half in; the service would make it. Left there: another test may be using it.
	[ "$(id -u)" != 0 ] || [ -d /run/sshd ] || mkdir -m 755 /run/sshd
	printf '[127.0.0.1]:%s %s\n' "$port" "$(cut -d' ' -f1,2 "$dir/host_ecdsa.pub")" >"$dir/known_hosts"
	"$sshd" -f "$dir/sshd_config" -E "$dir/sshd.log"
	i=0
	until [ -s "$dir/sshd.pid" ]; do
		i=$((i + 1))
		[ $i -le 100 ] || { say "sshd did not start: $(tail -3 "$dir/sshd.log")"; exit 70; }
		sleep 0.05
	done
	printf '%s\n' "host=127.0.0.1" "port=$port" "user=$(id -un)" "known_hosts=$dir/known_hosts" "identity=$dir/id_ecdsa" |
		tee "$dir/env"
}

[ $# -ge 2 ] || { say "usage: fake-esxi.sh start DIR [RECORDING [STATE]] | stop DIR"; exit 64; }
verb=$1 dir=$2 recording=${3:-} state=${4:-}
case $verb in
start) start ;;
stop) stop "$dir" ;;
*) say "start or stop"; exit 64 ;;
esac
