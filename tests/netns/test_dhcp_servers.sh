#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Somebody else's DHCP server on the segment: the tool notices although the server's answers go past its
# port of the switch, and stays silent, also when the server takes its time. A lease that the phone
# cannot use is named.
set -u
. "${top_srcdir:?run by make check}/tests/netns/lib.sh"
lab_enter "$@"

image 20000

# other_server STORY OPTION...: a third port of the switch serves DHCP and is the router.
other_server() {
	local story=$1
	shift
	host pc phone server
	switch
	plug pc phone server
	dhcp_server server 192.168.77.1 "$@"
	recover
	phone phone
	ended_recovered "$story"
	result "$story: the phone has that server's address" grep -q '^192\.168\.77\.1[0-2][0-9]$' <<<"$(json '.phones[0].ip')"
	result "$story: the tool gave no lease" \
		equals "$(count "$lab/tool.pcap" 'udp.srcport == 67 && dhcp.type == 2 && eth.src == '"$(mac_of pc eth0)")" 0
	result "$story: the server's offer never came to the tool's port" \
		equals "$(count "$lab/tool.pcap" 'dhcp.option.dhcp == 2')" 0
	lab_reset
}
other_server "a DHCP server that offers at once" --no-ping
other_server "a DHCP server that checks the address first"
other_server "a DHCP server that answers after 3 s" --no-ping --dhcp-reply-delay=3

host pc phone server
switch
plug pc phone server
dhcp_server server 192.168.77.1 --no-ping --dhcp-option=3
recover
phone phone
ended_failed "a lease without a router" 120 1 lease-without-router no-gateway

tap_done
