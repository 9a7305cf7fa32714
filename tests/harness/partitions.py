"""The partitions of a table in a lake, as readers of Hive's layout see them, against PostgreSQL's own GROUP BY."""
import json
import pathlib
import urllib.parse

import duckdb
import pyarrow.dataset

from harness import oracle
from harness.lake import files, receipts

DEFAULT = "__HIVE_DEFAULT_PARTITION__"


def record(lake, table) -> dict:
    return json.loads((lake / f"_pg2athena/tables/{table}.json").read_text())


def folders(lake, table) -> dict[str, list[pathlib.Path]]:
    """The files of each folder, by its name as it stands there."""
    found = {}
    for file in files(lake, table):
        inner = file.relative_to(lake / table / "latest").parts[:-1]
        assert len(inner) == 1, file
        found.setdefault(inner[0], []).append(file)
    return found


def by_duckdb(lake, table, column, aggregates) -> dict:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        rows = connection.execute(
            f"SELECT {column}, {aggregates} FROM read_parquet(?, hive_partitioning = true, hive_types_autocast = false)"
            " GROUP BY 1", [str(lake / table / "latest/**/*.parquet")]).fetchall()
    return {row[0]: row[1:] for row in rows}


def by_pyarrow(lake, table, column) -> dict:
    """The ids that are in each partition."""
    flavor = pyarrow.dataset.partitioning(pyarrow.schema([(column, pyarrow.string())]), flavor="hive")
    rows = pyarrow.dataset.dataset(lake / table / "latest", partitioning=flavor).to_table(columns=["id", column])
    found = {}
    for row in rows.to_pylist():
        found.setdefault(row[column], set()).add(row["id"])
    return found


def assert_partitions(database, lake, table, column, query, value, hidden=("",)) -> int:
    """Each row of `query`, which has an `id`, is in the partition that PostgreSQL's expression `value` names.

    Texts of `hidden` are where NULL is. Returns the number of partitions.
    """
    wanted = {}
    for text, row in database.query(f"SELECT ({value})::text, id FROM ({query}) AS q"):
        wanted.setdefault(None if text in hidden else text, set()).add(row)
    assert by_pyarrow(lake, table, column) == wanted
    counts = by_duckdb(lake, table, column, "count(*), sum(id)")
    assert counts == {key: (len(ids), sum(ids)) for key, ids in wanted.items()}
    assert {urllib.parse.unquote(name) for name in folders(lake, table)} == {f"{column}={key or DEFAULT}" for key in wanted}
    assert record(lake, table)["partitioning"]["values"] == sorted((key or DEFAULT for key in wanted), key=str.encode)
    for receipt in receipts(lake, table):
        for file in receipt["files"]:
            name = urllib.parse.unquote(pathlib.PurePosixPath(file["key"]).parent.name)
            assert name == f"{column}={file['partition']}"
    oracle.assert_same(database, lake, table, query)
    return len(wanted)
