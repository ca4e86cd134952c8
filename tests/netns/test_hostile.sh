#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# A stranger on the segment who sends 10,000 frames a second in the names of ever new phones (DISCOVERs,
# requests for files, ACKs, bytes that are no answers, ARP for the address of this program), and a file that
# changes while it is sent.
set -u
. "${top_srcdir:?run by make check}/tests/netns/lib.sh"
export LAB_SECONDS=400
lab_enter "$@"

rate=10000
cat >stranger.py <<'END'
import os, socket, struct, sys, time
rate, seconds = int(sys.argv[1]), float(sys.argv[2])
link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
link.bind(("eth0", 0))
def checksum(data):
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff
def udp(mac, source, target, source_port, port, payload, ttl=60):
    datagram = struct.pack("!HHHH", source_port, port, 8 + len(payload), 0) + payload
    header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(datagram), 1, 0, ttl, 17, 0, source, target)
    header = header[:10] + struct.pack("!H", checksum(header)) + header[12:]
    return b"\xff" * 6 + mac + b"\x08\x00" + header + datagram
group, anyone, everyone = bytes([234, 4, 8, 10]), bytes(4), b"\xff" * 4
def frame(kind):
    mac = b"\x00\x24\x14" + os.urandom(3)
    ip = bytes([192, 168, 50]) + os.urandom(1)
    if kind == 0:
        dhcp = struct.pack("!BBBBIHH4s4s4s4s", 1, 1, 6, 0, 7, 0, 0, anyone, anyone, anyone, anyone) + mac + bytes(202)
        return udp(mac, anyone, everyone, 68, 67, dhcp + b"\x63\x82\x53\x63\x35\x01\x01\x3c\x08SIPURA\x00\x00\xff" + bytes(270), 250)
    if kind == 1:
        return udp(mac, ip, group, 2000, 69, b"\0\1x.bin\0octet\0")
    if kind == 2:
        return udp(mac, ip, group, 2000, 40000, b"\0\4" + os.urandom(2))
    if kind == 3:
        return udp(mac, ip, group, 4810, 4811, os.urandom(100))
    return b"\xff" * 6 + mac + b"\x08\x06\x00\x01\x08\x00\x06\x04\x00\x01" + mac + ip + bytes(6) + bytes([198, 18, 0, 1]) + bytes(20)
frames = [frame(i % 5) for i in range(20000)]
sent, begin = 0, time.monotonic()
while time.monotonic() - begin < seconds:
    while sent < (time.monotonic() - begin) * rate:
        try:
            link.send(frames[sent % len(frames)])
        except OSError:
            pass
        sent += 1
    time.sleep(0.002)
print(int(sent / (time.monotonic() - begin)), flush=True)
END

# ---- the flood: nobody but the phone is served, and it is recovered ----
image 60000
host pc phone stranger
switch
plug pc phone stranger
# What reaches the phone is the switch's business: hardware takes 2,000 broadcasts a second.
bridge link set dev p-phone bcast_flood off mcast_flood off
start stranger stranger python3 "$PWD/stranger.py" "$rate" 45
sleep 1
recover --dhcp always --force --serial CBT141100HR --timeout 120
phone phone --mac 02:53:00:00:00:07 --serial CBT141100HR
ended_recovered "a flood of $rate frames a second" 120
result "a flood of $rate frames a second: nobody else was sent a block" \
	equals "$(fields "$lab/tool.pcap" 'udp.dstport == 2000' eth.dst | sort -u)" 02:53:00:00:00:07
result "a flood of $rate frames a second: nor an ARP answer" \
	equals "$(fields "$lab/tool.pcap" 'arp.opcode == 2 && arp.src.proto_ipv4 == 198.18.0.1' eth.dst | sort -u | grep -vc '02:53:00:00:00:07')" 0
finish stranger 60
result "it was a flood of at least half that rate" test "$(tail -n 1 "$lab/stranger.out")" -ge $((rate / 2))
lab_reset

# ---- the file is overwritten, and then removed, while it is sent ----
# shellcheck disable=SC2016 # expanded by eval, when it is time
for change in 'head -c 400000 /dev/urandom >"$image"' 'rm "$image"' ': >"$image"'; do
	image 400000
	cp "$image" "$lab/original.bin"
	direct_cable
	recover --dhcp always
	phone phone
	wait_until 30 grep -q 'asks for the file' "$lab/tool.err"
	eval "$change"
	image=$lab/original.bin # what was checked is what it has to be
	ended_recovered "the file changes while it is sent ($change)" 120
	lab_reset
done

tap_done
