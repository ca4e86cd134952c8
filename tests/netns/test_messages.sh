#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The lines of a run: seconds since its start, the clock with --time, the frames of the trace by
# their numbers with -vv.
set -u
. "${top_srcdir:?run by make check}/tests/netns/lib.sh"
lab_enter "$@"

direct_cable
image 40000

start phone phone "$spa_sos" simulate -i eth0 --timing nominal --boot-delay 0.3 --flash-time 0.5 --exit-after-flash -q
recover -vv
finish tool 60
finish phone 20
result "a run with -vv recovers the phone" equals "$status" 0
result "each line begins with the seconds since the start" equals "$(grep -cvE '^ *[0-9]+\.[0-9]  |^waiting|^eth0 carries|^$' "$lab/tool.err")" 0
result "they never go back" bash -c "grep -oE '^ *[0-9]+\.[0-9]' '$lab/tool.err' | sort -c -n"

# Every block of the transfer is told under the number that it has in the trace.
told() { sed -nE 's/^ *[0-9.]+  frame ([0-9]+): TFTP (DATA|ACK) block ([0-9]+).*/\1 \2 \3/p' "$lab/tool.err"; }
recorded() {
	fields "$lab/tool.pcap" 'udp.payload[0:2] == 00:03 || udp.payload[0:2] == 00:04' frame.number udp.payload |
		while read -r number payload; do
			[ "${payload:3:1}" = 3 ] && kind=DATA || kind=ACK
			echo "$number $kind $((16#${payload:4:4}))"
		done
}
result "-vv: the blocks are counted, each way" equals "$(told | wc -l)" 156
result "-vv: each frame has the number that it has in the trace" equals "$(told)" "$(recorded)"
result "and the first REPLY too" equals "$(sed -nE 's/^ *[0-9.]+  frame ([0-9]+): RECM REPLY.*/\1/p' "$lab/tool.err" | head -1)" \
	"$(fields "$lab/tool.pcap" 'udp.srcport == 4810 && udp.dstport == 4811' frame.number | head -1)"

before=$(date +%s)
start phone phone "$spa_sos" simulate -i eth0 --timing nominal --boot-delay 0.3 --flash-time 0.5 --exit-after-flash -q
recover --time
finish tool 60
finish phone 20
after=$(date +%s)
result "a run with --time recovers the phone" equals "$status" 0
result "each line begins with the clock" equals "$(grep -cvE '^[0-9]{2}:[0-9]{2}:[0-9]{2}  |^waiting|^eth0 carries|^$' "$lab/tool.err")" 0
is_between() { # of the day's clock: the run is no longer than the difference
	local at
	at=$(date -d "$1" +%s) && [ "$at" -ge "$before" ] && [ "$at" -le "$after" ]
}
result "it is the clock of this machine, at the start" is_between "$(grep -oE '^[0-9:]{8}' "$lab/tool.err" | head -1)"
result "and at the end" is_between "$(grep -oE '^[0-9:]{8}' "$lab/tool.err" | tail -1)"
tap_done
