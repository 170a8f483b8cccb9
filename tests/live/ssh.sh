#!/bin/bash
# The SSH link against real servers on the loopback, as the user who runs the tests and, from root, as an ordinary one too.
# Exits 77 with a sentence when there is no sshd or busybox here.
#
#   ssh.sh [PROGRAM...]   the test programs named, once and as the user who runs them (ssh-joined.sh, ssh-matrix.sh, ...)
set -u
src=${RA_SRCDIR:-.}/tests/live build=${RA_BUILDDIR:-.}/tests/live

for tool in sshd:openssh-server busybox:busybox-static ssh-keygen:openssh-client; do
	PATH=$PATH:/usr/sbin:/sbin command -v "${tool%:*}" >/dev/null ||
		{ echo "ssh: ${tool%:*} is not installed (Debian: ${tool#*:}); the SSH link is not tested"; exit 77; }
done

# A place everybody can read, wherever the build is.
dir=$(mktemp -d /tmp/ra-ssh-XXXXXX) || exit 1
chmod 755 "$dir"
# However this ends, no server is left behind.
leave() {
	for host in "$dir"/hosts/*; do [ -f "$host/sshd_config" ] && "$dir/fake-esxi.sh" stop "$host"; done
	rm -rf "$dir"
}
trap leave EXIT
programs=("$@") once=yes
[ $# -gt 0 ] || { programs=(test_ssh_login test_ssh_requests test_ssh_config); once=; }
cp "$src/fake-esxi.sh" "$src"/fake-*.py "${programs[@]/#/$build/}" "$build/fake-host" "$dir/" || exit 1
chmod 755 "$dir"/* && mkdir -m 1777 "$dir/hosts" || exit 1
# libssh2 1.10 does not free all of a key with a passphrase that it was given to read, nor of a key exchange that was broken off.
printf 'leak:%s\n' libssh2_userauth_publickey_frommemory libssh2_session_handshake >"$dir/leaks"
export ASAN_OPTIONS=${ASAN_OPTIONS:-fast_unwind_on_malloc=0} LSAN_OPTIONS=suppressions=$dir/leaks:print_suppressions=0
export RA_LIVE_DIR=$dir FAKE_HOST_PROGRAM=$dir/fake-host
unset SSH_AUTH_SOCK FAKE_SSHD_CONFIG

run() {
	local program
	for program in "${programs[@]}"; do HOME=$dir "$@" "$dir/$program" || return; done
}

echo "ssh: as $(id -un)"
run env || exit 1
[ "$(id -u)" = 0 ] && [ -z "$once" ] || exit 0

user=$(getent passwd | awk -F: '$3 > 0 && $7 ~ /\/(ba|da|)sh$/ { print $1; exit }')
if [ -z "$user" ] || ! command -v setpriv >/dev/null; then
	echo "ssh: no ordinary account with a shell here: as root only"
	exit 0
fi
echo "ssh: as $user"
run setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups || exit 1
