#!/usr/bin/python3
"""check-schemas.py [TREE] - the published schemas and the program's loader say the same.

Every place of every shipped file is spoilt in every way its schema names: a key that is not known, a key that is missing, a value of
another type, a name in the wrong form, a word out of its list, a list that is empty or says a thing twice, a number out of its range.
A third party's validator and the program then judge the spoilt file:
- what the schema refuses the program refuses, with file:line:col;
- what the program refuses for its form (not for what a schema cannot know) the schema refuses;
- a key of the author's own (x_...) both take.
Driven by the schemas and the files that are there; a place is tried once, however many files have it. Exits 77 (skipped) without
python3-jsonschema."""
import concurrent.futures
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

try:
    import jsonschema
except ImportError:
    print("check-schemas: skipped, needs python3-jsonschema")
    sys.exit(77)

TREE = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("RA_SRCDIR", os.path.join(os.path.dirname(__file__), ".."))
FLOWS = os.path.join(TREE, "flows")
BUILD = os.environ.get("RA_BUILDDIR", os.path.join(TREE, "build", "plain"))
PROGRAM = os.path.abspath(os.path.join(BUILD, "reattest"))
# What a value of each type becomes.
ODD = {
    str: [None, 7, "", "Bad Id", "nonsense", []],
    bool: [None, 0, "true"],
    int: [None, True, "7", -1, 1.5],
    float: [None, True, "7", -1],
    list: [None, "nonsense", {}, [], [7], [{"colour": 1}]],
    dict: [None, "nonsense", [], {}, {"colour": 1}],
    type(None): ["nonsense"],
}
GONE = object()
OUTPUTS = {"result.schema.json", "explain.schema.json", "sessions.schema.json"}  # what the program prints, and never reads
# What a schema cannot say: whether a thing that is named exists, whether texts are patterns or pointers, what follows from two members
# together, the program's own tables. Everything else the program refuses must be refused by the schema, too.
BEYOND = re.compile("|".join((
    r"refused: ", r"not in the table of changes", r"that of another ", r"stands twice", r"is taken", r"the answer is a secret",
    r"has another type or lasting on another plane", r"expected a class of danger\.json", r"the type of ", r" is \w+ here, but \w+ at ",
    r"this request has a reply above", r"expected a regular expression: ", r"there is no state", r"is no secret", r"gives one fact of type",
    r"there is no recording", r"there is no flow", r"no check gives a fact", r"is a time: it is never the same", r"stands here twice",
)))


def read(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def looks(node):
    """Which keys and types a value has, the names of maps left out."""
    if isinstance(node, dict):
        return {(key, type(value).__name__) for key, value in node.items()} | {type(v).__name__ for m in node.values() for v in (
            m.values() if isinstance(m, dict) else m if isinstance(m, list) else [])}
    return {type(node).__name__}


def thin(doc):
    """doc with long lists of its own cut to the items that show something new: what is spoilt many times is read many times."""
    for key, items in doc.items():
        if isinstance(items, list) and len(items) > 20:
            seen, kept = set(), []
            for item in items:
                if not looks(item) <= seen:
                    kept.append(item)
                seen |= looks(item)
            doc[key] = kept
    return doc


class Schema:
    """One schema: what it says at a place of a document."""

    def __init__(self, path):
        self.root = read(path)
        self.validator = jsonschema.Draft202012Validator(self.root)
        self.loose = {}

    def fits(self, doc):
        return self.validator.is_valid(doc)

    def parts(self, schema, node):
        """All that holds at a node: references and the branches that the node takes, followed."""
        if not isinstance(schema, dict):
            return []
        out = [schema]
        if "$ref" in schema:
            target = self.root
            for key in schema["$ref"].lstrip("#/").split("/"):
                target = target[key]
            out += self.parts(target, node)
        for branch in schema.get("allOf", []):
            out += self.parts(branch, node)
        for choice in (schema.get("oneOf", []), schema.get("anyOf", [])):
            fit = [branch for branch in choice if self.validator.evolve(schema=branch).is_valid(node)]
            for branch in fit:
                out += self.parts(branch if len(fit) == 1 else self.without_needs(branch), node)
        if "if" in schema and self.validator.evolve(schema=schema["if"]).is_valid(node):
            out += self.parts(schema.get("then", {}), node)
        return out

    def without_needs(self, branch):
        """A branch beside which another holds, too: what it requires is not needed. The same one each time, places are told apart by it."""
        return self.loose.setdefault(id(branch), {key: value for key, value in branch.items() if key != "required"})

    def places(self, node, schemas, path=()):
        """(path, node, schemas, parts) of every place below: what holds there whatever stands there, and with the branches that the node
        takes. A step of a path is (key, does the schema know this very key)."""
        parts = [part for schema in schemas for part in self.parts(schema, node)]
        yield path, node, schemas, parts
        if isinstance(node, list):
            for i, item in enumerate(node):
                yield from self.places(item, [part["items"] for part in parts if "items" in part], path + ((i, False),))
        if isinstance(node, dict):
            for key, item in node.items():
                named = [part["properties"][key] for part in parts if key in part.get("properties", {})]
                below = named or [part["additionalProperties"] for part in parts if "additionalProperties" in part]
                if not key.startswith("x_"):
                    yield from self.places(item, below, path + ((key, bool(named)),))


def put(doc, path, value):
    """A copy of doc along the path, with the value there; GONE takes the member away."""
    if not path:
        return value
    key = path[0][0]
    copy = list(doc) if isinstance(doc, list) else dict(doc)
    if len(path) == 1 and value is GONE:
        del copy[key]
    elif len(path) == 1 and key not in (copy if isinstance(copy, dict) else range(len(copy))):
        copy[key] = value
    else:
        copy[key] = put(copy[key], path[1:], value)
    return copy


def first_of(node):
    return dict(list(node.items())[:1]) if isinstance(node, dict) else node[:1] if isinstance(node, list) else node


def slim(doc, path, top=True):
    """doc with only the path's own member in each list and each map on the way, and the path in it: quick to validate."""
    if not path:
        return doc, ()
    key, named = path[0]
    below, rest = slim(doc[key], path[1:], False)
    if isinstance(doc, list):
        # Of plain values one may hang on another; of objects each stands for itself.
        return ([below], ((0, False),) + rest) if isinstance(doc[key], (dict, list)) else (doc, path)
    copy = {name: first_of(item) if top else item for name, item in doc.items()} if named else {}
    copy[key] = below
    return copy, (path[0],) + rest


def spoils(node, parts, path):
    """(what, path, value, verdict) to try at a place; verdict True: both take it, False: both refuse it, None: they agree."""
    for odd in ODD[type(node)]:
        if path and odd != node:
            yield "becomes %s" % json.dumps(odd), path, odd, None
    if isinstance(node, dict):
        closed = any(part.get("additionalProperties") is False for part in parts)
        if closed:
            # A map of names refuses what is no name; any other object a key it does not know.
            named = any(set(part.get("patternProperties", {})) - {"^x_"} for part in parts)
            if not named:
                yield "has a key too many", path + (("colour", True),), "red", False
            own = any("^x_" in part.get("patternProperties", {}) for part in parts)
            yield "has a key of the author's", path + (("x_colour", True),), {"red": 1}, True if own else None
        needed = {key for part in parts for key in part.get("required", [])} if closed else set()
        for key in (key for key in node if not key.startswith("x_")):
            known = any(key in part.get("properties", {}) for part in parts)
            if known:
                yield "lacks " + key, path + ((key, True),), GONE, False if key in needed else None
        else:
            named = False
        if node and (named or any("propertyNames" in part for part in parts)):
            first = next(iter(node))
            yield "names a Bad Id", path, dict([("Bad Id", node[first])] + list(node.items())[1:]), False
    if isinstance(node, list) and node:
        yield "says a thing twice", path, node + [node[0]], None
    if isinstance(node, (int, float)) and not isinstance(node, bool):
        for part in parts:
            if "minimum" in part:
                yield "is below its least", path, part["minimum"] - 1, False
            if "maximum" in part:
                yield "is above its most", path, part["maximum"] + 1, False


class Judge:
    """The program's verdict on a file: in a copy of the flow set, or as a recording."""

    def __init__(self, work):
        # The program finds its flows beside itself: recordings are walked with them.
        self.program = os.path.join(work, "bin", "reattest")
        os.mkdir(os.path.dirname(self.program))
        shutil.copy(PROGRAM, self.program)
        shutil.copytree(FLOWS, os.path.join(work, "share", "reattest", "flows"))
        subprocess.run(["chmod", "-R", "u+w,go-w", os.path.join(work, "share")], check=True)
        self.sets = []
        for i in range(min(4, os.cpu_count() or 1)):
            self.sets.append(os.path.join(work, str(i)))
            shutil.copytree(FLOWS, self.sets[-1])
            subprocess.run(["chmod", "-R", "u+w,go-w", self.sets[-1]], check=True)
            for name in os.listdir(self.sets[-1]):
                if name.endswith(".flow.json"):
                    # What is spoilt many times is walked many times: tests are there only where they are spoilt themselves.
                    with open(os.path.join(self.sets[-1], name), "r+", encoding="utf-8") as file:
                        doc = dict(json.load(file), tests=[])
                        file.seek(0)
                        file.truncate()
                        json.dump(doc, file)

    def __call__(self, name, doc):
        here = self.sets.pop()
        path = os.path.join(here, name)
        kept = open(path, "rb").read()
        with open(path, "w", encoding="utf-8") as file:
            file.write(json.dumps(doc))
        command = {"demo/": ["check", "--from", path, "sim.example"],
                   "examples/": ["check", "--from", "demo:healthy", "--" + os.path.basename(name).split(".")[0], path, "sim.example"],
                   }.get(name[:name.find("/") + 1], ["flow", "lint", here])
        checks = command[0] == "check"  # ends with the verdict on the host where the file is taken
        run = subprocess.run([self.program] + command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", env=dict(
            os.environ, XDG_DATA_HOME=here + ".none", XDG_STATE_HOME=here + ".none", HOME=here + ".none"))
        with open(path, "wb") as file:
            file.write(kept)
        self.sets.append(here)
        if run.returncode < 0 or run.returncode == 70:
            return "died: %d" % run.returncode + run.stderr
        refused = run.returncode in (65, 66) or (not checks and run.returncode)
        return run.stderr.replace(here + "/", "") or "refused without a word" if refused else ""


def same_place(path, parts):
    """Where the same parts of the schema hold is the same place, in whatever file. Conditions are one part of the loader and of every
    schema, so those of all kinds of files are the same places; what each comparison has besides its form is one, too."""
    if path and path[-1][0] in ("fact", "plane", "as_of"):
        return path[-1][0]
    if any(key in ("when", "guard", "until", "open_if") for key, _ in path[:-1]):
        return json.dumps(parts, sort_keys=True)
    return tuple(map(id, parts))


def trials(schema, name, doc, seen):
    for path, node, schemas, parts in schema.places(doc, [schema.root]):
        for what, where, value, verdict in spoils(node, parts, path):
            # What takes the place of a value is judged by what holds there whatever stands there.
            key = (same_place(path, schemas if what.startswith("becomes") else parts), what)
            if key in seen:
                continue
            small, short = slim(doc, path)
            if not schema.fits(small):
                small, short = doc, path
            fits = schema.fits(put(small, short + where[len(path):], value))
            seen.add(key)
            # The tests of a flow are walks, and take long; those of other files are no work.
            walked = name.endswith(".flow.json") and "tests" in doc and not (where and where[0][0] == "tests")
            whole = dict(doc, tests=[]) if walked else doc
            yield name, "%s: /%s %s" % (name, "/".join(str(k) for k, _ in path), what), put(whole, where, value), verdict, fits


def fault(name, verdict, fits, said):
    """What is wrong with how the two judged, None: nothing."""
    if said.startswith("died"):
        return "the program dies"
    if verdict is not None and fits != verdict:
        return "the schema %s it" % ("takes" if fits else "refuses")
    if verdict is not None and bool(said) == verdict:
        return "the program %s it" % ("refuses" if said else "takes")
    if not fits and not said:
        return "the schema refuses it, the program takes it"
    # The linter's findings bear no name in front; the loader's do.
    if fits and said.startswith("reattest: ") and not BEYOND.search(said):
        return "the program refuses it for its form, the schema takes it"
    if said and not re.search(r"\.json:[1-9]\d*:[1-9]\d*: .|there is no flow", said):
        return "the program does not say where"
    return None


def selftest():
    """A disagreement is seen, in either direction; agreement is none."""
    said = "reattest: x.json:1:2: expected a text"
    assert not fault("x.json", None, False, said) and not fault("x.json", None, True, "") and not fault("x.json", False, False, said)
    assert fault("x.json", None, False, "") and fault("x.json", None, True, said) and fault("x.json", False, True, "")
    assert fault("x.json", True, True, said) and fault("x.json", None, False, "reattest: no") and fault("x.json", None, True, "died: -11")


def main():
    selftest()
    if not os.access(PROGRAM, os.X_OK):
        sys.exit("check-schemas: no %s; build it first (./dev build)" % PROGRAM)
    groups = {}
    for folder, _, names in sorted(os.walk(FLOWS)):
        for name in sorted(names):
            path = os.path.join(folder, name)
            if name.endswith(".json") and not name.endswith(".schema.json"):
                doc = thin(read(path))
                groups.setdefault(os.path.normpath(os.path.join(folder, doc["$schema"])), []).append((os.path.relpath(path, FLOWS), doc))
    tried = refused = 0
    faults, schemas, seen = [], [], set()
    with tempfile.TemporaryDirectory() as work:
        judge = Judge(work)
        with concurrent.futures.ThreadPoolExecutor(len(judge.sets)) as pool:
            for path, files in sorted(groups.items()):
                schema = Schema(path)
                schemas.append(schema)  # places are told apart by their identity
                rows = [row for name, doc in files for row in trials(schema, name, doc, seen)]
                if os.environ.get("RA_SAN"):
                    rows = rows[::12]  # a slow build tries every twelfth; a plain one has tried all
                bitten = 0
                for row, said in zip(rows, pool.map(lambda row: judge(row[0], row[2]), rows)):
                    tried += 1
                    refused += bool(said)
                    bitten += bool(said) and not row[4]
                    why = fault(row[0], row[3], row[4], said)
                    if why:
                        faults.append("%s: %s\n    %s" % (row[1], why, said.strip()[:300]))
                if bitten < 10 and not os.environ.get("RA_SAN"):
                    faults.append("%s: only %d files that schema and program both refuse: the driver sees too little" % (path, bitten))
    unseen = {name for name in os.listdir(os.path.join(FLOWS, "schema"))} - {os.path.basename(path) for path in groups} - OUTPUTS
    faults += ["schema/%s: no file has it, so nothing is known of it" % name for name in sorted(unseen) if name.endswith(".json")]
    print("\n".join(faults))
    print("%d spoilt files of %d schemas, %d refused: %d faults" % (tried, len(groups), refused, len(faults)))
    sys.exit(1 if faults else 0)


main()
