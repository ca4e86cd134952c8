#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Writes a trace as other tools, switches and offices would have recorded the same story.

usage: spoil.py WAY IN.pcap OUT      one way (spoil.py --list names them)
       spoil.py partsN IN.pcap BASE    N files of a ring buffer
       spoil.py link:N IN.pcap OUT     another link type written over it
       spoil.py all DIRECTORY IN.pcap...   every way: DIRECTORY/WAY/NAME
"""
import bz2
import gzip
import lzma
import os
import struct
import sys

ETHERNET, COOKED1, RADIOTAP, COOKED2 = 1, 113, 127, 276
PC = bytes.fromhex("3c970e4b2107")  # who asks in the traces of pcaps/


class Frame:
    def __init__(self, time_ns, data, length=None):
        self.time_ns, self.data = time_ns, data
        self.length = len(data) if length is None else length


def read_pcap(path):
    with open(path, "rb") as file:
        data = file.read()
    magic = struct.unpack("<I", data[:4])[0]
    order = "<" if magic in (0xA1B2C3D4, 0xA1B23C4D) else ">"
    scale = 1 if struct.unpack(order + "I", data[:4])[0] == 0xA1B23C4D else 1000
    frames, at = [], 24
    while at + 16 <= len(data):
        seconds, fraction, captured, length = struct.unpack(order + "IIII", data[at:at + 16])
        frames.append(Frame(seconds * 10**9 + fraction * scale, data[at + 16:at + 16 + captured], length))
        at += 16 + captured
    return frames


# ---- containers ----

def pcap(frames, link=ETHERNET, snapshot=262144, whole_seconds=False):
    out = [struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, snapshot, link)]
    for frame in frames:
        seconds, fraction = divmod(frame.time_ns, 10**9)
        out.append(struct.pack("<IIII", seconds, 0 if whole_seconds else fraction, len(frame.data), frame.length))
        out.append(frame.data)
    return b"".join(out)


def block(order, kind, body):
    body += b"\0" * (-len(body) % 4)
    length = len(body) + 12
    return struct.pack(order + "II", kind, length) + body + struct.pack(order + "I", length)


def option(order, code, value):
    return struct.pack(order + "HH", code, len(value)) + value + b"\0" * (-len(value) % 4)


def section(order):
    return block(order, 0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1)
                 + option(order, 3, b"Linux 6.1 on bench-pc") + option(order, 0, b""))


def interface(order, link=ETHERNET, snapshot=262144, resolution=9, name=b"eth0"):
    return block(order, 1, struct.pack(order + "HHI", link, 0, snapshot) + option(order, 2, name)
                 + option(order, 9, bytes([resolution])) + option(order, 0, b""))


def packet(order, number, frame, resolution=9, comment=None):
    ticks = frame.time_ns if resolution == 9 else frame.time_ns // 10**(9 - resolution)
    body = struct.pack(order + "IIIII", number, ticks >> 32, ticks & 0xFFFFFFFF, len(frame.data), frame.length)
    body += frame.data + b"\0" * (-len(frame.data) % 4)
    if comment:
        body += option(order, 1, comment) + option(order, 0, b"")
    return block(order, 6, body)


def pcapng(frames, order="<"):
    return section(order) + interface(order) + b"".join(packet(order, 0, frame) for frame in frames)


def interfaces(frames):
    """Two interfaces that differ in snapshot length and resolution; a third comes later."""
    out = [section("<"), interface("<", snapshot=65535, resolution=6), interface("<", snapshot=262144, name=b"eth1")]
    for i, frame in enumerate(frames):
        if i == len(frames) // 2:
            out.append(interface("<", link=RADIOTAP, name=b"wlan0"))
            out.append(packet("<", 2, Frame(frame.time_ns, b"\0\0\x08\0\0\0\0\0" + b"\x80" * 30)))
        # One clock for all: microseconds from the first, so that nothing is reordered.
        frame = Frame(frame.time_ns // 1000 * 1000, frame.data, frame.length)
        out.append(packet("<", i % 2, frame, 6 if i % 2 == 0 else 9))
    return b"".join(out)


def sections(frames):
    half = len(frames) // 2
    return pcapng(frames[:half], "<") + pcapng(frames[half:], ">")


def commented(frames):
    out = [section("<"), interface("<")]
    out += [packet("<", 0, frame, comment=b"looks odd, says Ann") for frame in frames]
    out.append(block("<", 4, struct.pack("<HH", 1, 8) + b"\xc0\xa8\x4d\x01pc\0\0" + struct.pack("<HH", 0, 0)))
    out.append(block("<", 10, struct.pack("<II", 0x544C534B, 4) + b"KEYS"))
    return b"".join(out)


def obsolete(frames):
    out = [section("<"), interface("<", resolution=6)]
    for frame in frames:
        ticks = frame.time_ns // 1000
        out.append(block("<", 2, struct.pack("<HHIIII", 0, 0xFFFF, ticks >> 32, ticks & 0xFFFFFFFF,
                                             len(frame.data), frame.length) + frame.data))
    return b"".join(out)


def no_times(frames):
    out = [section("<"), interface("<")]
    out += [block("<", 3, struct.pack("<I", frame.length) + frame.data) for frame in frames]
    return b"".join(out)


# ---- link layers ----

def has_payload(frame):
    return len(frame.data) >= 14


def cooked(frames, version, outgoing):
    """tcpdump -i any, on a bystander or on the PC that asks: what it sends is outgoing, and the
    recording holds no destination MAC address."""
    out = []
    for frame in frames:
        if not has_payload(frame):
            continue
        destination, source, kind = frame.data[:6], frame.data[6:12], frame.data[12:14]
        if outgoing and source == PC:
            packet_type = 4
        elif destination == b"\xff" * 6:
            packet_type = 1
        elif destination[0] & 1:
            packet_type = 2
        else:
            packet_type = 0 if destination == PC else 3
        # Whoever sends through a packet socket for all protocols sends protocol 3.
        protocol = b"\0\x03" if outgoing and source == PC and kind != b"\x81\0" else kind
        if struct.unpack(">H", kind)[0] < 0x600:
            protocol = b"\0\x04"
        if version == 1:
            header = struct.pack(">HHH", packet_type, 1, 6) + source + b"\0\0" + protocol
        else:
            header = protocol + b"\0\0" + struct.pack(">IHBB", 2, 1, packet_type, 6) + source + b"\0\0"
        out.append(Frame(frame.time_ns, header + frame.data[14:], frame.length - 14 + len(header)))
    return pcap(out, COOKED1 if version == 1 else COOKED2)


# ---- frames ----

def cut(frames, length):
    return pcap([Frame(f.time_ns, f.data[:length], f.length) for f in frames], snapshot=length)


def tag(data, *numbers):
    tags = b"".join(struct.pack(">HH", 0x8100, number) for number in numbers)
    return data[:12] + tags + data[12:]


def tagged(frames, choose):
    out = []
    for frame in frames:
        numbers = choose(frame) if has_payload(frame) else ()
        out.append(Frame(frame.time_ns, tag(frame.data, *numbers) if numbers else frame.data,
                         frame.length + 4 * len(numbers)))
    return out


def checksum(data):
    total = sum(struct.unpack(">%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


OUTER = bytes.fromhex("0050568a0b0c00562baa0001")  # of the mirror's own frames


def over_ipv4(protocol, payload):
    header = struct.pack(">BBHHHBBHII", 0x45, 0, 20 + len(payload), 7, 0x4000, 255, protocol, 0, 0x0A090807, 0x0A090801)
    header = header[:10] + struct.pack(">H", checksum(header)) + header[12:]
    return OUTER + b"\x08\0" + header + payload


def over_udp(port, payload):
    return over_ipv4(17, struct.pack(">HHHH", 50123, port, 8 + len(payload), 0) + payload)


def over_ipv6(protocol, payload):
    header = struct.pack(">IHBB", 0x60000000, len(payload), protocol, 64) + b"\xfd" + b"\0" * 31
    return OUTER + b"\x86\xdd" + header + payload


def gre(kind, sequence=None):
    flags = 0x1000 if sequence is not None else 0
    return struct.pack(">HH", flags, kind) + (struct.pack(">I", sequence) if sequence is not None else b"")


def tunnelled(frames, wrap):
    out = []
    for number, frame in enumerate(frames):
        # A capture on a host shows short frames; what a mirror sends on is padded.
        data = frame.data + b"\0" * (60 - len(frame.data))
        wrapped = wrap(data, number)
        out.append(Frame(frame.time_ns, wrapped))
    return pcap(out)


def erspan3(data, number):
    return over_ipv4(47, gre(0x22EB, number) + struct.pack(">HHIHH", 0x2000, 5, number, 0, 0) + data)


# ---- who else is there ----

def udp_frame(source, source_ip, port, destination_port, payload, ttl=64):
    udp = struct.pack(">HHHH", port, destination_port, 8 + len(payload), 0) + payload
    header = struct.pack(">BBHHHBBHI4s", 0x45, 0, 20 + len(udp), 1, 0, ttl, 17, 0, source_ip, b"\xff" * 4)
    header = header[:10] + struct.pack(">H", checksum(header)) + header[12:]
    return b"\xff" * 6 + source + b"\x08\0" + header + udp


def dhcp_client(mac, number, vendor_class):
    message = struct.pack(">BBBBIHHIIII", 1, 1, 6, 0, 0x51000 + number, 0, 0, 0, 0, 0, 0) + mac + b"\0" * 202
    message += b"\x63\x82\x53\x63\x35\x01\x01" + bytes([60, len(vendor_class)]) + vendor_class + b"\xff"
    return udp_frame(mac, 0, 68, 67, message)


def cdp(mac, device, platform, capabilities=0x490):
    body = b""
    for kind, value in ((1, device), (4, struct.pack(">I", capabilities)), (6, platform)):
        body += struct.pack(">HH", kind, 4 + len(value)) + value
    data = b"\xaa\xaa\x03\0\0\x0c\x20\0" + b"\x02\xb4\0\0" + body
    return bytes.fromhex("01000ccccccc") + mac + struct.pack(">H", len(data)) + data


def lldp(mac, name, description, capabilities):
    def tlv(kind, value):
        return struct.pack(">H", kind << 9 | len(value)) + value
    body = tlv(1, b"\x04" + mac) + tlv(2, b"\x031") + tlv(3, b"\0\x78") + tlv(5, name) + tlv(6, description)
    body += tlv(7, struct.pack(">HH", capabilities, capabilities)) + tlv(0, b"")
    return bytes.fromhex("0180c200000e") + mac + b"\x88\xcc" + body


def joined_by(frames, others):
    """Mixes others' frames in, spread over the whole of the trace."""
    first, last = frames[0].time_ns, frames[-1].time_ns
    mixed = list(frames)
    for number, data in enumerate(others):
        mixed.append(Frame(first + (last - first) * (number + 1) // (len(others) + 1), data))
    mixed.sort(key=lambda frame: frame.time_ns)
    return mixed


HEALTHY = bytes.fromhex("58bfea33cc09")
SWITCH = bytes.fromhex("00562baa0001")


def healthy_phone(frames):
    others = [dhcp_client(HEALTHY, i, b"Cisco SPA303") for i in range(2)]
    others += [cdp(HEALTHY, b"SEP58BFEA33CC09", b"Cisco SPA303")]
    return pcap(joined_by(frames, others))


def named_switch(frames):
    return pcap(joined_by(frames, [cdp(SWITCH, b"LABSPA3-ACC-SW2.example.net", b"cisco WS-C2960X-48FPD-L", 0x28),
                                   lldp(SWITCH, b"SPA504-closet", b"Cisco IOS Software, C2960X", 0x04)] * 2))


def adapter(frames):
    mac = bytes.fromhex("001b2a445566")
    return pcap(joined_by(frames, [dhcp_client(mac, 1, b"CISCO ATA190"), dhcp_client(mac, 2, b"CISCO SPA112")]))


def other_phone(frames):
    mac = bytes.fromhex("0004f2112233")
    return pcap(joined_by(frames, [lldp(mac, b"SEP0004F2112233", b"VVX 411", 0x24), dhcp_client(mac, 1, b"Polycom-VVX411")]))


# ---- clocks ----

def clock_set_back(frames):
    half = len(frames) // 2
    return pcap([Frame(f.time_ns - (30 * 10**9 if i >= half else 0), f.data, f.length) for i, f in enumerate(frames)])


def doubled(frames):
    return pcap([frame for original in frames for frame in (original, Frame(original.time_ns + 3000, original.data, original.length))])


def lz4_stored(data):
    """An LZ4 frame of stored blocks; header checksum by xxHash32 of the descriptor."""
    def xxh32(data, seed=0):
        p1, p2, p3, p4, p5 = 2654435761, 2246822519, 3266489917, 668265263, 374761393
        value = (seed + p5 + len(data)) & 0xFFFFFFFF
        for byte in data:
            value = (value + byte * p5) & 0xFFFFFFFF
            value = ((value << 11 | value >> 21) & 0xFFFFFFFF) * p1 & 0xFFFFFFFF
        value = (value ^ value >> 15) * p2 & 0xFFFFFFFF
        value = (value ^ value >> 13) * p3 & 0xFFFFFFFF
        return value ^ value >> 16
    descriptor = b"\x60\x40"
    out = b"\x04\x22\x4d\x18" + descriptor + bytes([xxh32(descriptor) >> 8 & 0xFF])
    for at in range(0, len(data), 65536):
        part = data[at:at + 65536]
        out += struct.pack("<I", 0x80000000 | len(part)) + part
    return out + b"\0\0\0\0"


def zstd_raw(data):
    """A Zstandard frame of raw blocks (RFC 8878)."""
    out = b"\x28\xb5\x2f\xfd\xa0" + struct.pack("<I", len(data))
    parts = [data[at:at + 65536] for at in range(0, len(data), 65536)]
    for number, part in enumerate(parts):
        header = len(part) << 3 | (number == len(parts) - 1)
        out += struct.pack("<I", header)[:3] + part
    return out


def is_phone(frame):
    return frame.data[6:12] != PC and frame.data[6:9] == b"\x00\x24\x14"


def oscillating(frames):
    """Each start (a new DHCP number) in the other of two VLANs, untagged and 100."""
    numbers = []

    def choose(frame):
        if frame.data[12:14] == b"\x08\0" and len(frame.data) > 50 and frame.data[34:38] in (b"\0\x44\0\x43", b"\0\x43\0\x44"):
            if frame.data[46:50] not in numbers:
                numbers.append(frame.data[46:50])
        return (100,) if len(numbers) % 2 == 0 and numbers else ()
    return pcap(tagged(frames, choose))


# name: (file name's end, function). The verdict must be right, or weaker, never wrong and certain.
WAYS = {
    "pcapng": (".pcapng", pcapng),
    "pcapng-big-endian": (".pcapng", lambda f: pcapng(f, ">")),
    "interfaces": (".pcapng", interfaces),
    "sections": (".pcapng", sections),
    "comments-names-keys": (".pcapng", commented),
    "obsolete-blocks": (".pcapng", obsolete),
    "simple-blocks": (".pcapng", no_times),
    "gzip": (".pcap.gz", lambda f: gzip.compress(pcap(f), mtime=0)),
    "bzip2": (".pcap.bz2", lambda f: bz2.compress(pcap(f))),
    "xz": (".pcap.xz", lambda f: lzma.compress(pcap(f))),
    "lz4": (".pcap.lz4", lambda f: lz4_stored(pcap(f))),
    "zstd": (".pcap.zst", lambda f: zstd_raw(pcap(f))),
    "cooked1": (".pcap", lambda f: cooked(f, 1, False)),
    "cooked1-outgoing": (".pcap", lambda f: cooked(f, 1, True)),
    "cooked2": (".pcap", lambda f: cooked(f, 2, False)),
    "cooked2-outgoing": (".pcap", lambda f: cooked(f, 2, True)),
    "cut60": (".pcap", lambda f: cut(f, 60)),
    "cut68": (".pcap", lambda f: cut(f, 68)),
    "cut96": (".pcap", lambda f: cut(f, 96)),
    "cut128": (".pcap", lambda f: cut(f, 128)),
    "cut256": (".pcap", lambda f: cut(f, 256)),
    "cut300": (".pcap", lambda f: cut(f, 300)),
    "trunk": (".pcap", lambda f: pcap(tagged(f, lambda _: (30,)))),
    "trunk-in-trunk": (".pcap", lambda f: pcap(tagged(f, lambda _: (100, 30)))),
    "priority-tags": (".pcap", lambda f: pcap(tagged(f, lambda _: (0,)))),
    "tzsp": (".pcap", lambda f: tunnelled(f, lambda d, n: over_udp(37008, b"\x01\0\0\x01\x01" + d))),
    "vxlan": (".pcap", lambda f: tunnelled(f, lambda d, n: over_udp(4789, struct.pack(">II", 0x08000000, 77 << 8) + d))),
    "erspan1": (".pcap", lambda f: tunnelled(f, lambda d, n: over_ipv4(47, gre(0x88BE) + d))),
    "erspan2": (".pcap", lambda f: tunnelled(f, lambda d, n: over_ipv4(47, gre(0x88BE, n) + struct.pack(">HHI", 0x1001, 3, 0) + d))),
    "erspan3": (".pcap", lambda f: tunnelled(f, erspan3)),
    "gre": (".pcap", lambda f: tunnelled(f, lambda d, n: over_ipv4(47, gre(0x6558) + d))),
    "gre-ipv6": (".pcap", lambda f: tunnelled(f, lambda d, n: over_ipv6(47, gre(0x6558) + d))),
    "vxlan-in-gre": (".pcap", lambda f: tunnelled(f, lambda d, n: over_ipv4(47, gre(0x6558) + over_udp(
        8472, struct.pack(">II", 0x08000000, 5 << 8) + d)))),
    "healthy-phone": (".pcap", healthy_phone),
    "named-switch": (".pcap", named_switch),
    "adapter": (".pcap", adapter),
    "other-phone": (".pcap", other_phone),
    "whole-seconds": (".pcap", lambda f: pcap(f, whole_seconds=True)),
    "clock-set-back": (".pcap", clock_set_back),
    "doubled": (".pcap", doubled),
}

def asked_from(frames, mac, address):
    """The PC that asks has another MAC and IPv4 address."""
    out = []
    for frame in frames:
        data = frame.data
        if data[6:12] == PC:
            data = data[:6] + mac + data[12:]
            if data[12:14] == b"\x08\0":
                header = data[14:24] + b"\0\0" + address + data[30:34]
                data = data[:14] + header[:10] + struct.pack(">H", checksum(header)) + header[12:] + data[34:40] \
                    + b"\0\0" + data[42:]
        out.append(Frame(frame.time_ns, data, frame.length))
    return pcap(out)


def second_asker(frames):
    """Another PC asks as well, a moment after each message to the phones' port."""
    out = []
    for frame in frames:
        out.append(frame)
        data = frame.data
        if data[6:12] == PC and data[12:14] == b"\x08\0" and data[23] == 17 and data[36:38] == b"\x12\xca":
            other = read_back(asked_from([frame], bytes.fromhex("001b21a1b2c3"), bytes([192, 168, 77, 9])))
            out += [Frame(frame.time_ns + n * 40 * 10**6, other.data, frame.length) for n in (1, 2)]
    return pcap(sorted(out, key=lambda frame: frame.time_ns))


def read_back(bytes_of_pcap):
    """The one frame of a capture."""
    return Frame(0, bytes_of_pcap[40:])


# Other stories, for traces of their own: the verdict is another one.
STORIES = {
    "vm-nat": (".pcap", lambda f: asked_from(f, bytes.fromhex("080027a1b2c3"), bytes([10, 0, 2, 15]))),
    "vm-bridged": (".pcap", lambda f: asked_from(f, bytes.fromhex("000c29a1b2c3"), bytes([192, 168, 77, 1]))),
    "docker": (".pcap", lambda f: asked_from(f, bytes.fromhex("0242ac110002"), bytes([172, 17, 0, 2]))),
    "vpn": (".pcap", lambda f: asked_from(f, bytes.fromhex("3c970e4b2107"), bytes([100, 101, 7, 3]))),
    "two-vlans": (".pcap", lambda f: pcap(tagged(f, lambda frame: (20,) if is_phone(frame) else (10,)))),
    "oscillating": (".pcap", oscillating),
    "second-asker": (".pcap", second_asker),
}


def write_parts(path, base, count):
    """A ring buffer of dumpcap: BASE_00001_20261122.pcapng and so on."""
    frames = read_pcap(path)
    size = (len(frames) + count - 1) // count
    for part in range(count):
        with open(f"{base}_{part + 1:05}_20261122.pcapng", "wb") as file:
            file.write(pcapng(frames[part * size:(part + 1) * size]))


def main(arguments):
    if len(arguments) == 3 and arguments[0].startswith("parts"):
        write_parts(arguments[1], arguments[2], int(arguments[0][5:]))
        return 0
    if len(arguments) == 3 and arguments[0].startswith("link:"):
        with open(arguments[2], "wb") as file:
            file.write(pcap(read_pcap(arguments[1]), link=int(arguments[0][5:])))
        return 0
    if arguments == ["--list"]:
        print("\n".join(WAYS))
        return 0
    if len(arguments) >= 3 and arguments[0] == "all":
        for way, (end, make) in WAYS.items():
            os.makedirs(os.path.join(arguments[1], way), exist_ok=True)
            for path in arguments[2:]:
                name = os.path.basename(path)[:-len(".pcap")] + end
                with open(os.path.join(arguments[1], way, name), "wb") as file:
                    file.write(make(read_pcap(path)))
        return 0
    ways = {**WAYS, **STORIES}
    if len(arguments) != 3 or arguments[0] not in ways:
        sys.stderr.write(__doc__)
        return 2
    with open(arguments[2], "wb") as file:
        file.write(ways[arguments[0]][1](read_pcap(arguments[1])))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
