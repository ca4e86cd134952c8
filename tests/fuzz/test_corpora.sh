#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Every corpus of the repository through its fuzz target, each file with some hundred damaged copies.
set -u
. "${top_srcdir:?run by make check}/tests/tap.sh"
corpus=$top_srcdir/tests/fuzz/corpus
log=$(mktemp)
trap 'rm -f "$log"' EXIT
scripts=$(mktemp -d)
trap 'rm -rf "$log" "$scripts"' EXIT
"$top_builddir/tests/unit/test_station_mutations" "$scripts" # one of each trace and configuration
export MUTATIONS
for target in options archive image phones phone; do
	files=("$corpus/$target"/*) MUTATIONS=300
	[ "$target" != image ] || files=("$top_srcdir"/tests/images/*.bin)
	[ "$target" != phone ] || { files=("$scripts"/*-2 "$corpus/phone"/*) MUTATIONS=20; }
	"${top_builddir:?run by make check}/tests/fuzz/replay_$target" "${files[@]}" >"$log" 2>&1
	[ $? -eq 0 ] && [ "${#files[@]}" -ge 5 ] && [ "$(grep -c '^ok' "$log")" -eq "${#files[@]}" ]
	tap_result $? "$target: ${#files[@]} files and their damaged copies" "$log"
done
tap_done
