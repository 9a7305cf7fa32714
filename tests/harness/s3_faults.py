"""What the proxy of the tests (s3_proxy.py) notes of a request, and what it can be told to do to one."""
import dataclasses
import re
import typing
import urllib.parse

# Bodies up to this size are kept, for tests that look into documents.
KEPT = 256 * 1024


@dataclasses.dataclass
class Request:
    """One that came, and what became of it. Times are of time.monotonic()."""
    number: int                 # from 1 on, in the order in which their heads came
    connection: int             # likewise
    method: str
    target: str                 # path and query as they came over the wire
    headers: dict[str, str]     # names in lower case
    began: float
    size: int = 0               # of the body that arrived, in bytes
    sha256: str = ""            # of that body, in hex; empty until all of it has arrived
    body: bytes | None = b""    # that body, or None if it has more than KEPT bytes
    forwarded: bool = False     # the store has got all of it
    status: int = 0             # that the store answered (or the proxy, if it wasn't forwarded); 0: nothing was
    answer_headers: dict[str, str] = dataclasses.field(default_factory=dict)
    answer_body: bytes | None = b""
    ended: float = 0            # 0: it is still on its way
    fault: "Fault | None" = None

    @property
    def path(self) -> str:
        """As it came over the wire, percent-encoded."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> dict[str, str]:
        return dict(urllib.parse.parse_qsl(self.target.partition("?")[2], keep_blank_values=True))

    def __str__(self) -> str:
        return f"{self.method} {self.target} ({self.size} bytes) -> {self.status or 'no answer'} {self.fault or ''}".rstrip()


# What can be done to a request

@dataclasses.dataclass(frozen=True)
class Answer:
    """The proxy answers, once it has all of the request; the store doesn't see it. `code` is S3's; with a status of 200
    that is the answer with an error in its body that CompleteMultipartUpload may give."""
    status: int
    code: str = ""
    message: str = "by the tests' proxy"
    headers: dict[str, str] = dataclasses.field(default_factory=dict)
    body: bytes | None = None           # in place of the XML with the code
    # Seconds by which the clock of the one who answers differs, as its Date shows.
    skew: float = 0


@dataclasses.dataclass(frozen=True)
class ResetAfter:
    """The connections are reset (RST) when `size` bytes of the body have passed. With 0 the store sees nothing of the
    request; a body that isn't longer has all arrived, and may have its effect."""
    size: int = 0


@dataclasses.dataclass(frozen=True)
class BlackHole:
    """All of the request is read, and nothing is answered. With `forward` it has its effect all the same."""
    forward: bool = False


@dataclasses.dataclass(frozen=True)
class DropAnswer:
    """The request has its effect, then the connection is reset."""


@dataclasses.dataclass(frozen=True)
class Delay:
    """Seconds that nothing happens: before the request's body is read, and before the answer is passed on."""
    request: float = 0
    answer: float = 0


@dataclasses.dataclass(frozen=True)
class TruncateAnswer:
    """The answer's head and `size` bytes of its body arrive, then the connection ends."""
    size: int = 0


@dataclasses.dataclass(frozen=True)
class ChangeAnswer:
    """The store's answer with other headers (None: without that one) and, where `pattern` is found in its body, another
    text there."""
    headers: dict[str, str | None] = dataclasses.field(default_factory=dict)
    pattern: bytes | None = None
    replacement: bytes = b""


@dataclasses.dataclass(frozen=True)
class Skew:
    """The clock of the store is `seconds` ahead: all its answers' Date shows it, and requests that differ from it by more
    than `tolerance` are refused as S3 does. MinIO itself takes what differs from the true time by up to 15 minutes: a
    program that corrects its clock is served as long as `seconds` isn't more."""
    seconds: float
    tolerance: float = 300


@dataclasses.dataclass(frozen=True)
class Call:
    """Calls a function when all of the request has arrived and before it is forwarded (`after`: when it has had its
    effect, and before the answer is passed on): the moment to kill something."""
    function: typing.Callable[[Request], object]
    after: bool = False


Fault = Answer | ResetAfter | BlackHole | DropAnswer | Delay | TruncateAnswer | ChangeAnswer | Skew | Call


@dataclasses.dataclass
class Match:
    """Which requests: all conditions that are given hold."""
    method: str | None = None
    path: str | None = None         # a regular expression that is found in the path as it came over the wire
    query: str | None = None        # a key that the query has ("uploads"), or key and value ("partNumber=3")

    def __call__(self, request: Request) -> bool:
        if self.method is not None and request.method != self.method:
            return False
        if self.path is not None and not re.search(self.path, request.path):
            return False
        if self.query is not None:
            key, has_value, value = self.query.partition("=")
            query = request.query
            return key in query and (not has_value or query[key] == value)
        return True
