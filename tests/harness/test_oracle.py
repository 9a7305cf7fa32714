"""The oracle sees what is wrong, says where, and is content with what is right."""
import datetime
import decimal

import pyarrow as pa
import pyarrow.parquet
import pytest

from harness import oracle

UTC = datetime.timezone.utc
SCHEMA = pa.schema([
    ("id", pa.int32()), ("owner_", pa.string()), ("balance", pa.decimal128(12, 2)),
    ("opened", pa.timestamp("us", tz="UTC")), ("day", pa.date32()), ("rate", pa.float32()), ("key", pa.binary()),
    ("tags", pa.list_(pa.string())), ("open", pa.bool_()),
])
ROWS = [
    [1, "Ada", "10.50", datetime.datetime(2020, 1, 1, 12, 0, 0, 500000, UTC), datetime.date(2020, 1, 1), 0.1,
     b"\x00\xff", ["a", None, 'b"c', ""], True],
    [2, "", None, datetime.datetime(1, 1, 1, tzinfo=UTC), datetime.date(1, 1, 1), float("nan"), b"", [], False],
    [3, None, "0.00", None, None, None, None, None, None],
]


@pytest.fixture
def account(database):
    database.execute("""
        CREATE TABLE account (id integer, "Owner " text, balance numeric(12,2), opened timestamptz, day date, rate real,
                              key bytea, tags text[], open boolean);
        INSERT INTO account VALUES
          (1, 'Ada', 10.50, '2020-01-01 12:00:00.5+00', '2020-01-01', 0.1, '\\x00ff', '{a,NULL,"b\\"c",""}', true),
          (2, '', NULL, '0001-01-01 00:00:00+00', '0001-01-01', 'NaN', '', '{}', false),
          (3, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL)""")
    return database


def write(lake, rows, name="0-0-0.parquet"):
    columns = [[decimal.Decimal(v) if field.name == "balance" and v else v for v in values]
               for field, values in zip(SCHEMA, zip(*rows))]
    folder = lake / "public.account" / "data" / "run"
    folder.mkdir(parents=True, exist_ok=True)
    pa.parquet.write_table(pa.table([pa.array(c, f.type) for c, f in zip(columns, SCHEMA)], schema=SCHEMA), folder / name)
    link = lake / "public.account" / "latest"
    if not link.is_symlink():
        link.symlink_to("data/run")


def test_Equal_rows_in_another_order_and_in_two_files_are_the_same(account, lake):
    write(lake, [ROWS[2], ROWS[0]])
    write(lake, [ROWS[1]], "1-0-0.parquet")
    assert oracle.assert_arrived(account, lake, "public", "account") == 3


def test_A_changed_value_is_shown_from_both_sides_with_its_file(account, lake):
    write(lake, [ROWS[0], [*ROWS[1][:1], None, *ROWS[1][2:]], ROWS[2]])
    with pytest.raises(AssertionError) as failure:
        oracle.assert_arrived(account, lake, "public", "account")
    assert "0-0-0.parquet row 1" in str(failure.value)
    assert "owner_: PostgreSQL '', pyarrow None" in str(failure.value)


def test_A_row_too_few_and_a_row_twice_are_seen(account, lake):
    write(lake, [ROWS[0], ROWS[0], ROWS[1]])
    with pytest.raises(AssertionError, match="1 are missing, 1 are extra"):
        oracle.assert_arrived(account, lake, "public", "account")


def test_A_table_that_was_not_published_is_said_to_be_so(account, lake):
    with pytest.raises(AssertionError, match="public.account was not published"):
        oracle.assert_arrived(account, lake, "public", "account")
