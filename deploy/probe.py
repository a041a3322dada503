"""Container probe: `python -IS probe.py PORT [PATH]` ends with status 0 when GET PATH (/health) answers 200.

It runs every ten seconds in every container, so it imports nothing but `socket`: urllib would cost ten times
the processor time.
"""

import socket
import sys

SECONDS = 4.0


def main(port: str, path: str = "/health") -> int:
    """Ask once; what is wrong is printed, and kept by the engine (`docker inspect`)."""
    try:
        with socket.create_connection(("127.0.0.1", int(port)), SECONDS) as link:
            link.sendall(f"GET {path} HTTP/1.0\r\nHost: probe\r\n\r\n".encode())
            answer = b""
            while part := link.recv(4096):
                answer += part
    except OSError as error:
        print(f"port {port}: {error}")  # noqa: T201 - this is the probe's output
        return 1
    head, _, body = answer.partition(b"\r\n\r\n")
    print(body.decode("utf-8", "replace")[:500])  # noqa: T201
    return 0 if head.split(b" ")[1:2] == [b"200"] else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
