#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Completion: what the program offers, and that bash, zsh and fish make of it what a user expects: each
# is driven on a terminal of its own.
set -u
top_srcdir=${top_srcdir:?run by make check} top_builddir=${top_builddir:?run by make check}
. "$top_srcdir/tests/tap.sh"

spa_sos=$(cd "$top_builddir" && pwd)/spa-sos
source=$(cd "$top_srcdir" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 99
touch run.pcap firmware.bin vendor.zip notes.txt run.txt firmware.txt page.html page.txt

# offers SENTENCE WORDS WORD...: exactly these can come next.
offers() {
	local sentence=$1 wanted=$2
	shift 2
	"$spa_sos" complete "$@" | cut -f1 | paste -sd' ' >"$work/log"
	[ "$(cat "$work/log")" = "$wanted" ]
	tap_result $? "$sentence" "$work/log"
}
offers "commands by their beginning" "recover replay" re
offers "the hidden command is not offered" "" comp
offers "options of the command" "--phone-mac --phones" recover --ph
offers "and of no other" "--phone-mac" watch --ph
offers "the values of an option" "nudge never" recover --gateway n
offers "behind an equals sign, whole" "--gateway=nudge --gateway=never" recover --gateway=n
offers "behind a letter" ":files pcap pcapng cap" recover -i eth0 -w ""
offers "behind a group of letters" ":files pcap pcapng cap" recover -vw ""
offers "images where recover wants one" ":files bin zip" recover -i eth0 ""
offers "nothing behind the last operand" "" recover -i eth0 firmware.bin ""
offers "captures for diagnose, however many" ":files pcap pcapng cap" diagnose a.pcap b.pcap ""
offers "no options behind --" ":files bin zip" image -- -
offers "pages for a report" ":files html" diagnose --report ""
offers "faults by name" "loss loss-in loss-out" simulate --fault los
offers "commands for help" "discover diagnose" help di
"$spa_sos" complete recover -i "" | cut -f1 >"$work/log"
! grep -qx lo "$work/log"
tap_result $? "interfaces without the loopback" "$work/log"
for command in $("$spa_sos" --help | sed -nE 's/^  ([a-z]+) .*/\1/p'); do
	diff <("$spa_sos" help "$command" | grep -oE -- '^ +(-[a-zA-Z], )?--[a-z-]+' | grep -oE -- '--[a-z-]+' | sort) \
		<("$spa_sos" complete "$command" -- | cut -f1 | sort)
done >"$work/log" 2>&1
[ ! -s "$work/log" ]
tap_result $? "every option of the help is offered, and no other" "$work/log"

# Typed, and what the tabulator makes of it.
stories='spa-sos rec|<recover>
spa-sos recover --gro|<recover><--group-only>
spa-sos recover --gateway st|<recover><--gateway><stand-in>
spa-sos recover --gateway=st|<recover><--gateway=stand-in>
spa-sos diagnose ru|<diagnose><run.pcap>
spa-sos image fi|<image><firmware.bin>
spa-sos image ve|<image><vendor.zip>
spa-sos simulate --fault twi|<simulate><--fault><twin>
spa-sos diagnose --report=pa|<diagnose><--report=page.html>'
for shell in bash zsh fish; do
	if ! command -v "$shell" >/dev/null; then
		tap_skip "$shell" "not installed"
		continue
	fi
	cut -d'|' -f1 <<<"$stories" | timeout 120 python3 "$source/tests/unit/shell_session.py" "$shell" "$source" "$spa_sos" >"$work/typed" 2>"$work/errors"
	while IFS='|' read -r line wanted <&3; do
		IFS= read -r found <&4
		echo "$found" >"$work/log"
		[ "$found" = "$wanted" ]
		tap_result $? "$shell: $line" "$work/log"
	done 3<<<"$stories" 4<"$work/typed"
done
tap_done
