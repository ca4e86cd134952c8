#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Somebody else's DHCP server on the segment: the tool notices although the server's answers go past its
# port of the switch, and stays silent, also when the server takes its time. A lease that the phone
# cannot use is named.
set -u
LAB_SECONDS=600 # two leases whose fault shows after 30 s
export LAB_SECONDS
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

# unfit_server STORY VERDICTS SENTENCE OPTION...: its leases are of no use. Nobody does anything, and
# the run ends at its --timeout with the lease's verdict; or the user power-cycles the phone when he is
# told to, and again each time that the server is faster.
power_on() { phone phone --mac 02:53:4f:00:77:01 --serial CBT14110077; }
is_told() { grep -q 'Power-cycle the phone now: this time this program gives it an address first' "$lab/tool.err"; }
has_address() { cat "$lab/phone.out" "$lab/phone.err" | grep -q "address $1"; }
has_any_address() { has_address '[0-9]'; }
power_cycle_until_served() {
	local turn
	for turn in 1 2 3 4 5 6 7 8; do
		stop phone KILL
		power_on
		wait_until 12 has_any_address || return 1
		echo "turn $turn: $(cat "$lab/phone.out" "$lab/phone.err" | grep -o 'address [0-9.]*' | head -1)"
		has_address 198.18 && return 0
	done
	return 1
}
unfit_server() {
	local story=$1 verdicts=$2 sentence=$3
	shift 3
	host pc phone server
	switch
	plug pc phone server
	# Slower than this program, or the race would be won or lost by what else the machine does.
	dhcp_server server 192.168.77.1 --no-ping --dhcp-reply-delay=1 "$@"
	recover --timeout 30
	power_on
	result "$story: said within 35 s" wait_until 45 is_told
	result "$story: the server is named" grep -qE "$sentence" "$lab/tool.err"
	# shellcheck disable=SC2086
	ended_failed "$story, no power cycle" 80 1 $verdicts
	stop phone KILL
	recover
	power_on
	wait_until 45 is_told
	result "$story: one power cycle and it is served" power_cycle_until_served
	ended_recovered "$story, power-cycled" 60
	lab_reset
}
unfit_server "a lease without a router" "lease-without-router no-gateway" \
	'lease of 192\.168\.77\.1 probably lacks a router: the phone cannot fetch' --dhcp-option=3
unfit_server "a lease without a mask" "phone-deaf lease-without-mask" \
	'lease of 192\.168\.77\.1 probably lacks a subnet mask' --dhcp-option=1

# ---- an authoritative server that refuses every REQUEST, also those for this program's addresses ----
# (A copy of its program: where a profile confines /usr/sbin/dhcpd it may not read the laboratory's files.)
host pc phone server
switch
plug pc phone server
on server ip address add 192.168.77.1/24 dev eth0
cp "$(PATH=$PATH:/usr/sbin command -v dhcpd)" "$lab/dhcpd"
: >"$lab/dhcpd.leases"
cat >"$lab/dhcpd.conf" <<'END'
authoritative;
ping-check false;
class "requests" { match if option dhcp-message-type = 3; }
subnet 192.168.77.0 netmask 255.255.255.0 {
	option routers 192.168.77.1;
	pool { deny members of "requests"; range 192.168.77.100 192.168.77.120; }
}
END
start dhcpd server "$lab/dhcpd" -4 -f -d -cf "$lab/dhcpd.conf" -lf "$lab/dhcpd.leases" --no-pid eth0
wait_until 10 grep -q 'Server starting service' "$lab/dhcpd.err"
recover
power_on
ended_recovered "a server that refuses (NAK)" 90
result "a server that refuses (NAK): it did" grep -q 'DHCPNAK on 192.168.77.1' "$lab/dhcpd.err"
result "a server that refuses (NAK): said, and that no power cycle is needed" \
	grep -q 'It asks again by itself, and this program gives it an address' "$lab/tool.err"

tap_done
