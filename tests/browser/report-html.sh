#!/usr/bin/env bash
# report-html.sh - HTML reports in a browser (check.js says what is held): a resolved walk, failed checks, gates, hostile texts, many hosts, and
# a recording whose every answer would like to be markup. Then copies of a page, each broken in one way, which must all be found.
# RA_BROWSER is a directory with node_modules as package-lock.json here pins them (./dev test makes one). Exits 77 with a sentence without it.
src=$(cd "${RA_SRCDIR:-.}" && pwd) build=$(cd "${RA_BUILDDIR:-.}" && pwd)
chromium=${RA_CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome)}
[ -n "$chromium" ] || { echo "report-html: no chromium (Debian: chromium); no page is looked at"; exit 77; }
command -v node >/dev/null || { echo "report-html: no node (Debian: nodejs); no page is looked at"; exit 77; }
[ -d "${RA_BROWSER:-}/node_modules/axe-core" ] || { echo "report-html: no axe-core and puppeteer-core in RA_BROWSER (./dev test fetches them); no page is looked at"; exit 77; }
kit=$(cd "$RA_BROWSER" && pwd)
export RA_CHROMIUM=$chromium
. "$src/tests/walks/installed.sh"
mkdir pages

RA_PAGES=$PWD/pages "$build/tests/unit/test_html" >unit.out 2>&1 || bad "test_html: $(tail -n 3 unit.out)"
RA_PAGES=$PWD/pages "$build/tests/walks/test_pages" >walks.out 2>&1 || bad "test_pages: $(tail -n 3 walks.out)"

# A host whose every answer holds markup, and one answer a megabyte of it.
/usr/bin/python3 - "$src/flows/demo/secure-boot-off.json" hostile.json <<'P' || bad "no hostile recording"
import json, sys
recording = json.load(open(sys.argv[1]))
wild = ['</pre></details></main><script>document.title="owned"; alert(1)</script>', '<img src="https://evil.example/x.png" onerror="alert(1)">',
        '--> ]]> <!-- <style>*{display:none}</style> javascript:alert(1)', '\u202e\u2066 \u001b[31m \u001b]52;c;QQ==\u0007 &#x3c;script&#x3e; &amp;',
        '<svg/onload=alert(1)><iframe src=file:///etc/passwd></iframe><base href="https://evil.example/">', 'x' * 5000]
count = 0
for state in recording['states'].values():
    for plane in state.values():
        for reply in plane.get('replies', []) if isinstance(plane, dict) else []:
            if isinstance(reply.get('out'), list):
                reply['out'] += wild
                count += 1
                if count == 1:
                    reply['out'] += ['<b>' * 100] * 3500
json.dump(recording, open(sys.argv[2], 'w'))
sys.exit(count < 10)
P
bin/reattest check --from ./hostile.json --format html -o pages/hostile-recording.html 2>err
[ $? -lt 64 ] || bad "hostile recording: $(head -n 3 err)"
grep -qF 'document.title=&quot;owned&quot;' pages/hostile-recording.html || bad "what the hostile host said is not in its page"

# A walk from its record, and from a redacted copy of that.
printf '1\n\n1\n\n\n\n\n\n\n\n\n\n\n\n1\n1\n1\n1\n' | bin/reattest demo secure-boot-off --plain --journal walk.jsonl >walk.out 2>&1
bin/reattest export walk.jsonl --format html -o pages/exported.html || bad "no page of a record"
bin/reattest redact walk.jsonl -o copy.jsonl >redact.out 2>&1 && bin/reattest export copy.jsonl --format html -o pages/redacted.html ||
	bad "no page of a redacted copy: $(tail -n 2 redact.out)"
grep -q '<strong>REDACTED</strong>' pages/redacted.html || bad "the page of a redacted copy does not say so"
! grep -q 'esx01\.lab\.example' pages/redacted.html || bad "the page of a redacted copy names the host"

full='resolved check-planes-disagree hostile many' quick='gates check-healthy check-secure-boot-off check-ssh-off hostile-recording exported redacted'
for name in $full $quick; do
	[ -s "pages/$name.html" ] || bad "there is no page $name"
done
timeout 250 node "$src/tests/browser/check.js" "$kit" $(printf 'pages/%s.html ' $full) --quick $(printf 'pages/%s.html ' $quick) >found 2>&1 ||
	bad "$(head -n 20 found)"

# What looks at pages must see what is wrong with them.
page=pages/check-ssh-off.html
broken() { # NAME WORDS: broken.html has a fault that is told with these words
	timeout 60 node "$src/tests/browser/check.js" "$kit" --quick broken.html >found 2>&1
	local rc=$?
	[ $rc = 1 ] || bad "$1: exit $rc, expected 1: $(head -n 3 found)"
	grep -q -- "$2" found || bad "$1: \"$2\" is not in: $(head -n 3 found)"
}
sed 's/<html lang="en"/<html/' $page >broken.html
broken "no language" html-has-lang
# The policy names the style's digest: a changed style is refused unless it goes as well.
sed '/http-equiv="Content-Security-Policy"/d; s/--dim:#57606a/--dim:#c9d1d9/' $page >broken.html
broken "pale" color-contrast
sed 's/--dim:#57606a/--dim:#57606b/' $page >broken.html
broken "a style that is not the page's" 'Content Security Policy'
sed 's#<main id="main">#&<img alt="" src="https://evil.example/x.png"/>#' $page >broken.html
broken "a picture from elsewhere" 'Content Security Policy'
sed '/http-equiv="Content-Security-Policy"/d; s#<main id="main">#&<img alt="" src="https://evil.example/x.png"/>#' $page >broken.html
broken "a picture from elsewhere, let in" 'asks for https://evil.example/x.png'
sed '/http-equiv="Content-Security-Policy"/d; s#<main id="main">#&<script>alert(1)</script>#' $page >broken.html
broken "a script" 'a dialog: 1'
sed 's#<main id="main">#&<pre class="wide">'"$(printf 'x%.0s' $(seq 600))"'</pre>#; s/max-height:32rem//; s/overflow:auto/overflow:visible/' $page |
	sed '/http-equiv="Content-Security-Policy"/d' >broken.html
broken "wider than the window" 'wider than its window'
sed 's#</main>#<p id="record">twice</p></main>#; s#<h2 id="causes">#<h2 id="causes"><span aria-label="x" role="nothing">y</span>#' $page >broken.html
broken "a role that is none" aria-roles

[ "$failed" = 0 ] && echo "report-html: as it should be"
exit "$failed"
