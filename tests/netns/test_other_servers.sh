#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# A foreign TFTP server answers first, with an ERROR, once: the phone gives up at once, and the tool's
# second order succeeds.
set -u
. "${top_srcdir:?run by make check}/tests/netns/lib.sh"
lab_enter "$@"

image 20000

host pc phone middle other
switch
# The tool's frames take 30 ms, so that the other server always answers first.
cable pc eth0 middle a
cable middle b lab p-middle
ip link set dev p-middle master switch
plug phone other
relay --delay 30
start other other python3 "$top_srcdir/tests/netns/foreign_tftp.py" eth0
recover --dhcp always
phone phone
ended_recovered "a foreign TFTP server refuses once"
result "a foreign TFTP server refuses once: it did" grep -q 'refused one request' "$lab/other.out"
result "a foreign TFTP server refuses once: the tool ordered a second time" \
	test "$(count "$lab/tool.pcap" "udp.dstport == 4810 && udp.payload[0:1] == 02 && eth.src == $(mac_of pc eth0)")" -ge 2

tap_done
