"""The part of PostgreSQL's protocol that the tests' proxy has to read and write.

PostgreSQL's documentation, chapter "Frontend/Backend Protocol", section "Message Formats", says what stands where.
"""
import dataclasses
import struct

# What the first message of a connection asks for, in place of a protocol's version.
CANCEL_REQUEST, SSL_REQUEST, GSSENC_REQUEST = 80877102, 80877103, 80877104
NOT_WILLING = b"N"

INTEGER = struct.Struct("!i")


@dataclasses.dataclass(frozen=True)
class Message:
    kind: bytes         # one character; empty for a connection's first message, which has none
    body: bytes

    @property
    def raw(self) -> bytes:
        return self.kind + INTEGER.pack(len(self.body) + 4) + self.body


def request_code(first: Message) -> int:
    """A protocol's version, or one of the requests above."""
    return INTEGER.unpack_from(first.body)[0]


def startup_parameters(first: Message) -> dict[str, str]:
    texts = first.body[4:].decode("utf-8", "replace").split("\0")
    return dict(zip(texts[0::2], texts[1::2]))


def statement_text(message: Message) -> str | None:
    """What a message asks the server to run (Query) or to prepare (Parse); None if it is another one."""
    if message.kind == b"Q":
        return message.body.partition(b"\0")[0].decode("utf-8", "replace")
    if message.kind == b"P":
        return message.body.split(b"\0", 2)[1].decode("utf-8", "replace")
    return None


def fatal_error(sqlstate: str, text: str) -> bytes:
    """A server that doesn't let someone in."""
    fields = {"S": "FATAL", "V": "FATAL", "C": sqlstate, "M": text}
    body = b"".join(f"{name}{value}".encode() + b"\0" for name, value in fields.items()) + b"\0"
    return Message(b"E", body).raw


class MessageReader:
    """Takes a stream apart into messages, as its pieces come."""

    def __init__(self, with_first: bool):
        """`with_first`: the stream begins with the message that has no kind, as a client's does."""
        self._buffer = bytearray()
        self.with_first = with_first

    def add(self, data: bytes) -> None:
        self._buffer += data

    def take(self) -> Message | None:
        """The next one; None while it isn't all there."""
        kind_size = 0 if self.with_first else 1
        if len(self._buffer) < kind_size + 4:
            return None
        size = INTEGER.unpack_from(self._buffer, kind_size)[0] + kind_size
        if len(self._buffer) < size:
            return None
        message = Message(bytes(self._buffer[:kind_size]), bytes(self._buffer[kind_size + 4:size]))
        del self._buffer[:size]
        return message
