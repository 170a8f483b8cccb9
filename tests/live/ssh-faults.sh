#!/bin/bash
# The SSH link and everything that hosts, servers and networks do wrong.
exec "${RA_SRCDIR:-.}/tests/live/ssh.sh" test_ssh_faults
