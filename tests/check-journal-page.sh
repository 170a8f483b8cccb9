#!/usr/bin/env bash
# check-journal-page.sh - reattest-journal(5), the script in it and the JSON Schema say what the program does: the page is clean, its
# script is tests/verify-journal.py and gives the right verdicts, the schema takes every line of the kept journals and refuses others, the
# kinds of entries are those of src/flow/entries.h, and walks write nothing else.
set -eu
top=${RA_SRCDIR:-$(cd "$(dirname "$0")/.." && pwd)}
page=$top/man/reattest-journal.5
build=${RA_BUILDDIR:-$top/build/plain}
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
	cp "$data/journal-1-evidence.jsonl" "$work/piece"
	sed 's/three/tree./' "$data/journal-1-evidence.jsonl.evidence" >"$work/piece.evidence"
	cp "$data/journal-1-evidence.jsonl" "$work/alone"
	(cd "$work" && cp "$data"/*.jsonl "$data"/*.evidence . && python3 script.py changed gap piece alone ./*.jsonl) >"$work/got"
	cat >"$work/want" <<'END'
changed: broken at entry 2
gap: broken at entry 3
piece: broken at entry 2
alone: whole
./journal-1-evidence.jsonl: whole
./journal-1-redacted.jsonl: whole
./journal-1-torn.jsonl: incomplete
./journal-1.jsonl: whole
./walk-1-words.jsonl: whole
./walk-1.jsonl: whole
END
	diff "$work/want" "$work/got" || fail "the script's verdicts are not these"
	python3 - "$work/journal-1.jsonl" "$work/script.py" <<'END' || fail "what the script says of a head document is wrong"
import json, subprocess, sys

path, script = sys.argv[1:]
hashes = [json.loads(line)["hash"] for line in open(path)]
def says(session, count, head):
    with open(path + ".head", "w") as document:
        document.write('{"session":"%s","count":%d,"head":"%s"}\n' % (session, count, head))
    return subprocess.run([sys.executable, script, path], capture_output=True, text=True).stdout.partition(".head is ")[2].strip()
for count in range(1, len(hashes) + 1):
    assert says(hashes[0], count, hashes[count - 1]) == "of its first %d entries" % count, count
last = len(hashes)
good = '{"session":"%s","count":%d,"head":"%s"}\n' % (hashes[0], last, hashes[-1])
for text in (good, good + "\n", good[:-1], good + good, good.replace(":", ": "), good.replace("\n", "\r\n"), good.replace('"count":', '"count":0'), good + "x" * 5000):
    with open(path + ".head", "w", newline="") as document:
        document.write(text)
    told = subprocess.run([sys.executable, script, path], capture_output=True, text=True).stdout
    assert ("NOT of it" in told) == (text != good), repr(text)[-200:]
for other in ((hashes[0], 0, hashes[-1]), (hashes[0], -1, hashes[-2]), (hashes[0], last + 1, hashes[-1]), (hashes[0], last - 1, hashes[-1]), (hashes[1], last, hashes[-1])):
    assert says(*other) == "NOT of it", other
END
	rm "$work/journal-1.jsonl.head"

	# What a walk writes: with a site's list and a template, and one that a person is asked on.
	if [ -x "$build/reattest" ]; then
		mkdir -p "$work/bin" "$work/share/reattest" "$work/home" "$work/walks"
		cp "$build/reattest" "$work/bin/"
		cp -R "$top/flows" "$work/share/reattest/"
		chmod -R u+w,go-w "$work/share"
		for host in healthy sha1-bank clock-off planes-disagree; do
			HOME=$work/home "$work/bin/reattest" check --from "demo:$host" --site-list "$top/flows/examples/site-list.json" \
				--template "$top/flows/examples/template.json" --change C1 --case K1 --journal "$work/walks/$host.jsonl" >/dev/null || :
		done
	fi
	python3 - "$page" "$top/src/flow/entries.h" "$work/walks" <<'END' || fail "the page and the entries disagree"
import glob, json, os, re, sys

page, header, walks = sys.argv[1:]
section = re.search(r"^\.Sh ENTRIES\n(.*?)^\.Sh ", open(page).read(), re.S | re.M).group(1)
items = re.split(r"^\.It ", section, flags=re.M)[1:]
told = {kind: set(re.findall(r"^\.Va (\w+)", item.partition("\n.El\n")[0], re.M)) for item in items
        for kind in re.findall(r"Cm (\w+)", item.partition("\n")[0])}
told["end"] |= {"reason", "count", "head"}  # in A body
told["torn"] = {"bytes", "sha256"}
rows = re.findall(r'X\([A-Z]+, "(\w+)",\s*"([^"]*)"\)', open(header).read())
# The first word of each member is its name; braces and brackets say what it holds.
listed = {kind: {part.split()[0] for part in re.sub(r"[\[{(][^\])}]*(?:\([^)]*\))?[\])}]+", "", members).split(",")} for kind, members in rows}
bad = ["kinds: %s" % sorted(set(told) ^ set(listed))] if set(told) != set(listed) else []
for kind in sorted(set(told) & set(listed)):
    inner = {"offset_ms", "margin_ms"} if kind == "reply" else set()
    bad += ["%s: %s is %s" % (kind, member, "not told" if member in listed[kind] else "no member")
            for member in sorted(listed[kind] ^ (told[kind] - inner))]
seen = 0
for path in glob.glob(os.path.join(walks, "*.jsonl")):
    for line in open(path):
        body = json.loads(line)["body"]
        seen += 1
        bad += ["%s writes %s" % (body["kind"], member) for member in sorted(set(body) - {"v", "seq", "prev", "t", "kind", "evidence"} - told.get(body["kind"], set()))]
if os.path.isdir(walks) and seen < 100:
    bad.append("only %d entries were written" % seen)
print("\n".join(sorted(set(bad))))
sys.exit(1 if bad or len(rows) < 12 else 0)
END
	ran=1
fi

# The module belongs to the system's Python, which need not be the first in PATH.
for python in python3 /usr/bin/python3; do
	"$python" -c 'import jsonschema; jsonschema.Draft202012Validator' 2>/dev/null || continue
	"$python" - "$top/doc/journal.schema.json" "$top/src/flow/entries.h" "$data" "$work/walks" <<'END' || fail "the schema and the journals disagree"
import copy, glob, json, os, re, sys, jsonschema
schema_path, header, data, walks = sys.argv[1:]
schema = json.load(open(schema_path))
jsonschema.Draft202012Validator.check_schema(schema)
def read(*paths):
    return [json.loads(l) for path in paths for l in open(path) if l.endswith("\n")]
# What walks write, kind by kind, to the member.
strict = jsonschema.Draft202012Validator(schema).is_valid
written = read(*glob.glob(os.path.join(data, "walk-*.jsonl")), *glob.glob(os.path.join(walks, "*.jsonl")))
bad = [line["body"] for line in written if not strict(line)]
assert len(written) > 10 and not bad, bad[:3]
for line in written:
    for spoilt in ({"x": 1}, {"kind": "other"}, {"step": 1}, {"words": "open"}):
        assert not strict({**line, "body": {**line["body"], **spoilt}}), (line["body"]["kind"], spoilt)
rows = re.findall(r'X\([A-Z]+, "(\w+)",\s*"([^"]*)"\)', open(header).read())
listed = {kind: {part.split()[0] for part in re.sub(r"[\[{(][^\])}]*(?:\([^)]*\))?[\])}]+", "", members).split(",")} for kind, members in rows}
shared = {"v", "seq", "prev", "t", "kind", "evidence"}
formed = {kind: set(schema["$defs"]["entry_" + kind]["properties"]) - shared for kind in listed}
assert formed == listed, {kind: formed[kind] ^ listed[kind] for kind in listed if formed[kind] != listed[kind]}
assert {row["$ref"] for row in schema["$defs"]["entry"]["oneOf"]} == {"#/$defs/entry_" + kind for kind in listed}
# What the journal itself asks of any entry: the samples' kinds are of no program.
schema["properties"]["body"] = {"$ref": "#/$defs/body"}
valid = jsonschema.Draft202012Validator(schema).is_valid
lines = read(*sorted(glob.glob(os.path.join(data, "*.jsonl"))))
bad = [n for n, line in enumerate(lines) if not valid(line)]
assert len(lines) == 38 and not bad, bad
end = [l for l in lines if l["body"]["kind"] == "end"][0]
torn = [l for l in lines if l["body"]["kind"] == "torn"][0]
piece = [l for l in lines if "evidence" in l["body"]][0]
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
    spoil(piece, "body", "evidence", to=1), spoil(piece, "body", "evidence", "at", to=-1), spoil(piece, "body", "evidence", "count"),
    spoil(piece, "body", "evidence", "x", to=1),
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
