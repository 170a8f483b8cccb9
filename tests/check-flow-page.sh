#!/usr/bin/env bash
# check-flow-page.sh - reattest-flow(5) is clean, and names every key, word, parser and request the program knows of flow files: what the
# loader's tables hold, and what the schemas have.
set -eu
top=${RA_SRCDIR:-$(cd "$(dirname "$0")/.." && pwd)}
page=$top/man/reattest-flow.5
fail() { echo "check-flow-page: $*"; exit 1; }

if command -v mandoc >/dev/null; then
	lint=$(mandoc -Tlint "$page" | grep -v 'referenced manual not found' || :)
	[ -z "$lint" ] || fail "$lint"
fi
python3 -c 'import sys; sys.exit(sys.version_info < (3, 7))' 2>/dev/null || { echo "check-flow-page: skipped, needs python3"; exit 77; }
python3 - "$top" <<'END'
import glob, json, os, re, sys

top = sys.argv[1]
page = open(os.path.join(top, "man/reattest-flow.5"), encoding="utf-8").read()
for roff, plain in (("\\-", "-"), ("\\(dq", '"'), ("\\(ga", "`"), ("\\(ti", "~"), ("\\(ha", "^"), ("\\e", "\\")):
    page = page.replace(roff, plain)


def source(name):
    return "".join(open(path, encoding="utf-8").read() for path in sorted(glob.glob(os.path.join(top, "src", name))))


def strings(text):
    return re.findall(r'"([^"\\%]+)"', text)


def lists(text, name):
    """The strings of every table `name[] = {..}`."""
    return [word for body in re.findall(r"\b%s\[\w*\]\s*=\s*\{(.*?)\};" % name, text, re.S) for word in strings(body)]


flow, check = source("flow/load_*.c"), source("check/*.c")
known = {
    "keys of the loader": re.findall(r'\{\s*"([\w$]+)", RA_SHAPE_', flow),
    "words of the loader": lists(flow, r"(?:outcomes|names|dangers|doers|towards|levels|fixers|statuses|words|proofs|variants|verdicts)"),
    "forms of conditions": re.findall(r'\{"(\w+)", parse_', source("flow/cond.c")) + ["fact", "plane", "as_of", "by_s", "now"],
    "keys of checks": lists(check, r"\w*keys"),
    "words of checks": lists(source("check/names.c"), r"\w+"),
    "parsers": re.findall(r'\{"(\w+)", \w+_keys,', check),
    "builtins": re.findall(r'\{"([a-z0-9-]+)", ', "".join(re.findall(r"\bbuiltins\[\] = \{(.*?)\};", check, re.S))),
    "logs": lists(check, r"log_files"),
    "properties": lists(check, r"properties"),
    "calls": re.findall(r'\{"(\w+)", RA_REQ_', check),
    "resources": lists(check, r"rests"),
    "commands": [words.replace(" @formatter", "").split(" @")[0] for words in re.findall(r'RA_REQ_\w+, \w+, "([^"]+)"', check)],
    "keys of recordings": re.findall(r'\{"([\w$]+)", (?:ANY|OBJECT|ARRAY|STRING|NUMBER|BOOL)\b', source("link/recording_load.c")),
    "keys of the schemas": [],
}


def collect(node):
    if isinstance(node, dict):
        known["keys of the schemas"] += node.get("properties", {}) if isinstance(node.get("properties"), dict) else []
        for value in node.values():
            collect(value)
    elif isinstance(node, list):
        for value in node:
            collect(value)


for path in glob.glob(os.path.join(top, "flows/schema/*.json")):
    if not path.endswith("result.schema.json"):
        collect(json.load(open(path, encoding="utf-8")))
bad = ["the table of %s was not found" % what for what, words in known.items() if len(words) < (1 if what == "resources" else 4)]
for what, words in known.items():
    for word in sorted(set(words) - {"$schema"} if what != "keys of the loader" else set(words)):
        if not re.search(r"(?<![\w.])%s(?![\w])" % re.escape(word), page):
            bad.append("%s: %s is not named" % (what, word))
print("\n".join(bad) or "%d words are named" % sum(len(set(words)) for words in known.values()))
sys.exit(1 if bad else 0)
END
