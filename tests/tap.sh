# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# TAP for shell tests: tap_plan N (or tap_done at the end), tap_result STATUS SENTENCE [LOG],
# tap_skip SENTENCE REASON, tap_skip_all REASON. LOG is shown below a result that is not ok.

tap_count=0
tap_failures=0
tap_planned=

tap_plan() {
	tap_planned=$1
	echo "1..$1"
}

tap_result() {
	tap_count=$((tap_count + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $tap_count - $2"
		return 0
	fi
	echo "not ok $tap_count - $2"
	tap_failures=$((tap_failures + 1))
	[ -z "${3-}" ] || tap_show "$3"
	return 1
}

# Shows the end of a file as diagnostics.
tap_show() {
	[ -f "$1" ] && tail -n 60 "$1" | sed 's/^/# /'
}

tap_skip() {
	tap_count=$((tap_count + 1))
	echo "ok $tap_count - $1 # SKIP $2"
}

tap_skip_all() {
	echo "1..0 # SKIP $1"
	exit 0
}

# Prints the plan if there was none, and ends the test.
tap_done() {
	[ -n "$tap_planned" ] || echo "1..$tap_count"
	[ "$tap_failures" -eq 0 ]
	exit
}
