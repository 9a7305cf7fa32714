"""Types beyond their cases (test_type_cases.py): every decimal, values of many megabytes, NULLs, one value that fails a run."""
import decimal

import pyarrow.parquet
import pytest

from harness import oracle
from harness.lake import files, published
from harness.program import FAILED, assert_error, export, run_pg2athena


def decimals(precision: int, scale: int) -> list[str]:
    """The extremes of numeric(precision, scale), its smallest step, and zero."""
    with decimal.localcontext(prec=100):
        largest = (decimal.Decimal(10) ** precision - 1).scaleb(-scale)
        step = decimal.Decimal(1).scaleb(-scale)
        return [format(value, "f") for value in (largest, -largest, step, -step, decimal.Decimal(0))]


def test_Numeric_of_every_precision_and_scale_is_an_exact_decimal_of_minimal_width(database, lake):
    scales = {(p, s) for p in range(1, 39) for s in (0, 1, p // 2, p - 1, p)}
    columns = {f"n_{p}_{s}": (p, s) for p, s in sorted(scales)}
    database.execute(f"CREATE TABLE t ({', '.join(f'{name} numeric({p},{s})' for name, (p, s) in columns.items())})")
    for row in range(5):
        database.execute(f"INSERT INTO t VALUES ({', '.join(decimals(p, s)[row] for p, s in columns.values())})")
    database.execute("INSERT INTO t DEFAULT VALUES")
    export(database, lake)
    schema = pyarrow.parquet.ParquetFile(files(lake, "public.t")[0]).schema
    for index, (name, (p, s)) in enumerate(columns.items()):
        physical = "INT32" if p <= 9 else "INT64" if p <= 18 else "FIXED_LEN_BYTE_ARRAY"
        assert (name, schema.column(index).physical_type) == (name, physical)
        assert f"precision={p}, scale={s}" in str(schema.column(index).logical_type), name
        if physical == "FIXED_LEN_BYTE_ARRAY":
            # The fewest bytes whose two's complement holds p nines.
            assert schema.column(index).length == ((10 ** p).bit_length() + 1 + 7) // 8, name
    assert oracle.assert_arrived(database, lake, "public", "t") == 6


def test_Values_of_ten_megabytes_arrive(database, lake):
    database.execute("""
        CREATE TABLE t (id integer, body text, raw bytea, parts text[], doc jsonb);
        INSERT INTO t SELECT 1, string_agg(md5(i::text), ''), NULL, NULL, NULL FROM generate_series(1, 10000000 / 32) AS i;
        INSERT INTO t SELECT 2, repeat('ü', 5000000), decode(repeat('00ff', 2500000), 'hex'), NULL, NULL;
        INSERT INTO t SELECT 3, '', '', ARRAY[repeat('a', 5000000), NULL, repeat('b,', 2500000)],
                             to_jsonb(repeat('j', 5000000));
        INSERT INTO t SELECT i, 'small', 'x', '{}', '{}' FROM generate_series(4, 100) AS i""")
    export(database, lake)
    assert oracle.assert_arrived(database, lake, "public", "t") == 100


def test_NULL_and_the_empty_string_are_different(database, lake):
    database.execute("CREATE TABLE t (a text, b varchar, c bytea, d text[]); INSERT INTO t VALUES ('', '', '', '{}'),"
                     " (NULL, NULL, NULL, NULL), ('', NULL, '', NULL), (NULL, '', NULL, '{\"\"}')")
    export(database, lake)
    assert oracle.assert_arrived(database, lake, "public", "t") == 4


def test_A_row_of_nothing_but_NULLs_arrives(database, lake):
    database.execute("CREATE TABLE t (a integer, b numeric, c interval, d point, e text[]);"
                     " INSERT INTO t SELECT FROM generate_series(1, 5)")
    export(database, lake)
    assert oracle.assert_arrived(database, lake, "public", "t") == 5


def test_Values_that_were_compressed_or_moved_out_of_line_arrive(database, lake):
    database.execute("""
        CREATE TABLE t (id integer, inline_compressed text, external text, external_compressed text);
        ALTER TABLE t ALTER external SET STORAGE EXTERNAL;
        INSERT INTO t SELECT i, repeat('abc', 900), repeat(md5(i::text), 200), (SELECT string_agg(md5((i * j)::text), '')
                             FROM generate_series(1, 300) AS j) FROM generate_series(1, 50) AS i""")
    export(database, lake)
    assert oracle.assert_arrived(database, lake, "public", "t") == 50


SECRETS = [
    # type, value, a word for its kind that the message has to have, and a part of the value that it must not have
    ("integer[]", "'{{47110815,2},{3,4}}'", "dimension", "47110815"),
    ("text[]", "'[0:1]={secret47110815,b}'", "subscript", "47110815"),
    ("timestamp", "'294247-01-10 04:00:54.775808'", "294247-01-10", "54.775808"),
]


@pytest.mark.parametrize("type, value, kind, secret", SECRETS, ids=[case[0] for case in SECRETS])
def test_An_unrepresentable_value_ends_the_run_and_is_not_shown(database, lake, type, value, kind, secret):
    database.execute(f"CREATE TABLE fine AS SELECT 1 AS a; CREATE TABLE bad_one (id integer, \"Bad Column\" {type})")
    database.execute("INSERT INTO bad_one SELECT i FROM generate_series(1, 1000) AS i")
    database.execute(f"INSERT INTO bad_one VALUES (1001, {value})")
    ctid = database.value("SELECT ctid::text FROM bad_one WHERE id = 1001")
    result = run_pg2athena("run", database.url, lake)
    assert_error(result, FAILED, "bad_one", "Bad Column", ctid, kind)
    assert secret not in result.stdout + result.stderr
    assert not published(lake), "nothing of the run is visible, not even the table that was fine"


def test_An_unrepresentable_value_leaves_the_run_before_as_it_was(database, lake):
    database.execute("CREATE TABLE t (id integer, d date); INSERT INTO t VALUES (1, '2024-01-01')")
    export(database, lake)
    before = published(lake)
    database.execute("INSERT INTO t VALUES (2, 'infinity')")
    assert_error(run_pg2athena("run", database.url, lake), FAILED, "infinity")
    assert published(lake) == before
    database.execute("DELETE FROM t WHERE id = 2")
    export(database, lake)
    assert oracle.assert_arrived(database, lake, "public", "t") == 1
