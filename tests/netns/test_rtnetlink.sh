#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The two ways to speak netlink (libmnl, and the plain socket of the static program) say the same of
# every kind of interface, of more of them than one answer of the kernel holds, and of each change.
set -u
. "${top_srcdir:?run by make check}/tests/netns/lib.sh"
lab_enter "$@"

probe=$top_builddir/tests/netns/rtnetlink_probe
check() { # sentence command...
	local sentence=$1
	shift
	"$@" && tap_result 0 "$sentence" || tap_result 1 "$sentence" "$lab/out"
}
said() { grep -qE "$1" "$lab/out"; }

ip link add near type veth peer name far
ip link set near up mtu 1400
ip link set far up
ip address add 192.0.2.7/24 dev near
ip address add 198.51.100.7/31 dev near
ip -6 address add 2001:db8::7/64 dev near 2>/dev/null
ip link property add dev near altname a-longer-name-than-an-interface-may-have altname the-bench
# What this kernel has of the rest.
for kind in bridge bond dummy ifb; do ip link add "of-$kind" type "$kind" 2>/dev/null; done
ip link add link near name of-vlan type vlan id 7 2>/dev/null
ip link add link near name of-macvlan type macvlan 2>/dev/null
ip tuntap add of-tun mode tun 2>/dev/null
ip tuntap add of-tap mode tap 2>/dev/null
ip link add of-vxlan type vxlan id 7 dstport 4789 2>/dev/null
ip link add port type veth peer name port-far
ip link set port master of-bridge
for i in $(seq 60); do ip link add "many$i" type veth peer name "far$i"; done

"$probe" list >"$lab/out"
check "both list the same interfaces with the same properties" test $? -eq 0
check "more than one answer of the kernel holds" said '^1[2-9][0-9] interfaces by plain'
check "names, addresses and MTU were read" \
	said ' near kind=virtual .* up=1 carrier=1 mtu=1400 altname=a-longer-name-than-an-interface-may-have altname=the-bench address=c0000207/24 address=c6336407/31 '
check "and what belongs to a bridge" said ' port kind=bridge port master=of-bridge '

index=$(ip -j link show near | jq -r ".[0].ifindex")
"$probe" follow "$index" >"$lab/out" &
pid=$!
wait_until 10 said '^present$'
ip link set far down
wait_until 10 said '^absent$'
ip link set near down
wait_until 10 said '^disabled$'
ip link set near up
ip link set far up
wait_until 10 eval '[ "$(grep -c present "$lab/out")" -eq 2 ]'
ip link set port down # another one
ip link del near
wait $pid
check "both follow a link until the interface is gone" test $? -eq 0
told() { [[ "$(tr '\n' ' ' <"$lab/out")" =~ ^"present absent disabled absent present "(disabled |absent )*"removed "$ ]]; }
check "all changes were told" told
"$probe" follow 4711 >"$lab/out"
check "and both know that an interface does not exist" said '^removed$'
tap_done
