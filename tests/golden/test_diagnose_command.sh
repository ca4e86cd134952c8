#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The command line of diagnose: options, pipes, outputs, exit statuses.

top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
top_builddir=${top_builddir:-$PWD}
. "$top_srcdir/tests/tap.sh"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
program=$top_builddir/spa-sos
out=$scratch/out
errors=$scratch/errors

diagnose() { "$program" diagnose "$@" >"$out" 2>"$errors"; }
# expect STATUS SENTENCE PATTERN: the last run's status, and a line of stderr that matches.
expect() {
	local status=$?
	[ "$status" -eq "$1" ] && grep -qE -e "$3" "$errors"
	tap_result $? "$2" "$errors"
}
cd "$top_srcdir/pcaps" || exit 99

# ---- usage ----

diagnose
expect 2 "no trace is a usage error" '^spa-sos diagnose: no trace given'
diagnose --nonsense found.pcap
expect 2 "an unknown option is named" '--nonsense'
diagnose found.pcap --filter
expect 2 "a missing value is named" '--filter'
diagnose --color sometimes found.pcap
expect 2 "a wrong choice is named" 'sometimes'
diagnose --report a.html found.pcap no-dhcp.pcap
expect 2 "outputs are for one trace" 'one TRACE'
diagnose --redact - found.pcap
expect 2 "outputs are files" 'is not the name of a file'
diagnose - - <found.pcap
expect 2 "standard input is read once" 'only once'
diagnose --filter 'udp porridge' found.pcap
expect 2 "a bad filter is explained" 'udp porridge'
diagnose --help
[ $? -eq 0 ] && grep -q -- '--extract-image' "$out" && [ ! -s "$errors" ]
tap_result $? "--help goes to standard output"

# ---- input ----

diagnose "$scratch/nowhere.pcap"
expect 4 "a trace that does not exist is status 4" 'nowhere.pcap'
head -c 1000 found.pcap >"$scratch/cut.pcap"
diagnose "$scratch/cut.pcap"
grep -q 'ends inside a record' "$errors" && grep -q '^  Note' "$out"
tap_result $? "a file cut short is judged as far as it goes, and says so" "$errors"
diagnose - <gateway-dead.pcap
[ $? -eq 1 ] && sed 's/Trace       -/Trace       gateway-dead.pcap/' "$out" | cmp -s - gateway-dead.txt
tap_result $? "standard input gets the same report as the file"
diagnose -r found.pcap
[ $? -eq 0 ]
tap_result $? "-r names a trace"
diagnose -q --filter 'not udp port 4810' found.pcap
! grep -q '^found' "$out"
tap_result $? "--filter leaves frames out" "$out"
diagnose -q --filter 'udp or arp' gateway-dead.pcap
grep -q '^gateway-dead' "$out"
tap_result $? "--filter keeps frames" "$out"

# Ctrl-C ends the capturing program; what came through the pipe until then is judged.
mkfifo "$scratch/pipe"
env --default-signal=INT "$program" diagnose - <"$scratch/pipe" >"$out" 2>"$errors" &
reader=$!
{
	cat gateway-dead.pcap
	sleep 0.5
	kill -INT "$reader"
	sleep 0.5
} >"$scratch/pipe"
wait "$reader"
[ $? -eq 130 ] && grep -q gateway-dead "$out"
tap_result $? "a signal while reading a pipe: status 130, and the verdict all the same" "$errors"

# ---- outputs ----

diagnose -q found.pcap no-dhcp.pcap
[ $? -eq 1 ] && [ "$(wc -l <"$out")" -eq 2 ] && grep -q '^no-dhcp.pcap: no-dhcp (' "$out"
tap_result $? "-q prints one line a trace, with its name" "$out"
diagnose -v found.pcap
grep -q '^  Capture ' "$out"
tap_result $? "-v says how complete the capture is" "$out"
diagnose --filter arp recovered.pcap
tr '\n' ' ' <"$out" | grep -q "Only frames that match the filter 'arp' were read\."
tap_result $? "a filter in force is named in the first sentence" "$out"
diagnose -q --filter tcp recovered.pcap
grep -q "Cannot tell what happened from what is there. Only frames that match the filter 'tcp' were read" "$out"
tap_result $? "where nothing is left of it that is why" "$out"
for command in interfaces discover recover watch diagnose replay simulate image; do
	"$program" help "$command" | awk 'length > 80'
done >"$out"
[ ! -s "$out" ]
tap_result $? "help fits 80 columns" "$out"
diagnose --timeline gateway-dead.pcap
[ "$(grep -cE '^[* ] +[0-9]+\.[0-9]{6} +[0-9]+ ' "$out")" -ge 14 ] && grep -q '234.4.8.10:4811$' "$out" && tail -n +1 "$out" | grep -q '^  Verdict'
tap_result $? "--timeline lists the events before the report" "$out"
diagnose --json --timeline gateway-dead.pcap
jq -e '.verdict.id == "gateway-dead" and (.timeline | map(select(.text | contains("who has"))) | length) >= 2' "$out" >/dev/null &&
	[ "$(jq -r '[.timeline[] | select(.proof) | .frame] | .[0]' "$out")" = "$(jq '.verdict.evidence[0]' "$out")" ]
tap_result $? "with --json the timeline is in the document, the proof marked" "$out"
diagnose --timeline recovered.pcap
[ "$(wc -l <"$out")" -lt 60 ] && grep -qE '^\*? +[0-9.]+ +[0-9]+-[0-9]+ .*DATA and ACK 2 to ' "$out" && grep -q '^\*' "$out"
tap_result $? "a transfer is folded into a line, and the proof is marked" "$out"
diagnose --json recovered.pcap
tshark -n -r recovered.pcap -Y "$(jq -r .verdict.display_filter "$out")" -T fields -e frame.number 2>"$errors" | tr '\n' ' ' >"$scratch/log"
[ "$(cat "$scratch/log")" = "$(jq -r '.verdict.evidence[]' "$out" | tr '\n' ' ')" ]
tap_result $? "the display filter shows exactly the proof" "$scratch/log"

diagnose --json --extract-image "$scratch/image.bin" delivered.pcap
[ -s "$scratch/image.bin" ] && "$program" image "$scratch/image.bin" >"$scratch/log" 2>&1 &&
	[ "$(jq -r .image.sha256 "$out")" = "$(sha256sum <"$scratch/image.bin" | cut -d' ' -f1)" ]
tap_result $? "the downloaded image is extracted, valid and described" "$scratch/log"
diagnose --extract-image "$scratch/image.bin" delivered.pcap
expect 3 "an existing file is left alone" 'image.bin exists already'
diagnose --extract-image "$scratch/corrupt.bin" image-corrupt-on-wire.pcap
grep -q 'no valid image' "$errors" && [ "$(stat -c %s "$scratch/corrupt.bin")" -eq 20000 ]
tap_result $? "a damaged file is extracted too, and called damaged" "$errors"
diagnose --extract-image "$scratch/none.bin" no-dhcp.pcap
expect 4 "nothing to extract is an error" 'nothing was extracted'
diagnose --extract-image "$scratch/none.bin" transfer-stalled.pcap
expect 4 "an unfinished download is not extracted" 'last block, behind block 23, was not recorded'
[ ! -e "$scratch/none.bin" ]
tap_result $? "and leaves no file behind"

diagnose -q --redact "$scratch/public.pcap" recovered.pcap
status=$?
mac=$(jq -r .phone.mac recovered.json) serial=$(jq -r .phone.serial recovered.json)
"$program" diagnose --json "$scratch/public.pcap" >"$scratch/public.json" 2>>"$errors"
[ "$status" -eq 0 ] && [ "$(jq -r .verdict.id "$scratch/public.json")" = recovered ]
tap_result $? "the redacted copy gets the same verdict" "$errors"
! grep -qaiE "$mac|${mac//:/}|$serial" "$scratch/public.pcap" "$scratch/public.json" &&
	! LC_ALL=C grep -qaP "\\x${mac//:/\\x}" "$scratch/public.pcap"
tap_result $? "and neither the phone's serial number nor its MAC address"
diagnose -q --redact "$scratch/again.pcap" recovered.pcap
! cmp -s "$scratch/public.pcap" "$scratch/again.pcap"
tap_result $? "each copy has replacements of its own"
cp found.pcap "$scratch/mine.pcap"
diagnose --redact "$scratch/mine.pcap" "$scratch/mine.pcap"
expect 2 "a trace is never redacted onto itself" 'is an input of this command'
cmp -s found.pcap "$scratch/mine.pcap"
tap_result $? "and stays as it was"
diagnose -q --redact "$scratch/piped.pcap" - <found.pcap
"$program" diagnose -q "$scratch/piped.pcap" >"$out" 2>"$errors" && grep -q '^found' "$out"
tap_result $? "standard input can be redacted as well" "$errors"

"$program" diagnose found.pcap >/dev/full 2>"$errors"
[ $? -eq 3 ] && [ -s "$errors" ]
tap_result $? "a full disk behind standard output is status 3"
tap_done
