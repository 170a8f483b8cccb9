#!/usr/bin/env bash
# check-flows.sh [BUILD] - the flow set of the tree, examined by the program itself: the linter has nothing to find, every test inside
# the flows passes, and together they take every way out of a step that a walk without a machine can take.
set -u
tree=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd) || exit 1
cd "${1:-${RA_BUILDDIR:-.}}" || exit 1
# From the top of the tree, where nothing is built, the build of `./dev build` is meant.
[[ -x ./reattest || ! -x $tree/build/plain/reattest ]] || cd "$tree/build/plain" || exit 1
[[ -x ./reattest ]] || { echo "check-flows: no reattest in $PWD; build it first (./dev build)"; exit 1; }
# A program older than its sources would judge flows it does not know.
if [[ -e Makefile && -n $(find "$tree/src" -name '*.[ch]' -newer reattest -print -quit) ]]; then
	make -s reattest >/dev/null || { echo "check-flows: the reattest in $PWD is older than its sources, and cannot be built again"; exit 1; }
fi
flows=${RA_SRCDIR:-$tree}/flows
failed=0

lint=$(./reattest flow lint "$flows" 2>&1) || failed=1
echo "$lint"
[[ $lint == "no fault in "[1-9]*" flows, "[1-9]*" checks, "[1-9]*" causes" ]] || failed=1

tests=$(./reattest flow test --coverage "$flows" 2>&1) || failed=1
echo "$tests"
# "N passed, 0 failed; M of M ways out of steps were taken" is all it says when all is well.
[[ $tests =~ ^[1-9][0-9]*\ passed,\ 0\ failed\;\ ([1-9][0-9]*)\ of\ ([0-9]+)\ ways && ${BASH_REMATCH[1]} == "${BASH_REMATCH[2]}" ]] || failed=1
exit "$failed"
