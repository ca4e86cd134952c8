#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# What a switch does to a recovery: it withholds the group from the phone, or from the PC unless it
# reports membership; it tags the PC's port; it has a second phone on another port.
set -u
. "${top_srcdir:?run by make check}/tests/netns/lib.sh"
lab_enter "$@"

image 20000

host pc phone
switch mcast_snooping 1 mcast_querier 1 mcast_startup_query_interval 100
plug pc phone
bridge link set dev p-phone mcast_flood off
bridge link set dev p-pc mcast_flood off
sniff phone
recover
phone phone
ended_recovered "a switch with IGMP snooping"
stop sniffer
result "a switch with IGMP snooping: it withheld the group's frames from the phone" \
	equals "$(count "$lab/phone-side.pcap" 'eth.dst == 01:00:5e:04:08:0a && udp.dstport == 4810')" 0
result "a switch with IGMP snooping: the tool did send them" \
	test "$(count "$lab/tool.pcap" 'eth.dst == 01:00:5e:04:08:0a && udp.dstport == 4810')" -ge 1
lab_reset

relayed_cable --trunk-a 10
recover --vlan 10
phone phone
ended_recovered "the PC on a trunk port"
result "the PC on a trunk port: every frame of the tool carries the tag" \
	equals "$(count "$lab/tool.pcap" "eth.src == $(mac_of pc eth0) && !(vlan.id == 10)")" 0
lab_reset

# Without --vlan nothing can pass that relay: the story above proves something.
relayed_cable --trunk-a 10
recover --timeout 8
phone phone
finish tool 40
result "the PC on a trunk port, without --vlan: no recovery" test "$status" -ne 0
lab_reset

host pc phone neighbour
switch
plug pc phone neighbour
sniff neighbour
recover --serial CBT14110011
phone neighbour --serial CBT14110022 --mac 02:00:00:00:00:22
phone phone --serial CBT14110011 --mac 02:00:00:00:00:11
ended_recovered "two phones, one chosen by its serial number"
stop sniffer
result "two phones: the other was ordered nothing" \
	equals "$(count "$lab/neighbour-side.pcap" 'udp.dstport == 4810 && udp.payload[0:1] == 02 && !(udp.payload contains "CBT14110011")')" 0
result "two phones: the other received no byte of the image" test ! -s "$lab/neighbour.image"
result "two phones: no DATA came to its port" equals "$(count "$lab/neighbour-side.pcap" 'udp.dstport == 2000')" 0
result "two phones: the other phone was there and alive" test "$(count "$lab/neighbour-side.pcap" 'eth.src == 02:00:00:00:00:22')" -ge 1

tap_done
