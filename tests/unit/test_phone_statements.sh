#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# docs/protocol.md and the tests of the simulated phone belong together: each statement about the
# phone's behaviour has a test that carries its number, no test carries a number without a statement,
# and no number stands twice.
set -u
top_srcdir=${top_srcdir:?run by make check}
. "$top_srcdir/tests/tap.sh"
tap_plan 4

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
document=$top_srcdir/docs/protocol.md

grep -oE '\*\*P[0-9]+\.[0-9]+\*\* \[phone\]' "$document" | grep -oE 'P[0-9]+\.[0-9]+' |
	sort >"$work/stated"
# Only tests that are run count: the tables of main(), not the functions.
grep -hoE 'cmocka_unit_test\([^)]*' "$top_srcdir"/tests/unit/test_phone*.c -z |
	tr '\0' '\n' | grep -oE 'P[0-9]+_[0-9]+' | tr _ . | sort -u >"$work/tested"

[ "$(wc -l <"$work/stated")" -gt 80 ]
tap_result $? "docs/protocol.md has numbered statements about the phone" "$work/stated"

uniq -d "$work/stated" >"$work/twice"
[ ! -s "$work/twice" ]
tap_result $? "no number stands twice" "$work/twice"

comm -23 <(sort -u "$work/stated") "$work/tested" >"$work/untested"
[ ! -s "$work/untested" ]
tap_result $? "each statement has a test with its number" "$work/untested"

comm -13 <(sort -u "$work/stated") "$work/tested" >"$work/unstated"
[ ! -s "$work/unstated" ]
tap_result $? "each number in a test's name has its statement" "$work/unstated"
