"""Servers on loopback, on free ports, that note what they were asked."""
import contextlib
import dataclasses
import http.server
import socket
import ssl
import threading
import typing

from harness.loopback import free_port  # the tests take it from here


@dataclasses.dataclass
class Asked:
    method: str
    path: str  # with the query, as it came over the wire
    headers: dict[str, str]  # names in lower case
    body: bytes
    connection: int  # the how manyth of this server


@dataclasses.dataclass
class Reply:
    status: int = 200
    body: bytes | str = b""
    headers: dict[str, str] = dataclasses.field(default_factory=dict)
    # Ends the connection behind the answer without having said so.
    hang_up: bool = False
    # Ends the connection in the place of an answer.
    lost: bool = False


class Server(http.server.ThreadingHTTPServer):
    """Answers each request with what `answer` makes of it; .asked has them all."""
    daemon_threads = True
    request_queue_size = 128  # five connections that aren't taken yet are soon there on a busy machine

    def __init__(self, answer: typing.Callable[[Asked], Reply], tls: ssl.SSLContext | None = None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer = answer
        self.tls = tls
        self.asked: list[Asked] = []
        self.connections = 0

    def finish_request(self, request, client_address):
        self.connections += 1
        number = self.connections
        if self.tls:
            # Here and not in accept(): a handshake that doesn't come mustn't stop the others.
            try:
                request = self.tls.wrap_socket(request, server_side=True)
            except (ssl.SSLError, OSError):
                return
        self.RequestHandlerClass(request, client_address, self, number)

    def handle_error(self, request, client_address):
        pass  # a client that went away is what some tests are about

    @property
    def port(self) -> int:
        return self.server_address[1]

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def __init__(self, request, client_address, server, number):
        self.number = number
        super().__init__(request, client_address, server)

    def handle_request(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        asked = Asked(self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body, self.number)
        self.server.asked.append(asked)
        reply = self.server.answer(asked)
        if reply.lost:
            self.close_connection = True
            return
        content = reply.body.encode() if isinstance(reply.body, str) else reply.body
        self.send_response(reply.status)
        if "Date" in reply.headers:  # in the place of ours
            self._headers_buffer = [line for line in self._headers_buffer if not line.startswith(b"Date:")]
        for name, value in {"Content-Length": str(len(content)), **reply.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)
        if reply.hang_up:
            self.close_connection = True

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = handle_request

    def log_message(self, format, *args):
        pass


@contextlib.contextmanager
def serve(answer: typing.Callable[[Asked], Reply] = lambda asked: Reply(), tls: ssl.SSLContext | None = None):
    server = Server(answer, tls)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextlib.contextmanager
def raw_server(talk: typing.Callable[[socket.socket], None]):
    """For what isn't HTTP: `talk` has each connection to itself. Gives the port."""
    listener = socket.create_server(("127.0.0.1", 0))
    stopping = threading.Event()

    def converse(connection: socket.socket):
        with contextlib.suppress(OSError), connection:
            talk(connection)
            stopping.wait(20)

    def accept():
        while not stopping.is_set():
            with contextlib.suppress(OSError):
                connection, _ = listener.accept()
                threading.Thread(target=converse, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        stopping.set()
        listener.close()
