#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# spa-sos image as a user meets it: every mistake that can be made with a firmware file, the whole
# message it earns, the exit status, and nothing overwritten.
set -u
: "${top_srcdir:=.}" "${top_builddir:=.}"
# Messages quote the paths they are given, so the test works where the images are.
program=$(cd "$top_builddir" && pwd)/spa-sos
images=$(cd "$top_srcdir" && pwd)/tests/images
work=$(mktemp -d) || exit 99
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work" || exit 99
cp "$images"/*.bin "$images"/*.exe .
chmod u+w ./*
number=0

result() { # STATUS SENTENCE
	number=$((number + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $number - $2"
	else
		echo "not ok $number - $2"
		sed 's/^/# out: /' out
		sed 's/^/# err: /' err
	fi
}

run() { # ARGUMENT...
	"$program" image "$@" >out 2>err </dev/null
	status=$?
}

# The run before must have ended with STATUS and printed exactly these lines.
expect() { # SENTENCE STATUS STDOUT STDERR
	printf '%s' "$3" >wanted-out
	printf '%s' "$4" >wanted-err
	[ "$status" -eq "$2" ] && cmp -s out wanted-out && cmp -s err wanted-err
	result $? "$1"
}

# The run before must have ended with STATUS and have TEXT in its output.
expect_text() { # SENTENCE STATUS TEXT
	[ "$status" -eq "$2" ] && cat out err | grep -qF -- "$3"
	result $? "$1"
}

run stored-sector.bin
expect 'a sound image is described and valid' 0 'version  7.5.2b
bytes    68320
sectors  4: 0, 1, 126, 127 (1 stored, 3 compressed, 262144 bytes unpacked)
sha256   1e033835285fa1a5cd6f63eed8abebb8c174c40eb7c34edc01dc9e46a3ca6692
verdict  valid
' ''

run --json stored-sector.bin
expect 'the same as a JSON document' 0 '{
  "schema": "spa-sos/1",
  "command": "image",
  "result": "valid",
  "image": {
    "version": "7.5.2b",
    "bytes": 68320,
    "sectors": 4,
    "offset": 0,
    "sha256": "1e033835285fa1a5cd6f63eed8abebb8c174c40eb7c34edc01dc9e46a3ca6692"
  },
  "warnings": []
}
' ''

run container.exe
expect 'the image inside a program is found' 0 'version  7.5.2b
bytes    18000
sectors  8: 0, 1, 3, 4, 124-127 (0 stored, 8 compressed, 524288 bytes unpacked)
sha256   7ea80b8f4dae1a67c40efb17e97601aa6314789eb51915872797b302665d3f4b
verdict  valid
' 'the image stands at offset 506 of the file
'

run truncated.bin
expect 'a cut file is called cut, with advice' 4 'sha256   f57566c993740b9a0777f8dcd1592ccb1fa7488995d83b93f2b179488de240cc
verdict  invalid: sector 125: offset 12737 + length 2422 = 15159, wanted at most 13000, the bytes there are: the file is cut or damaged
advice   The file was cut or damaged on its way here: fetch the package again, and copy the file in binary mode. For comparison: spa50x-30x-7-5-2b.bin has 4147359 bytes.
' ''

run --json sector-2.bin
expect 'a refusal as a JSON document names check, sentence and advice' 4 '{
  "schema": "spa-sos/1",
  "command": "image",
  "result": "invalid",
  "image": {
    "bytes": 20000,
    "sha256": "5a02e7a8ca2dc4e52f95cd06d3219fede7e9a227f0df19ce739a06178497685e"
  },
  "warnings": [],
  "refusal": {
    "id": "sector-number",
    "sentence": "sector 2 would be written although it is the phone'"'"'s environment, wanted only 0, 1, 3, 4 and 32 to 127",
    "advice": "Do not send this image with any tool: the phone would accept it and overwrite what it needs to start. Take an image of the vendor."
  }
}
' ''

run good.bin
expect_text 'an image newer than 7.5.2b is valid with a warning' 0 \
	'warning  version (offset 0x5c) is 7.6.2f, newer than 7.5.2b: a phone with an old boot loader may not start it; send 7.5.2b first, then this one'
run sector-twice.bin
expect_text 'an image with a sector twice is not usable without --force' 4 \
	'recover sends such an image only with --force'
run only-boot-sectors.bin
expect_text 'an image that flashes nothing is not usable without --force' 4 \
	'verdict  valid, but not what you want: no sector has a number above 31, wanted at least one: the phone would skip them all and flash nothing'
run trailing-garbage.bin
expect_text 'what is behind the image is not sent, and that is said' 0 \
	'the 777 bytes behind it are not sent'
run container-packed.exe
expect_text 'a packed program asks for the .bin' 4 \
	'it is a Windows program; the text that starts an image is in the file 1 time but no image follows it: the file keeps its image packed; take the .bin'

for name in bad-digest bad-randseq sector-length-0 offset-beyond-file offset-overflow offset-in-table \
	sector-digest-wrong broken-zlib zlib-dictionary bad-adler sector-6 sector-0x80 count-0 count-129 \
	truncated-by-1 truncated-in-table wrong-magic junk-zeros stored-beyond-file; do
	run $name.bin
	[ $status -eq 4 ] && grep -q '^verdict  invalid: .' out && grep -q '^advice   .' out && [ ! -s err ]
	result $? "$name.bin is refused with a reason and advice"
done

run
expect 'no FILE is a usage error' 2 '' "spa-sos image: no file given: FILE is the vendor's .zip or the .bin in it
"
run a.bin b.bin
expect 'two FILEs are a usage error' 2 '' "spa-sos image: 'b.bin' is one argument too many
"
run --forse good.bin
expect 'an unknown option is named' 2 '' 'spa-sos image: there is no option --forse (spa-sos help image lists them)
'
run -qx good.bin
expect 'an unknown letter inside a group is named' 2 '' 'spa-sos image: there is no option -x (spa-sos help image lists them)
'
run good.bin --extract
expect '--extract without a name is a usage error' 2 '' 'spa-sos image: --extract needs a value: OUT
'
run good.bin --extract -
expect_text '--extract does not write to standard output' 2 "--extract: '-' is not the name of a file"
run -- -missing.bin
expect 'a missing file is named, also behind --' 4 '' 'spa-sos image: -missing.bin: there is no such file
'
run --json missing.bin
expect 'a missing file as a JSON document' 4 '{
  "schema": "spa-sos/1",
  "command": "image",
  "error": {
    "kind": "input",
    "text": "missing.bin: there is no such file"
  }
}
' 'spa-sos image: missing.bin: there is no such file
'
run .
expect 'a directory is called one' 4 '' 'spa-sos image: . is a directory; name the firmware file in it
'
run empty.bin
expect 'an empty file is called empty' 4 '' 'spa-sos image: empty.bin is empty (0 bytes): the download failed, fetch it again
'
run 0024.14a1.b2c3
expect_text 'a MAC address in place of a file is recognised' 4 \
	'is a MAC address; a firmware file is expected here. To choose a phone by its MAC address use --phone-mac'
run https://software.example/spa50x.zip
expect_text 'a URL in place of a file is recognised' 4 \
	'is a URL; download the file first and name the downloaded file'
printf '<!DOCTYPE html><title>Log in</title>%0200d' 0 >spa50x-30x-7-5-2b.bin
run spa50x-30x-7-5-2b.bin
expect_text 'a saved web page is recognised' 4 \
	'it is a web page (the download page was saved in place of the file)'
cp stored-sector.bin spa525g-7-5-2b.bin
run spa525g-7-5-2b.bin
expect_text 'firmware of another family is recognised by its name' 4 \
	'verdict  invalid: by its name this is an image for another family of phones (SPA525G), and the phone does not check that'

escape=$(printf '\033')
run "red${escape}[31m.bin"
! grep -q "$escape" err && grep -qF 'red\x1b[31m.bin: there is no such file' err
result $? 'control characters of a name are not passed to the terminal'

run container.exe --extract new.bin
[ $status -eq 0 ] && grep -q '^wrote the image of 18000 bytes to new.bin$' err &&
	tail -c +507 container.exe | head -c 18000 | cmp -s - new.bin
result $? '--extract writes the image alone'
run stored-sector.bin --extract new.bin
[ $status -eq 3 ] && grep -q 'new.bin exists already and is left as it is; name a new file' err &&
	[ "$(wc -c <new.bin)" -eq 18000 ]
result $? '--extract never overwrites a file'
ln -s nowhere.bin link.bin
run stored-sector.bin --extract link.bin
[ $status -eq 3 ] && [ ! -e nowhere.bin ]
result $? '--extract does not follow a link'
run truncated.bin --extract never.bin
[ $status -eq 4 ] && [ ! -e never.bin ] && grep -q 'nothing was extracted' err
result $? 'nothing is extracted from an invalid image'
(
	trap '' XFSZ
	ulimit -f 20 # blocks of 512 bytes; the image is longer
	run stored-sector.bin --extract cut.bin
	echo $status >status
)
[ "$(cat status)" -eq 3 ] && grep -q 'cut.bin cannot be written: File too large' err && [ ! -e cut.bin ]
result $? 'an image that cannot be written whole is not left behind in part'
run stored-sector.bin --extract no/such/directory.bin
expect_text 'a place that cannot be written is named with the reason' 3 \
	'no/such/directory.bin cannot be written: No such file or directory'
run -q container.exe
[ $status -eq 0 ] && [ ! -s err ] && [ -s out ]
result $? '--quiet leaves the result only'
"$program" image stored-sector.bin >/dev/full 2>err
[ $? -eq 3 ] && grep -q 'standard output cannot be written: No space left on device' err
result $? 'an answer that cannot be written is an error'
run --help
[ $status -eq 0 ] && grep -q '^usage: spa-sos image FILE' out && [ ! -s err ]
result $? '--help goes to standard output'
echo "1..$number"
