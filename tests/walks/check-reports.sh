#!/usr/bin/env bash
# check-reports.sh - what programs read, of every simulated host and of whole walks: JSON obeys its schema, JUnit is as Jenkins and GitLab
# read it and says what the exit code says, many hosts are one document, Markdown fits a ticket.
. "${RA_SRCDIR:-.}/tests/walks/installed.sh"

mkdir reports
i=0
for file in share/reattest/flows/demo/*.json; do
	host=$(basename "$file" .json)
	for format in json junit; do
		bin/reattest check --from "demo:$host" --format $format >"reports/$host.$format" 2>err
		echo $? >"reports/$host.$format.code"
		[ -s "reports/$host.$format" ] || bad "$host: no $format: $(cat err)"
	done
	i=$((i + 1))
done
[ $i -gt 60 ] || bad "only $i hosts"
if [ -x "${RA_BUILDDIR:-.}/tests/walks/test_exports" ]; then
	RA_EXPORTS=$work/reports "${RA_BUILDDIR:-.}/tests/walks/test_exports" >/dev/null 2>&1 || bad "the walks were not written"
fi

bin/reattest check --from demo:healthy --keep --format junit >one.xml 2>/dev/null
bin/reattest export state/reattest/sessions/*.jsonl --format junit >again.xml 2>/dev/null
[ "$(grep -c '<testcase' one.xml)" = "$(grep -c '<testcase' again.xml)" ] || bad "export and check count other cases"
bin/reattest check no-such-host-1.invalid no-such-host-2.invalid --format junit >many.xml 2>/dev/null
[ "$(grep -c '<testsuite ' many.xml)" = 2 ] || bad "not a suite for each host: $(head -5 many.xml)"
[ "$(grep -c '<?xml' many.xml)" = 1 ] || bad "two hosts are two documents"

for host in clear-pending possible-swap; do
	bin/reattest check --from "demo:$host" --format md >ticket.md 2>/dev/null
	bin/reattest check --from "demo:$host" --format md --full >whole.md 2>/dev/null
	[ "$(stat -c %s ticket.md)" -le 30000 ] || bad "$host: no ticket takes $(stat -c %s ticket.md) bytes"
	[ "$(stat -c %s whole.md)" -gt 30000 ] || bad "$host: --full is not more"
	grep -q 'more in the record' ticket.md || bad "$host: it does not say that it was cut"
done

schema=
/usr/bin/python3 -c 'import jsonschema' 2>/dev/null && schema=share/reattest/flows/schema/result.schema.json ||
	echo "check-reports: no python3-jsonschema, the schema is not checked"
/usr/bin/python3 "${RA_SRCDIR:-.}/tests/walks/reports.py" reports one.xml many.xml $schema || failed=1
exit $failed
