"""Names of every kind, and relations of every kind."""
import pytest

from harness import oracle
from harness.lake import files, folder_of, published
from harness.oracle import READERS
from harness.program import REFUSED, assert_error, export, run_pg2athena

ODD_NAMES = [
    "Upper Case", "UPPER", "naïve", "日本語", 'with "quotes"', "o'clock", "a.b.c", "100%", "%s %d {}", "back\\slash",
    "new\nline", "tab\there", " leading and trailing ", "select", "1st", "semi;colon--", "$1", "*", "..", "slash/es",
    "x" * 63,
]


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


@pytest.mark.parametrize("name", ODD_NAMES, ids=[repr(name) for name in ODD_NAMES])
def test_A_table_in_a_schema_with_a_column_of_an_odd_name_arrives(database, lake, name):
    database.execute(f"CREATE SCHEMA {quoted(name)}")
    table = f"{quoted(name)}.{quoted(name)}"
    database.execute(f"CREATE TABLE {table} (id integer, {quoted(name)} text)")
    database.execute(f"INSERT INTO {table} VALUES (1, 'one'), (2, NULL)")
    export(database, lake)
    assert oracle.assert_arrived(database, lake, name, name) == 2
    # Nothing left the lake's folder by a name, and nothing but one level of it was made.
    assert {path.name for path in lake.parent.iterdir()} == {"lake"}
    assert {path.name for path in lake.iterdir()} == {".lock", "_pg2athena", folder_of(name, name)}


def test_An_odd_name_in_quotes_selects_its_table(database, lake):
    database.execute('CREATE TABLE "Upper.Case" AS SELECT 1 AS a; CREATE TABLE upper_case_not AS SELECT 2 AS a')
    export(database, lake, "--table", 'public."Upper.Case"')
    assert set(published(lake)) == {"public.upper_case"}


def test_Two_tables_that_become_one_are_refused_by_both_names(database, lake):
    database.execute('CREATE TABLE "Order Items" AS SELECT 1 AS a; CREATE TABLE "Order-Items" AS SELECT 2 AS a')
    result = run_pg2athena("run", database.url, lake)
    assert_error(result, REFUSED, "Order Items", "Order-Items", "order_items")
    assert not published(lake)


def test_Two_columns_that_become_one_are_refused_by_both_names(database, lake):
    database.execute('CREATE TABLE priced (id integer, "Net Price" integer, "net-price" integer)')
    result = run_pg2athena("run", database.url, lake)
    assert_error(result, REFUSED, "priced", "Net Price", "net-price")
    assert not published(lake)


def test_Two_schemas_may_have_a_table_of_the_same_name(database, lake):
    database.execute("CREATE SCHEMA a; CREATE TABLE a.t AS SELECT 1 AS x;"
                     " CREATE SCHEMA b; CREATE TABLE b.t AS SELECT 2 AS x")
    export(database, lake)
    oracle.assert_arrived(database, lake, "a", "t")
    oracle.assert_arrived(database, lake, "b", "t")


def test_Dropped_columns_leave_no_trace(database, lake):
    database.execute("""
        CREATE TABLE t (a integer, gone text, b integer, also_gone numeric(5,2));
        INSERT INTO t SELECT i, 'x', -i, 1.5 FROM generate_series(1, 100) AS i;
        ALTER TABLE t DROP gone, DROP also_gone, ADD c text NOT NULL DEFAULT 'added later';
        INSERT INTO t VALUES (101, -101, 'new')""")
    export(database, lake)
    assert oracle.assert_arrived(database, lake, "public", "t") == 101


def test_Generated_and_identity_columns_arrive(database, lake):
    database.execute("""
        CREATE TABLE t (id integer GENERATED ALWAYS AS IDENTITY, price numeric(10,2),
                        gross numeric(14,4) GENERATED ALWAYS AS (price * 1.19) STORED, s serial);
        INSERT INTO t (price) VALUES (1.00), (NULL), (99999999.99)""")
    export(database, lake)
    oracle.assert_arrived(database, lake, "public", "t")


def test_A_parent_has_its_childrens_rows_and_a_child_its_own(database, lake):
    database.execute("""
        CREATE TABLE animal (id integer, name text);
        CREATE TABLE dog (good boolean) INHERITS (animal);
        CREATE TABLE puppy (age integer) INHERITS (dog);
        INSERT INTO animal VALUES (1, 'cat');
        INSERT INTO dog VALUES (2, 'rex', true);
        INSERT INTO puppy VALUES (3, 'bit', true, 1)""")
    export(database, lake)
    assert oracle.assert_arrived(database, lake, "public", "animal") == 3
    assert oracle.assert_arrived(database, lake, "public", "dog") == 2
    assert oracle.assert_arrived(database, lake, "public", "puppy") == 1


def test_A_partitioned_table_is_one_table_whatever_its_partitions_look_like(database, lake):
    database.execute("""
        CREATE TABLE sale (id integer NOT NULL, region text, day date, amount numeric(10,2)) PARTITION BY LIST (region);
        CREATE TABLE sale_eu PARTITION OF sale FOR VALUES IN ('eu') PARTITION BY RANGE (day);
        CREATE TABLE sale_eu_2024 PARTITION OF sale_eu FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
        CREATE TABLE sale_eu_rest PARTITION OF sale_eu DEFAULT;
        CREATE TABLE sale_us (amount numeric(10,2), gone text, day date, region text, id integer NOT NULL);
        ALTER TABLE sale_us DROP gone;
        ALTER TABLE sale ATTACH PARTITION sale_us FOR VALUES IN ('us');
        CREATE TABLE sale_default PARTITION OF sale DEFAULT;
        CREATE TABLE sale_empty PARTITION OF sale FOR VALUES IN ('none');
        INSERT INTO sale SELECT i, (ARRAY['eu', 'us', 'asia', NULL])[i % 4 + 1], date '2023-12-01' + i % 500, i / 7.0
        FROM generate_series(1, 5000) AS i""")
    export(database, lake, "--workers", "2")
    assert set(published(lake)) == {"public.sale"}
    assert oracle.assert_arrived(database, lake, "public", "sale") == 5000


@pytest.mark.parametrize("definition", [
    "CREATE TABLE empty (id integer NOT NULL, amount numeric(12,2), tags text[], at timestamptz)",
    "CREATE TABLE empty (id integer NOT NULL, amount numeric(12,2), tags text[], at timestamptz) PARTITION BY HASH (id)",
    "CREATE TABLE empty (id integer NOT NULL, amount numeric(12,2), tags text[], at timestamptz) PARTITION BY LIST (id);"
    " CREATE TABLE leaf PARTITION OF empty DEFAULT",
    "CREATE VIEW empty AS SELECT 1 AS id, 1.5::numeric(12,2) AS amount, '{}'::text[] AS tags, timestamptz 'epoch' AS at"
    " WHERE false",
], ids=["table", "partitioned, no partition", "partitioned", "view"])
def test_An_empty_relation_is_one_file_with_the_schema_and_no_row(database, lake, definition):
    database.execute(definition)
    export(database, lake)
    [file] = files(lake, "public.empty")
    for read in READERS.values():
        table = read(file, None)
        assert table.num_rows == 0 and table.column_names == ["id", "amount", "tags", "at"]
    assert oracle.assert_arrived(database, lake, "public", "empty") == 0


def test_Views_materialized_views_and_unlogged_tables_arrive(database, lake):
    database.execute("""
        CREATE UNLOGGED TABLE base AS SELECT i AS id, 'row ' || i AS name FROM generate_series(1, 3000) AS i;
        CREATE VIEW odd_ones AS SELECT id, upper(name) AS name, count(*) OVER () AS n FROM base WHERE id % 2 = 1;
        CREATE MATERIALIZED VIEW summed AS SELECT id % 10 AS digit, sum(id) AS total FROM base GROUP BY 1""")
    export(database, lake)
    assert oracle.assert_arrived(database, lake, "public", "base") == 3000
    assert oracle.assert_arrived(database, lake, "public", "odd_ones") == 1500
    assert oracle.assert_arrived(database, lake, "public", "summed") == 10


def test_A_foreign_key_does_not_matter(database, lake):
    database.execute("""
        CREATE TABLE parent (id integer PRIMARY KEY); CREATE TABLE child (id integer REFERENCES parent);
        INSERT INTO parent VALUES (1); INSERT INTO child VALUES (1), (NULL)""")
    export(database, lake, "--table", "child")
    assert set(published(lake)) == {"public.child"}


def test_A_table_without_columns_is_refused(database, lake):
    database.execute("CREATE TABLE nothing ()")
    assert_error(run_pg2athena("run", database.url, lake), REFUSED, "nothing", "column")
    assert not published(lake)


def test_A_table_with_as_many_columns_as_PostgreSQL_allows_arrives(database, lake):
    columns = ", ".join(f"c{i:04} integer" for i in range(1600))
    database.execute(f"CREATE TABLE wide ({columns})")
    values = ", ".join(f"CASE WHEN (i + {i}) % 3 > 0 THEN i * {i} END" for i in range(1600))
    database.execute(f"INSERT INTO wide SELECT {values} FROM generate_series(1, 20) AS i")
    export(database, lake)
    assert oracle.assert_arrived(database, lake, "public", "wide") == 20


def test_Tables_of_PostgreSQL_itself_and_temporary_ones_are_left_out(database, lake):
    with database.connect() as other_session, other_session.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE passing AS SELECT 1 AS a")
        database.execute("CREATE TABLE staying AS SELECT 1 AS a")
        export(database, lake)
    assert set(published(lake)) == {"public.staying"}
