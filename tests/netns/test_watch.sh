#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# spa-sos watch: sends nothing, and says the verdict when it changes, from frames as from silence.
# The story: a phone without DHCP stands there with SOS on its display, and nothing on the wire says
# why, because what is wrong is what does not happen.
set -u
. "${top_srcdir:?run by make check}/tests/netns/lib.sh"
lab_enter "$@"

json_of() { jq -r "$2" "$lab/$1.out"; }

direct_cable
host_remember pc
start watch pc "$spa_sos" watch -i eth0 -w "$lab/watch.pcap" --json
wait_until 10 test -s "$lab/watch.pcap"
phone phone
result "a phone that nobody answers is told from the silence" \
	wait_until 60 grep -q '^no-dhcp (.*): The phone asked for an address' "$lab/watch.err"
stop watch INT
result "a signal ends it with status 130" equals "$status" 130
result "the document names the verdict" equals "$(json_of watch .verdict.id)" no-dhcp
result "and the command" equals "$(json_of watch .command)" watch
result "only the phone has sent anything" \
	equals "$(fields "$lab/watch.pcap" eth.src eth.src | sort -u)" "$(json_of watch '.phones[0].mac')"
result "the host is as it was" host_is_unchanged pc

lab_reset
switch
host pc phone third
plug pc phone third
image 20000
start watch third "$spa_sos" watch -i eth0
sleep 0.5
phone phone
recover --dhcp always
finish tool 60
result "somebody else's recovery succeeds while it watches" equals "$status" 0
result "the switch port of its own shows enough to say so" \
	wait_until 20 grep -q '^recovered (.*): ' "$lab/watch.err"
result "a verdict is not repeated" equals "$(grep -c '^recovered' "$lab/watch.err")" 1
stop watch INT
result "the report stands on standard output" grep -q 'Verdict *recovered' "$lab/watch.out"

direct_carrier() {
	lab_reset
	direct_cable
	start watch pc "$spa_sos" watch -i eth0 -t 20
	sleep 1
	local i
	for i in 1 2 3 4; do
		on phone ip link set eth0 down
		sleep 0.4
		on phone ip link set eth0 up
		sleep 0.4
	done
	wait_until 20 grep -q '^link-flapping' "$lab/watch.err"
}
result "a cable that goes up and down counts without a frame" direct_carrier

tap_done
