"""A proxy between a program and its PostgreSQL that notes every statement and, where it is told so, breaks something.

It reads the protocol, so TLS has to be off (`url` sees to that). Requests to cancel go through.

    with PostgresProxy(database) as proxy:
        pause = proxy.add(Pause(), "^COPY", role=WORKER)
        proxy.add(Reset(after=100_000), "^COPY", role=WORKER, nth=2)
        ...  # the program, with proxy.url
        pause.wait()
        ...  # what another session does meanwhile
        pause.release()
        print(*proxy.seen(role=WORKER), sep="\\n")
"""
import contextlib
import select
import socket
import threading
import time
import typing
import urllib.parse

from harness import postgres_wire as wire
from harness.fault_rule import Rule
from harness.loopback import go_silent, reset
from harness.postgres_faults import ROLES, Alter, BlackHole, Call, Fault, Match, Pause, Refusal, Reset, Slow, Statement

# How often whoever waits for a socket or a test looks whether the connection has been ended meanwhile.
GLANCE = 0.05
F = typing.TypeVar("F", bound=Fault)


class PostgresProxy:
    """Before the server of `database`. Listens on a free port of loopback from the start of a `with` to its end."""

    def __init__(self, database):
        self._source = urllib.parse.urlsplit(database.url)
        self.rules: list[Rule] = []
        self.refusals: list[Refusal] = []
        self.statements: list[Statement] = []
        self.links: list[Link] = []             # all that came, refused ones too; link number n is links[n - 1]
        self.cancels = 0
        self.cancels_take = 0.0                 # seconds until the server gets a request to cancel
        self.farewell_takes = 0.0               # seconds until the server is told that a client has left
        self.failures: list[Exception] = []     # of functions that were called at statements; raised at the end
        self.changed = threading.Condition()    # guards what is above, and says that something came
        self.stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> "PostgresProxy":
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._listener.settimeout(GLANCE)
        self.port = self._listener.getsockname()[1]
        self.start(self._accept)
        return self

    def __exit__(self, *error) -> None:
        self.stopping.set()
        for thread in self._threads:
            thread.join(10)
        self._listener.close()
        if self.failures:
            raise self.failures[0]

    # For tests

    @property
    def url(self) -> str:
        return self.url_with()

    def url_with(self, user: str | None = None, **parameters: object) -> str:
        """The same with other parameters of libpq."""
        user = user or self._source.username
        query = urllib.parse.urlencode({"sslmode": "disable", **parameters})
        return self._source._replace(netloc=f"{user}@127.0.0.1:{self.port}", query=query).geturl()

    def add(self, fault: F, pattern: str = "", role: str | None = None, connection: int | None = None, nth: int = 1,
            times: int | None = 1) -> F:
        """A rule; of several that take a statement the first added does. See Match and Rule."""
        with self.changed:
            self.rules.append(Rule(fault, Match(pattern, role, connection), nth, times))
        return fault

    def refuse(self, sqlstate: str | None = None, after: int = 0, times: int | None = None) -> Refusal:
        """Connections that come from now on; see Refusal."""
        with self.changed:
            self.refusals.append(Refusal(sqlstate, after, times))
            return self.refusals[-1]

    def clear(self) -> None:
        """Neither rules nor refusals from now on, and no statement noted. Whoever is held at a pause goes on."""
        with self.changed:
            for rule in self.rules:
                if isinstance(rule.fault, Pause):
                    rule.fault.release()
            self.rules.clear()
            self.refusals.clear()
            self.statements.clear()

    def seen(self, pattern: str = "", role: str | None = None, connection: int | None = None) -> list[Statement]:
        """The statements that match, in the order in which they came."""
        with self.changed:
            return list(filter(Match(pattern, role, connection), self.statements))

    def wait_for(self, pattern: str = "", role: str | None = None, count: int = 1, timeout: float = 30) -> list[Statement]:
        """Returns when so many statements that match have come."""
        match = Match(pattern, role)
        with self.changed:
            assert self.changed.wait_for(lambda: sum(map(match, self.statements)) >= count, timeout), \
                f"{count} statements {match} didn't come within {timeout} s, but:\n" + "\n".join(map(str, self.statements))
            return list(filter(match, self.statements))

    def links_of(self, role: str) -> list["Link"]:
        """Those that are open."""
        with self.changed:
            return [link for link in self.links if link.role == role and not link.over.is_set()]

    # For connections

    def start(self, function: typing.Callable, *arguments) -> None:
        thread = threading.Thread(target=function, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def connect_server(self) -> socket.socket:
        return connected(socket.create_connection((self._source.hostname, self._source.port)))

    def _accept(self) -> None:
        while not self.stopping.is_set():
            try:
                client, _ = self._listener.accept()
            except TimeoutError:
                continue
            with self.changed:
                link = Link(self, connected(client), len(self.links) + 1)
                self.links.append(link)
            self.start(link.hold)

    def take_connection(self) -> Refusal | None:
        """What is to happen to one that asks to be let in."""
        with self.changed:
            # Each counts, also where an earlier one takes it.
            taking = [refusal for refusal in self.refusals if refusal.takes_one()]
            return taking[0] if taking else None

    def take(self, link: "Link", text: str) -> Statement:
        """Notes a statement that came, and what is to happen to it."""
        with self.changed:
            link.role = link.role or next((role for role, pattern in ROLES if pattern.search(text)), None)
            statement = Statement(len(self.statements) + 1, link.number, link.role, text)
            self.statements.append(statement)
            taking = [rule for rule in self.rules if rule.takes(statement)]
            if taking:
                taking[0].applied += 1
                statement.fault = taking[0].fault
            self.changed.notify_all()
            return statement


class Ended(Exception):
    """Someone has ended the connection."""


class Link:
    """One connection of a client, and the one with the server that belongs to it."""

    def __init__(self, proxy: PostgresProxy, client: socket.socket, number: int):
        self.proxy = proxy
        self.number = number
        self.parameters: dict[str, str] = {}    # of the startup message: user, database, application_name …
        self.role: str | None = None
        self.backend: int | None = None         # its pid
        self.bytes_from_server = 0
        self.bytes_per_second: int | None = None
        self.over = threading.Event()
        self.is_silent = threading.Event()      # nothing comes through
        self._limit: tuple[int, Fault] | None = None    # what happens when the server has sent so much
        self._altered: tuple[typing.Callable, wire.MessageReader] | None = None     # the COPY that is under way
        self._client = client
        self._server: socket.socket | None = None
        self._inbox = wire.MessageReader(with_first=True)

    def hold(self) -> None:
        """Returns when the connection is over."""
        try:
            if self._enter():
                self.proxy.start(self._pass_answers)
                while True:
                    self._treat(self._next_message())
        except Ended:
            # The client has gone, which the server is told; it may still have something to say.
            if self._server and not self.over.is_set():
                with contextlib.suppress(OSError):
                    self._server.shutdown(socket.SHUT_WR)
                return   # the other direction ends it
        self.end()

    def end(self, abruptly: bool = False) -> None:
        self.over.set()
        for one in filter(None, [self._client, self._server]):
            if abruptly:
                reset(one)
            else:
                one.close()
        with self.proxy.changed:
            self.proxy.changed.notify_all()

    def fall_silent(self) -> None:
        self.is_silent.set()
        go_silent(self._client)

    # Its parts

    def _enter(self) -> bool:
        """Asks the server to let the client in. False if that is not what it wants, or not what it gets."""
        while True:
            first = self._next_message()
            match wire.request_code(first):
                case wire.SSL_REQUEST | wire.GSSENC_REQUEST:
                    self._send(self._client, wire.NOT_WILLING)
                case wire.CANCEL_REQUEST:
                    self._cancel(first)
                    return False
                case _:
                    break
        self._inbox.with_first = False
        self.parameters = wire.startup_parameters(first)
        if refusal := self.proxy.take_connection():
            if refusal.sqlstate is None:
                self.end(abruptly=True)
            else:
                self._send(self._client, wire.fatal_error(refusal.sqlstate, "refused by the tests' proxy"))
            return False
        try:
            self._server = self.proxy.connect_server()
        except OSError:      # it doesn't run: the client sees what it would see without us
            self.end(abruptly=True)
            return False
        self._send(self._server, first.raw)
        return True

    def _cancel(self, request: wire.Message) -> None:
        with self.proxy.changed:
            self.proxy.cancels += 1
        self._wait(self.proxy.cancels_take)
        with contextlib.suppress(OSError), self.proxy.connect_server() as server:
            server.sendall(request.raw)
            server.settimeout(10)
            server.recv(1)      # the server ends it when it has done what was asked

    def _next_message(self) -> wire.Message:
        while (message := self._inbox.take()) is None:
            self._inbox.add(self._receive(self._client))
        return message

    def _treat(self, message: wire.Message) -> None:
        text = wire.statement_text(message)
        if message.kind == b"X":
            self._wait(self.proxy.farewell_takes)
        if text is not None:
            self._apply(self.proxy.take(self, text))
        if not self.is_silent.is_set():
            self._send(self._server, message.raw)

    def _apply(self, statement: Statement) -> None:
        match statement.fault:
            case Pause() as pause:
                pause.reach(statement)
                while not pause.is_released(GLANCE):
                    self._check()
            case Call(function):
                self._call(function, statement)
            case Alter(function):
                self._altered = function, wire.MessageReader(with_first=False)
            case Slow(bytes_per_second):
                self.bytes_per_second = bytes_per_second
            case Reset(after=0):
                self.end(abruptly=True)
                raise Ended
            case BlackHole(after=0):
                self.fall_silent()
            case Reset(after) | BlackHole(after):
                self._limit = self.bytes_from_server + after, statement.fault

    def _call(self, function: typing.Callable, statement: Statement) -> None:
        try:
            function(statement)
        except Exception as failure:    # the test's own, which it doesn't see in this thread
            self.proxy.failures.append(failure)
            self.end(abruptly=True)
            raise Ended from None

    def _pass_answers(self) -> None:
        greeting: wire.MessageReader | None = wire.MessageReader(with_first=False)
        try:
            while True:
                data = self._receive(self._server)
                if greeting:
                    greeting = self._note_backend(greeting, data)
                self._pass(self._alter(data) if self._altered else data)
        except Ended:
            self.end()

    def _note_backend(self, greeting: wire.MessageReader, data: bytes) -> wire.MessageReader | None:
        greeting.add(data)
        while message := greeting.take():
            if message.kind == b"K":
                self.backend = wire.INTEGER.unpack_from(message.body)[0]
                return None
        return greeting

    def _alter(self, data: bytes) -> bytes:
        """What is to be passed on of what came; messages that aren't all there yet wait."""
        function, messages = self._altered
        messages.add(data)
        passed = bytearray()
        while message := messages.take():
            if message.kind == b"d":
                body = function(message.body)
                passed += wire.Message(message.kind, body).raw if body is not None else b""
                continue
            passed += message.raw
            if message.kind == b"Z":        # ready for the next statement, which nobody has sent yet
                self._altered = None
        return bytes(passed)

    def _pass(self, data: bytes) -> None:
        limit = self._limit
        if limit:
            data = data[:limit[0] - self.bytes_from_server]
            if isinstance(limit[1], BlackHole) and len(data) == limit[0] - self.bytes_from_server:
                go_silent(self._client)     # before the client can answer to the last of it
        # Before the client has it, whose next statement may count from here.
        self.bytes_from_server += len(data)
        if self.bytes_per_second:
            # A tenth of a second's worth at a time, so that it is slow and not late.
            step = max(1, self.bytes_per_second // 10)
            for begin in range(0, len(data), step):
                self._send(self._client, data[begin:begin + step])
                self._wait(len(data[begin:begin + step]) / self.bytes_per_second)
        else:
            self._send(self._client, data)
        if limit and self.bytes_from_server >= limit[0]:
            self._limit = None
            if isinstance(limit[1], Reset):
                self.end(abruptly=True)
                raise Ended
            self.fall_silent()

    # Sockets, such that the proxy's end and faults are noticed

    def _check(self) -> None:
        if self.over.is_set() or self.proxy.stopping.is_set():
            raise Ended

    def _wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self._check()
            time.sleep(min(left, GLANCE))

    def _receive(self, source: socket.socket) -> bytes:
        """What came; Ended if it is the end."""
        while True:
            self._check()
            try:
                if self.is_silent.is_set():
                    time.sleep(GLANCE)
                elif select.select([source], [], [], GLANCE)[0]:
                    if data := source.recv(65536):
                        return data
                    raise Ended
            except (OSError, ValueError):       # ValueError: closed meanwhile by the other direction
                raise Ended from None

    def _send(self, target: socket.socket, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            self._check()
            try:
                if select.select([], [target], [], GLANCE)[1]:
                    rest = rest[target.send(rest):]
            except BlockingIOError:
                continue
            except (OSError, ValueError):
                raise Ended from None


def connected(one: socket.socket) -> socket.socket:
    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    one.setblocking(False)
    return one
