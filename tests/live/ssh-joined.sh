#!/bin/bash
# Many requests in one exec, against a real server (see ssh.sh).
exec "${RA_SRCDIR:-.}/tests/live/ssh.sh" test_ssh_joined
