#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A busy office network with one recovery in it: mixed_trace.py FRAMES TRACE >OUT

Writes about FRAMES frames of unrelated traffic (TCP, DNS, RTP, ARP, DHCP of other devices, IPv6, spanning
tree) in classic pcap with nanoseconds, with the frames of TRACE spread over the middle. The same
arguments give the same file.
"""
import random
import struct
import sys

FRAMES_PER_SECOND = 20000
START_S = 1700000000
HEADER = struct.Struct("<IIII")
NS = 1000000000


def mac(random_source):
    return b"\x02" + random_source.randbytes(5)


def ipv4(protocol, source, destination, payload):
    header = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 0, 0, 64, protocol, 0, source, destination)
    total = sum(struct.unpack(">10H", header))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return header[:10] + struct.pack(">H", 0xFFFF - total) + header[12:] + payload


def udp(source_port, destination_port, payload):
    return struct.pack(">HHHH", source_port, destination_port, 8 + len(payload), 0) + payload


def background(random_source, count):
    """Frames of hosts in 10.20.0.0/16, none of them a phone in recovery."""
    frames = []
    for _ in range(count):
        source, destination = mac(random_source), mac(random_source)
        source_ip = b"\x0a\x14" + random_source.randbytes(2)
        destination_ip = b"\x0a\x14" + random_source.randbytes(2)
        kind = random_source.random()
        if kind < 0.55:
            tcp = struct.pack(">HHIIBBHHH", 49152 + random_source.randrange(16000), 443, 1, 1, 0x50, 0x10, 512, 0, 0)
            packet = b"\x08\x00" + ipv4(6, source_ip, destination_ip, tcp + bytes(random_source.choice((0, 0, 60, 400))))
        elif kind < 0.75:
            packet = b"\x08\x00" + ipv4(17, source_ip, destination_ip, udp(16400, 16402, bytes(172)))
        elif kind < 0.83:
            query = random_source.randbytes(2) + b"\x01\0\0\x01\0\0\0\0\0\0\x03www\x07example\0\0\x01\0\x01"
            packet = b"\x08\x00" + ipv4(17, source_ip, destination_ip, udp(50000, 53, query))
        elif kind < 0.90:
            destination = b"\xff" * 6
            packet = b"\x08\x06" + struct.pack(">HHBBH", 1, 0x0800, 6, 4, 1) + source + source_ip + bytes(6) + destination_ip
        elif kind < 0.91:
            destination = b"\xff" * 6
            discover = struct.pack(">BBBBI", 1, 1, 6, 0, random_source.getrandbits(32)) + bytes(20) + source + bytes(202)
            discover += b"\x63\x82\x53\x63\x35\x01\x01\x3c\x08MSFT 5.0\xff"
            packet = b"\x08\x00" + ipv4(17, bytes(4), b"\xff" * 4, udp(68, 67, discover))
        elif kind < 0.98:
            packet = b"\x86\xdd" + struct.pack(">IHBB", 0x60000000, 64, 6, 64) + random_source.randbytes(32) + bytes(64)
        else:
            destination = bytes.fromhex("0180c2000000")
            packet = struct.pack(">H", 38) + b"\x42\x42\x03" + bytes(35)
        frames.append((destination + source + packet).ljust(60, b"\0"))
    return frames


def read_trace(name):
    """Returns [(nanoseconds since the first frame, bytes)]."""
    with open(name, "rb") as file:
        data = file.read()
    if struct.unpack_from("<I", data)[0] != 0xA1B23C4D:
        sys.exit("%s: a classic pcap with nanoseconds is expected" % name)
    frames, position = [], 24
    while position < len(data):
        seconds, nanoseconds, length, _ = HEADER.unpack_from(data, position)
        position += HEADER.size
        frames.append((seconds * NS + nanoseconds, data[position : position + length]))
        position += length
    return [(time - frames[0][0], frame) for time, frame in frames]


def main():
    count, inside = int(sys.argv[1]), read_trace(sys.argv[2])
    frames = background(random.Random(1), 4099)
    out = sys.stdout.buffer
    out.write(struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 65535, 1))
    interval = NS // FRAMES_PER_SECOND
    inside_start = count // 3 * interval
    chunk = []
    for number in range(count):
        time = number * interval
        while inside and inside[0][0] + inside_start <= time:
            frame = inside.pop(0)[1]
            chunk.append(HEADER.pack(START_S + time // NS, time % NS, len(frame), len(frame)) + frame)
        frame = frames[number % len(frames)]
        chunk.append(HEADER.pack(START_S + time // NS, time % NS, len(frame), len(frame)) + frame)
        if len(chunk) > 20000:
            out.write(b"".join(chunk))
            chunk.clear()
    out.write(b"".join(chunk))


if __name__ == "__main__":
    main()
