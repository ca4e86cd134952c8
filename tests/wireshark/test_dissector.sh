#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The Wireshark dissector: run by tshark over every recorded trace, and over messages made here that
# each have one fault, which must bring up the expert info of that fault and no other.
set -u
top_srcdir=${top_srcdir:?run by make check}
. "$top_srcdir/tests/tap.sh"
for program in tshark text2pcap mergecap jq; do
	command -v $program >/dev/null || tap_skip_all "$program is not installed"
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME=$work # nobody's preferences and plugins
unset XDG_CONFIG_HOME
script=$top_srcdir/scripts/wireshark/spa-sos.lua
plain_tshark() { tshark -n "$@" 2>"$work/stderr"; }
dissect() { plain_tshark -X lua_script:"$script" "$@"; }

# Debian lets the superuser run scripts, others may not: then the script is silently left out.
echo 'print("scripts run")' >"$work/probe.lua"
plain_tshark -X lua_script:"$work/probe.lua" -v | grep -q 'scripts run' ||
	tap_skip_all "this tshark runs no Lua scripts"

mergecap -a -w "$work/all.pcapng" "$top_srcdir"/pcaps/*.pcap || exit 1
frames() { dissect -r "$work/all.pcapng" -Y "$1" -T fields -e frame.number | wc -l; }

## Recorded traces

dissect -r "$work/all.pcapng" -Y '_ws.lua.error' >"$work/out"
status=$?
grep -i lua "$work/stderr" >>"$work/out"
[ $status -eq 0 ] && [ ! -s "$work/out" ]
tap_result $? "the dissector runs over every trace without a Lua error" "$work/out"

recovery=$(frames 'udp.port in {4810, 4811}')
[ "$recovery" -gt 300 ] && [ "$recovery" -eq "$(frames spasos)" ]
tap_result $? "every message of the ports 4810 and 4811 is a recovery message, and no other"

dissect -r "$work/all.pcapng" -Y 'spasos.op == 1' -T fields -e spasos.serial -e spasos.product \
	-e spasos.mac | sort -u >"$work/replies"
jq -r '(.phone, .other_phones[]?) | values | [.serial, .product, .mac] | @tsv' "$top_srcdir"/pcaps/*.json >"$work/known"
printf 'CBT14191DC1\tSPA508G\t00:24:14:a1:b3:ec\n' >>"$work/known" # the second of several-phones
sort -u -o "$work/known" "$work/known"
[ "$(wc -l <"$work/replies")" -ge 20 ] && comm -23 "$work/replies" "$work/known" >"$work/out" &&
	[ ! -s "$work/out" ]
tap_result $? "serial number, product and MAC address of each reply are those of the trace's label" "$work/out"

dissect -r "$top_srcdir/pcaps/delivered.pcap" -Y 'frame.number in {6, 7, 8}' -T fields -e spasos.op \
	-e spasos.from_phone -e spasos.magic -e spasos.serial -e spasos.software -e spasos.hardware \
	-e spasos.ip -e spasos.tftp_port -e spasos.file_name >"$work/out"
diff "$work/out" - >"$work/diff" <<-END
	1	1	RECM	CBT141903A3	7.4.4rec	1.0.2	192.168.77.20		
	2	0	RECM	CBT141903A3				69	spa50x-30x-7-6-2f.bin
	2	1	RECM	CBT141903A3				69	spa50x-30x-7-6-2f.bin
END
tap_result $? "the fields of REPLY, UPGRADE and echo hold what was sent" "$work/diff"

dissect -r "$top_srcdir/pcaps/delivered.pcap" -Y 'frame.number == 6' -T fields -E occurrence=a \
	-e spasos.garbage >"$work/out"
[ "$(cat "$work/out")" = '825363,0045545631303530534442,68637020302e313204c0a84d1436' ]
tap_result $? "stale memory in a REPLY is shown as bytes, not as text" "$work/out"

tftp=$(frames 'udp.port in {69, 2000}')
[ "$tftp" -gt 900 ] && [ "$tftp" -eq "$(frames tftp)" ]
tap_result $? "every TFTP packet to and from the phone's port 2000 is recognised"

data=$(dissect -r "$top_srcdir/pcaps/delivered.pcap" -Y 'tftp.opcode == 3' -T fields -e tftp.block | tail -n 1)
without=$(plain_tshark -r "$top_srcdir/pcaps/delivered.pcap" -Y 'tftp.opcode == 3' | wc -l)
[ "$data" -eq 40 ] && [ "$without" -eq 0 ]
tap_result $? "the blocks of a transfer have their numbers, which tshark alone does not show"

[ "$(frames '_ws.expert.severity == error && spasos')" -eq 15 ] &&
	[ "$(frames spasos.wrong_source_port)" -eq 15 ]
tap_result $? "the only errors of all traces are the 15 requests from a wrong port"

[ "$(frames spasos.serial_is_mac)" -eq 12 ]
tap_result $? "a MAC address asked for as serial number is pointed out"

## Made messages

hex() { printf %s "$1" | od -An -v -tx1 | tr -d ' \n'; }
nuls() { printf '00%.0s' $(seq "$1"); }
# field TEXT SIZE: text in hex, NUL padded.
field() {
	local text
	text=$(hex "$1")
	while [ ${#text} -lt $(($2 * 2)) ]; do text=${text}00; done
	printf %s "$text"
}
name() { printf 'n%.0s' $(seq "$1"); }
magic=00000000$(hex RECM)
# message OPERATION SERIAL REST LENGTH: hex of a whole payload.
message() {
	local text
	text=0$1${magic:2}$(field "$2" 20)$3
	while [ ${#text} -lt $(($4 * 2)) ]; do text=${text}00; done
	printf %s "${text:0:$(($4 * 2))}"
}
upgrade() { message 2 "$1" "$(printf %04x "$2")0000$(hex "$3")" 160; } # SERIAL PORT FILE

cases=0
# made SENTENCE EXPERTS SOURCE-PORT DESTINATION-PORT HEX [DESTINATION]: one frame, whose expert infos
# must be EXPERTS (names without "spasos.", in alphabetical order).
made() {
	cases=$((cases + 1))
	sentence[cases]=$1
	expected[cases]=$2
	echo "$5" | sed 's/../ &/g; s/^/000000/' |
		text2pcap -q -4 192.0.2.1,"${6-234.4.8.10}" -u "$3,$4" - "$(printf '%s/made-%03d.pcap' "$work" $cases)" 2>/dev/null
}
reply=$(field SPA504G 20)002414a1b2c3$(field 7.4.4rec 20)$(field 1.0.2 20)

made "a good REQUEST brings up nothing" "" 4811 4810 "$(message 0 CBT141100HR "" 160)"
made "a good UPGRADE brings up nothing" "" 4811 4810 "$(upgrade CBT141100HR 69 f.bin)"
made "a good REPLY brings up nothing" "" 4810 4811 "$(message 1 CBT141100HR "${reply}c0a84d14ffff" 100)"
made "a REPLY with a serial number of 20 bytes" reply_unterminated 4810 4811 \
	"$(message 1 12345678901234567890 "${reply}c0a84d14ffff" 100)"
made "a REPLY before DHCP is done" no_address 4810 4811 "$(message 1 CBT141100HR "${reply}00000000ffff" 100)"
made "a REPLY from another port" wrong_port 4812 4811 "$(message 1 CBT141100HR "${reply}c0a84d14ffff" 100)"
made "a REPLY of 99 bytes" bad_length 4810 4811 "$(message 1 CBT141100HR "${reply}c0a84d14ffff" 99)"
made "a REQUEST by the phone" bad_op 4810 4811 "$(message 0 CBT141100HR "" 100)"
made "a REPLY by the PC" bad_op 4811 4810 "$(message 1 CBT141100HR "${reply}c0a84d14ffff" 160)"
made "an operation that does not exist" bad_op 4811 4810 "$(message 3 CBT141100HR "" 160)"
made "a wrong source port" wrong_source_port 4812 4810 "$(message 0 CBT141100HR "" 160)"
made "a wrong destination port" wrong_source_port 4811 4812 "$(message 0 CBT141100HR "" 160)"
made "a REQUEST of 159 bytes" bad_length 4811 4810 "$(message 0 CBT141100HR "" 159)"
made "a REQUEST of 161 bytes" heap_damage 4811 4810 "$(message 0 CBT141100HR "" 161)"
made "a message of 7 bytes" short 4811 4810 00000000524543
made "a wrong magic" bad_magic 4811 4810 "00000000$(hex recm)$(field CBT141100HR 20)$(nuls 132)"
made "a serial number without NUL" serial_unterminated 4811 4810 "$(message 0 12345678901234567890 "" 160)"
made "a serial number in lower case" serial_lower_case 4811 4810 "$(message 0 cbt141100hr "" 160)"
made "a MAC address as serial number" serial_is_mac 4811 4810 "$(message 0 002414A1B3D4 "" 160)"
made "a MAC address with colons as serial number" serial_is_mac 4811 4810 "$(message 0 00:24:14:a1:b3:d4 "" 160)"
made "a MAC address with dots as serial number" serial_is_mac 4811 4810 "$(message 0 0024.14a1.b3d4 "" 160)"
made "a serial number that looks like hex is one" "" 4811 4810 "$(message 0 88019FA42805 "" 160)"
made "the wildcard in a REQUEST is ordinary" "" 4811 4810 "$(message 0 FFFFFFFFFFFF "" 160)"
made "the wildcard in an UPGRADE is not" wildcard_upgrade 4811 4810 "$(upgrade FFFFFFFFFFFF 69 f.bin)"
made "a port that the phone does not use" port_not_used 4811 4810 "$(upgrade CBT141100HR 6900 f.bin)"
made "an empty file name" file_name_empty 4811 4810 "$(upgrade CBT141100HR 69 "")"
made "a file name of 63 characters" "" 4811 4810 "$(upgrade CBT141100HR 69 "$(name 63)")"
made "a file name of 67 characters" file_name_long 4811 4810 "$(upgrade CBT141100HR 69 "$(name 67)")"
made "a file name of 68 characters" file_name_too_long 4811 4810 "$(upgrade CBT141100HR 69 "$(name 68)")"
made "a file name without NUL" file_name_unterminated 4811 4810 "$(upgrade CBT141100HR 69 "$(name 128)")"
recovery_cases=$cases
made "TFTP to the group from any port is TFTP" tftp 6901 6900 "0001$(hex f.bin)00$(hex octet)00"
made "TFTP from port 2000 is TFTP" tftp 2000 6900 00040001 192.0.2.9
made "anything else on port 2000 is not" "" 2000 6900 00090001 192.0.2.9
made "DATA between other ports and hosts is not" "" 6901 6900 00030001 192.0.2.9

mergecap -a -w "$work/made.pcapng" "$work"/made-*.pcap || exit 1
names=$(sed -n 's/^ *[a-z_]* = expert("\([a-z_]*\)".*/\1/p' "$script" | sort)
fields=$(printf -- '-e spasos.%s ' $names)
dissect -r "$work/made.pcapng" -T fields -E separator=/t $fields -e tftp.opcode |
	awk -F '\t' -v names="$(echo $names tftp)" 'BEGIN { split(names, name, " ") }
		{ list = ""; for (i = 1; i <= NF; i++) if ($i != "") list = list " " name[i]
		  print substr(list, 2) }' >"$work/found"

for number in $(seq $cases); do
	found=$(sed -n "${number}p" "$work/found")
	echo "expected '${expected[number]}', found '$found'" >"$work/out"
	[ "$found" = "${expected[number]}" ]
	tap_result $? "${sentence[number]}" "$work/out"
done

# Each expert info of the script is brought up by some message above.
printf '%s\n' "${expected[@]:1:recovery_cases}" | sort -u >"$work/used"
comm -3 <(echo "$names") <(grep . "$work/used") >"$work/out"
[ "$(echo "$names" | wc -l)" -ge 15 ] && [ ! -s "$work/out" ]
tap_result $? "there is no expert info that no message brings up" "$work/out"

# A capture that holds only the beginning of each frame.
editcap -s 64 "$top_srcdir/pcaps/delivered.pcap" "$work/cut.pcap"
dissect -r "$work/cut.pcap" -Y 'spasos.short || spasos.bad_length || spasos.serial_unterminated ||
	spasos.file_name_unterminated || _ws.lua.error' >"$work/out"
status=$?
[ $status -eq 0 ] && [ ! -s "$work/out" ] && [ "$(dissect -r "$work/cut.pcap" -Y spasos | wc -l)" -eq 4 ]
tap_result $? "a cut capture is not taken for wrong messages" "$work/out"
tap_done
