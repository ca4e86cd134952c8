#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# A recorded phone on an interface: three of them are recovered by the tool as if they were on the
# bench. They answer in reaction to what they hear, with today's addresses, file name and image.
set -u
. "${top_srcdir:?run by make check}/tests/netns/lib.sh"
lab_enter "$@"

image 60000

# recorded NAME [OPTION...]: the phone of that trace on eth0 of host 'phone'
recorded() {
	local name=$1
	shift
	start phone phone "$spa_sos" replay "$top_srcdir/pcaps/$name.pcap" -i eth0 "$@"
}

direct_cable
recover
recorded recovered --speed 4
finish tool 60
result "a phone that was recovered then: is recovered again" equals "$status $(json .result)" "0 recovered"
result "a phone that was recovered then: it took all of a longer image" \
	equals "$(count "$lab/tool.pcap" 'tftp.opcode == 4')" "$(($(stat -c %s "$image") / 512 + 1))"
clean_and_unchanged "a phone that was recovered then"
lab_reset

direct_cable
recover --flash-wait 2
recorded delivered-static
finish tool 60
result "a phone with a static address: the image is delivered" equals "$status $(json .result)" "6 delivered"
result "a phone with a static address: it confirmed today's file name" \
	equals "$(fields "$lab/tool.pcap" 'tftp.opcode == 1' tftp.source_file | sort -u)" \
	"$(fields "$lab/tool.pcap" 'tftp.opcode == 1' tftp.source_file | grep -m1 '^spa-sos-')"
clean_and_unchanged "a phone with a static address"
lab_reset

direct_cable
recover --timeout 20
recorded still-in-recovery
finish tool 90
result "a phone that came back in recovery mode: it is tried once more" grep -q 'it is tried once more' "$lab/tool.err"
result "a phone that came back in recovery mode: the tool says so" \
	one_of "$(json .verdict.id)" still-in-recovery power-lost-while-writing
result "a phone that came back in recovery mode: exit status 1" equals "$status" 1
clean_and_unchanged "a phone that came back in recovery mode"

tap_done
