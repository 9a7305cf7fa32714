"""Ports of this machine, what passes connections on, and ways for one to end that no well-behaved program has."""
import contextlib
import ctypes
import itertools
import socket
import socketserver
import struct
import threading
import typing
import urllib.parse

SO_ATTACH_FILTER = 26   # asm-generic/socket.h; Python's socket doesn't have it
BPF_RET = 0x06          # BPF_RET | BPF_K in linux/bpf_common.h: ends the filter, and says how many bytes pass


def free_port() -> int:
    """One that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def pass_on(source: socket.socket, target: socket.socket) -> None:
    """What comes from the one, to the other; until one of them ends, and then both do."""
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    for end in (source, target):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def in_turns(urls: typing.Iterable[str]):
    """A port that leads the first connection to the server of the first URL, the next to the next, as a balancer does. Gives
    the first URL as it is reached there."""
    turns = iter(urls)
    parts = urllib.parse.urlsplit(next(turns))
    ports = itertools.chain([parts.port], (urllib.parse.urlsplit(url).port for url in turns))

    class Handler(socketserver.BaseRequestHandler):
        def handle(self):
            with socket.create_connection(("127.0.0.1", next(ports))) as target:
                back = threading.Thread(target=pass_on, args=(target, self.request), daemon=True)
                back.start()
                pass_on(self.request, target)
                back.join()

    class Balancer(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Balancer(("127.0.0.1", 0), Handler) as balancer:
        threading.Thread(target=balancer.serve_forever, daemon=True).start()
        try:
            yield parts._replace(netloc=f"{parts.username}@127.0.0.1:{balancer.server_address[1]}").geturl()
        finally:
            balancer.shutdown()


def reset(connection: socket.socket) -> None:
    """Ends it with RST, as a host does that knows nothing of it."""
    try:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    except OSError:
        pass    # it has been closed
    connection.close()


def go_silent(connection: socket.socket) -> None:
    """Whatever comes is dropped before TCP sees it: to the other end we are a host whose cable was pulled, which answers
    neither data nor keepalive probes. (A socket's filter is asked first: tcp_v4_rcv in Linux's net/ipv4/tcp_ipv4.c.)"""
    drop_all = ctypes.create_string_buffer(struct.pack("HBBI", BPF_RET, 0, 0, 0))
    program = struct.pack("HL", 1, ctypes.addressof(drop_all))      # struct sock_fprog
    connection.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)
