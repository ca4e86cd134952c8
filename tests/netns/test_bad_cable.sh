#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Networks that lose, duplicate, delay and reorder. With the order kept, the image arrives whole at the
# first attempt. With a late copy behind a newer block no sender can keep the phone's copy whole: the
# phone refuses it, the tool orders again, and never calls a corrupt copy a success.
set -u
. "${top_srcdir:?run by make check}/tests/netns/lib.sh"
lab_enter "$@"

image 60000

attempts() { count "$lab/tool.pcap" 'udp.dstport == 4810 && udp.payload[0:1] == 02'; }
refusals() { grep -c 'Validate firmware failed' "$lab/phone.err" "$lab/phone.out" | awk -F: '{ n += $2 } END { print n }'; }

relayed_cable --seed 7 --loss 5 --duplicate 5 --jitter 20
recover
phone phone
ended_recovered "5 % loss, duplicates, 20 ms jitter" 120
result "5 % loss, duplicates, 20 ms jitter: the phone accepted the first copy" equals "$(refusals)" 0
stop relay
result "5 % loss, duplicates, 20 ms jitter: the cable was as bad as said" \
	awk '$1 == "copied" { exit !($4 >= 5 && $6 >= 5) }' "$lab/relay.out"
lab_reset

relayed_cable --seed 7 --late-copy 9
recover
phone phone
ended_recovered "a late copy of a block behind a newer one" 120
result "a late copy: the phone refused the corrupt image" test "$(refusals)" -ge 1
result "a late copy: the tool ordered again" test "$(attempts)" -ge 2
lab_reset

relayed_cable --seed 3 --loss 1 --duplicate 20 --jitter 20 --reorder
recover
phone phone
finish tool 150
honest() { [ "$status" -ne 0 ] || same_image phone; }
result "reordering: no success without the whole image (status $status)" honest
clean_and_unchanged "reordering"

tap_done
