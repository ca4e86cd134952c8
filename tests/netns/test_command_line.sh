#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# What a user sees: mistakes are named before anything is sent, the next step is said at once, a pipe
# gets plain lines and a terminal status lines, traces are kept when they are needed, rights are gone.
set -u
. "${top_srcdir:?run by make check}/tests/netns/lib.sh"
lab_enter "$@"

image 200000
direct_cable
now_recover() { # option...: to its end, without a trace of its own
	on pc "$spa_sos" recover "$@" >"$lab/out" 2>"$lab/err" </dev/null
	status=$?
}
said() { grep -qE -e "$1" "$lab/err"; }
plain() { ! grep -lP '[\x00-\x08\x0b-\x1f\x7f-\xff]' "$@"; }

# ---- mistakes ----
sniff phone
now_recover -i eth7 "$image"
result "no such interface: status 3" equals "$status" 3
result "no such interface: the usable ones are listed" said 'eth7: no such interface.*eth0'
now_recover -i lo "$image"
result "the loopback: status 3, and why" equals "$status $(grep -c 'loopback' "$lab/err")" "3 1"
now_recover -i eth0 -w "$lab/no/where.pcap" "$image"
result "an unwritable trace: status 3, and which" equals "$status $(grep -c 'no/where.pcap' "$lab/err")" "3 1"
now_recover -i eth0 -s 00:24:14:a1:b2:c3 "$image"
result "a MAC address typed as serial number: status 2, and what to type" \
	equals "$status $(grep -c -e '--phone-mac 00:24:14:a1:b2:c3' "$lab/err")" "2 1"
now_recover -i eth0 --timeout soon "$image"
result "a wrong value: status 2, and what was expected" equals "$status $(grep -c "'soon'.*seconds" "$lab/err")" "2 1"
head -c 150000 "$image" >cut.bin
now_recover -i eth0 cut.bin
result "half an image: status 4, the field, what was found and wanted" \
	equals "$status $(grep -cE 'offset.*length.*wanted' "$lab/err")" "4 1"
on pc setpriv --bounding-set=-all --inh-caps=-all "$spa_sos" recover -i eth0 "$image" >"$lab/out" 2>"$lab/err"
result "no permission: status 3, and the way to get it" equals "$? $(grep -c 'setcap cap_net_raw+ep /' "$lab/err")" "3 1"
on phone ip link set eth0 down
on pc timeout 5 setpriv --bounding-set=-all --inh-caps=-all "$spa_sos" recover -i eth0 "$image" >"$lab/out" 2>"$lab/err"
result "no permission and no link: it is said without waiting for the link" equals "$?" 3
now_recover -i eth0 -t 1.5 --json "$image"
result "no link all the time: status 3" equals "$status $(jq -r '"\(.verdict.id) \(.counters.frames_out)"' "$lab/out")" "3 no-link 0"
on phone ip link set eth0 up

# ---- a dry run ----
now_recover -i eth0 --dry-run -w "$lab/dry.pcap" --json "$image"
result "a dry run ends by itself, with 0 and a document" equals "$status $(jq -r '"\(.result) \(.dry_run) \(.counters.frames_out)"' "$lab/out")" \
	"0 valid true $(count "$lab/dry.pcap" frame)"
on pc setpriv --bounding-set=-all --inh-caps=-all "$spa_sos" discover -i eth0 --dry-run -w "$lab/dry2.pcap" >"$lab/out" 2>"$lab/err"
result "it needs neither rights nor a link" equals "$? $(grep -c '^Dry run: [0-9]* frames were written to .*none was sent' "$lab/out")" "0 1"
sleep 0.3
stop sniffer
result "in all this, a dry run included, not one frame was sent" equals "$(count "$lab/phone-side.pcap" frame)" 0
result "the dry run crafted request, offer, order and first blocks" \
	equals "$(fields "$lab/dry.pcap" 'udp.dstport == 4810' udp.length | sort -u) $(count "$lab/dry.pcap" 'dhcp.option.dhcp == 2') $(count "$lab/dry.pcap" 'udp.payload[0:4] == 54:46:54:50 || udp.dstport == 2000')" "168 1 3"

# ---- what is said to a pipe, and when ----
start tool pc "$spa_sos" recover -i eth0 --dhcp always "$image"
result "what to do now is said within the first second" \
	wait_until 2 grep -q 'Power-cycle the phone now. This program is ready' "$lab/tool.err"
no_rights() { test "$(grep -cE '^Cap(Prm|Eff|Inh|Amb):.0{16}$' "/proc/${process[tool]}/status")" = 4; }
result "a run holds no capability" no_rights
phone phone
finish tool 40
result "recovered: status 0" equals "$status" 0
result "a pipe gets neither control characters nor escapes" plain "$lab/tool.out" "$lab/tool.err"
result "a line per 10 %" equals "$(grep -cE '^ +[0-9]+[.][0-9]  CBT[^ ]*: [0-9]+0 %$' "$lab/tool.err")" 10
result "of a success no automatic trace is left" equals "$(find . -name 'spa-sos-*.pcap' | wc -l)" 0
stop phone

start tool pc "$spa_sos" recover -i eth0 --dhcp always --events --json "$image"
phone phone --flash-time 60
wait_until 30 grep -q '"to":"delivered"' "$lab/tool.err"
stop tool INT
result "interrupted: status 130" equals "$status" 130
result "events are JSON lines, in the order of time" \
	jq -es 'map(.time // empty) | length > 10 and . == sort' "$lab/tool.err"
result "one event per percent, none per frame" \
	equals "$(jq -s -c '(map(select(.event == "frame")) | length), (map(select(.event == "progress")) | . == unique_by(.percent), .[-1].percent)' "$lab/tool.err" | tr '\n' ' ')" '0 true 100 '
kept=$(json .trace)
result "of a run without success the automatic trace is kept, and named" \
	equals "$(stat -c '%a' "$kept" && tshark -n -r "$kept" -Y udp.dstport==2000 -T fields -e frame.cap_len 2>/dev/null | sort -n | tail -1)" $'600\n64'
stop phone

on pc "$spa_sos" recover -i eth0 -t 3 "$image" 2>&1 | head -n 1 >"$lab/out"
result "who reads no further than the first line does not end the run; that the report is lost is a status" equals "${PIPESTATUS[0]}" 3

# ---- a terminal ----
# (script is a terminal of its own, 0 columns wide: 80 are assumed)
terminal() { # option...
	on pc env TERM=xterm script -qec "$spa_sos recover -i eth0 -t 3 $* $image" /dev/null </dev/null >"$lab/screen" 2>&1
}
terminal
result "a terminal gets a status line with a clock" grep -q 'no phone yet, 2 s' "$lab/screen"
result "which is gone before the report" grep -qzP '\x1b\[J\s*(No frame of any phone|Nothing went forward)' "$lab/screen"
terminal --color never -q
result "-q: only the result" equals "$(tr -d '\r' <"$lab/screen" | wc -l) $(grep -c $'\x1b' "$lab/screen")" "1 0"

# ---- a shelf ----
printf 'CBT14110001\n# a comment\n02:53:00:00:00:11\nCBT14119999\n' >shelf
start tool pc "$spa_sos" recover -i eth0 --dhcp always --phones shelf -t 8 --json "$image"
phone phone --count 3 --mac 02:53:00:00:00:10 --serial CBT14110001
finish tool 60
result "a phone of the list was not seen: status 5, and it is named" \
	equals "$status $(json .result) $(json .headline)" "5 nothing-found 2 of 3 phones recovered; CBT14119999 was not seen."
result "while the others were being recovered nobody was told to switch it on, then somebody was" \
	test "$(grep -n 'Still waiting for CBT14119999' "$lab/tool.err" | head -1 | cut -d: -f1)" -gt \
	"$(grep -n 'recovered: ' "$lab/tool.err" | tail -1 | cut -d: -f1)"
result "the results of the list stand beside it, in its order" equals "$(cut -d, -f1,2,5,7 shelf.result.csv)" \
	"$(printf '%s\n' 'wanted,serial,state,verdict' 'CBT14110001,CBT14110001,recovered,recovered' \
		'02:53:00:00:00:11,CBT14110002,recovered,recovered' 'CBT14119999,,not seen,')"
result "the third phone got no order" equals "$(grep -c 'CBT14110003.*told to fetch' "$lab/tool.err")" 0
stop phone
# An interrupted shelf goes on where it stopped: only the missing phone is left.
start tool pc "$spa_sos" recover -i eth0 --dhcp always --phones shelf -t 20 --json "$image"
phone phone --count 3 --mac 02:53:00:00:00:20 --serial CBT14119997
finish tool 60
result "an earlier result is read: who was recovered is left alone" \
	equals "$status $(json .result) $(grep -c 'told to fetch' "$lab/tool.err")" "0 recovered 1"
result "and the new result is added" equals "$(cut -d, -f1,5 shelf.result.csv | sort)" \
	"$(printf '%s\n' '02:53:00:00:00:11,recovered' 'CBT14110001,recovered' 'CBT14119999,recovered' 'wanted,state' | sort)"
stop phone
now_recover -i eth0 --phones shelf --json "$image"
result "nothing left to do: success at once, in a document" \
	equals "$status $(jq -r '"\(.result) \(.recovered_earlier)"' "$lab/out")" "0 recovered 3"
printf 'CBT14110001\nCBT1411\n' >short
echo 'a,b' >short.result.csv
now_recover -i eth0 --phones short "$image"
result "a table that is none of ours is left as it is" equals "$status $(grep -c 'short.result.csv is not a table of results' "$lab/err") $(cat short.result.csv)" "4 1 a,b"
rm short.result.csv
now_recover -i eth0 --phones short -t 0.5 "$image"
result "a serial number of a wrong length is questioned, with its line" \
	grep -q 'line 2: CBT1411 has 7 characters, serial numbers of these phones have 11. Is it complete?' "$lab/err"

start tool pc "$spa_sos" recover -i eth0 --dhcp always -s CBT14119999 -t 4 --json "$image"
phone phone
finish tool 40
result "another phone than the one asked for: no success, and who is missing" \
	equals "$status $(json .verdict.id) $(json '.phones[0] | .serial + " " + .state')" "1 serial-mismatch CBT14119999 not seen"
stop phone
start rival phone "$spa_sos" discover -i eth0 --dhcp never --source-mac 02:00:00:00:00:77
start tool pc "$spa_sos" recover -i eth0 --dhcp always -t 8 --json "$image"
phone phone --static 192.168.50.20/24,192.168.50.1 # it needs nobody's address to answer
finish tool 40
result "another program at work: nothing is ordered, and that is no success" equals "$status $(json .result) $(json .verdict.id)" "1 failed another-tool"
stop phone
stop rival

# ---- sudo ----
if awk '{ users += $3 } END { exit users <= 65534 }' /proc/self/uid_map; then
	chmod 777 "$lab"
	rm "$lab/tool.err"
	start tool pc env SUDO_UID=65534 SUDO_GID=65534 "$spa_sos" recover -i eth0 -w "$lab/sudo.pcap" "$image"
	wait_until 5 grep -q 'Power-cycle' "$lab/tool.err"
	result "under sudo the run is the invoking user's" \
		equals "$(awk '/^Uid:/ { print $2, $3, $4 }' "/proc/${process[tool]}/status")" "65534 65534 65534"
	result "under sudo it holds no capability" no_rights
	result "under sudo the trace belongs to the invoking user" equals "$(stat -c %u "$lab/sudo.pcap")" 65534
	stop tool INT
else
	tap_skip "under sudo the run is the invoking user's" "one user in this namespace"
fi

tap_done
