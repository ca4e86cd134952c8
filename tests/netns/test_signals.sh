#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# SIGINT and SIGTERM in every state of a run: the trace is complete, the verdict so far is printed, the
# exit status is 128 + n, the host is as it was.
set -u
. "${top_srcdir:?run by make check}/tests/netns/lib.sh"
lab_enter "$@"

# Large enough to be interrupted long before its end.
image 4400000

interrupted() { # state number signal verdict...
	local state=$1 number=$2 signal=$3
	shift 3
	kill "-$signal" "${process[tool]}"
	finish tool 10
	result "$state, SIG$signal: the exit status is 128 + $number" equals "$status" $((128 + number))
	result "$state, SIG$signal: the verdict so far is one of: $*" one_of "$(json .verdict.id)" "$@"
	clean_and_unchanged "$state, SIG$signal"
	lab_reset
}
trace_beyond() { [ "$(stat -c %s "$lab/tool.pcap")" -gt "$1" ]; }
# What the trace holds can be read while it grows.
trace_has() { [ "$(count "$lab/tool.pcap" "$1")" -gt 0 ]; }

# SIGUSR1 asks, and ends nothing.
direct_cable
recover --dhcp always
kill -USR1 "${process[tool]}"
result "USR1 before any phone: the status is printed" wait_until 5 grep -q '^status: no phone yet, [0-9]* s$' "$lab/tool.err"
phone phone --flash-time 4
wait_until 60 grep -q 'has got the whole image' "$lab/tool.err" # the phone's last ACK has come
kill -USR1 "${process[tool]}"
result "USR1 while the phone writes: how long already, usually and at most" \
	wait_until 5 grep -qE '^status: CBT.*writing 0:0[0-9] \(usually 2-5, at most 10 min\); do NOT unplug$' "$lab/tool.err"
finish tool 60
result "and the run goes on to its end" equals "$status $(json .result)" "0 recovered"
lab_reset

# ---- discover ends by itself ----
direct_cable
start phone phone "$spa_sos" simulate -i eth0 --timing nominal --boot-delay 0.3 --count 3 --mac 02:53:00:00:00:10 -q
start tool pc "$spa_sos" discover -i eth0 --dhcp always --json
finish tool 40
result "discover ends 5 s after the last new answer, with all phones" equals "$status $(json '.phones | length')" "0 3"
result "and says so, and what changes it" grep -q 'No further phone has answered for 5 s: done (-t waits longer, -c for a number' "$lab/tool.err"
stop phone
start phone phone "$spa_sos" simulate -i eth0 --timing nominal --boot-delay 0.3 --count 3 --mac 02:53:00:00:00:10 -q
start tool pc "$spa_sos" discover -i eth0 --dhcp always -c 2 --json
finish tool 40
result "discover -c 2 ends after two" equals "$status $(json '.phones | map(select(.state == "found")) | length')" "0 2"
lab_reset

for pair in "2 INT" "15 TERM"; do
	read -r number signal <<<"$pair"

	direct_cable
	recover
	sleep 0.5
	interrupted "no phone yet" "$number" "$signal" no-phone-seen interrupted

	direct_cable
	recover
	phone phone
	wait_until 20 trace_has 'dhcp.option.dhcp == 1'
	interrupted "the phone asks for an address" "$number" "$signal" interrupted request-not-sent no-dhcp no-phone-seen

	direct_cable
	recover --gateway never --dhcp always
	phone phone --static 192.168.50.20/24,192.168.50.1
	wait_until 20 trace_has 'arp.dst.proto_ipv4 == 192.168.50.1'
	interrupted "the phone looks for its gateway" "$number" "$signal" gateway-dead found interrupted

	direct_cable
	recover --dhcp always
	phone phone
	wait_until 30 trace_beyond 50000
	interrupted "in mid-transfer" "$number" "$signal" interrupted

	direct_cable
	recover --dhcp always
	phone phone --flash-time 60
	wait_until 60 test -s "$lab/phone.image"
	sleep 0.5
	interrupted "while the phone writes its flash" "$number" "$signal" flashing delivered
done

# ---- other signals, and impatience ----
for pair in "1 HUP" "3 QUIT" "14 ALRM"; do
	read -r number signal <<<"$pair"
	direct_cable
	recover --dhcp always
	phone phone
	wait_until 30 trace_beyond 50000
	interrupted "in mid-transfer" "$number" "$signal" interrupted
done
direct_cable
recover --dhcp always
phone phone
wait_until 30 trace_beyond 50000
kill -INT "${process[tool]}"
interrupted "asked twice in mid-transfer" 2 INT interrupted
direct_cable
start tool pc "$spa_sos" recover -i eth0 "$image"
wait_until 5 grep -q Power-cycle "$lab/tool.err"
kill -STOP "${process[tool]}"
kill -INT "${process[tool]}"
kill -TERM "${process[tool]}"
kill -HUP "${process[tool]}"
kill -CONT "${process[tool]}"
finish tool 10
result "a third signal ends the run at once" test "$status" -gt 128
lab_reset

# ---- suspended for 20 s in mid-transfer: the phone waits, and the run goes on where it was ----
direct_cable
recover --dhcp always
phone phone --flash-time 0.5
wait_until 30 trace_beyond 50000
kill -STOP "${process[tool]}"
sleep 20
kill -CONT "${process[tool]}"
finish tool 150
result "suspended for 20 s: the phone is recovered" equals "$status $(json .result)" "0 recovered"
result "suspended for 20 s: with the image byte for byte" same_image phone
lab_reset

# ---- killed outright: the trace lacks no more than the last 100 ms ----
# The phone's own trace is the witness. A busy machine may let the tool wait its turn: three tries.
frames_lost() { # Prints how many blocks the phone had 100 ms before the last one, and the trace lacks; 1 without any.
	local last had kept
	last=$(fields "$lab/phone.pcap" 'udp.dstport == 2000' frame.time_epoch | tail -n 1)
	had=$(count "$lab/phone.pcap" "udp.dstport == 2000 && frame.time_epoch <= $(awk -v t="$last" 'BEGIN { printf "%.9f", t - 0.1 }')")
	kept=$(count "$lab/tool.pcap" 'udp.dstport == 2000')
	echo "# $had blocks had come 100 ms before the last one, $kept are in the trace" >&2
	echo $((had == 0 ? 1 : had > kept ? had - kept : 0))
}
lost=1
for attempt in 1 2 3; do
	[ "$lost" -ne 0 ] || break
	[ "$attempt" -eq 1 ] || lab_reset
	direct_cable
	recover --dhcp always
	phone phone -w "$lab/phone.pcap"
	wait_until 30 trace_beyond 2500000
	kill -KILL "${process[tool]}"
	finish tool 10
	stop phone
	result "killed in mid-transfer: the trace ends with a whole record" trace_faults "$lab/tool.pcap" || break
	lost=$(frames_lost)
done
result "killed in mid-transfer: what is not younger than 100 ms is in the trace" equals "$lost" 0

tap_done
