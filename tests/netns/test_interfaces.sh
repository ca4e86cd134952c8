#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# spa-sos interfaces: what each kind of interface is good for, as text and as JSON, without privileges.
set -u
. "${top_srcdir:?run by make check}/tests/netns/lib.sh"
lab_enter "$@"

interfaces() { # option...
	"$spa_sos" interfaces "$@" >"$lab/out" 2>"$lab/err"
	status=$?
}
of() { jq -r ".interfaces[] | select(.name == \"$1\") | $2" "$lab/out"; }
is() { # sentence interface expression wanted
	result "$1" equals "$(of "$2" "$3")" "$4"
}

interfaces --json
result "with nothing but the loopback nothing is found" equals "$status $(jq -r .result "$lab/out")" \
	"5 nothing-found"

ip link add name near type veth peer name far
ip link set near up
ip link set far up
ip address add 192.0.2.7/24 dev near
ip link add name plain0 type veth peer name plain1
ip link add name bridge0 type bridge
ip link set plain1 master bridge0

interfaces --json
result "with an interface that can be used it ends with status 0" equals "$status" 0
is "the loopback is unusable" lo .use unusable
is "and says why" lo '.why | test("no cable")' true
is "a virtual cable is usable" near '"\(.kind) \(.use) \(.up) \(.carrier)"' "virtual usable true true"
is "its address is shown" near '.addresses | join(" ")' 192.0.2.7/24
is "an interface that is switched off is said to be" plain0 '"\(.up) \(.carrier)"' "false false"
is "a bridge is doubtful" bridge0 '"\(.kind) \(.use)"' "bridge doubtful"
is "so is its port" plain1 '"\(.kind) \(.use) \(.master)"' "bridge port doubtful bridge0"
ip link set far mtu 500
interfaces --json
is "an MTU too small for DATA makes it unusable" far '"\(.use) \(.why)"' \
	"unusable has an MTU of 500, at least 576 is needed"
ip link set far down
interfaces --json
is "without a link it is still usable" near '"\(.use) \(.up) \(.carrier)"' "usable true false"

interfaces
result "the text names each interface once, at the start of a line" \
	equals "$(grep -cE '^(lo|near|far|plain0|plain1|bridge0) ' "$lab/out")" 6
result "and how to switch on one that is off" grep -q 'ip link set plain0 up' "$lab/out"
# Whatever the user calls it: number, address, MAC address, alternative name.
ip link set near mtu 1500
ip link set far mtu 1500
ip link property add dev near altname enx-the-bench 2>/dev/null && altname=enx-the-bench || altname=near
ip link set far up
number=$(ip -j link show near | jq -r '.[0].ifindex')
mac=$(ip -j link show near | jq -r '.[0].address')
cd "$lab" || exit 99
for name in "$number" 192.0.2.7 "$mac" "$altname"; do
	"$spa_sos" discover -i "$name" -t 0.2 -w - >"$lab/trace" 2>"$lab/err"
	[ "$name" = near ] || result "-i finds the interface by number, address or other name and says so: $name" \
		grep -q "$name is interface near" "$lab/err"
done
"$spa_sos" discover -i 4711 -t 1 >"$lab/out" 2>"$lab/err"
result "a number that no interface has is missing, with those that can be used" \
	grep -q '4711: no such interface; can be used: .*near' "$lab/err"

setpriv --bounding-set=-all --inh-caps=-all "$spa_sos" interfaces >"$lab/out" 2>"$lab/err"
result "it needs no privileges" equals "$?" 0
interfaces --jsno
result "an unknown option is a usage error, and who says so" \
	equals "$status $(grep -c "^spa-sos interfaces: there is no option --jsno" "$lab/err")" "2 1"
interfaces eth0
result "so is an argument" equals "$status" 2

# ---- without arguments: what to do next on this machine ----
cd "$lab" || exit 99
host pc phone
cable pc eth0 phone eth0
mkdir -p home/Downloads here
cp "$top_srcdir/tests/images/good.bin" here/spa50x-30x-7-5-2b.bin
cp "$top_srcdir/tests/images/truncated.bin" 'home/Downloads/SPA50x it'\''s cut.zip'
chmod -R a+rX . home here
chmod 755 "$lab"
cd here || exit 99
first_run() { # prefix...
	on pc env HOME="$lab/home" "$@" "$spa_sos" >"$lab/out" 2>"$lab/err"
	status=$?
}
first_run
result "without arguments: a usage error, with help" equals "$status $(grep -c '^usage:' "$lab/err") $(wc -c <"$lab/out")" "2 1 0"
result "which interface, and its link" grep -q '^  Interface   eth0: carries a link' "$lab/err"
result "whether this user may send" grep -q '^  Rights      this user may send' "$lab/err"
result "root's rights look into no file" grep -q '^  Firmware    spa50x-30x-7-5-2b.bin (spa-sos image checks it)' "$lab/err"
result "and the command that follows" grep -q '^  spa-sos recover -i eth0 spa50x-30x-7-5-2b.bin$' "$lab/err"
if setpriv --reuid 65534 --regid 65534 --clear-groups true 2>/dev/null; then
	first_run setpriv --reuid 65534 --regid 65534 --clear-groups
	result "an ordinary user is told that sudo is needed" \
		equals "$(grep -c 'Rights      this user may not send frames: sudo' "$lab/err") $(grep -c '^  sudo spa-sos recover -i eth0 spa50x-30x-7-5-2b.bin$' "$lab/err")" "1 1"
	result "which image it is" grep -q '^  Firmware    spa50x-30x-7-5-2b.bin: version 7' "$lab/err"
	result "and which is none" grep -q "Downloads/SPA50x it's cut.zip: not to be sent" "$lab/err"
	rm spa50x-30x-7-5-2b.bin
	cp "$top_srcdir/tests/images/good.bin" "$lab/home/Downloads/SPA30x my file's.bin"
	chmod a+r "$lab/home/Downloads/"*
	first_run setpriv --reuid 65534 --regid 65534 --clear-groups
	result "a name with blanks and quotes can be pasted" bash -c "eval set -- \$(grep '^  sudo spa-sos recover' '$lab/err'); [ -f \"\$6\" ]"
	rm "$lab"/home/Downloads/*
	first_run setpriv --reuid 65534 --regid 65534 --clear-groups
	result "no image: where there is one" grep -q 'Firmware    none here or in ~/Downloads; wanted is Cisco' "$lab/err"
else
	tap_skip "without arguments, as an ordinary user" "one user in this namespace"
fi

tap_done
