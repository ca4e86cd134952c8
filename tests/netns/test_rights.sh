#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# What each command may do: whose it is, which capabilities it holds at which moment, which system
# calls it makes once its filter stands, and which files it opens for whom.
LAB_SECONDS=400
. "${top_srcdir:?run by make check}/tests/netns/lib.sh"
lab_enter "$@"

# The filter is not part of builds with sanitizers: a plain one is made for this.
if nm -D --undefined-only "$spa_sos" | grep -q __asan; then
	mkdir plain
	(cd plain && "$(realpath "$top_srcdir")/configure" CFLAGS=-O0 && make -s -j"$(nproc)" spa-sos) >plain.log 2>&1 ||
		{ tap_result 1 "a build without sanitizers" plain.log; tap_done; exit; }
	spa_sos=$lab/plain/spa-sos
fi
has_users() { [ "$(awk '{ users += $3 } END { print (users > 65534) }' /proc/self/uid_map)" = 1 ]; }
traces=$(realpath "$top_srcdir/pcaps")
trace=$traces/another-tool.pcap
image 100000
host pc phone
cable pc eth0 phone eth0

# ---- system calls ----

# Calls that reading takes, and those that come with outputs, with the keeper, with sending. A new
# one is a question to be answered: why does this command need it?
reading='read write close fstat newfstatat lseek mmap munmap mprotect mremap brk openat fcntl ioctl dup getrandom rt_sigaction rt_sigprocmask rt_sigreturn sysinfo exit_group'
writing='ftruncate rename renameat2 unlink poll'
asking='sendto recvmsg'
sending='sched_yield sendto recvmsg recvfrom poll ppoll getsockopt setsockopt clock_gettime restart_syscall pread64'
looking='socket bind getsockname sendto recvmsg access faccessat'

# calls DIRECTORY: what the program itself did after its filter, and what was refused.
calls() {
	local file
	for file in "$1"/st.*; do
		grep -q '^seccomp(SECCOMP_SET_MODE_FILTER' "$file" || continue # another program
		grep -q 'PR_SET_PDEATHSIG, SIGKILL' "$file" && continue        # the keeper
		awk '/^seccomp\(SECCOMP_SET_MODE_FILTER.* = 0$/ { stands = 1; next } stands' "$file"
	done | grep -E '^[a-z_0-9]+\('
}
# only LIST NAME COMMAND...: it makes these calls and no others, and none is refused.
only() {
	local list=$1 name=$2
	shift 2
	rm -rf "$lab/strace"
	mkdir "$lab/strace"
	on "${only_on-pc}" strace -ff -qq -o "$lab/strace/st" "$@" >"$lab/out" 2>"$lab/err" </dev/null
	calls "$lab/strace" >"$lab/calls"
	sed 's/(.*//' "$lab/calls" | sort -u >"$lab/made"
	printf '%s\n' $list | sort -u >"$lab/allowed"
	{ comm -23 "$lab/made" "$lab/allowed"; grep EPERM "$lab/calls"; } >"$lab/unexpected"
	grep -qx exit_group "$lab/made" && [ ! -s "$lab/unexpected" ]
	tap_result $? "$name: only the calls that it is known to make" "$lab/unexpected"
}
if strace -qq -o /dev/null true 2>/dev/null; then
	only "$reading $asking" "diagnose" "$spa_sos" diagnose "$trace"
	only "$reading $asking" "diagnose --json of a compressed capture" "$spa_sos" diagnose --json "$traces/another-tool.pcap"
	only "$reading $asking pread64 futex" "diagnose -j 2" "$spa_sos" diagnose -j 2 --json-lines "$traces"/d*.pcap
	only "$reading $asking $writing" "diagnose with every output" "$spa_sos" diagnose --report page.html --redact copy.pcap --annotate "$trace"
	only "$reading $asking" "image" "$spa_sos" image "$image"
	only "$reading $asking $writing" "image --extract" "$spa_sos" image --extract "$lab/extracted" "$image"
	only "$reading $asking $writing" "replay" "$spa_sos" replay -w again.pcap "$trace"
	only "$reading $looking" "interfaces" "$spa_sos" interfaces
	only "$reading $looking $asking $writing" "recover --dry-run" "$spa_sos" recover --dry-run -w dry.pcap -i eth0 "$image"
	only "$reading $writing $sending $asking" "discover" "$spa_sos" discover -i eth0 -t 1
	only "$reading $writing $sending $asking" "watch" "$spa_sos" watch -i eth0 -t 1
	phone phone --count 2
	printf 'CBT14110001\nCBT14110002\n' >wanted
	only "$reading $writing $sending $asking" "recover of a list, with an annotated trace" \
		"$spa_sos" recover -i eth0 --dhcp always --phones wanted -w whole.pcap --annotate "$image"
	result "and it recovered them" equals "$(grep -c ',recovered,' wanted.result.csv) $(od -An -tx1 -N4 whole.pcap)" "2  0a 0d 0d 0a"
	stop phone
	start tool pc "$spa_sos" recover -i eth0 --dhcp always -t 20 "$image"
	only_on=phone only "$reading $writing $sending $asking" "simulate" \
		timeout --foreground -s INT 10 "$spa_sos" simulate -i eth0 --timing nominal --boot-delay 0.3 --flash-time 0.5 --image-out got.bin
	finish tool 30
	result "and its phone was recovered" equals "$status" 0
	start tool pc "$spa_sos" recover -i eth0 --dhcp always -t 20 "$image"
	only "$reading $writing $sending $asking" "replay -i" timeout --foreground -s INT 20 "$spa_sos" replay "$traces/recovered.pcap" -i eth0
	stop tool INT
else
	tap_skip "the system calls of each command" "strace cannot trace here"
fi

# ---- identity and capabilities ----

of() { awk -v name="$2:" '$1 == name { print $2, $3, $4, $5 }' "/proc/$1/status"; }
rights_are() { # pid uid effective permitted filtered
	[ "$(of "$1" Uid)" = "$2 $2 $2 $2" ] && [ "$(of "$1" CapEff)" = "$3   " ] &&
		[ "$(of "$1" CapPrm)" = "$3   " ] && [ "$(of "$1" CapInh)" = "0000000000000000   " ] &&
		[ "$(of "$1" NoNewPrivs)" = "$4   " ] && [ "$(of "$1" Seccomp)" = "$5   " ] ||
		{ grep -E '^(Uid|Cap|NoNew|Secc)' "/proc/$1/status"; return 1; }
}
nothing=0000000000000000 raw=0000000000002000
if has_users; then nobody=$(id -u nobody); else nobody=0; fi

mkfifo endless
start reader pc "$spa_sos" diagnose endless
exec 9>endless
head -c 100 "$trace" >&9
wait_until 5 grep -q 'Seccomp:.2' "/proc/${process[reader]}/status"
result "diagnose reads as nobody, without any capability, behind a filter" \
	wait_until 5 rights_are "${process[reader]}" "$nobody" $nothing 1 2
exec 9>&-
finish reader 10

on phone ip link set eth0 down
start tool pc "$spa_sos" recover -i eth0 "$image"
wait_until 5 grep -q 'waiting for a link' "$lab/tool.err"
result "waiting for a link: the right to send, and nothing else" \
	wait_until 5 rights_are "${process[tool]}" "$nobody" $raw 0 0
on phone ip link set eth0 up
wait_until 5 grep -q 'Power-cycle' "$lab/tool.err"
result "with the interface open: nothing at all" \
	wait_until 5 rights_are "${process[tool]}" "$nobody" $nothing 1 2
keeper=$(pgrep -P "${process[tool]}")
rm -f spa-sos-2*.pcap
stop tool INT
if has_users; then
	result "plain root: the trace of a failed run is root's, in the current directory" \
		equals "$(stat -c '%U %a' spa-sos-*.pcap)" "root 600"
	result "and nothing is left where it was" equals "$(find "$lab" -maxdepth 1 -name 'spa-sos-??????.pcap')" ""
	result "the process that stayed root ends with it" wait_until 5 test -n "$keeper" -a ! -e "/proc/$keeper"
else
	tap_skip "plain root's files" "one user in this namespace"
fi

# ---- one user in the namespace ----
unshare --map-root-user --net "$spa_sos" diagnose -v "$trace" >"$lab/out" 2>"$lab/err"
result "a namespace with one user: told with -v, and the run goes on" \
	test -s "$lab/out" -a "$(grep -c 'this user namespace has no user .*without capabilities' "$lab/err")" = 1
unshare --map-root-user --net "$spa_sos" diagnose "$trace" >"$lab/out" 2>"$lab/err"
result "and without -v nothing is said" test -s "$lab/out" -a ! -s "$lab/err"

# ---- sudo is no key to root's files ----
sudo_as() { on pc env SUDO_UID=65534 SUDO_GID=65534 "$@"; }
if has_users; then
	mkdir -m 755 roots users
	mkdir -m 777 users/own
	chmod 755 "$lab"
	chmod 644 "$image"
	echo 'root:$6$secret' >roots/shadow
	echo precious >roots/file
	cp "$trace" roots/trace.pcap
	cp "$image" roots/image.bin
	chmod 600 roots/*
	sum=$(cat roots/* | md5sum)
	refused() { # sentence command...
		local sentence=$1
		shift
		sudo_as "$spa_sos" "$@" >"$lab/out" 2>"$lab/err"
		grep -q 'Permission denied' "$lab/err" && ! grep -q 'secret\|precious' "$lab/out" "$lab/err" &&
			[ "$(cat roots/* | md5sum)" = "$sum" ] && [ "$(ls roots)" = "$(printf '%s\n' file image.bin shadow trace.pcap)" ]
		tap_result $? "under sudo: $sentence" "$lab/err"
	}
	refused "-w cuts no file of root's" recover -i eth0 -t 1 --overwrite -w roots/file "$image"
	refused "-w creates none in root's folder" recover -i eth0 -t 1 -w roots/new "$image"
	refused "--phones reads none" recover -i eth0 -t 1 --phones roots/shadow "$image"
	refused "nor does IMAGE" recover -i eth0 -t 1 roots/image.bin
	refused "nor the image command" image roots/image.bin
	refused "nor TRACE" diagnose roots/trace.pcap
	refused "nor replay" replay roots/trace.pcap
	refused "--report creates none" diagnose --report roots/page.html "$trace"
	refused "--redact overwrites none" diagnose --overwrite --redact roots/file "$trace"
	refused "--extract creates none" image --extract roots/new "$image"
	cd users/own || exit 1
	cp "$trace" . && chmod 644 another-tool.pcap
	sudo_as "$spa_sos" diagnose --report page.html --redact copy.pcap another-tool.pcap >/dev/null 2>&1
	sudo_as "$spa_sos" image --extract extracted "$image" >/dev/null 2>&1
	printf 'CBT14110001\n' >list && chmod 644 list
	sudo_as env TMPDIR="$lab/users/own" "$spa_sos" recover -i eth0 -t 1 --phones list "$image" >"$lab/out" 2>"$lab/err"
	cd "$lab" || exit 1
	result "under sudo: every output is the invoking user's" \
		equals "$(stat -c '%u %g %n' users/own/{page.html,copy.pcap,extracted,list.result.csv,spa-sos-*.pcap} | sed 's,users/own/,,; s/spa-sos-.*/trace/')" \
		"$(printf '65534 65534 %s\n' page.html copy.pcap extracted list.result.csv trace)"
	(umask 077; cd users/own && rm -f page.html copy.pcap && sudo_as "$spa_sos" diagnose --report page.html --redact copy.pcap another-tool.pcap) >/dev/null 2>&1
	result "umask holds for outputs" equals "$(stat -c %a users/own/{page.html,copy.pcap} | sort -u)" 600
else
	tap_skip "files under sudo" "one user in this namespace"
fi
tap_done
