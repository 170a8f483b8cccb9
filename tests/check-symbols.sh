#!/usr/bin/env bash
# check-symbols.sh [BUILD] - what the compiled rooms hold and call, which no reading of includes shows: no mutable file-scope
# state, no function that cannot be used safely, and none of the world in the rooms that only compute.
set -u
cd "${1:-${RA_BUILDDIR:-.}}" || exit 1
command -v objdump >/dev/null || { echo "no objdump here"; exit 77; }
# A sanitizer and gcov keep books of their own in every object.
[ -z "${RA_SAN:-}" ] || { echo "only a build without sanitizers shows what is ours"; exit 77; }

unsafe='strcpy|strcat|sprintf|vsprintf|gets|strtok|atoi|atol|atof|system|popen|tmpnam|tempnam|mktemp|rand|srand|signal|localtime|gmtime|ctime|asctime|setlocale|sleep|usleep'
# room: what it may not call, because its results come from its arguments alone
clock='time|clock_gettime|gettimeofday'
world="open|open64|fopen|fopen64|read|write|fwrite|fputs|puts|printf|fprintf|socket|connect|poll|select|fork|execve|execvp|posix_spawn|getenv|isatty|getrandom|$clock"
pure="
check  $world
flow   socket|connect|poll|select|fork|execve|execvp|posix_spawn|getenv|isatty|getrandom|printf|fprintf|puts|$clock
report $world
"
failed=0

shopt -s nullglob
archives=(libra_*.a)
[ ${#archives[@]} -gt 0 ] || { echo "check-symbols: no libra_*.a under $PWD"; exit 1; }

# calls ARCHIVE PATTERN WHY: no object of it may refer to one of these (fortified spellings, too).
calls() {
	nm -A -u "$1" 2>/dev/null | sed 's/@.*//' | grep -E " (__)?($2)(_chk)?$" | while read -r where _ symbol; do
		echo "${where%:}: calls $symbol: $3"
	done | grep . && failed=1
}
for archive in "${archives[@]}"; do
	objdump -t "$archive" 2>/dev/null | awk -v archive="$archive" '
		/file format/ { object = $1; sub(/:$/, "", object) }
		/ O / {
			section = $0; sub(/\t.*/, "", section); sub(/.* /, "", section)
			if (section !~ /^(\.data|\.bss|\.tdata|\.tbss|\*COM\*)/ || section ~ /^\.data\.rel\.ro/) next
			print archive ": " object ": " $NF " is mutable file-scope state; put it into a struct the caller owns"
			found = 1
		}
		END { exit found }' || failed=1
	calls "$archive" "$unsafe" "use the safe way (base/ has one, or a bounded function)"
	room=${archive#libra_} room=${room%.a}
	while read -r name pattern; do
		[ "$name" != "$room" ] || calls "$archive" "$pattern" "this room computes from its arguments alone"
	done <<<"$pure"
done
exit "$failed"
