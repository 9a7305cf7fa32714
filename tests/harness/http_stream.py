"""HTTP/1.1 over a socket, as bytes that can be passed on exactly as they came."""
import contextlib
import dataclasses
import select
import socket
import ssl
import time
import typing

PIECE = 64 * 1024   # TLS gives 16 KiB at most


@dataclasses.dataclass
class Head:
    """What stands before the body of a request or an answer."""
    start: str                      # the first line
    fields: list[tuple[str, str]]   # in their order, spelled as they came
    raw: bytes                      # all of it over the wire

    @staticmethod
    def made(start: str, fields: list[tuple[str, str]]) -> "Head":
        lines = [start, *(f"{name}: {value}" for name, value in fields), "", ""]
        return Head(start, fields, "\r\n".join(lines).encode("latin1"))

    @staticmethod
    def parsed(raw: bytes) -> "Head":
        start, *lines = raw.decode("latin1").split("\r\n")[:-2]
        return Head(start, [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines)], raw)

    def changed(self, headers: dict[str, str | None]) -> "Head":
        """With these in place of what it has under their names, whatever the case; None: without."""
        if not headers:
            return self
        replaced = {name.lower() for name in headers}
        return Head.made(self.start, [field for field in self.fields if field[0].lower() not in replaced]
                         + [(name, value) for name, value in headers.items() if value is not None])

    @property
    def headers(self) -> dict[str, str]:
        """Names in lower case."""
        return {name.lower(): value for name, value in self.fields}

    @property
    def is_answer(self) -> bool:
        return self.start.startswith("HTTP/")

    @property
    def status(self) -> int:
        return int(self.start.split(" ")[1])

    @property
    def expects_continue(self) -> bool:
        """The body comes when an answer says so. Where there is none, nobody waits."""
        headers = self.headers
        return headers.get("expect", "").lower() == "100-continue" and headers.get("content-length") != "0"

    @property
    def ends_connection(self) -> bool:
        """It is the last over its connection, by its own word or because its body has no other end."""
        headers = self.headers
        return headers.get("connection", "").lower() == "close" or (
            self.has_body and self.is_answer and not {"content-length", "transfer-encoding"} & set(headers))

    @property
    def has_body(self) -> bool:
        """It has one but for an answer to HEAD, of which the answer itself doesn't know."""
        if self.is_answer:
            return self.status >= 200 and self.status not in (204, 304)
        return bool({"content-length", "transfer-encoding"} & set(self.headers))


class Stream:
    def __init__(self, connection: socket.socket):
        self.socket = connection
        self._came = b""

    def read_some(self, size: int = PIECE) -> bytes:
        """What is there, at least one byte; none is the end."""
        if not self._came:
            return self.socket.recv(size)
        some, self._came = self._came[:size], self._came[size:]
        return some

    def read_exactly(self, size: int) -> typing.Iterator[bytes]:
        while size:
            some = self.read_some(min(size, PIECE))
            if not some:
                raise ConnectionError("the connection ended in the middle")
            size -= len(some)
            yield some

    def read_line(self, end: bytes = b"\r\n") -> bytes:
        """Up to and with `end`; nothing if the connection ends before its first byte."""
        line = b""
        while end not in line:
            some = self.read_some()
            if not some:
                if line:
                    raise ConnectionError("the connection ended in the middle")
                return b""
            line += some
        at = line.index(end) + len(end)
        self._came = line[at:] + self._came
        return line[:at]

    def read_head(self) -> Head | None:
        """None at the end of the connection."""
        raw = self.read_line(b"\r\n\r\n")
        return Head.parsed(raw) if raw else None

    def read_body(self, head: Head) -> typing.Iterator[tuple[bytes, bytes]]:
        """Pieces as they came over the wire, each with what it has of the body."""
        headers = head.headers
        if not head.has_body:
            return
        if headers.get("transfer-encoding", "").lower() == "chunked":
            yield from self._read_chunks()
        elif "content-length" in headers:
            for some in self.read_exactly(int(headers["content-length"])):
                yield some, some
        else:
            while some := self.read_some():
                yield some, some

    def _read_chunks(self) -> typing.Iterator[tuple[bytes, bytes]]:
        while True:
            line = self.read_line()
            size = int(line.partition(b";")[0], 16)
            yield line, b""
            if size == 0:
                break
            for some in self.read_exactly(size):
                yield some, some
            yield self.read_line(), b""
        while True:   # trailers, and the empty line
            line = self.read_line()
            yield line, b""
            if line in (b"\r\n", b""):
                return

    def read_until_end(self, seconds: float | None = None) -> None:
        """Until the other side ends the connection, or for so long at most."""
        deadline = time.monotonic() + (seconds or 10**6)
        with contextlib.suppress(OSError):
            if seconds:
                self.socket.settimeout(seconds)
            while time.monotonic() < deadline and self.read_some():
                pass

    def has_something(self) -> bool:
        """Is there something to read, the end among it?"""
        if self._came:
            return True
        if not select.select([self.socket], [], [], 0)[0]:   # with TLS it may be a record that has no data
            return False
        self.socket.settimeout(0)
        try:
            self._came = self.socket.recv(PIECE)
            return True
        except ssl.SSLWantReadError:
            return False
        except OSError:
            return True
        finally:
            self.socket.settimeout(None)

    def write(self, data: bytes) -> None:
        self.socket.sendall(data)

    def end(self) -> None:
        """Says goodbye as TLS has it, without waiting for the other side to do the same."""
        with contextlib.suppress(OSError, ValueError):
            self.socket.settimeout(0)
            self.socket.unwrap()
