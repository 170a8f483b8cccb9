#!/usr/bin/python3
# per_host.py URL USER PASSWORD - the status of every host as scripts with pyvmomi do it: the summary of one after the other.
# Prints "HOSTS SECONDS", the login among them, the interpreter's own start not. Exits 77 without pyvmomi.
import ssl
import sys
import time
import urllib.parse

try:
    from pyVim.connect import Disconnect, SmartConnect
except ImportError:
    sys.exit(77)


def hosts(folder):
    for entity in folder.childEntity:
        kind = type(entity).__name__
        if kind == "vim.Datacenter":
            yield from hosts(entity.hostFolder)
        elif kind == "vim.Folder":
            yield from hosts(entity)
        else:
            yield from entity.host


def main():
    url = urllib.parse.urlparse(sys.argv[1])
    context = ssl._create_unverified_context()
    began = time.monotonic()
    service = SmartConnect(host=url.hostname, port=url.port, user=sys.argv[2], pwd=sys.argv[3], sslContext=context)
    count = 0
    for host in hosts(service.RetrieveContent().rootFolder):
        summary = host.summary
        assert summary.runtime.connectionState
        count += 1
    print(count, time.monotonic() - began)
    Disconnect(service)


main()
