#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Captures as people hand them over: ring buffers in parts, compressed, through a pipe, and files
# that are no captures at all.

top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
top_builddir=${top_builddir:-$PWD}
. "$top_srcdir/tests/tap.sh"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
program=$(cd "$top_builddir" && pwd)/spa-sos
pcaps=$(cd "$top_srcdir" && pwd)/pcaps
spoil=$(cd "$top_srcdir" && pwd)/tests/golden/spoil.py
cd "$scratch" || exit 99

# said SENTENCE STATUS WORDS...: the last run ended so and said each of the words.
run() {
	"$program" "$@" >output 2>errors
	status=$?
	cat errors output | tr -s ' \n' ' ' >said
}
said() {
	local sentence=$1 wanted=$2 good=0 words
	shift 2
	[ "$status" = "$wanted" ] || good=1
	for words in "$@"; do
		case $words in
		!*) grep -qF -- "${words#!}" said && good=1 ;;
		*) grep -qF -- "$words" said || good=1 ;;
		esac
	done
	tap_result $good "$sentence" said
}

# ---- ring buffers ----

"$spoil" parts3 "$pcaps/recovered.pcap" ring
run diagnose ring_00003_20261122.pcapng ring_00001_20261122.pcapng ring_00002_20261122.pcapng
said "parts of a ring buffer are judged as one, in order of time, and that is said" 0 \
	'recovered (certain)' '3 files are judged as one recording' '!capture-too-short'
run diagnose --json ring_0000?_20261122.pcapng
[ "$(jq -r '.verdict.id + " " + .trace' output)" = "recovered ring_00001_20261122.pcapng and 2 more" ] &&
	[ "$(jq -r '.counters.frames_in' output)" = "$("$program" diagnose --json "$pcaps/recovered.pcap" | jq .counters.frames_in)" ]
tap_result $? "JSON holds one document with the frames of all parts" output
diff <(jq .verdict output) <("$program" diagnose --json "$pcaps/recovered.pcap" | jq .verdict) >log
tap_result $? "the verdict and its frame numbers are those of the whole" log
run diagnose --report page.html --join ring_0000?_20261122.pcapng
said "--join allows a page about several files" 0 'recovered (certain)'
[ -s page.html ]
tap_result $? "and the page is written" said

cp ring_00001_20261122.pcapng first.pcapng
cp ring_00002_20261122.pcapng second.pcapng
cp ring_00003_20261122.pcapng third.pcapng
run diagnose -q second.pcapng third.pcapng first.pcapng
[ "$(wc -l <output)" = 3 ]
tap_result $? "files with other names are judged one by one" said
run diagnose -q --join second.pcapng third.pcapng first.pcapng
said "--join judges them as one, whatever their names" 0 'recovered (certain)'

cp "$pcaps/no-dhcp.pcap" bench_1.pcap
cp "$pcaps/recovered.pcap" bench_2.pcap
run diagnose bench_1.pcap bench_2.pcap
said "alike names without adjoining times are two recordings, with a hint" 1 \
	'no-dhcp' 'recovered (certain)' 'do not adjoin' '--join'
printf 'no capture' >bench_3.pcap
run diagnose --join bench_2.pcap bench_3.pcap
said "a part that cannot be read is named" 4 'bench_3.pcap: unusable trace'
run diagnose --report x.html bench_1.pcap bench_2.pcap
said "one page about two recordings is refused" 2 '--join'

# ---- through a pipe ----

for way in gzip bzip2 xz lz4 zstd interfaces sections; do
	"$spoil" "$way" "$pcaps/no-dhcp.pcap" spoiled
	"$program" diagnose -q - <spoiled >output 2>errors
	[ "$(cat output)" = "$("$program" diagnose -q - <"$pcaps/no-dhcp.pcap")" ]
	tap_result $? "$way is read from a pipe too" errors
	size=$(stat -c %s spoiled)
	head -c $((size / 2)) spoiled >cut
	run diagnose cut
	[ "$status" != 139 ] && [ "$status" != 134 ] && ! grep -q damaged said
	tap_result $? "$way cut in the middle is not called damaged" said
done

# ---- who else is there, and what was not recorded ----

spoiled() { # way trace
	"$spoil" "$1" "$pcaps/$2.pcap" spoiled
	run diagnose spoiled
}
spoiled adapter no-phone-seen
said "an adapter is called one" 5 'An analogue telephone adapter' 'CISCO ATA190' 'not recovered this way'
spoiled other-phone no-phone-seen
said "a phone known by LLDP alone is mentioned" 5 'by LLDP' 'SEP0004F2112233' '!No frame of any phone'
spoiled named-switch no-phone-seen
said "a switch that is named after a phone is none" 5 'No frame of any phone' '!firmware-running'
spoiled healthy-phone upgrade-ignored
said "a healthy phone nearby changes nothing" 1 'upgrade-ignored' '58:bf:ea:33:cc:09 firmware-running (not counted)'
spoiled cut68 firmware-crash-loop
said "what the cut hides is not denied, and how to capture is said" 6 'cut to 68 bytes' 'tcpdump -s 0' \
	'!No frame of any phone'
spoiled whole-seconds phone-deaf
said "whole seconds are warned about" 1 'whole seconds' 'phone-deaf (likely)'
spoiled simple-blocks no-dhcp
said "missing times are warned about, and no duration is made up" 6 'without times' '!0.0 s later'
spoiled clock-set-back no-dhcp
said "a clock that is set back makes nothing certain" 1 'time runs backwards' '!(certain)'
for way in vm-nat vm-bridged docker vpn; do
	spoiled "$way" no-phone-seen
	case $way in
	vm-nat) said "requests out of a virtual machine's NAT" 5 'NAT of a virtual machine' 'bridge' ;;
	vm-bridged) said "requests out of a bridged virtual machine" 5 'virtual machine' 'VMware' 'bridge' ;;
	docker) said "requests out of Docker's network" 5 "Docker's own network" '--network host' ;;
	vpn) said "requests through a VPN" 5 'VPN' 'wired interface' ;;
	esac
done
spoiled two-vlans phone-deaf
said "two VLANs are told by number" 1 'The phone is in VLAN 20, the program that asks in VLAN 10.'
spoiled two-vlans recovered
said "and are no fault where the phone was recovered all the same" 0 'recovered'
spoiled oscillating firmware-crash-loop
said "another VLAN at each start is no crash loop" 1 'vlan-changes' 'LLDP' '!factory'

# ---- redacted ----

# Nothing of the container, of the tunnel or of the people in the story is left in the copy.
telling='3c970e4b2107|0050568a0b0c|00562baa0001|0a090801|0a090807|c0a84d01'
for way in comments-names-keys interfaces sections tzsp vxlan erspan1 erspan2 erspan3 gre gre-ipv6 vxlan-in-gre \
	cooked1 cooked1-outgoing cooked2-outgoing cut68 cut128 trunk-in-trunk gzip obsolete-blocks simple-blocks; do
	# Of a reply that is cut before the client's address the copy loses the number as well.
	[ "$way" = cut68 ] && names="no-dhcp snooping" || names="dhcp-late snooping"
	for name in $names; do
		"$spoil" "$way" "$pcaps/$name.pcap" spoiled
		rm -f copy.pcap
		"$program" diagnose -q --redact copy.pcap spoiled >output 2>errors
		before=$(sed 's/^\([a-z-]*\) .*/\1/' output)
		after=$("$program" diagnose -q copy.pcap 2>>errors | sed 's/^\([a-z-]*\) .*/\1/')
		good=0
		[ -n "$before" ] && [ "$before" = "$after" ] || good=1
		od -An -v -tx1 copy.pcap | tr -d ' \n' | grep -qE "$telling" && good=1
		grep -qaE 'bench-pc|Ann|KEYS|eth0|eth1|wlan0' copy.pcap && good=1
		printf '%s %s: before %s, after %s\n' "$way" "$name" "$before" "$after" >log
		tap_result $good "the redacted copy of $name in $way tells the cause and nobody's names" log
	done
done
"$spoil" comments-names-keys "$pcaps/found.pcap" spoiled
run diagnose --redact copy2.pcap spoiled
said "what was left out is said" 0 'comments, names of hosts and interfaces and keys'

# ---- what is no capture ----

printf 'snoop\0\0\0\0\0\0\2\0\0\0\4' >a.snoop
run diagnose a.snoop
said "a snoop file is named with its command" 4 'Solaris snoop' 'editcap' '!damaged'
printf 'GMBU\0\2\1\0' >a.cap
run diagnose a.cap
said "a Network Monitor file likewise" 4 'Network Monitor' 'editcap'
head -c 4096 /dev/zero >x.etl
run diagnose x.etl
said "a Windows event trace likewise" 4 'pktmon etl2pcap'
head -c 64 /dev/zero >x.erf
run diagnose x.erf
said "an ERF file likewise" 4 'ERF' 'editcap'
printf '0000  ff ff ff ff ff ff 00 24 14 a1 b2 c3 08 06 00 01\n' >dump.txt
run diagnose dump.txt
said "a hex dump as text likewise" 4 'text2pcap'
printf '12:00:01.000000 IP 192.168.77.1.4811 > 234.4.8.10.4810: UDP, length 160\n' >printed.txt
run diagnose printed.txt
said "printed lines hold no frames" 4 'tcpdump -w'
printf 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n' >lfs.pcap
run diagnose lfs.pcap
said "a git-lfs pointer is told to be one" 4 'git lfs pull'
for page in '<!DOCTYPE html><html>' '\xef\xbb\xbf\n\n<!-- a > b --><HTML>' '\xff\xfe<\0h\0t\0m\0l\0>\0'; do
	printf "$page" >login.pcap
	run diagnose login.pcap
	said "a web page is one: $page" 4 'web page' '!damaged'
done
for link in 258:PKTAP:en 274:MUX27010: 127:IEEE802_11_RADIO: 249:USBPCAP: 281:DSA_TAG_BRCM:br-lan 147:USER0:; do
	"$spoil" "link:${link%%:*}" "$pcaps/found.pcap" link.pcap
	run diagnose link.pcap
	said "link type ${link%%:*} says where to capture instead" 4 "${link##*:}" '!damaged' 'link type'
done
tap_done
