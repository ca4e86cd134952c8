#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The static programs of a release: tests/release/test_static.sh DIRECTORY (what scripts/release made)
#
# They need a kernel of any age and nothing else; the one for this machine recovers a phone from a
# root directory that holds the program, its image and /proc; the one for 64-bit ARM judges every trace
# as the other does; and whoever wants to change a library can link both anew. For root.
set -u
release=$(cd "$1" && pwd) || exit 2
top_srcdir=$(cd "$(dirname "$0")/../.." && pwd) top_builddir=$release
export top_srcdir top_builddir
. "$top_srcdir/tests/netns/lib.sh"
LAB_SECONDS=900 lab_enter "$release"

here=$(echo "$release"/spa-sos-*-linux-x86_64) there=$(echo "$release"/spa-sos-*-linux-aarch64)
spa_sos=$here
cp "$here" "$lab/native" && cp "$there" "$lab/foreign" || exit 2

small() { [ "$(stat -c %s "$1")" -lt $((8 << 20)) ]; }
needs_nothing() { # program
	! readelf -dW "$1" | grep -E 'NEEDED|RPATH|RUNPATH' && ! readelf -lW "$1" | grep INTERP
}
kernel() { readelf -nW "$1" | sed -n 's/.*OS: Linux, ABI: //p'; }
for program in "$here" "$there"; do
	name=${program##*-linux-}
	result "$name: below 8 MiB" small "$program"
	result "$name: needs no library, no interpreter and no search path" needs_nothing "$program"
	result "$name: position-independent, bound at start" \
		bash -c "readelf -hW '$program' | grep -q 'Type: *DYN' && readelf -dW '$program' | grep -q NOW"
	result "$name: tells nothing of where it was built" bash -c "! strings '$program' | grep -E 'spa-sos-(static|release)\\.|/root/|/home/'"
done
result "x86_64: for kernels from 3.2.0" equals "$(kernel "$here")" 3.2.0
result "aarch64: for kernels from 3.7.0, the first for it" equals "$(kernel "$there")" 3.7.0

# ---- a root directory with nothing else ----
mkdir -p "$lab/stick/proc" && cp "$here" "$lab/stick/spa-sos" &&
	cp "$top_srcdir/tests/images/good.bin" "$lab/stick/good.bin" || exit 2
image=$lab/stick/good.bin
on_stick() { unshare --mount sh -c 'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"' "$lab/stick" "$@"; }
export -f on_stick
direct_cable
phone phone
on pc bash -c 'lab=$0; on_stick /spa-sos recover -i eth0 -w /trace.pcap --json /good.bin' "$lab" >"$lab/tool.out" 2>"$lab/tool.err"
status=$?
result "from a stick: the phone is recovered" equals "$status $(json .result)" "0 recovered"
result "from a stick: byte for byte" same_image phone
on pc bash -c 'lab=$0; on_stick /spa-sos interfaces --json' "$lab" >"$lab/interfaces" 2>&1
result "from a stick: the interfaces are listed" equals "$(jq -r '.interfaces[] | select(.name == "eth0") | .use' "$lab/interfaces")" usable
on_stick /spa-sos diagnose --json /trace.pcap >"$lab/judged" 2>&1
result "from a stick: the trace gets its verdict" equals "$(jq -r .verdict.id "$lab/judged")" recovered

# ---- 64-bit ARM, by emulation ----
arm() { qemu-aarch64-static "$lab/foreign" "$@"; }
cd "$top_srcdir/pcaps" || exit 2
judge() { # output program...
	local output=$1 trace
	shift
	for trace in *.pcap*; do
		"$@" diagnose --json "$trace" 2>&1
		echo "status $?"
	done >"$output"
}
judge "$lab/by-x86_64" "$here"
judge "$lab/by-aarch64" arm
result "aarch64 judges every trace as x86_64 does" cmp "$lab/by-x86_64" "$lab/by-aarch64"
result "which are all there are" equals "$(grep -c ^status "$lab/by-x86_64")" "$(printf '%s\n' *.pcap* | wc -l)"
for file in "$top_srcdir"/tests/images/*.bin; do
	echo "$("$here" image --json "$file" 2>&1) $?" >>"$lab/images-x86_64"
	echo "$(arm image --json "$file" 2>&1) $?" >>"$lab/images-aarch64"
done
result "aarch64 judges every image as x86_64 does" cmp "$lab/images-x86_64" "$lab/images-aarch64"
"$here" replay found.pcap >"$lab/replay-x86_64" 2>&1
arm replay found.pcap >"$lab/replay-aarch64" 2>&1
result "aarch64 replays a trace as x86_64 does" \
	bash -c 'cmp "$0/replay-x86_64" "$0/replay-aarch64" && test -s "$0/replay-aarch64"' "$lab"

# ---- licences ----
cd "$lab" || exit 2
for archive in "$release"/*-licences.tar.xz; do
	machine=${archive%-licences.tar.xz} machine=${machine##*-linux-}
	tar -xf "$archive" || exit 2
	bundle=$(echo "$lab"/*-"$machine"-licences)
	lacking=$(cd "$bundle/relink" && for file in lib*.a; do
		file=${file#lib}
		case ${file%.a} in
		base | command* | engine | image | judge | loader | observe | phone | port | redact | report | run | wire) continue ;;
		pcap | zip | z | bz2 | lz4 | lzma | md | net | jansson | cap-ng | seccomp | zstd) ;;
		*) echo "${file%.a}" && continue ;;
		esac
		ls "$bundle/licences" | grep -qE "^(lib)?${file%.a}(lib)?[0-9g]*$" || echo "${file%.a}"
	done)
	result "$machine: every library is there with its licence" equals "$lacking" ""
	relink() { CC=$machine-linux-gnu-gcc "$bundle/relink/relink"; }
	result "$machine: it can be linked anew" relink
done
result "the program linked anew is the same one" bash -c \
	'"$0"/*-x86_64-licences/relink/spa-sos diagnose --json "$1" | cmp - <("$2" diagnose --json "$1")' \
	"$lab" "$top_srcdir/pcaps/wrong-block.pcap" "$here"
tap_done
