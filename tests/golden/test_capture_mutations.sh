#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Capture files in each way of spoil.py, damaged in many ways, are read, judged, reported and
# redacted without a fault (tests/unit/test_capture_mutations).

top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
top_builddir=${top_builddir:-$PWD}
. "$top_srcdir/tests/tap.sh"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

"$top_srcdir/tests/golden/spoil.py" all "$scratch/captures" \
	"$top_srcdir"/pcaps/{recovered,dhcp-late,several-phones,busy-with-url-http}.pcap
CAPTURES=$scratch/captures "$top_builddir/tests/unit/test_capture_mutations" >"$scratch/log" 2>&1
tap_result $? "damaged captures in every container, link layer and tunnel are read safely" "$scratch/log"
tap_done
