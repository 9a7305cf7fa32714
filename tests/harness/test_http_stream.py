"""Heads and bodies are read as they came, whatever says where they end."""
import contextlib
import socket

import pytest

from harness.http_stream import Head, Stream


@contextlib.contextmanager
def stream_of(*sent: bytes):
    """A stream on which all this has come, and then its end."""
    ours, other = socket.socketpair()
    with ours:
        with other:
            for some in sent:
                other.sendall(some)
        yield Stream(ours)


BODIES = [
    (b"PUT /k HTTP/1.1\r\nContent-Length: 5\r\n\r\n", b"abcde", b"abcde"),
    (b"PUT /k HTTP/1.1\r\nHost: h\r\n\r\n", b"", b""),
    (b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", b"", b""),
    (b"HTTP/1.1 204 No Content\r\n\r\n", b"", b""),
    (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n",
     b"abc0123456789"),
    (b"PUT /k HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n0\r\nx-amz-checksum-crc32: AA==\r\n\r\n", b"a"),
]


@pytest.mark.parametrize("head, body, data", BODIES)
def test_A_body_ends_where_its_head_says(head, body, data):
    with stream_of(head, body, b"GET / HTTP/1.1\r\n\r\n") as stream:
        read = stream.read_head()
        assert read.raw == head
        assert not read.ends_connection
        pieces = list(stream.read_body(read))
        assert b"".join(raw for raw, _ in pieces) == body
        assert b"".join(data for _, data in pieces) == data
        assert stream.read_head().start == "GET / HTTP/1.1"
        assert stream.read_head() is None


def test_An_answer_of_no_length_ends_with_its_connection():
    with stream_of(b"HTTP/1.1 200 OK\r\n\r\nall of it") as stream:
        head = stream.read_head()
        assert head.ends_connection
        assert b"".join(data for _, data in stream.read_body(head)) == b"all of it"


@pytest.mark.parametrize("sent", [b"GET / HT", b"PUT / HTTP/1.1\r\nContent-Length: 5\r\n\r\nabc",
                                  b"PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"])
def test_An_end_in_the_middle_is_an_error(sent):
    with stream_of(sent) as stream, pytest.raises(ConnectionError):
        list(stream.read_body(stream.read_head()))


def test_Headers_are_changed_whatever_their_case():
    head = Head.parsed(b"HTTP/1.1 200 OK\r\nETag: \"1\"\r\nX-A: 1\r\nx-b: 2\r\n\r\n")
    assert head.changed({}).raw == head.raw
    assert head.changed({"etag": None, "X-B": "3"}).raw == b"HTTP/1.1 200 OK\r\nX-A: 1\r\nX-B: 3\r\n\r\n"
    assert (head.status, head.headers["etag"]) == (200, '"1"')


def test_What_came_is_known_before_it_is_read():
    ours, other = socket.socketpair()
    with ours:
        stream = Stream(ours)
        assert not stream.has_something()
        with other:
            other.sendall(b"x")
            assert stream.has_something()
            assert stream.read_some() == b"x"
            assert not stream.has_something()
        assert stream.has_something()   # the end
        assert stream.read_some() == b""
