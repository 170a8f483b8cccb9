# installed.sh - sourced by tests of the whole program: it runs as installed, in a directory of its own that goes with the test.
# Set before: name (for sentences), src, build.
dir=$(mktemp -d "/tmp/ra-$name-XXXXXX") || exit 1
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
# The flows beside the program, writable by nobody else.
mkdir -p "$dir/bin" "$dir/share/reattest" "$dir/home" "$dir/cwd" "$dir/said" && cp "$build/reattest" "$dir/bin/" &&
	cp -r "$src/flows" "$dir/share/reattest/" && chmod -R u+w,go-w "$dir/share" || exit 1
export HOME=$dir/home XDG_STATE_HOME=$dir/state XDG_CONFIG_HOME=$dir/config XDG_DATA_HOME=$dir/data PYTHONDONTWRITEBYTECODE=1

# drive SCRIPT [ARG...]: run the Python script that is the test, and end as it does.
drive() {
	local failed
	RA_SRCDIR=$src RA_BUILDDIR=$build RA_DIR=$dir timeout 300 /usr/bin/python3 "$@" &
	child=$!
	wait "$child"
	failed=$?
	child=
	[ $failed = 0 ] && echo "$name: all of it as it should be"
	exit $failed
}
