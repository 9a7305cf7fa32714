"""Is the lake what PostgreSQL has? Count and every value, with PostgreSQL's own text as the truth.

The left side is what PostgreSQL prints (COPY ... TO STDOUT). The right side is the Parquet, read by two
implementations that know nothing of ours: pyarrow and DuckDB. Rows are compared as multisets: a table has no order.
"""
import collections
import contextlib
import dataclasses
import io
import pathlib

import duckdb
import pyarrow as pa
import pyarrow.parquet

from harness import lake as layout
from harness.comparable import arrow_keys, text_keys
from harness.postgres_text import copy_rows

SHOWN_DIFFERENCES = 5
SHOWN_CHARACTERS = 200


@dataclasses.dataclass
class Source:
    """What PostgreSQL says."""
    query: str
    columns: list[str]
    delimiters: list[str]   # between the elements of an array, for each column
    rows: list[list[str | None]]


def postgres_says(database, query: str) -> Source:
    with contextlib.closing(database.connect()) as connection:
        return session_says(connection, query)


def session_says(connection, query: str) -> Source:
    """The same, of a session that may be in a snapshot."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM ({query}) AS q LIMIT 0")
        columns = [column.name for column in cursor.description]
        types = [column.type_code for column in cursor.description]
        cursor.execute("SELECT oid, typdelim FROM pg_type WHERE oid = ANY (%s::oid[])", (types,))
        delimiter_of = dict(cursor.fetchall())
        text = io.BytesIO()
        cursor.copy_expert(f"COPY ({query}) TO STDOUT", text)
    return Source(query, columns, [delimiter_of[oid] for oid in types],
                  copy_rows(text.getvalue().decode("utf-8")))


# Each reader takes a file and, for a sample of a large table, a column and the values of it that are wanted.


def read_by_pyarrow(file: pathlib.Path, sample: tuple[str, list] | None) -> pa.Table:
    if sample is None:
        return pyarrow.parquet.ParquetFile(file).read()
    column, values = sample
    return pyarrow.parquet.read_table(file, filters=[(column, "in", values)], partitioning=None)


def read_by_duckdb(file: pathlib.Path, sample: tuple[str, list] | None) -> pa.Table:
    where, parameters = "", [str(file)]
    if sample is not None:
        where, parameters = f'WHERE list_contains(?, "{sample[0]}")', [str(file), sample[1]]
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        query = f"FROM read_parquet(?, hive_partitioning = false) {where}"
        return connection.sql(query, params=parameters).to_arrow_table()


READERS = {"pyarrow": read_by_pyarrow, "DuckDB": read_by_duckdb}


def lake_says(lake: pathlib.Path, table: str, expressions: str) -> tuple:
    """The one row that `SELECT expressions` gives over a table of the lake: for aggregates."""
    with duckdb.connect() as connection:
        files = [str(file) for file in layout.files(lake, table)]
        return connection.execute(f"SELECT {expressions} FROM read_parquet(?)", [files]).fetchone()


def assert_same(database, lake: pathlib.Path, table: str, query: str) -> int:
    """The lake's table `table` has what `query` gives in PostgreSQL, in both readers. Returns the number of rows."""
    return assert_files_hold(postgres_says(database, query), layout.files(lake, table))


def assert_arrived(database, lake: pathlib.Path, schema: str, relation: str) -> int:
    """The relation is in the lake under its name with all of its values."""
    quoted = ".".join('"' + name.replace('"', '""') + '"' for name in (schema, relation))
    return assert_same(database, lake, layout.folder_of(schema, relation), f"SELECT * FROM {quoted}")


def assert_files_hold(source: Source, files: list[pathlib.Path], sample: tuple[str, list] | None = None) -> int:
    names = [layout.lake_name(column) for column in source.columns]
    for reader, read in READERS.items():
        tables = [read(file, sample) for file in files]
        for file, table in zip(files, tables):
            assert table.column_names == names, (f"columns differ\n  PostgreSQL ({source.query}): {names}\n"
                                                 f"  {reader} ({file}): {table.column_names}")
            assert table.schema.types == tables[0].schema.types, f"{file} has other types than {files[0]}"
        types = tables[0].schema.types
        expected = list(zip(*map(text_keys, zip(*source.rows), types, source.delimiters)))
        actual = [row for table in tables for row in zip(*(arrow_keys(column) for column in table.columns))]
        if collections.Counter(expected) != collections.Counter(actual):
            raise AssertionError(difference(source, reader, names, expected, actual, list(zip(files, tables))))
    return len(source.rows)


# What follows is only reached when something is wrong: it is to say what, and where it came from. ------------------


def difference(source: Source, reader: str, names: list[str], expected, actual, tables) -> str:
    missing = list((collections.Counter(expected) - collections.Counter(actual)).elements())
    extra = list((collections.Counter(actual) - collections.Counter(expected)).elements())
    lines = [f"The lake differs from PostgreSQL: {len(expected)} rows there, {len(actual)} in the lake; "
             f"{len(missing)} are missing, {len(extra)} are extra.",
             f"  PostgreSQL: {source.query}", f"  lake, read by {reader}: {len(tables)} files"]
    for row in missing[:SHOWN_DIFFERENCES]:
        twin = max(extra[:1000], key=lambda other: alike(row, other), default=None)
        if twin is None or 2 * alike(row, twin) < len(names):
            lines.append(f"missing: {shown(dict(zip(names, row)))}")
            continue
        extra.remove(twin)
        lines.append(f"changed, in {origin(twin, actual, tables)}:")
        lines += [f"    {name}: PostgreSQL {shown(left)}, {reader} {shown(right)}"
                  for name, left, right in zip(names, row, twin) if left != right]
    for row in extra[:SHOWN_DIFFERENCES]:
        lines.append(f"extra, in {origin(row, actual, tables)}: {shown(dict(zip(names, row)))}")
    return "\n".join(lines)


def alike(row, other) -> int:
    return sum(left == right for left, right in zip(row, other))


def origin(row, actual, tables) -> str:
    index = actual.index(row)
    for file, table in tables:
        if index < table.num_rows:
            return f"{file} row {index}"
        index -= table.num_rows
    return "no file"


def shown(value) -> str:
    text = repr(value)
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}… ({len(text)} characters)"
