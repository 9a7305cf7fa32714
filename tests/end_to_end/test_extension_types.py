"""PostGIS itself, where it is installed, sends what the stand-in of test_type_cases.py plays, and arrives the same.

Skipped without it: `apt-get install postgresql-15-postgis-3` brings it.
"""
import pytest
import yaml

from harness import extension_stand_ins, oracle
from harness.program import DONE, assert_exit, run_pg2athena
from harness.type_cases import columns

SHAPES = [
    "SRID=4326;POINT(1 2)", "POINT EMPTY", "SRID=4326;POINT Z (1 2 3)", "POINT M (1 2 4)", "POINT ZM (1 2 3 4)",
    "SRID=4326;LINESTRING(0 0,1 1)", "POLYGON((0 0,1 0,1 1,0 0),(0.1 0.1,0.2 0.1,0.2 0.2,0.1 0.1))",
    "SRID=4326;MULTIPOINT Z (1 2 3,3 4 5)", "MULTILINESTRING((0 0,1 1),(2 2,3 3))",
    "SRID=3857;MULTIPOLYGON(((0 0,1 0,1 1,0 0)),((5 5,6 5,6 6,5 5)))", "GEOMETRYCOLLECTION EMPTY",
    "SRID=3857;GEOMETRYCOLLECTION ZM (POINT ZM (1 2 3 4),GEOMETRYCOLLECTION ZM (LINESTRING ZM (0 0 0 0,1 1 1 1)))",
    "SRID=4326;CIRCULARSTRING(0 0,1 1,2 0)", "COMPOUNDCURVE(CIRCULARSTRING(0 0,1 1,2 0),(2 0,3 0))",
    "CURVEPOLYGON(CIRCULARSTRING(0 0,4 0,4 4,0 4,0 0))", "MULTICURVE((0 0,5 5),CIRCULARSTRING(4 0,4 4,8 4))",
    "TRIANGLE((0 0,1 0,1 1,0 0))", "TIN(((0 0 0,0 0 1,0 1 0,0 0 0)))",
    "POLYHEDRALSURFACE(((0 0 0,0 0 1,0 1 1,0 1 0,0 0 0)))",
]


@pytest.fixture
def postgis(database):
    if not extension_stand_ins.is_available(database, "postgis"):
        pytest.skip("PostGIS isn't installed for this server: apt-get install postgresql-15-postgis-3")
    database.execute("CREATE EXTENSION postgis")
    return database


def test_Shapes_of_every_kind_arrive_as_the_WKB_that_PostGIS_makes_of_them(postgis, lake, tmp_path):
    postgis.execute("""
        CREATE TABLE shape (id integer, g geometry, listed geometry[], e geometry, t geometry, on_earth geography,
                            typed geometry(PointZ, 4326));
        INSERT INTO shape (id, g, listed, e, t) SELECT row_number() OVER (), s, ARRAY[s, NULL], s, s
        FROM unnest(%s::geometry[]) AS s;
        INSERT INTO shape (on_earth, typed) VALUES ('POINT(1 2)', 'SRID=4326;POINT Z (1 2 3)')""", (SHAPES,))
    file = tmp_path / "shapes.yaml"
    file.write_text(yaml.safe_dump({
        "source": {"url": postgis.url}, "target": {"location": str(lake)},
        "tables": [{"name": "public.shape", "types": {"e": {"as": "ewkb"}, "t": {"as": "string"}}}]}), encoding="utf-8")
    assert_exit(run_pg2athena("run", "--config", file), DONE)
    assert oracle.assert_same(postgis, lake, "public.shape", """
        SELECT id, ST_AsBinary(g) AS g, CASE WHEN listed IS NOT NULL THEN ARRAY[ST_AsBinary(listed[1]), NULL] END AS listed,
               ST_AsEWKB(e) AS e, t, ST_AsBinary(on_earth) AS on_earth, ST_AsBinary(typed) AS typed
        FROM shape""") == len(SHAPES) + 1


def test_The_bytes_of_the_cases_are_those_that_PostGIS_sends(postgis):
    cases = [case for case in columns() if case.type in ("geometry", "geography")]
    assert cases
    for case in cases:
        for value, arriving in zip(case.values, case.arriving):
            hexadecimal = value.split("\\x")[1].split("'")[0]
            sent, binary = postgis.query(f"SELECT encode({case.type}_send(g), 'hex'), ST_AsBinary(g)"
                                         f" FROM (SELECT %s::{case.type}) AS s (g)", (hexadecimal,))[0]
            assert sent == hexadecimal
            if case.as_form is None:
                assert arriving == rf"'\x{bytes(binary).hex()}'::bytea"
