#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The tool needs nothing from the host: no address on either side, a firewall that drops everything, a
# TFTP server that holds port 69, a phone that is switched on long after the tool was started, a phone
# with somebody else's static address. Each story is a complete recovery.
set -u
. "${top_srcdir:?run by make check}/tests/netns/lib.sh"
lab_enter "$@"

image 20000

direct_cable
recover
phone phone
ended_recovered "neither side has an address"
result "neither side has an address: the phone got its lease from the tool" \
	test "$(count "$lab/tool.pcap" 'dhcp.option.dhcp == 5 && ip.src == 198.18.0.1')" -ge 1
result "neither side has an address: the offer came after the time in which another server could" \
	test "$(fields "$lab/tool.pcap" 'dhcp.option.dhcp == 1 || dhcp.option.dhcp == 2' frame.time_relative |
		awk 'NR == 1 { first = $1 } NR == 2 { print ($1 - first >= 4.0 && $1 - first < 5.0) }')" = 1
lab_reset

direct_cable
on pc nft -f - <<'RULES'
table inet closed {
	chain in { type filter hook input priority 0; policy drop; }
	chain out { type filter hook output priority 0; policy drop; }
	chain through { type filter hook forward priority 0; policy drop; }
}
RULES
closed() { ! on pc bash -c 'echo >/dev/udp/127.0.0.1/9' 2>/dev/null; }
result "a firewall that drops everything: it does so" closed
recover
phone phone
ended_recovered "a firewall that drops everything"
lab_reset

direct_cable
on pc ip address add 192.168.77.1/24 dev eth0
mkdir -p "$lab/tftp"
start tftpd pc in.tftpd -L -u "$(id -un 0)" -s "$lab/tftp"
occupied() { on pc ss -Hlnu 'sport = :69' | grep -q ':69'; }
result "another TFTP server on port 69: it holds the port" wait_until 5 occupied
recover
phone phone
ended_recovered "another TFTP server on port 69"
result "another TFTP server on port 69: it still runs" running tftpd
lab_reset

direct_cable
recover --dhcp always --address 10.77.0.1/24
phone phone
ended_recovered "the only DHCP server, at once and with its own prefix"
result "the only DHCP server: the offer came at once" \
	test "$(fields "$lab/tool.pcap" 'dhcp.option.dhcp == 1 || dhcp.option.dhcp == 2' frame.time_relative |
		awk 'NR == 1 { first = $1 } NR == 2 { print ($1 - first < 0.5) }')" = 1
result "the only DHCP server: the phone's address is from that prefix" \
	grep -q '^10\.77\.0\.' <<<"$(json '.phones[0].ip')"
lab_reset

direct_cable
recover
phone phone --static 192.168.50.20/24,192.168.50.1
ended_recovered "a static address from another site, its gateway far away"
result "a static address: the phone asked for no lease in recovery mode" \
	equals "$(count "$lab/tool.pcap" 'dhcp.option.vendor_class_id == "TI-dhcp 0.1"')" 0
lab_reset

direct_cable
recover
sleep 20
result "switched on 20 s after the tool: the tool is still waiting" running tool
phone phone
ended_recovered "switched on 20 s after the tool"
# But for whose phone it is, when, how fast the link and how long the image.
messages() {
	sed -E 's/([0-9a-f]{2}:){5}[0-9a-f]{2}/MAC/; /^\.\.\.$/d; s/^ *[0-9]+\.[0-9]  //; s/at [0-9]+ Mbit/at N Mbit/; s/, [0-9]+ bytes, checked/, N bytes, checked/'
}
# The last screen of a picture, as text, with the lines that the terminal wrapped made whole.
last_screen() {
	python3 - "$1" <<'PYTHON'
import re, sys
import xml.etree.ElementTree as tree
svg = "{http://www.w3.org/2000/svg}"
root = tree.parse(sys.argv[1]).getroot()
lines = {}
for group in root.iter(svg + "g"):
    if group.get("id"):
        line = ""
        for text in group:
            line = line.ljust(round(float(text.get("x")) / 8.4)) + text.text
        lines["#" + group.get("id")] = line
uses = [(float(use.get("x")), int(use.get("y")), use.get("href")) for use in root.iter(svg + "use")]
last = max(use[0] for use in uses)
screen = [lines[name] for x, y, name in sorted(uses) if x == last]
print(re.sub(r"\n    (?=[^ 0-9])", " ", "\n".join(screen)))
PYTHON
}
picture_is_true() { # picture
	last_screen "$1" | sed '1d;/^The phone was recovered/,$d' | messages >"$lab/picture"
	[ "$(wc -l <"$lab/picture")" -ge 10 ] && ! grep -vxF -f <(messages <"$lab/tool.err") "$lab/picture"
}
report_is_true() { # picture: what of its report does not depend on what was measured
	last_screen "$1" >"$lab/picture"
	printf '%s\n' "$(json .verdict.sentence)" "  Verdict     $(json .verdict.id) ($(json .verdict.confidence))" \
		"  What to do  $(json .verdict.advice | cut -c1-64)" >"$lab/real"
	[ "$(grep -cxF -f "$lab/real" "$lab/picture")" -eq 3 ]
}
for theme in dark light; do
	picture=$top_srcdir/docs/pictures/recover-$theme.svg
	result "README's picture ($theme) of a recovery is what the tool says" picture_is_true "$picture"
	result "README's picture ($theme) of its report is what the tool says" report_is_true "$picture"
done

tap_done
