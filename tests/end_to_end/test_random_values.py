"""A thousand random values of every type arrive as PostgreSQL prints them: columns, elements of arrays, parts.

One run exports them all. The values are the same each time; PG2ATHENA_RANDOM_SEED=0.7 makes others, and
PG2ATHENA_RANDOM_ROWS more of them.
"""
import os

import pytest
import yaml

from harness import oracle
from harness.cluster import server_version
from harness.paths import ROOT
from harness.program import DONE, assert_exit, run_pg2athena
from harness.verification import assert_verifies

FUNCTIONS = ROOT / "tests" / "types" / "random_values.sql"
SEED = float(os.environ.get("PG2ATHENA_RANDOM_SEED", "0.42"))
ROWS = int(os.environ.get("PG2ATHENA_RANDOM_ROWS", "1000"))
NULLS = 0.05

# Type → an expression that makes a value of it; and what the configuration says, where it says something.
TYPES = {
    "boolean": "random() < 0.5",
    "smallint": "(r32() % 32768)::smallint",
    "integer": "r32()",
    "bigint": "r64()",
    "oid": "(r32()::bigint & 4294967295)::oid",
    "real": "rfloat(37, 8)::real",
    "double precision": "rfloat(307, 17)",
    "numeric": "rnumeric(150, 150)",
    "numeric(5,2)": "rnumeric(3, 2)",
    "numeric(18,4)": "rnumeric(14, 4)",
    "numeric(38,10)": "rnumeric(28, 10)",
    "numeric(38,38)": "('0.' || digits(38))::numeric",
    "numeric(3,-4)": "round(rnumeric(7, 0), -4) % 9990000",
    "numeric(60,20)": "rnumeric(40, 20)",
    "money": "(r64()::numeric / 100)::money",
    "text": "rtext(40)",
    "varchar(20)": "rtext(20)",
    "char(20)": "rtext(20)",
    "name": "left(rtext(15), 15)",
    "citext": "rtext()",
    "mood": "(enum_range(NULL::mood))[1 + below(5)]",
    "json": "rjson(3)",
    "jsonb": "rjson(3)",
    "xml": "xmlelement(NAME a, xmlattributes(regexp_replace(rtext(), '[^a-zäé日\"<>&]', '', 'g') AS b))",
    "tsvector": "to_tsvector('simple', rtext(60))",
    "uuid": "md5(random()::text)::uuid",
    "bytea": "rbytes()",
    "date": "rdate()",
    "timestamp": "rtimestamp()",
    "timestamp(3)": "rtimestamp()",
    "timestamptz": "rtimestamp() AT TIME ZONE 'UTC'",
    "time": "rtime()",
    "timetz": "rtimetz()",
    "interval": "rinterval()",
    "inet": "rinet()",
    "cidr": "network(rinet())",
    "macaddr": "substr(md5(random()::text), 1, 12)::macaddr",
    "bit(13)": "rbits(13)::bit(13)",
    "bit varying": "rbits(below(80)::int)::varbit",
    "point": "point(rfloat(300, 17), rfloat(300, 17))",
    "pg_lsn": "('0/0'::pg_lsn + below(9223372036854775807))",
    "hstore": "rhstore()",
    "part": "rpart()",
    "device": "rdevice()",
    "int4range": "rrange(r32() / 2, r32() / 2, 'int4range')::int4range",
    "int8range": "rrange(r64() / 2, r64() / 2, 'int8range')::int8range",
    "numrange": "rrange(rnumeric(20, 20), rnumeric(20, 20), 'numrange')::numrange",
    "daterange": "rrange(rdate() - 1, rdate() - 1, 'daterange')::daterange",
    "tsrange": "rrange(rtimestamp(), rtimestamp(), 'tsrange')::tsrange",
    "tstzrange": "rrange(rtimestamp()::timestamptz, rtimestamp()::timestamptz, 'tstzrange')::tstzrange",
    "inetrange": "rrange(rinet(), rinet(), 'inetrange')::inetrange",
    "textrange": "rrange(rtext() COLLATE \"C\", rtext() COLLATE \"C\", 'textrange')::textrange",
    "int4multirange": "int4multirange(rrange(r32() / 2, r32() / 2, 'int4range')::int4range,"
                      " rrange(r32() / 2, r32() / 2, 'int4range')::int4range)",
    "nummultirange": "nummultirange(rrange(rnumeric(9, 3), rnumeric(9, 3), 'numrange')::numrange,"
                     " rrange(rnumeric(9, 3), rnumeric(9, 3), 'numrange')::numrange)",
    "tsmultirange": "tsmultirange(rrange(rtimestamp(), rtimestamp(), 'tsrange')::tsrange)",
    "textmultirange": "textmultirange(rrange(rtext() COLLATE \"C\", rtext() COLLATE \"C\", 'textrange')::textrange)",
}
# The same values once more in another form of their type.
FORMS = {
    "numeric as decimal": ("numeric", "rnumeric(20, 18)", {"as": "decimal(38,18)"}),
    "timestamp as bigint": ("timestamp", "rtimestamp()", {"as": "bigint"}),
    "timestamptz as string": ("timestamptz", "rtimestamp() AT TIME ZONE 'UTC'", {"as": "string"}),
    "time as micros": ("time", "rtime()", {"as": "micros", "on_unrepresentable": "null"}),
    "interval as struct": ("interval", "rinterval()", {"as": "struct"}),
    "double precision as string": ("double precision", "rfloat(307, 17)", {"as": "string"}),
    "real as string": ("real", "rfloat(37, 8)::real", {"as": "string"}),
    "bytea as string": ("bytea", "rbytes()", {"as": "string"}),
    "device as string": ("device", "rdevice()", {"as": "string"}),
    "part[] as string": ("part[]", "ARRAY[rpart(), rpart()]", {"as": "string"}),
}
if server_version() < 15:   # no numeric of a negative scale
    del TYPES["numeric(3,-4)"]
CASES = [(name, name, value, {}) for name, value in TYPES.items()] + [(name, *case) for name, case in FORMS.items()]


@pytest.fixture(scope="module")
def exported(cluster, tmp_path_factory):
    folder = tmp_path_factory.mktemp("random")
    lake = folder / "lake"
    with cluster.database("random") as database:
        database.execute("CREATE EXTENSION hstore; CREATE EXTENSION citext")
        database.execute(FUNCTIONS.read_text(encoding="utf-8"))
        statements, tables = [f"SELECT setseed({SEED})"], []
        for number, (_, type, value, choice) in enumerate(CASES):
            listed = not choice
            table = f"r{number:02}"
            statements.append(f"CREATE TABLE {table} (id integer, v {type}{f', listed {type}[]' if listed else ''})")
            # An expression without a column of its own would be made once for all rows; (id, 0) keeps it volatile.
            array = (f", CASE WHEN random() > {NULLS} THEN ARRAY(SELECT CASE WHEN random() > {NULLS} THEN ({value})::{type} END"
                     f" FROM generate_series(1, below(4) + 0 * id))::{type}[] END" if listed else "")
            statements.append(f"INSERT INTO {table} SELECT id, CASE WHEN random() > {NULLS} THEN ({value})::{type} END{array}"
                              f" FROM generate_series(1, {ROWS}) AS id")
            tables.append({"name": f"public.{table}"} | ({"types": {"v": choice}} if choice else {}))
        database.execute(";\n".join(statements))
        file = folder / "random.yaml"
        file.write_text(yaml.safe_dump({"source": {"url": database.url}, "target": {"location": str(lake)},
                                        "tables": tables}), encoding="utf-8")
        assert_exit(run_pg2athena("run", "--config", file), DONE)
        yield database, lake


@pytest.mark.parametrize("number", range(len(CASES)), ids=[case[0] for case in CASES])
def test_Random_values_arrive(exported, number):
    database, lake = exported
    query = f"SELECT * FROM r{number:02}"
    if CASES[number][3].get("on_unrepresentable") == "null":   # what 24:00 becomes
        query = f"SELECT id, nullif(v, '24:00') AS v FROM r{number:02}"
    assert oracle.assert_same(database, lake, f"public.r{number:02}", query) == ROWS
    distinct = database.value(f"SELECT count(DISTINCT v::text) FROM r{number:02}")
    assert distinct > 1 and (distinct > ROWS / 20 or CASES[number][0] in ("boolean", "mood")), "these aren't random values"


def test_Random_values_are_as_they_were_published(exported):
    _, lake = exported
    assert_verifies(lake)
