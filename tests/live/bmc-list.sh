#!/bin/bash
# The whole program against several BMC peers at once: a list of hosts with their BMCs, held against a template; one password for all of them.
# Exits 77 with a sentence when there is no openssl or Python here.
set -u
src=$(cd "${RA_SRCDIR:-.}" && pwd) build=$(cd "${RA_BUILDDIR:-.}" && pwd)
command -v openssl >/dev/null || { echo "bmc-list: openssl is not installed; the program is not tested against several BMCs"; exit 77; }
[ -x /usr/bin/python3 ] || { echo "bmc-list: python3 is not installed; the program is not tested against several BMCs"; exit 77; }
name=bmc-list
# shellcheck source=tests/live/installed.sh
. "$src/tests/live/installed.sh"
drive "$src/tests/live/bmc-list.py" "$@"
