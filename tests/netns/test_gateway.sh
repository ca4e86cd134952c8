#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The DHCP server names a router that does not exist, so the phone resolves it in vain and never asks for
# the file. The tool helps it past that: by a question that ends the phone's wait, by an answer in the
# router's place, or, forbidden both, not at all, and then says why it failed.
set -u
. "${top_srcdir:?run by make check}/tests/netns/lib.sh"
lab_enter "$@"

image 20000

dead_gateway() { # tool-option...
	host pc phone server
	switch
	plug pc phone server
	dhcp_server server 192.168.77.1 --no-ping --dhcp-option=3,192.168.77.254
	recover "$@"
	phone phone
}
# Answers that name the tool's MAC for the gateway.
stand_ins() { count "$lab/tool.pcap" "arp.opcode == 2 && arp.src.proto_ipv4 == 192.168.77.254"; }
# Questions for the phone's address that claim no address.
nudges() { count "$lab/tool.pcap" "arp.opcode == 1 && arp.src.proto_ipv4 == 0.0.0.0 && eth.src == $(mac_of pc eth0)"; }

dead_gateway
ended_recovered "a router that does not exist"
result "a router that does not exist: one question was enough" equals "$(stand_ins)" 0
lab_reset

dead_gateway --gateway nudge
ended_recovered "--gateway nudge"
result "--gateway nudge: the tool asked" test "$(nudges)" -ge 1
result "--gateway nudge: it answered for nobody" equals "$(stand_ins)" 0
lab_reset

dead_gateway --gateway stand-in
ended_recovered "--gateway stand-in"
result "--gateway stand-in: the tool answered in the router's place" test "$(stand_ins)" -ge 1
result "--gateway stand-in: it asked nobody" equals "$(nudges)" 0
stand_in_is_unicast() {
	equals "$(count "$lab/tool.pcap" "arp.opcode == 2 && arp.src.proto_ipv4 == 192.168.77.254 && eth.ig == 1")" 0
}
result "--gateway stand-in: only the phone was told" stand_in_is_unicast
lab_reset

dead_gateway --gateway never
ended_failed "--gateway never" 120 1 gateway-dead
result "--gateway never: the tool kept out of it" equals "$(stand_ins) $(nudges)" "0 0"

tap_done
