#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The page of diagnose --report: well-formed, loads nothing, and a real browser shows it.

top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
top_builddir=${top_builddir:-$PWD}
. "$top_srcdir/tests/tap.sh"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
program=$top_builddir/spa-sos

cd "$top_srcdir/pcaps" || exit 99
: >"$scratch/log"
for trace in *.pcap; do
	"$program" diagnose -q --report "$scratch/${trace%.pcap}.html" "$trace" >/dev/null \
		2>>"$scratch/log"
	[ -s "$scratch/${trace%.pcap}.html" ] || echo "no page for $trace" >>"$scratch/log"
done
[ ! -s "$scratch/log" ]
tap_result $? "every recorded trace gets its page" "$scratch/log"

"$program" diagnose -q --report "$scratch/found.html" found.pcap >/dev/null 2>"$scratch/log"
[ $? -eq 3 ] && grep -q 'found.html exists already' "$scratch/log"
tap_result $? "a file that exists is never overwritten" "$scratch/log"

"$program" diagnose -q --report "$scratch/stdin.html" - <gateway-dead.pcap >/dev/null 2>"$scratch/log"
sed 's/ - &#183;//; s/gateway-dead.pcap/-/' "$scratch/gateway-dead.html" |
	cmp -s - "$scratch/stdin.html"
tap_result $? "a trace from standard input gets the same page" "$scratch/log"

python3 - "$scratch"/*.html >"$scratch/log" 2>&1 <<'PYTHON'
import html.parser, sys

class Checker(html.parser.HTMLParser):
    void = {"meta", "br", "path", "circle"}
    allowed = {"html", "head", "meta", "title", "style", "body", "header", "section", "footer", "h1",
               "h2", "p", "span", "a", "code", "table", "thead", "tbody", "tr", "th", "td", "br",
               "div", "details", "summary", "pre", "dl", "dt", "dd", "svg", "text", "path", "circle"}
    def __init__(self):
        super().__init__()
        self.stack, self.wrong = [], []
    def handle_starttag(self, tag, attributes):
        if tag not in self.allowed:
            self.wrong.append(f"unexpected <{tag}>")
        for name, value in attributes:
            if name.startswith("on") or name == "src" or (name == "href" and not value.startswith("#")):
                self.wrong.append(f"<{tag} {name}={value}>")
        if tag not in self.void:
            self.stack.append(tag)
    def handle_startendtag(self, tag, attributes):
        if tag not in self.allowed:
            self.wrong.append(f"unexpected <{tag}/>")
    def handle_endtag(self, tag):
        if not self.stack or self.stack.pop() != tag:
            self.wrong.append(f"</{tag}> at {self.getpos()}")

failed = False
for path in sys.argv[1:]:
    checker = Checker()
    with open(path, encoding="ascii") as file:
        checker.feed(file.read())
    for problem in checker.wrong + checker.stack:
        print(path, problem)
        failed = True
sys.exit(failed)
PYTHON
tap_result $? "the pages are well-formed, plain ASCII, and refer to nothing outside" "$scratch/log"

browser=$(command -v chromium || command -v chromium-browser)
if [ -z "$browser" ]; then
	tap_skip "a browser shows the page" "chromium is not installed"
	tap_done
fi

render() {
	mkdir -p "$scratch/profile"
	timeout 120 "$browser" --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
		--disable-background-networking --disable-component-update --disable-sync \
		--disable-dev-shm-usage --user-data-dir="$scratch/profile" "$@" 2>"$scratch/browser"
}

# The picture is taken when all of it is painted, and the whole page is in it: on a busy machine the
# browser otherwise leaves out parts near the lower edge.
render --window-size=1000,3000 --hide-scrollbars --run-all-compositor-stages-before-draw \
	--virtual-time-budget=10000 --screenshot="$scratch/page.png" \
	"file://$scratch/wrong-block.html" >/dev/null
python3 - "$scratch/page.png" >"$scratch/log" 2>&1 <<'PYTHON'
import struct, sys, zlib
with open(sys.argv[1], "rb") as file:
    png = file.read()
assert png[:8] == b"\x89PNG\r\n\x1a\n"
width, height, depth, kind = struct.unpack(">IIBB", png[16:26])
data, at = b"", 8
while at < len(png):
    length, name = struct.unpack(">I4s", png[at:at + 8])
    if name == b"IDAT":
        data += png[at + 8:at + 8 + length]
    at += 12 + length
pixel = {2: 3, 6: 4}[kind]
raw, stride, rows, previous = zlib.decompress(data), width * pixel, [], bytes(width * pixel)
for y in range(height):
    line = bytearray(raw[y * (stride + 1) + 1:(y + 1) * (stride + 1)])
    how = raw[y * (stride + 1)]
    for x in range(stride):
        left = line[x - pixel] if x >= pixel else 0
        up, corner = previous[x], previous[x - pixel] if x >= pixel else 0
        guess = left + up - corner
        paeth = min((abs(guess - left), 0, left), (abs(guess - up), 1, up), (abs(guess - corner), 2, corner))[2]
        line[x] = (line[x] + (0, left, up, (left + up) // 2, paeth)[how]) & 255
    rows.append(line)
    previous = line
colours = {bytes(row[x:x + 3]) for row in rows[::3] for x in range(0, stride, pixel * 3)}
print(width, height, len(colours), "colours")
# The verdict's red, the mark of the proof, ink on paper: the style is there and so is the ladder.
assert b"\xb4\x23\x18" in colours, "no red for a failure"
assert b"\xff\xf6\xd6" in colours, "no mark for the proof"
assert any(max(colour) < 60 for colour in colours), "no ink"
inked = sum(any(max(row[x:x + 3]) < 120 for x in range(0, stride, pixel)) for row in rows)
assert inked > height // 5, "mostly empty"
PYTHON
tap_result $? "a browser shows verdict, proof and ladder" "$scratch/log"

render --no-pdf-header-footer --print-to-pdf="$scratch/page.pdf" \
	"file://$scratch/wrong-block.html" >/dev/null
[ "$(head -c 5 "$scratch/page.pdf")" = %PDF- ] &&
	[ "$(grep -ac '/Type */Page\b' "$scratch/page.pdf")" -le 4 ]
tap_result $? "it prints on a few sheets" "$scratch/browser"
tap_done
