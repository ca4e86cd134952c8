#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The manual page and the other pages know what the program knows: every command, option and verdict,
# and no option that does not exist.
set -u
top_srcdir=${top_srcdir:?run by make check} top_builddir=${top_builddir:?run by make check}
. "$top_srcdir/tests/tap.sh"
tap_plan 13

spa_sos=$top_builddir/spa-sos
manual=$top_srcdir/docs/spa-sos.8
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

commands=$("$spa_sos" --help | sed -nE 's/^  ([a-z]+) .*/\1/p')
[ "$(wc -w <<<"$commands")" -ge 8 ]
tap_result $? "the program lists its commands"

# lines_missing WANTED FOUND LOG: fails if a line of the first is not in the second.
lines_missing() { ! comm -23 <(sort -u "$1") <(sort -u "$2") | tee "$3" | grep -q .; }

tr ' ' '\n' <<<"$commands" >"$work/commands"
sed -nE 's/^\.It Cm ([a-z]+)$/\1/p' "$manual" >"$work/documented-commands"
sed -i '/^help$/d' "$work/commands"
lines_missing "$work/commands" "$work/documented-commands" "$work/missing"
tap_result $? "the manual page describes every command" "$work/missing"

for command in $commands; do
	[ "$command" = help ] || "$spa_sos" "$command" --help
done | grep -oE '^ +(-[a-zA-Z], )?--[a-z-]+' | grep -oE -- '--[a-z-]+' >"$work/options"
grep -oE '(Fl|,) -[a-z-]+' "$manual" | sed -E 's/^(Fl|,) -/--/' >"$work/documented-options"
lines_missing "$work/options" "$work/documented-options" "$work/missing"
tap_result $? "the manual page describes every option" "$work/missing"
for command in $commands; do "$spa_sos" help "$command"; done |
	sed -nE 's/^ +(-[a-zA-Z], )?--([a-z-]+)( ([^ ]+))?(  .*)?$/\2 \4/p' | sed 's/[^A-Za-z -]//g' | sort -u >"$work/values"
sed -nE 's/^\.It Fl //p' "$manual" | sed 's/ , Fl /\n/g' | sed -nE 's/^([a-zA-Z] , )?-([a-z-]+)(.*)$/\2\n\3/p' |
	while IFS= read -r name && IFS= read -r value; do
		echo "$name $(sed -E 's/ (Ar|Cm|Op|Ns|Fl)\>//g; s/[^A-Za-z-]//g' <<<"$value")"
	done >"$work/documented-values"
[ "$(wc -l <"$work/values")" -ge 48 ] && lines_missing "$work/values" "$work/documented-values" "$work/missing"
tap_result $? "the manual page and the help name values alike" "$work/missing"

echo --version >>"$work/options"
lines_missing "$work/documented-options" "$work/options" "$work/missing"
tap_result $? "the manual page describes no option that does not exist" "$work/missing"

sed -nE 's/^ +\{VERDICT_[A-Z_]+, "([a-z-]+)".*/\1/p' "$top_srcdir/src/judge/catalogue.c" >"$work/verdicts"
sed -nE 's/^\.It Cm ([a-z-]+)$/\1/p' "$manual" >"$work/documented-verdicts"
[ "$(wc -l <"$work/verdicts")" -ge 48 ] && lines_missing "$work/verdicts" "$work/documented-verdicts" "$work/missing"
tap_result $? "the manual page has a paragraph for every verdict" "$work/missing"

sed -nE 's/^### ([a-z-]+)$/\1/p' "$top_srcdir/docs/verdicts.md" >"$work/documented-verdicts"
lines_missing "$work/verdicts" "$work/documented-verdicts" "$work/missing" &&
	lines_missing "$work/documented-verdicts" "$work/verdicts" "$work/missing"
tap_result $? "docs/verdicts.md has a section for every verdict, and for nothing else" "$work/missing"

"$top_builddir/tests/support/list_verdicts" | "$top_srcdir/scripts/verdict-pages" --check "$top_srcdir" >"$work/missing" 2>&1
tap_result $? "the sentences of docs/verdicts.md and the manual page are the catalogue's" "$work/missing"

# Links to files that are not there, of every page.
for page in "$top_srcdir"/*.md "$top_srcdir"/docs/*.md; do
	grep -oE '\]\([^)#]+' "$page" | sed 's/^](//; /:/d' | while IFS= read -r link; do
		[ -e "$(dirname "$page")/$link" ] || echo "$page: $link"
	done
done >"$work/missing"
[ ! -s "$work/missing" ]
tap_result $? "no page links to a file that is not there" "$work/missing"

# What README shows of a diagnosis, line by line. (Its recovery is checked in tests/netns.)
shown='$ spa-sos diagnose pcaps/no-dhcp.pcap'
sed -n 's/^    //p; s/^$//p' "$top_srcdir/README.md" | awk -v shown="$shown" '
	on && /^$/ { exit } on { print } $0 == shown { on = 1 }' >"$work/shown"
(cd "$top_srcdir" && "$spa_sos" diagnose pcaps/no-dhcp.pcap) >"$work/real" 2>&1
[ "$(wc -l <"$work/shown")" -ge 5 ] && diff "$work/shown" <(head -n "$(wc -l <"$work/shown")" "$work/real") >"$work/missing"
tap_result $? "README shows a diagnosis as it is" "$work/missing"

# The head of scripts/bench promises; each name is either measured or answered with the usage.
promised=$(sed -n 's/^# Measures: scripts\/bench//p' "$top_srcdir/scripts/bench" | tr -d '[]')
known=$(sed -n 's/^benches=(\(.*\))$/\1/p' "$top_srcdir/scripts/bench")
[ "$(wc -w <<<"$promised")" -ge 5 ] && diff <(tr ' ' '\n' <<<"$promised" | sed '/^$/d' | sort) <(tr ' ' '\n' <<<"$known" | sort) >"$work/missing" &&
	for bench in $promised; do grep -q "^bench_$bench()" "$top_srcdir/scripts/bench" || echo "$bench" >>"$work/missing"; done &&
	[ ! -s "$work/missing" ]
tap_result $? "scripts/bench measures what its head promises" "$work/missing"

# Budgets (CONTRIBUTING.md): what is longer is named there with its reason, and nothing else is.
(cd "$top_srcdir" && find src tests -name '*.[ch]' -exec wc -l {} + | awk '$1 > 500 && $2 != "total" { print $2 }') >"$work/long"
grep -oE '`tests/[a-z_/]+\.c`|`src/[a-z_/]+\.c`' "$top_srcdir/CONTRIBUTING.md" | tr -d '`' >"$work/named"
lines_missing "$work/long" "$work/named" "$work/missing"
tap_result $? "every file of more than 500 lines is named with its reason" "$work/missing"
find "$top_srcdir/src" "$top_srcdir/tests" -name '*.c' -exec awk '
	FNR == 1 { start = 0 }
	/^{$/ { start = FNR }
	/^}$/ { if (start && FNR - start - 1 > 60) print FILENAME ":" start; start = 0 }' {} + >"$work/long"
[ ! -s "$work/long" ]
tap_result $? "no function has more than 60 lines" "$work/long"
[ "$tap_failures" -eq 0 ]
