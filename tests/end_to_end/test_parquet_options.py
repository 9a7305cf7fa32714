"""What a configuration says about the Parquet files: profile, codec, page index, encodings, Bloom filters.

Looked at through the metadata that pyarrow and DuckDB read; the values are compared with PostgreSQL's in each case.
"""
import json
import pathlib

import duckdb
import pyarrow.parquet
import pytest
import yaml

from harness import oracle
from harness.lake import files
from harness.program import DONE, REFUSED, USAGE, assert_error, assert_exit, run_pg2athena

ROWS = 30_000
# Of the profile athena: what every reader has. RLE is that of levels.
COMMON_ENCODINGS = {"PLAIN", "RLE", "RLE_DICTIONARY"}


@pytest.fixture
def events(database):
    database.execute(f"""
        CREATE TABLE events (id bigint PRIMARY KEY, happened timestamptz NOT NULL, "Kind" text, score float8, done bool,
                             price numeric(12,2), tags text[]);
        INSERT INTO events
        SELECT i, timestamptz '2026-01-01' + i * interval '1 second', 'kind ' || i % 7, sin(i), i % 3 = 0, i * 0.01,
               CASE WHEN i % 4 > 0 THEN ARRAY['a' || i % 5, NULL, 'unique ' || i] END
        FROM generate_series(1, {ROWS}) AS i""")
    return database


def write(folder: pathlib.Path, database, configuration: dict) -> pathlib.Path:
    file = folder / "job.yaml"
    base = {"source": {"url": database.url}, "target": {"location": "lake"}}
    file.write_text(yaml.safe_dump({**base, **configuration}, sort_keys=False), encoding="utf-8")
    return file


def export(folder: pathlib.Path, database, configuration: dict) -> pathlib.Path:
    """The one file of public.events, whose values are PostgreSQL's."""
    assert_exit(run_pg2athena("run", "--config", write(folder, database, configuration)), DONE)
    oracle.assert_arrived(database, folder / "lake", "public", "events")
    found = files(folder / "lake", "public.events")
    assert len(found) == 1
    return found[0]


def chunks(file: pathlib.Path) -> dict:
    """pyarrow's metadata of the first row group's columns, by path."""
    group = pyarrow.parquet.read_metadata(file).row_group(0)
    return {group.column(i).path_in_schema: group.column(i) for i in range(group.num_columns)}


def encodings(file: pathlib.Path) -> set[str]:
    return {name for chunk in chunks(file).values() for name in chunk.encodings}


def page_indexes(file: pathlib.Path) -> set[tuple[bool, bool]]:
    return {(chunk.has_column_index, chunk.has_offset_index) for chunk in chunks(file).values()}


# Profiles and codecs ------------------------------------------------------------------------------------------------

def test_By_default_files_are_for_every_reader(events, tmp_path):
    file = export(tmp_path, events, {})
    assert encodings(file) <= COMMON_ENCODINGS and page_indexes(file) == {(False, False)}
    assert {chunk.compression for chunk in chunks(file).values()} == {"ZSTD"}


def test_The_profile_modern_chooses_from_all_encodings_and_has_a_page_index(events, tmp_path):
    file = export(tmp_path, events, {"files": {"profile": "modern"}})
    assert "DELTA_BINARY_PACKED" in chunks(file)["id"].encodings, "ascending, all different"
    assert page_indexes(file) == {(True, True)}


@pytest.mark.parametrize("profile, codec, level", [
    ("athena", "zstd", 19), ("athena", "snappy", None), ("athena", "gzip", None), ("modern", "gzip", 12),
    ("modern", "lz4_raw", None), ("athena", "none", None)])
def test_Each_codec_is_read_back(events, tmp_path, profile, codec, level):
    settings = {"profile": profile, "compression": codec, **({"compression_level": level} if level else {})}
    file = export(tmp_path, events, {"files": settings})
    # pyarrow shows lz4_raw as LZ4 and no codec as UNCOMPRESSED; DuckDB is exact.
    found = duckdb.sql(f"SELECT DISTINCT compression FROM parquet_metadata('{file}')").fetchall()
    assert found == [({"none": "UNCOMPRESSED"}.get(codec, codec.upper()),)]


def test_The_command_line_wins_over_the_file(events, tmp_path):
    file = write(tmp_path, events, {"files": {"compression": "snappy"}})
    assert_exit(run_pg2athena("run", "--config", file, "--profile", "modern", "--compression", "lz4_raw"), DONE)
    assert page_indexes(files(tmp_path / "lake", "public.events")[0]) == {(True, True)}


def test_A_codec_that_Athena_can_not_read_is_refused_with_what_to_do(events, tmp_path):
    file = write(tmp_path, events, {"files": {"compression": "lz4_raw"}})
    assert_error(run_pg2athena("run", "--config", file), USAGE, f"{file}:", "lz4_raw", "--profile", "zstd")
    file = write(tmp_path, events, {})
    assert_error(run_pg2athena("run", "--config", file, "--compression", "lz4_raw"), USAGE, "profile modern")
    assert not (tmp_path / "lake").exists()


@pytest.mark.parametrize("profile, page_index", [("athena", True), ("modern", False)])
def test_A_page_index_can_be_had_or_left_out_in_either_profile(events, tmp_path, profile, page_index):
    settings = {"files": {"profile": profile, "page_index": page_index}}
    assert page_indexes(export(tmp_path, events, settings)) == {(page_index, page_index)}
    said = assert_exit(run_pg2athena("plan", "--config", tmp_path / "job.yaml"), DONE).stdout
    assert f"profile {profile}" in said and ("page index" in said) == page_index


def test_A_filter_on_a_file_with_a_page_index_finds_the_same_rows(events, tmp_path):
    file = export(tmp_path, events, {"files": {"profile": "modern"}})
    for condition in ("id BETWEEN 777 AND 790", "\"Kind\" = 'kind 3' AND id < 100", "score > 0.9999", "price = 12.34"):
        # The lake's names are lower-case; DuckDB's fold, quoted or not.
        here = duckdb.sql(f"SELECT count(*), sum(id) FROM '{file}' WHERE {condition}").fetchall()[0]
        there = events.query(f"SELECT count(*), sum(id) FROM events WHERE {condition}")[0]
        assert tuple(map(int, here)) == tuple(map(int, there)), condition


# Columns ------------------------------------------------------------------------------------------------------------

CHOSEN = {"id": ("delta_binary_packed", "id", "DELTA_BINARY_PACKED"), "score": ("byte_stream_split", "score", "BYTE_STREAM_SPLIT"),
          "Kind": ("delta_length_byte_array", "kind", "DELTA_LENGTH_BYTE_ARRAY"), "price": ("plain", "price", "PLAIN"),
          "tags": ("dictionary", "tags.list.element", "RLE_DICTIONARY"), "done": ("plain", "done", "PLAIN")}


@pytest.mark.parametrize("profile", ["athena", "modern"])
def test_An_encoding_can_be_chosen_for_each_column(events, tmp_path, profile):
    wanted = {column: encoding for column, (encoding, _, _) in CHOSEN.items()}
    configuration = {"files": {"profile": profile, "compression": "none"},
                     "tables": [{"name": "public.events", "encoding": wanted}]}
    found = chunks(export(tmp_path, events, configuration))
    for _, path, name in CHOSEN.values():
        assert name in found[path].encodings
        if name not in ("PLAIN", "RLE_DICTIONARY"):
            assert set(found[path].encodings) <= {name, "RLE"}, "all pages, no dictionary"
        if name == "PLAIN":
            assert "RLE_DICTIONARY" not in found[path].encodings


def test_A_Bloom_filter_says_what_is_not_there(events, tmp_path):
    file = export(tmp_path, events, {"tables": [{"name": "events", "bloom_filters": ["id", "Kind", "tags"]}]})
    with_filter = duckdb.sql(f"SELECT DISTINCT path_in_schema FROM parquet_metadata('{file}')"
                             " WHERE bloom_filter_offset IS NOT NULL").fetchall()
    assert {path.split(",")[0] for (path,) in with_filter} == {"id", "kind", "tags"}

    def excluded(column: str, value: str) -> bool:
        return duckdb.sql(f"SELECT bool_and(bloom_filter_excludes) FROM parquet_bloom_probe('{file}', '{column}', {value})"
                          ).fetchall()[0][0]
    for column, values in (("kind", [f"'kind {i}'" for i in range(7)]), ("id", ["1::bigint", f"{ROWS}::bigint", "777::bigint"])):
        assert not any(excluded(column, value) for value in values), f"no filter of {column} denies what is there"
    absent = sum(excluded("id", f"{ROWS + i}::bigint") for i in range(1, 201))
    assert absent > 180, "about one in a hundred is taken for one that is there"


def test_The_primary_key_is_a_sorting_order_where_rows_came_in_it(events, tmp_path):
    def order(file):
        group = pyarrow.parquet.read_metadata(file).row_group(0)
        return [(s.column_index, s.descending, s.nulls_first) for s in group.sorting_columns]
    assert order(export(tmp_path, events, {})) == [(0, False, False)]
    events.execute("CREATE TABLE other AS SELECT * FROM events; TRUNCATE events;"
                   " INSERT INTO events SELECT * FROM other ORDER BY id % 100; DROP TABLE other")
    assert order(export(tmp_path, events, {})) == []
    plan = json.loads(assert_exit(run_pg2athena("plan", "--config", tmp_path / "job.yaml", "--output", "json"), DONE).stdout)
    assert plan["tables"][0]["sorting_columns"] == ["id"], "that they may come so is known before they are read"


def test_A_query_has_choices_too_and_the_plan_shows_them(events, tmp_path):
    file = write(tmp_path, events, {"files": {"profile": "modern", "compression": "gzip"}, "tables": [
        {"sql": 'SELECT id AS "Number", score FROM events', "as": "q", "encoding": {"Number": "plain"},
         "bloom_filters": ["Number"]}]})
    document = json.loads(assert_exit(run_pg2athena("plan", "--config", file, "--output", "json"), DONE).stdout)
    assert document["files"] == {"profile": "modern", "compression": "gzip", "compression_level": 6, "page_index": True,
                                 "size": 256 << 20}
    number, score = document["tables"][0]["columns"]
    assert number["encoding"] == "plain" and number["bloom_filter"] is True
    assert score["encoding"] is None and score["bloom_filter"] is False
    said = assert_exit(run_pg2athena("plan", "--config", file), DONE).stdout
    assert "encoding plain" in said and "Bloom filter" in said and "gzip level 6" in said
    assert_exit(run_pg2athena("run", "--config", file), DONE)
    assert set(chunks(files(tmp_path / "lake", "q")[0])["number"].encodings) <= {"PLAIN", "RLE"}


@pytest.mark.parametrize("table, code, mentions", [
    ({"encoding": {"idd": "plain"}}, REFUSED, ["job.yaml:8:5", "idd", "did you mean id?"]),
    ({"encoding": {"kind": "plain"}}, REFUSED, ["did you mean Kind?", "as they are"]),
    ({"bloom_filters": ["id", "scor"]}, REFUSED, ["job.yaml:9:5", "did you mean score?"]),
    ({"columns": ["id"], "encoding": {"score": "plain"}}, REFUSED, ["no column \"score\" that is exported"]),
    ({"encoding": {"id": "byte_stream_split"}}, REFUSED, ["job.yaml:8:5", "bigint", "delta_binary_packed", "dictionary"]),
    ({"encoding": {"price": "delta_length_byte_array"}}, REFUSED, ["numeric(12,2)"]),
    ({"encoding": {"tags": "rle"}}, REFUSED, ["text[]", "delta_length_byte_array"]),
    ({"bloom_filters": ["done"]}, REFUSED, ["boolean", "Bloom filter"]),
    ({"encoding": {"id": "delta"}}, USAGE, ["job.yaml:8:9", "no encoding 'delta'"]),
    ({"encoding": {"id": "delta_binary_pack"}}, USAGE, ["did you mean 'delta_binary_packed'"]),
], ids=lambda value: json.dumps(value) if isinstance(value, dict) else "")
def test_What_can_not_be_is_refused_with_its_place_and_what_can_be(events, tmp_path, table, code, mentions):
    file = write(tmp_path, events, {"tables": [{"name": "public.events", **table}]})
    for command in ("plan", "run"):
        assert_error(run_pg2athena(command, "--config", file), code, *mentions)
    assert not list((tmp_path / "lake").rglob("*.parquet"))


def test_A_level_of_the_file_is_not_for_a_codec_of_the_command_line(events, tmp_path):
    file = write(tmp_path, events, {"tables": [{"name": "public.events"}],
                                    "files": {"compression": "gzip", "compression_level": 12}})
    for options, level in (([], "gzip level 12"), (["--compression", "zstd"], "zstd level 1"),
                           (["--compression", "gzip"], "gzip level 12"), (["--compression", "snappy"], "snappy"),
                           (["--compression", "zstd", "--compression-level", "5"], "zstd level 5")):
        plan = run_pg2athena("plan", "--config", file, *options)
        assert_exit(plan, DONE)
        assert level in plan.stdout, plan.stdout
