#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Every fault of 'simulate --fault', by its name, against 'recover': the run's verdict names what is
# wrong, or the phone is recovered in spite of it. Many pairs of hosts at a time: most of it is waiting.
set -u
. "${top_srcdir:?run by make check}/tests/netns/lib.sh"
lab_enter "$@"

image 20000
at_a_time=15

# fault | verdicts, one of which is right | options of recover. '!' before the fault: takes long, and
# runs beside the others until the end.
table='
!deaf-after-lease          | phone-deaf | --timeout 45
!lease-without-router      | phone-deaf lease-without-router | --timeout 30
!lease-without-mask        | phone-deaf lease-without-mask | --timeout 30
!foreign-tftp-server=1     | recovered |
!foreign-tftp-data=1       | recovered |
!stays-in-recovery         | still-in-recovery power-lost-while-writing |
!rejects-image             | image-rejected |
loss                       | recovered |
loss-in=10                 | recovered |
loss-out=10                | recovered |
duplicate                  | recovered |
duplicate-in=20            | recovered |
duplicate-out=20           | recovered |
reorder                    | recovered |
reorder-in=2               | recovered |
reorder-out=20             | recovered |
corrupt                    | recovered |
corrupt-in=2               | recovered |
corrupt-out=2              | recovered |
delay                      | recovered |
delay-in=50                | recovered |
delay-out=50               | recovered |
link-flaps                 | recovered |
twin                       | recovered several-phones duplicate-address |
second-dhcp-server         | recovered two-dhcp-servers |
dead-gateway               | recovered |
dead-gateway               | gateway-dead | --gateway never --timeout 15
rival-program              | another-tool | --timeout 8
final-ack-not-sent         | recovered |
firmware-crash-loop        | recovered firmware-crash-loop |
frozen-after-reply         | upgrade-ignored phone-deaf | --timeout 12
ignores-upgrade            | upgrade-ignored | --timeout 12
liar                       | ANY | --timeout 20
power-loss-at-block=5      | recovered |
power-loss-while-writing   | recovered |
reboot-loop                | recovered rebooted-in-transfer |
slow-console               | recovered |
'

"$spa_sos" simulate --fault help >"$lab/help" 2>&1
names() { sed -E 's/[= ].*//' "$1" | sort -u; }
every_fault_is_in_the_table() {
	sed -nE 's/^!?([a-z-]+)[= ].*\|.*/\1/p' <<<"$table" | sort -u >"$lab/tested"
	diff <(names "$lab/help") "$lab/tested"
}
result "every fault that --fault help lists is tried here, and no other" every_fault_is_in_the_table
every_line_helps() { ! grep -vE '^[a-z-]+(=[A-Z]+)? +[a-zA-Z].{15,}' "$lab/help"; }
result "--fault help has a line of help for each" every_line_helps

runs=0
begin() { # fault verdicts option...: starts a pair of hosts, and sets $run
	local fault=$1 verdicts=$2
	shift 2
	run=$((++runs))
	host "pc$run" "phone$run"
	cable "pc$run" eth0 "phone$run" eth0
	start "tool$run" "pc$run" timeout --signal=INT 75 "$spa_sos" recover -i eth0 --flash-wait 6 --timeout 60 \
		-w "$lab/$run.pcap" --json "$@" "$image"
	start "phone$run" "phone$run" "$spa_sos" simulate -i eth0 --timing nominal --boot-delay 1 --flash-time 0.5 \
		--fault "$fault" --seed 3 --image-out "$lab/$run.image"
	fault_of[run]=$fault verdicts_of[run]=$verdicts options_of[run]=$*
}
verdict_is_right() { # run
	local verdict
	verdict=$(jq -r '.verdict.id // empty' "$lab/tool$1.out")
	if [ "${verdicts_of[$1]}" = ANY ]; then
		[ -n "$verdict" ] || { echo "no verdict"; return 1; }
	else
		# shellcheck disable=SC2086
		one_of "$verdict" ${verdicts_of[$1]} || return 1
	fi
	[ "$verdict" = recovered ] || return 0
	local file
	for file in "$lab/$1".image*; do
		! cmp -s "$image" "$file" || return 0
	done
	echo "called recovered, but no phone has the image"
	return 1
}
end() { # run
	local name
	finish "tool$1" 90
	[ "$status" -ne 124 ] || echo "the tool did not end in time" >>"$lab/tool$1.err"
	stop "phone$1"
	result "--fault ${fault_of[$1]}${options_of[$1]:+, recover ${options_of[$1]}}: ${verdicts_of[$1]}" verdict_is_right "$1"
	for name in "pc$1" "phone$1"; do
		kill -KILL "${host_process[$name]}"
		wait "${host_process[$name]}" 2>/dev/null
		unset "host_process[$name]"
	done
	rm -f "$lab"/{tool,phone}"$1".{out,err}
}
declare -a fault_of verdicts_of options_of
long=() short=()
end_short() {
	local run
	for run in "${short[@]}"; do end "$run"; done
	short=()
}
while IFS='|' read -r fault verdicts options <&3; do
	read -r fault <<<"$fault"
	[ -n "$fault" ] || continue
	read -r verdicts <<<"$verdicts"
	# shellcheck disable=SC2086
	begin "${fault#!}" "$verdicts" $options
	case $fault in
	!*) long+=("$run") ;;
	*) short+=("$run") ;;
	esac
	[ ${#short[@]} -lt $at_a_time ] || end_short
done 3<<<"$table"
end_short
for run in "${long[@]}"; do end "$run"; done

tap_done
