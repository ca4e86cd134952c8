#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Beside another program: two copies of this one that start at the same moment (RIVAL_ROUNDS times, 4 by
# default), a second one on the same interface, and the vendor's utility that dies in mid-transfer.
set -u
. "${top_srcdir:?run by make check}/tests/netns/lib.sh"
lab_enter "$@"

image 60000

orders_of() { count "$lab/phone-side.pcap" "udp.dstport == 4810 && udp.payload[0:1] == 02 && eth.src == $(mac_of "$1" eth0)"; }
exactly_one_order() { equals "$(($(orders_of pc) + $(orders_of other)))" 1; }

for round in $(seq "${RIVAL_ROUNDS:-4}"); do
	host pc other phone
	switch
	plug pc other phone
	sniff phone
	start tool pc "$spa_sos" recover -i eth0 --dhcp always --json "$image"
	start twin other "$spa_sos" recover -i eth0 --dhcp always --json "$image"
	wait_until 10 grep -qs 'Another copy of this program recovers phones' "$lab/tool.err" "$lab/twin.err"
	phone phone
	finish tool 60
	tool_status=$status
	finish twin 60
	stop sniffer INT
	result "two copies, round $round: both end with status 0" equals "$tool_status $status" "0 0"
	result "two copies, round $round: the phone received the image byte for byte" same_image phone
	result "two copies, round $round: exactly one order was sent" exactly_one_order
	result "two copies, round $round: one watched, and says what became of the phone" \
		grep -qs 'recovered by the other program' "$lab/tool.err" "$lab/twin.err"
	result "two copies, round $round: both reports say recovered" \
		equals "$(jq -r .result "$lab/tool.out" "$lab/twin.out" | tr '\n' ' ')" "recovered recovered "
	stop phone
	lab_reset
done

# ---- a second one on the same interface ----
direct_cable
recover --dhcp always
start twin pc "$spa_sos" recover -i eth0 --dhcp always "$image"
finish twin 10
result "a second recover on one interface refuses to start" equals "$status" 3
result "and names the first one's process" grep -q "another recover runs on this interface already: process ${process[tool]}\." "$lab/twin.err"
start watcher pc "$spa_sos" watch -i eth0
phone phone
finish tool 60
tool_status=$status
stop watcher INT
result "watch beside it is fine: the phone is recovered" equals "$tool_status $(json .result)" "0 recovered"
result "and both say so" grep -q 'Verdict *recovered' "$lab/watcher.out"
lab_reset

# ---- the vendor's utility ----
utility() { # block
	host pc other phone
	switch
	plug pc other phone
	on other ip address add 198.18.7.7/16 dev eth0
	recover --dhcp always
	start utility other python3 "$top_srcdir/tests/netns/vendor_utility.py" 198.18.7.7 "$image" "$1"
	wait_until 15 grep -q 'Another program recovers phones on this segment: .* (198\.18\.7\.7)\. This one orders nothing' "$lab/tool.err"
	result "the vendor's utility: named, and nothing is ordered" equals $? 0
	phone phone
	wait_until 60 grep -q ordered "$lab/utility.out"
}
utility 0
finish tool 90
result "the vendor's utility finishes: this program watches, and ends with status 0" equals "$status $(json .result)" "0 recovered"
result "the vendor's utility finishes: the phone received the image byte for byte" same_image phone
stop utility KILL
lab_reset

utility 60
wait_until 60 grep -q died "$lab/utility.out"
finish tool 200
result "the vendor's utility dies in mid-transfer: the phone is taken over and recovered" equals "$status $(json .result)" "0 recovered"
result "the vendor's utility dies in mid-transfer: it is said why" grep -q 'has brought no new block for 60 s, after block 59, although the phone asked [0-9]* more times\? for the next one' "$lab/tool.err"
result "the vendor's utility dies in mid-transfer: the phone received the image byte for byte" same_image phone
lab_reset

tap_done
