"""bmc-program.py - the whole program against a BMC peer; started by bmc-program.sh."""
import json
import os
import subprocess
import sys

from bmc_peer import PASSWORD, USER, Bmc, given, unwritten
from vcenter_peer import DIR, PROGRAM, Walk, bad, entries, failures, lines, run, secret_fd, want

HOST = "esx01.lab.example"
HASH = "00112233445566778899AABBCCDDEEFF"  # begins what a Dell's BIOS attributes hold of its setup password


def check(bmc, *argv, trust=(), **more):
    code, out, err = given("check", *bmc.way(*trust), "--format", "json", *argv, HOST, **more)
    try:
        return code, json.loads(out), err
    except ValueError:
        bad(f"{bmc.name}: no JSON: {out[:300]} {err[:300]}")
        return code, {"facts": {}, "causes": []}, err


def value(result, name):
    fact = result["facts"].get(name, {"known": False, "value": None, "reason": "no such fact"})
    return fact["value"] if fact["known"] else "?" + fact["reason"]


# How the password is given to a walk that asks for it.
TYPED = [(r"nothing is shown: $", PASSWORD), (r"Password for the BMC: operator at [\s\S]*Type or paste", "1")]

# What each maker's BMC lets us know: exit code, facts ("?" and the reason where it is not known).
MAKERS = [
    ("dell", 10, {"bmc.maker": "Dell Inc.", "bmc.sku": "TAG0001", "bmc.power": "On", "bmc.boot_progress": "OSRunning", "bmc.tpm_type": "TPM2_0",
                  "bmc.tpm_state": "Enabled", "bmc.tpm_firmware": "7.2.2.0", "bios.tpm_algorithm": "SHA1", "bios.tpm_hierarchy": "Enabled", "secureboot.on": True,
                  "secureboot.next_boot": True, "host.bios": "1.8.2", "bmc.firmware": "6.00.30.00", "host.txt": False}),
    ("hpe", 12, {"bmc.tpm_type": "TPM2_0", "bmc.post": "FinishedPost", "bios.tpm_interface": "Fifo", "bios.tpm_banks": "Sha256", "bios.tpm_state": "PresentEnabled",
                 "secureboot.on": True, "host.txt": "?withheld", "bmc.kind": "iLO 5"}),
    ("lenovo", 10, {"bmc.tpm_type": "TPM2_0", "bmc.power": "Off", "secureboot.on": False, "bios.tpm_algorithm": "?withheld"}),
    ("supermicro", 10, {"bmc.tpm_type": "?withheld", "bmc.tpm_state": "?withheld", "secureboot.mode": "SetupMode"}),
    ("cisco", 10, {"bmc.serial": "TESTCSC0001", "bmc.tpm_type": "?withheld", "bmc.tpm_state": "Absent", "bios.tpm_control": "Disabled",
                   "secureboot.on": True, "secureboot.next_boot": False, "secureboot.mode": "?withheld"}),
    ("several", 10, {"bmc.serial": "TESTSMC001", "bmc.firmware": "01.03.19"}),
    ("twins", 12, {"bmc.serial": "?not_asked", "secureboot.on": "?not_asked", "bmc.firmware": "01.03.19"}),
]


def makers():
    for shape, code, facts in MAKERS:
        with Bmc(shape) as bmc:
            got, result, _ = check(bmc)
            want(got == code, f"{shape}: exit {got}, expected {code}")
            for name, expected in facts.items():
                want(value(result, name) == expected, f"{shape}: {name} is {value(result, name)}, expected {expected}")
            # Who made it is known, whoever told it: a maker only the BMC names is not listed as not checked.
            maker = [at["verdict"] for at in result["results"] if at["check"] == "host-identity"]
            want(maker == ["unknown" if value(result, "bmc.maker")[0] == "?" else "info"], f"{shape}: maker and model: {maker}")
            bmc.logged_out()


def clear_waits():
    """What the next start would do to the TPM is seen, whatever the settings of this boot say."""
    for shape, name in (("dell", "bios.next_hierarchy"), ("hpe", "bios.next_operation"), ("lenovo", "bios.next_device_operation")):
        with Bmc(shape, "-scenario", "clear") as bmc:
            code, result, _ = check(bmc)
            want(code == 10 and value(result, name) == "Clear", f"{shape}: a clear waits: exit {code}, {name} is {value(result, name)}")
            want(value(result, "bios.tpm_operation") != "Clear", f"{shape}: the clear is not only pending")
            bmc.logged_out()
    for shape in ("dell", "hpe", "lenovo", "supermicro"):
        for scenario, waits in (("clear", True), (None, False)):
            with Bmc(shape, *(("-scenario", scenario) if scenario else ())) as bmc:
                _, result, _ = check(bmc)
                want(value(result, "setup.clear") is waits, f"{shape} {scenario}: setup.clear is {value(result, 'setup.clear')}")
                bmc.logged_out()


def own_words():
    """The settings as the machine's own screens call them; two starts where the TPM is off; values alone where there is no registry."""
    rows = [("dell", "", {"setup.algorithm.place": "System BIOS Settings > System Security > TPM Advanced Settings", "setup.algorithm.starts": 1,
                          "setup.algorithm.word": "sha1", "setup.tpm.locked": False, "setup.interface.word": "?withheld"}),
            ("dell", "tpmoff", {"setup.algorithm.starts": 2, "setup.algorithm.needs": ["TPM Security: On"], "setup.tpm.word": "off"}),
            ("dell", "noregistries", {"setup.algorithm.word": "sha1", "setup.algorithm.place": "?withheld", "setup.registry": "?withheld"}),
            ("hpe", "", {"setup.interface.word": "fifo", "setup.storage_hierarchy.word": "on", "setup.algorithm.values":
                         ["Not Specified", "SHA1 only", "SHA256 only", "SHA1 and SHA256"]}),
            ("lenovo", "", {"setup.sha1_bank.label": "SHA-1 PCR Bank", "setup.sha256_bank.word": "?withheld"}),
            ("supermicro", "", {"setup.tpm.word": "on", "setup.sha256_bank.place": "Advanced > Trusted Computing"}),
            ("cisco", "", {"setup.tpm.word": "off", "setup.tpm.place": "?withheld", "setup.pending": "?withheld"})]
    for shape, scenario, facts in rows:
        with Bmc(shape, *(("-scenario", scenario) if scenario else ())) as bmc:
            _, result, _ = check(bmc)
            for name, expected in facts.items():
                want(value(result, name) == expected, f"{shape} {scenario}: {name} is {value(result, name)}, expected {expected}")
            bmc.logged_out()


def faults():
    """What goes wrong is unknown with its reason, and nobody stays logged in."""
    rows = [("erridonly", "bios.tpm_security", "?refused"), ("gone -uses 0", "bios.tpm_security", "?not_asked"),
            ("html", "bios.tpm_security", "?malformed"), ("deep", "bios.tpm_security", "?malformed"), ("huge", "bios.tpm_security", "?truncated"),
            ("error200", "bios.tpm_security", "?malformed"), ("busy", "bios.tpm_security", "?unreachable"),
            ("away", "bios.tpm_security", "?malformed")]
    for scenario, name, expected in rows:
        with Bmc("dell", "-on", "1/Bios", "-scenario", *scenario.split()) as bmc:
            _, result, _ = check(bmc)
            want(value(result, name) == expected, f"{scenario}: {name} is {value(result, name)}, expected {expected}")
            want(value(result, "bmc.power") == "On", f"{scenario}: the rest is not read: {value(result, 'bmc.power')}")
            bmc.logged_out()


def wrong_password():
    with Bmc("hpe", "-scenario", "ilologin") as bmc:
        _, result, _ = check(bmc, password="of-nobody")
        want(value(result, "bmc.power") == "?refused", f"wrong password: {value(result, 'bmc.power')}")
        want(bmc.told("wrong") == 1, f"a wrong password was tried {bmc.told('wrong')} times")


def replied(journal):
    return any(entry["kind"] == "reply" for entry in entries(journal))


def trust():
    """A certificate nobody vouches for: refused where nobody can be asked; accepted once in a walk, and known from then on."""
    known = DIR + "/home/.govmomi/known_hosts"
    with Bmc("dell", "-selfsigned") as bmc:
        _, result, _ = check(bmc, trust=("--user", "root"))
        want(value(result, "bmc.power") == "?refused" and not lines(bmc.log), f"self-signed: {value(result, 'bmc.power')}, {lines(bmc.log)}")
        walk = Walk("walk", *bmc.way("--journal", DIR + "/trust.jsonl"), HOST, password=None,
                    rules=[(r"First sight of this server's certificate[\s\S]*" + bmc.thumb, "2"), *TYPED, (r"What do you see\?", "4"), (r"Something is under way", "y"), (r"Choose a number", None)])
        walk.go(lambda: replied(DIR + "/trust.jsonl"))
        walk.kill()
        want(bmc.thumb in "".join(lines(known)), "the certificate that was accepted is not known")
        _, result, _ = check(bmc, trust=("--user", "root"))
        want(value(result, "bmc.power") == "On", f"pinned: {value(result, 'bmc.power')}")


def resumed():
    """The record knows whose BMC it was; the password it does not know."""
    with Bmc("dell") as bmc:
        journal = DIR + "/resume.jsonl"
        fd = secret_fd(PASSWORD)
        walk = Walk("walk", *bmc.way("--ca-file", bmc.ca, "--journal", journal, "--bmc-password-fd", str(fd)), HOST, password=None, lent=[fd],
                    rules=[(r"What do you see\?", "4"), (r"Something is under way", "y"), (r"Choose a number", None)])
        walk.go(lambda: replied(journal))
        walk.say("q")
        walk.go()
        walk.finish()
        bmc.logged_out()
        walk = Walk("resume", journal, "--ca-file", bmc.ca, password=None,
                    rules=[*TYPED, (r"Something is under way", "y"), (r"Choose a number", None)])
        walk.go(lambda: bmc.told("begun") == 2)
        walk.kill()
        want("bmc" in [e for e in entries(journal) if e["kind"] == "resume"][-1], "the record does not say which BMC it goes on with")


def recorded():
    """A recording of a BMC's answers is a simulated host; scrubbed, it names nobody."""
    with Bmc("cisco") as bmc:
        path = DIR + "/cisco.json"
        code, _, err = given("record", *bmc.way(), "--scrub", "-o", path, HOST)
        want(code == 0, f"record: {code}: {err}")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        for word in ("TESTCSC0001", HOST, USER, bmc.at):
            want(word not in text, f"the scrubbed recording holds {word}")
        code, out, _ = run("check", "--from", path, "--format", "json", password=None)
        want(value(json.loads(out), "bmc.tpm_state") == "Absent", "the recording does not play")
        bmc.logged_out()


def redacted():
    """A copy of the record for others names neither server nor BMC nor who went in."""
    with Bmc("cisco") as bmc:
        journal, copy = DIR + "/whole.jsonl", DIR + "/copy.jsonl"
        check(bmc, "--journal", journal)
        code, _, err = run("redact", journal, "-o", copy, password=None)
        want(code == 0, f"redact: {code}: {err}")
        text = "".join(lines(copy))
        for word in ("TESTCSC0001", HOST, f'"{USER}"', bmc.at, bmc.thumb):
            want(word not in text, f"the redacted copy holds {word}")
        code, _, err = run("verify", copy, password=None)
        want(code in (0, 3), f"verify of the copy: {code}: {err}")


def form():
    """The start screen's form names a BMC, too; an empty line is none."""
    for typed, planes in (("127.0.0.1:1", "bmc"), ("", "")):
        journal = f"{DIR}/form{planes}.jsonl"
        said = f"1\n{HOST}\n\n\n\n{typed}\n{USER if typed else ''}\n4\nq\ny\n"
        done = subprocess.run([PROGRAM, "walk", "--plain", "--no-ssh", "--journal", journal], input=said.encode(), capture_output=True,
                              timeout=60, check=False, cwd=DIR + "/cwd")
        begun = entries(journal)
        want(begun and begun[0]["planes"] == planes and ("bmc" in begun[0]) == bool(planes),
             f"the form's BMC \"{typed}\": {begun[:1]} {done.stdout[-300:]} {done.stderr[-300:]}")


def usage():
    rows = [(64, "--bmc is the management controller of one server", ["check", "--bmc", "bmc.example", HOST, "esx02.lab.example"]),
            (64, "--manual goes to no machine: leave out --bmc", ["walk", "--manual", "--bmc", "bmc.example", HOST]),
            (64, "a BMC is reached by https:// only", ["check", "--bmc", "http://bmc.example", HOST]),
            (64, "a BMC is named without a path", ["check", "--bmc", "https://bmc.example/ui", HOST]),
            (64, "holds a password", ["check", "--bmc", "root:calvin@bmc.example", HOST]),
            (64, "nothing is left to ask", ["check", "--no-ssh", HOST])]
    for code, words, argv in rows:
        got, _, err = run(*argv, password=None)
        want(got == code and words in err and "calvin" not in err, f"{argv}: exit {got}: {err}")


def secrets():
    """No password, no hash of one, no session id in anything that was written or said."""
    unwritten(HASH)


def main():
    for part in (makers, clear_waits, own_words, faults, wrong_password, trust, resumed, recorded, redacted, form, usage, secrets):
        if len(sys.argv) < 2 or part.__name__ in sys.argv[1:]:
            part()
    if failures:
        sys.exit(1)


main()
