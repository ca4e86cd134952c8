#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# spa-sos simulate: options, several phones on one cable, what it says and writes, how it ends.
set -u
. "${top_srcdir:?run by make check}/tests/netns/lib.sh"
lab_enter "$@"

usage_error() { # sentence pattern option...
	local sentence=$1 pattern=$2
	shift 2
	"$spa_sos" simulate "$@" >"$lab/out" 2>"$lab/err"
	result "$sentence: status 2" equals "$?" 2
	result "$sentence: it is named" grep -qE -e "$pattern" "$lab/err"
}
usage_error "no interface" '-i IF'
usage_error "an unknown option" '--nonsense' -i eth0 --nonsense
usage_error "a missing argument" '--mac' -i eth0 --mac
usage_error "a fault that does not exist" "--fault: 'warp' is not .*--fault help" -i eth0 --fault warp
usage_error "a group address as MAC" "--mac: '01:00:5e:04:08:0a' is not" -i eth0 --mac 01:00:5e:04:08:0a
usage_error "a static address without a length" "--static: '192.168.1.20' is not .*LEN" -i eth0 --static 192.168.1.20
usage_error "a URL of another kind" "--last-url: 'ftp://x/y' is not" -i eth0 --last-url ftp://x/y
usage_error "a serial number that cannot count" "--serial: 'CBT9' .*more digits" -i eth0 --serial CBT9 --count 2
usage_error "too many phones" "--count: '1001' is not .* 1 to 1000" -i eth0 --count 1001

"$spa_sos" simulate --fault help >"$lab/out" 2>"$lab/err"
result "--fault help ends with status 0" equals "$?" 0
result "and lists the faults with what they do" grep -qE '^ignores-upgrade +answers requests' "$lab/out"
"$spa_sos" simulate -i nowhere >"$lab/out" 2>"$lab/err"
result "an interface that does not exist: status 3" equals "$?" 3

direct_cable
image 20000
phone phone --count 3 --mac 02:53:00:00:00:fe --serial CBT14110098 --model 502G -w "$lab/phones.pcap"
wait_until 5 grep -q 'booting' "$lab/phone.err"
result "serial numbers and MAC addresses count up" \
	grep -q '^02:53:00:00:01:00 SPA502G serial CBT14110100 on eth0' "$lab/phone.err"
start tool pc "$spa_sos" discover -i eth0 --json --dhcp always -t 20
finish tool 30
result "one cable carries all of them" equals "$(json '.phones | length')" 3
stop phone INT
result "a signal ends it with its status" equals "$status" 130
result "what it recorded can be read" trace_faults "$lab/phones.pcap"
result "and holds the three phones" \
	equals "$(tshark -n -r "$lab/phones.pcap" -Y 'udp.srcport == 4810' -T fields -e eth.src | sort -u | wc -l)" 3

lab_reset
direct_cable
phone phone --exit-after-flash --serial CBT141100HR
recover --dhcp always
finish tool 60
result "a phone is recovered" equals "$status" 0
finish phone 30
result "--exit-after-flash ends it with status 0" equals "$status" 0
result "the image it has accepted is written" same_image phone

tap_done
