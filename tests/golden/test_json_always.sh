#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# With --json there is exactly one document on standard output for every end of every command, and
# it keeps to docs/report.schema.json: errors of the command line, of files and of the interface.
set -u
. "${top_srcdir:?run by make check}/tests/tap.sh"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
program=$(realpath "$top_builddir/spa-sos")
cd "$top_srcdir/pcaps" || exit 1
echo nonsense >"$scratch/nonsense"

number=0
# end STATUS JQ-CONDITION ARGUMENT...
end() {
	local wanted=$1 condition=$2
	shift 2
	number=$((number + 1))
	"$program" "$@" --json >"$scratch/$number.json" 2>"$scratch/errors" </dev/null
	local status=$?
	{
		echo "status $status, expected $wanted; $condition"
		cat "$scratch/$number.json" "$scratch/errors"
	} >"$scratch/log"
	[ "$status" -eq "$wanted" ] && jq -e "$condition" "$scratch/$number.json" >/dev/null 2>>"$scratch/log"
	tap_result $? "spa-sos $* --json: status $wanted, $condition" "$scratch/log"
}

error='has("result") | not'
end 2 ".error.kind == \"usage\" and ($error)" recover -i eth0
end 2 '.error.expected == "a whole number from 1 to 64, or auto"' recover -i eth0 --parallel x a.bin
end 2 '.error.text | contains("no option")' diagnose --bogus
end 2 '.error.text | contains("no interface given")' discover
end 2 '.error.kind == "usage"' watch -i eth0 one-too-many
end 2 '.error.kind == "usage"' simulate
end 2 '.error.kind == "usage"' replay
end 2 '.error.kind == "usage"' image
end 2 '.error.kind == "usage"' interfaces --bogus
end 2 '.error.text | contains("contradict")' recover -i eth0 --all -s CBT14110001 a.bin
end 2 '.error.kind == "usage"' diagnose --filter 'no such filter' found.pcap
end 3 '.error.kind == "environment"' discover -i nosuch0
end 3 '.error.kind == "environment"' simulate -i nosuch0
end 3 '.error.kind == "environment"' watch -i nosuch0
end 3 '.error.kind == "environment"' replay found.pcap -i nosuch0
end 4 '.error.kind == "input"' diagnose "$scratch/nonsense"
end 4 '.error.kind == "input"' diagnose "$scratch/no such file"
end 4 '.error.kind == "input"' replay "$scratch/nonsense"
end 4 '.error.kind == "input"' replay no-phone-seen.pcap
end 4 '.error.kind == "input"' image "$scratch/no such file"
end 4 '.error.kind == "input"' recover -i nosuch0 "$scratch/no such file"
end 4 '.result == "invalid" and .refusal.id' image "$scratch/nonsense"
end 4 '.result == "invalid" and (.traces | length) == 2 and .traces[0].error.kind == "input"' diagnose "$scratch/nonsense" found.pcap
end 0 '.result == "found"' diagnose found.pcap
end 5 '.result == "nothing-found"' diagnose no-phone-seen.pcap
end 0 '.result == "found" and .command == "replay"' replay found.pcap
end 1 '.result == "failed" and (.comparison.differences | length) > 0' replay --compare recovered.pcap
end 0 '.result == "valid" and .comparison.recorded == .comparison.now' replay --compare spa-sos-recovered.pcap
# Whatever interfaces this machine has.
"$program" interfaces --json >"$scratch/interfaces.json" 2>"$scratch/errors"
[ $? -le 5 ] && jq -e .result "$scratch/interfaces.json" >/dev/null
tap_result $? "spa-sos interfaces --json: a document with a result" "$scratch/errors"

"$top_srcdir/tests/check_schema.py" "$top_srcdir/docs/report.schema.json" "$scratch/24.json" "$scratch"/*.json >"$scratch/log" 2>&1
tap_result $? "every document keeps to docs/report.schema.json" "$scratch/log"
tap_done
