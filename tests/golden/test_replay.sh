#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Every recorded phone drives today's engine: the verdict of each replay is as last time (see
# replay.expected; `RENEW=1 tests/golden/test_replay.sh` writes it anew), a trace of this program's
# own run is repeated frame by frame, and mistakes are refused in words.

top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
top_builddir=${top_builddir:-$PWD}
. "$top_srcdir/tests/tap.sh"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
program=$top_builddir/spa-sos
expected=$top_srcdir/tests/golden/replay.expected

cd "$top_srcdir/pcaps" || exit 99
for trace in *.pcap; do
	line=$("$program" replay "$trace" -q 2>"$scratch/errors")
	status=$?
	printf '%s %s %s\n' "${trace%.pcap}" "$status" \
		"$([ "$status" -eq 4 ] && echo 'no phone' || echo "${line%%:*}")" >>"$scratch/now"
done
[ -z "${RENEW-}" ] || cp "$scratch/now" "$expected"
while read -r name rest; do
	now=$(grep "^$name " "$scratch/now")
	echo "expected '$name $rest', now '$now'" >"$scratch/log"
	[ "$now" = "$name $rest" ]
	tap_result $? "$name: the engine comes to the same end as last time" "$scratch/log"
done <"$expected"
cut -d' ' -f1 "$expected" >"$scratch/names"
ls *.pcap | sed 's/\.pcap$//' | diff - "$scratch/names" >"$scratch/log"
tap_result $? "every trace stands in replay.expected" "$scratch/log"

# A replay takes part in the conversation: the traces whose PC was silent or wrong end otherwise.
grep -q '^delivered 6 delivered' "$scratch/now" && grep -q '^recovered 0 recovered' "$scratch/now"
tap_result $? "the good traces end as they were recorded" "$scratch/now"

# Recorded by this program.
for trace in spa-sos-*.pcap; do
	"$program" replay --compare "$trace" >"$scratch/log" 2>&1 && grep -q ', 0 differences$' "$scratch/log"
	tap_result $? "${trace%.pcap}: this program still sends what it sent then" "$scratch/log"
done
# Since then it holds a REQUEST to the group back while a loader asks for its address, and sends the
# fourth question after a delivery to broadcast.
"$program" replay --compare recovered-past-dead-gateway.pcap >"$scratch/log" 2>&1
diff - "$scratch/log" >"$scratch/diff" <<'END'
frame 14: recorded RECM REQUEST serial FFFFFFFFFFFF, 198.18.0.1:4811 > 234.4.8.10:4810; now nothing
frame 40: destination MAC: recorded 00:24:14:4b:00:00, now ff:ff:ff:ff:ff:ff
39 frames recorded, 38 now, 2 differences
END
tap_result $? "recovered-past-dead-gateway: this program sends what it sent then, but for two REQUESTs" "$scratch/diff"

"$program" replay --compare delivered.pcap >"$scratch/log" 2>&1
[ $? -eq 1 ] && grep -q '^frame 2: offered address: recorded 192.168.77.20, now ' "$scratch/log"
tap_result $? "--compare names frame, field, recorded and present value of another program's trace" "$scratch/log"

"$program" replay delivered.pcap -q -w "$scratch/again.pcap" >/dev/null 2>&1
"$program" diagnose -q "$scratch/again.pcap" >"$scratch/log" 2>&1
grep -q '^delivered (' "$scratch/log"
tap_result $? "the recording of a replay gets the verdict of the replay" "$scratch/log"

# refuses WORDS ARGUMENT...: usage or input errors that say what is wrong
refuses() {
	local status_wanted=$1 words=$2 status
	shift 2
	"$program" replay "$@" >"$scratch/log" 2>&1
	status=$?
	echo "exit status $status" >>"$scratch/log"
	[ "$status" -eq "$status_wanted" ] && grep -qF -- "$words" "$scratch/log"
	tap_result $? "replay $*: status $status_wanted, says '$words'" "$scratch/log"
}
refuses 2 "no trace given"
refuses 2 "one argument too many" delivered.pcap found.pcap
refuses 2 "read twice" -
refuses 2 "--compare and -i IF contradict each other" delivered.pcap -i nowhere --compare
refuses 2 "--speed FACTOR needs -i IF" delivered.pcap --speed 2
refuses 2 "not a factor" delivered.pcap -i nowhere --speed -1
refuses 2 "no option --nonsense" delivered.pcap --nonsense
refuses 2 "is not the MAC address of a phone" delivered.pcap -m 12
refuses 4 "no phone in recovery mode" no-phone-seen.pcap
refuses 4 "with that MAC address" delivered.pcap -m 02:00:00:00:00:77
refuses 4 "no such file" --image "$scratch/missing.bin" delivered.pcap
refuses 4 "missing.pcap" "$scratch/missing.pcap"
refuses 3 "nowhere" delivered.pcap -i nowhere

tap_done
