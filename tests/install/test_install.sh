#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# make install and make uninstall: what is there, what it can do, and that nothing stays.
set -u
top_srcdir=${top_srcdir:?run by make check} top_builddir=${top_builddir:?run by make check}
. "$top_srcdir/tests/tap.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset MAKEFLAGS MAKELEVEL MFLAGS DESTDIR
run_make() { make -s -C "$top_builddir" DESTDIR="$1" "${@:2}" >"$work/log" 2>&1; }
prefix=$(sed -n 's/^prefix = //p' "$top_builddir/Makefile")

run_make "$work/root" install
tap_result $? "make install" "$work/log"
installed=$work/root$prefix
"$installed/bin/spa-sos" --version >"$work/version" 2>"$work/log"
tap_result $? "the installed program runs" "$work/log"

lacking() { # word...
	local name
	for name; do
		find "$work/root" -name "$name" -type f | grep -q . || echo "$name"
	done
}
readme_links=$(grep -oE '\]\([^)#:]+\)|src(set)?="[^":]+"' "$top_srcdir/README.md" | sed -E 's/^\]\(//; s/^src(set)?="//; s/[)"]$//; s,.*/,,')
# Word splitting is meant.
# shellcheck disable=SC2086
lacking spa-sos.8 spa-sos.lua LICENSE CONTRIBUTING.md README.md CHANGELOG.md 'spa-sos-bench@.service' \
	spa-sos-bench $readme_links >"$work/missing"
[ "$(wc -w <<<"$readme_links")" -ge 5 ] && [ ! -s "$work/missing" ]
tap_result $? "everything that README links to is installed, and LICENSE and CONTRIBUTING" "$work/missing"
! grep -rlE '@(bindir|docdir|sysconfdir)@' "$work/root" >"$work/log"
tap_result $? "no place is left unnamed in what was installed" "$work/log"

# What the linker and compiler were told is in the file (readelf(1)); sanitizers want other things.
hardened() {
	readelf -hW "$1" | grep -q 'Type: *DYN' || echo "no position-independent executable"
	readelf -dW "$1" | grep -qE 'FLAGS.*(BIND_NOW|NOW)' || echo "bound lazily"
	readelf -lW "$1" | grep -q GNU_RELRO || echo "relocations stay writable"
	readelf -lW "$1" | grep -qE 'GNU_STACK.* RW ' || echo "executable stack"
	readelf -sW "$1" | grep -q '__stack_chk_fail' || echo "no stack protector"
	readelf -sW "$1" | grep -qE '__(memcpy|snprintf|vsnprintf|fprintf|printf)_chk' || echo "no fortified functions"
}
if ! readelf -sW "$installed/bin/spa-sos" | grep -q __asan; then
	hardened "$installed/bin/spa-sos" >"$work/soft"
	grep -q '^CFLAGS = .*-O[1-9s]' "$top_builddir/Makefile" || sed -i /fortified/d "$work/soft"
	[ ! -s "$work/soft" ]
	tap_result $? "the program is hardened: position, binding, relocations, stack, functions" "$work/soft"
fi

capability=$(PATH=$PATH:/sbin:/usr/sbin getcap "$installed/bin/spa-sos" 2>/dev/null)
if [ "$(id -u)" -eq 0 ] && PATH=$PATH:/sbin:/usr/sbin setcap cap_net_raw=ep "$work/version" 2>/dev/null; then
	[ "$capability" = "$installed/bin/spa-sos cap_net_raw=ep" ]
	tap_result $? "the program got the capability to send, and no other" "$work/log"
else
	tap_skip "the program got the capability to send" "this user may give no capabilities here"
fi
run_make "$work/root" install SETCAP=false && grep -q "sudo setcap cap_net_raw=ep $prefix/bin/spa-sos" "$work/log"
tap_result $? "where no capability can be given, the installation says what to do" "$work/log"

run_make "$work/root" uninstall
tap_result $? "make uninstall" "$work/log"
find "$work/root" ! -type d >"$work/left"
[ -d "$work/root" ] && [ ! -s "$work/left" ]
tap_result $? "nothing is left" "$work/left"
tap_done
