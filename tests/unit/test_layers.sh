#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The layering of docs/architecture.md holds, and the program that says so finds what breaks it: each
# case below plants one breach in a copy of the tree and expects it to be named.
set -u
top_srcdir=${top_srcdir:?run by make check} top_builddir=${top_builddir:?run by make check}
. "$top_srcdir/tests/tap.sh"
tap_plan 19

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
check=$top_srcdir/scripts/check-layers

"$check" "$top_srcdir" "$top_builddir" >"$work/out" 2>&1
tap_result $? "the layers of this tree use only what they may" "$work/out"

cp -r "$top_srcdir/src" "$work/src"
cp "$top_builddir"/lib*.a "$work/"

# breaks NAME PATTERN: the checker must fail on the planted tree and name the breach.
breaks() {
	local status
	"$check" "$work" "$work" >"$work/out" 2>&1
	status=$?
	[ "$status" -eq 1 ] && grep -Eq "$2" "$work/out"
	tap_result $? "$1" "$work/out"
}
plant_include() { printf '#include %s\n' "$2" >"$work/src/$1/planted.h"; }
plant_object() { # layer code
	printf '%s\n' "$2" >"$work/planted.c"
	cp "$top_builddir/lib$1.a" "$work/"
	${CC:-cc} -c -o "$work/planted.o" "$work/planted.c" && ar r "$work/lib$1.a" "$work/planted.o" 2>/dev/null
}

plant_include wire '"engine/station.h"'
breaks "an include of a layer above is found" 'src/wire/planted.h:1: wire may not use engine'
plant_include wire '<sys/socket.h>'
breaks "a header of sockets below port is found" 'src/wire/planted.h:1: <sys/socket.h>'
rm "$work/src/wire/planted.h"
mkdir "$work/src/wire/below"
plant_include wire/below '"engine/station.h"'
breaks "in a subfolder too" 'src/wire/below/planted.h:1: wire may not use engine'
rm -r "$work/src/wire/below"
plant_include wire '"frame.h"'
breaks "an include that hides its layer is found" 'src/wire/planted.h:1: "frame.h" does not name its layer'
rm "$work/src/wire/planted.h"
plant_include phone '"image/image.h"'
breaks "the simulated phone cannot borrow the image check" 'phone may not use image'
rm "$work/src/phone/planted.h"

plant_include judge '"observe/private.h"'
breaks "judge cannot look into the observer" 'judge/planted.h:1: "observe/private.h" is the inside of observe'
plant_include judge '"observe/observer.h"'
breaks "judge knows facts only" 'judge may use of observe only facts.h'
rm "$work/src/judge/planted.h"
plant_include redact '"observe/facts.h"'
breaks "redact does not see what was observed" 'redact may not use observe'
plant_include redact '"judge/verdict.h"'
breaks "nor what was judged" 'redact may not use judge'
rm "$work/src/redact/planted.h"

plant_object redact 'void diagnosis_free(void *); void planted(void); void planted(void) { diagnosis_free(0); }'
breaks "not even by a call without an include" 'planted.o\): redact may not use judge \(diagnosis_free\)'
cp "$top_builddir/libredact.a" "$work/"

printf '#define FRAME_MAXIMUM 1496 /* bytes */\n' >"$work/src/engine/planted.h"
breaks "a second copy of a limit of the loader is found" 'src/engine/planted.h:1: a second copy of a number of the loader'
rm "$work/src/engine/planted.h"
printf '#define SYN_TIME_TO_LIVE 250\n' >"$work/src/observe/planted.h"
breaks "a second copy of a fingerprint of the loader is found" 'src/observe/planted.h:1: a second copy of a number of the loader'
rm "$work/src/observe/planted.h"

plant_object base 'long time(long *); long planted(void); long planted(void) { return time(0); }'
breaks "a read of the clock is found in the archive" 'planted.o\): time in base'
plant_object base 'int printf(const char *, ...); void planted(void); void planted(void) { printf("x%d", 1); }'
breaks "printing is found in the archive" 'planted.o\): printf in base'
cp "$top_builddir/libbase.a" "$work/"
printf 'void report_planted(void); void report_first(void) { report_planted(); }\n' >"$work/other.c"
printf 'void report_first(void); void report_second(void); void report_second(void) { report_first(); }\nvoid report_planted(void) { report_second(); }\n' >"$work/planted.c"
cp "$top_builddir/libreport.a" "$work/"
for file in other planted; do ${CC:-cc} -w -c -o "$work/$file.o" "$work/$file.c" && ar r "$work/libreport.a" "$work/$file.o" 2>/dev/null; done
breaks "two files that use each other are found" 'libreport.a: a circle of files: (other|planted).o (other|planted).o'
cp "$top_builddir/libreport.a" "$work/"
plant_object judge 'void silence(void); void silence(void) {}'
breaks "a public name without a prefix is found" 'libjudge.a: the public name silence has no prefix of judge'
cp "$top_builddir/libjudge.a" "$work/"
plant_object wire 'void run_station(void); void planted(void); void planted(void) { run_station(); }'
breaks "a call of a layer above is found in the archive" 'planted.o\): wire may not use run \(run_station\)'
cp "$top_builddir/libwire.a" "$work/"

"$check" "$work" "$work" >"$work/out" 2>&1
tap_result $? "without the planted breaches the copy is clean again" "$work/out"

[ "$tap_failures" -eq 0 ]
