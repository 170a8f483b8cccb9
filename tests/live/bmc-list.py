"""bmc-list.py - a list of hosts, each with a BMC of its own; started by bmc-list.sh."""
import contextlib
import json
import sys

from bmc_peer import USER, Bmc, given, unwritten
from vcenter_peer import DIR, SRC, entries, failures, lines, run, want

TEMPLATE = {
    "format": 1, "title": "racks",
    "firmware": {
        "dell": {"TpmSecurity": "On", "Tpm2Algorithm": "SHA256"},
        "hpe": {"TpmActivePcrs": "Sha256", "Tpm20SoftwareInterfaceStatus": "Fifo"},
        "supermicro": {"SHA256PCRBank": "Enabled", "PlatformHierarchy": "Enabled"},
    },
}
SHAPES = ("dell", "hpe", "supermicro")


def write(name, text):
    path = f"{DIR}/{name}"
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def pool(stack, shapes, *flags):
    """Peers of these shapes. Out: them, and one file with the authorities of all."""
    bmcs = [stack.enter_context(Bmc(shape, *flags)) for shape in shapes]
    return bmcs, write("cas.pem", "".join("\n".join(lines(bmc.ca)) + "\n" for bmc in bmcs))


def listed(bmcs, user=""):
    return write("hosts.txt", "# three racks\n" + "".join(
        f"esx{i:02}.lab.example  bmc={bmc.url.replace('//', f'//{user}@') if user else bmc.url}\n" for i, bmc in enumerate(bmcs, 1)))


def checked(bmcs, cas, *argv, template=True, user=True, hosts=None, **more):
    wanted = write("template.json", json.dumps(TEMPLATE))
    return given("check", "--no-ssh", "--ca-file", cas, "--hosts", hosts or listed(bmcs), *(("--template", wanted) if template else ()),
                 *(("--bmc-user", USER) if user else ()), *argv, **more)


def value(result, name):
    fact = result["facts"].get(name, {"known": False, "reason": "no such fact"})
    return fact["value"] if fact["known"] else "?" + fact["reason"]


def verdict(result, check):
    return [(row["verdict"], row["why"]) for row in result["results"] if row["check"] == check]


def drift():
    """Each maker by its own names: a drift, none, and a setting that was not told; of another maker nothing is said."""
    with contextlib.ExitStack() as stack:
        bmcs, cas = pool(stack, (*SHAPES, "lenovo"))
        code, out, err = checked(bmcs, cas, "--format", "json", "--only", "template")
        want(code == 12, f"drift: exit {code}: {err}")
        dell, hpe, supermicro, lenovo = json.loads(out)
        rows = [
            (dell, ["Tpm2Algorithm: wanted SHA256, is SHA1"], [], "warn"),
            (hpe, [], [], "pass"),
            (supermicro, "?withheld", ["PlatformHierarchy (not told: this machine shows no setting of that name)"], "unknown"),
            (lenovo, "?not_applicable", ["settings of the firmware: the template names none for Lenovo ThinkSystem"], "unknown"),
        ]
        for result, differs, unknown, how in rows:
            host = result["target"]["host"]
            want(value(result, "template.drift") == differs, f"{host}: drift {value(result, 'template.drift')}")
            want(value(result, "template.unknown") == unknown, f"{host}: unknown {value(result, 'template.unknown')}")
            said = verdict(result, "template")
            want(said and said[0][0] == how, f"{host}: {said}")
            shape = json.load(open(SRC + "/flows/schema/result.schema.json", encoding="utf-8"))["properties"]["template"]["items"]
            for row in result["template"]:
                want(sorted(row) == sorted(shape["required"]) and row["state"] in shape["properties"]["state"]["enum"], f"{host}: {row}")
        states = [[(row["name"], row["state"], row["is"], row["reason"]) for row in result["template"]] for result in (dell, supermicro)]
        want(states == [[("TpmSecurity", "same", "On", None), ("Tpm2Algorithm", "differs", "SHA1", None)],
                        [("SHA256PCRBank_0065", "same", "Enabled", None), ("PlatformHierarchy", "unknown", None, "withheld")]], f"rows: {states}")
        for bmc in bmcs:
            bmc.logged_out()


def alone():
    """The template alone over hosts, as the README has it: as wanted, a difference, and a host that did not tell all."""
    for shapes, expected in ((("hpe",), 0), (("dell", "hpe"), 11), (("hpe", "lenovo"), 12), (("dell", "lenovo"), 12)):
        with contextlib.ExitStack() as stack:
            bmcs, cas = pool(stack, shapes)
            code, out, err = checked(bmcs, cas, "--only", "template")
            want(code == expected, f"alone: {shapes}: exit {code}, expected {expected}: {err}")
            want(("DIFFERS" in out) == ("dell" in shapes), f"alone: {shapes}: {out[:400]}")


def formats():
    """Every kind of document says which setting differs, of one host and of several."""
    with contextlib.ExitStack() as stack:
        bmcs, cas = pool(stack, SHAPES)
        for form in ("text", "json", "junit", "md", "html", "txt"):
            code, out, err = checked(bmcs, cas, "--format", form)
            want(code == 10, f"{form}: exit {code}: {err}")  # a Dell with SHA-1 alone fails
            want("Tpm2Algorithm: wanted SHA256, is SHA1" in out, f"{form}: the drift is not said")
            want("PlatformHierarchy" in out or form == "junit", f"{form}: what was not told is not said")
        code, out, _ = checked(bmcs, cas, "--format", "md")
        want("Against the template" in out and "DIFFERS" in out, f"md: no rows of the template: {out[:400]}")
        alone = listed(bmcs[:1])
        for form in ("text", "json", "junit", "md", "html", "txt"):
            _, out, _ = checked(bmcs, cas, "--format", form, hosts=alone)
            want("Tpm2Algorithm: wanted SHA256, is SHA1" in out, f"{form}, one host: the drift is not said")
        bmcs[0].logged_out(13)


def waits():
    """What waits for the next start is told beside what is."""
    with contextlib.ExitStack() as stack:
        bmcs, cas = pool(stack, ("dell",), "-scenario", "clear")
        wanted = dict(TEMPLATE, firmware={"dell": {"Tpm2Hierarchy": "Enabled"}})
        code, out, err = given("check", "--no-ssh", "--bmc", bmcs[0].url, "--bmc-user", USER, "--ca-file", cas, "--format", "json", "--only",
                               "template", "--template", write("waits.json", json.dumps(wanted)), "esx01.lab.example")
        want(code == 11, f"waits: exit {code}: {err}")
        said = value(json.loads(out), "template.drift")
        want(said == ["Tpm2Hierarchy: wanted Enabled, is Enabled, will be Clear after the next start"], f"waits: {said}")


def kept():
    """The record says the same when it is read again, and holds of other settings no fact."""
    with contextlib.ExitStack() as stack:
        bmcs, cas = pool(stack, ("dell",))
        journal = DIR + "/drift.jsonl"
        checked(bmcs, cas, "--journal", journal)
        facts = [fact["name"] for entry in entries(journal) if entry["kind"] == "reply" for fact in entry["facts"]]
        want(facts.count("firmware.settings") == 1, f"the record has the settings {facts.count('firmware.settings')} times")
        code, out, err = run("export", journal, "--format", "json", password=None)
        want(code == 0 and "Tpm2Algorithm: wanted SHA256, is SHA1" in out, f"export: {code}: {err}")
        journal = DIR + "/plain.jsonl"
        checked(bmcs, cas, "--journal", journal, template=False)
        facts = [fact["name"] for entry in entries(journal) if entry["kind"] == "reply" for fact in entry["facts"]]
        want("firmware.settings" not in facts, "without a template settings are facts")


def wrong_password():
    """One password for many BMCs: after two refusals it goes to no further one, whoever's account it would lock."""
    shapes = ("dell", "hpe", "supermicro", "lenovo", "cisco", "dell")
    with contextlib.ExitStack() as stack:
        bmcs, cas = pool(stack, shapes)
        code, out, err = checked(bmcs, cas, "--format", "json", password="of-nobody")
        tried = [bmc.told("wrong") for bmc in bmcs]
        want(code == 20, f"wrong password: exit {code}: {err}")
        want(sum(tried) == 2 and max(tried) == 1, f"a wrong password was tried {tried}")
        want(all(bmc.told("begun") == 0 for bmc in bmcs), "somebody was let in")
        said = [row["why"] for result in json.loads(out) for row in result["not_checked"]]
        held = [why for why in said if "two BMCs did not accept this password" in why]
        want(len(held) >= len(shapes) - 2, f"who was not asked does not say so: {said[:4]}")


def one_refuses():
    """A BMC with another password than the rest: the others are read all the same."""
    with contextlib.ExitStack() as stack:
        bmcs, _ = pool(stack, ("hpe", "dell"))
        other = stack.enter_context(Bmc("supermicro", "-password", "another-one"))
        cas = write("cas.pem", "".join("\n".join(lines(bmc.ca)) + "\n" for bmc in (*bmcs, other)))
        code, out, err = checked([other, *bmcs], cas, "--format", "json")
        want(code == 10, f"one refuses: exit {code}: {err}")
        states = [value(result, "bmc.power") for result in json.loads(out)]
        want(states == ["?refused", "On", "On"], f"one refuses: {states}")
        want(other.told("wrong") == 1, f"it was tried {other.told('wrong')} times")
        for bmc in bmcs:
            bmc.logged_out()


def made():
    """A template out of a host that is set as it should be: that host is as in it, another of its maker is held against it, and nothing in it
    tells whose host it was."""
    with contextlib.ExitStack() as stack:
        bmcs, cas = pool(stack, SHAPES)
        expected = {"dell": ("Tpm2Algorithm", "SHA1"), "hpe": ("TpmActivePcrs", "Sha256"), "supermicro": ("SHA256PCRBank", "Enabled")}
        for bmc in bmcs:
            path = f"{DIR}/made-{bmc.name}.json"
            code, _, err = checked([bmc], cas, "--make-template", path, template=False)
            want(("fails checks" in err) == (code == 10), f"made: {bmc.name}, exit {code}: {err}")
            want(bmc.name != "dell" or code == 10, f"made: SHA-1 on Dell is no failure: exit {code}")
            with open(path, encoding="utf-8") as file:
                text = file.read()
            firmware = json.loads(text)["firmware"]
            name, is_set = expected[bmc.name]
            want(list(firmware) == [bmc.name] and firmware[bmc.name].get(name) == is_set, f"made: {firmware} {err}")
            for word in ("assword", "Salt", "Operation", "TEST", "TAG0001", "TpmInfo", "esx01"):
                want(word not in text, f"made: the template of {bmc.name} holds {word}")
            code, out, err = checked([bmc], cas, "--format", "json", "--only", "template", "--template", path, template=False)
            want(code == 0 and value(json.loads(out), "template.drift") == [], f"made: {bmc.name} against itself: exit {code}: {out[-300:]} {err}")
        other = json.loads("".join(lines(f"{DIR}/made-dell.json")))
        other["firmware"]["dell"]["Tpm2Algorithm"] = "SHA256"
        code, _, err = checked(bmcs[:1], cas, "--only", "template", "--template", write("other.json", json.dumps(other)), template=False)
        want(code == 11, f"made: drift: exit {code}: {err}")
        code, _, err = run("check", "--from", "demo:healthy", "--make-template", DIR + "/none.json", password=None)
        want(code == 12 and "no BMC told the settings" in err and not lines(DIR + "/none.json"), f"made of nothing: exit {code}: {err}")
        code, _, err = run("check", "--make-template", DIR + "/none.json", "a.x", "a.y", password=None)
        want(code == 64 and "--make-template takes one host" in err, f"made of two: exit {code}: {err}")


def users():
    """So many at once as --parallel says, each session ended; a user in a line goes before the one for all."""
    with contextlib.ExitStack() as stack:
        bmcs, cas = pool(stack, ("dell", "hpe", "supermicro", "cisco"))
        code, _, err = checked(bmcs, cas, "--parallel", "1", "--bmc-user", "nobody", user=False, hosts=listed(bmcs, USER))
        want(code == 10, f"users of lines: exit {code}: {err}")
        for bmc in bmcs:
            bmc.logged_out()


def pattern():
    """Names of BMCs made of those of hosts: one name or address each, or it is an error."""
    with contextlib.ExitStack() as stack:
        bmcs, cas = pool(stack, ("hpe",))
        port = bmcs[0].url.rsplit(":", 1)[1]
        code, out, err = given("check", "--no-ssh", "--bmc", "https://{host}:" + port, "--bmc-user", USER, "--ca-file", cas, "--format", "json",
                               "127.0.0.1", "localhost")
        results = json.loads(out)
        want([value(result, "bmc.kind") for result in results][0] == "iLO 5", f"pattern: exit {code}: {err}")


def usage():
    hosts = write("bad.txt", "esx01.lab.example bmc=https://bmc.example\nesx02.lab.example bmc=https://audit@BMC.example # the same\n")
    blank = write("blank.txt", "esx01.lab.example bmc=\n")
    late = write("late.txt", "\nesx01.lab.example bmc=bmc.example and more\n")
    other = write("other.txt", "esx01.lab.example user=root\n")
    some = write("some.txt", "esx01.lab.example bmc=bmc.example\nesx02.lab.example\n")
    spoilt = write("spoilt.json", '{\n  "format": 1, "title": "t",\n  "firmware": {"dell": {"SysPassword": "x"}}\n}\n')
    rows = [
        ("bad.txt:2: BMC.example is named as the BMC of esx01.lab.example and of esx02.lab.example", ["--hosts", hosts]),
        ("blank.txt:1: ", ["--hosts", blank]),
        ("late.txt:2: one host a line, and bmc=URL behind it; what is \"and\" after bmc=bmc.example?", ["--hosts", late]),
        ("other.txt:1: one host a line, and bmc=URL behind it; what is \"user=root\" after esx01.lab.example?", ["--hosts", other]),
        ("nothing is left to ask", ["--no-ssh", "--hosts", some]),
        ("is named as the BMC of a.x and of a.y", ["--bmc", "https://{name}-bmc.example", "a.x", "a.y"]),
        ("--bmc is the management controller of one server", ["--bmc", "bmc.example", "a.x", "a.y"]),
    ]
    for words, argv in rows:
        code, _, err = run("check", *argv, password=None)
        want(code == 64 and words in err, f"{argv}: exit {code}: {err}")
    code, _, err = run("check", "--template", spoilt, "--from", "demo:healthy", password=None)
    want(code == 65 and f"{spoilt}:3:40: \"SysPassword\" may be a password" in err, f"a password in a template: exit {code}: {err}")


def secrets():
    """No password in anything that was written."""
    unwritten("of-nobody")


def main():
    for part in (drift, alone, formats, waits, kept, wrong_password, one_refuses, made, users, pattern, usage, secrets):
        if len(sys.argv) < 2 or part.__name__ in sys.argv[1:]:
            part()
    if failures:
        sys.exit(1)


main()
