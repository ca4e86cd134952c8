#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Each trace of pcaps/ as other tools, switches and offices would have recorded it (the ways of
# spoil.py): the verdict is right, or weaker, never wrong and certain.

top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
top_builddir=${top_builddir:-$PWD}
. "$top_srcdir/tests/tap.sh"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

"$top_srcdir/tests/golden/spoil.py" all "$scratch/spoiled" "$top_srcdir"/pcaps/*.pcap
ways=$("$top_srcdir/tests/golden/spoil.py" --list | wc -l)
[ "$ways" -gt 0 ] && [ "$(ls "$scratch/spoiled" | wc -l)" = "$ways" ]
tap_result $? "every way was gone"

"$top_srcdir/tests/golden/judge_spoiled.py" "$top_builddir/spa-sos" "$top_srcdir/pcaps" "$scratch/spoiled" \
	>"$scratch/points"
while read -r line; do
	case $line in
	'#'*) echo "$line" ;;
	'ok - '*) tap_result 0 "${line#ok - }" ;;
	*) tap_result 1 "${line#not ok - }" ;;
	esac
done <"$scratch/points"
[ "$(grep -c '^ok' "$scratch/points")" -gt "$ways" ]
tap_result $? "each way was judged"
tap_done
