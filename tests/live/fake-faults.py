#!/usr/bin/python3
"""fake-faults.py DIR - an SSH server that breaks the protocol's promises in ways sshd cannot be made to. It takes any key; the user's name
picks the fault. Every command it starts is a line in DIR/started. Prints its port, lives until its standard input ends."""
import asyncio
import os
import signal
import sys
import warnings

warnings.filterwarnings("ignore")
import asyncssh  # noqa: E402

DIR = sys.argv[1]
MSG_DISCONNECT, MSG_IGNORE = 1, 2


class Session(asyncssh.SSHServerSession):
    closed = False

    def __init__(self, server):
        self.server = server

    def connection_made(self, chan):
        self.chan = chan

    def exec_requested(self, command):
        self.command = command
        return self.server.user != "deny-exec"

    def session_started(self):
        with open(os.path.join(DIR, "started"), "a") as file:
            file.write("%s\n" % self.server.user)
        asyncio.ensure_future(getattr(self, self.server.user.replace("-", "_"), self.plain)())

    def eof_received(self):
        return True

    def connection_lost(self, exc):
        self.closed = True

    async def answer(self):
        """What a shell answers, without an end."""
        child = await asyncio.create_subprocess_shell(
            self.command, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
        out, err = await child.communicate()
        if not self.closed:
            self.chan.write_stderr(err)
            self.chan.write(out)
        return child.returncode

    async def plain(self):
        status = await self.answer()
        if not self.closed:
            self.chan.exit(status)

    # Whole answers with odd endings.
    async def no_status(self):
        await self.answer()
        self.chan.close()

    async def status_300(self):
        await self.answer()
        self.chan.exit(300)

    async def signal_after(self):
        await self.answer()
        self.chan.exit_with_signal("KILL")

    async def eof_no_close(self):
        await self.answer()
        self.chan.write_eof()

    async def no_end(self):
        await self.answer()

    async def abort_after(self):
        await self.answer()
        await asyncio.sleep(0.2)
        self.server.conn.abort()

    # Answers that are cut.
    async def signal_kill(self):
        self.chan.write(b"partial\n")
        self.chan.exit_with_signal("KILL", True, "because", "en")

    async def signal_odd(self):
        self.chan.write(b"partial\n")
        self.chan.exit_with_signal("\x1b[2JWITHOUT-AN-END-TO-ITS-NAME@example.com")

    async def cut_status_0(self):
        self.chan.write(b"partial\n")
        self.chan.exit(0)

    async def cut_eof(self):
        self.chan.write(b"partial\n")
        self.chan.write_eof()

    async def cut_close(self):
        self.chan.close()

    async def wrong_trailer(self):
        self.chan.write(b"partial\n\n%032d 0\n" % 0)
        self.chan.exit(0)

    # The connection goes.
    async def abort(self):
        self.chan.write(b"partial\n")
        self.server.conn.abort()

    async def disconnect(self):
        """A farewell alone; asyncssh's own closes the channels first."""
        packet = asyncssh.packet
        self.server.conn.send_packet(
            MSG_DISCONNECT, packet.UInt32(asyncssh.DISC_BY_APPLICATION), packet.String("going down"), packet.String("en"))
        await asyncio.sleep(0.3)
        self.server.conn.abort()

    async def ignore_without_end(self):
        block = asyncssh.packet.String(b"x" * 30000)
        while not self.server.gone:
            self.server.conn.send_packet(MSG_IGNORE, block)
            await asyncio.sleep(0)

    async def silent(self):
        pass

    async def late(self):
        """Answers the first command after four seconds, the others at once."""
        first, self.server.late = self.server.late, False
        if first:
            await asyncio.sleep(4)
        await self.plain()


class Server(asyncssh.SSHServer):
    late = True
    gone = False

    def connection_made(self, conn):
        self.conn = conn

    def connection_lost(self, exc):
        self.gone = True

    def begin_auth(self, username):
        self.user = username
        return username != "no-auth"

    def public_key_auth_supported(self):
        return True

    def validate_public_key(self, username, key):
        if username == "auth-abort":
            self.conn.abort()
        if username == "auth-disconnect":
            self.conn.disconnect(asyncssh.DISC_BY_APPLICATION, "no logins now")
        if username == "auth-silent":
            return asyncio.sleep(3600, True)
        return True

    def session_requested(self):
        if self.user == "prohibited":
            raise asyncssh.ChannelOpenError(asyncssh.OPEN_ADMINISTRATIVELY_PROHIBITED, "administratively prohibited")
        if self.user == "no-channel":
            raise asyncssh.ChannelOpenError(asyncssh.OPEN_RESOURCE_SHORTAGE, "no resources")
        if self.user == "never-open":
            return asyncio.sleep(3600)
        return Session(self)


async def main():
    key = asyncssh.generate_private_key("ecdsa-sha2-nistp256")
    public = key.export_public_key().decode().split()
    listener = await asyncssh.create_server(
        Server, "127.0.0.1", 0, server_host_keys=[key], encoding=None, login_timeout=600)
    port = listener.sockets[0].getsockname()[1]
    with open(os.path.join(DIR, "known_hosts"), "w") as file:
        file.write("[127.0.0.1]:%d %s %s\n" % (port, public[0], public[1]))
    print(port, flush=True)
    await asyncio.get_event_loop().run_in_executor(None, sys.stdin.read)


signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
asyncio.run(main())
