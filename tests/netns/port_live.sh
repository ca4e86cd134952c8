#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The live port on interfaces of its own: what it sends and receives, what becomes of it when a cable
# is pulled, an interface goes or a signal comes, and that nothing is left behind when it is killed.
set -u
. "${top_srcdir:?run by make check}/tests/netns/lib.sh"
lab_enter "$@"

probe=$top_builddir/tests/netns/port_probe
out=$lab/out

check() { # sentence command...
	local sentence=$1
	shift
	if "$@"; then
		tap_result 0 "$sentence"
	else
		tap_result 1 "$sentence" "$out"
	fi
}

said() { grep -qE "$1" "$out"; }
not_said() { ! grep -qE "$1" "$out"; }
times_said() { [ "$(grep -cE "$1" "$out")" -eq "$2" ]; }
promiscuity_is() { ip -d link show "$1" | grep -q "promiscuity $2 "; }
pair() {
	ip link add left type veth peer name right
	ip link set left up
	ip link set right up
}
unpair() { ip link del left 2>/dev/null; }

# begin ARGUMENT...: the probe in the background as $pid; what an earlier one has said is gone at once
begin() {
	rm -f "$out"
	"$probe" "$@" >"$out" &
	pid=$!
}
# wait_for EXPRESSION: until the probe has said it
wait_for() { wait_until 10 grep -qE "$1" "$out"; }

pair

"$probe" left 1 5 >"$out"
check "every frame sent comes back once" times_said '^frame .* from 77 ' 5
check "a frame of 60 bytes stays one of 60 bytes" times_said 'length 60 type 0806' 5
check "frames are counted both ways" said '^in 5 out 5 lost 0$'
check "the run ends at its deadline" said '^deadline$'

begin left 5 0
wait_for '^open$'
"$probe" right 1 3 >/dev/null
kill -TERM $pid
wait $pid
check "frames of the other end are received" times_said '^frame .* from 77 ' 3
check "a signal ends the run and is named" said '^interrupted by 15$'
check "frames are stamped by the kernel just before they are read" \
	not_said 'age_us ([0-9]{6,}|-)'

begin left 5 0 drop
wait_for '^open$'
capabilities=$(grep -E '^Cap(Prm|Eff|Inh|Amb)' /proc/$pid/status | grep -vc '0000000000000000')
no_new_privileges=$(sed -n 's/^NoNewPrivs:\t//p' /proc/$pid/status)
"$probe" right 1 3 >/dev/null
kill -TERM $pid
wait $pid
check "a run holds no capability" [ "$capabilities" -eq 0 ]
check "and can get none" [ "$no_new_privileges" = 1 ]
check "it receives without capabilities" times_said '^frame .* from 77 ' 3
"$probe" left 1 5 drop >"$out"
check "it sends without capabilities" said '^in 5 out 5 lost 0$'

if [ "$(wc -l </proc/self/uid_map)" -eq 1 ] && grep -q ' 4294967295$' /proc/self/uid_map; then
	SUDO_UID=65534 SUDO_GID=65533 begin left 5 1 drop
		wait_for '^frame '
	users=$(sed -n 's/^Uid:\t//p' /proc/$pid/status | tr '\t' ' ')
	groups=$(sed -n 's/^Gid:\t//p' /proc/$pid/status | tr '\t' ' ')
	kill -KILL $pid
	wait $pid 2>/dev/null
	check "under sudo a run becomes the user who called it" [ "$users" = "65534 65534 65534 65534" ]
	check "and has that user's group" [ "$groups" = "65533 65533 65533 65533" ]
	check "it sends as that user" said '^frame 1 .* from 77 '
else
	tap_skip "under sudo a run becomes the user who called it" "this namespace has one user"
fi

begin left 20 0
wait_for '^open$'
check "a run listens to all MAC addresses" promiscuity_is left 1
kill -KILL $pid
wait $pid 2>/dev/null
check "nothing of that is left when the run is killed" promiscuity_is left 0

begin left 20 0
wait_for '^open$'
ip link set right down
wait_for '^carrier down$'
check "a pulled cable is noticed" said '^carrier down$'
ip link set right up
wait_for '^carrier up$'
check "and when it is back" said '^carrier up$'
ip link set left down
sleep 0.3
ip link set left up
"$probe" right 1 2 >/dev/null
wait_for 'from 77'
check "that it was switched off is told apart from a cable" said '^switched off$'
check "an interface switched off and on again still receives" times_said '^frame .* from 77 ' 2
ip link del left
wait $pid
check "a removed interface ends the run with status 3" said '^error 3 left: the interface is gone'

pair
ip link set right down
"$probe" left 1 0 >"$out"
check "a cable that is out from the start is the first event" said '^carrier down$'
ip link set left down
"$probe" left 1 0 >"$out"
check "an interface that is switched off is said to be, with the cure" \
	said '^error 3 left is switched off. Switch it on: sudo ip link set left up'
begin left 1 0 wait
wait_for '^waiting switched-off 1$'
ip link set left up
wait_for '^waiting no-carrier 2$'
ip link set right up
wait $pid
check "waiting for a link is told once a second, with the reason" said '^waiting no-carrier 2$'
check "and ends with the link" said '^waited up$'

"$probe" nowhere 1 0 >"$out"
check "an interface that does not exist is named, with those that do" \
	said '^error 3 nowhere: no such interface; can be used: (left|right), (left|right) '
"$probe" lo 1 0 >"$out"
check "the loopback is refused with a reason" said '^error 3 lo: unusable: it is the host.s loopback'
setpriv --bounding-set=-all --inh-caps=-all "$probe" left 1 0 >"$out"
check "without permission the way to get it is said" \
	said '^error 3 left: no permission .*setcap cap_net_raw\+ep .*/port_probe'
"$probe" left 1 1 listen >"$out"
check "a port for listening sends nothing" said '^error 3 left: opened for listening only'

unpair
ip link add bridge0 type bridge 2>/dev/null && {
	pair
	ip link set left master bridge0
	"$probe" left 1 2 >"$out"
	check "the port of a bridge can be used" said '^in 2 out 2 lost 0$'
	unpair
}

tap_done
