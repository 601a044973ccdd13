"""First program of an isolated run: started in a network namespace of its own, becomes the program to run.

`python3 -I inside.py CONTROL_FD PORT NAMESPACE PROGRAM [ARGUMENT...]`: refuses to go on in NAMESPACE, its starter's
own, brings loopback up, listens on 127.0.0.1:PORT, hands that socket to the starter over the control socket and, once
that has answered, turns into PROGRAM. A socket belongs to the namespace in which it was made, so the starter's threads
answer there, though the starter runs outside; the program can reach nothing else.
"""

import fcntl
import os
import socket
import struct
import sys

SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 0x1


def loopback_up() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        name = b"lo".ljust(16, b"\0")
        answer = fcntl.ioctl(any_socket, SIOCGIFFLAGS, name + b"\0" * 16)
        flags = struct.unpack_from("H", answer, 16)[0] | IFF_UP
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, name + struct.pack("H", flags) + b"\0" * 14)


def main() -> None:
    control = socket.socket(fileno=int(sys.argv[1]))
    namespace = os.readlink("/proc/self/ns/net")
    if namespace == sys.argv[3]:
        sys.exit("inside: this is not a network namespace of its own")
    loopback_up()
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", int(sys.argv[2])))
    listener.listen(64)
    socket.send_fds(control, [namespace.encode()], [listener.fileno()])
    if control.recv(2) != b"go":
        sys.exit("inside: who started this went away")
    control.close()
    listener.close()
    os.execvp(sys.argv[4], sys.argv[4:])


if __name__ == "__main__":
    main()
