#!/usr/bin/env bash
# check-plain.sh - plain mode as a script and a screen reader meet it: lines in, lines out, the same walk.
. "${RA_SRCDIR:-.}/tests/walks/installed.sh"
# walk CODE LINES ARG...: feed these lines (\n between) to a plain walk; that exit code, its words in `out`.
walk() {
	local want=$1 lines=$2 rc
	shift 2
	printf '%b' "$lines" | bin/reattest "$@" --plain >out 2>err
	rc=$?
	[ "$rc" = "$want" ] || bad "$*: exit $rc, expected $want; $(head -c 300 err); $(tail -n 5 out)"
	! grep -q "$(printf '\033')" out || bad "$*: an escape sequence"
}
says() { grep -qF -- "$1" out || bad "\"$1\" was not said; the end: $(tail -n 15 out)"; }
says_not() { ! grep -qF -- "$1" out || bad "\"$1\" was said"; }

# End of input stops at once, before and after the walk began; so does q.
walk 13 '' demo secure-boot-off
says 'What do you see?'
walk 13 '1\n' demo secure-boot-off
walk 13 '1\n\nq\n' demo secure-boot-off
walk 13 'q\n' demo secure-boot-off
# A last line without its end counts, and the end behind it is one.
printf '1\n0' | timeout 20 bin/reattest demo secure-boot-off --plain >out 2>err
[ $? = 13 ] || bad "the end behind a line that is not ended was waited for"
says 'none of the numbers'
walk 13 'q\n' demo
says '4. '
walk 13 '0\n99\nx\n\n' demo
walk 13 '4\nq\n' demo
says 'What do you see?'

# The letters; what is neither number nor letter does nothing.
walk 13 '1\n?\nc\nv 1\nv 99\na\nf\ns\nn a note of mine\nr\np\nb\nhello\n7\n' demo secure-boot-off --journal letters.jsonl
says 'Every request that was sent'
says '  1. SSH '
says 'VMware ESXi'
says 'there is no such request'
says 'Causes'
says 'host.version = 8.0.2'
says 'The steps so far'
says '[now]   Kind of host'
says 'That is none of the numbers or letters here.'
grep -q 'a note of mine' letters.jsonl || bad "the note is not in the record"
bin/reattest verify letters.jsonl >/dev/null 2>&1
[ $? = 3 ] || bad "the record of a stopped walk is not whole"

# A setting of the firmware by the BMC: what is asked for, what undoes it, typed by name; refused, it is the step of a person.
walk 14 '1\n\n1\n\n\n1\n\n\n\n2\nesx01.lab.example\n\n\n2\nesx01.lab.example\n\nq\n' demo set-refused --allow-firmware-changes
says "To undo it: the step \"Withdraw what waits: the TPM's algorithm: SHA-256\"."
says 'Until that start nothing changes, and it can be withdrawn'
says 'Type esx01.lab.example to do it: '
says 'Redfish PATCH, firmware settings for the next start: TPM hash algorithm = SHA-256'
says 'refused. the management controller refuses it: Pending configuration values are already committed'
says 'Activate the SHA-256 bank'
# Without leave the BMC is asked for no setting.
walk 13 '1\n\n1\n\n\n1\n\n\n\n2\nesx01.lab.example\n\n\nq\n' demo set-refused
says 'Activate the SHA-256 bank'
says_not 'Redfish PATCH'

# What the machine tells of its settings stands there as well while a person does the step.
walk 14 '1\n1\n1\n\n\n1\n\n\n\n2\nesx01.lab.example\n\n2\nesx01.lab.example\nq\n' demo two-starts
says 'It is locked till this is so: TPM Security: On. Set that, save, restart'
says 'Do it now, then say so here.'
[ "$(grep -cF 'TPM2 Algorithm Selection: set it to SHA256. Now it is SHA1.' out)" = 2 ] || bad "the machine's directions are gone while the step is done"

# By hand: no link, and no machine to be named beside it.
walk 13 '2\n1\n1\n3\nq\n' --manual esx07 --journal hand.jsonl
says 'What does the host'
says 'Which of these texts stands on the console?'
says 'Unable to recover the system configuration.'
grep -q '"source":"by hand"' hand.jsonl || bad "the record does not say that it was by hand"
grep -q '"kind":"plane"' hand.jsonl && bad "a link was opened by hand"
# A page from within a walk.
printf '1\ne html\nq\ny\n' | bin/reattest demo secure-boot-off --plain >out 2>err
set -- reattest-esx01.lab.example-*.html
[ -s "$1" ] && grep -q '<h1>esx01.lab.example</h1>' "$1" && grep -q "written to $1" out || bad "no page is written from within a walk: $(tail -n 3 out)"
bin/reattest export hand.jsonl >hand.md 2>err || bad "the walk by hand is not exported: $(head -c 300 err)"
grep -q 'by hand' hand.md || bad "the document does not say that it was by hand"
walk 13 'q\n' resume hand.jsonl
walk 13 '2\n1\n1\n3\n\n1\nq\n' --manual
says 'Recovery did not succeed'
walk 64 '' --manual esx07 --vcenter vc.example
grep -q 'leave out --vcenter' err || bad "--manual beside --vcenter: $(head -c 300 err)"
walk 64 '' --manual --from demo:healthy

# answer PAGE WRONG: the line for what stands there; WRONG is typed where its like is wanted: no for yes, esx02 for the host's name.
answer() {
	case $1 in
	*'Type yes to do it') [ "$2" = no ] && echo no || echo yes ;;
	*'Type esx01.lab.example to do it') [ "$2" = esx02 ] && echo esx02 || echo esx01.lab.example ;;
	*'Choose a number, or wait (? help)') return 1 ;; # it waits by itself
	*'(? help)') ;;
	*) return 1 ;;
	esac || return 1
	case $1 in
	*' to do it') ;;
	*'Outcome: '*) echo q ;;
	*'An empty line goes on (? help)') echo ;;
	*'type  yes  here'* | *'type  esx01.lab.example  here'* | *'Yes means'*) echo 2 ;;
	*'Choose one or more numbers (? help)') echo 2 ;;
	*) echo 1 ;;
	esac
}
# drive CODE WRONG UNTIL ARG...: walk by what is said until a page holds UNTIL, then end the input; that exit code.
drive() {
	local want=$1 word=$2 until=$3 page= chunk= line rc pid
	shift 3
	coproc WALK { exec bin/reattest "$@" --plain 2>err; }
	pid=$WALK_PID
	exec 5>&"${WALK[1]}" 6<&"${WALK[0]}"
	eval "exec ${WALK[1]}>&- ${WALK[0]}<&-"
	: >out
	while IFS= read -r -t 60 -d: chunk <&6; do
		printf '%s:' "$chunk" >>out
		page+=$chunk:
		if [[ $page == *"$until"*'(? help):' ]]; then
			exec 5>&-
			break
		fi
		if line=$(answer "${page%:}" "$word"); then
			printf '%s\n' "$line" >&5
			page=
		fi
	done
	printf '%s' "$chunk" >>out
	cat <&6 >>out
	exec 5>&- 6<&-
	wait "$pid"
	rc=$?
	[ "$rc" = "$want" ] || bad "$*: exit $rc, expected $want; $(head -c 300 err); $(tail -n 5 out)"
}

# To the end; by a wrong word nowhere, and an empty line is no answer to a danger.
drive 0 '' 'no such words' demo secure-boot-off
says 'Outcome: resolved'
drive 13 esx02 'what was typed is not' demo secure-boot-off
says 'DISRUPTIVE'
says_not 'It is done'
drive 13 no 'not yes: nothing is done' demo secure-boot-off
says 'Leave maintenance mode'
says_not 'verified  Leave maintenance mode'

# Stopped in the middle of the remedy and gone on with.
drive 14 '' 'It is done' demo secure-boot-off --journal half.jsonl
drive 0 '' 'no such words' resume half.jsonl
says 'Outcome: resolved'

# The agreed time. Nothing disruptive begins after it, and the screen says what to do; a resume brings a later one, and all of it stands in
# the record and in every transcript. What only takes a change back is done all the same.
drive 13 '' 'no disruptive or irreversible step begins now' demo secure-boot-off --until 2026-03-02T00:59:00Z --change CHG-1 --case SR-1 --journal late.jsonl
says 'The agreed time was over at 2026-03-02T00:59:00Z'
says '`reattest resume` with a new --until'
drive 13 '' 'no disruptive or irreversible step begins now' resume late.jsonl
drive 0 '' 'no such words' resume late.jsonl --until 2026-03-03T00:00:00Z --change CHG-2
says 'Outcome: resolved'
for format in md txt json; do
	bin/reattest export late.jsonl --format $format >transcript 2>&1 || bad "export --format $format"
	for word in CHG-2 SR-1 2026-03-03T00:00:00Z; do
		grep -qF "$word" transcript || bad "$word is not in the $format transcript"
	done
done
head -1 late.jsonl | grep -qF '"until":"2026-03-02T00:59:00Z"' || bad "the record does not begin with the agreed time"
drive 14 '' 'LEFT DISCONNECTED' demo left-disconnected --journal left.jsonl
drive 0 '' 'no such words' resume left.jsonl --until 2026-03-02T00:00:00Z
says 'Outcome: resolved'

# A transcript from within, ASCII only when that is all there is.
walk 13 '1\ne txt\ne odd\nq\n' demo secure-boot-off
ls reattest-esx01.lab.example-*.txt >/dev/null 2>&1 || bad "no transcript was written"
walk 13 '1\n\n' demo secure-boot-off --ascii
! LC_ALL=C grep -q '[^ -~	]' out || bad "--ascii: other bytes"

# What was done is listed with its undo, which is gone to from there and asks for itself; what is left out asks for a reason.
walk 13 '1\n\n\n\n1\n\n1\n\n\n1\n\n\n\n2\nu\nu 9\nu 1\n1\n\n1\nnot now\nq\ny\n' demo ssh-off --journal undo.jsonl
says 'What was done; stepping back undoes none of it'
says '  1. can be undone  Switch the SSH service on'
says 'There is no such row; u alone shows them.'
says 'Without a reason it is not left; nothing was done.'
bin/reattest export undo.jsonl --format txt >out 2>err
says 'Switch the SSH service off again: not now'
says 'To undo it: the step "Switch the SSH service off again".'
# A step that was left to undo another is not done: it is come back to.
walk 13 '1\n\n9\n\n\n3\n\n\n\n\n2\nesx01.lab.example\n\nu\nu 1\n2\nyes\n' demo secure-boot-off --journal aside.jsonl
bin/reattest export aside.jsonl --format txt >out 2>err
says 'Switch Secure Boot on: left for now, to undo: Enter maintenance mode'
bin/reattest export aside.jsonl --format json >out 2>err
grep -q '"mark":[[:space:]]*"skip",[[:space:]]*"left_by":[[:space:]]*"undo"' <(tr -d '\n\t' <out) || bad "a step that was left for an undo counts as done"

exit "$failed"
