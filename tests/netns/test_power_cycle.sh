#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The example that switches a phone off and on when the program asks for it, with a fake switch: by
# hand-made events, and in a whole recovery in which a phone is deaf until its power was cut.
set -u
. "${top_srcdir:?run by make check}/tests/netns/lib.sh"
lab_enter "$@"
hook=$(realpath "$top_srcdir/scripts/examples/power-cycle-hook")
export SECONDS_OFF=0.2

printf '%s\n' '# the shelf' '02:53:00:00:00:01 gi0/1' '02:53:00:00:00:02 gi0/2 # left' \
	'02:53:00:00:00:03 gi0/3' '02:53:00:00:00:03 gi0/4' >ports
cat >switch-stub <<END
#!/bin/sh
echo "\$@" >>"$lab/switched"
END
chmod +x switch-stub
says() { # event...: what the hook does with these lines
	: >switched
	printf '%s\n' "$@" | "$hook" ports "$lab/switch-stub" >said
}
ask() { printf '{"event":"message","text":"x","power_cycle":true,"writing":%s%s}' "$2" "${1:+,\"mac\":\"$1\"}"; }

says "$(ask 02:53:00:00:00:02 0)"
result "the port of the phone is switched off, then on" equals "$(cat switched)" "$(printf 'off gi0/2\non gi0/2')"
says "$(ask 02:53:00:00:00:02 1)"
result "nothing is cut while a phone writes" equals "$(cat switched)$(grep -c '1 phones write their flash' said)" 1
says "$(ask 02:53:00:00:00:03 0)" "$(ask 02:53:00:00:00:09 0)"
result "nor where the list names two ports, or none" equals "$(cat switched)$(grep -c 'no port, or more than one' said)" 2
says "$(ask '' 0)" 'no JSON' '{"event":"message","text":"Power-cycle it"}' '{"power_cycle":false,"mac":"02:53:00:00:00:01"}'
result "nor for an event that asks for none" equals "$(cat switched)" ""
says 'waiting' "$(ask 02:53:00:00:00:01 0)" "$(ask 02:53:00:00:00:02 0)"
result "several events are served one after the other" equals "$(tr '\n' ' ' <switched)" "off gi0/1 on gi0/1 off gi0/2 on gi0/2 "
"$hook" >out 2>err
result "without arguments it says how it is called" equals "$? $(grep -c 'PORTS  a file' err)" "2 1"

# ---- a whole recovery: another server's lease has no mask, and only a power cycle helps ----
image 20000
host pc phone
switch
plug pc phone
host server
cable server eth0 lab p-server
ip link set dev p-server master switch
on server ip address add 192.168.50.1/24 dev eth0
start dnsmasq server dnsmasq --keep-in-foreground --conf-file=/dev/null --port=0 --interface=eth0 --bind-interfaces \
	--dhcp-range=192.168.50.20,192.168.50.40,255.255.255.0 --dhcp-option=1 --dhcp-option=3,192.168.50.1 \
	--user=root --dhcp-reply-delay=1 --dhcp-leasefile="$lab/leases" --pid-file --no-ping --log-facility="$lab/dnsmasq.log"
wait_until 10 grep -q 'DHCP, IP range' "$lab/dnsmasq.log"
echo '02:53:00:00:00:11 phone-port' >ports
cat >switch-stub <<END
#!/bin/sh
echo "\$@" >>"$lab/switched"
[ "\$1" = on ] && touch "$lab/power-on"
[ "\$1" = off ] && kill "\$(cat "$lab/phone.pid")" 2>/dev/null
true
END
: >switched
power_on() {
	phone phone --mac 02:53:00:00:00:11 --exit-after-flash
	echo "${process[phone]}" >phone.pid
}
mkfifo events
"$hook" ports "$lab/switch-stub" <events >said &
start tool pc bash -c "exec \"\$0\" recover -i eth0 --events --json '$image' 2>'$lab/events'" "$spa_sos"
power_on
wait_until 120 test -e power-on # the example has switched it off, and on again
result "the program asked, and the phone was switched off and on" equals "$(cat switched)" "$(printf 'off phone-port\non phone-port')"
finish phone 5
power_on
finish tool 90
result "and the phone was recovered" equals "$status $(json .result)" "0 recovered"
stop dnsmasq
tap_done
