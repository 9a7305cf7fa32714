"""Fixtures of the tests that need an object store: MinIO, a bucket for each test, a proxy that can break things."""
import itertools
import os

import pytest

from harness.minio import Minio, NotHere
from harness.s3_proxy import S3Proxy

NUMBERS = itertools.count(1)


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


@pytest.fixture
def proxy(minio):
    """Before the store; passes everything on until it is told otherwise."""
    with S3Proxy(minio) as proxy:
        yield proxy
