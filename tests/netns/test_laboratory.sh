#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The laboratory itself: the relay does what it is told, and each check of the other scripts can fail.
set -u
. "${top_srcdir:?run by make check}/tests/netns/lib.sh"
lab_enter "$@"

# A frame that is malformed or has a wrong checksum must be found in an otherwise good trace.
good=$top_srcdir/pcaps/delivered.pcap
result "a good trace is called clean" trace_faults "$good"
python3 - "$good" "$lab/bad.pcap" <<'PYTHON'
import struct, sys
trace = bytearray(open(sys.argv[1], "rb").read())
position = 24
for number in range(12):  # frame 13 is DATA 1
    position += 16 + struct.unpack_from("<I", trace, position + 8)[0]
trace[position + 16 + 60] ^= 1
open(sys.argv[2], "wb").write(trace)
PYTHON
finds_fault() { ! trace_faults "$lab/bad.pcap" && [ "$(wc -l <"$lab/faults")" -eq 1 ]; }
result "one wrong bit in one frame is found" finds_fault
head -c 3000 "$good" >"$lab/cut.pcap"
finds_cut() { ! trace_faults "$lab/cut.pcap"; }
result "a trace that ends in the middle of a frame is found" finds_cut

host pc
cable pc eth0 lab far
notices() { # command...
	host_remember pc
	on pc "$@" || return 2
	! host_is_unchanged pc /dev/stdout
}
host_remember pc
result "an idle host counts as unchanged" host_is_unchanged pc /dev/stdout
result "an address that stays is noticed" notices ip address add 192.0.2.1/24 dev eth0
result "a route that stays is noticed" notices ip route add 198.51.100.0/24 dev eth0
result "promiscuous mode that stays is noticed" notices ip link set eth0 promisc on
result "a firewall rule that stays is noticed" notices nft add table inet left
lab_reset

# Numbered UDP packets through the relay; side B has no address, so only the relay's copies arrive.
host left middle right
cable left eth0 middle a
cable middle b right eth0
on left ip address add 192.0.2.1/24 dev eth0
on left ip neigh replace 192.0.2.2 lladdr 02:00:00:00:00:02 dev eth0
on left ip route flush cache
through() { # relay-option...: prints how many of 400 packets came through, and how many out of order
	rm -f "$lab/right-side.pcap"
	relay "$@"
	sniff right udp
	on left bash -c 'for i in {1000..1399}; do echo -n $i >/dev/udp/192.0.2.2/9; sleep 0.0005; done'
	sleep 0.5
	stop sniffer
	stop relay
	fields "$lab/right-side.pcap" 'udp.dstport == 9' udp.payload | sed 's/3\(.\)/\1/g' |
		awk '{ if ($1 + 0 < last) back++; last = $1 + 0 } END { print NR + 0, back + 0 }'
}
read -r arrived back < <(through)
result "without impairment everything arrives in order" equals "$arrived $back" "400 0"
read -r arrived back < <(through --loss 10)
result "10 % loss: $arrived of 400 arrive" test "$arrived" -gt 320 -a "$arrived" -lt 390
read -r arrived back < <(through --duplicate 10 --jitter 20)
result "10 % duplicates and jitter, order kept: $arrived arrive, $back out of order" test "$arrived" -gt 410 -a "$arrived" -lt 480 -a "$back" -eq 0
# Much longer than a busy machine takes from one packet to the next, so that many are overtaken.
read -r arrived back < <(through --jitter 200 --reorder)
result "reordering: $arrived arrive, $back out of order" test "$arrived" -eq 400 -a "$back" -gt 20
read -r arrived back < <(through --trunk-a 10)
result "a trunk passes no untagged frame" equals "$arrived $back" "0 0"

tap_done
