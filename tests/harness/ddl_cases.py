"""What somebody may do to a database while it is exported: the cases of fault/test_ddl_meanwhile.py."""
import dataclasses

ROLE = "ddl_reader"


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    setup: str
    ddl: tuple[str, ...]            # each a transaction
    is_locked_out: bool = True      # our ACCESS SHARE locks keep it from happening once we have them
    arguments: tuple[str, ...] = ()
    selected: str = "true"          # of pg_class c and pg_namespace n: what the arguments select
    queries: tuple[str, ...] = ()   # exported too, as q0, q1 …
    as_reader: bool = False         # the export is ROLE's, which has SELECT on everything; else the superuser's
    # States between before and after that others may see: lake's table -> query, which is asked before the DDL.
    between: tuple[dict[str, str], ...] = ()


TWO_TABLES = """
CREATE TABLE t (id integer PRIMARY KEY, name text NOT NULL, at timestamp, a integer, b integer);
CREATE TABLE u (LIKE t INCLUDING ALL);
INSERT INTO t SELECT i, 't ' || i, timestamp '2026-01-01' + i * interval '1 minute', -i, 2 * i FROM generate_series(1, 300) AS i;
INSERT INTO u SELECT i, 'u ' || i, timestamp '2025-01-01' + i * interval '1 minute', -i, 3 * i FROM generate_series(1, 200) AS i;
"""
PARTITIONED = """
CREATE TABLE p (id integer, part integer) PARTITION BY LIST (part);
CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2);
CREATE TABLE p3 (id integer, part integer);
INSERT INTO p SELECT i, 1 + i % 2 FROM generate_series(1, 100) AS i;
INSERT INTO p3 SELECT i, 3 FROM generate_series(1, 50) AS i;
"""
COMPOSITE = """
CREATE TYPE c AS (x integer, y integer);
CREATE TABLE t AS SELECT i AS id, (i, 2 * i)::c AS c FROM generate_series(1, 100) AS i;
"""
TWO_SCHEMAS = """
CREATE SCHEMA shop; CREATE SCHEMA other;
CREATE TABLE shop.t AS SELECT i AS id, 'shop ' || i AS name FROM generate_series(1, 100) AS i;
CREATE TABLE other.t AS SELECT i AS id, 'other ' || i AS name FROM generate_series(1, 50) AS i;
"""

CASES = (
    Case("truncate and fill", TWO_TABLES, ("TRUNCATE t; INSERT INTO t SELECT * FROM u",)),
    Case("drop", TWO_TABLES, ("DROP TABLE t",)),
    Case("drop and create", TWO_TABLES, ("DROP TABLE t; CREATE TABLE t AS SELECT id, name, at, a, b FROM u",)),
    Case("swap two tables", TWO_TABLES,
         ("ALTER TABLE t RENAME TO t_new; ALTER TABLE u RENAME TO t; ALTER TABLE t_new RENAME TO u",)),
    Case("type without a rewrite", TWO_TABLES, ("ALTER TABLE t ALTER a TYPE oid",)),
    Case("time zone without a rewrite", TWO_TABLES, ("SET LOCAL timezone = 'UTC'; ALTER TABLE t ALTER at TYPE timestamptz",)),
    Case("type with a rewrite", TWO_TABLES, ("ALTER TABLE t ALTER at TYPE bigint USING extract(epoch FROM at)::bigint",)),
    Case("drop a column", TWO_TABLES, ("ALTER TABLE t DROP COLUMN a",)),
    Case("replace a column", TWO_TABLES, ("ALTER TABLE t DROP COLUMN a; ALTER TABLE t ADD COLUMN a integer DEFAULT 7",)),
    Case("add a column", TWO_TABLES, ("ALTER TABLE t ADD COLUMN c integer NOT NULL DEFAULT 5",)),
    Case("swap two columns", TWO_TABLES,
         ("ALTER TABLE t RENAME a TO c; ALTER TABLE t RENAME b TO a; ALTER TABLE t RENAME c TO b",)),
    Case("allow NULL", TWO_TABLES, ("ALTER TABLE t ALTER name DROP NOT NULL; INSERT INTO t (id) VALUES (0)",)),
    Case("vacuum full", TWO_TABLES + "DELETE FROM t WHERE id % 2 = 0;", ("VACUUM FULL t",)),
    Case("another schema", TWO_TABLES, ("CREATE SCHEMA shop; ALTER TABLE t SET SCHEMA shop",)),
    Case("replace a view", TWO_TABLES + "CREATE VIEW v AS SELECT id, name FROM t;",
         ("CREATE OR REPLACE VIEW v AS SELECT id, name FROM u",)),
    Case("refresh a view", TWO_TABLES + "CREATE MATERIALIZED VIEW m AS SELECT id, name FROM t; DELETE FROM t WHERE id > 100;",
         ("REFRESH MATERIALIZED VIEW m",)),
    Case("row security", TWO_TABLES, (f"CREATE POLICY few ON t TO {ROLE} USING (id < 10); ALTER TABLE t ENABLE ROW LEVEL SECURITY",),
         as_reader=True),
    Case("revoke", TWO_TABLES, (f"REVOKE SELECT ON t FROM {ROLE}",), is_locked_out=False, as_reader=True),
    Case("detach", PARTITIONED, ("ALTER TABLE p DETACH PARTITION p2",)),
    # What our locks don't keep from happening.
    Case("create a table", TWO_TABLES, ("CREATE TABLE w AS SELECT id, name FROM t",), is_locked_out=False),
    Case("create one with the name", TWO_TABLES + "CREATE SCHEMA shop;", ("CREATE TABLE shop.t AS SELECT 1 AS id",),
         is_locked_out=False, arguments=("--table", "t"),
         # The first one along the search_path, which is shop, public.
         selected="c.relname = 't' AND (n.nspname = 'shop' OR to_regclass('shop.t') IS NULL)"),
    Case("attach", PARTITIONED, ("ALTER TABLE p ATTACH PARTITION p3 FOR VALUES IN (3)",), is_locked_out=False),
    Case("attach what is not selected", PARTITIONED, ("ALTER TABLE p ATTACH PARTITION p3 FOR VALUES IN (3)",),
         is_locked_out=False, arguments=("--table", "p"), selected="c.relname = 'p'"),
    Case("detach concurrently", PARTITIONED, ("ALTER TABLE p DETACH PARTITION p2 CONCURRENTLY",), is_locked_out=False,
         between=({"public.p": "SELECT * FROM p WHERE part <> 2", "public.p3": "SELECT * FROM p3"},)),
    Case("inherit", "CREATE TABLE p AS SELECT i AS id FROM generate_series(1, 100) AS i;"
                    " CREATE TABLE c AS SELECT i AS id FROM generate_series(101, 150) AS i;",
         ("ALTER TABLE c INHERIT p",), is_locked_out=False, arguments=("--table", "p"), selected="c.relname = 'p'"),
    Case("row security of the parent", PARTITIONED,
         (f"CREATE POLICY few ON p TO {ROLE} USING (id < 10); ALTER TABLE p ENABLE ROW LEVEL SECURITY",),
         is_locked_out=False, arguments=("--table", "p1"), selected="c.relname = 'p1'", as_reader=True),
    Case("add an attribute", COMPOSITE, ("ALTER TYPE c ADD ATTRIBUTE z integer",), is_locked_out=False),
    Case("replace an attribute", COMPOSITE, ("ALTER TYPE c DROP ATTRIBUTE x; ALTER TYPE c ADD ATTRIBUTE x integer",),
         is_locked_out=False),
    Case("drop an attribute", COMPOSITE, ("ALTER TYPE c DROP ATTRIBUTE x",), is_locked_out=False),
    Case("rename an attribute", COMPOSITE, ("ALTER TYPE c RENAME ATTRIBUTE x TO z",), is_locked_out=False),
    Case("rename a label", "CREATE TYPE mood AS ENUM ('sad', 'happy');"
                           " CREATE TABLE t AS SELECT i AS id, 'sad'::mood AS mood FROM generate_series(1, 100) AS i;"
                           " CREATE TABLE u AS SELECT i AS id, 'sad'::mood AS mood FROM generate_series(1, 100) AS i;",
         ("ALTER TYPE mood RENAME VALUE 'sad' TO 'blue'",), is_locked_out=False),
    Case("swap two attributes", COMPOSITE,
         ("ALTER TYPE c RENAME ATTRIBUTE x TO z; ALTER TYPE c RENAME ATTRIBUTE y TO x; ALTER TYPE c RENAME ATTRIBUTE z TO y",),
         is_locked_out=False),
    Case("swap two labels", "CREATE TYPE mood AS ENUM ('sad', 'happy');"
                            " CREATE TABLE t AS SELECT i AS id, 'sad'::mood AS mood FROM generate_series(1, 100) AS i;"
                            " CREATE TABLE u AS SELECT i AS id, 'happy'::mood AS mood FROM generate_series(1, 100) AS i;",
         ("ALTER TYPE mood RENAME VALUE 'sad' TO 'blue'; ALTER TYPE mood RENAME VALUE 'happy' TO 'sad';"
          " ALTER TYPE mood RENAME VALUE 'blue' TO 'happy'",),
         is_locked_out=False),
    Case("a new table with the name in a query", TWO_TABLES + "CREATE SCHEMA shop;",
         ("CREATE TABLE shop.t AS SELECT 1 AS id, 'new' AS name",), is_locked_out=False, arguments=("--table", "u"),
         selected="c.relname = 'u'", queries=("SELECT id, name FROM t",)),
    Case("swap two schemas under a query", TWO_SCHEMAS,
         ("ALTER SCHEMA shop RENAME TO shop_new; ALTER SCHEMA other RENAME TO shop; ALTER SCHEMA shop_new RENAME TO other",),
         is_locked_out=False, arguments=("--table", "shop.t"), selected="n.nspname = 'shop'",
         queries=("SELECT * FROM shop.t", "SELECT * FROM other.t")),
    Case("swap two schemas", TWO_SCHEMAS,
         ("ALTER SCHEMA shop RENAME TO shop_new; ALTER SCHEMA other RENAME TO shop; ALTER SCHEMA shop_new RENAME TO other",),
         is_locked_out=False),
    Case("swap in another schema", TWO_SCHEMAS,
         ("ALTER SCHEMA shop RENAME TO shop_old; ALTER SCHEMA other RENAME TO shop",),
         is_locked_out=False, arguments=("--table", "shop.t"), selected="n.nspname = 'shop'"),
)
