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

tap_done
