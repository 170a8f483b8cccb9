"""vcenter_peer.py - for vcenter-program.py: a peer with a scenario, the program as its operator meets it, and a third party's view."""
import json
import os
import pty
import re
import select
import signal
import subprocess
import termios
import time

BOUND_S = 60
HOST = "esx01.lab.example"
USER = "administrator@vsphere.local"
PASSWORD = "peer&<s3cret>\"'/+%1"  # each way of writing it down differs from the others
SRC, BUILD, DIR = (os.environ[name] for name in ("RA_SRCDIR", "RA_BUILDDIR", "RA_DIR"))
PROGRAM = DIR + "/bin/reattest"
failures = []


def bad(what):
    failures.append(what)
    print("FAIL:", what, flush=True)


def want(ok, what):
    if not ok:
        bad(what)
    return ok


def lines(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read().splitlines()
    except FileNotFoundError:
        return []


def wait_for(condition, what):
    """Until the condition holds, in bounded time. Out: whether it did."""
    end = time.monotonic() + BOUND_S
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.01)
    bad("never came: " + what)
    return False


class Server:
    """A test peer, told by its flags what to be. It ends with its standard input, so none outlives this process."""
    count = 0

    def __init__(self, name, program, *flags):
        Server.count += 1
        self.name = name
        self.dir = f"{DIR}/peer{Server.count}"
        os.mkdir(self.dir)
        self.ca, self.log, self.changes = (f"{self.dir}/{name}" for name in ("ca.pem", "log", "changes"))
        argv = [program, "-log", self.log, "-mutations", self.changes, "-cafile", self.ca, *flags]
        self.process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.url = self.process.stdout.readline().decode().strip()
        self.thumb = self.process.stdout.readline().decode().split()[-1]
        self.at = self.url.split("/")[2]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            bad(self.name + ": the peer does not end with its input")
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


class Peer(Server):
    """A vCenter with a scenario."""

    def __init__(self, scenario, *flags):
        super().__init__(scenario, BUILD + "/tests/peers/vcenter-peer", "-scenario", scenario, "-password", PASSWORD, "-sessions",
                         DIR + "/sessions.of.peers", *flags)

    def calls(self, method=None):
        """How often each method was called; of one method, its number."""
        counts = {}
        for line in lines(self.log):
            name = re.sub(r"host-\d+", "HOST", line.split()[1])
            counts[name] = counts.get(name, 0) + 1
        return counts if method is None else counts.get(method, 0)

    def mutations(self):
        return [line.split()[0] for line in lines(self.changes)]

    def state(self):
        """What pyvmomi sees; None where it is not installed."""
        if not HAS_PYVMOMI:
            return None
        done = subprocess.run(["/usr/bin/python3", SRC + "/tests/peers/read-state.py", self.url, USER, PASSWORD, HOST],
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=BOUND_S, check=False)
        if done.returncode:
            bad(f"{self.name}: pyvmomi: {done.stderr.decode()[-400:]}")
            return None
        return json.loads(done.stdout)

    def way(self):
        return ["--no-ssh", "--vcenter", self.url, "--vcenter-user", USER, "--ca-file", self.ca]


HAS_PYVMOMI = not subprocess.run(["/usr/bin/python3", "-c", "import pyVim"], stderr=subprocess.DEVNULL, check=False).returncode


def secret_fd(text):
    """A descriptor from which this can be read once."""
    out, inward = os.pipe()
    os.write(inward, text.encode() + b"\n")
    os.close(inward)
    return out


def keep(kind, text):
    """What the program wrote stays for the search at the end."""
    keep.count += 1
    with open(f"{DIR}/said/{keep.count:03d}.{kind}", "wb") as file:
        file.write(text)


keep.count = 0


def run(*argv, password=PASSWORD, env=None, lent=()):
    """The program without anybody to ask. Out: exit code, stdout, stderr."""
    fds = list(lent)
    argv = [PROGRAM, *argv]
    if password is not None:
        fds.append(secret_fd(password))
        argv += ["--vcenter-password-fd", str(fds[-1])]
    try:
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, pass_fds=fds, timeout=BOUND_S, check=False,
                              env={**os.environ, **(env or {})}, cwd=DIR + "/cwd")
    except subprocess.TimeoutExpired:
        bad(f"{argv[1:]}: does not end")
        return -1, "", ""
    finally:
        for fd in fds:
            os.close(fd)
    keep("out", done.stdout)
    keep("err", done.stderr)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def check(peer, *argv, hosts=(HOST,), **more):
    """`reattest check` of hosts by this peer. Out: exit code, the results as JSON, stderr."""
    code, out, err = run("check", *peer.way(), "--format", "json", *argv, *hosts, **more)
    try:
        return code, json.loads(out), err
    except ValueError:
        bad(f"{peer.name}: no JSON: {out[:300]} {err[:300]}")
        return code, {}, err


ASKS = re.compile(r"(\(\? help\)|to do it|y leaves|for the record|the answer|nothing is shown): ")
GO_ON = [  # what most pages want; the first row that fits the page and its last line
    (r"to do it: $", None),  # said by the page's own rule
    (r"y leaves: $", "y"),
    (r"for the record: $", "not in this test"),
    (r"\nOutcome: ", "q"),
    (r"What do you see\?", "1"),
    (r"An empty line goes on", ""),
    (r"What has changed on this host", "5"),
    (r"Is a vm-support bundle", "1"),
    (r"1\. Secure boot can be enabled", "1"),
]


def quiet_terminal():
    """A terminal to type into that echoes nothing: while a change is waited for, --plain hears nobody else. Out: both its ends."""
    master, slave = pty.openpty()
    modes = termios.tcgetattr(slave)
    modes[3] &= ~termios.ECHO
    termios.tcsetattr(slave, termios.TCSANOW, modes)
    return master, slave


class Walk:
    """The wizard by --plain: a page is what was said since the last answer."""

    def __init__(self, *argv, rules=(), lent=(), env=None, password=PASSWORD):
        self.fds = list(lent)
        self.argv = [PROGRAM, *argv, "--plain"]
        if password is not None:
            self.fds.append(secret_fd(password))
            self.argv += ["--vcenter-password-fd", str(self.fds[-1])]
        self.rules = [*rules, *GO_ON]
        self.said = self.page = ""
        self.answers = []
        self.keyboard, slave = quiet_terminal()
        self.process = subprocess.Popen(self.argv, stdin=slave, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, pass_fds=self.fds,
                                        env={**os.environ, **(env or {})}, cwd=DIR + "/cwd")
        for fd in [slave, *self.fds]:
            os.close(fd)

    def answer_to(self, page):
        """Out: None when nobody has to say anything."""
        asked = [match.end() for match in ASKS.finditer(page)]
        if not asked:
            return None
        page = page[asked[-2] if len(asked) > 1 else 0:asked[-1]]
        for pattern, answer in self.rules:
            if re.search(pattern, page):
                return answer(page) if callable(answer) else answer
        if re.search(r"Choose a number, or wait", page):
            return None
        bad(f"{self.argv[1]}: nobody knows what to say to: {page[-800:]}")
        return "q"

    def go(self, until=None):
        """Answers until a page matches (or something else holds), or the walk ends. Out: whether it did."""
        end = time.monotonic() + BOUND_S
        while time.monotonic() < end:
            if until and (until() if callable(until) else re.search(until, self.page)):
                return True
            answer = self.answer_to(self.page)
            if answer is not None:
                self.say(answer)
            if not select.select([self.process.stdout], [], [], max(0, end - time.monotonic()))[0]:
                break
            chunk = os.read(self.process.stdout.fileno(), 65536).decode(errors="replace")
            if not chunk:
                return False
            self.said += chunk
            self.page += chunk
        bad(f"{self.argv[1:3]}: goes no further: {self.said[-1500:]}")
        self.kill()
        return False

    def say(self, answer):
        self.answers.append(answer)
        self.page = ""
        os.write(self.keyboard, answer.encode() + b"\n")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.finish()

    def finish(self):
        rest, _ = self.process.communicate(timeout=BOUND_S)
        os.close(self.keyboard)
        self.said += rest.decode(errors="replace")
        keep("walk", self.said.encode())
        return self.process.returncode

    def end(self, code):
        """To the end. Out: all that was said."""
        self.go()
        got = self.finish()
        want(got == code, f"{self.argv[1:3]}: exit {got}, expected {code}: {self.said[-1500:]}")
        return self.said


def entries(journal):
    return [json.loads(line)["body"] for line in lines(journal)]
