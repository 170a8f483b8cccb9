#!/usr/bin/python3
"""The test peer of the BMC plane: a Redfish service over TLS on the loopback, in the shapes of several makers (bmc_bodies.py).

Line 1 of its output is its URL, line 2 the SHA-256 thumbprint of its certificate; it ends when its standard input closes, so a test that
died leaves no server behind. Sessions, Basic, ETag, If-None-Match and gzip are as DSP0266 has them; scenarios (-help) are what goes wrong."""
import argparse
import base64
import gzip
import hashlib
import http.server
import json
import os
import secrets
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True
from bmc_bodies import SHAPES  # noqa: E402
import bmc_changes  # noqa: E402
import bmc_registry  # noqa: E402
from bmc_jobs import add_jobs, add_messages, add_trusted, expanded, let_expand  # noqa: E402

SESSIONS = "/redfish/v1/SessionService/Sessions"
SCENARIOS = {
    "slow": "each answer to a path with -on in it comes after -delay milliseconds",
    "drop": "the connection is cut in the middle of the answer to a path with -on in it, -times times",
    "cutlogin": "the connection is cut after a login was taken, before its answer",
    "html": "a page instead of JSON at a path with -on in it",
    "empty": "nothing at all, with status 200, at a path with -on in it",
    "huge": "20 MB at a path with -on in it",
    "bomb": "a small compressed body that becomes 40 MB at a path with -on in it",
    "badgzip": "compression that is none at a path with -on in it",
    "deep": "JSON nested 2000 levels deep at a path with -on in it",
    "twice": "a member that stands twice in the JSON at a path with -on in it",
    "loop": "a path with -on in it sends to itself",
    "moved": "a path with -on in it sends to the same path with a slash behind it",
    "away": "a path with -on in it sends to another host",
    "expire": "a session is valid for -uses requests",
    "restless": "every session is over at once",
    "nosessions": "no session service: 404, and Basic is taken",
    "full": "no session is free: SessionLimitExceeded, and Basic is taken",
    "notoken": "a login is answered without a token",
    "oldlogin": "a login is answered by Messages with MessageID, without a session's body",
    "absolute": "a login is answered with an absolute Location",
    "awaylogin": "a login is answered with a Location at another host",
    "lockedroot": "the root, too, wants a login",
    "plain401": "what is refused is refused without a body",
    "ilologin": "a wrong password is answered by 400 and UnauthorizedLoginAttempt, without a text",
    "error200": "status 200 with an error in the body at a path with -on in it",
    "errobject": "404 with message as an object, as old iDRACs, at a path with -on in it",
    "erridonly": "403 with MessageId alone, as iLO, at a path with -on in it",
    "errold": "404 with Messages and MessageID, as old iLO, at a path with -on in it",
    "gone": "404 at a path with -on in it, after it was read -uses times",
    "busy": "503 at a path with -on in it",
    "foreign": "the links in the body at a path with -on in it lead to another server",
    "clear": "among the settings for the next start a clear of the TPM waits (shapes dell, hpe, lenovo, supermicro)",
    "tpmoff": "the TPM is switched off in the firmware (shapes dell, hpe, supermicro)",
    "noregistries": "nothing leads to the registries",
    "wrongregistry": "the registry of attributes is one of messages",
    "jobs": "a job (dell) or a task about firmware settings waits for a restart",
    "jobfailed": "the youngest job (dell) or task about firmware settings failed",
    "expand": "collections come with their members where that is asked for",
    "noexpand": "it says that it can expand, and answers 501",
    "trusted": "the TPM is a trusted component, linked by the system",
    "incase": "the TPM is a trusted component of the chassis, beside another that is none",
    "notaken": "a setting of the last start was not taken, and beside it stands Success",
    "notredfish": "JSON at the root that is no service root",
    "later": "503 and Retry-After of a second at a path with -on in it, -times times",
}
SCENARIOS.update({name: what for name, what in bmc_changes.SCENARIOS.items() if name not in SCENARIOS})


def flags():
    help_text = "\n".join(f"  {name}: {what}" for name, what in SCENARIOS.items())
    parser = argparse.ArgumentParser(epilog="scenarios:\n" + help_text, formatter_class=argparse.RawDescriptionHelpFormatter,
                                     prefix_chars="-", allow_abbrev=False)
    add = parser.add_argument
    add("-shape", default="dell", choices=sorted(SHAPES))
    add("-scenario", default="", help="one or several, separated by commas")
    add("-on", default="", help="the paths a scenario is about: those with this in them")
    add("-delay", type=int, default=300)
    add("-times", type=int, default=1 << 30)
    add("-uses", type=int, default=3)
    add("-user", default="operator", help="who may log in")
    add("-password", default="peer-secret-2", help="with which password (of this test alone)")
    add("-cafile", default="", help="sign the certificate by an authority made at start, and write that one's PEM here")
    add("-selfsigned", action="store_true", help="whatever -cafile says")
    bmc_changes.flags(add)
    add("-log", default="", help="append a line per request: N METHOD:PATH STATUS")
    add("-mutations", default="", help='append "begun" and "ended" for each session, and each change that comes')
    options = parser.parse_args()
    options.scenario = set(filter(None, options.scenario.split(",")))
    if options.scenario - set(SCENARIOS):
        parser.error(f"no such scenario: {', '.join(options.scenario - set(SCENARIOS))}")
    return options


def error(key, message=None, **more):
    told = {"MessageId": f"Base.1.12.{key}", **more}
    if message:
        told["Message"] = message
    return {"error": {"code": "Base.1.12.GeneralError", "message": "See @Message.ExtendedInfo for more information.",
                      "@Message.ExtendedInfo": [told]}}


NO_SESSION = error("NoValidSession", "There is no valid session established with the implementation.")
MISSING = error("ResourceMissingAtURI", "The resource at the URI was not found.")


class Bmc:
    """The state all connections share."""

    def __init__(self, options):
        self.options = options
        self.lock = threading.Lock()
        self.bodies = {self.key(path): body for path, body in SHAPES[options.shape]().items()}
        bmc_registry.add(options.shape, self.bodies, options.scenario)
        if self.has("clear"):
            self.wait_to_clear()
        self.add_more(options.shape)
        self.sessions = {}
        self.requests = 0
        self.seen = {}
        self.url = ""
        self.changes = bmc_changes.Changes(self)

    def wait_to_clear(self):
        attribute = {"dell": "Tpm2Hierarchy", "hpe": "Tpm2Operation", "lenovo": "TrustedComputingGroup_DeviceOperation",
                     "supermicro": "PendingOperation_0069"}[self.options.shape]
        for body in list(self.bodies.values()):
            place = body.get("@Redfish.Settings", {}).get("SettingsObject", {}).get("@odata.id")
            if place:
                waiting = self.bodies[self.key(place)].setdefault("Attributes", {})
                waiting[attribute] = "TPM Clear" if self.options.shape == "supermicro" else "Clear"

    def add_more(self, shape):
        more = SHAPES[shape]()
        if self.has("jobs") or self.has("jobfailed"):
            add_jobs(shape, more, self.has("jobfailed"))
        if self.has("expand") or self.has("noexpand"):
            let_expand(more)
        if self.has("trusted") or self.has("incase"):
            add_trusted(more, "system" if self.has("trusted") else "chassis")
        if self.has("notaken"):
            add_messages(more)
        fresh = SHAPES[shape]()
        for path, body in more.items():
            if fresh.get(path) != body:
                self.bodies[self.key(path)] = self.bodies.get(self.key(path), {}) | body

    @staticmethod
    def key(path):
        return path.rstrip("/").lower()

    def note(self, name, line):
        if name:
            with open(name, "a", encoding="utf-8") as file:
                file.write(line + "\n")

    def has(self, name, path=None):
        """Is it a scenario of this run, and does it happen on this path? The log in has scenarios of its own."""
        return name in self.options.scenario and (path is None or self.options.on in path)

    def begin(self):
        token = secrets.token_hex(16)
        number = str(len(self.seen.setdefault("sessions", [])) + 1)
        self.seen["sessions"].append(token)
        self.sessions[token] = {"id": number, "left": 0 if self.has("restless") else self.options.uses if self.has("expire") else 1 << 30}
        self.note(self.options.mutations, "begun")
        return token, number

    def expire_all(self):
        for session in list(self.sessions.values()):
            self.end(f"{SESSIONS}/{session['id']}")

    def end(self, path):
        for token, session in list(self.sessions.items()):
            if self.key(path) == self.key(f"{SESSIONS}/{session['id']}"):
                del self.sessions[token]
                self.note(self.options.mutations, "ended")
                return True
        return False

    def lets_in(self, headers):
        token = headers.get("X-Auth-Token")
        basic = "Basic " + base64.b64encode(f"{self.options.user}:{self.options.password}".encode()).decode()
        if token is None:
            return headers.get("Authorization") == basic
        session = self.sessions.get(token)
        if not session or session["left"] <= 0:
            if session: # expired: gone without a log out
                self.end(f"{SESSIONS}/{session['id']}")
            return False
        session["left"] -= 1
        return True


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "bmc", ""

    def setup(self):
        self.request.settimeout(30)
        self.request.do_handshake()
        super().setup()

    def log_message(self, *args):
        pass

    @property
    def bmc(self):
        return self.server.bmc

    def send(self, status, body=None, headers=(), cut=False):
        """An answer; body: bytes, or what becomes JSON, or nothing. cut: the connection goes in its middle."""
        raw = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = dict(headers)
        if raw and "Content-Type" not in headers:
            headers["Content-Type"] = "application/json; charset=utf-8"
        if len(raw) > 200 and "gzip" in self.headers.get("Accept-Encoding", "") and "Content-Encoding" not in headers:
            raw = gzip.compress(raw, 1)
            headers["Content-Encoding"] = "gzip"
        with self.bmc.lock:
            self.bmc.requests += 1
            self.bmc.note(self.bmc.options.log, f"{self.bmc.requests} {self.command}:{self.path} {status}")
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(raw)))
        self.send_header("OData-Version", "4.0")
        if self.close_connection: # the client wants it closed; untold, it may send its next request into the end of this connection
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(raw[:len(raw) // 2] if cut else raw)
        if cut:
            self.cut()

    def cut(self):
        self.wfile.flush()
        self.close_connection = True
        try: # no goodbye
            self.request.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def read(self):
        return self.rfile.read(int(self.headers.get("Content-Length", "0") or 0))

    def refuse(self):
        self.send(401, None if self.bmc.has("plain401") else NO_SESSION)

    def do_POST(self):
        bmc, options = self.bmc, self.bmc.options
        try:
            asked = json.loads(self.read() or b"{}")
        except ValueError:
            asked = {}
        if bmc.key(self.path) != bmc.key(SESSIONS):
            self.change(asked)
            return
        if bmc.has("nosessions"):
            self.send(404, MISSING)
            return
        if bmc.has("full"):
            self.send(503, error("SessionLimitExceeded"))
            return
        if (asked.get("UserName"), asked.get("Password")) != (options.user, options.password):
            with bmc.lock:
                bmc.note(options.mutations, "wrong")
            if bmc.has("ilologin"):
                self.send(400, error("UnauthorizedLoginAttempt"))
            else:
                self.refuse()
            return
        with bmc.lock:
            token, number = bmc.begin()
        self.answer_login(token, number)

    def do_PATCH(self):
        try:
            asked = json.loads(self.read() or b"{}")
        except ValueError:
            asked = {}
        self.change(asked)

    def change(self, asked):
        bmc = self.bmc
        with bmc.lock:
            let_in = bmc.lets_in(self.headers)
            if let_in:
                bmc.changes.due()
                answer = bmc.changes.take(self.command, self.path, asked, self.headers.get("If-Match"), self.tag_of)
        if not let_in:
            self.refuse()
        elif answer == "cut":
            with bmc.lock:
                bmc.note(bmc.options.log, f"{bmc.requests} {self.command}:{self.path} cut")
            self.cut()
        else:
            if bmc.has("hang"):
                time.sleep(bmc.options.delay / 1000)
            self.send(*answer)

    def answer_login(self, token, number):
        bmc, place = self.bmc, f"{SESSIONS}/{number}"
        body = {"@odata.id": place, "@odata.type": "#Session.v1_3_0.Session", "Id": number, "Name": "User Session", "UserName": bmc.options.user}
        headers = {"X-Auth-Token": token, "Location": place}
        if bmc.has("cutlogin"):
            self.cut()
            return
        if bmc.has("notoken"):
            del headers["X-Auth-Token"]
        if bmc.has("oldlogin"):
            body = {"Messages": [{"MessageID": "Base.0.10.Created"}], "Name": "Extended Error Information"}
        if bmc.has("absolute"):
            headers["Location"] = bmc.url + place
        if bmc.has("awaylogin"):
            headers["Location"] = "https://203.0.113.9" + place
        self.send(201, body, headers)

    def do_DELETE(self):
        with self.bmc.lock:
            ended = self.bmc.lets_in(self.headers) and self.bmc.end(self.path)
        self.send(204 if ended else 401)

    def do_GET(self):
        bmc = self.bmc
        with bmc.lock:
            is_open = bmc.key(self.path) in ("/redfish", "/redfish/v1") and not bmc.has("lockedroot")
            let_in = is_open or bmc.lets_in(self.headers)
        if not let_in:
            self.refuse()
        elif bmc.key(self.path) == "/redfish":
            self.send(200, {"v1": "/redfish/v1/"})
        elif not self.trick():
            self.answer()

    @staticmethod
    def tag_of(body):
        return 'W/"' + hashlib.sha256(json.dumps(body).encode()).hexdigest()[:12] + '"'

    def answer(self):
        query = self.path.endswith("?$expand=.") # pages are paths of their own
        path = self.path.removesuffix("?$expand=.")
        with self.bmc.lock:
            self.bmc.changes.due()
            made = self.bmc.changes.read(path)
            body = self.bmc.bodies.get(self.bmc.key(path))
            body = json.loads(json.dumps(body)) # another thread may change it
            if query and body and "Members" in body and self.bmc.has("expand"):
                body = expanded(body, self.bmc.bodies, self.bmc.key)
        if query and self.bmc.has("noexpand"):
            self.send(501, error("QueryNotSupported"))
            return
        if made:
            self.send(*made)
            return
        if body is None:
            self.send(404, MISSING)
            return
        tag = self.tag_of(body)
        if self.bmc.has("notag"):
            self.send(200, body)
        elif self.headers.get("If-None-Match") == tag:
            self.send(304, None, {"ETag": tag})
        else:
            self.send(200, body, {"ETag": tag})

    def count(self):
        """How often this path was read before."""
        with self.bmc.lock:
            self.bmc.seen[self.path] = self.bmc.seen.get(self.path, 0) + 1
            return self.bmc.seen[self.path] - 1

    def trick(self):
        """What goes wrong here. True when that was the answer."""
        bmc, path, count = self.bmc, self.path, self.count()
        if bmc.has("slow", path):
            time.sleep(bmc.options.delay / 1000)
        if bmc.has("notredfish") and bmc.key(path) == "/redfish/v1":
            self.send(200, {"name": "something else"})
        elif bmc.has("drop", path) and count < bmc.options.times:
            self.send(200, {"@odata.id": path, "Name": "x" * 400}, cut=True)
        elif bmc.has("later", path) and count < bmc.options.times:
            self.send(503, error("ServiceTemporarilyUnavailable", MessageArgs=["1"]), {"Retry-After": "1"})
        elif bmc.has("gone", path) and count >= bmc.options.uses:
            self.send(404, MISSING)
        elif bmc.has("moved", path) and not path.endswith("/"):
            self.send(308, None, {"Location": path + "/"})
        else:
            return self.broken(path)
        return True

    def broken(self, path):
        told = {"lang": "en-us", "value": f"failed: Request URI: {path} is invalid"}
        answers = {
            "html": (200, b"<html><body>Log in</body></html>", {"Content-Type": "text/html"}),
            "empty": (200, None, {}),
            "deep": (200, b'{"a":' * 2000 + b"1" + b"}" * 2000, {}),
            "twice": (200, b'{"@odata.id":"/x","PowerState":"On","PowerState":"Off"}', {}),
            "badgzip": (200, b"this is no gzip" * 40, {"Content-Encoding": "gzip"}),
            "loop": (302, None, {"Location": path}),
            "away": (302, None, {"Location": "https://203.0.113.9" + path}),
            "error200": (200, {"error": {"code": "IDRAC.1.6.SYS444", "@Message.ExtendedInfo": [
                {"MessageId": "IDRAC.1.6.SYS444", "Message": "Unable to get the attribute value because it depends on other attribute(s)."}]}}, {}),
            "errobject": (404, {"error": {"message": told, "code": "1"}}, {}),
            "erridonly": (403, error("InsufficientPrivilege"), {}),
            "errold": (404, {"Messages": [{"MessageID": "Base.0.10.ResourceNotFound", "MessageArgs": ["Bios", "1"]}], "Type": "ExtendedError.1.0.0"}, {}),
            "busy": (503, error("ServiceTemporarilyUnavailable", MessageArgs=["30"]), {"Retry-After": "30"}),
            "foreign": (200, {"@odata.id": path, "RedfishVersion": "1.0.0", "Systems": {"@odata.id": "https://203.0.113.9/redfish/v1/Systems"},
                              "Members": [{"@odata.id": "//203.0.113.9/x"}], "Bios": {"@odata.id": "/redfish/../etc"}}, {}),
        }
        for name, answer in answers.items():
            if self.bmc.has(name, path):
                self.send(*answer)
                return True
        if self.bmc.has("huge", path):
            self.send(200, b'{"@odata.id":"/x","x":"' + b"x" * (20 << 20) + b'"}', {"Content-Encoding": "identity"})
        elif self.bmc.has("bomb", path):
            self.send(200, gzip.compress(b" " * (40 << 20), 1), {"Content-Encoding": "gzip"})
        else:
            return False
        return True


def certificate(options, home):
    """A key and a certificate of localhost, by openssl. Out: file of both, thumbprint."""
    def run(*words):
        subprocess.run(["openssl", *words], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=home)

    with open(os.path.join(home, "ext"), "w", encoding="ascii") as file:
        file.write("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    run("req", "-new", *key, "-keyout", "leaf.key", "-out", "leaf.csr", "-subj", "/O=Lab/CN=bmc.test")
    by = ["-signkey", "leaf.key"]
    if options.cafile:
        run("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "9", "-subj", "/CN=Test authority")
        with open(os.path.join(home, "ca.pem"), "rb") as made, open(options.cafile, "wb") as asked:
            asked.write(made.read())
        if not options.selfsigned:
            by = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"]
    run("x509", "-req", "-in", "leaf.csr", *by, "-days", "9", "-extfile", "ext", "-out", "leaf.pem")
    with open(os.path.join(home, "leaf.pem"), encoding="ascii") as file:
        leaf = file.read()
    with open(os.path.join(home, "leaf.key"), encoding="ascii") as file:
        both = leaf + file.read()
    path = os.path.join(home, "both.pem")
    with open(path, "w", encoding="ascii") as file:
        file.write(both)
    digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(leaf)).hexdigest().upper()
    return path, ":".join(digest[i:i + 2] for i in range(0, len(digest), 2))


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass # a client that goes is no fault of ours


def main():
    options = flags()
    with tempfile.TemporaryDirectory(prefix="ra-bmc-") as home:
        path, thumb = certificate(options, home)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
    server = Server(("127.0.0.1", 0), Handler)
    server.bmc = Bmc(options)
    server.bmc.url = f"https://127.0.0.1:{server.server_address[1]}"
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"{server.bmc.url}\nthumbprint {thumb}", flush=True)
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    main()
