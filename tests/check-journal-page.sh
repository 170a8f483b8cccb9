#!/usr/bin/env bash
# check-journal-page.sh - reattest-journal(5), the script in it and the JSON Schema say what the program does: the page is clean, its
# script is tests/verify-journal.py and gives the right verdicts, the schema takes every line of the kept journals and refuses others.
set -eu
top=${RA_SRCDIR:-$(cd "$(dirname "$0")/.." && pwd)}
page=$top/man/reattest-journal.5
data=$top/tests/unit/data
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ran=0
fail() { echo "check-journal-page: $*"; exit 1; }

if command -v mandoc >/dev/null; then
	# Whether a page it refers to is installed here is not this page's fault.
	mandoc -Tlint "$page" "$top/man/reattest.1" | grep -v 'referenced manual not found' >"$work/lint" || :
	[ ! -s "$work/lint" ] || { cat "$work/lint"; fail "a page is not clean"; }
	ran=1
fi

sed -n '/^\.\\" begin verify-journal.py/,/^\.\\" end verify-journal.py/p' "$page" |
	sed -e '/^\./d' -e 's/^\\&//' -e "s/\\\\(aq/'/g" -e 's/\\(ha/^/g' -e 's/\\(ti/~/g' -e 's/\\-/-/g' -e 's/\\e/\\/g' >"$work/script.py"
cmp "$work/script.py" "$top/tests/verify-journal.py" || fail "the script in the page is not tests/verify-journal.py"

if python3 -c 'import sys; sys.exit(sys.version_info < (3, 7))' 2>/dev/null; then
	sed '3s/"status"/"Status"/' "$data/journal-1.jsonl" >"$work/changed"
	! cmp -s "$work/changed" "$data/journal-1.jsonl" || fail "the sample has no status in its third line"
	sed 4d "$data/journal-1.jsonl" >"$work/gap"
	(cd "$work" && cp "$data"/*.jsonl . && python3 script.py changed gap ./*.jsonl) >"$work/got"
	cat >"$work/want" <<'END'
changed: broken at entry 2
gap: broken at entry 3
./journal-1-redacted.jsonl: whole
./journal-1-torn.jsonl: incomplete
./journal-1.jsonl: whole
END
	diff "$work/want" "$work/got" || fail "the script's verdicts are not these"
	ran=1
fi

# The module belongs to the system's Python, which need not be the first in PATH.
for python in python3 /usr/bin/python3; do
	"$python" -c 'import jsonschema; jsonschema.Draft202012Validator' 2>/dev/null || continue
	"$python" - "$top/doc/journal.schema.json" "$data"/*.jsonl <<'END' || fail "the schema and the journals disagree"
import copy, json, sys, jsonschema
schema = json.load(open(sys.argv[1]))
jsonschema.Draft202012Validator.check_schema(schema)
valid = jsonschema.Draft202012Validator(schema).is_valid
lines = [json.loads(l) for path in sys.argv[2:] for l in open(path) if l.endswith("\n")]
bad = [n for n, line in enumerate(lines) if not valid(line)]
assert len(lines) == 26 and not bad, bad
end = [l for l in lines if l["body"]["kind"] == "end"][0]
torn = [l for l in lines if l["body"]["kind"] == "torn"][0]
reply = lines[1 + [l["body"]["kind"] for l in lines].index("session")]
def spoil(line, *path, to=None):
    line = node = copy.deepcopy(line)
    for key in path[:-1]:
        node = node[key]
    if to is None:
        del node[path[-1]]
    else:
        node[path[-1]] = to
    return line
for line in (
    spoil(end, "open"), spoil(end, "hash", to="0"), spoil(end, "x", to=1), spoil(end, "shown", to="x"),
    spoil(end, "body", "v", to=2), spoil(end, "body", "seq", to=-1), spoil(end, "body", "prev", to="x"),
    spoil(end, "body", "t", to="2026-11-23 07:32:44Z"), spoil(end, "body", "kind", to=""), spoil(end, "body", "kind"),
    spoil(end, "body", "count"), spoil(end, "body", "head", to=1), spoil(end, "body", "$x", to=1),
    spoil(torn, "body", "bytes", to=0), spoil(torn, "body", "sha256"),
    spoil(reply, "body", "lines", 0, to={"$c": "x"}), spoil(reply, "body", "lines", 0, to={"$w": True}),
    spoil(reply, "body", "a", to={"$c": "0" * 64, "b": 1}), spoil(reply, "open", 0, to=["0" * 32]),
    spoil(reply, "open", 0, 0, to="0"), spoil(reply, "open", 0, 1, to={"a": [{"$c": "0" * 64}]}),
):
    assert not valid(line), line
assert valid(spoil(reply, "body", "a", to={"b": [{"$c": "0" * 64}, {"": None}]}))
END
	ran=1
	break
done
[ $ran = 1 ] || exit 77
