"""The lake in an object store: every value of it, and what is asked of the store on the way."""
import base64
import json
import re
import urllib.parse

import pyarrow.fs
import pyarrow.parquet
import pytest

from harness import oracle, s3_lake
from harness.lineitem import SCRIPT, assert_a_sample_is_equal, assert_aggregates_are_equal
from harness.memory import MIB, highest_memory, peak_memory
from harness.minio import KMS_KEY
from harness.paths import pagila
from harness.program import DONE, REFUSED, assert_error, assert_exit, export, finish, run_pg2athena, start_pg2athena

LINES = 1_000_000
PART = 8 * MIB


@pytest.fixture
def wide(database):
    """About 60 MB of Parquet that no codec makes smaller."""
    database.execute("CREATE TABLE wide AS SELECT i, md5(i::text) AS a, md5((i * 7)::text) AS b, random() AS c"
                     " FROM generate_series(1, 600000) AS i")
    return database


@pytest.fixture(scope="module")
def lineitem(cluster):
    with cluster.database("lineitem") as database:
        database.run_file(SCRIPT, rows=LINES)
        yield database


def test_Pagila_arrives_with_every_value(cluster, minio, bucket, tmp_path):
    file = pagila()
    with cluster.database("pagila") as database:
        database.run_file(file)
        database.execute("REFRESH MATERIALIZED VIEW public.rental_by_category")
        export(database, f"s3://{bucket}/lake", env=minio.environment())
        lake = s3_lake.fetch(minio, bucket, "lake", tmp_path / "fetched")
        for name, in database.query("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
                                    " AND relkind IN ('r', 'p', 'v', 'm') AND NOT relispartition"):
            oracle.assert_arrived(database, lake, "public", name)
    assert not minio.unfinished_uploads()


def test_Lineitem_arrives_encrypted_with_every_value(lineitem, minio, bucket, tmp_path):
    job = s3_lake.job(tmp_path, lineitem, f"s3://{bucket}/deep/lake", {"encryption": {"kms_key": KMS_KEY}})
    assert_exit(run_pg2athena("run", "--config", job, env=minio.environment()), DONE)
    lake = s3_lake.fetch(minio, bucket, "deep/lake", tmp_path / "fetched")
    assert_aggregates_are_equal(lineitem, lake, LINES)
    assert_a_sample_is_equal(lineitem, lake, LINES)
    for key in s3_lake.keys(minio, bucket):
        assert minio.client().head_object(Bucket=bucket, Key=key)["ServerSideEncryption"] == "aws:kms", key


def test_A_reader_over_the_network_finds_it_too(database, minio, bucket):
    database.execute("CREATE TABLE \"Größe\" AS SELECT i, 'ä' || i AS name FROM generate_series(1, 1000) AS i")
    export(database, f"s3://{bucket}/a lake/50%+ü", env=minio.environment())
    store = pyarrow.fs.S3FileSystem(access_key=minio.root.access_key, secret_key=minio.root.secret_key,
                                    endpoint_override=f"localhost:{minio.port}", region=minio.region,
                                    tls_ca_file_path=str(minio.ca_file))
    [key] = s3_lake.data(minio, bucket, "a lake/50%+ü")
    table = pyarrow.parquet.read_table(f"{bucket}/{key}", filesystem=store, partitioning=None)
    assert table.to_pylist() == [{"i": i, "name": f"ä{i}"} for i in range(1, 1001)]


def test_A_lake_at_the_top_of_a_bucket(database, minio, bucket, tmp_path):
    database.execute("CREATE TABLE t AS SELECT 1 AS i")
    for _ in range(2):
        export(database, f"s3://{bucket}", env=minio.environment())
    assert len([key for key in s3_lake.keys(minio, bucket) if key.startswith("public.t/data/")]) == 2
    ddl = assert_exit(run_pg2athena("ddl", f"s3://{bucket}/", env=minio.environment()), DONE)
    [run] = [json.loads(s3_lake.read(minio, bucket, "_pg2athena/tables/public.t.json"))["run_id"]]
    assert f"LOCATION 's3://{bucket}/public.t/data/{run}/'" in ddl.stdout


def test_What_is_asked_for_is_on_the_wire(wide, minio, proxy, bucket, tmp_path):
    job = s3_lake.job(tmp_path, wide, f"s3://{bucket}/lake", {
        "encryption": {"kms_key": KMS_KEY, "context": {"department": "sales"}, "bucket_key": True},
        "acl": "bucket-owner-full-control", "tags": {"stage": "a:b/c", "team": "data + lake"}, "storage_class": "STANDARD",
    }, limits={"workers": 1})
    assert_exit(run_pg2athena("run", "--config", job, env=minio.environment(endpoint=proxy.endpoint)), DONE)
    created = proxy.seen(method="POST", query="uploads")
    records = [request for request in proxy.seen(method="PUT") if request.path.endswith(".json")]
    assert created and records
    for request in created + records:
        headers = request.headers
        assert headers["x-amz-server-side-encryption"] == "aws:kms"
        assert headers["x-amz-server-side-encryption-aws-kms-key-id"] == KMS_KEY
        assert json.loads(base64.b64decode(headers["x-amz-server-side-encryption-context"])) == {"department": "sales"}
        assert headers["x-amz-server-side-encryption-bucket-key-enabled"] == "true"
        assert headers["x-amz-acl"] == "bucket-owner-full-control"
        assert headers["x-amz-tagging"] == "stage=a%3Ab%2Fc&team=data%20%2B%20lake"
        assert headers["content-type"] == ("application/json" if request in records else "application/vnd.apache.parquet")
    assert all(request.headers.get("x-amz-storage-class") == "STANDARD" for request in created)
    parts = proxy.seen(method="PUT", query="partNumber")
    assert max(request.size for request in parts) == PART
    assert all(request.headers["x-amz-checksum-crc64nvme"] for request in parts)
    for request in proxy.seen(method="POST", query="uploadId"):
        assert request.headers["if-none-match"] == "*" and request.headers["x-amz-checksum-type"] == "FULL_OBJECT"
    for request in records:
        assert {"if-none-match", "if-match"} & request.headers.keys() or "/pending/" in request.path \
            or request.path.endswith("/plan.json"), request
    # Keys are percent-encoded, and nothing of the lake's has a byte on the wire that isn't.
    assert all(re.fullmatch(r"[A-Za-z0-9/._~%-]*", request.path) for request in proxy.seen())


def test_Parts_are_sent_side_by_side_and_connections_are_kept(wide, minio, proxy, bucket):
    export(wide, f"s3://{bucket}/lake", "--workers", "1", env=minio.environment(endpoint=proxy.endpoint))
    assert proxy.most_at_once(method="PUT", query="partNumber") > 1
    assert proxy.connections < len(proxy.seen()) / 2


def test_Buckets_as_hosts(database, minio, bucket, tmp_path):
    database.execute("CREATE TABLE t AS SELECT 1 AS i")
    job = s3_lake.job(tmp_path, database, f"s3://{bucket}/lake",
                      {"endpoint": minio.endpoint_of_hosts, "addressing": "virtual_host"})
    assert_exit(run_pg2athena("run", "--config", job, env=minio.environment(endpoint="https://127.0.0.1:1")), DONE)
    assert s3_lake.published(minio, bucket, "lake").keys() == {"public.t"}


def test_A_bucket_ten_times_slower_than_the_reader_makes_the_run_slow_and_not_large(wide, minio, proxy, bucket):
    proxy.bytes_per_second = 8 * MIB
    process = start_pg2athena("run", wide.url, f"s3://{bucket}/lake", "--memory", "128MiB", "--workers", "2", "--quiet",
                              env=minio.environment(endpoint=proxy.endpoint))
    peak = highest_memory(process)
    assert_exit(finish(process, 10), DONE)
    assert peak < 128 * MIB
    assert sum(request.size for request in proxy.seen(method="PUT", query="partNumber")) > 20 * MIB


def test_Partitions_are_uploaded_side_by_side_within_the_memory(wide, minio, bucket, tmp_path):
    names = ["a/b", "x=y", "100%", "ä +", "plain"]
    wide.execute("CREATE TABLE parts AS SELECT i, a, b, (%s::text[])[i %% 5 + 1] AS k FROM wide", (names,))
    job = s3_lake.job(tmp_path, wide, f"s3://{bucket}/lake", tables=[{"name": "parts", "partition_by": {"value": "k"}}],
                      limits={"memory": "256MiB", "workers": 1})
    assert peak_memory("run", "--config", job, "--quiet", env=minio.environment(), timeout=60) < 256 * MIB
    assert not minio.unfinished_uploads()
    folders = {urllib.parse.unquote(key.split("/")[-2]) for key in s3_lake.data(minio, bucket, "lake")}
    assert folders == {f"k_value={name}" for name in names}
    lake = s3_lake.fetch(minio, bucket, "lake", tmp_path / "fetched")
    receipts = [json.loads(s3_lake.read(minio, bucket, key)) for key in s3_lake.keys(minio, bucket, "lake/_pg2athena/runs/")
                if "/receipts/" in key]
    assert all("order" not in receipt["source"] for receipt in receipts), "five files were open at once"
    oracle.assert_same(wide, lake, "public.parts", "TABLE parts")


@pytest.mark.parametrize("memory,workers", [(72, 1), (112, 2), (160, 2), (512, 4)])
def test_Memory_stays_under_the_promise(wide, minio, bucket, memory, workers):
    peak = peak_memory("run", wide.url, f"s3://{bucket}/lake", "--memory", f"{memory}MiB", "--workers", workers, "--quiet",
                       env=minio.environment())
    assert peak < memory * MIB


def test_Too_little_memory_for_uploads_is_refused_with_the_number_that_does(wide, minio, bucket):
    arguments = ["run", wide.url, f"s3://{bucket}/lake", "--workers", "4", "--quiet", "--memory"]
    refused = run_pg2athena(*arguments, "64MiB", env=minio.environment())
    assert_error(refused, REFUSED, "64MiB can't hold this plan")
    enough = re.search(r"--memory (\d+)MiB would do", refused.stderr).group(1)
    assert peak_memory(*arguments, f"{enough}MiB", env=minio.environment()) < int(enough) * MIB


def test_The_plan_needs_no_bucket_and_says_what_uploads_take(database):
    database.execute("CREATE TABLE t AS SELECT 1 AS i")
    plan = assert_exit(run_pg2athena("plan", database.url, "s3://no-such-bucket/lake"), DONE)
    assert "on their way to S3" in plan.stdout


def test_Two_tables_follow_each_other_and_readers_see_the_last(database, minio, bucket, tmp_path):
    database.execute("CREATE TABLE a AS SELECT 1 AS i; CREATE TABLE b AS SELECT 2 AS i")
    export(database, f"s3://{bucket}/lake", env=minio.environment())
    first = s3_lake.published(minio, bucket, "lake")
    database.execute("UPDATE a SET i = 3")
    export(database, f"s3://{bucket}/lake", "--table", "a", env=minio.environment())
    second = s3_lake.published(minio, bucket, "lake")
    assert second["public.a"] > first["public.a"] and second["public.b"] == first["public.b"]
    lake = s3_lake.fetch(minio, bucket, "lake", tmp_path / "fetched")
    oracle.assert_arrived(database, lake, "public", "a")
