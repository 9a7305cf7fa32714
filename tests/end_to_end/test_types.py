"""Every type of PostgreSQL that the type contract names: its Parquet type, and every value as PostgreSQL prints it.

A case is a type, what it becomes, and literals of it. Each is exported as a nullable column, as a NOT NULL column,
through a domain, and as the elements of an array; values are compared by the oracle. What goes as the text that
PostgreSQL prints goes so in an array too: the array's text.
"""
import dataclasses
import decimal
import re

import pyarrow as pa
import pyarrow.parquet
import pytest

from harness import oracle
from harness.lake import files, published
from harness.program import FAILED, assert_error, export, run_pg2athena

TEXT = pa.string()
LONG = "x" * 3000


@dataclasses.dataclass
class Case:
    type: str
    becomes: pa.DataType
    literals: list[str]
    before: str = ""        # SQL that makes the type
    array: pa.DataType | None = None   # what an array of it becomes, where that isn't a list of what it becomes


def decimals(precision: int, scale: int) -> list[str]:
    """The extremes of numeric(precision, scale), its smallest step, and zero."""
    with decimal.localcontext(prec=100):
        largest = (decimal.Decimal(10) ** precision - 1).scaleb(-scale)
        step = decimal.Decimal(1).scaleb(-scale)
        return [format(value, "f") for value in (largest, -largest, step, -step, decimal.Decimal(0))]


CASES = [
    Case("boolean", pa.bool_(), ["true", "false"]),
    Case("smallint", pa.int16(), ["-32768", "32767", "0", "-1"]),
    Case("integer", pa.int32(), ["-2147483648", "2147483647", "0", "-1"]),
    Case("bigint", pa.int64(), ["-9223372036854775808", "9223372036854775807", "0", "-1"]),
    Case("oid", pa.int64(), ["0", "4294967295", "2147483648"]),
    Case("real", pa.float32(), ["0.1", "-0", "0", "NaN", "Infinity", "-Infinity", "3.4028235e38", "1e-45", "16777217"]),
    Case("double precision", pa.float64(), ["0.1", "-0", "0", "NaN", "Infinity", "-Infinity", "1.7976931348623157e308",
                                            "5e-324", "123456789012345678", "-2.5e-7"]),
    Case("numeric(1,0)", pa.decimal128(1, 0), decimals(1, 0)),
    Case("numeric(9,2)", pa.decimal128(9, 2), decimals(9, 2)),
    Case("numeric(10,2)", pa.decimal128(10, 2), decimals(10, 2)),
    Case("numeric(12,2)", pa.decimal128(12, 2), [*decimals(12, 2), "1.5", "-1.005", "1000000", "0.10"]),
    Case("numeric(18,18)", pa.decimal128(18, 18), decimals(18, 18)),
    Case("numeric(19,4)", pa.decimal128(19, 4), [*decimals(19, 4), "10000", "100000000", "0.0001", "12345.6789"]),
    Case("numeric(38,0)", pa.decimal128(38, 0), decimals(38, 0)),
    Case("numeric(38,38)", pa.decimal128(38, 38), decimals(38, 38)),
    Case("numeric(38,19)", pa.decimal128(38, 19), decimals(38, 19)),
    Case("numeric(5,-2)", pa.decimal128(7, 0), ["9999900", "-9999900", "12345", "49", "50", "0"]),
    Case("numeric(3,5)", pa.decimal128(5, 5), ["0.00999", "-0.00999", "0.00001", "0"]),
    Case("numeric(40,2)", TEXT, ["1", "-0.5", "9" * 38 + ".99"]),
    Case("numeric(2,-38)", TEXT, ["1e39", "-99e38", "0"]),
    Case("numeric", TEXT, ["0", "0.00", "-0.10", "NaN", "Infinity", "-Infinity", "1e300", "1e-300", "123456789.123456789",
                           "10000", "0.0001", "1" + "0" * 200 + ".5", "-1e-17"]),
    Case("money", TEXT, array=TEXT, literals=["0", "1234.5", "-1234567.89"]),
    Case("text", TEXT, [
        "", " ", "a", LONG, "NULL", "\\N", "tab\tnew\nline\r\n", "quote ' \" \\", "ünï 日本 👍", "\x01\x7f"]),
    Case("varchar(30)", TEXT, ["", "a ", " a", "0123456789" * 3]),
    Case("char(5)", TEXT, ["", "a", " a ", "abcde", "日本"]),
    Case("char", TEXT, ["x", " "]),
    Case('"char"', TEXT, array=TEXT, literals=["x", "", "\\351"]),
    Case("name", TEXT, ["", "pg_class", "n" * 63]),
    Case("date", pa.date32(), [
        "1970-01-01", "1969-12-31", "0001-01-01", "0001-12-31 BC", "0044-03-15 BC", "4713-11-24 BC", "9999-12-31",
        "10000-01-01", "1582-10-10", "1900-02-28", "2000-02-29", "294247-01-09"]),
    Case("timestamp", pa.timestamp("us"), [
        "1970-01-01 00:00:00", "1969-12-31 23:59:59.999999", "0001-01-01 00:00:00", "0001-12-31 23:59:59.5 BC",
        "4713-11-24 00:00:00 BC", "9999-12-31 23:59:59.999999", "294247-01-10 04:00:54.775807",
        "2024-02-29 12:34:56.000001", "1582-10-10 01:00:00"]),
    Case("timestamp(0)", pa.timestamp("us"), ["2024-02-29 12:34:56.9", "1969-12-31 23:59:59.4"]),
    Case("timestamptz", pa.timestamp("us", tz="UTC"), [
        "1970-01-01 00:00:00+00", "1969-12-31 23:59:59.999999+00", "0001-01-01 00:00:00+00",
        "0044-03-15 12:00:00+00 BC", "9999-12-31 23:59:59.999999+00", "294247-01-10 04:00:54.775807+00",
        "2024-06-01 12:00:00.123456+05:30", "1883-11-18 12:03:58-04:56:02"]),
    Case("time", TEXT, array=TEXT, literals=["00:00:00", "23:59:59.999999", "24:00:00", "12:34:56.5"]),
    Case("time(3)", TEXT, array=TEXT, literals=["12:34:56.7894"]),
    Case("timetz", TEXT, array=TEXT, literals=["00:00:00+00", "23:59:59.999999-12:30", "24:00:00+15:59:59"]),
    Case("interval", TEXT, array=TEXT, literals=[
        "0", "1 year 2 months 3 days 04:05:06.789", "-1 year +2 days", "1 month -1 day -00:00:00.000001",
        "178000000 years", "-00:00:01"]),
    Case("bytea", pa.binary(), ["", "\\x00", "\\x00ff5c27", "\\x" + "00ff" * 2000]),
    Case("uuid", TEXT, ["00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff",
                        "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11"]),
    Case("json", TEXT, ['{"b": 1,   "a":[1, 2.50, null] }', "null", '""', " [ ] ", '"\\u00e9"']),
    Case("jsonb", TEXT, ['{"b": 1,   "a":[1, 2.50, null], "b": 2}', "null", '""', " [ ] ", '"\\u00e9"', "1e2", "1.10"]),
    Case("xml", TEXT, array=TEXT, literals=["<a b='1'>c</a>", "<x/><y/>", "plain"]),
    Case("tsvector", TEXT, array=TEXT, literals=["a:1A fat:2B,4C cat:5D", "", "'it''s' 'a b'"]),
    Case("tsquery", TEXT, array=TEXT, literals=["fat & (rat | !cat)", "'a b':*A <-> c"]),
    Case("inet", TEXT, array=TEXT, literals=["192.168.0.1", "192.168.0.1/24", "::1", "2001:db8::/32", "10.0.0.0/32"]),
    Case("cidr", TEXT, array=TEXT, literals=["192.168.0.0/24", "10.0.0.1/32", "2001:db8::/32"]),
    Case("macaddr", TEXT, array=TEXT, literals=["08:00:2b:01:02:03"]),
    Case("macaddr8", TEXT, array=TEXT, literals=["08:00:2b:01:02:03:04:05"]),
    Case("bit(5)", TEXT, array=TEXT, literals=["00000", "10101"]),
    Case("bit varying(40)", TEXT, array=TEXT, literals=["", "1", "0" * 40]),
    Case("point", TEXT, array=TEXT, literals=["(1,2)", "(-1.5,1e300)", "(NaN,Infinity)"]),
    Case("box", TEXT, array=TEXT, literals=["(1,2),(3,4)"]),
    Case("circle", TEXT, array=TEXT, literals=["<(1,2),3>"]),
    Case("path", TEXT, array=TEXT, literals=["((0,0),(1,1))", "[(0,0),(1,1)]"]),
    Case("pg_lsn", TEXT, array=TEXT, literals=["0/0", "16/B374D848"]),
    Case("int4range", TEXT, array=TEXT, literals=["[1,10)", "empty", "(,)", "[5,]"]),
    Case("numrange", TEXT, array=TEXT, literals=["[1.10,2.200]", "(,5)", "empty"]),
    Case("tstzrange", TEXT, array=TEXT, literals=[
        "[2024-01-01 00:00:00+02,infinity)", "empty", '["2024-01-01 10:00:00+00",)']),
    Case("int4multirange", TEXT, array=TEXT, literals=["{}", "{[1,3),[5,9)}"]),
    Case("mood", TEXT, ["fine", "", "So, so", "o'k \"q\" \\", "grün", "NULL"],
         before="CREATE TYPE mood AS ENUM ('fine', '', 'So, so', E'o''k \"q\" \\\\', 'grün', 'NULL')"),
    Case("pair", TEXT, array=TEXT, literals=["(1,a)", "(,)", '(2,"with ""quotes"", and comma")', '(3,"")'],
         before="CREATE TYPE pair AS (n integer, t text)"),
    Case("hstore", TEXT, array=TEXT, literals=["", "a=>1, b=>NULL", '"odd key"=>"\\"quoted\\""'],
         before="CREATE EXTENSION hstore"),
    Case("citext", TEXT, array=TEXT, literals=["MiXed", ""], before="CREATE EXTENSION citext"),
    Case("regclass", TEXT, array=TEXT, literals=["pg_class"]),
]


def literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


@pytest.mark.parametrize("case", CASES, ids=[case.type for case in CASES])
def test_Every_value_arrives_in_the_contracts_type(database, lake, case):
    values = [literal(value) for value in case.literals]
    database.execute(f"{case.before or 'SELECT 1'}; CREATE DOMAIN by_domain AS {case.type}")
    database.execute(f"CREATE TABLE t (id integer NOT NULL, plain {case.type}, required {case.type} NOT NULL,"
                     " of_domain by_domain)")
    for number, value in enumerate(values):
        database.execute(f"INSERT INTO t VALUES ({number}, {value}, {value}, {value})")
    # NULLs first, last, many, and alone among values.
    database.execute(f"INSERT INTO t SELECT i, NULL, {values[0]}, NULL FROM generate_series(1000, 1050) AS i")
    database.execute(f"INSERT INTO t VALUES (2000, {values[-1]}, {values[-1]}, NULL)")
    array = f"ARRAY[%s]::{case.type}[]"
    database.execute(f"ALTER TABLE t ADD listed {case.type}[]")
    database.execute(f"""
        UPDATE t SET listed = CASE id WHEN 0 THEN {array % ', '.join(values)} WHEN 1000 THEN '{{}}'
                              WHEN 1001 THEN {array % f'NULL, {values[0]}, NULL'}
                              WHEN 1002 THEN {array % 'NULL'} END""")
    export(database, lake)

    schema = pyarrow.parquet.read_schema(files(lake, "public.t")[0])
    for column in ("plain", "required", "of_domain"):
        assert schema.field(column).type == case.becomes, column
    assert [schema.field(name).nullable for name in ("plain", "required", "of_domain")] == [True, False, True]
    listed = schema.field("listed").type
    if case.array is None:
        assert pa.types.is_list(listed) and listed.value_type == case.becomes and listed.value_field.nullable
    else:
        assert listed == case.array
    assert oracle.assert_arrived(database, lake, "public", "t") == len(values) + 52


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


PHYSICAL = [
    ("smallint", "INT32", "Int(bitWidth=16, isSigned=true)"), ("integer", "INT32", "None"), ("bigint", "INT64", "None"),
    ("boolean", "BOOLEAN", "None"), ("real", "FLOAT", "None"), ("double precision", "DOUBLE", "None"),
    ("text", "BYTE_ARRAY", "String"), ("bytea", "BYTE_ARRAY", "None"), ("uuid", "BYTE_ARRAY", "String"),
    ("jsonb", "BYTE_ARRAY", "String"), ("date", "INT32", "Date"),
    ("timestamp", "INT64", "isAdjustedToUTC=false, timeUnit=microseconds"),
    ("timestamptz", "INT64", "isAdjustedToUTC=true, timeUnit=microseconds"),
]


def test_The_physical_and_logical_types_are_those_that_every_engine_agrees_on(database, lake):
    database.execute(f"CREATE TABLE t ({', '.join(f'c{i} {type}' for i, (type, _, _) in enumerate(PHYSICAL))})")
    export(database, lake)
    schema = pyarrow.parquet.ParquetFile(files(lake, "public.t")[0]).schema
    for index, (type, physical, logical) in enumerate(PHYSICAL):
        column = schema.column(index)
        # pyarrow reads a signed 32-bit or 64-bit annotation, which is allowed and says nothing, as Int.
        said = re.sub(r"Int\(bitWidth=(32|64), isSigned=true\)", "None", str(column.logical_type))
        assert column.physical_type == physical and logical in said, f"{type}: {column.physical_type} {said}"


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


UNREPRESENTABLE = [
    # label, type, value, and a word for its kind that the message has to have
    ("NaN_in_decimal", "numeric(10,2)", "'NaN'", "nan"),
    ("NaN_in_wide_decimal", "numeric(38,2)", "'NaN'", "nan"),
    ("infinite_date", "date", "'infinity'", "infinity"),
    ("minus_infinite_date", "date", "'-infinity'", "infinity"),
    ("infinite_timestamp", "timestamp", "'infinity'", "infinity"),
    ("minus_infinite_timestamptz", "timestamptz", "'-infinity'", "infinity"),
    ("late_timestamp", "timestamp", "'294247-01-10 04:00:54.775808'", "294247-01-10"),
    ("late_timestamptz", "timestamptz", "'294276-12-31 23:59:59.999999+00'", "294247-01-10"),
    ("two_dimensions", "integer[]", "'{{47110815,2},{3,4}}'", "dimension"),
    ("other_lower_bound", "text[]", "'[0:1]={secret47110815,b}'", "subscript"),
    ("NaN_in_array", "numeric(10,2)[]", "'{1,NaN}'", "nan"),
]


@pytest.mark.parametrize("label, type, value, kind", UNREPRESENTABLE, ids=[case[0] for case in UNREPRESENTABLE])
def test_An_unrepresentable_value_is_an_error_by_default_that_says_where(database, lake, label, type, value, kind):
    database.execute(f"CREATE TABLE fine AS SELECT 1 AS a; CREATE TABLE bad_one (id integer, \"Bad Column\" {type})")
    database.execute("INSERT INTO bad_one SELECT i FROM generate_series(1, 1000) AS i")
    database.execute(f"INSERT INTO bad_one VALUES (1001, {value})")
    ctid = database.value("SELECT ctid::text FROM bad_one WHERE id = 1001")
    result = run_pg2athena("run", database.url, lake)
    assert_error(result, FAILED, "bad_one", "Bad Column", ctid, kind)
    for part in ("47110815", "54.775808", "59.999999"):
        assert part not in result.stdout + result.stderr, "the value itself must not be shown"
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
