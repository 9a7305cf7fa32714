"""Nested values: the oracle sees the same in PostgreSQL's text and in what two readers find in a file, and what differs.

The files are pyarrow's own here, so that only the oracle is asked.
"""
import decimal

import pyarrow as pa
import pyarrow.parquet
import pytest

from harness import comparable, oracle

DECIMAL = decimal.Decimal
PRICE = pa.struct([("amount", pa.decimal128(12, 2)), ("tags", pa.list_(pa.string())), ("raw", pa.binary())])
ORDER = pa.struct([("id", pa.int32()), ("price", PRICE), ("at", pa.timestamp("us", tz="UTC"))])


def ranges_of(bound: pa.DataType) -> pa.StructType:
    return pa.struct([("lower", bound), ("upper", bound), ("lower_inc", pa.bool_()), ("upper_inc", pa.bool_()),
                      ("empty", pa.bool_())])


def bounds(lower, upper, flags="tf", empty=False) -> dict:
    return dict(zip(comparable.RANGE_FIELDS, (lower, upper, flags[0] == "t", flags[1] == "t", empty)))


INTERVAL = pa.struct([("months", pa.int32()), ("days", pa.int32()), ("micros", pa.int64())])
HSTORE = pa.map_(pa.string(), pa.string())
SETUP = """
    CREATE EXTENSION hstore;
    CREATE TYPE price AS (amount numeric(12,2), tags text[], raw bytea);
    CREATE TYPE "order" AS (id integer, price price, at timestamptz)"""

# label, PostgreSQL's type, a literal, Arrow's type, the same value for pyarrow, and one that differs
CASES = [
    ("composite", '"order"', r"""(1,"(-0.50,""{a,NULL,\\""b c\\""}"",""\\\\x00ff"")","2024-01-01 12:00:00.5+00")""", ORDER,
     {"id": 1, "price": {"amount": DECIMAL("-0.50"), "tags": ["a", None, "b c"], "raw": b"\x00\xff"},
      "at": 1704110400500000},
     {"id": 1, "price": {"amount": DECIMAL("-0.50"), "tags": ["a", "NULL", "b c"], "raw": b"\x00\xff"},
      "at": 1704110400500000}),
    ("composite of NULLs", '"order"', "(,,)", ORDER, {"id": None, "price": None, "at": None}, None),
    ("composite within of NULLs", '"order"', '(,"(,,)",)', ORDER,
     {"id": None, "price": {"amount": None, "tags": None, "raw": None}, "at": None},
     {"id": None, "price": None, "at": None}),
    ("array of composites", "price[]", '{"(1.00,{},)",NULL,"(,,)"}', pa.list_(PRICE),
     [{"amount": DECIMAL("1.00"), "tags": [], "raw": None}, None, {"amount": None, "tags": None, "raw": None}],
     [{"amount": DECIMAL("1.00"), "tags": None, "raw": None}, None, {"amount": None, "tags": None, "raw": None}]),
    ("range", "int4range", "[1,10]", ranges_of(pa.int32()), bounds(1, 11), bounds(1, 10, "tt")),
    ("unbounded range", "numrange", "(,)", ranges_of(pa.decimal128(5, 1)), bounds(None, None, "ff"),
     bounds(None, None, "ff", True)),
    ("empty range", "numrange", "empty", ranges_of(pa.decimal128(5, 1)), bounds(None, None, "ff", True),
     bounds(None, None, "ff")),
    ("range of timestamps", "tsrange", "[2024-01-01 00:00:00,)", ranges_of(pa.timestamp("us")),
     bounds(1704067200000000, None), bounds(1704067200000001, None)),
    ("multirange", "int4multirange", "{[1,3),[5,9)}", pa.list_(ranges_of(pa.int32())), [bounds(1, 3), bounds(5, 9)],
     [bounds(1, 9)]),
    ("empty multirange", "int4multirange", "{}", pa.list_(ranges_of(pa.int32())), [], None),
    ("array of ranges", "int4range[]", '{"[1,3)",NULL,empty}', pa.list_(ranges_of(pa.int32())),
     [bounds(1, 3), None, bounds(None, None, "ff", True)], [bounds(1, 3), None, None]),
    ("array of multiranges", "int4multirange[]", '{"{[1,3)}",NULL,"{}"}', pa.list_(pa.list_(ranges_of(pa.int32()))),
     [[bounds(1, 3)], None, []], [[bounds(1, 3)], [], None]),
    ("hstore", "hstore", '"b"=>NULL, "a"=>"x\\"y"', HSTORE, [("a", 'x"y'), ("b", None)], [("a", 'x"y'), ("b", "NULL")]),
    ("empty hstore", "hstore", "", HSTORE, [], None),
    ("array of hstores", "hstore[]", '{"\\"a\\"=>\\"1\\"",NULL,""}', pa.list_(HSTORE), [[("a", "1")], None, []],
     [[("a", "1")], [], None]),
    ("array of boxes", "box[]", "{(3,4),(1,2);(7,8),(5,6)}", pa.list_(pa.string()), ["(3,4),(1,2)", "(7,8),(5,6)"],
     ["(3,4)", "(1,2);(7,8)", "(5,6)"]),
    ("time", "time", "23:59:59.999999", pa.time64("us"), 86399999999, 0),
    ("time with zone", "timetz", "00:30:00+15:59", pa.time64("us"), 30660000000, 1800000000),
    ("interval", "interval", "-1 years +3 days -00:00:01.5", INTERVAL, {"months": -12, "days": 3, "micros": -1500000},
     {"months": -12, "days": 3, "micros": 1500000}),
    ("money", "money", "-1234567.89", pa.decimal128(19, 2), DECIMAL("-1234567.89"), DECIMAL("-123456789")),
    ("array of money", "money[]", '{"$1,000.00",NULL}', pa.list_(pa.decimal128(19, 2)), [DECIMAL("1000.00"), None],
     [DECIMAL("1.00"), None]),
    ("timestamp as a number", "timestamptz", "1969-12-31 23:59:59.999999+00", pa.int64(), -1, 1),
]


def judge(database, tmp_path, case, values) -> None:
    """The oracle on a table of the literal of `case` and NULL, and a file of these values."""
    _, type, literal, kind, _, _ = case
    file = tmp_path / "values.parquet"
    pa.parquet.write_table(pa.table({"v": pa.array(values, kind)}), file)
    database.execute("DROP TABLE IF EXISTS t")
    database.execute(f"CREATE TABLE t AS SELECT * FROM (VALUES (NULL), (%s::{type}), (NULL), (%s)) AS t (v)",
                     (literal, literal))
    oracle.assert_files_hold(oracle.postgres_says(database, "SELECT * FROM t"), [file])


def test_Equal_values_are_equal_in_both_readers(database, tmp_path):
    database.execute(SETUP)
    for case in CASES:
        judge(database, tmp_path, case, [None, case[4], None, case[4]])


def test_Values_that_differ_a_little_are_different(database, tmp_path):
    database.execute(SETUP)
    for case in CASES:
        with pytest.raises(AssertionError, match="differs from PostgreSQL|changed"):
            judge(database, tmp_path, case, [None, case[4], None, case[5]])


def test_Parts_of_nested_columns_are_taken_from_the_right_place_in_a_slice():
    column = pa.chunked_array([
        pa.array([None, [("a", "1")], [("b", None), ("a", "2")]], HSTORE).slice(1),
        pa.array([[("c", "")], []], HSTORE).slice(1)])
    assert comparable.arrow_keys(column) == [(("a", "1"),), (("a", "2"), ("b", None)), ()]
    column = pa.array([[{"months": 1}], None, [None, {"micros": 5}]], pa.list_(INTERVAL)).slice(1)
    assert comparable.arrow_keys(column) == [None, (None, (None, None, "5"))]
    column = pa.chunked_array([pa.array([[1, None], [], None], pa.list_(pa.int32())), pa.array([[2]], pa.list_(pa.int32()))])
    assert comparable.arrow_keys(column) == [("1", None), (), None, ("2",)]


def test_Vectors_are_lists_of_numbers():
    assert comparable.text_keys(["[1,2.5,-0]", None], pa.list_(pa.float32())) == [("1.0", "2.5", "-0.0"), None]
