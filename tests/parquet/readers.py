"""Programs that read Parquet, each giving a table of Arrow's."""
import datafusion
import duckdb
import pyarrow.parquet as pq

from parquet import plain_values


def pyarrow_table(path):
    table = pq.read_table(path, page_checksum_verification=True)
    table.validate(full=True)
    return table


def duckdb_table(path):
    return duckdb.sql(f"SELECT * FROM read_parquet('{path}')").to_arrow_table()


def datafusion_table(path):
    # More partitions would read row groups side by side, and give them back in any order.
    config = datafusion.SessionConfig().with_target_partitions(1)
    return datafusion.SessionContext(config).read_parquet(path).to_arrow_table()


READERS = {"pyarrow": pyarrow_table, "duckdb": duckdb_table, "datafusion": datafusion_table}


def assert_reads_every_value(reader, file):
    table = READERS[reader](file.path)
    assert table.num_rows == file.rows
    assert table.column_names == [column["name"] for column in file.columns]
    for i, column in enumerate(file.columns):
        found = plain_values.from_arrow(table.column(i))
        plain_values.assert_same(file.values(i), found, f"{reader}: {column['name']}")
