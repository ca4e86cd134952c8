#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What the vendor's utility does, over the kernel's sockets: vendor_utility.py ADDRESS IMAGE [BLOCK]

A REQUEST to the group every two seconds, an UPGRADE to the first phone that answers, and the image by
TFTP; with BLOCK it dies instead of sending that block. The kernel's part is the kernel's: TTL 1 to the
group, its own addresses, ARP, and port 69.
"""
import select
import socket
import struct
import sys
import time

GROUP = "234.4.8.10"
address, image = sys.argv[1], open(sys.argv[2], "rb").read()
last_block = int(sys.argv[3]) if len(sys.argv) > 3 else 0


def udp(port):
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    opened.bind(("", port))
    membership = socket.inet_aton(GROUP) + socket.inet_aton(address)
    opened.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
    opened.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(address))
    return opened


def message(operation, serial, file_name=b""):
    payload = bytearray(160)
    payload[0] = operation
    payload[4:8] = b"RECM"
    payload[8 : 8 + len(serial)] = serial
    payload[29] = 69 if file_name else 0
    payload[32 : 32 + len(file_name)] = file_name
    return bytes(payload)


recovery, server, transfer = udp(4811), udp(69), udp(0)
asked = ordered = 0
phone = None


def send_block(block):
    if block == last_block:
        print("died instead of block", block, flush=True)
        sys.exit(0)
    data = image[(block - 1) * 512 : block * 512]
    if (block - 1) * 512 <= len(image):
        transfer.sendto(struct.pack(">HH", 3, block) + data, phone)


while True:
    if not ordered and time.monotonic() - asked >= 2:
        asked = time.monotonic()
        recovery.sendto(message(0, b"FFFFFFFFFFFF"), (GROUP, 4810))
    for ready in select.select([recovery, server, transfer], [], [], 0.5)[0]:
        data, sender = ready.recvfrom(2048)
        if ready is recovery and len(data) == 100 and data[0] == 1 and not ordered:
            ordered = 1
            recovery.sendto(message(2, data[8:28].rstrip(b"\0"), b"vendor.bin"), (GROUP, 4810))
            print("ordered", flush=True)
        elif ready is server and data[:2] == b"\0\1":
            phone = sender
            send_block(1)
        elif ready is transfer and data[:2] == b"\0\4":
            send_block(struct.unpack(">H", data[2:4])[0] + 1)
