# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# A laboratory of network namespaces for the tests, the demo and the benchmarks: hosts, cables, a
# switch, a simulated phone, the tool, and what can be said about them afterwards.
#
# Everything happens in a network namespace of its own that root or an ordinary user creates with
# unshare; nothing of the machine is touched, and nothing is left behind however the test ends. Named
# namespaces are not used: they need a mount, which an ordinary user may not make.

# shellcheck source=tests/tap.sh
. "${top_srcdir:?run by make check}/tests/tap.sh"
: "${top_builddir:?run by make check}"

spa_sos=$top_builddir/spa-sos
relay_program=$top_builddir/tests/netns/relay
make_image=$top_builddir/tests/support/make_image

# lab_enter "$@": first line of every script. Runs the script again in a namespace, bounded in time.
lab_enter() {
	local limit=${LAB_SECONDS:-240} wrap=(unshare --net)
	if [ -z "${LAB_INSIDE-}" ]; then
		[ "$(id -u)" -eq 0 ] || wrap=(unshare --net --map-root-user)
		"${wrap[@]}" true 2>/dev/null ||
			tap_skip_all "this user may not create network namespaces"
		LAB_INSIDE=1 exec timeout --foreground --kill-after=5 "$limit" "${wrap[@]}" "$BASH" "$0" "$@"
	fi
	lab=$(mktemp -d "${TMPDIR:-/tmp}/spa-sos-lab.XXXXXX") || exit 1
	export TMPDIR=$lab HOME=$lab # and nobody's preferences
	cd "$lab" || exit 1
	trap lab_leave EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
	quiet_kernel
}

lab_leave() {
	local name
	for name in "${!process[@]}"; do
		kill -KILL "${process[$name]}" 2>/dev/null
	done
	for name in "${!host_process[@]}"; do
		kill -KILL "${host_process[$name]}" 2>/dev/null
	done
	wait 2>/dev/null
	cd / && rm -rf "$lab"
}

# The kernel's IPv6 chatter is no part of any story here.
quiet_kernel() {
	echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6
	echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6
} 2>/dev/null

# ---- hosts, cables, the switch -----------------------------------------------------------------

declare -A host_process=() process=()
dies_with_us=(setpriv --pdeathsig KILL)

# host NAME...: a host without interfaces. Its namespace lives as long as its process.
host() {
	local name own
	own=$(readlink /proc/self/ns/net)
	for name; do
		"${dies_with_us[@]}" unshare --net sleep "${LAB_SECONDS:-240}" &
		host_process[$name]=$!
		wait_until 5 host_has_namespace "$name" "$own" || exit 1
		on "$name" ip link set lo up
		on "$name" bash -c "$(declare -f quiet_kernel); quiet_kernel"
	done
}
host_has_namespace() {
	local namespace
	namespace=$(readlink "/proc/${host_process[$1]}/ns/net") && [ "$namespace" != "$2" ]
}

# on HOST COMMAND...: runs it there. 'lab' is the place where the switch is.
on() {
	local host=$1 enter=()
	shift
	[ "$host" = lab ] || enter=(nsenter --net="/proc/${host_process[$host]}/ns/net" --)
	${on_exec-} "${enter[@]}" "$@"
}

# cable HOST_A IF_A HOST_B IF_B: both ends up, no addresses. Checksums of the kernel's own frames are
# computed at once, as on a real cable.
cable() {
	ip link add name cable-a type veth peer name cable-b || exit 1
	cable_end "$1" "$2" cable-a
	cable_end "$3" "$4" cable-b
}
cable_end() { # host interface present-name
	if [ "$1" != lab ]; then
		ip link set dev "$3" netns "${host_process[$1]}" || exit 1
	fi
	on "$1" ip link set dev "$3" name "$2"
	on "$1" ethtool -K "$2" tx off >/dev/null 2>&1
	on "$1" ip link set dev "$2" up
}

# switch [BRIDGE-OPTION...]: one switch in the lab, learning, forwarding at once.
switch() {
	ip link add name switch type bridge forward_delay 0 "$@" || exit 1
	ip link set switch up
}
# plug HOST...: eth0 of each host into port p-HOST of the switch.
plug() {
	local name
	for name; do
		cable "$name" eth0 lab "p-$name"
		ip link set dev "p-$name" master switch
	done
}

mac_of() { # host interface
	on "$1" ip -json link show dev "$2" | jq -r '.[0].address'
}

# ---- processes ---------------------------------------------------------------------------------

# wait_until SECONDS COMMAND...: until it succeeds. Fails when the time is over.
wait_until() {
	local tries=$(($1 * 20))
	shift
	until "$@" 2>/dev/null; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || return 1
		sleep 0.05
	done
}

# start NAME HOST COMMAND...: in the background; output in NAME.out and NAME.err. It dies with this
# script. A shell's background jobs ignore SIGINT: undone here, or no test of it would mean anything.
start() {
	local name=$1 host=$2
	shift 2
	on_exec=exec on "$host" "${dies_with_us[@]}" env --default-signal=INT,QUIT "$@" >"$lab/$name.out" 2>"$lab/$name.err" </dev/null &
	process[$name]=$!
}
running() { kill -0 "${process[$1]}" 2>/dev/null; }
ended() { ! running "$1"; }

# finish NAME SECONDS: waits for the end. Sets $status; 124 if it had to be killed.
finish() {
	local late=
	wait_until "$2" ended "$1" || late=yes
	[ -z "$late" ] || kill -KILL "${process[$1]}"
	wait "${process[$1]}" 2>/dev/null
	status=$?
	[ -z "$late" ] || status=124
	unset "process[$1]"
}
# stop NAME [SIGNAL]: asks it to end, and waits.
stop() {
	kill "-${2:-TERM}" "${process[$1]}" 2>/dev/null
	finish "$1" 10
}

# sniff HOST [FILTER]: process 'sniffer' records eth0 there in HOST-side.pcap, from now on. (tcpdump
# wants to become another user, and in an ordinary user's namespace there is none.)
sniff() {
	local host=$1
	start sniffer "$host" dumpcap -q -P -i eth0 -w "$lab/$host-side.pcap" ${2+-f "$2"}
	wait_until 5 test -s "$lab/$host-side.pcap" || exit 1
}

# ---- phone and tool ----------------------------------------------------------------------------

# image BYTES: makes $image, a synthetic firmware image of about that size.
image() {
	image=$lab/firmware.bin
	"$make_image" "$image" --bytes "$1" --seed 1 >/dev/null || exit 1
}

# phone NAME [OPTION...]: power-on of the phone on eth0 of host NAME. Boot and flashing take moments;
# the loader's own timers run as programmed. What it received is NAME.image.
phone() {
	local name=$1
	shift
	start "$name" "$name" "$spa_sos" simulate -i eth0 --timing nominal --boot-delay 0.3 --flash-time 0.5 \
		--image-out "$lab/$name.image" --overwrite "$@"
}

# recover [OPTION...]: starts the tool on eth0 of host pc as process 'tool', with trace and JSON, and
# waits until it is at work.
recover() {
	[ -e "$lab/pc.before" ] || host_remember pc
	start tool pc "$spa_sos" recover -i eth0 -w "$lab/tool.pcap" --overwrite --json "$@" "$image"
	wait_until 10 test -s "$lab/tool.pcap"
}

json() { jq -r "$1 // empty" "$lab/tool.out" 2>/dev/null; }

# ---- what can be said about it -----------------------------------------------------------------

# count TRACE FILTER: frames that match (tshark's language).
count() { fields "$1" "$2" frame.number | wc -l; }
# fields TRACE FILTER FIELD...: these fields of the frames that match.
fields() {
	local trace=$1 filter=$2
	shift 2
	tshark -n -r "$trace" -Y "$filter" -T fields "${@/#/-e}" 2>/dev/null
}

# Everything about a host that the tool must not change.
host_state() {
	on "$1" bash -c '
		ip -details address | sed "s/ qdisc .*//"
		ip route show table all
		ip rule
		ip maddress
		nft list ruleset
		cat /proc/sys/net/ipv4/conf/*/forwarding' 2>&1
}
host_remember() { host_state "$1" >"$lab/$1.before"; }
host_is_unchanged() { # host [log]
	host_state "$1" >"$lab/$1.after"
	diff -u "$lab/$1.before" "$lab/$1.after" >"${2:-$lab/$1.diff}"
}

# trace_faults TRACE: prints what tshark calls malformed or gives a bad checksum. Fails if there is
# such a frame, or if the trace cannot be read to its end. (The phone asks a group for its file, so
# tshark does not know the DATA for TFTP by itself and would guess at its contents.)
trace_faults() {
	local faults=$lab/faults
	tshark -n -r "$1" -d udp.port==2000,tftp -o ip.check_checksum:TRUE -o udp.check_checksum:TRUE -o tcp.check_checksum:TRUE \
		-Y '_ws.malformed || ip.checksum.status == "Bad" || udp.checksum.status == "Bad" || tcp.checksum.status == "Bad" || igmp.checksum.status == "Bad"' \
		>"$faults" 2>"$faults.err" || { cat "$faults.err"; return 1; }
	cat "$faults"
	[ ! -s "$faults" ]
}

# Where a result is not what was expected: what the tool and the phones said, once per story.
stories_shown=
show_stories() {
	local file
	[ -z "$stories_shown" ] || return 0
	stories_shown=yes
	for file in "$lab"/*.out "$lab"/*.err; do
		[ -s "$file" ] || continue
		echo "# ---- ${file##*/}"
		tap_show "$file"
	done
}
# result SENTENCE COMMAND...: one assertion.
result() {
	local sentence=$1
	shift
	if "$@" >"$lab/result.log" 2>&1; then
		tap_result 0 "$sentence"
	else
		tap_result 1 "$sentence" "$lab/result.log"
		show_stories
		return 1
	fi
}

same_image() { # name
	[ -s "$lab/$1.image" ] && cmp "$image" "$lab/$1.image"
}
equals() { # found wanted
	[ "$1" = "$2" ] || { echo "found '$1', expected '$2'"; return 1; }
}
# one_of FOUND WANTED...
one_of() {
	local found=$1 wanted
	shift
	for wanted; do
		[ "$found" != "$wanted" ] || return 0
	done
	echo "found '$found', expected one of: $*"
	return 1
}

# ended_recovered STORY [SECONDS]: the assertions every complete recovery of host 'phone' must pass.
ended_recovered() {
	finish tool "${2:-60}"
	result "$1: the tool reports a recovered phone" equals "$status $(json .result)" "0 recovered"
	result "$1: the phone received the image byte for byte" same_image phone
	clean_and_unchanged "$1"
}
# ended_failed STORY SECONDS STATUS VERDICT...: the tool gave up with one of these verdicts.
ended_failed() {
	local story=$1 seconds=$2 wanted=$3
	shift 3
	finish tool "$seconds"
	result "$story: the tool ends with status $wanted" equals "$status" "$wanted"
	result "$story: its verdict is $*" one_of "$(json .verdict.id)" "$@"
	result "$story: it says what to do" test -n "$(json .verdict.advice)"
	clean_and_unchanged "$story"
}
# The trace alone, without what the run knew besides, gets the verdict of the run. How a run ended is
# not in it: a trace of an interrupted one is judged as a capture.
same_verdict() {
	local id of_run
	id=$("$spa_sos" diagnose --json "$lab/tool.pcap" 2>/dev/null | jq -r .verdict.id)
	of_run=$(json .verdict.id)
	case $of_run in
	interrupted | timed-out) one_of "$id" capture-too-short no-phone-seen transfer-stalled found request-not-sent ;;
	*) equals "$id" "$of_run" ;;
	esac
}
clean_and_unchanged() {
	[ -z "$(json .verdict.id)" ] || result "$1: the trace gets the verdict of the run" same_verdict
	result "$1: the trace holds no malformed frame and no bad checksum" trace_faults "$lab/tool.pcap"
	result "$1: the PC is as it was before" host_is_unchanged pc /dev/stdout
}

# lab_reset: ends every process and host, for the next story of the same test.
lab_reset() {
	local name
	stories_shown=
	for name in "${!process[@]}"; do
		stop "$name"
	done
	for name in "${!host_process[@]}"; do
		kill -KILL "${host_process[$name]}"
		wait "${host_process[$name]}" 2>/dev/null
		unset "host_process[$name]"
	done
	local port
	for port in $(ip -json link show type veth | jq -r '.[].ifname') switch; do
		ip link delete "$port" 2>/dev/null
	done
	rm -f "$lab"/*.{out,err,image,pcap,before}
}

# direct_cable: a PC and a phone, one cable, no address anywhere.
direct_cable() {
	host pc phone
	cable pc eth0 phone eth0
}

# relayed_cable RELAY-OPTION...: the same with the relay program in the middle; side A is the PC's.
relayed_cable() {
	host pc phone middle
	cable pc eth0 middle a
	cable middle b phone eth0
	relay "$@"
}
relay() { # relay-option...
	start relay middle "$relay_program" "$@" a b
	wait_until 5 grep -q ready "$lab/relay.out" || exit 1
}

# dhcp_server HOST ADDRESS OPTION...: dnsmasq there; it never leaves its rights, as in a namespace of
# an ordinary user there is nobody else to be.
dhcp_server() {
	local host=$1 address=$2
	shift 2
	on "$host" ip address add "$address/24" dev eth0
	start dnsmasq "$host" dnsmasq --no-daemon --conf-file=/dev/null --port=0 --interface=eth0 --bind-interfaces \
		--dhcp-range="${address%.*}.100,${address%.*}.120,1h" --dhcp-leasefile="$lab/leases" --log-dhcp "$@"
	wait_until 5 grep -q DHCP "$lab/dnsmasq.err" || exit 1
}
