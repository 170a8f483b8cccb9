#!/bin/bash
# The vCenter link against the peer of tests/peers. Exits 77 with a sentence when there is no Go or no govmomi here.
set -u
src=${RA_SRCDIR:-.} build=${RA_BUILDDIR:-.}

"$src/tests/peers/build.sh" "$build/tests/peers/vcenter-peer" || exit $?
export RA_PEER=$build/tests/peers/vcenter-peer
exec "$build/tests/live/test_vsphere"
