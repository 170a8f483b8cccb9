#!/usr/bin/env bash
# build.sh OUT - builds the vCenter peer (the Go files beside this script) as the program OUT, from Debian packages alone: nothing is
# downloaded. What Go keeps for the next time lies beside OUT, or in RA_GOCACHE, where several build directories share it.
# Exits 77 with a sentence when Go or the library is not here.
set -eu
out=${1:?usage: build.sh OUT}
mkdir -p "$(dirname "$out")"
out=$(cd "$(dirname "$out")" && pwd)/$(basename "$out")
library=/usr/share/gocode
command -v go >/dev/null || { echo "build: go is not installed (Debian: golang-go); there is no vCenter to test against"; exit 77; }
[ -e "$library/src/github.com/vmware/govmomi/vim25/types/types.go" ] ||
	{ echo "build: govmomi is not installed (Debian: golang-github-vmware-govmomi-dev); there is no vCenter to test against"; exit 77; }
cd "$(dirname "$0")"
# One test at a time builds; the others wait for it and find it done.
exec 9>"$out.lock"
flock -w 240 9 || { echo "build: another build does not end"; exit 1; }
export GO111MODULE=off GOPATH=$library GOCACHE=${RA_GOCACHE:-${out%/*}/.gocache} GOENV=off GOFLAGS='' GOTOOLCHAIN=local CGO_ENABLED=0
exec go build -trimpath -buildvcs=false -o "$out" .
