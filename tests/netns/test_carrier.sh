#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The cable: no carrier when the tool is started, carrier lost in the middle of the transfer. The tool
# waits and goes on; what is on the host's interface stays as it is.
set -u
. "${top_srcdir:?run by make check}/tests/netns/lib.sh"
lab_enter "$@"

image 20000

host pc phone
switch
plug pc phone
host_remember pc
ip link set dev p-pc down
on pc ip link show eth0 >"$lab/link"
result "no carrier at first: the interface says so" grep -q NO-CARRIER "$lab/link"
recover
sleep 2
result "no carrier at first: the tool waits for it" running tool
ip link set dev p-pc up
phone phone
ended_recovered "no carrier at first"
lab_reset

image 4000000
host pc phone
switch
plug pc phone
recover
phone phone
transferring() { [ "$(stat -c %s "$lab/tool.pcap")" -gt 200000 ]; }
wait_until 30 transferring
ip link set dev p-pc down
result "carrier lost in mid-transfer: it was in mid-transfer" test ! -s "$lab/phone.image"
sleep 2
result "carrier lost in mid-transfer: the tool waits" running tool
ip link set dev p-pc up
ended_recovered "carrier lost in mid-transfer" 120
lab_reset

# ---- the interface is the one the run began with, whatever it is called by now ----
# An impostor: another interface that takes the name; what leaves by it is in decoy.pcap.
impostor() { # while the interface is another name
	on pc ip link add name eth0 type veth peer name decoy
	on pc ip link set eth0 up
	on pc ip link set decoy up
	start decoy pc dumpcap -q -P -i decoy -w "$lab/decoy.pcap"
	wait_until 5 test -s "$lab/decoy.pcap"
}
rename() { on pc ip link set eth0 down && on pc ip link set eth0 name "$1" && on pc ip link set "$1" up; }
of_tool() { tshark -n -r "$lab/decoy.pcap" 2>/dev/null | grep -vc 'ICMPv6\|MDNS'; }

image 20000
host pc phone
switch
plug pc phone
recover
sleep 1
rename bench
impostor
phone phone
finish tool 60
result "renamed during the run: the run goes on" equals "$status $(json .result)" "0 recovered"
result "renamed during the run: the phone received the image" same_image phone
stop decoy INT
result "renamed during the run: nothing went to the interface that took its name" equals "$(of_tool)" 0
lab_reset
rm -f "$lab"/*.pcap

host pc phone
switch
plug pc phone
ip link set dev p-pc down
recover
sleep 1
rename bench
impostor
ip link set dev p-pc up
sleep 1
phone phone
finish tool 60
result "renamed while it waited for a link: the run goes on" equals "$status $(json .result)" "0 recovered"
stop decoy INT
result "renamed while it waited for a link: nothing went to the interface that took its name" equals "$(of_tool)" 0
lab_reset
rm -f "$lab"/*.pcap

# ---- frames that this machine loses are told during the run ----
host pc phone
switch
plug pc phone
start tool pc "$spa_sos" discover -i eth0 -t 20 -w "$lab/tool.pcap"
wait_until 10 grep -q Power-cycle "$lab/tool.err" # it listens, not only its trace is there
kill -STOP "${process[tool]}"
on phone python3 - <<'FLOOD'
import socket
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
wire.bind(("eth0", 0))
frame = b"\xff" * 6 + b"\x02\0\0\0\0\x77" + b"\x08\x06" + bytes(1486)
for i in range(60000):
    wire.send(frame)
FLOOD
kill -CONT "${process[tool]}"
result "a receive buffer that overran is told within seconds, while the run goes on" \
	wait_until 10 grep -qE 'warning: [0-9]+ frames were lost on this machine before they could be read' "$lab/tool.err"
result "a receive buffer that overran: the run does go on" running tool
stop tool INT

tap_done
