"""Fixtures of every test that needs a server."""
import pathlib

import pytest

from harness import sanitizer
from harness.certificates import Authority
from harness.cluster import Cluster, Database


@pytest.fixture(scope="session")
def sanitizer_findings(tmp_path_factory) -> sanitizer.Findings:
    return sanitizer.Findings(tmp_path_factory.mktemp("findings"))


@pytest.fixture(autouse=sanitizer.NAME is not None)
def no_sanitizer_finding(sanitizer_findings):
    """A test under which the program's sanitizer found something has failed, whatever else it saw."""
    yield
    found = sanitizer_findings.take()
    assert not found, f"{sanitizer.NAME} found something:\n{found}"


@pytest.fixture(scope="session")
def authority(tmp_path_factory) -> Authority:
    """One of the tests' own, for TLS with servers on loopback."""
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="session")
def cluster():
    """A PostgreSQL of the tests' own, on a free port; trusts everyone on loopback."""
    cluster = Cluster()
    yield cluster
    cluster.stop()


@pytest.fixture
def database(cluster) -> Database:
    """A new, empty database for one test."""
    with cluster.database() as database:
        yield database


@pytest.fixture
def lake(tmp_path) -> pathlib.Path:
    """Where a run may put its lake; the folder isn't there yet."""
    return tmp_path / "lake"
