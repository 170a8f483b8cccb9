# installed.sh - what every script here begins with, to be sourced: the program of this build as it is installed, in a directory of its
# own that goes at the end, a home with nothing in it, and no setting of who runs the tests. Then: bad WORDS, and exit $failed at the end.
set -u
umask 022
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/bin" "$work/share/reattest" "$work/home"
cp "${RA_BUILDDIR:-.}/reattest" "$work/bin/" || exit 99
cp -r "${RA_SRCDIR:-.}/flows" "$work/share/reattest/flows"
chmod -R u+w,go-w "$work/share"
export HOME=$work/home XDG_STATE_HOME=$work/state
unset XDG_DATA_HOME XDG_CONFIG_HOME SSH_AUTH_SOCK SUDO_USER GOVC_URL GOVC_USERNAME GOVC_PASSWORD GOVC_INSECURE GOVC_TLS_CA_CERTS GOVC_TLS_KNOWN_HOSTS
cd "$work" || exit 99
failed=0

bad() { echo "$(basename "$0" .sh): $*"; failed=1; }
