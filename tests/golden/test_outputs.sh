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

# ---- started without standard streams: no message gets into a file ----
rm -f closed.pcap open.pcap
"$program" replay trace.pcap -w open.pcap >out 2>err
"$program" replay trace.pcap -w closed.pcap <&- >&- 2>&-
status=$?
frames() { tshark -n -r "$1" 2>/dev/null | wc -l; }
echo "status $status, $(frames open.pcap) and $(frames closed.pcap) frames" >err
[ "$status" -eq 3 ] && [ "$(frames open.pcap)" = "$(frames closed.pcap)" ]
tap_result $? "closed standard streams: status 3, and the trace is whole" err
! grep -aq 'recovered' closed.pcap
tap_result $? "and holds frames only" err

# ---- comments at the proof ----
commented() { tshark -n -r "$1" -Y frame.comment -T fields -e frame.number -e frame.comment 2>err; }
"$program" replay trace.pcap -w annotated.pcapng --annotate --json >out 2>err
[ "$(commented annotated.pcapng | cut -f1 | tr '\n' ' ')" = "$(jq -r '.verdict.evidence[]' out | tr '\n' ' ')" ] &&
	[ "$(commented annotated.pcapng | cut -f2 | sort -u)" = "spa-sos: proof of recovered (certain): The phone was recovered: its normal firmware runs." ]
tap_result $? "--annotate: a comment at each frame that proves the verdict, nowhere else" err
"$program" replay trace.pcap -w plain.pcap >out 2>err
[ "$(tshark -n -r plain.pcap -x 2>err | sha256sum)" = "$(tshark -n -r annotated.pcapng -x 2>err | sha256sum)" ] &&
	[ "$(tshark -n -r plain.pcap -T fields -e frame.time_epoch 2>err | sha256sum)" = "$(tshark -n -r annotated.pcapng -T fields -e frame.time_epoch 2>err | sha256sum)" ]
tap_result $? "frames and times are the same as without" err
"$program" diagnose trace.pcap --redact public.pcapng --annotate >out 2>err
[ "$(commented public.pcapng | cut -f2 | sort -u)" = "spa-sos: proof of recovered (certain)" ] && "$program" diagnose -q public.pcapng >out 2>err
tap_result $? "the redacted copy has comments too, without names" err
refused 2 'write FILE needs|--annotate needs -w FILE' replay trace.pcap --annotate
refused 2 '--annotate and -w - do not go together' replay trace.pcap --annotate -w -
refused 2 '--annotate needs --redact OUT' diagnose trace.pcap --annotate

# ---- an output that cannot be written, and a reader that is gone ----
cp "$top_srcdir/tests/images/good.bin" good.bin
unwritten() { # file command...: on a disk that takes nothing (ulimit(1): files of 0 blocks)
	local file=$1
	shift
	"$@" >"$file.out" 2>/dev/null
	rm -f "$file" "$file.out"
	{ (trap '' XFSZ; ulimit -f 0; "$@" 2>&1; echo "status $?") | cat >"$file.said"; }
	{ cat "$file.said"; ls -l "$file"; } >err 2>&1
	grep -q '^status 3$' "$file.said" && grep -q 'File too large' "$file.said" && [ ! -e "$file" ]
	tap_result $? "on a full disk ${*:2:2}${5+ $4} says so, status 3, and leaves no file" err
}
unwritten full.pcap "$program" replay trace.pcap -w full.pcap
unwritten full.html "$program" diagnose trace.pcap --report full.html
unwritten full-copy.pcap "$program" diagnose trace.pcap --redact full-copy.pcap
unwritten full.bin "$program" image good.bin --extract full.bin
gone() { # command...: nobody reads its standard output
	{ (trap '' PIPE; "$@" 2>err; echo $? >status) | true; }
	[ "$(cat status)" -eq 3 ] && grep -q 'standard output cannot be written' err
	tap_result $? "nobody reads the output of ${*:2}: said, status 3" err
	{ "$@" >/dev/full 2>err; [ $? -eq 3 ] && grep -q 'standard output cannot be written' err; }
	tap_result $? "a full device behind ${*:2}: said, status 3" err
}
for words in 'diagnose trace.pcap' 'diagnose --json trace.pcap' 'replay trace.pcap' 'replay --compare trace.pcap' 'image good.bin' \
	'image --json good.bin' 'interfaces' 'interfaces --json' 'help' 'help recover' '--version' '--help' 'complete recover --' 'simulate --fault help' 'discover -i lo --json' \
	'recover -i lo --json good.bin' 'watch -i lo --json'; do
	# Word splitting is meant.
	# shellcheck disable=SC2086
	gone "$program" $words
done
tap_done
