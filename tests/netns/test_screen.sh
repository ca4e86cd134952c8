#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# What a user sees on a real terminal (tmux): status lines that are redrawn in place while messages
# scroll above, in three sizes and with a resize in the middle. Nothing of the status area stays:
# neither on the screen after the run, nor in what has scrolled off, nor after a resize.
set -u
LAB_SECONDS=480 # five stories, one of them of forty phones
export LAB_SECONDS
. "${top_srcdir:?run by make check}/tests/netns/lib.sh"
lab_enter "$@"

socket=$lab/tmux

tmx() { tmux -S "$socket" -f /dev/null "$@"; }
# open_terminal COLUMNS ROWS COMMAND: in the network of the host pc.
open_terminal() {
	on pc env -u TMUX TERM=xterm tmux -S "$socket" -f /dev/null new-session -d -x "$1" -y "$2" \
		"$3; echo \"ended with \$?\"; sleep 1000" \; set -g history-limit 5000 \; set -g status off
}
# The program stands still meanwhile: what it draws while the terminal is already another size but it has
# not been told yet is nobody's fault.
resize() { # columns rows
	local shell child
	shell=$(tmx list-panes -F '#{pane_pid}')
	read -r child _ <"/proc/$shell/task/$shell/children"
	kill -STOP "$child"
	tmx resize-window -x "$1" -y "$2"
	sleep 0.3
	kill -CONT "$child"
}
screen() { tmx capture-pane -p; }
history() { tmx capture-pane -p -S -; }
close_terminal() { tmx kill-server 2>/dev/null; }
shows() { screen | grep -qE "$1"; }
has_ended() { screen | grep -q '^ended with'; }
# What only a status area says.
status_words='no phone yet, |kB/s  |do NOT unplug$|at work|waits for its turn, '

story() { # columns rows phones bytes
	local columns=$1 rows=$2 phones=$3
	image "$4"
	local where="$columns x $rows, $phones phone(s)"
	host pc phone
	switch
	plug pc phone
	open_terminal "$columns" "$rows" "'$spa_sos' recover -i eth0 --dhcp always --all --color never '$image'"
	result "$where: a clock while there is no phone" wait_until 10 shows '^no phone yet, [0-9]+ s$'
	start phone phone "$spa_sos" simulate -i eth0 --timing nominal --boot-delay 0.3 --flash-time 3 --count "$phones" -q
	result "$where: a line of the transfer, with percentage and rate" wait_until 60 shows '^[A-Z0-9]+ .* +[0-9]+ %  [0-9]+ kB/s'
	if [ "$phones" -gt 1 ]; then
		result "$where: totals" wait_until 10 shows '[0-9]+ (at work|waiting|writing)'
	fi
	# Narrower and lower in the middle: what was drawn is wrapped now.
	resize 34 $((rows - 6))
	sleep 0.5
	result "$where: no stale line after a resize" test "$(screen | grep -cE '^([0-9]+ phones: )?([0-9]+ (recovered|failed|at work|writing|waiting)(, |$))+$')" -le 1
	resize "$columns" "$rows"
	result "$where: the phone that writes is not to be unplugged" wait_until 20 shows 'do NOT unplug$'
	result "$where: it ends with a recovered shelf" wait_until 100 has_ended
	result "$where: with status 0" shows '^ended with 0$'
	history >"$lab/history"
	grep -nE "$status_words" "$lab/history" | grep -v 'checks and writes it. Do not unplug' >"$lab/left"
	result "$where: nothing of the status area is left, not in the history either" test ! -s "$lab/left"
	result "$where: every phone said that it may be unplugged" \
		equals "$(tr '\n' ' ' <"$lab/history" | tr -s ' ' | grep -o 'You may unplug it now' | wc -l)" "$((phones + 1))"
	close_terminal
	lab_reset
}

story 80 24 1 3000000
story 120 40 4 3000000
story 85 26 12 3000000
story 60 20 4 3000000
story 120 40 40 400000

# Watching somebody else's recovery: state, percentage and rate, as for an own one.
host pc phone third
switch
plug pc phone third
image 3000000
open_terminal 80 24 "'$spa_sos' watch -i eth0 --color never"
sleep 1
start phone phone "$spa_sos" simulate -i eth0 --timing nominal --boot-delay 0.3 --flash-time 3 -q
start tool third "$spa_sos" recover -i eth0 --dhcp always -q --gentle "$image"
result "watch: percentage of somebody else's transfer, from its group frames alone" wait_until 30 shows '^[A-Z0-9]+ +SPA504G +[0-9]+ %'
finish tool 60
result "watch: the phone is recovered" wait_until 10 shows '^[A-Z0-9]+ +SPA504G +recovered'
result "watch: it is not said to end while it runs" equals "$(history | grep -c 'capture ends\|run ended')" 0
close_terminal
tap_done
