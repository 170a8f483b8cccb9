"""reports.py DIR FILE.xml... [SCHEMA] - JUnit documents as their readers want them, and JSON that obeys its schema.

There is no standard of JUnit XML. What is held here is what Jenkins' junit-10.xsd and GitLab's parser have in common, tighter where a reader
would take something else for it."""
import glob, json, os, re, sys
import xml.etree.ElementTree as tree

bad = []
ATTRIBUTES = {
    "testsuites": {"name"},
    "testsuite": {"name", "tests", "failures", "errors", "skipped", "time", "timestamp", "hostname"},
    "properties": set(), "property": {"name", "value"},
    "testcase": {"classname", "name", "time"},
    "failure": {"type", "message"}, "error": {"type", "message"}, "skipped": {"message"},
    "system-out": set(),
}
CHILDREN = {
    "testsuites": ["testsuite"], "testsuite": ["properties", "testcase"], "properties": ["property"],
    "testcase": ["failure", "error", "skipped", "system-out"],
}
LEGAL = re.compile("^[\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]*$")


def need(truth, *words):
    if not truth:
        bad.append(" ".join(map(str, words)))


def element(path, node):
    need(node.tag in ATTRIBUTES, path, "has", node.tag)
    need(set(node.attrib) == ATTRIBUTES.get(node.tag, set()), path, node.tag, "has the attributes", sorted(node.attrib))
    order = [CHILDREN.get(node.tag, []).index(child.tag) if child.tag in CHILDREN.get(node.tag, []) else -1 for child in node]
    need(-1 not in order and order == sorted(order), path, node.tag, "holds", [child.tag for child in node])
    for text in list(node.attrib.values()) + [node.text or ""]:
        need(LEGAL.match(text), path, "has characters that XML has not")
    for child in node:
        element(path, child)


def suite(path, node, code):
    cases = node.findall("testcase")
    ends = {tag: [case for case in cases if case.find(tag) is not None] for tag in ("failure", "error", "skipped")}
    for name, got in (("tests", cases), ("failures", ends["failure"]), ("errors", ends["error"]), ("skipped", ends["skipped"])):
        need(int(node.get(name)) == len(got), path, name, "is", node.get(name), "and", len(got), "are there")
    names = [(case.get("classname"), case.get("name")) for case in cases]
    need(len(set(names)) == len(names), path, "has a case twice:", [name for name in names if names.count(name) > 1][:2])
    need(all(sum(case.find(tag) is not None for tag in ends) <= 1 for case in cases), path, "a case ended in two ways")
    need(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", node.get("timestamp")), path, "timestamp", node.get("timestamp"))
    for timed in [node] + cases:
        need(re.fullmatch(r"\d+\.\d{3}", timed.get("time")), path, "time", timed.get("time"))
    properties = {item.get("name"): item.get("value") for item in node.iter("property")}
    own = int(properties["exit"])
    need(code is None or own == code, path, "exit", own, "and the program's", code)
    # Of a check red and green are as the exit code has them; a walk's is that of its outcome, whatever a check says.
    need(code is None or (own in (0, 11, 13)) == (not ends["failure"] and not ends["error"]), path, "exit", own, "but", len(ends["failure"]), "failures,",
         len(ends["error"]), "errors")
    need(own != 10 or ends["failure"], path, "exit 10 without a failure")
    need(own not in (12, 20) or ends["error"], path, "exit", own, "without an error")


def number(path):
    return int(open(path).read()) if os.path.exists(path) else None


def junit(path, checked):
    try:
        root = tree.parse(path).getroot()
    except tree.ParseError as error:
        return need(False, path, error)
    element(path, root)
    need(root.tag == "testsuites" and len(root), path, "holds no suite")
    for node in root:
        suite(path, node, number(path + ".code") if checked else None)


folder, *others = sys.argv[1:]
schema = others.pop() if others and others[-1].endswith(".json") else None
documents = sorted(glob.glob(folder + "/*.junit"))
for path in documents:
    junit(path, not os.path.basename(path).startswith("walk-"))
for path in others:
    junit(path, False)
shown = changed = 0
results = sorted(glob.glob(folder + "/*.json"))
if schema:
    import jsonschema
    rules = json.load(open(schema))
    jsonschema.Draft202012Validator.check_schema(rules)
    validator = jsonschema.Draft202012Validator(rules)
for path in results:
    result = json.load(open(path))
    code = number(path + ".code")
    need(code is None or result["exit"] == code, path, "exit", result["exit"], "and the program's", code)
    shown += sum(len(step["shown"]) for step in result["way"])
    changed += sum(len(action["changes"]) for action in result["actions"])
    if schema:
        for error in list(validator.iter_errors(result))[:3]:
            need(False, path, error.json_path, error.message[:200])
walks = [path for path in results if os.path.basename(path).startswith("walk-")]
need(not walks or (shown > 20 and changed > 10), "the walks show", shown, "and change", changed)
need(len(documents) > 60 and len(results) > 60, "only", len(documents), "and", len(results), "documents")
print("\n".join("reports: " + line for line in bad[:40]))
sys.exit(bool(bad))
