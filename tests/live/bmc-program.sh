#!/bin/bash
# The whole program against the BMC peer of tests/peers: checks and walks by what a BMC tells, who logs in and out, and what is left in files.
# Exits 77 with a sentence when there is no openssl or Python here.
set -u
src=$(cd "${RA_SRCDIR:-.}" && pwd) build=$(cd "${RA_BUILDDIR:-.}" && pwd)
command -v openssl >/dev/null || { echo "bmc-program: openssl is not installed; the program is not tested against a BMC"; exit 77; }
[ -x /usr/bin/python3 ] || { echo "bmc-program: python3 is not installed; the program is not tested against a BMC"; exit 77; }
dir=$(mktemp -d /tmp/ra-bmc-XXXXXX) || exit 1
child=
leave() {
	[ -z "$child" ] || kill "$child" 2>/dev/null # its peers end with it
	rm -rf "$dir"
}
trap leave EXIT
trap 'exit 1' HUP INT TERM
umask 022
unset SSH_AUTH_SOCK GOVC_URL GOVC_USERNAME GOVC_PASSWORD GOVC_INSECURE GOVC_TLS_CA_CERTS GOVC_TLS_KNOWN_HOSTS
unset http_proxy https_proxy HTTPS_PROXY ALL_PROXY all_proxy
# As installed: the flows beside the program, writable by nobody else.
mkdir -p "$dir/bin" "$dir/share/reattest" "$dir/home" "$dir/cwd" "$dir/said" && cp "$build/reattest" "$dir/bin/" &&
	cp -r "$src/flows" "$dir/share/reattest/" && chmod -R u+w,go-w "$dir/share" || exit 1
export HOME=$dir/home XDG_STATE_HOME=$dir/state XDG_CONFIG_HOME=$dir/config XDG_DATA_HOME=$dir/data PYTHONDONTWRITEBYTECODE=1
RA_SRCDIR=$src RA_BUILDDIR=$build RA_DIR=$dir timeout 300 /usr/bin/python3 "$src/tests/live/bmc-program.py" "$@" &
child=$!
wait "$child"
failed=$?
child=
[ $failed = 0 ] && echo "bmc-program: all of it as it should be"
exit $failed
