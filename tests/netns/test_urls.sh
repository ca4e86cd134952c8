#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# A phone that the tool cannot reach: a snooping switch keeps the group's frames from it, and the tool may
# not use another address (--group-only). So nothing but --answer-urls can be the reason that it gets the image.
# Then the TCP side alone, with a client that has a real TCP: curl.
set -u
. "${top_srcdir:?run by make check}/tests/netns/lib.sh"
lab_enter "$@"

image 20000
url_responder=$top_builddir/tests/support/url_responder

unreachable_phone() { # url
	host pc phone
	switch mcast_snooping 1 mcast_querier 1 mcast_startup_query_interval 100
	plug pc phone
	bridge link set dev p-phone mcast_flood off
	recover --answer-urls --group-only
	phone phone --last-url "$1"
}
# Nobody ordered it, nobody else was told anything.
without_order() { equals "$(count "$lab/tool.pcap" "udp.srcport == 4811 && udp.payload[0:1] == 02")" 0; }
replies_are_unicast() { equals "$(count "$lab/tool.pcap" "arp.opcode == 2 && eth.ig == 1")" 0; }
trace_verdict() {
	"$spa_sos" diagnose --json "$lab/tool.pcap" >"$lab/diagnosis.json" && equals "$(jq -r .verdict.id "$lab/diagnosis.json")" recovered
}

for url in tftp://198.18.200.1/spa504g.bin http://203.0.113.7:8080/firmware/spa504g.bin tftp://provisioning.example.com/x; do
	unreachable_phone "$url"
	ended_recovered "$url" 90
	result "$url: no order was given" without_order
	result "$url: whose place was taken was told to the phone alone" replies_are_unicast
	result "$url: the trace tells the same" trace_verdict
	lab_reset
done

curls() { # path...
	on pc curl --silent --show-error --http1.0 --max-time 60 --output "$lab/fetched" --write-out '%{http_code} %{size_download}' "http://192.0.2.80$1"
}
host pc server
cable pc eth0 server eth0
on pc ip address add 192.0.2.1/24 dev eth0
start responder server "$url_responder" eth0 192.0.2.80 "$image"
wait_until 5 grep -q ready "$lab/responder.out"
for path in / /a/long/path.bin?x=1; do
	result "curl gets $path" equals "$(curls "$path")" "200 $(stat -c %s "$image")"
	result "curl gets $path byte for byte" cmp "$image" "$lab/fetched"
done
completed() { [ "$(grep -c '^complete after 0 repeats' "$lab/responder.out")" -eq "$1" ]; }
result "the end of both connections was acknowledged, and nothing had to be repeated" wait_until 5 completed 2
result "a method that is no GET is refused" equals \
	"$(on pc curl --silent --http1.0 --max-time 20 --request DELETE --write-out '%{http_code}' http://192.0.2.80/)" 501
tcp_is_closed() { [ -z "$(on pc ss -Htan state all '( dport = :80 )' | grep -v TIME-WAIT)" ]; }
result "no connection is left half open" wait_until 5 tcp_is_closed

tap_done
