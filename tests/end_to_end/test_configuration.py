"""The configuration file: what init writes runs as it is, what is wrong is said with its place, and secrets stay out."""
import json
import pathlib

import jsonschema
import pytest
import yaml

from harness import oracle
from harness.lake import published
from harness.paths import ROOT, pagila
from harness.program import DONE, REFUSED, USAGE, assert_error, assert_exit, run_pg2athena


@pytest.fixture
def orders(database):
    database.execute("CREATE TABLE orders AS SELECT i AS id, i * 2 AS total FROM generate_series(1, 1000) AS i")
    database.execute("CREATE TABLE customers AS SELECT 1 AS id")
    return database


def write(folder: pathlib.Path, text: str) -> pathlib.Path:
    file = folder / "job.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def schema() -> dict:
    return json.loads(assert_exit(run_pg2athena("schema"), DONE).stdout)


# init -> plan -> run ------------------------------------------------------------------------------------------------

def init_plan_run(database, folder: pathlib.Path) -> pathlib.Path:
    file = folder / "job.yaml"
    assert_exit(run_pg2athena("init", database.url, file), DONE)
    jsonschema.validate(yaml.safe_load(file.read_text(encoding="utf-8")), schema())
    assert_exit(run_pg2athena("plan", "--config", file), DONE)
    assert_exit(run_pg2athena("run", "--config", file), DONE)
    return folder / "lake"


def test_What_init_writes_exports_Pagila_without_editing(cluster, tmp_path):
    file = pagila()
    with cluster.database("pagila") as database:
        database.run_file(file)
        database.execute("ANALYZE")
        lake = init_plan_run(database, tmp_path)
        tables = set(published(lake))
        assert "public.film" in tables and "public.payment" in tables
        assert "public.rental_by_category" not in tables, "a materialized view that was never refreshed"
        oracle.assert_arrived(database, lake, "public", "film")


def test_What_init_writes_exports_the_shop_without_editing(cluster, tmp_path):
    with cluster.database("shop") as database:
        database.run_file(ROOT / "examples/shop/shop.sql")
        lake = init_plan_run(database, tmp_path)
        assert len(published(lake)) == 7


def test_init_comments_out_what_a_plan_would_refuse(database, tmp_path):
    database.execute("""
        CREATE TABLE good (a int);
        CREATE TABLE "Good" (a int);
        CREATE TABLE no_columns ();
        CREATE TABLE twice ("A" int, a int);
        CREATE TABLE "it's: # odd
             name" (a int);
        CREATE VIEW v AS SELECT * FROM good""")
    lake = init_plan_run(database, tmp_path)
    assert set(published(lake)) == {"public.good", "public.it_s____odd______________name", "public.v"}
    text = (tmp_path / "job.yaml").read_text(encoding="utf-8")
    assert "no columns" in text and "both be named" in text and "same name in the lake" in text


def test_init_prints_or_writes_a_new_file_and_never_over_another(orders, tmp_path):
    printed = assert_exit(run_pg2athena("init", orders.url, "--target", "/srv/lake"), DONE).stdout
    assert yaml.safe_load(printed)["target"] == {"location": "/srv/lake"}
    file = write(tmp_path, "precious")
    assert_error(run_pg2athena("init", orders.url, file), USAGE, "is there already")
    assert file.read_text(encoding="utf-8") == "precious"
    assert_error(run_pg2athena("init", orders.url, tmp_path / "no" / "job.yaml"), 1, "can't be written")


def test_init_of_an_empty_database_says_that_there_are_no_tables(database, tmp_path):
    file = tmp_path / "job.yaml"
    assert_exit(run_pg2athena("init", database.url, file), DONE)
    assert "tables" not in yaml.safe_load(file.read_text(encoding="utf-8"))
    assert_error(run_pg2athena("run", "--config", file), REFUSED, "nothing to export")


# What a file says ---------------------------------------------------------------------------------------------------

def test_Tables_queries_and_paths_are_the_files(orders, tmp_path):
    (tmp_path / "queries").mkdir()
    (tmp_path / "queries/sum.sql").write_text("-- all of them\nSELECT sum(total) AS s FROM orders;\n", encoding="utf-8")
    file = write(tmp_path, f"""
source: {{url: '{orders.url}'}}
target: {{location: lakes/shop}}
files: {{compression: snappy}}
tables:
  - public.cust*
  - query: queries/sum.sql
    as: sums
  - sql: SELECT 1 AS one
    as: ones
""")
    result = assert_exit(run_pg2athena("run", "--config", file, cwd="/"), DONE)
    lake = tmp_path / "lakes/shop"
    assert set(published(lake)) == {"public.customers", "sums", "ones"}, result.stdout


def test_Options_win_over_the_file(orders, tmp_path):
    file = write(tmp_path, f"source: {{url: '{orders.url}'}}\ntarget: {{location: lake}}\nlog: {{format: json}}\n")
    assert_exit(run_pg2athena("run", "--config", file, "--log-format", "text"), DONE)
    assert set(published(tmp_path / "lake")) == {"public.customers", "public.orders"}
    assert_error(run_pg2athena("run", "--config", file, "--log-format", "text", "--compression", "none",
                               "--compression-level", "3"), USAGE, "level")


@pytest.mark.parametrize("arguments, mention", [
    (["postgresql:///x", "lake"], "beside --config"), (["--table", "orders"], "beside --config"),
    (["--query", "SELECT 1", "--as", "x"], "beside --config"), (["--workers", "none"], "--workers"),
    (["--memory", "1MiB"], "--memory"), (["--max-value-size", "0"], "--max-value-size"),
    (["--lock-timeout", "5"], "--lock-timeout"), (["--statement-timeout", "x"], "--statement-timeout"),
], ids=" ".join)
def test_What_the_command_line_may_not_say_beside_a_file(orders, tmp_path, arguments, mention):
    file = write(tmp_path, f"source: {{url: '{orders.url}'}}\ntarget: {{location: lake}}\n")
    assert_error(run_pg2athena("run", "--config", file, *arguments), USAGE, mention)
    assert not (tmp_path / "lake").exists()


@pytest.mark.parametrize("text, place, mention", [
    ("limts: {}", ":3:1:", "limits"),
    ("limits: {memroy: 1GiB}", ":3:10:", "memory"),
    ("limits:\n  workers: four", ":4:12:", "whole number"),
    ("files: {compression: gzip2}", ":3:22:", "zstd"),
    ("tables: [public.a.b]", ":3:10:", "too many parts"),
    ("types: {numric: {as: string}}", ":3:9:", "numeric"),
    ("types:\n  date: {on_unrepresentable: nothing}", ":4:30:", "clamp"),
    ("types: {numeric: {as: 'decimal(50,2)'}}", ":3:9:", "1 to 38"),
    ("tables: [{name: a, rename: {b: B}}]", ":3:32:", "a to z"),
    ("files: {timestamps: millis}", ":3:21:", "millis_floor"),
    ("tables: [", "", "no YAML"),
])
def test_A_mistake_is_said_with_line_and_column_and_nothing_is_begun(tmp_path, text, place, mention):
    file = write(tmp_path, f"source: {{url: 'postgresql://127.0.0.1:1/none'}}\ntarget: {{location: lake}}\n{text}\n")
    for command in ("plan", "run"):
        assert_error(run_pg2athena(command, "--config", file), USAGE, f"{file}{place}", mention)
    assert not (tmp_path / "lake").exists()


def test_A_run_needs_a_target_and_a_plan_does_not(orders, tmp_path):
    file = write(tmp_path, f"source: {{url: '{orders.url}'}}\n")
    assert_exit(run_pg2athena("plan", "--config", file), DONE)
    assert_error(run_pg2athena("run", "--config", file), USAGE, "target.location")
    assert_error(run_pg2athena("run", "--config", tmp_path / "none.yaml"), USAGE, "none.yaml")


# Secrets ------------------------------------------------------------------------------------------------------------

def test_Secrets_come_from_the_environment_and_are_never_shown(database, tmp_path):
    database.execute("CREATE TABLE t AS SELECT 1 AS a")
    database.execute("CREATE ROLE config_reader LOGIN PASSWORD 'p@ss w/o''rd'; GRANT SELECT ON t TO config_reader")
    try:
        url = database.url_as("config_reader", "${PW}")
        file = write(tmp_path, f"source: {{url: '{url}'}}\ntarget: {{location: lake}}\n")
        assert_exit(run_pg2athena("run", "--config", file, env={"PW": "p@ss w/o'rd"}), DONE)
        file = write(tmp_path, "source: {url: '${URL}'}\ntarget: {location: lake}\n")
        whole = database.url_as("config_reader", "hunter2-word")
        assert_exit(run_pg2athena("plan", "--config", file, env={"URL": whole}), DONE)
        refused = run_pg2athena("plan", "--config", file, env={"URL": whole.replace("hunter2-word", "hunter2 [")})
        assert "hunter2" not in refused.stdout + refused.stderr
        assert_error(run_pg2athena("plan", "--config", file), USAGE, "URL is not set", f"{file}:1:15:")
    finally:
        database.execute("DROP OWNED BY config_reader; DROP ROLE config_reader")


@pytest.mark.parametrize("source", ["{url: 'postgresql://etl@h/d', password: '${PW}'}", "{url: '${URL}'}",
                                    "{url: 'postgresql://etl:${PW}@h/d'}"])
def test_Who_does_not_connect_needs_no_variable_of_the_source(orders, tmp_path, source):
    assert_exit(run_pg2athena("run", orders.url, tmp_path / "lake"), DONE)
    file = write(tmp_path, f"source: {source}\ntarget: {{location: lake}}\n")
    for command in ("verify", "gc", "publish"):
        assert_exit(run_pg2athena(command, "--config", file), DONE)
    assert_exit(run_pg2athena("ddl", "--config", file, "--location", "s3://acme-lake/shop"), DONE)
    for command in ("run", "plan", "doctor"):
        assert_error(run_pg2athena(command, "--config", file), USAGE, "is not set", f"{file}:1:")
    file = write(tmp_path, f"source: {source}\ntarget: {{location: 's3://acme-lake/shop', region: eu-west-1}}\n")
    assert "s3:PutObject" in assert_exit(run_pg2athena("iam-policy", "--config", file), DONE).stdout


@pytest.mark.parametrize("line", ["url: 'postgresql://a:hunter2@h/d'", "url: 'host=h password=hunter2'",
                                  "{url: 'postgresql://a@h/d', password: hunter2}"])
def test_A_password_written_into_the_file_is_refused(tmp_path, line):
    text = line if line.startswith("{") else "{" + line + "}"
    file = write(tmp_path, f"source: {text}\ntarget: {{location: lake}}\n")
    result = run_pg2athena("run", "--config", file)
    assert_error(result, USAGE, "password", "PGPASSFILE")
    assert "hunter2" not in result.stdout + result.stderr


# Limits -------------------------------------------------------------------------------------------------------------

def test_A_statement_timeout_ends_a_run_with_a_word_of_what_to_change(database, tmp_path):
    database.execute("CREATE VIEW slow AS SELECT pg_sleep(30)::text AS a")
    file = write(tmp_path, f"source: {{url: '{database.url}'}}\ntarget: {{location: lake}}\n"
                           "limits: {statement_timeout: 300ms}\n")
    assert_error(run_pg2athena("run", "--config", file), 1, "statement timeout", "limits.statement_timeout")
    assert not published(tmp_path / "lake")


def test_A_search_path_finds_the_names_in_queries(database, tmp_path):
    database.execute("CREATE SCHEMA \"Odd Schema\"; CREATE TABLE \"Odd Schema\".t AS SELECT 7 AS a")
    file = write(tmp_path, f"""
source: {{url: '{database.url}', search_path: '"Odd Schema", public'}}
target: {{location: lake}}
tables: [{{sql: SELECT a FROM t, as: found}}]
""")
    assert_exit(run_pg2athena("run", "--config", file), DONE)


def test_A_search_path_keeps_what_PGOPTIONS_says(database, tmp_path):
    database.execute("CREATE TABLE t AS SELECT 1 AS a; CREATE ROLE limited_reader")
    try:
        file = write(tmp_path, f"source: {{url: '{database.url}', search_path: public}}\ntarget: {{location: lake}}\n")
        result = run_pg2athena("plan", "--config", file, env={"PGOPTIONS": "-c role=limited_reader"})
        assert_error(result, REFUSED, "limited_reader", "no SELECT right")
    finally:
        database.execute("DROP ROLE limited_reader")


def test_A_search_path_that_is_none_is_a_mistake_of_the_configuration(database, tmp_path):
    file = write(tmp_path, f"source: {{url: '{database.url}', search_path: 'public; drop'}}\ntarget: {{location: lake}}\n")
    assert_error(run_pg2athena("plan", "--config", file), USAGE, "source.search_path")


# What is made from the description ----------------------------------------------------------------------------------

def test_The_pages_in_docs_are_what_the_program_prints():
    for arguments, page in ((["schema"], "pg2athena.schema.json"), (["schema", "--page"], "configuration.md")):
        printed = assert_exit(run_pg2athena(*arguments), DONE).stdout
        committed = (ROOT / "docs" / page).read_text(encoding="utf-8")
        assert committed == printed, f"docs/{page} is stale: scripts/generate-docs renews it"


def test_The_schema_is_one_and_judges_as_the_program_does(tmp_path):
    jsonschema.Draft202012Validator.check_schema(schema())
    judge = jsonschema.Draft202012Validator(schema())
    base = {"source": {"url": "postgresql://127.0.0.1:1/none"}}
    for right in ({"limits": {"memory": "1.5GiB", "workers": 3, "lock_timeout": "5min"}}, {"limits": None},
                  {"tables": ["a", {"name": "b", "where": "x"}, {"sql": "SELECT 1", "as": "c"}], "exclude": ["d"]},
                  {"files": {"profile": "modern", "compression": "lz4_raw", "page_index": False}},
                  {"tables": [{"name": "a", "encoding": {"b": "plain"}, "bloom_filters": ["b"]}]},
                  {"types": None}, {"files": {"timestamps": "bigint"}},
                  {"source": {"secret": "prod/shop"}}, {"aws": {"region": "eu-west-1", "ca_file": "ca.pem"}},
                  {"source": {"url": "postgresql:///x", "password": "secret:rds!db-1#pw"}},
                  {"source": {"url": "postgresql:///x", "auth": "iam"}},
                  {"source": {"secret": "arn:aws:secretsmanager:eu-west-1:1:secret:prod/x-1", "secret_version_stage": "A"}},
                  {"types": {"numeric": {"as": "decimal(38,9)"}, "date": {"on_unrepresentable": None}}},
                  {"tables": [{"name": "a", "as": "b", "rename": {"C d": "c_d"},
                               "types": {"e": {"as": "string", "on_unrepresentable": "null", "trim": False}}}]}):
        judge.validate({**base, **right})
    for wrong in ({"limts": {}}, {"limits": {"workers": 0}}, {"limits": {"memory": "lots"}}, {"tables": []},
                  {"tables": [{"sql": "SELECT 1"}]}, {"files": {"compression": "zip"}}, {"log": 5},
                  {"source": {"url": "postgresql:///x", "password": "hunter2"}}, {"tables": [{"name": "a", "x": 1}]},
                  {"source": {"auth": "iam"}}, {"source": {"secret": "two words"}}, {"source": {"secret": "arn:aws:s3:::b"}},
                  {"source": {"url": "postgresql:///x", "password": "secret:"}}, {"aws": {"key": "x"}},
                  {"source": {"url": "postgresql:///x", "auth": "kerberos"}},
                  {"files": {"page_index": "yes"}}, {"tables": [{"name": "a", "encoding": {"b": "delta"}}]},
                  {"tables": [{"name": "a", "encoding": {}}]}, {"tables": [{"name": "a", "bloom_filters": []}]},
                  {"files": {"timestamps": "millis"}}, {"types": {"date": {}}}, {"types": {"date": "string"}},
                  {"types": {"date": {"on_unrepresentable": "ignore"}}}, {"types": {"date": {"format": "iso"}}},
                  {"tables": [{"name": "a", "rename": {"b": "Net Price"}}]}, {"tables": [{"name": "a", "rename": {}}]},
                  {"tables": [{"name": "a", "types": {"b": {"trim": "yes"}}}]}):
        assert not judge.is_valid({**base, **wrong}), wrong
        file = write(tmp_path, yaml.safe_dump({**base, **wrong}))
        assert_exit(run_pg2athena("plan", "--config", file), USAGE)
