#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Whatever a command line, a file's name or a line of a list holds: what is printed of it cannot move
# the cursor, begin a line of its own or break the document.
set -u
. "${top_srcdir:?run by make check}/tests/tap.sh"
spa_sos=$(realpath "${top_builddir:?run by make check}/spa-sos")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
traces=$(realpath "$top_srcdir/pcaps")
cd "$work" || exit 1

esc=$'\x1b'
evil="a${esc}[31m"$'\nspa-sos: recovered\r\x7f\xff'
harmless() { # command...: nothing of it reaches a terminal as it is
	timeout 20 "$@" >out 2>err </dev/null
	! grep -qaE "$(printf '[\x01-\x08\x0b-\x1f\x7f-\xff]')|^spa-sos: recovered" out err
}
export LC_ALL=C
each() { # sentence command...
	local sentence=$1
	shift
	harmless "$@" || { { printf '%q ' "$@"; echo; cat -v out err; } >>bad; }
	total=$((total + 1))
}
# Every option of every command that takes a value, from the table that parses them.
bad=0 total=0
: >bad
for command in interfaces discover recover watch diagnose replay simulate image; do
	mapfile -t options < <("$spa_sos" help "$command" | grep -oE '^ +(-[a-zA-Z], )?--[a-z-]+ [A-Z]' | grep -oE -- '--[a-z-]+')
	for option in "${options[@]}"; do
		each "$command $option" "$spa_sos" "$command" "$option" "$evil" operand
		each "$command $option=" "$spa_sos" "$command" "$option=$evil" operand
		each "$command --json $option" "$spa_sos" "$command" --json "$option" "$evil" -i lo operand
	done
	each "$command: an operand" "$spa_sos" "$command" "$evil"
	each "$command: two operands" "$spa_sos" "$command" "$evil" "$evil"
	each "$command: an unknown option" "$spa_sos" "$command" "--$evil"
	each "$command: an interface" "$spa_sos" "$command" -i "$evil" x
	each "$command: as JSON" "$spa_sos" "$command" --json "$evil"
done
each "a command" "$spa_sos" "$evil"
each "help of a command" "$spa_sos" help "$evil"
[ "$total" -gt 150 ] && [ ! -s bad ]
tap_result $? "hostile values of every option are printed harmlessly" bad

# Files by such a name: readable, unusable, to be written.
: >bad
cp "$traces/another-tool.pcap" "$evil.pcap"
cp "$top_srcdir/tests/images/good.bin" "$evil.bin"
echo garbage >"$evil.garbage"
printf '%s\n' "$evil" >"$evil.list"
printf 'x\033[31m\n' >list
mkdir "$evil.directory"
echo "wrong" >"$evil.results.result.csv"
echo CBT14110001 >"$evil.results"
each "a trace" "$spa_sos" diagnose "$evil.pcap"
each "traces" "$spa_sos" diagnose -v "$evil.pcap" "$evil.pcap"
each "a filter on it" "$spa_sos" diagnose --filter "$evil" "$evil.pcap"
each "as JSON" "$spa_sos" diagnose --json "$evil.pcap"
each "as a page" "$spa_sos" diagnose --report "$evil.html" "$evil.pcap"
each "as a page again" "$spa_sos" diagnose --report "$evil.html" "$evil.pcap"
each "a copy" "$spa_sos" diagnose --redact "$evil.copy" "$evil.pcap"
each "a copy with comments" "$spa_sos" diagnose --overwrite --annotate --redact "$evil.copy" "$evil.pcap"
each "a copy into a directory" "$spa_sos" diagnose --redact "$evil.directory" "$evil.pcap"
each "no image in it" "$spa_sos" diagnose --extract-image "$evil.image" "$evil.pcap"
each "garbage" "$spa_sos" diagnose "$evil.garbage"
each "a directory" "$spa_sos" diagnose "$evil.directory"
each "replay" "$spa_sos" replay "$evil.pcap"
each "replay to a file" "$spa_sos" replay -w "$evil.again" "$evil.pcap"
each "replay to a file again" "$spa_sos" replay -w "$evil.again" "$evil.pcap"
each "replay of garbage" "$spa_sos" replay "$evil.garbage"
each "an image" "$spa_sos" image "$evil.bin"
each "an image as JSON" "$spa_sos" image --json "$evil.bin"
each "an image of garbage" "$spa_sos" image "$evil.garbage"
each "extracted" "$spa_sos" image --extract "$evil.out" "$evil.bin"
each "extracted again" "$spa_sos" image --extract "$evil.out" "$evil.bin"
each "extracted into a directory" "$spa_sos" image --extract "$evil.directory/x/y" "$evil.bin"
each "a list" "$spa_sos" recover -i lo --phones "$evil.list" "$evil.bin"
each "a hostile line" "$spa_sos" recover -i lo --phones list "$evil.bin"
each "a list that is none" "$spa_sos" recover -i lo --phones "$evil.directory" "$evil.bin"
each "results of something else" "$spa_sos" recover -i lo --phones "$evil.results" "$evil.bin"
each "recover with a trace" "$spa_sos" recover -i lo -w "$evil.again" "$evil.bin"
[ ! -s bad ]
tap_result $? "hostile names of files are printed harmlessly" bad
tap_done
