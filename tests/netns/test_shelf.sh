#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# A shelf of phones on one switch: 16 with a bad cable, 100 switched on in the same moment, one that
# dies in mid-transfer, and a bench to which phones come one after the other.
set -u
. "${top_srcdir:?run by make check}/tests/netns/lib.sh"
export LAB_SECONDS=600
lab_enter "$@"

image 20000

# shelf NAME COUNT FIRST-MAC [OPTION...]: phones at host NAME; what each received is NAME.image.MAC.
shelf() {
	local name=$1 count=$2 mac=$3
	shift 3
	rm -f "$lab/$name".image* # of the story before
	start "$name" "$name" "$spa_sos" simulate -i eth0 --timing nominal --boot-delay 0.3 --flash-time 0.5 \
		--count "$count" --mac "$mac" --image-out "$lab/$name.image" --overwrite "$@"
}
recovered() { jq '[.phones[] | select(.state == "recovered")] | length' "$lab/tool.out"; }
images() { # name: how many of its phones received the image byte for byte
	local file good=0
	for file in "$lab/$1".image*; do
		! cmp -s "$file" "$image" || good=$((good + 1))
	done
	echo "$good"
}

for story in "16 --fault loss=1" "100"; do
	read -r count fault <<<"$story"
	host pc phone
	switch
	plug pc phone
	recover --all --dhcp always
	# shellcheck disable=SC2086
	shelf phone "$count" 02:53:00:00:01:00 $fault
	SECONDS=0
	finish tool 200
	echo "# $SECONDS s"
	result "$count phones at once${fault:+, $fault}: the run ends with status 0" equals "$status" 0
	result "$count phones at once${fault:+, $fault}: all of them are recovered" equals "$(recovered)" "$count"
	result "$count phones at once${fault:+, $fault}: each received the image byte for byte" equals "$(images phone)" "$count"
	stop phone
	lab_reset
done

# ---- one dies in mid-transfer, for good: the others get their turn ----
host pc phone other
switch
plug pc phone other
recover --all --dhcp always --timeout 120
start other other "$spa_sos" simulate -i eth0 --timing nominal --boot-delay 0.3 --mac 02:53:00:00:02:00 \
	--serial CBT14110200 --fault power-loss-at-block=5
wait_until 40 grep -q ' off$' "$lab/other.err"
stop other KILL # it stays off
shelf phone 2 02:53:00:00:03:00 --serial CBT14110300
both_received() { [ "$(images phone)" -eq 2 ]; }
wait_until 60 both_received
result "one dies in mid-transfer: the two others are recovered" equals "$(images phone)" 2
result "before anybody gave the dead one up" test "$(grep -n 'their turn meanwhile' "$lab/tool.err" | head -n 1 | cut -d: -f1)" -gt 0 -a \
	"$(grep -c '(CBT14110200|02:53:00:00:02:00).*to be tried again' "$lab/tool.err")" = 0
wait_until 60 grep -q '02:53:00:00:02:00): waiting until it answers again' "$lab/tool.err"
stop tool INT
result "one dies in mid-transfer: the report says what became of it" \
	equals "$(jq -r '.phones[] | select(.mac == "02:53:00:00:02:00") | .state' "$lab/tool.out")" "to be tried again"
result "one dies in mid-transfer: its attempt is accounted for" \
	equals "$(jq -r '.phones[] | select(.mac == "02:53:00:00:02:00") | .attempts[0].outcome' "$lab/tool.out" | sed 's/[0-9]* %/N %/')" \
	"the transfer broke off at N %; nothing was written"
result "and so are those of the others" equals "$(jq -r '[.phones[].attempts[-1].outcome // "none"] | sort | join(", ")' "$lab/tool.out")" \
	"recovered, recovered, the transfer broke off at 12 %; nothing was written"
stop phone
lab_reset

# ---- a bench: they come one after the other, the third with the address of the second ----
host pc phone
switch
plug pc phone
recover --keep-going --dhcp always
done_so_far() { [ "$(grep -c 'recovered: its normal firmware runs' "$lab/tool.err")" -eq "$1" ]; }
for number in 1 2 3 4 5; do
	address=()
	case $number in 2 | 3) address=(--static 192.168.50.20/24,192.168.50.1) ;; esac
	phone phone --mac "02:53:00:00:04:0$number" --serial "CBT1411040$number" "${address[@]}"
	result "a bench: phone $number of 5 is recovered" wait_until 60 done_so_far "$number"
	stop phone
done
stop tool INT
result "a bench: the report lists all five" equals "$(recovered)" 5

tap_done
