"""A proxy between a program and its object store that notes every request and, where it is told so, breaks one.

It ends the program's TLS with a certificate of the tests' authority and speaks TLS with the store. Heads and bodies pass
through as they came, `Host` too, so that the program's signatures, which are for the proxy's address, stay valid.

    with S3Proxy(minio) as proxy:
        proxy.add(Answer(503, "SlowDown"), method="PUT", query="partNumber", nth=2, times=3)
        ...  # the program, with minio.environment(endpoint=proxy.endpoint)
        assert len(proxy.seen(method="PUT", query="partNumber")) == 12
"""
import contextlib
import email.utils
import hashlib
import re
import socket
import threading
import time
import typing
import xml.sax.saxutils
from datetime import datetime, timezone

from harness.fault_rule import Rule
from harness.http_stream import Head, Stream
from harness.loopback import reset
from harness.minio import DOMAIN, NAMES, Minio
from harness.s3_faults import (KEPT, Answer, BlackHole, Call, ChangeAnswer, Delay, DropAnswer, Fault, Match, Request,
                               ResetAfter, Skew, TruncateAnswer)


class S3Proxy:
    """Listens on a free port of loopback from the start of a `with` to its end."""

    def __init__(self, minio: Minio):
        self.minio = minio
        self.rules: list[Rule] = []
        self.requests: list[Request] = []
        self.connections = 0
        # Of bodies in both directions, all connections together; None: no limit.
        self.bytes_per_second: float | None = None
        # Connections that come are reset at once.
        self.refuses = False
        self.changed = threading.Condition()    # guards what is above, and says that a request came or ended
        self.stopping = threading.Event()
        self._budget_at = 0.0
        self._sockets: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._tls = minio.authority.server(NAMES)
        self._store_tls = minio.authority.client()
        self._listener: socket.socket | None = None

    def __enter__(self) -> "S3Proxy":
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = self._listener.getsockname()[1]
        self._start(self._accept)
        return self

    def __exit__(self, *error) -> None:
        self.stopping.set()
        # shutdown() wakes a thread that waits in accept() or recv(); close() doesn't.
        for open_one in [self._listener, *self._sockets]:
            with contextlib.suppress(OSError):   # it has ended
                open_one.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(10)

    # For tests

    @property
    def endpoint(self) -> str:
        return f"https://localhost:{self.port}"

    @property
    def endpoint_of_hosts(self) -> str:
        """See Minio.endpoint_of_hosts."""
        return f"https://{DOMAIN}:{self.port}"

    def add(self, fault: Fault, method: str | None = None, path: str | None = None, query: str | None = None, nth: int = 1,
            times: int | None = 1) -> Rule:
        """A rule; of several that take a request the first added does. See Match and Rule."""
        rule = Rule(fault, Match(method, path, query), nth, times)
        with self.changed:
            self.rules.append(rule)
        return rule

    def clear(self) -> None:
        """Neither rules nor limits from now on, and nothing noted."""
        with self.changed:
            self.rules.clear()
            self.requests.clear()
            self.bytes_per_second, self.refuses = None, False

    def seen(self, method: str | None = None, path: str | None = None, query: str | None = None) -> list[Request]:
        """The requests that match, in the order in which they came."""
        with self.changed:
            return list(filter(Match(method, path, query), self.requests))

    def wait_for(self, count: int = 1, method: str | None = None, path: str | None = None, query: str | None = None,
                 ended: bool = True, timeout: float = 30) -> list[Request]:
        """Returns when so many requests that match have ended (or have come)."""
        match = Match(method, path, query)

        def found():
            return [request for request in self.requests if match(request) and (request.ended or not ended)]
        with self.changed:
            assert self.changed.wait_for(lambda: len(found()) >= count, timeout), \
                f"{count} requests {match} didn't come within {timeout} s, but:\n" + "\n".join(map(str, self.requests))
            return found()

    def most_at_once(self, method: str | None = None, path: str | None = None, query: str | None = None) -> int:
        """How many of the requests that match were on their way at the same time."""
        steps = []
        for request in self.seen(method, path, query):
            steps += [(request.began, 1), (request.ended or float("inf"), -1)]
        most = now = 0
        for _, step in sorted(steps):
            now += step
            most = max(most, now)
        return most

    # For connections

    def _start(self, function: typing.Callable, *arguments) -> None:
        thread = threading.Thread(target=function, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self.stopping.is_set():
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            with self.changed:
                self.connections += 1
                number, refuses = self.connections, self.refuses
            if refuses:
                reset(client)
            else:
                self._start(self._serve, client, number)

    def _serve(self, plain: socket.socket, number: int) -> None:
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._sockets.add(plain)
        try:
            # Here and not in accept(): a handshake that doesn't come mustn't stop the others.
            client = self._tls.wrap_socket(plain, server_side=True)
        except OSError:
            plain.close()
            return
        finally:
            self._sockets.discard(plain)
        self._sockets.add(client)
        conversation = Conversation(self, Stream(client), number)
        try:
            conversation.hold()
            conversation.client.end()
        except Reset:
            reset(client)
        except OSError:
            pass   # the client went away, which is what some tests are about
        finally:
            self._sockets.discard(client)
            client.close()
            conversation.leave_store()

    def connect_store(self) -> Stream:
        plain = socket.create_connection(("127.0.0.1", self.minio.port))
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        store = self._store_tls.wrap_socket(plain, server_hostname="localhost")
        self._sockets.add(store)
        return Stream(store)

    def leave_store(self, store: Stream) -> None:
        self._sockets.discard(store.socket)
        store.socket.close()

    def take(self, request: Request) -> None:
        """Notes a request that came, and what is to happen to it."""
        with self.changed:
            request.number = len(self.requests) + 1
            self.requests.append(request)
            # Each rule counts, also where an earlier one takes the request.
            taking = [rule for rule in self.rules if rule.takes(request)]
            if taking:
                taking[0].applied += 1
                request.fault = taking[0].fault
            self.changed.notify_all()

    def end(self, request: Request) -> None:
        with self.changed:
            request.ended = request.ended or time.monotonic()
            self.changed.notify_all()

    def throttle(self, size: int) -> None:
        """Returns when so many bytes may pass."""
        with self.changed:
            rate = self.bytes_per_second
            if rate is None:
                return
            now = time.monotonic()
            self._budget_at = max(self._budget_at, now) + size / rate
            wait = self._budget_at - now
        self.stopping.wait(wait)


class Reset(Exception):
    """The client's connection is to be reset: by a fault, or because the store did so."""


class Conversation:
    """One connection of a client, and the one with the store that belongs to it."""

    def __init__(self, proxy: S3Proxy, client: Stream, number: int):
        self.proxy = proxy
        self.client = client
        self.number = number
        self.store: Stream | None = None
        self.is_sending = False   # the client, a body that the store didn't wait for

    def hold(self) -> None:
        """Returns when the connection is to end."""
        keep = True
        while keep and (head := self.client.read_head()):
            method, target, _ = head.start.split(" ", 2)
            request = Request(0, self.number, method, target, head.headers, time.monotonic())
            self.proxy.take(request)
            try:
                keep = self.treat(request, head)
            finally:
                self.proxy.end(request)

    def leave_store(self) -> None:
        if self.store:
            self.proxy.leave_store(self.store)
            self.store = None

    def treat(self, request: Request, head: Head) -> bool:
        """Does with a request what is to happen to it. May another one follow?"""
        fault = request.fault
        if isinstance(fault, Skew):
            fault = what_skew_does(fault, request)
        match fault:
            case None:
                return self.pass_on(request, self.forward(request, head))
            case Answer():
                self.read_body(request, head)
                return self.answer(request, fault)
            case ResetAfter():
                if fault.size:
                    self.forward(request, head, limit=fault.size)
                raise Reset
            case BlackHole(forward=False):
                self.read_body(request, head)
                self.client.read_until_end()
                return False
            case Delay():
                self.proxy.stopping.wait(fault.request)
                answer = self.forward(request, head)
                self.proxy.stopping.wait(fault.answer)
                return self.pass_on(request, answer)
            case Call(after=False):
                body = self.read_body(request, head)
                fault.function(request)
                return self.pass_on(request, self.forward(request, head, body))
        return self.treat_answer(request, self.forward(request, head), fault)

    def treat_answer(self, request: Request, answer: Head, fault: Fault) -> bool:
        body = self.read_answer(request, answer)
        headers: dict[str, str | None] = {}
        match fault:
            case BlackHole():
                self.client.read_until_end()
                return False
            case DropAnswer():
                raise Reset
            case ChangeAnswer():
                headers = dict(fault.headers)
                if fault.pattern is not None:
                    body = re.sub(fault.pattern, fault.replacement, body)
            case Call():
                fault.function(request)
        if answer.has_body and request.method != "HEAD":
            headers |= {"Transfer-Encoding": None, "Content-Length": str(len(body))}
        answer = answer.changed(headers)
        if isinstance(fault, TruncateAnswer):
            self.write_last(request, answer.raw + body[:fault.size])
            return False
        self.write_last(request, answer.raw + body)
        return self.may_go_on(answer)

    def read_body(self, request: Request, head: Head) -> list[bytes]:
        """All of the request, as it came over the wire after the head."""
        if head.expects_continue:
            self.client.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        return list(self.pieces(request, head))

    def pieces(self, request: Request, head: Head) -> typing.Iterator[bytes]:
        """The same, piece by piece; notes what came."""
        digest, kept = hashlib.sha256(), []
        request.body = None
        for raw, data in self.client.read_body(head):
            self.proxy.throttle(len(raw))
            digest.update(data)
            request.size += len(data)
            if request.size <= KEPT:
                kept.append(data)
            yield raw
        request.sha256 = digest.hexdigest()
        request.body = b"".join(kept) if request.size <= KEPT else None

    def forward(self, request: Request, head: Head, body: list[bytes] | None = None, limit: int | None = None) -> Head:
        """Sends the request to the store; gives the head of the answer. `body` is what was read of it already."""
        try:
            if self.store and self.store.has_something():
                self.leave_store()   # it has ended the connection meanwhile
            if not self.store:
                self.store = self.proxy.connect_store()
            self.store.write(head.raw)
        except OSError as error:
            raise Reset from error
        if head.expects_continue:
            answer = self.answer_head()
            if answer.status >= 200:
                return answer   # the store doesn't want the body
            if body is None:
                self.client.write(answer.raw)
        early = self.send(self.pieces(request, head) if body is None else iter(body), limit)
        request.forwarded, self.is_sending = early is None, early is not None
        return early or self.answer_head()

    def send(self, pieces: typing.Iterator[bytes], limit: int | None) -> Head | None:
        """Sends a body; gives the answer's head if the store answers before it has all of it."""
        sent = 0
        for piece in pieces:
            if limit is not None and sent + len(piece) >= limit:
                with contextlib.suppress(OSError):
                    self.store.write(piece[:limit - sent])
                reset(self.store.socket)
                raise Reset
            try:
                if not self.store.has_something():
                    self.store.write(piece)
                    sent += len(piece)
                    continue
            except OSError:
                pass   # it takes no more; it may have said why
            return self.answer_head()
        if limit is not None:
            raise Reset
        return None

    def answer_head(self) -> Head:
        try:
            head = self.store.read_head()
        except OSError as error:
            raise Reset from error
        if head is None:
            raise Reset
        return head

    def pass_on(self, request: Request, answer: Head) -> bool:
        """Passes the store's answer on as it comes. May another request follow?"""
        self.note(request, answer)
        kept, size = [], 0
        last = answer.raw
        for raw, data in self.answer_body(request, answer):
            self.proxy.throttle(len(raw))
            self.client.write(last)
            last = raw
            size += len(data)
            if size <= KEPT:
                kept.append(data)
        request.answer_body = b"".join(kept) if size <= KEPT else None
        self.write_last(request, last)
        return self.may_go_on(answer)

    def write_last(self, request: Request, data: bytes) -> None:
        """What the client waits for. When it has that, a test has to find all of it noted."""
        self.proxy.end(request)
        self.client.write(data)

    def may_go_on(self, answer: Head) -> bool:
        if self.is_sending:
            # What still comes is read, or the client would be told of a reset and not of the answer.
            self.client.read_until_end(seconds=5)
            return False
        return not answer.ends_connection

    def read_answer(self, request: Request, answer: Head) -> bytes:
        self.note(request, answer)
        body = b"".join(data for _, data in self.answer_body(request, answer))
        request.answer_body = body if len(body) <= KEPT else None
        return body

    def answer_body(self, request: Request, answer: Head) -> typing.Iterator[tuple[bytes, bytes]]:
        if request.method == "HEAD":
            return
        try:
            yield from self.store.read_body(answer)
        except OSError as error:
            raise Reset from error

    def note(self, request: Request, answer: Head) -> None:
        request.status, request.answer_headers = answer.status, answer.headers

    def answer(self, request: Request, answer: Answer) -> bool:
        """Answers in the store's place."""
        body = answer.body
        if body is None:
            body = error_document(answer, request.path) if answer.code and request.method != "HEAD" else b""
        headers = {"Date": http_date(answer.skew), "Server": "tests", "x-amz-request-id": f"P{request.number}",
                   "Content-Type": "application/xml", "Content-Length": str(len(body)), **answer.headers}
        head = Head.made(f"HTTP/1.1 {answer.status} Answer", list(headers.items()))
        self.note(request, head)
        request.answer_body = body
        self.write_last(request, head.raw + body)
        return True


def what_skew_does(skew: Skew, request: Request) -> Fault:
    try:
        signed = datetime.strptime(request.headers.get("x-amz-date", ""), "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)
    except ValueError:
        return ChangeAnswer({"Date": http_date(skew.seconds)})
    if abs(signed.timestamp() - time.time() - skew.seconds) > skew.tolerance:
        return Answer(403, "RequestTimeTooSkewed", "The difference between the request time and the server's time is too "
                      "large.", skew=skew.seconds)
    return ChangeAnswer({"Date": http_date(skew.seconds)})


def error_document(answer: Answer, path: str) -> bytes:
    parts = {"Code": answer.code, "Message": answer.message, "Resource": path, "RequestId": "tests"}
    return ('<?xml version="1.0" encoding="UTF-8"?>\n<Error>'
            + "".join(f"<{name}>{xml.sax.saxutils.escape(text)}</{name}>" for name, text in parts.items())
            + "</Error>").encode()


def http_date(skew: float) -> str:
    return email.utils.formatdate(time.time() + skew, usegmt=True)
