"""How a table is split: by blocks, by a key's values, and that every row is in exactly one shard."""
import json
import random

import pytest

from harness import oracle
from harness.cluster import server_version
from harness.job import export_tables, planned, run_tables, shards
from harness.lake import receipts
from harness.program import DONE, FAILED, REFUSED, USAGE, assert_error, assert_exit

# Columns by which it can be split, with their types. The nondeterministic collation finds "a" and "A" equal.
KEYS = {
    "i2": "smallint", "i4": "integer", "i8": "bigint", "d": "date", "ts": "timestamp", "tz": "timestamptz", "u": "uuid",
    "t": "text", "v": "varchar(40)", "c": "char(12)", "whole": "whole", "word": "word", 'Odd "é" name': "bigint",
    "german": 'text COLLATE "de-x-icu"', "ci": "text COLLATE ci", "bytes": 'text COLLATE "C"',
}
MAKE_TYPES = """
    CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
    CREATE DOMAIN whole AS bigint CHECK (value <> 42);
    CREATE DOMAIN word AS varchar(40) COLLATE ci"""
# What is odd about a type, among the values that are not.
EXTREMES = {
    "i2": ["-32768", "32767"], "i4": ["-2147483648", "2147483647"],
    "i8": ["-9223372036854775808", "9223372036854775807"], "whole": ["-9223372036854775808", "9223372036854775807"],
    'Odd "é" name': ["-9223372036854775808", "9223372036854775807"],
    "d": ["-infinity", "infinity", "4713-01-01 BC", "5874897-12-31", "0044-03-15 BC"],
    "ts": ["-infinity", "infinity", "4713-01-01 00:00:00 BC", "294276-12-31 23:59:59.999999", "0044-03-15 12:00:00.000001 BC"],
    "tz": ["-infinity", "infinity", "4713-01-01 00:00:00+00 BC", "294276-12-31 23:59:59.999999+00", "0044-03-15 12:00:00+00 BC"],
    "u": ["00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"],
}
TEXTS = ["", "it's", '"quoted"', "back\\slash", "\\", "E'x'", "😀 smile", "Ä", "ä", "a", "A", "á", "z", "Z", "ß", "ss", "SS", "日本",
         "tab\there", "new\nline", "{a,b}", "NULL", "a b", "ab", "a-b", "~", "ﬀ", "Straße", "STRASSE", "%s", "$1", "'; DROP"]
ROWS = 13_000


def values_of(column: str, chance: random.Random) -> list[str | None]:
    """A value for each row: of a middle range mostly, some NULL, some common ones, and what is extreme."""
    kind = KEYS[column].split(" ")[0]
    made = {
        "smallint": lambda: str(chance.randrange(-300, 300)),
        "integer": lambda: str(chance.randrange(10**9)),
        "bigint": lambda: str(int(chance.gauss(0, 10**15))),
        "whole": lambda: str(int(chance.gauss(1000, 10**6)) * 2 + 1),
        "date": lambda: f"{chance.randrange(1990, 2030)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}",
        "timestamp": lambda: f"2026-01-{chance.randrange(1, 29):02} 12:00:00.{chance.randrange(10**6):06}",
        "timestamptz": lambda: f"2026-01-{chance.randrange(1, 29):02} 12:00:00.{chance.randrange(10**6):06}+05",
        "uuid": lambda: f"{chance.getrandbits(128):032x}",
    }.get(kind, lambda: chance.choice(TEXTS[:12]) + chance.choice(TEXTS)[:6] if chance.random() < 0.7 else chance.choice(TEXTS))
    values = [None if chance.random() < 0.05 else made() for _ in range(ROWS)]
    extremes = EXTREMES.get(column, TEXTS if kind not in {"whole"} else [])
    for place, value in zip(chance.sample(range(ROWS), len(extremes)), extremes):
        values[place] = value
    return [value[:12] if value and kind == "char(12)" else value for value in values]


def copy_text(value: str | None) -> str:
    if value is None:
        return r"\N"
    return value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


@pytest.fixture(scope="module")
def keyed(cluster):
    """`small` has a column of each type; `large`, with statistics, and `fresh`, without, have its rows in more blocks than
    one shard reads (90 MB each), `leaves` in two partitions."""
    chance = random.Random(20260131)
    with cluster.database("shards") as database:
        database.execute(MAKE_TYPES)
        columns = ", ".join(f"{quoted(name)} {type_}" for name, type_ in KEYS.items())
        database.execute(f"CREATE TABLE small (id integer, {columns})")
        lists = [values_of(column, chance) for column in KEYS]
        lines = ["\t".join([str(i), *map(copy_text, row)]) for i, row in enumerate(zip(*lists))]
        database.copy_in("small", "\n".join(lines) + "\n")
        for name in ("large", "fresh"):
            database.execute(f"""
                CREATE TABLE {name} (LIKE small, filler text); ALTER TABLE {name} ALTER filler SET STORAGE PLAIN;
                INSERT INTO {name} SELECT *, repeat('x', 5000) FROM small""")
        database.execute(f"""
            CREATE TABLE leaves (LIKE large) PARTITION BY HASH (id);
            CREATE TABLE leaves_0 PARTITION OF leaves FOR VALUES WITH (MODULUS 2, REMAINDER 0);
            CREATE TABLE leaves_1 (filler text, extra_dropped integer, LIKE small);
            ALTER TABLE leaves_1 DROP extra_dropped;
            ALTER TABLE leaves ATTACH PARTITION leaves_1 FOR VALUES WITH (MODULUS 2, REMAINDER 1);
            ALTER TABLE leaves_0 ALTER filler SET STORAGE PLAIN; ALTER TABLE leaves_1 ALTER filler SET STORAGE PLAIN;
            INSERT INTO leaves SELECT *, repeat('x', 7900) FROM small;
            CREATE VIEW seen AS SELECT * FROM small;
            CREATE INDEX ON large (i8); CREATE INDEX ON fresh (i8); ANALYZE large""")
        yield database


def assert_key_shards(table, key, nullable=True):
    """The shards of each source go up from one that is open below to one that is open above, and NULLs are apart."""
    by_source = {}
    for shard in table["shards"]:
        assert shard["key"] == key, shard
        by_source.setdefault(shard["source"], []).append(shard)
    for of_source in by_source.values():
        nulls = [shard for shard in of_source if shard.get("nulls")]
        ranges = [shard for shard in of_source if not shard.get("nulls")]
        assert len(nulls) == nullable and not any("lower" in shard or "upper" in shard for shard in nulls)
        assert len(ranges) > 1 and "lower" not in ranges[0] and "upper" not in ranges[-1]
        assert [shard["upper"] for shard in ranges[:-1]] == [shard["lower"] for shard in ranges[1:]]


def assert_ids(database, lake, name, query, shards_with_rows=2):
    """Every row arrived once: its id did. The keys themselves need not be exportable (an infinite date isn't)."""
    oracle.assert_same(database, lake, name, query)
    rows = [receipt["rows"] for receipt in receipts(lake) if receipt["table"] == name]
    assert sum(count > 0 for count in rows) >= shards_with_rows, rows
    return rows


@pytest.mark.parametrize("name", ["large", "fresh"])
@pytest.mark.parametrize("key", KEYS)
def test_A_table_is_split_by_the_key_that_was_named(keyed, lake, name, key):
    export_tables(keyed, lake, [{"name": name, "columns": ["id"], "shard_by": key}], "--workers", "2")
    table, = planned(lake)
    assert_key_shards(table, key)
    assert_ids(keyed, lake, f"public.{name}", f"SELECT id FROM {name}")
    assert sum(shard["bytes"] for shard in table["shards"]) == pytest.approx(table["bytes"], rel=0.01)


@pytest.mark.parametrize("key", KEYS)
def test_A_view_and_a_query_are_split_into_four_parts_a_worker(keyed, lake, key):
    tables = [{"name": "seen", "columns": ["id"], "shard_by": key},
              {"sql": "SELECT * FROM small -- all", "as": "asked", "shard_by": key,
               "types": {column: {"as": "string"} for column in ("d", "ts", "tz")}}]
    export_tables(keyed, lake, tables, "--workers", "3")
    for table in planned(lake):
        assert_key_shards(table, key)
        assert 9 <= len(table["shards"]) <= 16, "12 and the NULLs; fewer where values are few"
        assert all(shard["bytes"] is None for shard in table["shards"])
    rows = assert_ids(keyed, lake, "public.seen", "SELECT id FROM seen", shards_with_rows=5)
    assert max(rows) < ROWS / 3, "they are balanced"
    oracle.assert_same(keyed, lake, "asked", "SELECT * FROM small")


@pytest.mark.parametrize("key", ["i8", "german", "ci", "u"])
@pytest.mark.parametrize("where", ["", "id % 3 = 0 OR i8 IS NULL", "leaves IS NOT NULL OR leaves.t = 'a'"])
def test_Partitions_are_split_by_the_key_each(keyed, lake, key, where):
    entry = {"name": "leaves", "columns": ["id"], "shard_by": key}
    export_tables(keyed, lake, [{**entry, "where": where} if where else entry], "--workers", "2")
    table, = planned(lake)
    assert {shard["source"] for shard in table["shards"]} == {"public.leaves_0", "public.leaves_1"}
    assert_key_shards(table, key)
    assert_ids(keyed, lake, "public.leaves", f"SELECT id FROM leaves WHERE {where or 'true'}")


def test_A_condition_and_a_key_go_together_also_through_a_view(keyed, lake):
    where = "id < 5000 AND t <> 'a' OR t = 'ab' -- some"
    export_tables(keyed, lake, [{"name": name, "where": where, "shard_by": "i8", "columns": ["id", "t"]}
                                for name in ("seen", "large")], "--workers", "2")
    for name in ("seen", "large"):
        assert_ids(keyed, lake, f"public.{name}", f"SELECT id, t FROM {name} WHERE (\n{where}\n)")


def test_A_shard_of_a_key_is_found_by_its_index(keyed, lake):
    """Block ranges forbid index scans; key ranges must not."""
    scans = "SELECT pg_stat_get_numscans('large_i8_idx'::regclass)"
    before = keyed.value(scans)
    keyed.execute("ALTER DATABASE " + keyed.url.rsplit("/", 1)[1] + " SET enable_seqscan = off")
    export_tables(keyed, lake, [{"name": "large", "columns": ["id"], "shard_by": "i8"}], "--workers", "1")
    keyed.execute("ALTER DATABASE " + keyed.url.rsplit("/", 1)[1] + " RESET enable_seqscan")
    keyed.execute("SELECT pg_sleep(1.5)")  # sessions report what they did when they end
    assert keyed.value(scans) - before >= len(shards(lake)) - 1


def test_A_receipt_says_the_range_and_a_message_no_bound(keyed, lake):
    export_tables(keyed, lake, [{"name": "large", "columns": ["id"], "shard_by": "i8"}], "--workers", "2")
    sources = [receipt["source"] for receipt in receipts(lake)]
    assert sources[0].startswith("public.large i8 before ") and " to before " in sources[1], sources
    assert sources[-1] == "public.large the NULLs of i8"
    lake_2 = lake.parent / "lake-2"
    result = run_tables(keyed, lake_2, [{"sql": "SELECT id, 'infinity'::date AS late FROM small", "as": "q", "shard_by": "id"}],
                        "--workers", "2")
    assert_error(result, FAILED, "late", "of query q a range of id")
    assert not any(bound in result.stderr for shard in shards(lake) for bound in (shard.get("lower"),) if bound)


def test_Rows_that_are_too_large_are_found_in_ranges_of_a_key(database, lake):
    database.execute("""CREATE TABLE t (id integer, body text);
                        INSERT INTO t SELECT i, repeat('x', CASE i WHEN 700 THEN 3000000 ELSE 10 END)
                        FROM generate_series(1, 1000) AS i; CREATE VIEW seen AS SELECT * FROM t""")
    tables = [{"name": "seen", "shard_by": "id"}]
    assert_error(run_tables(database, lake, tables, "--max-value-size", "2MiB"), FAILED, "3000000 bytes in column body")
    export_tables(database, lake, tables, "--max-value-size", "4MiB")
    oracle.assert_arrived(database, lake, "public", "seen")


# What there may be nothing to split of --------------------------------------------------------------------------------


@pytest.mark.parametrize("rows, expected_shards", [
    ("SELECT 1, 1 WHERE false", 1),                                                # empty
    ("SELECT 1, 1", 1),                                                            # one row
    ("SELECT 1, NULL::integer FROM generate_series(1, 50)", 1),                    # all NULL
    ("SELECT i, 5 FROM generate_series(1, 50) AS i", 1),                           # one value
    ("SELECT i, nullif(5, i) FROM generate_series(1, 50) AS i", 1),                # one value and a NULL
    ("SELECT i, CASE WHEN i < 950 THEN 5 ELSE i END FROM generate_series(1, 1000) AS i", None),  # skewed
])
@pytest.mark.parametrize("kind", ["TABLE", "VIEW"])
def test_Odd_spreads_of_a_key_lose_nothing(database, lake, kind, rows, expected_shards):
    database.execute(f"CREATE {kind} odd (id, k) AS {rows}")
    export_tables(database, lake, [{"name": "odd", "shard_by": "k"}], "--workers", "2")
    oracle.assert_arrived(database, lake, "public", "odd")
    if expected_shards:
        assert len(shards(lake)) == expected_shards


def test_A_part_of_a_skewed_key_is_no_more_than_its_common_value(database, lake):
    database.execute("""CREATE VIEW skewed AS SELECT i AS id, CASE WHEN i <= 7000 THEN 5 ELSE i END AS k
                        FROM generate_series(1, 10000) AS i""")
    export_tables(database, lake, [{"name": "skewed", "shard_by": "k"}], "--workers", "2")
    oracle.assert_arrived(database, lake, "public", "skewed")
    rows = sorted(receipt["rows"] for receipt in receipts(lake))
    assert rows[-1] <= 7100 and len(rows) >= 4 and rows[-2] <= 1500, rows


# Without a name: where blocks can't be read ----------------------------------------------------------------------------


@pytest.fixture
def reader(cluster, database):
    """A role with no right yet, dropped at the end."""
    name = database.url.rsplit("/", 1)[1] + "_reader"
    cluster.maintenance.execute(f'CREATE ROLE "{name}" LOGIN')
    yield name
    database.execute(f'DROP OWNED BY "{name}"')
    cluster.maintenance.execute(f'DROP ROLE "{name}"')


LARGE = """
    CREATE TABLE large (id bigint PRIMARY KEY, k integer, secret text, filler text);
    ALTER TABLE large ALTER filler SET STORAGE PLAIN;
    INSERT INTO large SELECT i, i % 7, 'secret', repeat('x', 7000) FROM generate_series(1, 10000) AS i;"""


@pytest.mark.parametrize("analyze", ["", "ANALYZE"])
def test_With_rights_on_columns_only_a_large_table_is_split_by_its_primary_key(database, reader, lake, analyze):
    database.execute(f'{LARGE} GRANT SELECT (id, k) ON large TO "{reader}"; {analyze}')
    export_tables(database, lake, [{"name": "large", "columns": ["k", "id"]}], "--workers", "2", user=reader)
    table, = planned(lake)
    assert_key_shards(table, "id", nullable=False)
    assert "not by blocks: no SELECT right on the table as a whole" in table["notes"]
    assert_ids(database, lake, "public.large", "SELECT k, id FROM large")


def test_Without_a_right_on_the_key_it_is_one_shard_and_by_another_index_more(database, reader, lake):
    database.execute(f'{LARGE} GRANT SELECT (k) ON large TO "{reader}"')
    tables = [{"name": "large", "columns": ["k"]}]
    plan = json.loads(run_tables(database, lake, tables, "--output", "json", command="plan", user=reader).stdout)
    assert len(plan["tables"][0]["shards"]) == 1
    database.execute("CREATE INDEX ON large (secret) WHERE k = 1; CREATE INDEX ON large (k)")
    export_tables(database, lake, tables, user=reader)
    assert_key_shards(planned(lake)[0], "k")
    assert_ids(database, lake, "public.large", "SELECT k FROM large")


def test_An_index_in_an_order_that_may_hold_no_longer_is_not_searched(database, reader, lake):
    """As after an upgrade of the C library or ICU: the server says that a collation has another version."""
    database.execute(f"""{LARGE}
        ALTER TABLE large ADD code text COLLATE "de-x-icu"; UPDATE large SET code = 'ä' || id; ALTER TABLE large ALTER code SET NOT NULL;
        CREATE INDEX ON large (code);
        GRANT SELECT (k, code) ON large TO "{reader}"; ANALYZE; ALTER DATABASE {database.value("SELECT current_database()")}
        SET enable_seqscan = off""")

    def key_of(**entry):
        plan = json.loads(run_tables(database, lake, [{"name": "large", "columns": ["k"], **entry}], "--output", "json",
                                     command="plan", user=reader).stdout)
        return plan["tables"][0]["shards"][0].get("key")

    def searches():
        database.execute("SELECT pg_sleep(1.5)")    # sessions report what they did when they end
        return database.value("SELECT pg_stat_get_numscans('large_code_idx'::regclass)")

    assert key_of() == "code"
    before = searches()
    database.execute("UPDATE pg_collation SET collversion = '0' WHERE collname = 'de-x-icu'")
    assert key_of() is None
    assert key_of(shard_by="code") == "code"
    export_tables(database, lake, [{"name": "large", "columns": ["k"], "shard_by": "code"}], user=reader)
    assert_ids(database, lake, "public.large", "SELECT k FROM large")
    assert searches() == before


def test_Partitions_without_rights_are_split_by_the_key_through_their_parent(database, reader, lake):
    database.execute(f"""
        CREATE TABLE parted (id bigint PRIMARY KEY, filler text) PARTITION BY RANGE (id);
        CREATE TABLE low PARTITION OF parted FOR VALUES FROM (MINVALUE) TO (3000);
        CREATE TABLE high PARTITION OF parted DEFAULT;
        ALTER TABLE low ALTER filler SET STORAGE PLAIN; ALTER TABLE high ALTER filler SET STORAGE PLAIN;
        INSERT INTO parted SELECT i, repeat('x', 7000) FROM generate_series(1, 10000) AS i;
        GRANT SELECT ON parted TO "{reader}" """)
    export_tables(database, lake, [{"name": "parted", "columns": ["id"]}], "--workers", "2", user=reader)
    table, = planned(lake)
    assert {shard["source"] for shard in table["shards"]} == {"public.parted"}
    assert_key_shards(table, "id", nullable=False)
    assert_ids(database, lake, "public.parted", "SELECT id FROM parted")


def test_Children_are_split_by_a_key_that_is_named_and_may_lack_NOT_NULL(database, lake):
    # From PostgreSQL 18 on children keep what they inherit, and a parent may keep it to itself.
    newer = server_version() >= 18
    database.execute(f"""
        CREATE TABLE parent (id integer NOT NULL {'NO INHERIT' if newer else ''}, filler text);
        ALTER TABLE parent ALTER filler SET STORAGE PLAIN;
        CREATE TABLE child () INHERITS (parent);
        {'' if newer else 'ALTER TABLE child ALTER id DROP NOT NULL;'}
        INSERT INTO parent SELECT i, repeat('x', 7000) FROM generate_series(1, 7000) AS i;
        INSERT INTO child SELECT nullif(i, 7), repeat('x', 7000) FROM generate_series(1, 9000) AS i""")
    export_tables(database, lake, [{"name": "parent", "columns": ["id"], "shard_by": "id"}], "--workers", "2")
    assert_key_shards(planned(lake)[0], "id")
    assert_ids(database, lake, "public.parent", "SELECT id FROM parent")


# Foreign tables ---------------------------------------------------------------------------------------------------------


def available(database, extension):
    return database.value("SELECT count(*) FROM pg_available_extensions WHERE name = %s", (extension,)) == 1


@pytest.mark.parametrize("key", ["id", "t", "ts", "u"])
def test_A_foreign_table_is_split_by_the_key_that_is_named(keyed, lake, key):
    """Another server's collations may order otherwise: its text is compared by bytes, here."""
    if not available(keyed, "postgres_fdw"):
        pytest.skip("this PostgreSQL has no postgres_fdw")
    parts = keyed.query("SELECT current_database(), current_user, current_setting('port'), current_setting('unix_socket_directories')")
    name, user, port, _ = parts[0]
    keyed.execute(f"""
        DROP EXTENSION IF EXISTS postgres_fdw CASCADE; CREATE EXTENSION postgres_fdw;
        CREATE SERVER loop FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '{port}', dbname '{name}');
        CREATE USER MAPPING FOR CURRENT_USER SERVER loop OPTIONS (user '{user}', password_required 'false');
        CREATE FOREIGN TABLE far (id integer, ts timestamp, u uuid, t text, german text COLLATE "de-x-icu")
        SERVER loop OPTIONS (table_name 'small');
        CREATE VIEW far_seen AS SELECT * FROM far""")
    plan = json.loads(assert_exit(run_tables(keyed, lake, [{"name": "far"}], "--output", "json", command="plan"), DONE).stdout)
    assert len(plan["tables"][0]["shards"]) == 1, "not without a name: its shards are read at different moments"
    tables = [{"name": table, "columns": ["id"], "shard_by": key} for table in ("far", "far_seen")]
    export_tables(keyed, lake, tables, "--workers", "2")
    table, _ = planned(lake)
    assert_key_shards(table, key)
    assert any("different moments" in note for note in table["notes"])
    for table in ("far", "far_seen"):
        # Without statistics: a far table is cut between its extremes, which are far apart; a view by its values.
        assert_ids(keyed, lake, f"public.{table}", "SELECT id FROM small", shards_with_rows=2 if table == "far" else 5)


def test_A_file_of_the_server_is_split_by_the_key_that_is_named(database, lake, cluster):
    if not available(database, "file_fdw"):
        pytest.skip("this PostgreSQL has no file_fdw")
    file = cluster.folder / "data" / "far.csv"
    database.execute(f"""
        COPY (SELECT i, 'name ' || i % 50 FROM generate_series(1, 3000) AS i) TO '{file}' (FORMAT csv);
        CREATE EXTENSION file_fdw; CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
        CREATE FOREIGN TABLE far (id integer, name text) SERVER files OPTIONS (filename '{file}', format 'csv')""")
    for key in ("id", "name"):
        export_tables(database, lake.parent / key, [{"name": "far", "shard_by": key}], "--workers", "2")
        assert_key_shards(planned(lake.parent / key)[0], key)
        oracle.assert_arrived(database, lake.parent / key, "public", "far")


# Sizes, orders, words --------------------------------------------------------------------------------------------------


def test_What_is_in_TOAST_counts_where_it_is_exported(database, lake):
    database.execute("""
        CREATE TABLE wide (id integer, body text); ALTER TABLE wide ALTER body SET STORAGE EXTERNAL;
        INSERT INTO wide SELECT i, repeat('x', 70000) FROM generate_series(1, 2000) AS i""")
    export_tables(database, lake, [{"name": "wide"}], "--workers", "2")
    table, = planned(lake)
    assert table["bytes"] < 1_000_000 and table["toast_bytes"] > 100_000_000
    assert len(table["shards"]) in (4, 5) and all("first_block" in shard for shard in table["shards"])
    rows = [receipt["rows"] for receipt in receipts(lake)]
    assert sum(rows) == 2000 and max(rows) < 800, rows
    plan = json.loads(run_tables(database, lake, [{"name": "wide", "columns": ["id"]}], "--output", "json", command="plan").stdout)
    assert len(plan["tables"][0]["shards"]) == 1, "the column that is there isn't exported"


def test_The_plan_says_by_what_tables_are_split(keyed, lake):
    tables = [{"name": "large", "columns": ["id"]}, {"name": "seen", "columns": ["id"], "shard_by": "i8"},
              {"name": "leaves", "columns": ["id"], "shard_by": "u"}, {"name": "small", "columns": ["id"]}]
    text = assert_exit(run_tables(keyed, lake, tables, "--workers", "2", command="plan"), DONE).stdout
    heads = {line.split()[0]: line for line in text.splitlines() if "  from " in line}
    assert heads["public.large"].endswith("3 shards by blocks of up to 35.5 MB, columns: 1 of 18"), heads
    assert heads["public.seen"].endswith("9 shards by key i8, columns: 1 of 17"), heads
    assert heads["public.leaves"].endswith("6 shards by key u, 2 partitions, columns: 1 of 18"), heads
    assert heads["public.small"].endswith("1 shard, columns: 1 of 17"), heads


@pytest.mark.parametrize("entry, mentions", [
    ({"name": "small", "shard_by": "i9"}, ["public.small", '"i9"', "did you mean"]),
    ({"name": "small", "shard_by": "I8"}, ["public.small", '"I8"', "did you mean"]),
    ({"name": "odd", "shard_by": "j"}, ["public.odd", '"j"', "jsonb", "uuid, text"]),
    ({"name": "odd", "shard_by": "f"}, ["public.odd", '"f"', "double precision", "bigint"]),
    ({"sql": "SELECT 1.5 AS n", "as": "q", "shard_by": "n"}, ["query q", '"n"', "numeric", "bigint"]),
    ({"sql": "SELECT 1 AS n", "as": "q", "shard_by": "m"}, ["query q", '"m"', "no column"]),
])
def test_A_key_that_can_not_be_is_refused_with_its_table_and_column(keyed, lake, entry, mentions):
    keyed.execute("CREATE TABLE IF NOT EXISTS odd (j jsonb, f double precision)")
    result = run_tables(keyed, lake, [entry])
    assert result.returncode != DONE
    assert_error(result, result.returncode, *mentions)
    assert not lake.exists() or not list(lake.glob("*/data"))


def test_A_key_that_can_not_be_read_is_refused_with_the_GRANT(database, reader, lake):
    database.execute(f'CREATE TABLE t (id integer, k integer); GRANT SELECT (id) ON t TO "{reader}"')
    result = run_tables(database, lake, [{"name": "t", "columns": ["id"], "shard_by": "k"}], user=reader)
    assert_error(result, REFUSED, "public.t", '"k"', "GRANT SELECT")


def test_A_database_without_an_encoding_has_no_ranges_of_text(cluster, lake):
    cluster.maintenance.execute("CREATE DATABASE ascii_shards TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'")
    try:
        database = type(cluster.maintenance)(cluster.maintenance.url_of("ascii_shards"))
        database.execute("CREATE TABLE t (id integer, k text)")
        assert_error(run_tables(database, lake, [{"name": "t", "shard_by": "k"}]), USAGE, "SQL_ASCII", "public.t")
        export_tables(database, lake, [{"name": "t", "shard_by": "id"}])
    finally:
        cluster.maintenance.execute("DROP DATABASE ascii_shards WITH (FORCE)")
