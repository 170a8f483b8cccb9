"""bmc_peer.py - for tests of the program against BMC peers: a peer of a maker's shape, and the program with its password on a descriptor."""
import json
import os

from vcenter_peer import DIR, SRC, Server, lines, run, secret_fd, want

USER, PASSWORD = "operator", "peer&<s3cret>\"'/+%2"  # each way of writing it down differs from the others


class Bmc(Server):
    """A BMC of a maker's shape."""

    def __init__(self, shape, *flags):
        super().__init__(shape, SRC + "/tests/peers/bmc-peer.py", "-shape", shape, "-password", PASSWORD, *flags)

    def told(self, word):
        return lines(self.changes).count(word)

    def way(self, *trust):
        return ["--no-ssh", "--bmc", self.url, "--bmc-user", USER, *(trust or ("--ca-file", self.ca))]

    def logged_out(self, sessions=1):
        want(self.told("begun") == sessions and self.told("ended") == sessions,
             f"{self.name}: {self.told('begun')} sessions begun, {self.told('ended')} ended, expected {sessions}")


def given(*argv, password=PASSWORD):
    """The program with the BMC's password on a descriptor. Out: exit code, stdout, stderr."""
    fd = secret_fd(password)
    return run(*argv, "--bmc-password-fd", str(fd), password=None, lent=[fd])


def unwritten(*words):
    """Neither password nor session nor these words stand in any file this test made."""
    for top, _, names in os.walk(DIR):
        for name in names:
            path = os.path.join(top, name)
            if path.startswith((DIR + "/share/", DIR + "/bin/", DIR + "/peer")):
                continue
            with open(path, "rb") as file:
                text = file.read().decode(errors="replace")
            for word in (PASSWORD, json.dumps(PASSWORD)[1:-1], "X-Auth-Token", "Authorization", *words):
                want(word not in text, f"{path} holds {word}")
