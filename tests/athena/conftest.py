"""Fixtures of the tests of what Athena sees: a Glue, and a job that tells it of a lake in MinIO."""
import pyarrow.parquet
import pytest

from harness import s3_lake
from harness.glue import Glue
from harness.program import DONE, assert_error, assert_exit, run_pg2athena
from harness.trino import NotHere, Trino


@pytest.fixture
def glue(moto, minio):
    with Glue(moto, minio.root.access_key, minio.root.secret_key) as glue:
        yield glue


class Job:
    """One table and more, exported into a bucket and told to Glue."""

    def __init__(self, folder, database, minio, bucket, glue):
        self.folder, self.database, self.minio, self.bucket, self.glue = folder, database, minio, bucket, glue
        self.environment = {**minio.environment(), **glue.environment}
        self.tables = None
        self.sections = {}      # more of the configuration

    def file(self, **of_glue):
        sections = {"tables": self.tables} if self.tables else {}
        return s3_lake.job(self.folder, self.database, f"s3://{self.bucket}/lake",
                           catalog={"glue": {"database": "shop", **of_glue}}, **self.sections, **sections)

    def run(self, *, code=DONE, **of_glue):
        return assert_exit(run_pg2athena("run", "--config", self.file(**of_glue), env=self.environment), code)

    def refused(self, command, code, *mentions, **of_glue):
        result = run_pg2athena(command, "--config", self.file(**of_glue), env=self.environment)
        assert_error(result, code, *mentions)

    def publish(self):
        return run_pg2athena("publish", "--config", self.file(), env=self.environment)

    def rows(self, table: str, column: str) -> list:
        """What the files have that Glue's table leads to."""
        location = self.glue.table("shop", table)["StorageDescriptor"]["Location"]
        assert location.startswith(f"s3://{self.bucket}/lake/") and location.endswith("/")
        prefix = location.removeprefix(f"s3://{self.bucket}/")
        values = []
        for key in s3_lake.keys(self.minio, self.bucket, prefix):
            content = s3_lake.read(self.minio, self.bucket, key)
            values += pyarrow.parquet.read_table(pyarrow.BufferReader(content)).column(column).to_pylist()
        return sorted(values)

    def partition_rows(self, table: str, column: str) -> dict[str, list]:
        """What the files have that Glue's registered partitions lead to, by the partitions' values."""
        found = {}
        for value, descriptor in self.glue.partitions("shop", table).items():
            prefix = descriptor["Location"].removeprefix(f"s3://{self.bucket}/")
            contents = [s3_lake.read(self.minio, self.bucket, key) for key in s3_lake.keys(self.minio, self.bucket, prefix)]
            assert contents, f"{value} leads to nothing"
            found[value] = sorted(row for content in contents for row in pyarrow.parquet.read_table(
                pyarrow.BufferReader(content)).column(column).to_pylist())
        return found

    def runs(self) -> list[str]:
        """Those that left anything in the lake."""
        keys = s3_lake.keys(self.minio, self.bucket, "lake/_pg2athena/runs/")
        return sorted({key.split("/")[3] for key in keys})


@pytest.fixture(scope="session")
def trino(minio, moto):
    """Over what moto's Glue has. Skips the test where there is no Trino."""
    try:
        trino = Trino(minio, moto.url)
    except NotHere as reason:
        pytest.skip(str(reason))
    with trino:
        yield trino


@pytest.fixture
def job(tmp_path, database, minio, bucket, glue):
    database.execute("CREATE TABLE orders (id int PRIMARY KEY, total numeric(12,2), at timestamptz, tags text[]);"
                     "COMMENT ON COLUMN orders.total IS E'without\\nVAT';"
                     "INSERT INTO orders SELECT i, i * 1.01, '2026-01-31'::date + i, ARRAY['a'] FROM generate_series(1, 3) AS i")
    return Job(tmp_path, database, minio, bucket, glue)
