"""Fixtures of the tests that need an object store: a proxy before it that can break things, and tables to export."""
import datetime

import botocore.auth
import pytest

from harness.s3_proxy import S3Proxy


@pytest.fixture
def proxy(minio):
    """Before the store; passes everything on until it is told otherwise."""
    with S3Proxy(minio) as proxy:
        yield proxy


@pytest.fixture
def set_boto3_clock(monkeypatch):
    """Has boto3 sign with a time so many seconds from now."""
    def set_clock(seconds: float) -> None:
        time = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None) + datetime.timedelta(seconds=seconds)
        monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda: time)
        # Where the package awscrt is there too, botocore would sign by that, with a clock of its own.
        monkeypatch.setitem(botocore.auth.AUTH_TYPE_MAPS, "s3v4", botocore.auth.S3SigV4Auth)
    return set_clock


@pytest.fixture(scope="module")
def table(cluster):
    """About 45 MB of Parquet that no codec makes smaller."""
    with cluster.database() as database:
        database.execute("CREATE TABLE t AS SELECT i, md5(i::text) AS a, md5((i * 7)::text) AS b"
                         " FROM generate_series(1, 600000) AS i; ANALYZE")
        yield database
