#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Every command line of spa-sos that a page shows is run as it stands there, on a bench on which it makes
# sense: a PC with eth0, a phone in recovery mode, an image, a capture. What recovers must recover. So are
# those of other programs that Debian has; not those of Windows and of switches.
set -u
. "${top_srcdir:?run by make check}/tests/netns/lib.sh"
lab_enter "$@"

# All pages: indented lines of code that begin with the program, and inline code that gives it arguments.
# Not the forms of docs/command-line.md, which stand for many, nor what CHANGELOG says of the past.
commands() {
	(cd "$top_srcdir" && cat README.md CONTRIBUTING.md SECURITY.md debian/README.Debian docs/[!c]*.md) >pages
	{
		sed -nE 's/^ {4,}[$#]? ?((sudo )?(spa-sos|tshark|jq|find|tcpdump|ssh|ip) .*)$/\1/p' pages
		tr '\n' ' ' <pages | grep -oE '`(sudo )?spa-sos [^`]+`' | tr -d '`'
		sed -nE 's/^\.Dl [#$] (spa-sos .*)$/\1/p' "$top_srcdir/docs/spa-sos.8"
	} | sed -E 's/^sudo //; s/ +$//' | sort -u
}
commands >all
# A command that is only named, or whose value is any of a kind.
grep -vE '^(spa-sos|ip) [a-z]+$|-i IF\b|INTERFACE|--redact$' all | grep -vE '^spa-sos recover( --[a-z-]+)*$' >lines

# Without a number: every line in a laboratory of its own, several at a time (they mostly wait).
if [ $# -eq 0 ]; then
	# The table of filters of docs/wireshark.md: what stands before the blanks.
	sed -nE 's/^    ((spasos|udp).*[^ ])   +.*$/\1/p' "$top_srcdir/docs/wireshark.md" >filters
	result "docs/wireshark.md shows filters" test "$(wc -l <filters)" -ge 4
	while IFS= read -r filter; do
		result "a filter that Wireshark takes: $filter" tshark -X "lua_script:$top_srcdir/scripts/wireshark/spa-sos.lua" \
			-r "$top_srcdir/pcaps/found.pcap" -Y "$filter"
	done <filters
	result "the pages show commands, of every kind" test "$(cut -d' ' -f2 lines | sort -u |
		grep -cE '^(recover|discover|watch|diagnose|image|simulate)$')" -eq 6
	seq "$(wc -l <lines)" | LAB_INSIDE='' xargs -P 6 -I '{line}' \
		bash -c "bash '$top_srcdir/tests/netns/test_documented.sh' {line} >{line}.tap 2>&1 || echo 'not ok - line {line}: its test' >>{line}.tap"
	for number in $(seq "$(wc -l <lines)"); do
		grep -q '^ok ' "$number.tap" || echo "not ok - no result" >>"$number.tap"
		while IFS= read -r line; do
			case $line in
			"ok "*) tap_result 0 "${line#ok * - }" ;;
			"not ok "*) tap_result 1 "${line#not ok }" "$number.tap" ;;
			esac
		done <"$number.tap"
	done
	tap_done
fi

mkdir bin && ln -s "$spa_sos" bin/spa-sos && ln -s "$top_srcdir/scripts/examples/power-cycle-hook" bin/ || exit 99
printf '#!/bin/sh\nexec "$@"\n' >bin/sudo && printf '#!/bin/sh\nshift\nexec timeout -s INT 4 "$@"\n' >bin/ssh &&
	chmod +x bin/sudo bin/ssh || exit 99
export PATH=$lab/bin:$PATH
bench() { # a folder as its user has it
	rm -rf here && mkdir here && cd here || exit 99
	cp "$top_srcdir/tests/images/good.bin" FILE
	for name in IMAGE firmware.bin spa50x-30x-7-5-2b.bin; do cp FILE "$name"; done
	(cp FILE spa50x-30x-7-5-2b-x.bin && zip -q SPA30x_SPA50x_7.5.2b_FW.zip spa50x-30x-7-5-2b-x.bin && rm spa50x-30x-7-5-2b-x.bin)
	for name in capture phone; do cp "$top_srcdir/pcaps/no-dhcp.pcap" "$name.pcap"; done
	ln -s "$top_srcdir/pcaps" pcaps
	ln -s "$top_srcdir/scripts" scripts
	mkdir captures && cp pcaps/no-dhcp.pcap pcaps/found.pcap captures || exit 99
	printf '02:53:4f:aa:bb:cc port1\n' >ports
}
# in_bench HOST LINE: as a shell would run it. In the background as process 'tool'.
in_bench() { start tool "$1" bash -c "cd '$lab/here' && $2"; }
said() { grep -qE "$1" "$lab"/tool.out "$lab"/tool.err; }
# Whatever else: neither the usage nor the environment nor the file is at fault.
runs() { # status
	case $1 in 0 | 1 | 5 | 6 | 130) return 0 ;; esac
	echo "ended with status $1:"
	cat "$lab/tool.err"
	return 1
}

line=$(sed -n "$1p" lines)
bench
cd "$lab" || exit 99
what="${line:0:100}"
direct_cable
case $line in
*share* | *SLURM*) # of a batch system: what is before is docs/scale.md's
	in_bench pc "share=(pcaps/found.pcap pcaps/no-dhcp.pcap); SLURM_ARRAY_TASK_ID=1; $line"
	finish tool 60
	result "$what" runs "$status"
	;;
find*)
	in_bench pc "$line"
	finish tool 60
	result "$what" equals "$(grep -c '"verdict"' here/verdicts.jsonl)" 2
	;;
jq*)
	in_bench pc "spa-sos diagnose --json-lines captures/*.pcap >verdicts.jsonl; $line"
	finish tool 60
	result "$what" test "$status" -eq 0 -a -s tool.out
	;;
"tshark -X"*)
	in_bench pc "$line"
	finish tool 60
	result "$what" grep -q 'SPA recovery\|SPA-SOS\|RECM' tool.out
	;;
tcpdump*)
	in_bench pc "rm -f phone.pcap; $line"
	wait_until 10 test -s here/phone.pcap || sleep 1
	phone phone
	sleep 3
	stop tool INT
	result "$what" bash -c 'spa-sos diagnose here/phone.pcap | grep -q "asked\|DISCOVER\|phone"'
	;;
ssh*)
	phone phone
	in_bench pc "$line"
	finish tool 30
	result "$what" runs "$status"
	;;
"ip link add"*)
	in_bench pc "$line"
	finish tool 10
	result "$what" equals "$status $(on pc ip -j link show phone | jq -r '.[0].ifname')" "0 phone"
	;;
*"diagnose --json-lines"*)
	in_bench pc "cp pcaps/*.pcap . ; $line"
	finish tool 100
	result "$what" runs "$status"
	;;
*"diagnose public.pcap"*)
	in_bench pc "spa-sos diagnose -q --redact public.pcap phone.pcap; $line"
	finish tool 60
	result "$what" runs "$status"
	;;
*" diagnose "* | *" image "* | *" interfaces"* | *" help "* | *" --version"*)
	in_bench pc "$line"
	finish tool 60
	result "$what" runs "$status"
	;;
*" simulate -i phone"*)
	on phone ip link set eth0 down
	on phone ip link set eth0 name phone up
	in_bench phone "${line%&}"
	wait_until 20 said 'asking for an address'
	result "$what" said 'asking for an address'
	stop tool INT
	;;
*" simulate "*)
	in_bench phone "$line"
	wait_until 20 said 'asking for an address'
	result "$what" said 'asking for an address'
	stop tool INT
	;;
*" watch "*)
	[[ $line != *"-i eth1"* ]] || { on pc ip link set eth0 down && on pc ip link set eth0 name eth1 up; }
	in_bench pc "rm -f phone.pcap; $line"
	wait_until 10 said 'nothing is sent|[Ww]atching|Power-cycle|listen' || sleep 2
	phone phone
	wait_until 20 said 'asks for an address'
	stop tool INT
	result "$what" said 'asks for an address'
	;;
*" discover "*)
	phone phone
	in_bench pc "$line"
	finish tool 130
	result "$what" equals "$status" 0
	;;
*" recover "*"--vlan "*)
	lab_reset
	tag=${line##*--vlan }
	relayed_cable --trunk-a "${tag%% *}"
	in_bench pc "$line"
	phone phone
	finish tool 90
	result "$what" equals "$status" 0
	;;
*" recover "*"--keep-going"*)
	in_bench pc "${line%%2>&1*}"
	phone phone --exit-after-flash
	finish phone 60
	sleep 3
	stop tool INT
	result "$what" bash -c 'cmp "$0/here/IMAGE" "$0/phone.image"' "$lab"
	;;
*" recover "*)
	name=${line#* -i } name=${name%% *}
	[ "$name" = eth0 ] || { on pc ip link set eth0 down && on pc ip link set eth0 name "$name" up; }
	in_bench pc "$line"
	phone phone
	finish tool 90
	result "$what" equals "$status" 0
	result "  and the phone has it" bash -c 'cmp "$0/here/IMAGE" "$0/phone.image"' "$lab"
	;;
*)
	result "$what: is run by this test" false
	;;
esac
tap_done
