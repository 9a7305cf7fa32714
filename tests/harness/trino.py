"""Trino, of which Athena's engine is made, over Hive's tables in Glue (moto) and MinIO.

    with Trino(minio, glue_url) as trino:
        assert trino.query('SELECT count(*) FROM athena.shop.orders') == [[3]]

Its catalog is `athena`. Timestamps are shown as Athena shows them: in milliseconds, rounded.
"""
import base64
import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import time
import urllib.request

import pyarrow as pa

from harness.loopback import free_port
from harness.minio import Minio
from harness.paths import ROOT
from harness.postgres_text import (MICROSECONDS_A_DAY, date_text, days_since_1970, float_key, microseconds, timestamp_micros,
                                   timestamp_text)

CONFIG = """\
coordinator=true
node-scheduler.include-coordinator=true
http-server.http.port={port}
discovery.uri=http://127.0.0.1:{port}
query.max-memory-per-node=512MB
memory.heap-headroom-per-node=256MB
web-ui.enabled=false
"""

CATALOG = """\
connector.name=hive
hive.metastore=glue
hive.metastore.glue.region={region}
hive.metastore.glue.endpoint-url={glue}
hive.metastore.glue.aws-access-key={access_key}
hive.metastore.glue.aws-secret-key={secret_key}
hive.timestamp-precision=MILLISECONDS
hive.parquet.time-zone=UTC
hive.partition-projection-enabled=true
hive.recursive-directories=true
hive.table-statistics-enabled=false
fs.native-s3.enabled=true
s3.endpoint={s3}
s3.region={region}
s3.path-style-access=true
s3.aws-access-key={access_key}
s3.aws-secret-key={secret_key}
"""

JVM = ["-Xmx1536m", "-XX:+UseG1GC", "-XX:+ExitOnOutOfMemoryError", "-XX:ReservedCodeCacheSize=160m", "-XX:TieredStopAtLevel=1",
       "-Djdk.attach.allowAttachSelf=true", "-Dfile.encoding=UTF-8", "-Duser.timezone=UTC"]


class NotHere(Exception):
    """There is no Trino, and how to get it."""


class QueryFailed(Exception):
    pass


def home() -> pathlib.Path:
    result = subprocess.run([ROOT / "scripts/get-trino", "--no-get"], capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise NotHere(result.stderr.strip())
    return pathlib.Path(result.stdout.strip())


class Trino:
    def __init__(self, minio: Minio, glue_url: str):
        self.home = home()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="p2a-trino."))
        self.port = free_port()
        self.log = self.folder / "log"
        # Of the last query: what Trino counted.
        self.stats: dict = {}
        self._configure(minio, glue_url)

    def _configure(self, minio: Minio, glue_url: str) -> None:
        catalogs = self.folder / "catalogs"
        catalogs.mkdir()
        (catalogs / "athena.properties").write_text(CATALOG.format(
            region=minio.region, glue=glue_url, s3=minio.endpoint, access_key=minio.root.access_key,
            secret_key=minio.root.secret_key))
        (self.folder / "config.properties").write_text(CONFIG.format(port=self.port))
        (self.folder / "levels.properties").write_text("io.trino=WARN\n")
        # Java takes no PEM.
        subprocess.run([self.home / "java/bin/keytool", "-importcert", "-noprompt", "-alias", "tests", "-file", minio.ca_file,
                        "-keystore", self.folder / "trusted", "-storepass", "changeit"], check=True, capture_output=True)

    def __enter__(self) -> "Trino":
        properties = {
            "node.id": "tests", "node.data-dir": self.folder, "node.environment": "tests",
            "node.internal-address": "127.0.0.1", "node.bind-ip": "127.0.0.1", "plugin.dir": self.home / "plugin",
            "catalog.config-dir": self.folder / "catalogs", "config": self.folder / "config.properties",
            "log.levels-file": self.folder / "levels.properties", "javax.net.ssl.trustStore": self.folder / "trusted",
            "javax.net.ssl.trustStorePassword": "changeit"}
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                [self.home / "java/bin/java", *JVM, *(f"-D{name}={value}" for name, value in properties.items()),
                 "-cp", f"{self.home}/lib/*", "io.trino.server.TrinoServer"],
                cwd=self.folder, env={}, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        try:
            self._wait()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *error) -> None:
        self.process.kill()     # there is nothing that it would have to finish
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _wait(self) -> None:
        deadline = time.monotonic() + 180
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                # It says that it has started before its catalog has a node to run on.
                self.query("SELECT count(*) FROM athena.information_schema.schemata")
                return
            except (OSError, QueryFailed):
                time.sleep(0.5)
        raise RuntimeError(f"Trino doesn't start: {self.log.read_text(encoding='utf-8', errors='replace')[-5000:]}")

    def query(self, sql: str) -> list[list]:
        """Its rows, with values as JSON has them."""
        deadline = time.monotonic() + 60
        while True:
            try:
                return self._query(sql)
            except QueryFailed as error:
                # For some seconds after its start; nothing of the query was done.
                if not str(error).startswith("NO_NODES_AVAILABLE") or time.monotonic() > deadline:
                    raise
            time.sleep(0.5)

    def _query(self, sql: str) -> list[list]:
        answer = self._call("/v1/statement", sql.encode())
        rows = []
        while True:
            rows += answer.get("data", [])
            if "error" in answer:
                raise QueryFailed(f"{answer['error']['errorName']}: {answer['error']['message']}\n{sql}")
            if "nextUri" not in answer:
                self.stats = answer["stats"]
                return rows
            answer = self._call(answer["nextUri"].removeprefix(f"http://127.0.0.1:{self.port}"))

    def _call(self, path: str, body: bytes | None = None) -> dict:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data=body,
                                         headers={"X-Trino-User": "tests", "X-Trino-Time-Zone": "UTC"})
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=120) as answer:
            return json.load(answer)


# What its values are in PostgreSQL's text: comparable with comparable.text_keys. `kind` is Arrow's type of the column, as a
# reader of the files sees it; what Trino makes of it is what is asked here.

DATE = re.compile(r"([+-]?\d+)-(\d\d)-(\d\d)")
TIMESTAMP = re.compile(r"([+-]?\d+-\d\d-\d\d) (\d\d):(\d\d):(\d\d)(\.\d+)?")


def days(text: str) -> int:
    year, month, day = DATE.fullmatch(text).groups()
    return days_since_1970(int(year), int(month), int(day))


def micros(text: str) -> int:
    date, hour, minute, second, fraction = TIMESTAMP.fullmatch(text).groups()
    return (days(date) * MICROSECONDS_A_DAY + ((int(hour) * 60 + int(minute)) * 60 + int(second)) * 1_000_000
            + microseconds(fraction))


def key(kind: pa.DataType, value):
    """A value of Trino's JSON as PostgreSQL would print it."""
    if value is None:
        return None
    if pa.types.is_struct(kind):
        return tuple(key(field.type, part) for field, part in zip(kind.fields, value, strict=True))
    if pa.types.is_map(kind):
        return tuple(sorted((name, key(kind.item_type, part)) for name, part in value.items()))
    if pa.types.is_list(kind):
        return tuple(key(kind.value_type, part) for part in value)
    if pa.types.is_date32(kind):
        return date_text(days(value))
    if pa.types.is_timestamp(kind):
        return timestamp_text(micros(value), "" if kind.tz is None else "+00")
    if pa.types.is_boolean(kind):
        return "t" if value else "f"
    if pa.types.is_floating(kind):
        return float_key(value, kind.bit_width)
    if pa.types.is_binary(kind):
        return "\\x" + base64.b64decode(value).hex()
    return str(value)


LARGEST = 2 ** 63 - 1


def in_milliseconds(kind: pa.DataType, of_postgres):
    """A key of PostgreSQL's text with its timestamps as Trino shows them: rounded to milliseconds. (Of the last half
    millisecond that 64 bits can count, in 294247, it makes a day of 290309 BC.)"""
    if of_postgres is None or not (pa.types.is_nested(kind) or pa.types.is_timestamp(kind)):
        return of_postgres
    if pa.types.is_timestamp(kind):
        rounded = (timestamp_micros(of_postgres) + 500) // 1000 * 1000
        if rounded > LARGEST:
            rounded = -((2 ** 64 - rounded) // 1000) * 1000
        return timestamp_text(rounded, "" if kind.tz is None else "+00")
    if pa.types.is_struct(kind):
        return tuple(in_milliseconds(field.type, part) for field, part in zip(kind.fields, of_postgres, strict=True))
    if pa.types.is_map(kind):
        return tuple((name, in_milliseconds(kind.item_type, part)) for name, part in of_postgres)
    return tuple(in_milliseconds(kind.value_type, part) for part in of_postgres)
