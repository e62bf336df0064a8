"""Listens with an MPTCP socket (or with a plain one) and answers what it is sent; ends with its standard input."""
import socket
import sys
import threading

protocol = 262 if sys.argv[1] == "mptcp" else 0
listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, protocol)
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("0.0.0.0", int(sys.argv[2])))
listener.listen(16)
print("ready", listener.getsockname()[1], flush=True)


def serve(connection):
    with connection:
        while data := connection.recv(4096):
            connection.sendall(data)


def accept():
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(connection,), daemon=True).start()


threading.Thread(target=accept, daemon=True).start()
sys.stdin.read()
