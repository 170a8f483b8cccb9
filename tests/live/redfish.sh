#!/bin/bash
# The BMC link against the Redfish service of tests/peers. Exits 77 with a sentence when there is no python3 or openssl here.
set -u
src=$(cd "${RA_SRCDIR:-.}" && pwd) build=${RA_BUILDDIR:-.}

command -v openssl >/dev/null || { echo "redfish: openssl is not installed; the BMC link is not tested"; exit 77; }
[ -x /usr/bin/python3 ] || { echo "redfish: python3 is not installed; the BMC link is not tested"; exit 77; }
unset https_proxy HTTPS_PROXY all_proxy ALL_PROXY no_proxy NO_PROXY SSL_CERT_FILE SSL_CERT_DIR
export RA_PEER=$src/tests/peers/bmc-peer.py
"$build/tests/live/test_redfish" || exit 1
exec "$build/tests/live/test_redfish_setup"
