#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# diagnose -j N and --json-lines: the same answers in the same order, and what becomes of a process
# that dies.
set -u
. "${top_srcdir:?run by make check}/tests/tap.sh"
program=$(realpath "${top_builddir:?run by make check}/spa-sos")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$top_srcdir"/pcaps/*.pcap "$work"
cd "$work" || exit 1
echo garbage >garbage.pcap
traces=(*.pcap)

for words in '' --json --json-lines -q -v; do
	# Word splitting is meant.
	# shellcheck disable=SC2086
	"$program" diagnose $words "${traces[@]}" >one 2>one.err
	one=$?
	# shellcheck disable=SC2086
	"$program" diagnose $words -j 4 "${traces[@]}" >four 2>four.err
	four=$?
	diff one four >log && diff one.err four.err >>log && [ "$one" -eq "$four" ] && [ "$(wc -l <one)" -gt 10 ]
	tap_result $? "-j 4 ${words:-as text}: the same in the same order, and the same status" log
done
jq -c . one >/dev/null 2>&1
"$program" diagnose --json-lines -j 4 "${traces[@]}" >lines 2>err
[ "$(wc -l <lines)" -eq "${#traces[@]}" ] && [ "$(jq -r .trace lines)" = "$(printf '%s\n' "${traces[@]}")" ]
tap_result $? "--json-lines: a document a line for each capture" err
"$program" diagnose --json "${traces[@]}" >array 2>err
[ "$(jq -cS . lines)" = "$(jq -cS '.traces[]' array)" ]
tap_result $? "they are those of --json" err
"$program" diagnose --json-lines recovered.pcap >line 2>err
[ "$(wc -l <line)" -eq 1 ] && [ "$(jq -cS . line)" = "$("$program" diagnose --json recovered.pcap | jq -cS .)" ]
tap_result $? "of one capture too" err
"$program" diagnose --json-lines --join recovered.pcap flashing.pcap >line 2>err
[ "$(wc -l <line)" -eq 1 ]
tap_result $? "--join makes one document of all" line

# Streaming: the first line comes before the last capture is there.
mkfifo late.fifo
"$program" diagnose --json-lines recovered.pcap late.fifo >stream 2>err &
for _ in $(seq 100); do
	[ "$(wc -l <stream)" -eq 0 ] || break
	sleep 0.1
done
[ "$(wc -l <stream)" -eq 1 ]
tap_result $? "the first line is there while the next capture is not" stream
cat recovered.pcap >late.fifo
wait
[ "$(wc -l <stream)" -eq 2 ]
tap_result $? "and the second one when it is" stream

"$program" diagnose -j 3 --filter 'no such expression' "${traces[@]}" >out 2>err
[ $? -eq 2 ] && [ "$(grep -c 'spa-sos diagnose: filter' err)" -eq 1 ]
tap_result $? "a bad filter is told once: status 2" err
"$program" diagnose -j 0 recovered.pcap >out 2>err
[ $? -eq 2 ] && grep -q -- '--jobs' err
tap_result $? "no processes are too few" err

# One of them is killed while it reads: the others go on, and the capture is named.
"$program" diagnose --json-lines -j 3 found.pcap late.fifo recovered.pcap flashing.pcap >out 2>err &
parent=$!
exec 9>late.fifo
for _ in $(seq 100); do
	for child in $(pgrep -P "$parent"); do
		[ ! "$(readlink "/proc/$child/fd/"* 2>/dev/null | grep -c late.fifo)" -gt 0 ] || victim=$child
	done
	[ -z "${victim-}" ] || break
	sleep 0.1
done
kill -KILL "${victim:-0}"
exec 9>&-
wait "$parent"
status=$?
{ echo "status $status"; jq -c '[.trace, .result]' out; } >>err
[ "$status" -eq 3 ] && [ "$(jq -r .trace out | tr '\n' ' ')" = "found.pcap late.fifo recovered.pcap flashing.pcap " ] &&
	[ "$(jq -r 'select(.error) | .trace' out)" = late.fifo ] && grep -q 'late.fifo: the process that judged it has died' err
tap_result $? "a process that is killed takes only its capture along: status 3" err
tap_done
