#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# A new user's walk: tests/release/test_bare.sh DIRECTORY (what scripts/release made)
#
# A bare Debian 12 in a directory, with nothing but its essential packages; the .deb is installed there
# as README says, a simulated phone is recovered (the package's own test, debian/tests), and what is left
# after the package was removed. Says how long it took. For root.
set -u
release=$(cd "$1" && pwd) || exit 2
top_srcdir=$(cd "$(dirname "$0")/../.." && pwd)
. "$top_srcdir/tests/tap.sh"
. "$top_srcdir/scripts/debian-root"
# In a mount namespace of its own: what is mounted goes with it.
[ -n "${BARE_INSIDE-}" ] || BARE_INSIDE=1 exec unshare --mount bash "$0" "$@"

work=$(mktemp -d "${TMPDIR:-/tmp}/spa-sos-bare.XXXXXX") || exit 2
root=$work/debian
trap 'umount "$root/proc" "$root/sys" 2>/dev/null; rm -rf --one-file-system "$work"' EXIT
result() { # sentence command...
	local sentence=$1
	shift
	"$@" >"$work/log" 2>&1 </dev/null
	tap_result $? "$sentence" "$work/log"
}
inside() { env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C DEBIAN_FRONTEND=noninteractive chroot "$root" "$@"; }

bare_debian() {
	debian_mirrors | grep '^deb ' >"$work/mirrors" &&
		mmdebstrap --quiet --variant=apt --mode=root --architectures=amd64 bookworm "$root" "$work/mirrors" &&
		cp /etc/resolv.conf "$root/etc/resolv.conf" && mount -t proc proc "$root/proc" && mount -t sysfs sysfs "$root/sys"
}
result "a bare Debian 12" bare_debian || { tap_done; exit; }
result "has nothing of what the program needs" bash -c '! ls "$0"/usr/lib/*/libpcap* "$0"/usr/lib/*/libnet.* 2>/dev/null' "$root"
inside find / -xdev -path /proc -prune -o -path /var -prune -o -path /tmp -prune -o -type f -print | sort >"$work/before"

started=$SECONDS
cp "$release"/spa-sos_*.deb "$root/tmp" && chmod a+r "$root"/tmp/*.deb
result "apt install ./spa-sos_*.deb" inside sh -c 'apt-get -q update && cd /tmp && apt-get -qy install ./spa-sos_*.deb'
seconds_install=$((SECONDS - started))
result "the program runs, and says what to do next" inside sh -c 'spa-sos 2>&1 | grep -q "^usage: spa-sos"'
result "apt-get install of what the package's test wants" inside apt-get -qy install --no-install-recommends iproute2 jq passwd util-linux

mkdir -p "$root/tmp/tree/tests/images" "$root/tmp/tree/pcaps" "$root/tmp/tree/debian/tests" &&
	cp "$top_srcdir/tests/images/good.bin" "$root/tmp/tree/tests/images" &&
	cp "$top_srcdir/pcaps/no-dhcp.pcap" "$root/tmp/tree/pcaps" && cp "$top_srcdir/debian/tests/recover" "$root/tmp/tree/debian/tests" || exit 2
started=$SECONDS
inside bash /tmp/tree/debian/tests/recover >"$work/recover.log" 2>&1
status=$?
while IFS= read -r line; do
	case $line in
	"ok - "*) tap_result 0 "in the bare Debian: ${line#ok - }" ;;
	"not ok - "*) tap_result 1 "in the bare Debian: ${line#not ok - }" "$work/recover.log" ;;
	esac
done <"$work/recover.log"
tap_result "$status" "the package's own test" "$work/recover.log"
[ "$(grep -c '^ok - ' "$work/recover.log")" -ge 9 ]
tap_result $? "of nine things at least" "$work/recover.log"
echo "# installed in $seconds_install s, both recoveries and the rest in $((SECONDS - started)) s"

result "manual, completion and dissector are in their places" inside sh -c '
	dpkg -L spa-sos >/tmp/files && for wanted in /usr/share/man/man8/spa-sos.8.gz \
		/usr/share/bash-completion/completions/spa-sos /usr/share/zsh/vendor-completions/_spa-sos \
		/usr/share/fish/vendor_completions.d/spa-sos.fish wireshark/plugins/spa-sos.lua; do
		grep "$wanted" /tmp/files >/dev/null || { echo "lacks $wanted"; exit 1; }
	done'
result "apt-get purge" inside sh -c 'apt-get -qy purge spa-sos && ! command -v spa-sos'
inside find / -xdev -path /proc -prune -o -path /var -prune -o -path /tmp -prune -o -type f -print | sort >"$work/after"
comm -13 "$work/before" "$work/after" | grep -i 'spa-sos' >"$work/left"
[ ! -s "$work/left" ]
tap_result $? "leaves nothing of it behind" "$work/left"
tap_done
