"""Fixtures of every test that needs a server."""
import pathlib

import pytest

from harness.cluster import Cluster, Database


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
