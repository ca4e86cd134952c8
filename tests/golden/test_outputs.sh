#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Outputs are safe: a file that exists is left as it is, an input is never written over, not even
# with --overwrite; pipes and devices pass.
set -u
. "${top_srcdir:?run by make check}/tests/tap.sh"
program=$(realpath "$top_builddir/spa-sos")
source=$(realpath "$top_srcdir")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/here" && cd "$scratch/here" || exit 1
cp "$source/pcaps/recovered.pcap" trace.pcap
"$program" diagnose trace.pcap --extract-image image.bin >out 2>err
[ -s image.bin ] && "$program" image -q image.bin >/dev/null
tap_result $? "a file that does not exist is made" err
ln trace.pcap another-name.pcap
ln -s trace.pcap link.pcap

contents() { find . -type f ! -name log ! -name out ! -name err -exec sha256sum {} + | sort; }
# refused STATUS PATTERN ARGUMENT...: nothing is changed, nothing is read.
refused() {
	local wanted=$1 pattern=$2 status
	shift 2
	contents >../before.$$
	"$program" "$@" >out 2>err </dev/null
	status=$?
	contents >../after.$$
	{
		echo "status $status, expected $wanted"
		cat err
		diff ../before.$$ ../after.$$
	} >log
	[ "$status" -eq "$wanted" ] && grep -qE -e "$pattern" err && [ ! -s out ] && [ "$(wc -l <log)" -le 2 ]
	tap_result $? "spa-sos $*: status $wanted, $pattern" log
	rm -f ../before.$$ ../after.$$
}
echo 'not yours' >kept
exists='kept exists already and is left as it is; name a new file, or say --overwrite'
refused 3 "$exists" diagnose trace.pcap --report kept
refused 3 "$exists" diagnose trace.pcap --redact kept
refused 3 "$exists" diagnose trace.pcap --extract-image kept
refused 3 "$exists" image image.bin --extract kept
refused 3 "$exists" replay trace.pcap -w kept
refused 3 "$exists" simulate -i nosuch0 --image-out kept
refused 3 "$exists" simulate -i nosuch0 -w kept
refused 3 "$exists" recover -i nosuch0 -w kept image.bin
refused 3 "$exists" discover -i nosuch0 -w kept
refused 3 "$exists" watch -i nosuch0 -w kept
is_input='is an input of this command and cannot be its output as well'
refused 2 "$is_input" diagnose trace.pcap --redact trace.pcap
refused 2 "$is_input" diagnose trace.pcap --overwrite --redact trace.pcap
refused 2 "$is_input" diagnose trace.pcap --overwrite --redact another-name.pcap
refused 2 "$is_input" diagnose link.pcap --overwrite --report trace.pcap
refused 2 "$is_input" image image.bin --overwrite --extract image.bin
refused 2 "$is_input" replay trace.pcap --overwrite -w trace.pcap
refused 2 "$is_input" replay trace.pcap --image image.bin --overwrite -w image.bin
refused 2 "$is_input" recover -i nosuch0 --overwrite -w image.bin image.bin
echo CBT14110001 >list
refused 2 "$is_input" recover -i nosuch0 --phones list --overwrite -w list image.bin
refused 2 'new.out is named for two outputs' diagnose trace.pcap --report new.out --redact new.out

"$program" diagnose trace.pcap --report kept --overwrite >out 2>err && grep -q '<html' kept
tap_result $? "--overwrite writes over a file of its own" err
"$program" diagnose trace.pcap --redact /dev/null >out 2>err
tap_result $? "a device is no file that could be lost" err
mkfifo pipe
cat pipe >from-pipe &
"$program" replay trace.pcap -w pipe >out 2>err
tcpdump -nr from-pipe 2>/dev/null | grep -q . || "$program" diagnose -q from-pipe >>out 2>&1
[ $? -le 6 ] && [ -s from-pipe ]
tap_result $? "a pipe is written to" err
"$program" replay trace.pcap --json >out 2>err
jq -e '.verdict.evidence | length == 0' out >/dev/null
tap_result $? "where no trace was kept there are no frame numbers" out
"$program" replay trace.pcap >out 2>err
! grep -q 'Evidence' out
tap_result $? "not in the text either" out
tap_done
