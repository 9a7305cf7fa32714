"""Fixtures of every test that needs a server."""
import itertools
import os
import pathlib

import pytest

from harness import sanitizer
from harness.certificates import Authority
from harness.cluster import Cluster, Database
from harness.minio import Minio, NotHere
from harness.moto_server import Moto


NUMBERS = itertools.count(1)


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


@pytest.fixture(scope="session")
def minio(authority):
    """For all tests; see Minio for one of a test's own. Skips the test where there is no MinIO."""
    try:
        minio = Minio(authority)
    except NotHere as reason:
        pytest.skip(str(reason))
    with minio:
        yield minio


@pytest.fixture
def bucket(minio) -> str:
    """The name of a new, empty bucket. It goes at the end of the test, with uploads that are still unfinished then."""
    name = f"lake-{os.getpid()}-{next(NUMBERS)}"
    minio.create_bucket(name)
    yield name
    if not minio.is_running:   # the test was about that
        minio.start()
    minio.delete_bucket(name)
    minio.forget_uploads()


@pytest.fixture(scope="session")
def moto(tmp_path_factory):
    """AWS's services, as moto plays them."""
    moto = Moto(tmp_path_factory.mktemp("moto") / "log")
    yield moto
    moto.stop()
