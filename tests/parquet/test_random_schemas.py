"""Files of random schemas, nested up to four deep, with random data and options, read by three readers.

Each file follows from a number, its seed, which is in the test's name. PG2ATHENA_RANDOM_SEED is the first one (0
otherwise), PG2ATHENA_RANDOM_FILES says how many (300 otherwise). To see one again:

  PG2ATHENA_RANDOM_SEED=4711 PG2ATHENA_RANDOM_FILES=1 scripts/test parquet -- -k random
"""
import os

import pyarrow.parquet as pq
import pytest

from parquet.generated_files import File, generate
from parquet.metadata_checks import assert_metadata_adds_up, assert_schema_is_right, assert_statistics_enclose_values
from parquet.readers import READERS, assert_reads_every_value

FIRST = int(os.environ.get("PG2ATHENA_RANDOM_SEED", "0"))
COUNT = int(os.environ.get("PG2ATHENA_RANDOM_FILES", "300"))


@pytest.mark.parametrize("seed", range(FIRST, FIRST + COUNT))
def test_random_schema(seed, tmp_path):
    generate(tmp_path, seed)
    file = File(tmp_path / f"random_{seed}.parquet")
    print(f"seed {seed}: {file.options}")
    for reader in READERS:
        assert_reads_every_value(reader, file)
    assert_schema_is_right(file)
    assert_metadata_adds_up(file)
    assert_statistics_enclose_values(file)
    assert_sorted_as_it_says(file)


def _sort_key(sorting, value):
    return (value is None) != sorting.nulls_first, value


def assert_sorted_as_it_says(file):
    """A row group that names sorting columns has its rows in their order (RowGroup.sorting_columns)."""
    metadata = pq.ParquetFile(file.path).metadata
    leaves, at = list(file.leaves()), 0
    for g in range(metadata.num_row_groups):
        group = metadata.row_group(g)
        rows = range(at, at + group.num_rows)
        at += group.num_rows
        for before, after in zip(rows, rows[1:]):
            for sorting in group.sorting_columns:
                a, b = (leaves[sorting.column_index][2][row] for row in (before, after))
                if a == b:
                    continue
                if a is None or b is None:
                    assert (a is None) == sorting.nulls_first, f"row group {g}, row {after}"
                else:
                    a, b = (float.fromhex(v) if leaves[sorting.column_index][1] in ("float", "double") else v
                            for v in (a, b))
                    if isinstance(a, str):
                        a, b = a.encode(), b.encode()
                    assert a != a or b != b or (a > b if sorting.descending else a < b), f"row group {g}, row {after}"
                break
