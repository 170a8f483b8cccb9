#!/usr/bin/python3
"""fake-login.py DIR - an SSH server for what sshd cannot do without PAM: keyboard-interactive in several shapes, and endings
without an exit status. The user's name picks the shape; every answer offered is a line in DIR/attempts. Prints its ports, lives
until its standard input ends.

With FAKE_LOGIN_LOG every offer and every verdict is a line "SECONDS offer|verdict PORT" there, and a verdict takes FAKE_LOGIN_DELAY
seconds: several of these can share that file. FAKE_LOGIN_HOSTS is how many ports of each kind there are: 1."""
import asyncio
import os
import sys
import time
import warnings

warnings.filterwarnings("ignore")
import asyncssh  # noqa: E402

PASSWORD = "correct horse"
DIR = sys.argv[1]


LOG = os.environ.get("FAKE_LOGIN_LOG")


def note(what, port):
    if LOG:
        with open(LOG, "a") as file:
            file.write("%.6f %s %d\n" % (time.monotonic(), what, port))


async def judged(verdict, port):
    note("offer", port)
    await asyncio.sleep(float(os.environ.get("FAKE_LOGIN_DELAY", "0")))
    note("verdict", port)
    return verdict


class Server(asyncssh.SSHServer):
    def connection_made(self, conn):
        self.rounds = 0
        self.port = conn.get_extra_info("sockname")[1]

    def begin_auth(self, username):
        self.username = username
        return True

    def connection_requested(self, dest_host, dest_port, orig_host, orig_port):
        return True  # a jump host, too

    def public_key_auth_supported(self):
        return False

    def kbdint_auth_supported(self):
        return True

    def password_auth_supported(self):
        return self.username == "both"

    def validate_password(self, username, password):
        with open(os.path.join(DIR, "attempts"), "a") as file:
            file.write("%s %r\n" % (username, password))
        return password == PASSWORD

    def get_kbdint_challenge(self, username, lang, submethods):
        if username == "survey":
            return "", "", "", [("Favourite colour: ", True)]
        if username == "two":
            return "Login", "", "", [("Password: ", False), ("Token: ", True)]
        if username == "titled":
            return "VMware ESXi \x1b[2J", "An instruction\nof several lines " * 20, "en", [("Password for titled@host: ", False)]
        if username == "both":
            # No name: libssh2 1.10 measures it by the list of methods, and finds the packet too short.
            return "", "", "", [("Password: ", False)]
        if username == "flood":
            return "Login", "", "", [("Password: ", False)] * 1000
        return "Login", "", "", [("Password: ", False)]

    def validate_kbdint_response(self, username, responses):
        verdict = self.judge_kbdint(username, responses)
        if username == "mute":
            return asyncio.sleep(3600)
        return judged(verdict, self.port) if LOG and responses else verdict

    def judge_kbdint(self, username, responses):
        with open(os.path.join(DIR, "attempts"), "a") as file:
            file.write("%s %r\n" % (username, responses))
        self.rounds += 1
        if username == "survey":
            return responses == ["blue"]
        if username == "two":
            return responses == [PASSWORD, "123456"]
        if self.rounds == 1 and responses != [PASSWORD]:
            # Some hosts ask again in the same conversation instead of saying no.
            return ("", "", "", [("Password: ", False)]) if username == "stubborn" else False
        if username == "curious":
            return "", "", "", [("Question %d: " % self.rounds, True)]
        if username == "token":
            return ("", "", "", [("Token: ", True)]) if self.rounds == 1 else responses == ["123456"]
        # Linux PAM ends with a round that asks nothing.
        return ("", "", "", []) if self.rounds == 1 else True


class Old(Server):
    """A host that knows only the password method."""

    def kbdint_auth_supported(self):
        return False

    def password_auth_supported(self):
        return True

    def validate_password(self, username, password):
        verdict = super().validate_password(username, password)
        if username == "mute":
            return asyncio.sleep(3600)
        return judged(verdict, self.port) if LOG else verdict


async def handle(process):
    if "drop-me" in process.command:
        process.channel.get_connection().abort()
        return
    child = await asyncio.create_subprocess_shell(
        process.command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
    out, err = await child.communicate()
    process.stderr.write(err)
    process.stdout.write(out)
    if process.get_extra_info("username") == "nostatus":
        process.close()
    else:
        process.exit(child.returncode)


async def main():
    key = asyncssh.generate_private_key("ecdsa-sha2-nistp256")
    public = key.export_public_key().decode().split()
    ports = []
    for server in (Server, Old) * int(os.environ.get("FAKE_LOGIN_HOSTS", "1")):
        listener = await asyncssh.create_server(
            server, "127.0.0.1", 0, server_host_keys=[key], process_factory=handle, encoding=None)
        ports.append(listener.sockets[0].getsockname()[1])
    with open(os.path.join(DIR, "known_hosts"), "w") as file:
        for port in ports:
            file.write("[127.0.0.1]:%d %s %s\n" % (port, public[0], public[1]))
    print(*ports, flush=True)
    await asyncio.get_event_loop().run_in_executor(None, sys.stdin.read)


asyncio.run(main())
