#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# What diagnose says about every recorded trace: the same text and JSON as last time (renew them by
# tests/golden/renew), a verdict that the trace's label allows, and JSON that keeps to the schema.
# The story behind the labels: a refactoring once turned "no-dhcp" into "capture-too-short" for half
# of the traces, and every unit test still passed.

top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
top_builddir=${top_builddir:-$PWD}
. "$top_srcdir/tests/tap.sh"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
program=$top_builddir/spa-sos

status_of() {
	case $1 in
	recovered | found | firmware-running) echo 0 ;;
	no-phone-seen) echo 5 ;;
	delivered | flashing | capture-too-short) echo 6 ;;
	*) echo 1 ;;
	esac
}

cd "$top_srcdir/pcaps" || exit 99
for trace in *.pcap; do
	name=${trace%.pcap}
	"$program" diagnose "$trace" >"$scratch/text" 2>"$scratch/errors"
	status=$?
	"$program" diagnose --json "$trace" >"$scratch/$name.json" 2>>"$scratch/errors"
	{
		diff -u "$name.txt" "$scratch/text"
		diff -u "$name.expected.json" "$scratch/$name.json"
		cat "$scratch/errors"
	} >"$scratch/log" 2>&1
	[ ! -s "$scratch/log" ]
	tap_result $? "$name: text and JSON are as expected" "$scratch/log"

	verdict=$(jq -r .verdict.id "$scratch/$name.json")
	jq -e --arg verdict "$verdict" \
		'.expected == $verdict or (.also_acceptable | index($verdict))' "$name.json" >/dev/null &&
		[ "$status" -eq "$(status_of "$verdict")" ]
	tap_result $? "$name: verdict $verdict and exit status $status are what the label allows"
done

LC_ALL=C grep -n '[^ -~]' ./*.txt >"$scratch/log"
[ $? -eq 1 ]
tap_result $? "the text reports are plain ASCII" "$scratch/log"

# ---- the schema ----

"$program" diagnose --json ./*.pcap >"$scratch/all.json" 2>"$scratch/errors"
[ $? -eq 1 ] && [ "$(jq '.traces | length' "$scratch/all.json")" -eq "$(ls ./*.pcap | wc -l)" ] &&
	[ "$(jq -r '[.traces[].trace] | sort | .[0]' "$scratch/all.json")" = "$(ls ./*.pcap | LC_ALL=C sort | head -1)" ]
tap_result $? "several traces make one document, and the exit status is that of the worst"

echo nonsense >"$scratch/nonsense"
"$program" diagnose --json found.pcap "$scratch/nonsense" >"$scratch/mixed.json" 2>"$scratch/errors"
[ $? -eq 4 ] && [ "$(jq -r '.result + " " + .traces[1].error.kind' "$scratch/mixed.json")" = "invalid input" ] &&
	grep -q "$scratch/nonsense" "$scratch/errors"
tap_result $? "a file that is no trace makes exit status 4 and does not stop the others"

"$top_srcdir/tests/check_schema.py" "$top_srcdir/docs/report.schema.json" "$scratch"/*.json >"$scratch/log" 2>&1
tap_result $? "every document keeps to docs/report.schema.json" "$scratch/log"
tap_done
