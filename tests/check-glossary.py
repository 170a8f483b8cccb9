#!/usr/bin/python3
"""check-glossary.py [BUILD] - no word that the glossary forbids stands where people read: the texts of the flow set (makers' directions,
their settings and quirks, sources that disagree), the golden screens, manuals and readmes, what the program says of itself, what it says
of every simulated host, and the sentences in its code.

What a machine or another's page says is not ours: samples, patterns, evidence and addresses keep their own words."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

TREE = os.environ.get("RA_SRCDIR", os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
BUILD = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("RA_BUILDDIR", ".")
PROGRAM = os.path.join(BUILD, "reattest")
if not os.access(PROGRAM, os.X_OK):
    PROGRAM = os.path.join(TREE, "build", "plain", "reattest")
# Keys whose texts people read, wherever they stand in the flow set.
SHOWN = {"title", "say", "says", "why", "ask", "look", "because", "impact", "resolution", "story", "next", "texts", "undo", "recovery", "label",
         "values", "place", "note", "bmc", "words", "type", "source"}
# What is a word of another in each of them: addresses, and the vSphere guide's and makers' own names for things.
OTHERS = re.compile(r"https?://\S+")
failed = []
looked = 0


def read(*path):
    with open(os.path.join(TREE, *path), encoding="utf-8") as file:
        return file.read()


def rules(glossary):
    """Each forbidden word as a pattern: whole words, capitals to the letter where it is all capitals."""
    return [(re.compile(r"(?<!\w)" + re.escape(word).replace(r"\ ", r"\s+") + r"(?!\w)", 0 if word.isupper() else re.I), term["say"])
            for term in glossary["terms"] for word in term.get("never", [])]


def look(where, text, never):
    global looked
    looked += 1
    text = OTHERS.sub(" ", text)
    for word, say in never:
        hit = word.search(text)
        if hit:
            line = text.count("\n", 0, hit.start()) + 1
            failed.append("%s:%d: \"%s\": say %s" % (where, line, text[max(0, hit.start() - 30):hit.end() + 30].replace("\n", " "), say))


def shown(node, key=None):
    if isinstance(node, dict):
        for name, value in node.items():
            if not name.startswith("x_") and name != "never":
                yield from shown(value, key if key in ("texts", "words") else name)
    elif isinstance(node, list):
        for value in node:
            yield from shown(value, key)
    elif isinstance(node, str) and key in SHOWN:
        yield node


def files(folder, *ends):
    for where, _, names in sorted(os.walk(os.path.join(TREE, folder))):
        for name in sorted(names):
            if name.endswith(ends):
                yield os.path.relpath(os.path.join(where, name), TREE)


def install(home):
    """The program and the flow set of this tree as they lie when installed, so that no other set is read."""
    os.makedirs(os.path.join(home, "bin"))
    program = shutil.copy2(PROGRAM, os.path.join(home, "bin"))
    flows = os.path.join(home, "share", "reattest", "flows")
    shutil.copytree(os.path.join(TREE, "flows"), flows)
    for where, _, names in os.walk(flows):
        for path in [where, *(os.path.join(where, name) for name in names)]:
            os.chmod(path, 0o755 if os.path.isdir(path) else 0o644)
    return program


def said(program, *words):
    """What the program prints; where it says no, that is read as well."""
    home = os.path.dirname(os.path.dirname(program))
    env = dict(os.environ, HOME=home, XDG_STATE_HOME=home, XDG_DATA_HOME=home)
    got = subprocess.run([program, *words], capture_output=True, text=True, check=False, timeout=120, env=env, stdin=subprocess.DEVNULL)
    return got.stdout + got.stderr


def literals(text):
    """The texts in a C file, neighbours joined as the compiler joins them."""
    text = re.sub(r"/\*.*?\*/|//[^\n]*", " ", text, flags=re.S)
    text = re.sub(r"^\s*#\s*include.*$", "", text, flags=re.M)
    for run in re.finditer(r'"(?:[^"\\\n]|\\.)*"(?:\s*"(?:[^"\\\n]|\\.)*")*', text):
        yield "".join(re.findall(r'"((?:[^"\\\n]|\\.)*)"', run.group()))


def selftest(never):
    """The rules bite, over a line's end too, and let a part of a word be."""
    for text in ("all is up to\ndate", "Open the DRAC", "reset the TPM", "vCenter refuses it", "an HSM"):
        look("selftest", text, never)
        if not failed:
            sys.exit("check-glossary: \"%s\" went unseen" % text)
        failed.clear()
    look("selftest", "Open iDRAC; translatest; https://vendor.example/latest", never)
    if failed:
        sys.exit("check-glossary: a good text was refused: %s" % failed[0])


def look_at_program(program, never):
    help_text = said(program, "--help")
    verbs = re.findall(r"^  (\w+) ", help_text, re.M)
    if len(verbs) < 5:
        sys.exit("check-glossary: no program at %s: %s" % (PROGRAM, help_text))
    look("reattest --help", help_text, never)
    for verb in verbs:
        look("reattest %s --help" % verb, said(program, verb, "--help"), never)
    for flow in said(program, "flow", "show").splitlines():
        look("reattest flow show " + flow, said(program, "flow", "show", flow.split()[0]), never)
    for path in files("flows/demo", ".json"):
        demo = os.path.basename(path)[:-len(".json")]
        text = said(program, "check", "--from", "demo:" + demo)
        look("a check of %s" % demo, text, never)
        if "Checks" not in text:
            failed.append("%s was not checked: %s" % (demo, text[:300]))
        for line in shown(json.loads(said(program, "check", "--from", "demo:" + demo, "--format", "json"))):
            look("a check of %s, as json" % demo, line, never)


def main():
    never = rules(json.loads(read("flows", "glossary.json")))
    selftest(never)
    for path in files("flows", ".json"):
        # The glossary names what it forbids; a recording speaks for machines, and its story is ours.
        doc = json.loads(read(path))
        if "/schema/" in path:
            continue
        if path.startswith("flows/demo/"):
            doc = {key: doc[key] for key in ("title", "story")}
        for text in shown(doc):
            look(path, text, never)
    for path in files("tests/screens", ".txt"):
        look(path, read(path), never)
    for path in [*files("man", ".1", ".5", ".7"), *files("doc", ".md"), "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "flows/README.md"]:
        look(path, read(path), never)
    for path in [*files("src", ".c"), *files("ui", ".c")]:
        for text in literals(read(path)):
            look(path, text, never)
    with tempfile.TemporaryDirectory() as home:
        look_at_program(install(home), never)
    print("\n".join(failed) if failed else "%d texts obey the glossary" % looked)
    return 1 if failed else 0


sys.exit(main())
