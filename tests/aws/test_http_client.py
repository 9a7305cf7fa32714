"""The HTTP client (src/aws/http_client.h) against servers on loopback. Each error has to come within ten seconds."""
import socket
import struct
import threading

import pytest

from aws.probe import Refused
from harness.servers import Reply, free_port, raw_server, serve


def test_A_request_arrives_as_it_was_made_and_so_does_the_answer(probe):
    with serve(lambda asked: Reply(201, "hello", {"X-Answer": "yes", "Content-Type": "a/b"})) as server:
        answer = probe("send", server.url + "/a/./b%2Fc?x=%20y", "--method", "PUT", "--header", "X-Ask: 1", "--body", "text")
    assert (answer["status"], answer["body"], answer["headers"]["X-Answer"]) == (201, "hello", "yes")
    asked = server.asked[0]
    assert (asked.method, asked.path, asked.body) == ("PUT", "/a/./b%2Fc?x=%20y", b"text")
    assert asked.headers["x-ask"] == "1"
    assert asked.headers["content-length"] == "4"
    assert not {"expect", "content-type", "transfer-encoding"} & set(asked.headers)


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "POST", "DELETE"])
def test_Every_method_goes_without_a_body(probe, method):
    with serve(lambda asked: Reply(200, "text")) as server:
        answer = probe("send", server.url, "--method", method)
    assert answer["body"] == ("" if method == "HEAD" else "text")
    assert server.asked[0].method == method
    assert server.asked[0].headers.get("content-length") == ("0" if method in ("PUT", "POST") else None)


def test_A_refusal_is_an_answer_and_a_redirection_is_not_followed(probe):
    with serve(lambda asked: Reply(301, "", {"Location": "/elsewhere"})) as server:
        assert probe("send", server.url)["status"] == 301
    assert len(server.asked) == 1


def test_A_connection_is_used_again(probe, authority):
    with serve(tls=authority.server()) as server:
        assert probe("send", server.url, "--times", 5)["status"] == 200
    assert [asked.connection for asked in server.asked] == [1] * 5


def test_A_connection_that_the_server_closed_meanwhile_is_made_anew(probe):
    with serve(lambda asked: Reply(hang_up=True)) as server:
        assert probe("send", server.url, "--times", 3)["status"] == 200
    assert len(server.asked) == 3


def test_What_may_have_had_its_effect_is_not_sent_again(probe):
    def answer(asked):
        return Reply(lost=len(server.asked) == 2)
    with serve(answer) as server, pytest.raises(Refused) as refused:
        probe("send", server.url, "--times", 2, "--method", "PUT", "--body", "x" * 100000)
    assert refused.value.kind == "connection"
    assert len(server.asked) == 2, "libcurl would have made it three"


def test_Many_requests_go_at_once(probe, authority):
    with serve(tls=authority.server()) as server:
        assert probe("many", server.url, 100, "--method", "PUT", "--body", "x" * 50000) == {"200": 100}
    assert len(server.asked) == 100
    assert {len(asked.body) for asked in server.asked} == {50000}
    assert 4 < server.connections <= 54


def test_No_more_connections_are_made_than_allowed(probe):
    with serve() as server:
        assert probe("many", server.url, 60, "--max-connections", 3) == {"200": 60}
    assert server.connections <= 3


def test_A_request_that_waits_for_a_connection_does_not_stall(probe):
    def slowly(asked):
        threading.Event().wait(0.2)
        return Reply()
    with serve(slowly) as server:
        assert probe("many", server.url, 16, "--max-connections", 2, "--stall-ms", 900) == {"200": 16}


def test_A_client_that_goes_away_ends_what_is_on_its_way(probe):
    with raw_server(lambda connection: None) as port:
        outcomes = probe("many", f"http://127.0.0.1:{port}", 1, "--leave-ms", 300, patience=4)
    assert outcomes == {"interrupted": 1}


def test_A_stop_ends_all_at_once(probe):
    with raw_server(lambda connection: None) as port:
        assert probe("many", f"http://127.0.0.1:{port}", 40, "--cancel-after-ms", 300, patience=4) == {"interrupted": 40}


def test_A_certificate_that_nobody_known_signed_is_refused(probe, authority):
    del probe.environment["AWS_CA_BUNDLE"]
    with serve(tls=authority.server()) as server, pytest.raises(Refused) as refused:
        probe("send", server.url)
    assert refused.value.kind == "authentication"
    assert f"the certificate of {server.url} isn't trusted: " in refused.value.message
    assert "AWS_CA_BUNDLE" in refused.value.hint
    assert not server.asked


def test_A_certificate_for_another_host_is_refused(probe, authority):
    with serve(tls=authority.server("DNS:elsewhere.example")) as server, pytest.raises(Refused) as refused:
        probe("send", server.url)
    assert refused.value.kind == "authentication"
    assert f"the certificate of {server.url} is one for another host: " in refused.value.message
    assert "127.0.0.1" in refused.value.hint


def test_A_CA_file_that_is_not_there_is_named(probe, authority):
    probe.environment["AWS_CA_BUNDLE"] = "/nowhere/ca.pem"
    with serve(tls=authority.server()) as server, pytest.raises(Refused) as refused:
        probe("send", server.url)
    assert refused.value.kind == "invalid_argument"
    assert refused.value.message == "no certificates can be read from /nowhere/ca.pem"


def test_A_name_that_is_not_known_is_said(probe):
    with pytest.raises(Refused) as refused:
        probe("send", "https://no-such-host.invalid/")
    assert refused.value.kind == "connection"
    assert refused.value.message == "the host name no-such-host.invalid can't be resolved"


def test_A_port_where_nobody_listens_refuses(probe):
    url = f"https://127.0.0.1:{free_port()}"
    with pytest.raises(Refused) as refused:
        probe("send", url + "/secret?password=1")
    assert refused.value.kind == "connection"
    assert refused.value.message == f"{url} refuses the connection"


def test_A_host_that_does_not_answer_is_given_up(probe):
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        address = listener.getsockname()
        # Linux drops what comes when the queue of a listener that accepts nobody is full.
        full = [socket.socket() for _ in range(3)]
        for queued in full:
            queued.setblocking(False)
            queued.connect_ex(address)
        with pytest.raises(Refused) as refused:
            probe("send", f"http://127.0.0.1:{address[1]}", "--connect-ms", 700)
        for queued in full:
            queued.close()
    assert refused.value.kind == "connection"
    assert refused.value.message == f"no connection with http://127.0.0.1:{address[1]} within 700ms"


def test_A_server_that_speaks_no_TLS_is_recognized(probe):
    with serve() as server, pytest.raises(Refused) as refused:
        probe("send", f"https://127.0.0.1:{server.port}")
    assert refused.value.kind == "connection"
    assert refused.value.message.startswith(f"no TLS with https://127.0.0.1:{server.port}: ")


def test_A_server_that_keeps_silent_in_the_handshake_is_given_up(probe):
    with raw_server(lambda connection: None) as port, pytest.raises(Refused) as refused:
        probe("send", f"https://127.0.0.1:{port}", "--connect-ms", 700)
    assert refused.value.kind == "connection"
    assert refused.value.message == f"no connection with https://127.0.0.1:{port} within 700ms"


@pytest.mark.parametrize("begin", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome"], ids=["at_once", "in_the_body"])
def test_A_stalled_socket_is_an_error_in_seconds(probe, begin):
    with raw_server(lambda connection: connection.sendall(begin)) as port, pytest.raises(Refused) as refused:
        probe("send", f"http://127.0.0.1:{port}", "--stall-ms", 900)
    assert refused.value.kind == "connection"
    assert refused.value.message == f"http://127.0.0.1:{port} stalled: no byte in 900ms"


def test_A_body_that_nobody_takes_is_a_stall_too(probe):
    with raw_server(lambda connection: None) as port, pytest.raises(Refused) as refused:
        probe("send", f"http://127.0.0.1:{port}", "--method", "PUT", "--body", "x" * 100000, "--stall-ms", 900)
    assert refused.value.message == f"http://127.0.0.1:{port} stalled: no byte in 900ms"


def test_A_server_that_drips_ends_with_the_total_time(probe):
    def drip(connection: socket.socket):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
        while True:
            connection.sendall(b"x")
            threading.Event().wait(0.1)
    with raw_server(drip) as port, pytest.raises(Refused) as refused:
        probe("send", f"http://127.0.0.1:{port}", "--total-ms", 1200)
    assert refused.value.kind == "connection"
    assert refused.value.message == f"http://127.0.0.1:{port} didn't answer within 1200ms"


@pytest.mark.parametrize("begin", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome"], ids=["at_once", "in_the_body"])
def test_A_reset_connection_is_lost(probe, begin):
    def reset(connection: socket.socket):
        connection.recv(1000)
        connection.sendall(begin)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
    with raw_server(reset) as port, pytest.raises(Refused) as refused:
        probe("send", f"http://127.0.0.1:{port}")
    assert refused.value.kind == "connection"
    assert refused.value.message.startswith(f"the connection to http://127.0.0.1:{port} was lost: ")


def test_An_answer_that_is_cut_off_is_no_answer(probe):
    def cut(connection: socket.socket):
        connection.recv(1000)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome")
        connection.close()
    with raw_server(cut) as port, pytest.raises(Refused) as refused:
        probe("send", f"http://127.0.0.1:{port}")
    assert refused.value.kind == "connection"


def test_What_is_not_HTTP_is_refused(probe):
    def babble(connection: socket.socket):
        connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n" * 10)
        connection.close()
    with raw_server(babble) as port, pytest.raises(Refused) as refused:
        probe("send", f"http://127.0.0.1:{port}")
    assert refused.value.kind == "corrupt_input"
    assert refused.value.message.startswith(f"http://127.0.0.1:{port} doesn't answer in HTTP: ")


def test_An_answer_has_a_largest_size(probe):
    with serve(lambda asked: Reply(200, "x" * 1001)) as server:
        with pytest.raises(Refused) as refused:
            probe("send", server.url, "--max-bytes", 1000)
        assert refused.value.kind == "corrupt_input"
        assert refused.value.message == f"the answer of {server.url} has more than 1000"
        assert len(probe("send", server.url, "--max-bytes", 1001)["body"]) == 1001


def test_Headers_have_a_largest_size(probe):
    with serve(lambda asked: Reply(200, "", {f"X-{i}": "x" * 1000 for i in range(70)})) as server:
        with pytest.raises(Refused) as refused:
            probe("send", server.url)
    assert refused.value.kind == "corrupt_input"
    assert refused.value.message == f"the headers of the answer of {server.url} have more than 64KiB"


def test_A_stop_ends_a_request_at_once(probe):
    with raw_server(lambda connection: None) as port, pytest.raises(Refused) as refused:
        probe("send", f"http://127.0.0.1:{port}", "--cancel-after-ms", 300, patience=4)
    assert (refused.value.kind, refused.value.message) == ("interrupted", "stopped by the operator")


def test_A_header_can_not_smuggle_another(probe):
    with serve() as server, pytest.raises(Refused) as refused:
        probe("send", server.url, "--header", "X-A: 1\r\nX-B: 2")
    assert refused.value.kind == "invalid_argument"
    assert not server.asked


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/", "nonsense://x", ""])
def test_Only_http_is_spoken(probe, url):
    with pytest.raises(Refused) as refused:
        probe("send", url)
    assert refused.value.kind == "invalid_argument"


def test_A_proxy_of_the_environment_is_used(probe):
    with serve(lambda asked: Reply(200, "by proxy")) as proxy:
        probe.environment["http_proxy"] = proxy.url
        assert probe("send", "http://lake.example/a")["body"] == "by proxy"
        assert proxy.asked[0].path == "http://lake.example/a"
        with serve(lambda asked: Reply(200, "direct")) as server:
            probe.environment["no_proxy"] = "127.0.0.1"
            assert probe("send", server.url)["body"] == "direct"


def test_A_proxy_that_is_not_there_is_said(probe):
    probe.environment["https_proxy"] = "http://no-such-proxy.invalid:3128"
    with pytest.raises(Refused) as refused:
        probe("send", "https://lake.example/")
    assert refused.value.message == "the proxy's host name can't be resolved"
