#!/bin/bash
# The whole program against the vCenter peer of tests/peers: checks, walks with changes, kills and what is left in files. A third party's
# library (pyvmomi) reads what became of the host. Exits 77 with a sentence when there is no Go, no govmomi or no Python here.
set -u
src=$(cd "${RA_SRCDIR:-.}" && pwd) build=$(cd "${RA_BUILDDIR:-.}" && pwd)
[ -x /usr/bin/python3 ] || { echo "vcenter-program: python3 is not installed; the program is not tested against a vCenter"; exit 77; }
"$src/tests/peers/build.sh" "$build/tests/peers/vcenter-peer" || exit
/usr/bin/python3 -c 'import pyVim' 2>/dev/null ||
	echo "vcenter-program: python3-pyvmomi is not installed; no third party reads what became of the hosts"

name=vcenter-program
# shellcheck source=tests/live/installed.sh
. "$src/tests/live/installed.sh"
drive "$src/tests/live/vcenter-program.py" "$@"
