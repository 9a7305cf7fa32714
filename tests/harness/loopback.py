"""Ports of this machine, and ways for a connection to end that no well-behaved program has."""
import ctypes
import socket
import struct

SO_ATTACH_FILTER = 26   # asm-generic/socket.h; Python's socket doesn't have it
BPF_RET = 0x06          # BPF_RET | BPF_K in linux/bpf_common.h: ends the filter, and says how many bytes pass


def free_port() -> int:
    """One that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


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
