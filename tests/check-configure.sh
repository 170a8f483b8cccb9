#!/usr/bin/env bash
# check-configure.sh - configure names each missing library with the Debian package that brings it, all at once.
set -u
top=${RA_SRCDIR:-$(cd "$(dirname "$0")/.." && pwd)}
[ -x "$top/configure" ] || { echo "no configure in $top"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

mkdir none
if out=$(PKG_CONFIG_PATH='' PKG_CONFIG_LIBDIR=$work/none "$top/configure" -q --cache-file=cache 2>&1); then
	echo "configure succeeded without libraries"; exit 1
fi
while read -r module package; do
	grep -qE "^ *$module >= [0-9.]+ \(Debian package $package\)" <<<"$out" || { echo "$module: not named with $package"; failed=1; }
	grep -qE "apt-get install.* $package( |\$)" <<<"$out" || { echo "$package: not in the apt-get line"; failed=1; }
done <<'END'
ncursesw libncurses-dev
libssh2 libssh2-1-dev
libcjson libcjson-dev
libcrypto libssl-dev
libpcre2-8 libpcre2-dev
zlib zlib1g-dev
libssl libssl-dev
libcurl libcurl4-openssl-dev
libxml-2.0 libxml2-dev
libarchive libarchive-dev
END
[ "$failed" = 0 ] || printf '%s\n' "$out"
exit "$failed"
