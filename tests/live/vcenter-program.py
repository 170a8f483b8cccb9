"""vcenter-program.py - the whole program against a vCenter peer; started by vcenter-program.sh."""
import base64
import datetime
import glob
import json
import os
import re
import sys
import time
import urllib.parse
import xml.sax.saxutils

from vcenter_peer import (DIR, HOST, PASSWORD, SRC, USER, Peer, Walk, check, entries, failures, lines, run, secret_fd,
                          wait_for, want)

NEW = ("-api-version", "8.0.3.0")  # the first that tells of Secure Boot
FAST = (*NEW, "-taskreads", "1")  # tasks end when they are first looked at


def key_of_peer():
    with open(SRC + "/tests/peers/esxcli.go", encoding="utf-8") as file:
        return re.search(r'"Key", "([0-9-]+)"', file.read())[1]


def fact(result, name):
    return result["facts"].get(name, {"known": False, "value": None, "reason": "no such fact"})


def of_status(result, status):
    return [cause["id"] for cause in result["causes"] if cause["status"] == status]


# What a check of each scenario says: flags, exit code, outcome, last step, facts (a value, or (reason,) where it is not known), causes.
CHECKS = [
    ("passed", NEW, 0, "not_a_fault", "healthy", {"attestation.status": "accepted", "secureboot.on": True, "tpm.version": "2.0",
                                                  "encryption.mode": "TPM", "service.ssh": False, "alarm.triggered": []}, []),
    ("passed", (), 12, "not_a_fault", "healthy", {"attestation.status": "accepted", "secureboot.on": ("not_asked",)}, []),
    ("passed", ("-api-version", "6.7"), 12, "not_a_fault", "healthy", {"attestation.status": "accepted", "encryption.mode": ("not_applicable",),
                                                                      "host.version": "6.7.0"}, []),
    ("failed", NEW, 10, "stopped", "signed-unknown", {"attestation.status": "notAccepted", "secureboot.on": False,
                                                      "attestation.message": "Host secure boot was disabled",
                                                      "alarm.triggered": ["red Host TPM attestation alarm"]}, ["secure-boot-off"]),
    ("failed", (), 10, "stopped", "reconnect-later", {"attestation.status": "notAccepted", "secureboot.on": ("not_asked",)},
     ["secure-boot-off"]),
    ("norecord", NEW, 12, "stopped", "reconnect-later", {"attestation.status": ("withheld",), "attestation.recorded": False,
                                                        "attestation.time": ("withheld",)}, []),
    ("notpm", NEW, 10, "stopped", "enter-maintenance", {"tpm.supported": False, "tpm.present": False, "attestation.status": ("withheld",),
                                                       "encryption.mode": "NONE"}, ["tpm-absent"]),
    ("disconnected", NEW, 10, "stopped", "no-console", {"host.connection": "disconnected", "host.boot_time": ("unreachable",),
                                                       "tpm.version": ("unreachable",)}, ["host-not-connected"]),
    ("notresponding", NEW, 10, "stopped", "no-console", {"host.connection": "notResponding", "host.boot_time": ("unreachable",)},
     ["host-not-connected"]),
    ("lockdown", NEW, 0, "not_a_fault", "healthy", {"host.lockdown": "lockdownNormal"}, []),
    ("maintenance", NEW, 0, "not_a_fault", "healthy", {"host.maintenance": True}, []),
    ("vsan", NEW, 0, "not_a_fault", "healthy", {"vsan.enabled": True, "cluster.vsan": True}, []),
    ("tasks", NEW, 0, "not_a_fault", "healthy", {"task.running": ["CreateSnapshot"]}, []),
    ("siblings", NEW, 0, "not_a_fault", "healthy", {"siblings.passed": ["esx02.lab.example"], "siblings.failed": ["esx03.lab.example"]}, []),
    ("trustauthority", NEW, 10, "escalated", "authority-failed", {"trustauthority.status": ["notAttested"]}, ["trust-authority"]),
    ("selfhosted", NEW, 11, "not_a_fault", "healthy", {"vm.serving": ["vcenter", "key server", "dns"]}, []),
    ("nopermission", NEW, 12, "not_a_fault", "healthy", {"tpm.version": ("refused",), "secureboot.on": ("refused",),
                                                        "tpm.supported": ("refused",), "attestation.status": "accepted"}, []),
    ("reconnect-cures", NEW, 10, "stopped", "reconnect-later", {"attestation.status": "notAccepted"}, ["stale-status"]),
    ("slow", (*NEW, "-delay", "50"), 0, "not_a_fault", "healthy", {"attestation.status": "accepted"}, []),
    ("expire-once", NEW, 0, "not_a_fault", "healthy", {"attestation.status": "accepted"}, []),
]


def test_check():
    for scenario, flags, code, outcome, last, facts, likely in CHECKS:
        with Peer(scenario, *flags) as peer:
            name = " ".join([scenario, *flags])
            got, result, _ = check(peer)
            want((got, result["exit"]) == (code, code), f"{name}: exit {got}, in the result {result['exit']}, expected {code}")
            want(result["outcome"] == outcome, f"{name}: outcome {result['outcome']}")
            want(fact(result, "vcenter.address")["value"] == "127.0.0.1", f"{name}: the address asked is {fact(result, 'vcenter.address')}")
            want(result["path"][-1:] == [last], f"{name}: path {result['path']}")
            for fact_name, value in facts.items():
                seen = fact(result, fact_name)
                as_said = not seen["known"] and seen["value"] is None and seen["reason"] == value[0] if isinstance(value, tuple) \
                    else seen["known"] and seen["value"] == value
                want(as_said, f"{name}: {fact_name} is {seen['value']} ({seen['reason']}), expected {value}")
            want(of_status(result, "likely") == likely, f"{name}: likely {of_status(result, 'likely')}, expected {likely}")
            not_checked = {row["what"]: row["why"] for row in result["not_checked"]}
            want(not_checked.get("everything over SSH") == "it was not asked", f"{name}: not checked: {not_checked}")
            want(("Secure Boot in this boot" in not_checked) == (not fact(result, "secureboot.on")["known"]),
                 f"{name}: not checked: {not_checked}")
            # Passed is said only of an attestation that is younger than the boot; without one nothing is said, least of all no.
            if last == "healthy":
                want(fact(result, "attestation.time")["value"] > fact(result, "host.boot_time")["value"], f"{name}: passed, and older")
            want(peer.calls("Logout") == peer.calls("Login") - (scenario == "expire-once"), f"{name}: calls {peer.calls()}")
            want(not peer.mutations(), f"{name}: a check changed {peer.mutations()}")
    with Peer("norecord", *NEW) as peer:
        _, result, _ = check(peer)
        verdicts = {row["check"]: row["verdict"] for row in result["results"]}
        want(verdicts["vcenter-attestation"] == "warn" and ["attestation.status", "a fact this flow requires; withheld"] in
             [list(row.values()) for row in result["not_checked"]], f"norecord: {verdicts} {result['not_checked']}")


def test_record():
    """What was read of each scenario replays to the same, as it is and scrubbed, and changes nothing."""
    for scenario, flags in sorted({(row[0], tuple(flag for flag in row[1] if not flag.isdigit() and flag != "-delay")) for row in CHECKS}):
        with Peer(scenario, *flags) as peer:
            name, files = " ".join([scenario, *flags]), []
            for options in ((), ("--scrub",)):
                files.append(f"{DIR}/{scenario}{len(files)}.json")
                if os.path.exists(files[-1]):
                    os.remove(files[-1])
                code, out, err = run("record", *peer.way(), *options, "-o", files[-1], HOST)
                want((code, out) == (0, "") and "WARNING" not in err, f"{name}: record {options}: exit {code}: {err[:600]}")
            code, out, err = run("flow", "test", *files, password=None)
            want(code == 0 and out.count("as expected") == 2, f"{name}: no test of itself: {out} {err[:300]}")
            text = open(files[1], encoding="utf-8").read() if os.path.exists(files[1]) else ""
            left = re.findall(r"esx01|lab\.example|4c4c4544|\b10\.0\.0\.\d+", text)
            want(not left, f"{name}: not scrubbed: {sorted(set(left))}")
            want(not peer.mutations(), f"{name}: record changed {peer.mutations()}")


def test_same_twice():
    """What is said does not depend on which answer came first."""
    def timeless(result):
        return json.loads(re.sub(r"20\d\d-\d\d-\d\dT[0-9:.]+Z", "TIME", json.dumps(result)))

    for scenario in ("failed", "siblings", "trustauthority"):
        with Peer(scenario, *NEW) as peer:
            results = [timeless(check(peer)[1]) for _ in range(3)]
            for part in ("path", "results", "causes", "not_checked", "next", "outcome", "exit"):
                want(results[0][part] == results[1][part] == results[2][part], f"{scenario}: {part} differs from run to run")
            want(len({tuple(result["facts"]) for result in results}) == 1, f"{scenario}: the facts have another order from run to run")


def test_which_host():
    with Peer("ambiguous", *NEW) as peer:
        for name, code, found, step in ((HOST, 0, "one", "healthy"), ("10.0.0.11", 0, "one", "healthy"),
                                        ("4c4c4544-0000-1031-8031-000000000001", 0, "one", "healthy"),
                                        ("esx01", 12, "many", "host-ambiguous"), ("esx77", 12, "none", "host-not-found")):
            got, result, _ = check(peer, hosts=(name,))
            want((got, fact(result, "host.found")["value"], result["path"][-1]) == (code, found, step),
                 f"host {name}: exit {got}, {fact(result, 'host.found')}, {result['path']}")
            want(fact(result, "attestation.status")["known"] == (found == "one"), f"host {name}: a status is known")
        said = [row["why"] for row in check(peer, hosts=("esx01",))[1]["results"] if row["check"] == "host-in-vcenter"]
        want("esx01.lab.example, esx01.dr.example" in said[0], f"ambiguous: {said}")
    with Peer("passed", *NEW, "-esx") as peer:
        got, result, _ = check(peer)
        want((got, result["path"][-1]) == (12, "host-itself"), f"an ESXi host as vCenter: exit {got}, {result['path']}")


def plane(result):
    return next(row for row in result["target"]["planes"] if row["plane"] == "vcenter")


def test_ways_in():
    with Peer("passed", *NEW) as peer:
        code, result, _ = check(peer, password="not this one")
        want(code == 20 and plane(result)["state"] == "down" and "refuses the user name or the password" in plane(result)["say"],
             f"wrong password: exit {code}, {plane(result)}")
        want(peer.calls() == {"RetrieveServiceContent": 1, "Login": 1}, f"wrong password: {peer.calls()}")
        code, result, _ = check(peer, password="not this one", hosts=[HOST, "esx02.lab.example", "esx03.lab.example"])
        want(code == 20 and peer.calls("Login") == 2, f"wrong password, three hosts: exit {code}, {peer.calls()}")
    bare = ("check", "--no-ssh", "--vcenter-user", USER, "--format", "json")
    with Peer("passed", *NEW) as peer:
        known = f"{DIR}/known"
        # A certificate nobody vouches for: nothing but the handshake.
        code, out, err = run(*bare, "--vcenter", peer.url, HOST, env={"GOVC_TLS_KNOWN_HOSTS": known})
        want(code == 20 and f"its certificate was not accepted; nothing was sent to it. SHA-256 thumbprint: {peer.thumb}. " in out and "--ca-file" in out, f"unknown certificate: exit {code}: {out} {err}")
        want(peer.calls() == {}, f"unknown certificate: {peer.calls()}")
        want(not os.path.exists(known), "unknown certificate: it is known now")
        # Its thumbprint in the file of known servers is enough; another one there is not.
        thumb = peer.thumb
        for line, wanted in ((f"{peer.at} {thumb}", 0), (f"{peer.at} {'00:' * 31}00", 20)):
            with open(known, "w", encoding="utf-8") as file:
                file.write(f"# a remark\nvc.example {'11:' * 31}11\n{line}\n")
            before = peer.calls("Login")
            code, out, err = run(*bare, "--vcenter", peer.url, HOST, env={"GOVC_TLS_KNOWN_HOSTS": known})
            want(code == wanted, f"known as {line}: exit {code}: {out[:600]} {err}")
            want(peer.calls("Login") - before == (wanted == 0), f"known as {line}: {peer.calls()}")
        want(f"({known} line 3)" in out and "HAS CHANGED" in out, f"changed certificate: where it is known is not said: {out[:600]} {err}")
        # Not looked at: it works, and everything says so.
        record = f"{DIR}/insecure.jsonl"
        code, out, err = run(*bare, "--insecure", "--journal", record, "--vcenter", peer.url, HOST)
        want(code == 0 and "its certificate is NOT CHECKED" in err and "certificate not checked (--insecure)" in out, f"--insecure: {code} {err}")
        want("not checked (--insecure)" in "".join(lines(record)), "--insecure: the record does not say it")
        code, out, _ = run("check", "--no-ssh", "--vcenter-user", USER, "--insecure", "--vcenter", peer.url, HOST)
        want("the certificate of vCenter was NOT CHECKED (--insecure)" in out, f"--insecure: the text does not say it: {out[:600]}")
        _, out, _ = run("export", record, "--format", "md", password=None)
        want("NOT CHECKED (--insecure)" in out, "--insecure: the exported transcript does not say it")
    with Peer("expired-cert", *NEW) as peer:
        code, result, _ = check(peer)
        want(code == 20 and "its certificate was not accepted" in plane(result)["say"] and peer.calls() == {},
             f"expired certificate: exit {code}, {plane(result)}, {peer.calls()}")


def test_environment():
    """GOVC_* alone give the plane, and what is a secret of theirs leaves the environment."""
    with Peer("passed", *NEW) as peer:
        govc = {"GOVC_URL": peer.url, "GOVC_USERNAME": USER, "GOVC_PASSWORD": PASSWORD, "GOVC_TLS_CA_CERTS": peer.ca}
        code, out, err = run("check", "--no-ssh", HOST, env=govc, password=None)
        want(code == 0 and f"vCenter {peer.at}, from GOVC_URL" in err, f"GOVC_*: exit {code}: {err} {out[:300]}")
        quoted = f"https://{urllib.parse.quote(USER)}:{urllib.parse.quote(PASSWORD, safe='')}@{peer.at}/sdk"
        code, out, err = run("check", "--no-ssh", HOST, env={"GOVC_URL": quoted, "GOVC_TLS_CA_CERTS": peer.ca}, password=None)
        want(code == 0, f"GOVC_URL with user and password: exit {code}: {err} {out[:300]}")
        logins = peer.calls("Login")
        code, out, err = run("check", "--no-ssh", HOST, env={**govc, "GOVC_INSECURE": "perhaps"}, password=None)
        want(code == 78 and "GOVC_INSECURE" in err and "perhaps" not in err and peer.calls("Login") == logins, f"GOVC_INSECURE: {code}: {err}")
        walk = Walk("walk", HOST, "--no-ssh", "--journal", DIR + "/govc.jsonl", env=govc, password=None)
        walk.go(until=r"What has changed on this host(.|\n)*\(\? help\): ")
        try:
            with open(f"/proc/{walk.process.pid}/environ", "rb") as file:
                environ = file.read()
            want(b"GOVC_URL" in environ, "the environment of the walk cannot be seen")
            want(PASSWORD.encode() not in environ, "the password stands in the environment of the walk")
        except PermissionError:
            pass  # a process that guards its memory shows it to root alone
        walk.say("q")
        walk.go()
        walk.finish()


def test_many_hosts():
    """One login for all; what is read of hosts is read of all of them at once."""
    calls = {}
    for count in (1, 60):
        with Peer("passed", *NEW, "-hosts", str(count), "-vms", "2") as peer:
            hosts = [f"esx{i:02d}.lab.example" for i in range(1, count + 1)]
            code, results, _ = check(peer, "--parallel", "60", hosts=hosts)
            results = results if count > 1 else [results]
            want(code == 0 and [result["target"]["host"] for result in results] == hosts, f"{count} hosts: exit {code}, {len(results)} results")
            want({fact(result, "attestation.status")["value"] for result in results} == {"accepted"}, f"{count} hosts: not all are read")
            calls[count] = peer.calls()
    print("calls of 1 host: ", calls[1])
    print("calls of 60 hosts:", calls[60])
    for method in ("Login", "Logout", "RetrieveServiceContent", "CurrentTime", "POST:/api/session", "DELETE:/api/session"):
        want(calls[60].get(method, 0) == calls[1].get(method, 0) == 1, f"60 hosts: {method} {calls[60].get(method, 0)} times")
    # Which hosts there are and what is known of them, of their clusters, tasks, alarms, machines and siblings: a question each, asked of
    # all. Whether a host asks for its next batch before or after the others is a matter of moments: as many again may be spread by that.
    most = 2 * calls[1]["RetrievePropertiesEx"]
    want(calls[60]["RetrievePropertiesEx"] <= most, f"60 hosts: {calls[60]['RetrievePropertiesEx']} reads of properties, at most {most}")
    # A report and an esxcli command are of one host by their nature, and so is what REST tells.
    for method in ("QueryTpmAttestationReport", "ExecuteSoap", "RetrieveManagedMethodExecuter"):
        want(calls[60][method] <= 60 * calls[1][method], f"60 hosts: {method} {calls[60][method]} times")


def test_fleet():
    """What many hosts say together: told first what the failed ones share, then counts, causes and where they gather."""
    with Peer("onemodel", *NEW, "-hosts", "6") as peer:
        hosts = [f"esx{i:02d}.lab.example" for i in range(1, 7)]
        code, out, err = run("check", *peer.way(), *hosts, "esx99.lab.example", hosts[0].upper())
        summary = out[out.find(": 7 hosts"):]
        want(code == 10, f"one model: exit {code}: {err[:600]}")
        for text in ("FAIL        3 hosts: esx01.lab.example, esx02.lab.example, esx03.lab.example\n",
                     "OK          3 hosts: esx04.lab.example, esx05.lab.example, esx06.lab.example\n",
                     "UNKNOWN     1 host: esx99.lab.example\n",
                     "hosts of other models are Passed: model PowerEdge R650: 3 of 3; others: 0 of 3; not known: 1\n",
                     "Secure Boot is off: 3 of 6: esx01.lab.example, esx02.lab.example, esx03.lab.example; not known: 1\n",
                     "model PowerEdge R650, BIOS 1.6.5: 3 of 3; others: 0 of 3", "To do: "):
            want(text in summary, f"one model: the summary does not say {text!r}: {summary}")
        said = [line for line in err.splitlines() if " of 7: " in line]
        want([line.split(":")[1].strip() for line in said] == [f"{i} of 7" for i in range(1, 8)], f"one model: lines {err}")
        want(sorted(line.split(": ")[2] for line in said) == hosts + ["esx99.lab.example"], f"one model: lines {err}")
        want({line.split(": ", 3)[3] for line in said if "esx01" in line or "esx03" in line} == {"FAIL: Secure Boot is off"}, f"one model: lines {err}")
        want(f"{hosts[0].upper()} is named more than once" in err and "\x1b" not in out + err, f"one model: {err}")
        order = [out.find(f": {host}\n") for host in hosts]
        want(order == sorted(order) and order[0] > 0, f"one model: the hosts stand in another order than they were given: {order}")
        # A list stays a list, and what it cannot hold stands beside it.
        code, results, err = check(peer, hosts=hosts)
        want(code == 10 and [result["target"]["host"] for result in results] == hosts, f"one model: {len(results)} results")
        want("model PowerEdge R650: 3 of 3; others: 0 of 3\n" in err, f"one model: no summary on stderr: {err}")
    with Peer("failed", *NEW, "-hosts", "2") as peer:
        code, out, err = run("check", *peer.way(), HOST, "esx02.lab.example", password="not this one")
        want(code == 20 and "vCenter could not be asked about any host: 2 of 2" in out, f"vCenter refuses: exit {code}: {out[-1500:]}")


# What the operator of these walks says, beside what every page wants: does what is offered, and says that what is asked holds.
DO = [
    (r"Type \S+ to do it: $", lambda page: re.search(r"Type (\S+) to do it: $", page)[1]),
    (r"2\. To do it, type", "2"),
    (r"Yes means: reattest sends it now", "2"),
    (r"1\. Both hold", "1"),
    (r"1\. Go on without it", "1"),
]


def journal(name):
    return f"{DIR}/{name}.jsonl"


def walk(peer, name, *argv, rules=(), host=HOST, way=None, **more):
    return Walk("walk", host, *(way or peer.way()), "--journal", journal(name), *argv, rules=[*rules, *DO], **more)


def resume(peer, name, *argv, rules=(), **more):
    """The vCenter and its user stand in the record; what it vouches with, and the password, do not."""
    return Walk("resume", journal(name), "--no-ssh", "--ca-file", peer.ca, *argv, rules=[*rules, *DO], **more)


def path(name):
    """The way as the record has it: which step led where, and by what."""
    return [(entry["from"], entry["to"], entry["by"]) for entry in entries(journal(name)) if entry["kind"] == "edge"]


def deeds(name):
    return [(entry["step"], entry["result"]) for entry in entries(journal(name)) if entry["kind"] == "outcome"]


def ends_with(peer, *mutations):
    want(peer.mutations() == list(mutations), f"{peer.name}: {peer.mutations()} reached vCenter, expected {list(mutations)}")


def third_party(peer, **wanted):
    """What pyvmomi reads of the host now."""
    state = peer.state()
    for name, value in wanted.items():
        if state is not None:
            want(state[name] == value, f"{peer.name}: pyvmomi reads {name} as {state[name]}, expected {value}")
    return state


def says(walked, *words):
    for word in words:
        want(word in walked.said, f"{walked.argv[1:3]}: nothing says \"{word}\": {walked.said[-1500:]}")


def sound(name, code=3):
    got, out, err = run("verify", journal(name), password=None)
    want(got == code, f"{name}: its record: exit {got}, expected {code}: {out} {err}")


def test_reattest():
    """The re-attest branch, to Passed by a status that is younger than what was done; and twice the same way."""
    ways = []
    for name in ("cures", "cures-again"):
        with Peer("reconnect-cures", *FAST) as peer:
            before = time.time()
            walked = walk(peer, name)
            walked.end(0)
            says(walked, "Outcome: resolved", "verified  Disconnect and reconnect the host", "resolved: Passed")
            ends_with(peer, "DisconnectHost_Task", "ReconnectHost_Task")
            state = third_party(peer, tpmAttestation="accepted", connectionState="connected", alarms=[], inMaintenanceMode=False)
            if state:
                want(datetime.datetime.fromisoformat(state["tpmAttestationTime"]).timestamp() > before, f"{name}: that status is old: {state}")
            want(deeds(name) == [("reattest", "verified")], f"{name}: {deeds(name)}")
            sound(name)
            ways.append((path(name), walked.answers))
    want(ways[0] == ways[1], f"the same walk twice goes two ways: {ways}")
    # What stands in vCenter's hand may be followed, and what it refuses ends the walk without a change.
    with Peer("reconnect-cures,ft", *FAST) as peer:
        walked = walk(peer, "ft")
        walked.end(13)
        want(path("ft")[-1][1] == "reconnect-later", f"ft: {path('ft')}")
        ends_with(peer)
    with Peer("reconnect-cures,tasks", *FAST) as peer:
        walked = walk(peer, "tasks")
        walked.end(13)
        want(path("tasks")[-1][1] == "reconnect-later", f"tasks: {path('tasks')}")
        ends_with(peer)


def test_left_disconnected():
    """The second half fails: said in capitals, with the way back, and resume opens there."""
    with Peer("reconnect-needs-credentials", *FAST) as peer:
        walked = walk(peer, "left", rules=[(r"Who connects it again\?", "q")])
        walked.end(14)
        why = "refused. THE HOST IS LEFT DISCONNECTED. ReconnectHost_Task: InvalidLogin: Cannot complete login"
        says(walked, "Disconnect and reconnect the host: " + why)
        want(why in run("export", journal("left"), "--format", "txt", password=None)[1], "left: the transcript does not say what vCenter said")
        ends_with(peer, "DisconnectHost_Task", "ReconnectHost_Task")
        third_party(peer, connectionState="disconnected", tpmAttestation="notAccepted")
        again = resume(peer, "left", rules=[(r"Outcome: ", "q"), (r"\nConnect the host by hand\n(.|\n)*Choose a number", "1")])
        again.go(until=r"Who connects it again\?(.|\n)*\(\? help\): ")
        want("THE HOST IS LEFT DISCONNECTED" in again.said and not again.answers, f"resume opens elsewhere: {again.said[-800:]}")
        ends_with(peer, "DisconnectHost_Task", "ReconnectHost_Task")
        again.say("1")  # by vCenter once more: asked for anew, so sent anew, once
        again.end(14)
        says(again, "stopped: THE HOST IS LEFT DISCONNECTED", "next: vSphere Client: the host > Connection > Connect.")
        ends_with(peer, "DisconnectHost_Task", "ReconnectHost_Task", "ReconnectHost_Task")
        third_party(peer, connectionState="disconnected")


def test_maintenance():
    with Peer("notpm", *FAST) as peer:
        walked = walk(peer, "enter", rules=[(r"vCenter puts the host(.|\n)*verified", ""), (r"TPM in the firmware|What do the server", "q")])
        walked.go()
        walked.finish()
        ends_with(peer, "EnterMaintenanceMode_Task")
        want(deeds("enter")[:1] == [("enter-maintenance", "verified")], f"enter: {deeds('enter')}")
        third_party(peer, inMaintenanceMode=True)
    with Peer("reconnect-cures,maintenance", *FAST) as peer:
        walked = walk(peer, "leave")
        walked.end(0)
        ends_with(peer, "DisconnectHost_Task", "ReconnectHost_Task", "ExitMaintenanceMode_Task")
        want(deeds("leave") == [("reattest", "verified"), ("leave-maintenance", "verified")], f"leave: {deeds('leave')}")
        third_party(peer, inMaintenanceMode=False)
        sound("leave")
    # Nothing is done where nothing may be done.
    for flag in ("--read-only", "--dry-run"):
        with Peer("reconnect-cures", *FAST) as peer:
            walked = walk(peer, "none" + flag, flag)
            walked.go()
            walked.finish()
            ends_with(peer)


def test_acknowledge():
    with Peer("reconnect-fails-status", *FAST) as peer:
        walked = walk(peer, "acknowledge")
        walked.end(13)
        says(walked, "escalated: Still not Passed")
        ends_with(peer, "DisconnectHost_Task", "ReconnectHost_Task", "AcknowledgeAlarm")
        want(deeds("acknowledge") == [("reattest", "verified"), ("acknowledge-alarm", "verified")], f"acknowledge: {deeds('acknowledge')}")
        # An acknowledge touches nothing of the host: what was read of it before still counts.
        told = fact(json.loads(run("export", journal("acknowledge"), "--format", "json", password=None)[1]), "attestation.status")
        want(told["value"] == "notAccepted", f"acknowledge: attestation.status {told}")
        state = third_party(peer, tpmAttestation="notAccepted", connectionState="connected")
        if state:
            want([(alarm["status"], alarm["acknowledged"]) for alarm in state["alarms"]] == [("red", True)], f"acknowledge: {state}")


SSH_OFF = ("failed,sshoff", *FAST, "-address", "127.0.0.1")
NOT_SEEN = (r"1\. Secure boot can be enabled", "3")


def over_ssh(peer):
    """The host is on loopback, where nothing listens: its SSH is refused, as that of a host whose service is off."""
    return [word for word in peer.way() if word != "--no-ssh"] + ["--port", "1"]


def test_ssh_for_the_walk():
    with Peer(*SSH_OFF) as peer:
        walked = walk(peer, "ssh", host="127.0.0.1", way=over_ssh(peer), rules=[NOT_SEEN])
        walked.end(13)
        ends_with(peer, "StartService", "StopService")
        want(deeds("ssh") == [("ssh-on", "verified"), ("ssh-off", "verified")], f"ssh: {deeds('ssh')}")
        third_party(peer, sshRunning=False)


def test_killed_ssh():
    """Killed with SSH on: what was switched on for the walk is offered to be switched off before anything else."""
    with Peer(*SSH_OFF) as peer:
        walked = walk(peer, "killed-ssh", host="127.0.0.1", way=over_ssh(peer), rules=[NOT_SEEN])
        walked.go(until=peer.mutations)
        walked.kill()
        ends_with(peer, "StartService")
        third_party(peer, sshRunning=True)
        again = resume(peer, "killed-ssh", rules=[NOT_SEEN, (r"Switch the SSH service on\n(.|\n)*Yes means", "1")])
        again.go(until=r"Something is to be taken back first(.|\n)*\(\? help\)|Outcome: ")
        ends_with(peer, "StartService")
        again.rules = [(r"Something is to be taken back first", "1"), *again.rules]
        again.go()
        again.finish()
        says(again, "Something is to be taken back first")
        ends_with(peer, "StartService", "StopService")
        third_party(peer, sshRunning=False)


def has_intent(name):
    return any('"kind":"intent"' in line for line in lines(journal(name)))


BY_VCENTER = (r"Who connects it again\?", "1")
UNKNOWN = "its outcome is not known. It is not done again; only its verification leads on."


def test_killed_reconnect():
    """Killed when the intent is on disk, and between the two halves: nothing goes out twice by itself, and what became of it is read."""
    for name, until in (("killed-intent", lambda _: has_intent("killed-intent")), ("killed-between", between)):
        # The second half is not sent before this test has killed the program: what tells of the first one keeps it waiting.
        with Peer("reconnect-cures,late-disconnect", *FAST, "-delay", "30000") as peer:
            walked = walk(peer, name)
            walked.go(until=r"Type \S+ to do it: $")
            walked.say(HOST)
            wait_for(lambda: until(peer), name)
            walked.kill()
            sent = settled(peer)
            want(sent in ([], ["DisconnectHost_Task"]) and (sent or name != "killed-between"), f"{name}: sent before the kill: {sent}")
            sound(name, 4)
            again = resume(peer, name, rules=[BY_VCENTER])
            again.go(until=r"Choose a number, or wait \(\? help\): ")
            says(again, UNKNOWN)
            ends_with(peer, *sent)
            third_party(peer, tpmAttestation="notAccepted", **({"connectionState": "disconnected"} if name == "killed-between" else {}))
            # Nothing will show: the operator says so, and the walk looks where the host stands.
            again.say("2")
            again.go()
            left = "left-disconnected" in [to for _, to, _ in path(name)]
            want(left or name != "killed-between", f"{name}: {path(name)}")
            code = again.finish()
            want(code == (0 if left else 14), f"{name}: exit {code}: {again.said[-1500:]}")
            if left:
                says(again, "THE HOST IS LEFT DISCONNECTED", "Outcome: resolved")
                ends_with(peer, *sent, "ReconnectHost_Task")
                third_party(peer, connectionState="connected", tpmAttestation="accepted")
            else:
                ends_with(peer, *sent, "AcknowledgeAlarm")
                third_party(peer, connectionState="connected", tpmAttestation="notAccepted")


def between(peer):
    """The host is disconnected, and vCenter has not yet told so."""
    names = [line.split()[1] for line in lines(peer.log)]
    return "DisconnectHost_Task" in names and "RetrievePropertiesEx" in names[names.index("DisconnectHost_Task"):]


def settled(peer):
    """What has reached the peer when it has nothing more to answer."""
    last = None
    end = time.monotonic() + 0.5
    while time.monotonic() < end or last != peer.calls():
        last = peer.calls()
        time.sleep(0.05)
    return peer.mutations()


SECURE_BOOT_ON = (r"Switch Secure Boot on\n(.|\n)*Leave it: this is not done", "1")  # a person's deed; here nobody's
STATEMENT = (r"statement \d+ of \d+(.|\n)*1\. No\n  2\. Yes", "2")


def test_gate():
    """The recovery key of the gate, read through vCenter's esxcli and compared with a stored copy: the right one opens it, no other does."""
    key = key_of_peer()
    wrong = key[:-1] + ("0" if key[-1] != "0" else "1")
    for name, stored, opened in (("key-right", key, True), ("key-wrong", wrong, False)):
        with Peer("failed", *FAST) as peer:
            fd = secret_fd(stored)
            walked = walk(peer, name, "--key-fd", str(fd), lent=[fd],
                          rules=[SECURE_BOOT_ON, STATEMENT, (r"1\. The recovery key is proven\n", by_turns("1", "2"))])
            walked.end(13)
            gates = [(entry["opened"], entry["why"]) for entry in entries(journal(name)) if entry["kind"] == "gate"]
            want(gates[0] == ((True, "every statement was affirmed; all 16 groups of the recovery key match") if opened else (False, "group 16 of the recovery key differs")),
                 f"{name}: {gates}")
            want(peer.calls("ExecuteSoap") > 4, f"{name}: the key was not asked of the host")
            ends_with(peer, "EnterMaintenanceMode_Task")
            want(("enable-secure-boot" in [to for _, to, _ in path(name)]) == opened, f"{name}: {path(name)}")
            run("export", journal(name), "--format", "md", "-o", f"{DIR}/{name}.md", password=None)
            run("export", journal(name), "--format", "json", "-o", f"{DIR}/{name}.json", password=None)


def by_turns(first, *others):
    """The first answer once, then the next."""
    left = [first, *others]
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


def test_secrets():
    """Nothing the program wrote, in all of these tests, holds what opens a vCenter or a host."""
    basic = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    escaped = xml.sax.saxutils.escape(PASSWORD)
    quoted = xml.sax.saxutils.escape(PASSWORD, {'"': "&quot;", "'": "&apos;"})
    secrets = {PASSWORD, basic, base64.b64encode(PASSWORD.encode()).decode(), urllib.parse.quote(PASSWORD), urllib.parse.quote(PASSWORD, safe=""),
               escaped, quoted, json.dumps(PASSWORD)[1:-1], key_of_peer(), key_of_peer().replace("-", ""), key_of_peer().replace("-", " ")}
    ids = lines(DIR + "/sessions.of.peers")
    want(len(ids) > 50, f"only {len(ids)} sessions were opened")
    secrets |= set(ids)
    files = [name for name in glob.glob(DIR + "/**", recursive=True, include_hidden=True) if os.path.isfile(name)]
    own = [name for name in files if not re.search(r"/(sessions\.of\.peers|peer\d+/.*|bin/reattest|share/reattest/.*)$", name)]
    want(len([name for name in own if name.endswith(".jsonl")]) > 10 and any("/said/" in name for name in own), f"too few files: {own}")
    for name in own:
        with open(name, "rb") as file:
            text = file.read()
        for secret in secrets:
            want(secret.encode() not in text, f"{name}: holds {'a session' if secret in ids else 'a secret'}: {secret}")
    for group in key_of_peer().split("-")[:4]:
        holders = [name for name in own if re.search(rb"(?<!\d)" + group.encode() + rb"(?!\d)", open(name, "rb").read())]
        want(not holders, f"a group of the key stands in {holders}")


TESTS = [test_check, test_record, test_same_twice, test_which_host, test_ways_in, test_environment, test_many_hosts, test_fleet, test_reattest, test_left_disconnected, test_maintenance,
         test_acknowledge, test_ssh_for_the_walk, test_killed_ssh, test_killed_reconnect, test_gate,
         test_secrets]

if __name__ == "__main__":
    os.makedirs(DIR + "/said", exist_ok=True)
    for test in [test for test in TESTS if not sys.argv[1:] or test.__name__ in sys.argv[1:]]:
        began = time.monotonic()
        test()
        print(f"{test.__name__}: {time.monotonic() - began:.1f} s", flush=True)
    raise SystemExit(bool(failures))
