#!/usr/bin/python3
"""fake-https.py DIR - HTTPS servers that behave and misbehave, and proxies, on the loopback.

DIR holds NAME.pem (certificate and key) for each of CERTS. Prints one line "NAME=PORT ...": a TLS server for each certificate, and
plain (no TLS), mute (accepts and says nothing), drop (hangs up at once), connect (an HTTP proxy), socks (a SOCKS5 proxy), deny (a proxy
that says 403), flood (a proxy whose refusal does not end). Each connection, request and tunnel is a line in DIR/log. Lives until its
standard input ends."""
import gzip
import os
import socket
import ssl
import sys
import threading
import time

DIR = sys.argv[1]
CERTS = ["good", "self", "wrong", "expired", "old"]
lock = threading.Lock()
connections = 0


def note(what):
    with lock, open(os.path.join(DIR, "log"), "a") as file:
        file.write(what + "\n")


def answer(body, status="200 OK", headers=()):
    lines = ["HTTP/1.1 " + status, "Content-Length: %d" % len(body), *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def read_request(conn, buffered):
    """The head's lines, the body, and what came behind them; None at the end of the connection."""
    while b"\r\n\r\n" not in buffered:
        more = conn.recv(65536)
        if not more:
            return None
        buffered += more
    head, _, rest = buffered.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    length = 0
    for line in lines[1:]:
        if line.lower().startswith("content-length:"):
            length = int(line.split(":")[1])
    while len(rest) < length:
        more = conn.recv(65536)
        if not more:
            return None
        rest += more
    return lines, rest[:length], rest[length:]


def wait_for_end(conn):
    while conn.recv(65536):
        pass


def endless(conn, head, block, pause=0.0):
    conn.sendall(head)
    while True:
        conn.sendall(block)
        if pause:
            time.sleep(pause)


OPEN_HEAD = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
GZIP = ("Content-Encoding: gzip",)
# Paths with one whole answer.
ANSWERS = {
    "/gzip": lambda: answer(gzip.compress(b"hello gzip"), headers=GZIP),
    "/bomb": lambda: answer(gzip.compress(b"\0" * (64 << 20)), headers=GZIP),
    "/badgzip": lambda: answer(b"this is no gzip", headers=GZIP),
    "/big": lambda: answer(b"b" * (5 << 20)),
    "/status": lambda: answer(b"broken", "500 Internal Server Error"),
    "/redirect": lambda: answer(b"", "302 Found", ("Location: /echo",)),
    "/cookie": lambda: answer(b"{}", headers=(
        "Set-Cookie: first=1; Path=/", "Set-Cookie: vmware_soap_session=\"abc=d\" ; Path=/; HttpOnly",
        "Content-Type: Application/JSON; charset=utf-8", "ETag: \"v1\"")),
    "/hostile": lambda: answer(b"{}", headers=(
        "Set-Cookie: " + "c" * 5000, "Content-Type: " + "t" * 5000, "ETag: " + "e" * 5000)),
    "/interim": lambda: b"HTTP/1.1 100 Continue\r\nSet-Cookie: no=1\r\n\r\n" + answer(b"after"),
    "/empty": lambda: answer(b"", "204 No Content"),
    "/chunked": lambda: b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
    "/stale": lambda: answer(b"stale"),
}
# Paths that never come to a whole answer: what is sent, and how.
MISBEHAVE = {
    "/slow": wait_for_end,
    "/drip": lambda conn: endless(conn, OPEN_HEAD, b"d", 0.02),
    "/drip-head": lambda conn: endless(conn, b"HTTP/1.1 200 OK\r\nX: ", b"d", 0.02),
    "/endless": lambda conn: endless(conn, OPEN_HEAD, b"e" * 65536),
    "/headers": lambda conn: endless(conn, b"HTTP/1.1 200 OK\r\n", b"X-More: yes\r\n" * 100),
    "/line": lambda conn: endless(conn, b"HTTP/1.1 200 OK\r\nX: ", b"l" * 65536),
    "/interims": lambda conn: endless(conn, b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
    "/cut": lambda conn: conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\ncut here"),
    "/cut-open": lambda conn: conn.sendall(OPEN_HEAD + b"cut here"),
    "/open-end": lambda conn: (conn.sendall(OPEN_HEAD + b"the end"), conn.unwrap()),
    "/close": lambda conn: None,
    "/garbage": lambda conn: conn.sendall(b"\0\1\2 this is no HTTP\r\n\r\n"),
}


def serve_requests(conn, number):
    buffered, stale = b"", False
    while True:
        got = read_request(conn, buffered)
        if got is None:
            return
        lines, body, buffered = got
        method, path = lines[0].split(" ")[:2]
        note("request %d %s %s" % (number, method, path))
        if stale:
            return
        stale = path == "/stale"
        if path in MISBEHAVE:
            MISBEHAVE[path](conn)
            return
        if path in ANSWERS:
            conn.sendall(ANSWERS[path]())
        else:
            conn.sendall(answer("\n".join(lines).encode("latin-1") + b"\n\n" + body))


def numbered():
    global connections
    with lock:
        connections += 1
        return connections


def serve_tls(name):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(os.path.join(DIR, name + ".pem"))
    if name == "old":
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
        context.set_ciphers("ALL:@SECLEVEL=0")

    def serve(conn):
        number = numbered()
        note("connection %d %s" % (number, name))
        tls = context.wrap_socket(conn, server_side=True)
        serve_requests(tls, number)
        tls.close()  # without a goodbye in TLS

    return serve


def pump(source, sink):
    try:
        while True:
            data = source.recv(65536)
            if not data:
                break
            sink.sendall(data)
    except OSError:
        pass
    for end in (source, sink):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def tunnel(conn, host, port, yes):
    there = socket.create_connection((host, port))
    conn.sendall(yes)
    threading.Thread(target=pump, args=(there, conn), daemon=True).start()
    pump(conn, there)
    there.close()


def serve_connect(conn):
    lines, _, _ = read_request(conn, b"")
    note("connect " + " | ".join(lines))
    host, port = lines[0].split(" ")[1].rsplit(":", 1)
    # A name only this proxy knows.
    tunnel(conn, "127.0.0.1" if host == "vc.inside.test" else host, int(port), b"HTTP/1.1 200 Connection established\r\n\r\n")


def exactly(conn, length):
    data = b""
    while len(data) < length:
        more = conn.recv(length - len(data))
        if not more:
            raise OSError("end")
        data += more
    return data


def serve_socks(conn):
    exactly(conn, exactly(conn, 2)[1])
    conn.sendall(b"\5\0")
    kind = exactly(conn, 4)[3]
    if kind == 3:
        host = exactly(conn, exactly(conn, 1)[0]).decode()
    else:
        host = socket.inet_ntop(socket.AF_INET if kind == 1 else socket.AF_INET6, exactly(conn, 4 if kind == 1 else 16))
    port = int.from_bytes(exactly(conn, 2), "big")
    note("socks %d %s" % (kind, host))
    tunnel(conn, "127.0.0.1" if host == "vc.inside.test" else host, port, b"\5\0\0\1\0\0\0\0\0\0")


def serve_deny(conn):
    read_request(conn, b"")
    conn.sendall(answer(b"no", "403 Forbidden"))


def serve_flood(conn):
    read_request(conn, b"")
    endless(conn, b"HTTP/1.1 407 No\r\nProxy-Authenticate: Basic\r\nContent-Length: 99999999999\r\n\r\n", b"f" * 65536)


def serve_plain(conn):
    conn.recv(65536)
    conn.sendall(answer(b"plain"))


SERVERS = {name: serve_tls(name) for name in CERTS}
SERVERS.update(plain=serve_plain, mute=wait_for_end, drop=lambda conn: None, connect=serve_connect, socks=serve_socks, deny=serve_deny,
               flood=serve_flood)


def run(conn, serve):
    try:
        serve(conn)
    except (OSError, ValueError):
        pass  # the other side went away: that is what the tests do
    conn.close()


def listen(serve):
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)

    def loop():
        while True:
            conn, _ = listener.accept()
            conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=run, args=(conn, serve), daemon=True).start()

    threading.Thread(target=loop, daemon=True).start()
    return listener.getsockname()[1]


print(" ".join("%s=%d" % (name, listen(serve)) for name, serve in SERVERS.items()), flush=True)
sys.stdin.read()
os._exit(0)
