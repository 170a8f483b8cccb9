#!/bin/bash
# The whole program against the BMC peer of tests/peers: checks and walks by what a BMC tells, who logs in and out, and what is left in files.
# Exits 77 with a sentence when there is no openssl or Python here.
set -u
src=$(cd "${RA_SRCDIR:-.}" && pwd) build=$(cd "${RA_BUILDDIR:-.}" && pwd)
command -v openssl >/dev/null || { echo "bmc-program: openssl is not installed; the program is not tested against a BMC"; exit 77; }
[ -x /usr/bin/python3 ] || { echo "bmc-program: python3 is not installed; the program is not tested against a BMC"; exit 77; }
name=bmc-program
# shellcheck source=tests/live/installed.sh
. "$src/tests/live/installed.sh"
drive "$src/tests/live/bmc-program.py" "$@"
