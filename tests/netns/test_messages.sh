#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The lines of a run: seconds since its start, the clock with --time, the frames of the trace by
# their numbers with -vv.
set -u
. "${top_srcdir:?run by make check}/tests/netns/lib.sh"
lab_enter "$@"

direct_cable
image 40000

start phone phone "$spa_sos" simulate -i eth0 --timing nominal --boot-delay 0.3 --flash-time 0.5 --exit-after-flash -q
recover -vv
finish tool 60
finish phone 20
result "a run with -vv recovers the phone" equals "$status" 0
result "each line begins with the seconds since the start" equals "$(grep -cvE '^ *[0-9]+\.[0-9]  |^waiting|^eth0 carries|^$' "$lab/tool.err")" 0
result "they never go back" bash -c "grep -oE '^ *[0-9]+\.[0-9]' '$lab/tool.err' | sort -c -n"

# Every block of the transfer is told under the number that it has in the trace.
told() { sed -nE 's/^ *[0-9.]+  frame ([0-9]+): TFTP (DATA|ACK) block ([0-9]+).*/\1 \2 \3/p' "$lab/tool.err"; }
recorded() {
	fields "$lab/tool.pcap" 'udp.payload[0:2] == 00:03 || udp.payload[0:2] == 00:04' frame.number udp.payload |
		while read -r number payload; do
			[ "${payload:3:1}" = 3 ] && kind=DATA || kind=ACK
			echo "$number $kind $((16#${payload:4:4}))"
		done
}
result "-vv: the blocks are counted, each way" equals "$(told | wc -l)" 156
result "-vv: each frame has the number that it has in the trace" equals "$(told)" "$(recorded)"
result "and the first REPLY too" equals "$(sed -nE 's/^ *[0-9.]+  frame ([0-9]+): RECM REPLY.*/\1/p' "$lab/tool.err" | head -1)" \
	"$(fields "$lab/tool.pcap" 'udp.srcport == 4810 && udp.dstport == 4811' frame.number | head -1)"

before=$(date +%s)
start phone phone "$spa_sos" simulate -i eth0 --timing nominal --boot-delay 0.3 --flash-time 0.5 --exit-after-flash -q
recover --time
finish tool 60
finish phone 20
after=$(date +%s)
result "a run with --time recovers the phone" equals "$status" 0
result "each line begins with the clock" equals "$(grep -cvE '^[0-9]{2}:[0-9]{2}:[0-9]{2}  |^waiting|^eth0 carries|^$' "$lab/tool.err")" 0
is_between() { # of the day's clock: the run is no longer than the difference
	local at
	at=$(date -d "$1" +%s) && [ "$at" -ge "$before" ] && [ "$at" -le "$after" ]
}
result "it is the clock of this machine, at the start" is_between "$(grep -oE '^[0-9:]{8}' "$lab/tool.err" | head -1)"
result "and at the end" is_between "$(grep -oE '^[0-9:]{8}' "$lab/tool.err" | tail -1)"

# ---- nobody takes the messages ----
# A terminal that was stopped with Ctrl-S, which goes on when the run's trace shows the end of it.
cat >stopped.py <<'END'
import os, pty, subprocess, sys, termios, time
output, options = sys.argv[1], sys.argv[2:]
master, slave = pty.openpty()
termios.tcflow(slave, termios.TCOOFF)
with open(output, "w") as out:
    run = subprocess.Popen(options, stdout=out, stderr=slave, stdin=subprocess.DEVNULL, env=dict(os.environ, TERM="xterm"))
try:
    status = run.wait(60)
except subprocess.TimeoutExpired:
    run.kill()
    status = 124
os.set_blocking(master, False)
termios.tcflow(slave, termios.TCOON)
sys.exit(status)
END
story() { # name command...: with a phone at the other end
	local name=$1
	shift
	rm -f "$lab/story.pcap" "$lab/story.json"
	start phone phone "$spa_sos" simulate -i eth0 --timing nominal --boot-delay 0.3 --flash-time 0.5 --exit-after-flash -q
	start story pc "$@"
	finish story 70
	finish phone 20
	result "$name: the phone is recovered" equals "$status $(jq -r .result "$lab/story.json")" "0 recovered"
}
story "a terminal that is stopped, with -vv" python3 stopped.py "$lab/story.json" "$spa_sos" recover -i eth0 --dhcp always -vv --json -w "$lab/story.pcap" "$image"
story "a terminal that is stopped, with status lines" python3 stopped.py "$lab/story.json" "$spa_sos" recover -i eth0 --dhcp always --json -w "$lab/story.pcap" "$image"
mkfifo full
exec 8<>full
dd if=/dev/zero of=full oflag=nonblock bs=4096 status=none 2>/dev/null
story "a pipe that nobody empties, with events" bash -c "exec \"\$0\" recover -i eth0 --dhcp always -vv --events --json -w '$lab/story.pcap' '$image' >'$lab/story.json' 2>full" "$spa_sos"
exec 8<&-
# A reader that pauses gets whole lines, and the number of those that he missed.
image 500000
mkfifo slow
start phone phone "$spa_sos" simulate -i eth0 --timing nominal --boot-delay 0.3 --flash-time 3 --exit-after-flash -q
start reader pc bash -c 'exec <slow; sleep 4; cat'
start story pc bash -c "exec \"\$0\" recover -i eth0 --dhcp always -vv --events -w '$lab/slow.pcap' '$image' 2>slow" "$spa_sos"
finish story 60
finish phone 20
finish reader 10
result "whoever pauses gets whole lines of JSON" jq -e . "$lab/reader.out"
lost=$(jq -s 'map(.text // "" | capture("^(?<n>[0-9]+) messages were left out here: ").n | tonumber) | add' "$lab/reader.out")
result "and the number of those that were left out" test "$lost" -gt 0
said=$(jq -r .event "$lab/reader.out" | grep -c frame)
result "which is right, but for those of no frame" test $((said + lost)) -ge "$(capinfos -Mc "$lab/slow.pcap" | awk '/Number of packets/ { print $NF - 5 }')"
tap_done
