#!/bin/bash
# The SSH link over a socket that gives and takes a byte at a time, blocks and breaks at every call.
exec "${RA_SRCDIR:-.}/tests/live/ssh.sh" test_ssh_socket
