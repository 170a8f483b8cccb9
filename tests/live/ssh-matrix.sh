#!/bin/bash
# The SSH link against what hosts of every age allow, and with every kind of key.
exec "${RA_SRCDIR:-.}/tests/live/ssh.sh" test_ssh_matrix
