#!/usr/bin/env bash
# check-flow-page.sh - reattest-flow(5) is clean, and names every key, word, parser and request the program knows of flow files: what the
# loader's tables hold, and, each in the section of its kind of file, what the schemas have.
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
    "forms of conditions": re.findall(r'\{"(\w+)", parse_', source("flow/cond.c")),
    "what stands beside a form": ["fact", "plane", "as_of", "by_s", "now"],
    "keys of checks": lists(check, r"\w*keys"),
    "words of checks": lists(source("check/names.c"), r"\w+"),
    "parsers": re.findall(r'\{"(\w+)", \w+_keys,', check),
    "builtins": re.findall(r'\{"([a-z0-9-]+)", ', "".join(re.findall(r"\bbuiltins\[\] = \{(.*?)\};", check, re.S))),
    "logs": lists(check, r"log_files"),
    "properties": lists(check, r"properties"),
    "calls": re.findall(r'\{"(\w+)", RA_REQ_', check),
    "resources": lists(check, r"rests"),
    "commands": [words.replace(" @formatter", "").split(" @")[0] for words in re.findall(r'RA_REQ_\w+, \w+, "([^"]+)"', check)],
    "redfish": lists(check, r"redfishes"),
    "places and weights of lines": re.findall(r'X\(\w+, "(\w+)"\)', source("check/check.h")) + lists(flow, r"weight_words"),
    "keys of recordings": re.findall(r'\{"([\w$]+)", (?:ANY|OBJECT|ARRAY|STRING|NUMBER|BOOL)\b', source("link/recording_load.c")),
    "facts of what a site gives": re.findall(r'"((?:site|template)\.\w+)"', source("flow/derive.c")),
}


def collect(node, out):
    """Keys and closed words of a schema."""
    if isinstance(node, dict):
        out.update(node.get("properties", {}) if isinstance(node.get("properties"), dict) else [])
        out.update(word for word in node.get("enum", []) if isinstance(word, str))
        for value in node.values():
            collect(value, out)
    elif isinstance(node, list):
        for value in node:
            collect(value, out)
    return out


# Where the words of each kind of file stand, beside the sections that all of them share.
kinds = {
    "flow": ["FLOW FILES", "TESTS", "REQUESTS"], "check": ["CHECKS", "PARSERS", "REQUESTS", "FLOW FILES"], "cause": ["CAUSES", "FLOW FILES"],
    "signature": ["SIGNATURES", "REQUESTS"], "vendor": ["VENDORS"], "danger": ["DANGER", "FLOW FILES"], "glossary": ["GLOSSARY"],
    "help": ["HELP"], "fleet": ["FLEET"], "recording": ["RECORDINGS", "REQUESTS", "FLOW FILES"], "site-list": ["WHAT A SITE GIVES"],
    "template": ["WHAT A SITE GIVES"],
}
shared = ["DESCRIPTION", "FACTS", "CONDITIONS"]
outputs = {"result", "explain", "sessions"}  # what the program prints: reattest(1)
sections = dict((name.strip('"'), text) for name, text in re.findall(r"^\.Sh ([^\n]+)\n(.*?)(?=^\.Sh |\Z)", page, re.S | re.M))


def marked(names):
    """What the page marks up there: prose that happens to have the word does not count."""
    return "\n".join(re.findall(r"^\.(?:It|Ql|Va|Ic|Fl|Pa|Ss)\b.*", "\n".join(sections[name] for name in names), re.M))


def names(text, word):
    return re.search(r"(?<![\w.])%s(?![\w])" % re.escape(word), text)


bad = []
count, written = 0, set()
found = {os.path.basename(path).split(".")[0]: path for path in glob.glob(os.path.join(top, "flows/schema/*.json"))}
if set(found) - outputs != set(kinds):
    bad.append("schemas of no known kind, or kinds without one: %s" % sorted((set(found) - outputs) ^ set(kinds)))
for kind in sorted(set(kinds) & set(found)):
    text = marked(shared + kinds[kind])
    words = collect(json.load(open(found[kind], encoding="utf-8")), set())
    written |= words
    count += len(words)
    bad += ["%s.schema.json: %s is not marked up in %s" % (kind, word, ", ".join(kinds[kind])) for word in sorted(words) if not names(text, word)]
read = [what for what in known if what.startswith("keys of ")]
bad += ["%s: %s is in no schema" % (what, word) for what in read for word in sorted(set(known[what]) - written)]
forms = "\n".join(re.findall(r"^\.It Va .*", sections["CONDITIONS"], re.M))
bad += ["forms of conditions: %s has no entry in CONDITIONS" % word for word in known["forms of conditions"] if not names(forms, word)]
bad += ["the table of %s was not found" % what for what, words in known.items() if len(set(words)) < (1 if what == "resources" else 4)]
for what, words in known.items():
    for word in sorted(set(words) - {"$schema"} if what != "keys of the loader" else set(words)):
        if not names(page, word):
            bad.append("%s: %s is not named" % (what, word))
print("\n".join(bad) or "%d words are named" % (count + sum(len(set(words)) for words in known.values())))
sys.exit(1 if bad else 0)
END
