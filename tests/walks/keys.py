#!/usr/bin/env python3
"""keys.py PROGRAM FIND.PY - a recovery key never reaches a file, a pipe or a terminal, whole or in part, in any encoding, nor a core.

Walks simulated hosts whose answers hold a recovery key, through every way a key comes in; HOME, TMPDIR and the working directory are this
test's own, and afterwards all that is there is searched, with every byte the program said."""
import os, pty, re, resource, select, signal, subprocess, sys, time

PROGRAM, FIND = (os.path.abspath(arg) for arg in sys.argv[1:3])
KEY = "881862-986591-091320-196049-300778-405507-510236-614965-719694-824423-929152-033881-138610-243339-348068-452797"
GROUPS = KEY.split("-")
WAIT_S = 60
failed = []
said = []


def bad(text):
    failed.append(text)
    print("keys: " + text)


def limits():
    resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)


class Walk:
    """The program in plain mode, on pipes or on a terminal. It answers what it is asked by what stands in the question."""

    def __init__(self, name, args, secret, terminal=False, pass_fds=()):
        self.name, self.secret, self.page, self.all = name, secret, "", b""
        self.asked, self.tries = "", 0
        self.groups = []
        env = dict(os.environ, TERM="xterm", LINES="24", COLUMNS="80")
        command = [PROGRAM] + args + ["--plain"]
        if terminal:
            master, slave = pty.openpty()
            self.process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, env=env, preexec_fn=limits,
                                            start_new_session=True, pass_fds=pass_fds)
            os.close(slave)
            self.out = self.into = master
        else:
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=env,
                                            preexec_fn=limits, pass_fds=pass_fds)
            self.out, self.into = self.process.stdout.fileno(), self.process.stdin.fileno()

    def read(self, quiet_s):
        """What it says next; "" when it was quiet, None when it is over."""
        if not select.select([self.out], [], [], quiet_s)[0]:
            return ""
        try:
            data = os.read(self.out, 65536)
        except OSError:
            data = b""
        self.all += data
        return data.decode(errors="replace") if data else None

    def send(self, text):
        os.write(self.into, text.encode() + b"\n")

    def answer(self, page):
        """One line for the question that ends a page; None: it is the end of this walk."""
        for words, line in (("Choose a number, or wait", ""), ("Type yes to do it:", "yes"), ("Type esx01.lab.example to do it:", "esx01.lab.example"),
                            ("in a few words", "no need")):
            if words in page[-80:]:
                return line
        if page.endswith("nothing is shown:"):
            return self.secret(self, self.asked) if callable(self.secret) else self.secret
        if "Paste the whole recovery key" in page or re.search(r"Type group \d+", page):
            self.asked = page
            self.tries += 1
            return "1" if self.tries < 7 else "2"
        if "What was wrong" in page or "Outcome: " in page:
            return None
        for words, line in (("The recovery key is proven", "1"), ("Without the key only", "2"), ("An empty line goes on", ""),
                            ("type  yes  here", "2"), ("type  esx01.lab.example  here", "2"), ("Yes means", "2"), ("Choose one or more", "2")):
            if words in page:
                return line
        return "1"

    def run(self, until=None):
        """Answer until the words stand there, or the walk is over. Out: were they there?"""
        end = time.monotonic() + WAIT_S
        asked = 0
        while time.monotonic() < end and asked < 80:
            more = self.read(0.1)
            if more is None:
                return False
            self.page += more
            if until and until in self.page:
                return True
            if "Leave it closed: nothing is changed" in self.page and self.tries >= 3 and not until:
                return False
            at = max(self.page.rfind(words) for words in ("(? help):", "for the record:", "to do it:", "nothing is shown:"))
            if more or at < 0:
                continue
            line = self.answer(self.page[:at + 17])
            if line is None:
                return False
            self.page = ""
            asked += 1
            self.send(line)
        bad("%s: it did not come to %r: %s" % (self.name, until, self.page[-300:]))
        return False

    def end(self, want=None):
        """No more input: it stops."""
        if self.into != self.out:
            self.process.stdin.close()
        else:
            self.send("q")
        over = time.monotonic() + WAIT_S
        while self.process.poll() is None and time.monotonic() < over:
            if self.read(0.2) is None and self.into == self.out:
                break
            if self.into == self.out:
                try:
                    self.send("q")
                except OSError:
                    pass
        if self.process.poll() is None:
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                bad(self.name + ": it did not end")
        while self.read(0) not in (None, ""):
            pass
        said.append((self.name, self.all))
        return self.process.returncode


def run(name, *args, stdin=b"", code=None):
    done = subprocess.run([PROGRAM] + list(args), input=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, preexec_fn=limits)
    said.append((name, done.stdout))
    if code is not None and done.returncode != code:
        bad("%s: exit %d: %s" % (name, done.returncode, done.stdout[-300:]))
    return done


def one_group(walk, page):
    """The word first; then each group that is asked for."""
    asked = re.search(r"Type group (\d+)", page)
    if not asked:
        return "groups"
    walk.groups.append(GROUPS[int(asked.group(1)) - 1])
    return walk.groups[-1]


def seen(journal, words):
    with open(journal) as file:
        return words in file.read()


def gates():
    """Every form of a key at the gate, and every way it comes there."""
    forms = {
        "dashes": KEY,
        "no dashes": "".join(GROUPS),
        "blanks": " ".join(GROUPS),
        "wrong": KEY.replace("881862", "881863"),
        "short": "-".join(GROUPS[:12]),
        "quoted": '"' + KEY + '"',
    }
    proven = 0
    for name, key in forms.items():
        for terminal in (False, True) if name in ("dashes", "wrong") else (False,):
            journal = "gate-%s-%d.jsonl" % (name.replace(" ", "-"), terminal)
            walk = Walk(journal, ["demo", "sealed-without-key", "--journal", journal], key, terminal)
            walk.run(None if name in ("wrong", "short", "quoted") else "It is done")
            if not walk.tries:
                bad(journal + ": the gate never asked for the key")
            walk.end()
            proven += seen(journal, '"key":"proven"')
    if proven < 2:
        bad("no form of the key opened the gate: nothing was tested")
    walk = Walk("groups", ["demo", "sealed-without-key", "--journal", "groups.jsonl"], one_group, True)
    walk.run("It is done")
    walk.end()
    if not seen("groups.jsonl", '"key":"partly proven"') or len(walk.groups) != 4:
        bad("four groups did not open the gate")
    for name, args, fd in (("file", ["--key-file", "../elsewhere/key"], None), ("fd", ["--key-fd"], os.open("../elsewhere/key", os.O_RDONLY))):
        journal = "by-%s.jsonl" % name
        walk = Walk(journal, ["demo", "sealed-without-key", "--journal", journal] + args + ([str(fd)] if fd else []), "q", False,
                    pass_fds=[fd] if fd else [])
        walk.run("It is done")
        walk.end()
        if not seen(journal, '"key":"proven"'):
            bad("the key by %s did not open the gate" % name)


def typed():
    """A key where none belongs: in a note."""
    walk = Walk("note", ["demo", "healthy", "--journal", "note.jsonl"], "q")
    walk.run("An empty line goes on")
    for line in ("n the key is " + KEY, "n " + "".join(GROUPS), "n " + " ".join(GROUPS)):
        walk.send(line)
        walk.page = ""
        walk.run("(? help):")
    walk.end()
    if not seen("note.jsonl", '"kind":"note"'):
        bad("the note is not in the record")


def cores():
    """It dies with the key in memory: no core, wherever one would go."""
    control = subprocess.Popen(["sleep", "60"], preexec_fn=limits)
    control.send_signal(signal.SIGSEGV)
    _, status = os.waitpid(control.pid, 0)
    control.returncode = -signal.SIGSEGV
    can = os.WCOREDUMP(status)
    for file in os.listdir("."):
        if re.match(r"core(\.|$)", file):
            os.unlink(file)
    if not can:
        print("keys: no process leaves a core here; only the limit is looked at")
    for number in (signal.SIGSEGV, signal.SIGABRT, signal.SIGQUIT, signal.SIGBUS):
        journal = "core-%d.jsonl" % number
        walk = Walk(journal, ["demo", "sealed-without-key", "--journal", journal], KEY)
        walk.run("It is done")
        with open("/proc/%d/limits" % walk.process.pid) as file:
            core = [line.split() for line in file if line.startswith("Max core file size")][0]
        if core[4] != "0":
            bad("cores are not off: %s" % core)
        walk.process.send_signal(number)
        _, status = os.waitpid(walk.process.pid, 0)
        walk.process.returncode = -number
        if os.WIFSIGNALED(status) and os.WCOREDUMP(status):
            bad("it left a core at signal %d" % number)
        while walk.read(0) not in (None, ""):
            pass
        said.append((journal, walk.all))
        if not seen(journal, '"key":"proven"'):
            bad("it was killed before it had the key")


def outputs():
    """Everything that is made of what was read."""
    for demo in ("sealed-without-key", "cleared-sealed", "prevention-drift", "hierarchy-off", "tpm-lost", "cleared-by-hand"):
        run("check", "check", "--from", "demo:" + demo, "--journal", "check-%s.jsonl" % demo)
        run("check --keep", "check", "--from", "demo:" + demo, "--keep", "--format", "json")
        run("record", "record", "--from", "demo:" + demo, "-o", "rec-%s.json" % demo, code=0)
        run("record --scrub", "record", "--from", "demo:" + demo, "--scrub", "--map", "recmap-%s.json" % demo, "-o", "scrub-%s.json" % demo, code=0)
    log = "\n".join(["2026-03-02T01:00:00Z In(182) hostd[1]: key " + KEY, "Recovery " + " ".join(GROUPS), "".join(GROUPS),
                     "\n".join("-".join(GROUPS[n:n + 4]) + "-" for n in range(0, 16, 4)),
                     "2026-03-02T01:00:01Z vmkernel: TPM recovery key {7E57AB1E-0000-1000-8000-000000000001} " + KEY,
                     "Unable to restore system configuration. A security violation was detected. " + KEY]) + "\n"
    for form in ("text", "json"):
        run("explain", "explain", "--format", form, "-", stdin=log.encode())
    run("explain", "explain", "../elsewhere/log")
    for journal in [name for name in os.listdir(".") if name.endswith(".jsonl")]:
        for form in ("md", "txt", "json", "html"):
            run("export", "export", journal, "--format", form, "-o", "%s.%s" % (journal, form))
        run("redact", "redact", journal, "-o", journal + ".copy", code=0)
        run("pack", "pack", journal, "--case", "SR-1", "-o", journal + ".tgz")
        run("handover", "handover", journal, "-o", journal + ".handover")
        run("verify", "verify", journal)
    run("sessions", "sessions")
    run("doctor", "doctor")


def search():
    with open("../elsewhere/words", "w") as file:
        file.write(KEY + "\n")
    with open("../said", "wb") as file:
        for name, data in said:
            file.write(b"\n== " + name.encode() + b"\n" + data)
    places = ["../home", "../tmp", ".", "../said"]
    found = subprocess.run([sys.executable, FIND, "--key", "../elsewhere/words"] + places, stdout=subprocess.PIPE, text=True)
    if found.returncode:
        bad("the key was found:\n" + found.stdout[:3000])
    # What was typed group by group: each alone, and nothing that only holds its digits.
    for where, _, names in list(os.walk("../home")) + list(os.walk(".")) + [("..", [], ["said"])]:
        for name in names:
            with open(os.path.join(where, name), "rb") as file:
                data = file.read()
            for group in GROUPS:
                if re.search(rb"(?<![0-9a-fA-F])" + group.encode() + rb"(?![0-9a-fA-F])", data):
                    bad("a group of the key, %s, is in %s" % (group, os.path.join(where, name)))
    # The search has to be able to find it there.
    with open("planted", "w") as file:
        file.write("x " + KEY)
    found = subprocess.run([sys.executable, FIND, "--key", "../elsewhere/words"] + places, stdout=subprocess.PIPE, text=True)
    if found.returncode != 1 or "planted" not in found.stdout:
        bad("a key that was planted was not found")
    os.unlink("planted")
    files = sum(len(names) for where in ("../home", ".") for _, _, names in os.walk(where))
    if files < 60:
        bad("only %d files were searched" % files)


def main():
    room = os.getcwd()
    for name in ("home", "tmp", "cwd", "elsewhere"):
        os.mkdir(name)
    os.environ.update(HOME=room + "/home", TMPDIR=room + "/tmp")
    for name in ("CONFIG", "STATE", "DATA", "CACHE", "RUNTIME"):
        os.environ.pop("XDG_%s_HOME" % name, None)
        os.environ.pop("XDG_%s_DIR" % name, None)
    with open("elsewhere/key", "w") as file:
        file.write(KEY + "\n")
    with open("elsewhere/log", "w") as file:
        file.write("2026-03-02T01:00:00Z vmkernel: recovery key: %s\n" % KEY)
    os.chdir("cwd")
    gates()
    typed()
    cores()
    outputs()
    search()
    return bool(failed)


sys.exit(main())
