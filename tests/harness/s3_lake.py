"""A lake in an object store, as people and other programs see it."""
import json
import pathlib

import yaml

from harness.minio import Minio


def keys(minio: Minio, bucket: str, prefix: str = "") -> list[str]:
    pages = minio.client().get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return [entry["Key"] for page in pages for entry in page.get("Contents", [])]


def read(minio: Minio, bucket: str, key: str) -> bytes:
    return minio.client().get_object(Bucket=bucket, Key=key)["Body"].read()


def published(minio: Minio, bucket: str, prefix: str) -> dict[str, str]:
    """The tables that a reader sees, each with its current run's id."""
    records = [json.loads(read(minio, bucket, key)) for key in keys(minio, bucket, f"{prefix}/_pg2athena/tables/")]
    return {record["table"]: record["run_id"] for record in records}


def data(minio: Minio, bucket: str, prefix: str) -> list[str]:
    """Every Parquet file under the lake, visible or not."""
    return [key for key in keys(minio, bucket, prefix + "/") if key.endswith(".parquet")]


def fetch(minio: Minio, bucket: str, prefix: str, folder: pathlib.Path) -> pathlib.Path:
    """The lake as a local folder that has what a reader sees, with its links."""
    for table, run in published(minio, bucket, prefix).items():
        for key in keys(minio, bucket, f"{prefix}/{table}/data/{run}/"):
            file = folder / key.removeprefix(prefix + "/")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(read(minio, bucket, key))
        (folder / table / "latest").symlink_to(f"data/{run}")
    return folder


def job(folder: pathlib.Path, database, location: str, target: dict | None = None, **sections) -> pathlib.Path:
    """A configuration that exports the database to `location`, with `target`'s settings."""
    file = folder / "job.yaml"
    file.write_text(yaml.safe_dump({"source": {"url": database.url}, "target": {"location": location, **(target or {})},
                                    **sections}))
    return file
