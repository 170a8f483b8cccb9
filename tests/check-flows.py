#!/usr/bin/python3
"""check-flows.py [TREE] - every file of the flow set fits its published schema, and no text in it uses a word the glossary forbids.

The program's own linter proves what a schema cannot; this proves that the schemas an author's editor uses say the same as the set.
Exits 77 (skipped) without python3-jsonschema."""
import json
import os
import re
import sys

try:
    import jsonschema
except ImportError:
    print("check-flows: skipped, needs python3-jsonschema")
    sys.exit(77)

TREE = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("RA_SRCDIR", os.path.join(os.path.dirname(__file__), ".."))
FLOWS = os.path.join(TREE, "flows")
# What people read. What a machine or a source says (samples, patterns, outputs, sources) keeps its own words.
SHOWN = {"title", "say", "text", "why", "ask", "look", "because", "impact", "resolution", "story", "next", "texts", "undo", "recovery", "means", "do"}
failed = []


def files():
    for folder, _, names in sorted(os.walk(FLOWS)):
        for name in sorted(names):
            if name.endswith(".json"):
                yield os.path.join(folder, name)


def shown(node, key=None):
    if isinstance(node, dict):
        for name, value in node.items():
            if not name.startswith("x_"):
                yield from shown(value, "texts" if key == "texts" else name)
    elif isinstance(node, list):
        for value in node:
            yield from shown(value, key)
    elif isinstance(node, str) and key in SHOWN:
        yield node


def read(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def check_schema(path, doc):
    schema = read(os.path.join(os.path.dirname(path), doc["$schema"]))
    for error in jsonschema.Draft202012Validator(schema).iter_errors(doc):
        failed.append("%s: %s: %s" % (path, "/".join(map(str, error.absolute_path)), error.message[:200]))


def check_words(path, doc, never):
    for text in shown(doc):
        for word, say in never:
            if word.search(text):
                failed.append("%s: \"%s\": say %s" % (path, text[:80], say))


never = [(re.compile(r"(?<!\w)" + re.escape(word) + r"(?!\w)", 0 if word.isupper() else re.I), term["say"])
         for term in read(os.path.join(FLOWS, "glossary.json"))["terms"] for word in term.get("never", [])]


def selftest():
    """The rules bite: an unknown key, and a forbidden word, in a copy of a good check."""
    path = os.path.join(FLOWS, "checks", "boot-time.json")
    for key, value in (("colour", "red"), ("why", "to see whether it is up to date")):
        doc = read(path)
        doc[key] = value
        check_schema(path, doc)
        check_words(path, doc, never)
        if not failed:
            sys.exit("check-flows: a bad %s went unseen" % key)
        failed.clear()


selftest()
count = 0
for path in files():
    doc = read(path)
    count += 1
    if path.endswith(".schema.json"):
        jsonschema.Draft202012Validator.check_schema(doc)
        continue
    check_schema(path, doc)
    if os.path.basename(path) != "glossary.json":
        check_words(path, doc, never)
if count < 10:
    failed.append("no flow set under " + FLOWS)
print("\n".join(failed) if failed else "%d files fit" % count)
sys.exit(1 if failed else 0)
