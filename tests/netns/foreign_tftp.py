#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A TFTP server that is in the way: foreign_tftp.py INTERFACE

Answers the first read request it sees, to whatever address, with an ERROR from an address of its own
and is silent ever after. Works on raw frames: it must be there before anybody else.
"""
import socket
import struct
import sys

OWN_MAC = bytes.fromhex("0200000000fe")
OWN_IP = socket.inet_aton("198.18.255.250")


def checksum(data):
    total = sum(struct.unpack(">%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return 0xFFFF - total


def read_request(frame):
    """Returns (MAC, IP, port) of who asks for a file on port 69, None for any other frame."""
    if frame[12:15] != b"\x08\x00\x45" or frame[23] != socket.IPPROTO_UDP:
        return None
    source_port, destination_port = struct.unpack(">HH", frame[34:38])
    if destination_port != 69 or frame[42:44] != b"\x00\x01":
        return None
    return frame[6:12], frame[26:30], source_port


def error_frame(mac, ip, port):
    payload = struct.pack(">HH", 5, 1) + b"File not found\0"
    payload += b"\0" * (len(payload) % 2)
    udp = struct.pack(">HHHH", 33012, port, 8 + len(payload), 0) + payload
    header = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(udp), 1, 0, 64, socket.IPPROTO_UDP, 0)
    header += OWN_IP + ip
    header = header[:10] + struct.pack(">H", checksum(header)) + header[12:]
    frame = mac + OWN_MAC + b"\x08\x00" + header + udp
    return frame.ljust(60, b"\0")


def main():
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0003))
    wire.bind((sys.argv[1], 0))
    while True:
        who = read_request(wire.recv(2048))
        if who:
            wire.send(error_frame(*who))
            print("refused one request", flush=True)
            return


if __name__ == "__main__":
    main()
