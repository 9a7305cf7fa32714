"""A PostgreSQL that asks for a token as Amazon RDS does: it takes a password in clear text, and lets in who has one."""
import contextlib
import socket
import ssl
import struct
import threading
import typing

from harness.loopback import pass_on

SSL_REQUEST = 80877103
CANCEL_REQUEST = 80877102


def message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!i", len(body) + 4) + body


def refusal(sqlstate: str, text: str) -> bytes:
    fields = {"S": "FATAL", "V": "FATAL", "C": sqlstate, "M": text}
    return message(b"E", b"".join(name.encode() + value.encode() + b"\0" for name, value in fields.items()) + b"\0")


class Closed(Exception):
    """The other side went away."""


def read(connection, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = connection.recv(size - len(data))
        if not part:
            raise Closed
        data += part
    return data


class TokenServer:
    """Stands before a server that trusts. `refuse` makes of a token the refusal that the client gets, or None."""

    def __init__(self, behind: tuple[str, int], tls: ssl.SSLContext | None, refuse: typing.Callable[[str], bytes | None]):
        self.behind, self.tls, self.refuse = behind, tls, refuse
        self.tokens: list[str] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.converse, args=(connection,), daemon=True).start()

    def converse(self, connection) -> None:
        with contextlib.suppress(OSError, Closed):
            while True:
                size, = struct.unpack("!i", read(connection, 4))
                start = read(connection, size - 4)
                code, = struct.unpack("!i", start[:4])
                if code != SSL_REQUEST:
                    break
                connection.sendall(b"S" if self.tls else b"N")
                if self.tls:
                    connection = self.tls.wrap_socket(connection, server_side=True)
            if code != CANCEL_REQUEST:
                connection.sendall(message(b"R", struct.pack("!i", 3)))  # AuthenticationCleartextPassword
                kind, size = struct.unpack("!ci", read(connection, 5))
                token = read(connection, size - 4).rstrip(b"\0").decode()
                assert kind == b"p"
                self.tokens.append(token)
                if no := self.refuse(token):
                    connection.sendall(no)
                    connection.close()
                    return
            self.relay(connection, struct.pack("!i", len(start) + 4) + start)

    def relay(self, connection, start: bytes) -> None:
        server = socket.create_connection(self.behind)
        server.sendall(start)
        threading.Thread(target=pass_on, args=(server, connection), daemon=True).start()
        pass_on(connection, server)

    def stop(self) -> None:
        self.listener.close()


@contextlib.contextmanager
def token_server(behind: tuple[str, int], tls: ssl.SSLContext | None = None, refuse=lambda token: None):
    server = TokenServer(behind, tls, refuse)
    try:
        yield server
    finally:
        server.stop()
