"""A resolver for tests: answers every question for an address record with what a file says at that moment.

python3 dns-answers.py ADDRESS FILE; the file holds `A 192.0.2.1`, `RCODE 2`, or `SILENT`. Each question is counted by a
line in FILE.log.
"""

import socket
import struct
import sys

address, path = sys.argv[1], sys.argv[2]
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind((address, 53))
print("ready", flush=True)
while True:
    query, peer = server.recvfrom(4096)
    end = 12
    while query[end]:
        end += query[end] + 1
    kind = struct.unpack("!H", query[end + 1 : end + 3])[0]
    question = query[12 : end + 5]
    with open(path) as file:
        word, _, value = file.read().strip().partition(" ")
    with open(path + ".log", "a") as log:
        log.write(f"{kind}\n")
    if word == "SILENT":
        continue
    rcode = int(value) if word == "RCODE" else 0
    answers = b""
    if word == "A" and kind == 1:
        answers = b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 0, 4) + socket.inet_aton(value)
    head = query[:2] + struct.pack("!HHHHH", 0x8180 | rcode, 1, 1 if answers else 0, 0, 0)
    server.sendto(head + question + answers, peer)
