"""Programs that read Parquet, each giving a table of Arrow's."""
import datafusion
import duckdb
import pyarrow.parquet as pq

from parquet import plain_values


def pyarrow_table(file):
    table = pq.read_table(file.path, page_checksum_verification=True)
    table.validate(full=True)
    return table


def duckdb_table(file):
    return duckdb.sql(f"SELECT * FROM read_parquet('{file.path}')").to_arrow_table()


def datafusion_table(file):
    # More partitions would read row groups side by side, and give them back in any order.
    config = datafusion.SessionConfig().with_target_partitions(1)
    # DataFusion 55 takes a column whose bounds are equal for a constant one, and bounds leave NaN out (parquet.thrift,
    # ColumnOrder): [NaN, 1.0] becomes [1.0, 1.0], in its own files and pyarrow's too.
    if any("nan" in slots for _, kind, slots in file.leaves() if kind in ("float", "double")):
        config = config.set("datafusion.execution.collect_statistics", "false")
    return datafusion.SessionContext(config).read_parquet(file.path).to_arrow_table()


READERS = {"pyarrow": pyarrow_table, "duckdb": duckdb_table, "datafusion": datafusion_table}


def assert_reads_every_value(reader, file):
    table = READERS[reader](file)
    assert table.num_rows == file.rows
    assert table.column_names == [column["name"] for column in file.columns]
    for i, column in enumerate(file.columns):
        found = plain_values.from_arrow(table.column(i))
        plain_values.assert_same(file.values(i), found, f"{reader}: {column['name']}")
