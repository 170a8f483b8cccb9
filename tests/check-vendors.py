#!/usr/bin/python3
"""check-vendors.py [BUILD] - the published schemas and the program refuse the same faults in a maker's file, in the classes of danger and
in sources that disagree: each sample is the shipped file, spoilt in one place.

Exits 77 (skipped) without python3-jsonschema."""
import copy
import json
import os
import shutil
import subprocess
import sys
import tempfile

try:
    import jsonschema
except ImportError:
    print("check-vendors: skipped, needs python3-jsonschema")
    sys.exit(77)

TREE = os.environ.get("RA_SRCDIR", os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
BUILD = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("RA_BUILDDIR", ".")
PROGRAM = os.path.join(BUILD, "reattest")
if not os.access(PROGRAM, os.X_OK):
    PROGRAM = os.path.join(TREE, "build", "plain", "reattest")

DROP = object()
DELL, OTHER, TXT, DANGER = "vendors/dell.json", "vendors/other.json", "checks/txt.json", "danger.json"
# File, the way to the place, what is put there, and what the program says of it ("": both take it).
SAMPLES = [
    (DELL, ["match"], DROP, 'expected "match"'),
    (DELL, ["match"], 7, '"match": expected a text'),
    (DELL, ["title"], "", '"title": expected a text'),
    (DELL, ["models"], ["PowerEdge"], '"models": expected a text'),
    (DELL, ["bmc"], "", '"bmc": expected a text'),
    (DELL, ["colour"], "red", 'unknown key "colour"'),
    (DELL, ["x_colour"], "red", ""),
    (DELL, ["texts"], DROP, 'expected the key "texts"'),
    (DELL, ["texts", "set-sha256"], 7, "expected a text or a list of texts"),
    (DELL, ["texts", "set-sha256"], [], "expected a text or a list of texts"),
    (DELL, ["texts", "set-sha256"], ["Set it.", 7], "expected a text or a list of texts"),
    (DELL, ["generations"], {}, '"generations": expected a list of objects'),
    (DELL, ["generations", 0, "match"], DROP, 'expected the key "match"'),
    (DELL, ["generations", 0, "id"], "14 G", '"id": expected a name'),
    (DELL, ["generations", 0, "models"], "R7", 'unknown key "models"'),
    (DELL, ["generations", 0, "x_source"], "s", ""),
    (DELL, ["generations", 3, "texts", "set-sha256"], "", "expected a text or a list of texts"),
    (DELL, ["settings"], [], '"settings": expected an object'),
    (DELL, ["settings", "TPM"], {"label": "TPM", "source": "s"}, "expected the name of a setting"),
    (DELL, ["settings", "tpm"], "TPM Security", "expected an object"),
    (DELL, ["settings", "tpm", "label"], DROP, 'expected the key "label"'),
    (DELL, ["settings", "tpm", "source"], DROP, 'expected the key "source"'),
    (DELL, ["settings", "tpm", "values"], "On", '"values": expected a list of texts'),
    (DELL, ["settings", "tpm", "place"], DROP, ""),
    (DELL, ["quirks", 0, "source"], DROP, 'expected the key "source"'),
    (DELL, ["quirks", 0, "say"], DROP, 'expected the key "say"'),
    (DELL, ["quirks", 0, "texts"], [], "expected at least one text it is shown with"),
    (DELL, ["quirks", 0, "texts"], "set-sha256", '"texts": expected a list of texts'),
    (DELL, ["quirks", 0, "generation"], 14, '"generation": expected a name'),
    (DELL, ["quirks", 0, "generation"], "15g", ""),
    (OTHER, ["match"], "x", 'expected "match"'),
    (OTHER, ["models"], "x", '"models" belongs to one maker'),
    (OTHER, ["generations"], [], '"generations" belongs to one maker'),
    (OTHER, ["settings"], {}, '"settings" belongs to one maker'),
    (OTHER, ["quirks"], [], '"quirks" belongs to one maker'),
    (TXT, ["disputed"], {}, "disputed must be a list of at least two sources"),
    (TXT, ["disputed"], [{"says": "on", "source": "s"}], "disputed must be a list of at least two sources"),
    (TXT, ["disputed", 0, "source"], DROP, '"source" is missing'),
    (TXT, ["disputed", 0, "says"], "", "not empty"),
    (TXT, ["disputed", 0, "say"], "on", '"say"'),
    (TXT, ["disputed"], DROP, ""),
    (TXT, ["judge", 0, "when"], {"fact": "host.txt", "plane": "session", "known": True}, ""),
    (TXT, ["judge", 0, "when"], {"fact": "host.txt", "has_any": ["x"], "as_of": {"action": "start", "x_why": "y"}}, '{"action": "start"}'),
    (TXT, ["planes", 0, "facts"], {"site.bios": {"type": "text"}}, "come by themselves"),
    (DELL, ["texts", "Set It"], "Set it.", "expected the id of a text"),
    (OTHER, ["texts", "Set It"], "Set it.", "expected the id of a text"),
    (DANGER, ["classes", "txt", "why"], 7, '"why": expected a text'),
    (DANGER, ["classes", "txt", "source"], "", '"source": expected a text'),
    (DANGER, ["classes", "txt", "because"], "it is", 'unknown key "because"'),
    (DANGER, ["classes", "txt", "source"], DROP, ""),
]


def read(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def spoilt(doc, way, value):
    doc = copy.deepcopy(doc)
    at = doc
    for key in way[:-1]:
        at = at[key]
    if value is DROP:
        del at[way[-1]]
    else:
        at[way[-1]] = value
    return doc


def lint(flows):
    got = subprocess.run([PROGRAM, "flow", "lint", flows], capture_output=True, text=True, check=False, timeout=60)
    return got.returncode, got.stdout + got.stderr


failed = []
with tempfile.TemporaryDirectory() as home:
    flows = os.path.join(home, "flows")
    shutil.copytree(os.path.join(TREE, "flows"), flows)
    code, out = lint(flows)
    if code:
        sys.exit("check-vendors: the shipped set has a fault: %s" % out)
    for name, way, value, says in SAMPLES:
        path = os.path.join(TREE, "flows", name)
        good = read(path)
        schema = read(os.path.join(os.path.dirname(path), good["$schema"]))
        doc = spoilt(good, way, value)
        sample = "%s, %s = %s" % (name, "/".join(map(str, way)), "(left out)" if value is DROP else json.dumps(value))
        refused = next(jsonschema.Draft202012Validator(schema).iter_errors(doc), None)
        if (refused is not None) != bool(says):
            failed.append("%s: the schema %s" % (sample, refused.message[:100] if refused else "takes it"))
        copy_of = os.path.join(flows, name)
        os.chmod(os.path.dirname(copy_of), 0o755)
        os.remove(copy_of)
        with open(copy_of, "w", encoding="utf-8") as file:
            json.dump(doc, file)
        code, out = lint(flows)
        if (code == 65 and says and says not in out) or code != (65 if says else 0):
            failed.append("%s: the program ends with %d and says: %s" % (sample, code, out.strip()[:300]))
        shutil.copyfile(path, copy_of)
print("\n".join(failed) if failed else "%d samples, the schemas and the program agree on each" % len(SAMPLES))
sys.exit(1 if failed else 0)
