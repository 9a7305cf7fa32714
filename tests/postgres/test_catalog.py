"""What the program reads of types in pg_catalog, beside what one query a fact says (harness/wire_fixtures.py)."""
import contextlib
import json
import os
import pathlib
import subprocess

import psycopg2
import pytest

from harness.cluster import server_version
from harness.paths import ROOT
from harness.wire_fixtures import VALUES, Catalog, Section, read_values

PROGRAM = pathlib.Path(os.environ.get("PG2ATHENA_DESCRIBE_CATALOG") or ROOT / "build/release/tests/postgres_describe_catalog")

# The sections whose extensions come with PostgreSQL: nothing is special about the others.
SECTIONS = [section for section in read_values(VALUES) if section.name not in ("pgvector", "postgis")]

# Scales below 0 or above the precision.
SINCE_15 = ("numeric(5,-2)", "numeric(3,5)")


def described(database, user: str | None = None) -> dict:
    result = subprocess.run([PROGRAM, database.url_as(user) if user else database.url], capture_output=True, text=True,
                            check=False)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def assert_types_are(database, table: str, columns: list[str]) -> None:
    found = described(database)["relations"][table]
    with contextlib.closing(database.connect()) as connection, connection.cursor() as cursor:
        for column in columns:
            assert found[column] == Catalog(cursor).describe_column(table, column), column


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.name.replace(" ", "_"))
def test_Types_are_what_the_catalog_says(database, section: Section):
    for statement in section.statements:
        database.execute(statement)
    columns = {f"c{i}": type for i, (type, _) in enumerate(section.types)
               if server_version() >= 15 or type not in SINCE_15}
    database.execute(f"CREATE TABLE t ({', '.join(f'{name} {type}' for name, type in columns.items())})")
    assert_types_are(database, "t", list(columns))


def test_Domains_and_composites_within_each_other(database):
    database.execute("""
        CREATE DOMAIN inner_price AS numeric(12,2);
        CREATE DOMAIN price AS inner_price;
        CREATE DOMAIN prices AS price[];
        CREATE TYPE line AS (item text, price price, history prices);
        CREATE DOMAIN checked_line AS line;
        CREATE TABLE orders (id integer, dropped text, lines checked_line[], total price);
        ALTER TABLE orders DROP dropped;
        CREATE TYPE span AS RANGE (subtype = price);
        CREATE TYPE deep AS (o orders, spans span_multirange, plain numeric(4,1)[]);
        CREATE TABLE t (a prices, b checked_line, c checked_line[], d orders, e deep[], f span, g span_multirange[])""")
    assert_types_are(database, "t", list("abcdefg"))
    of = described(database)["relations"]["t"]
    assert [attribute["name"] for attribute in of["d"]["attributes"]] == ["id", "lines", "total"]
    assert of["e"]["element"]["attributes"][2]["type"]["typmod"] == (4 << 16 | 1) + 4
    assert of["f"]["element"]["name"] == "public.price" and of["f"]["element"]["typmod"] == (12 << 16 | 2) + 4


def test_A_type_that_is_a_tree_of_thousands_is_left_as_one_value(database):
    database.execute("CREATE TYPE t0 AS (a integer, b integer)")
    for level in range(1, 25):
        database.execute(f"CREATE TYPE t{level} AS (a t{level - 1}, b t{level - 1})")
    database.execute("CREATE TABLE t (id integer, wide t8, wider t24, list t24[])")
    columns = described(database)["relations"]["t"]
    assert len(columns["wide"]["attributes"]) == 2
    for name, type in (("wider", "public.t24"), ("list", "public.t24[]")):
        assert (columns[name]["name"], columns[name].get("kind"), columns[name].get("attributes")) == (type, None, None)


def test_Money_has_the_digits_of_lc_monetary_for_the_role(database):
    database.execute("CREATE ROLE counts LOGIN")
    try:
        assert described(database, user="counts")["money_digits"] == 2
        for locale, digits in {"C": 2, "de_DE.UTF-8": 2, "ja_JP.UTF-8": 0, "ar_BH.UTF-8": 3}.items():
            # A machine seldom has more than C: localedef -i ja_JP -f UTF-8 ja_JP.UTF-8
            with contextlib.suppress(psycopg2.errors.InvalidParameterValue):
                database.execute(f"ALTER ROLE counts SET lc_monetary = '{locale}'")
                assert described(database, user="counts")["money_digits"] == digits, locale
    finally:
        database.execute("DROP ROLE counts")
