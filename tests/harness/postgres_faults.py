"""What the tests' proxy (postgres_proxy.py) notes of a statement, and what it can be told to do at one."""
import dataclasses
import re
import threading
import typing

# Who a connection of the program is: the first line counts whose expression is found in something that it says. Nobody has
# said so yet: None. A spare and a worker begin alike, with SET TRANSACTION SNAPSHOT; and a worker that looks up the names in a
# query begins as the keeper does, but waits for no lock.
KEEPER, SPARE, WORKER = "keeper", "spare", "worker"
ROLES = ((KEEPER, re.compile(r"^BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY; SET LOCAL lock_timeout = (?!10;)")),
         (SPARE, re.compile(r"lock_timeout = '100ms'|pg_export_snapshot")),
         (WORKER, re.compile(r"NOWAIT$|lock_timeout = ('10ms'|10;)|^COPY ")))


@dataclasses.dataclass
class Statement:
    """One that a client asked for."""
    number: int             # from 1 on, over all connections, in the order in which they came
    connection: int         # likewise
    role: str | None        # of the connection, this statement included
    text: str
    fault: "Fault | None" = None

    def __str__(self) -> str:
        return f"{self.connection} {self.role or '?'}: {' '.join(self.text.split())[:160]} {self.fault or ''}".rstrip()


# What can be done at a statement. `after` counts bytes that the server answers from the statement on: with 0 the server
# doesn't see the statement. The bytes of a COPY are such an answer.

@dataclasses.dataclass(frozen=True)
class Reset:
    """The connection is reset (RST), for both who hold it."""
    after: int = 0


@dataclasses.dataclass(frozen=True)
class BlackHole:
    """Nothing comes through any more, in no direction, and nobody is told: not even TCP of the client's side gets an answer."""
    after: int = 0


@dataclasses.dataclass(frozen=True)
class Slow:
    """From here on the server's bytes come at this rate."""
    bytes_per_second: int


@dataclasses.dataclass(frozen=True)
class Call:
    """Calls a function before the statement is forwarded; meanwhile nothing of this connection is forwarded."""
    function: typing.Callable[[Statement], object]


@dataclasses.dataclass(frozen=True)
class Alter:
    """Each message of the COPY that the statement starts becomes what a function makes of its body; None takes it away."""
    function: typing.Callable[[bytes], bytes | None]


class Pause:
    """Holds the statement until the test releases it. What the server says comes through meanwhile."""

    def __init__(self):
        self.statement: Statement | None = None
        self._reached = threading.Event()
        self._released = threading.Event()

    def reach(self, statement: Statement) -> None:
        self.statement = statement
        self._reached.set()

    def wait(self, timeout: float = 30) -> Statement:
        """Returns when the statement has come."""
        assert self._reached.wait(timeout), f"the statement to pause at didn't come within {timeout} s"
        return self.statement

    @property
    def is_reached(self) -> bool:
        return self._reached.is_set()

    def release(self) -> None:
        self._released.set()

    def is_released(self, timeout: float) -> bool:
        return self._released.wait(timeout)


Fault = Reset | BlackHole | Slow | Call | Alter | Pause


@dataclasses.dataclass
class Match:
    """Which statements: all conditions that are given hold."""
    pattern: str = ""               # a regular expression that is found in the text
    role: str | None = None
    connection: int | None = None

    def __call__(self, statement: Statement) -> bool:
        return ((self.role is None or statement.role == self.role)
                and (self.connection is None or statement.connection == self.connection)
                and re.search(self.pattern, statement.text) is not None)


@dataclasses.dataclass
class Refusal:
    """Of connections that come: `times` many, without the first `after`. With an SQLSTATE the server says that; without,
    the connection is reset."""
    sqlstate: str | None
    after: int = 0
    times: int | None = None
    seen: int = 0
    applied: int = 0

    def takes_one(self) -> bool:
        """To be asked once for each connection."""
        self.seen += 1
        takes = self.after < self.seen and (self.times is None or self.seen <= self.after + self.times)
        self.applied += takes
        return takes
