"""Every line of tests/types/cases.toml, from a server into a lake: types, values, forms and policies.

One database and one run hold all columns and all values that arrive, so that this takes seconds; each value that is an
error needs a run of its own. PostgreSQL is the oracle: what arrives is compared with what it prints, by two readers.
"""
import dataclasses
import json
import pathlib

import pytest
import sqlglot
import yaml

from harness import oracle
from harness.lake import files, published
from harness.parquet_types import spelled_types
from harness.program import DONE, FAILED, assert_error, assert_exit, run_pg2athena
from harness.type_cases import Unrepresentable, literal, rows, unrepresentable
from harness.type_tables import COLUMNS, NULL_ROWS, Table, chosen, make_types
from harness.verification import assert_verifies

TEXT = "BYTE_ARRAY STRING"


UNREPRESENTABLE: dict[str, list[Unrepresentable]] = {}
for _case in unrepresentable():
    UNREPRESENTABLE.setdefault(_case.type + (f" as {_case.as_form}" if _case.as_form else ""), []).append(_case)


def policy_table(number: int, cases: list[Unrepresentable], policy: str) -> Table | None:
    """v and required, both with the values, or None when the policy helps none of them."""
    cases = [case for case in cases if not (policy == "clamp" and case.clamp_fails)]
    if not cases:
        return None
    name, type = f"u{number:03}_{policy}", cases[0].type
    setup = [f"CREATE TABLE {name} (id integer NOT NULL, v {type}, required {type} NOT NULL)"]
    becomes = []
    for row, case in enumerate(cases):
        setup.append(f"INSERT INTO {name} VALUES ({row}, {literal(case.value)}, {literal(case.value)})")
        value = {"null": case.null, "clamp": case.clamp, "string": case.value}[policy]
        becomes.append((str(row), "NULL" if value is None else f"{literal(value)}::{type}"))
    v = chosen(becomes)
    choice = {"on_unrepresentable": policy} | ({"as": cases[0].as_form} if cases[0].as_form else {})
    return Table(name, setup, {"v": choice, "required": choice}, f"SELECT id, {v} AS v, {v} AS required FROM {name}")


POLICIES = [(table, policy, cases) for number, cases in enumerate(UNREPRESENTABLE.values())
            for policy in ("null", "clamp", "string") if (table := policy_table(number, cases, policy))]


def configuration(folder: pathlib.Path, database, lake, tables: list[Table]) -> pathlib.Path:
    file = folder / "types.yaml"
    file.write_text(yaml.safe_dump({
        "source": {"url": database.url}, "target": {"location": str(lake)},
        "tables": [{"name": f"public.{table.name}"} | ({"types": table.choices} if table.choices else {})
                   for table in tables]}), encoding="utf-8")
    return file


@dataclasses.dataclass
class Exported:
    database: object
    lake: pathlib.Path
    plan: dict[str, dict]    # by table and column
    run: dict[str, dict]     # by table


@pytest.fixture(scope="module")
def exported(cluster, tmp_path_factory):
    folder = tmp_path_factory.mktemp("types")
    tables = [table for table, _ in COLUMNS] + [table for table, _, _ in POLICIES]
    with cluster.database("types") as database:
        make_types(database)
        database.execute(";\n".join(statement for table in tables for statement in table.setup))
        file = configuration(folder, database, folder / "lake", tables)
        plan = assert_exit(run_pg2athena("plan", "--config", file, "--output", "json"), DONE)
        run = assert_exit(run_pg2athena("run", "--config", file, "--output", "json"), DONE)
        yield Exported(database, folder / "lake",
                       {table["name"]: {column["name"]: column for column in table["columns"]}
                        for table in json.loads(plan.stdout)["tables"]},
                       {table["name"]: table for table in json.loads(run.stdout)["tables"]})


@pytest.mark.parametrize("table, case", COLUMNS, ids=[case.label for _, case in COLUMNS])
def test_Every_value_arrives(exported, table, case):
    count = oracle.assert_same(exported.database, exported.lake, f"public.{table.name}", table.arriving)
    assert count == len(case.values) + len(NULL_ROWS) + 1


@pytest.mark.parametrize("table, case", COLUMNS, ids=[case.label for _, case in COLUMNS])
def test_Every_column_has_the_contracts_type_in_the_file_and_in_the_plan(exported, table, case):
    name = f"public.{table.name}"
    expected = {form: (case.parquet, case.athena) for form in ("plain", "required", "of_domain")}
    expected |= {"as_text": (TEXT, "string"), "listed": (f"LIST<{case.parquet}>", f"array<{case.athena}>")}
    in_file, in_plan = spelled_types(files(exported.lake, name)[0]), exported.plan[name]
    for form, (parquet, athena) in expected.items():
        if form not in in_file:
            continue
        assert in_file[form] == parquet, form
        assert in_plan[form]["type"] == athena, form
        assert in_plan[form]["parquet_type"] == parquet.replace(" NOT NULL", ""), form
        assert in_plan[form]["nullable"] == (form != "required"), form


@pytest.mark.parametrize("table, policy, cases", POLICIES,
                         ids=[f"{policy} of {cases[0].label.partition(' in ')[2]}" for _, policy, cases in POLICIES])
def test_A_value_that_its_column_cannot_hold_becomes_what_the_policy_says(exported, table, policy, cases):
    name = f"public.{table.name}"
    count = oracle.assert_same(exported.database, exported.lake, name, table.arriving)
    types = spelled_types(files(exported.lake, name)[0])
    assert types["v"] == types["required"]
    planned = exported.plan[name]["v"]
    if policy == "string":
        assert types["v"] == cases[0].string and planned["can_fail_on"] == ""
    else:
        assert planned[{"null": "becomes_null", "clamp": "clamped"}[policy]], "the plan says which values change"
    nullable = exported.plan[name]["required"]["nullable"]
    assert nullable == (policy == "null"), "a column where NULL may stand instead of a value is OPTIONAL"
    coerced = exported.run[name]["coerced"]
    assert coerced == [{"column": column, "policy": policy, "values": count} for column in ("v", "required")
                       if policy != "string"], "what a policy changed is counted"


def test_Every_type_is_as_it_was_published_by_each_of_its_values(exported):
    document = assert_verifies(exported.lake)
    assert document["totals"]["tables"] == len(exported.run)


def test_The_plan_says_which_columns_can_hold_all_values(exported):
    for table, case in COLUMNS:
        [row] = [row for row in rows() if any(entry["type"] == case.type for entry in row["columns"])]
        can_fail_on = exported.plan[f"public.{table.name}"]["plain"]["can_fail_on"]
        if case.is_default and not row.get("fails_on"):
            assert can_fail_on == "", case.label


def test_The_SQL_for_Athena_has_the_types_as_a_parser_that_is_not_ours_reads_them(exported):
    sql = assert_exit(run_pg2athena("ddl", exported.lake, "--location", "s3://lake"), DONE).stdout
    types = {}
    for statement in sqlglot.parse(sql, dialect="athena"):
        if statement is not None:
            types[statement.this.this.name] = {
                column.name: column.kind.sql("hive").lower().replace(" ", "") for column in statement.this.expressions}
    for table, case in COLUMNS:
        assert types[table.name]["plain"] == case.athena, case.label


# Errors: a run each ------------------------------------------------------------------------------------------------

FAILURES = [(case, "error") for case in unrepresentable()] + [
    (case, "clamp") for case in unrepresentable() if case.clamp_fails]


@pytest.fixture(scope="module")
def unfit(cluster):
    with cluster.database("unfit") as database:
        make_types(database)
        for number, (case, _) in enumerate(FAILURES):
            database.execute(f'CREATE TABLE x{number} (id integer, "Bad Column" {case.type});'
                             f" INSERT INTO x{number} VALUES (1, NULL), (2, NULL), (3, NULL), (4, {literal(case.value)})")
        yield database


@pytest.mark.parametrize("number", range(len(FAILURES)),
                         ids=[f"{case.label}{', clamp' if policy == 'clamp' else ''}" for case, policy in FAILURES])
def test_A_value_that_its_column_cannot_hold_is_an_error_by_default_that_says_where(unfit, tmp_path, lake, number):
    case, policy = FAILURES[number]
    choice = {"on_unrepresentable": policy} | ({"as": case.as_form} if case.as_form else {})
    # The default isn't written down: it has to be the default.
    choices = {"Bad Column": choice} if policy != "error" else {"Bad Column": {"as": case.as_form}} if case.as_form else {}
    ctid = unfit.value(f"SELECT ctid::text FROM x{number} WHERE id = 4")
    file = configuration(tmp_path, unfit, lake, [Table(f"x{number}", [], choices, "")])
    result = run_pg2athena("run", "--config", file)
    assert_error(result, FAILED, f"x{number}", "Bad Column", ctid, case.says)
    if len(case.value) > 8 and case.says not in case.value:   # shorter ones may stand in a run's id
        assert case.value not in result.stdout + result.stderr, "the value itself must not be shown"
    assert not published(lake)
