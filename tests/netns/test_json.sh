#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# --json on an interface: one document for every end, which keeps to docs/report.schema.json; its
# counters agree with the trace; what happens to the interface is told as what it is.
set -u
. "${top_srcdir:?run by make check}/tests/netns/lib.sh"
lab_enter "$@"

keeps_to_schema() { "$top_srcdir/tests/check_schema.py" "$top_srcdir/docs/report.schema.json" "$@"; }
of() { jq -r "$2" "$lab/$1.out"; }

direct_cable
image 40000
start phone phone "$spa_sos" simulate -i eth0 --timing nominal --boot-delay 0.3 --flash-time 0.5 --exit-after-flash --json -q
recover --annotate
finish tool 60
result "--annotate: comments at the proof, rights dropped or not" \
	equals "$(tshark -n -r "$lab/tool.pcap" -Y frame.comment -T fields -e frame.number 2>/dev/null | tr '\n' ' ')" "$(json '.verdict.evidence[]' | tr '\n' ' ')"
result "recover: the phone is recovered" equals "$status $(json .result)" "0 recovered"
frames=$(tshark -n -r "$lab/tool.pcap" | wc -l)
result "frames in and out make up the trace" equals "$(json '.counters | .frames_in + .frames_out')" "$frames"
phone_mac=$(json '.phones[0].mac')
result "frames in are the phone's" equals "$(json .counters.frames_in)" "$(count "$lab/tool.pcap" "eth.src == $phone_mac")"
finish phone 20
result "simulate: a document, and the phone was recovered" equals "$status $(of phone '.result + " " + .phones[0].mac')" "0 recovered $phone_mac"
cp "$lab/tool.out" "$lab/recover.out"

# The disk fills in mid-transfer: the run goes on, and its proof points into what was written.
start phone3 phone "$spa_sos" simulate -i eth0 --timing nominal --boot-delay 0.3 --flash-time 0.5 --exit-after-flash -q
# shellcheck disable=SC2016 # the inner shell expands them
start full pc bash -c 'trap "" XFSZ; ulimit -f 30; exec "$0" recover -i eth0 -w "$1" --json "$2"' \
	"$spa_sos" "$lab/full.pcap" "$image"
finish full 60
finish phone3 20
written=$(tshark -n -r "$lab/full.pcap" 2>/dev/null | wc -l)
result "a full disk ends the trace, not the recovery" equals "$(of full .result) $((written > 0 && written < frames))" "recovered 1"
result "it is said" grep -qi 'trace.*\(too large\|cannot be written\|incomplete\)' "$lab/full.err"
result "no frame number beyond what the file holds" \
	equals "$(of full "[.verdict, .findings[], .phones[].verdict] | map(.evidence[]) | map(select(. > $written)) | length")" 0

start player phone "$spa_sos" replay "$top_srcdir/pcaps/found.pcap" -i eth0 --speed 100 --json
wait_until 10 grep -q 'playing' "$lab/player.err"
stop player INT
result "replay -i: a document, also after a signal" equals "$status $(of player .result)" "130 inconclusive"
start phone2 phone "$spa_sos" simulate -i eth0 --json -q
sleep 1
stop phone2 INT
result "simulate ends by a signal as the others do" equals "$status $(of phone2 .result)" "130 inconclusive"

# ---- the interface ----
on pc ip link set eth0 down
start off pc "$spa_sos" discover -i eth0 -t 2 --json
finish off 20
result "switched off all the time: status 3 and an error, no word of a cable" \
	equals "$status $(of off '.error.kind + " " + .error.text')" \
	"3 environment eth0 was switched off for 2 s. Switch it on: sudo ip link set eth0 up"
on pc ip link set eth0 up
on phone ip link set eth0 down
start unplugged pc "$spa_sos" discover -i eth0 -t 2 --json
finish unplugged 20
result "no link all the time: no-link is certain" equals "$status $(of unplugged '.verdict.id + " " + .verdict.confidence')" "3 no-link certain"
result "and it says for how long, and what to do" grep -q 'eth0 carried no link for 2 s. Plug the cable in' "$lab/unplugged.err"
on phone ip link set eth0 up

start during pc "$spa_sos" discover -i eth0 -t 5 --json
sleep 1.5
on pc ip link set eth0 down
finish during 20
result "switched off in the middle: said with the command" grep -q 'eth0 was switched off: waiting until it is switched on (sudo ip link set eth0 up)' "$lab/during.err"
result "and the verdict is not certain of a cable" equals "$(of during '[.verdict, .findings[]] | map(select(.id == "no-link")) | .[0].confidence')" likely
on pc ip link set eth0 up

start pulled pc "$spa_sos" discover -i eth0 -t 20 --json
sleep 1.5
on pc ip link set eth0 down # the kernel does both at a removal; a busy host hears them apart
sleep 0.3
on pc ip link delete eth0
finish pulled 20
result "an adapter that was pulled out: status 3, error and verdict in one document" \
	equals "$status $(of pulled '.error.kind + " " + .verdict.id + " " + (has("result") | tostring)')" "3 environment interrupted false"
result "it says what to do" grep -q 'the interface is gone (the adapter was pulled out, or the interface removed). Plug it in again' "$lab/pulled.err"

result "every document keeps to the schema" keeps_to_schema "$lab/recover.out" "$lab/phone.out" "$lab/player.out" "$lab/phone2.out" \
	"$lab/full.out" "$lab/off.out" "$lab/unplugged.out" "$lab/during.out" "$lab/pulled.out"
tap_done
