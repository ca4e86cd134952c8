#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The permanent bench: the unit is closed, systemd understands it, and it asks the program for what
# the program knows.
set -u
top_srcdir=${top_srcdir:?run by make check} top_builddir=${top_builddir:?run by make check}
. "$top_srcdir/tests/tap.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1

unit=$top_builddir/scripts/systemd/spa-sos-bench@.service
if command -v systemd-analyze >/dev/null; then
	systemd-analyze security --offline=true --threshold=20 --no-pager "$unit" >log 2>&1
	status=$?
	tail -n 1 log >last && mv last log
	[ "$status" -eq 0 ] && grep -qE 'exposure level .* [01]\.[0-9]' log
	tap_result $? "the unit is closed: systemd's exposure level is below 2.0" log
	# Words that systemd does not know are warnings only; the program is not installed here.
	sed 's,^ExecStart=[^ ]*,ExecStart=/bin/true,' "$unit" >spa-sos-bench@.service
	systemd-analyze verify --man=no "$work/spa-sos-bench@.service" >log 2>&1
	! grep -q 'spa-sos-bench@' log
	tap_result $? "systemd understands every word of the unit" log
else
	tap_skip "the unit is closed" "systemd-analyze is not installed"
	tap_skip "systemd understands every word of the unit" "systemd-analyze is not installed"
fi
# What the service runs is what the program knows.
grep '^ExecStart=' "$unit" | grep -oE -- '--[a-z-]+' >options
[ "$(wc -l <options)" -ge 4 ] && ! comm -23 <(sort -u options) <("$top_builddir/spa-sos" recover --help | grep -oE -- '--[a-z-]+' | sort -u) |
	tee log | grep -q .
tap_result $? "the unit uses options that the program has" log
tap_done
