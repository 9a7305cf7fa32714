"""Somebody changes tables at each step of a run, between its plan and its last row: the lake has the tables as they were at
one moment, before or after, or the run ends with a clear error and shows nothing. Never a mixture.

A proxy stops a run at one of its statements; another session does its DDL then, or waits for a lock and gives up; then the
run goes on. One worker, so that the order of the statements is always the same. What the tables are before and after is
what PostgreSQL says.

PG2ATHENA_EVERY_STEP=1 takes every statement for every case, which takes minutes more.
"""
import collections
import os
import re
import threading
import typing

import psycopg2
import psycopg2.errors
import pyarrow.parquet
import pytest

from harness import lake as layout
from harness import oracle
from harness.ddl_cases import CASES, ROLE, Case
from harness.postgres_faults import KEEPER, WORKER, Call, Pause
from harness.postgres_proxy import PostgresProxy
from harness.program import DONE, FAILED, REFUSED, assert_error, assert_exit, export, finish, run_pg2athena, start_pg2athena
from harness.slow_query import wait_until

EVERY_STEP = bool(os.environ.get("PG2ATHENA_EVERY_STEP"))
# How long the other session waits for a lock, and we for one that it holds.
THEIR_PATIENCE, OUR_PATIENCE = "150ms", "5s"
# What makes no difference: between these and their neighbours nothing is read that DDL could change.
UNTELLING = re.compile(r"pg_try_advisory_lock|max_locks_per_transaction|format_type|conkey|^SET LOCAL enable|pg_blocking_pids|^SELECT 1$")
# What our locks keep out has to be tried around the moment when we take them, and here and there afterwards.
AROUND_LOCKS = re.compile(r"^BEGIN ISOLATION LEVEL READ|^LOCK|a\.atttypid, a\.atttypmod, a\.attnotnull|RECURSIVE tree|pg_export_snapshot"
                          r"|^COPY")

SNAPSHOT_ID = re.compile(r"(?<=')[0-9A-F]+\\-[0-9A-F]+\\-[0-9]+(?=')")      # as re.escape writes it

State = dict[str, "Table"]


class Table(typing.NamedTuple):
    """One as it is at a moment: its rows, and the names of the attributes of its columns' composite types."""
    rows: oracle.Source
    attributes: dict[str, list[str]]


class Step(typing.NamedTuple):
    """A statement of a run, found again in another run."""
    role: str
    pattern: str
    nth: int            # of those of the role and the pattern
    text: str

    def __str__(self) -> str:
        return f"the {self.role}'s {self.nth}. {' '.join(self.text.split())[:160]}"


class Source(typing.NamedTuple):
    """The database of a case, and the proxy before it."""
    database: typing.Any
    proxy: PostgresProxy


@pytest.fixture
def source(database):
    database.execute(f"""DO $$ BEGIN
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') THEN CREATE ROLE {ROLE} LOGIN; END IF;
    END $$""")
    name = database.value("SELECT current_database()")
    database.execute(f"ALTER DATABASE {name} SET search_path = shop, public")
    with PostgresProxy(database) as proxy:
        yield Source(database, proxy)


def make(case: Case, database) -> None:
    database.execute(f"DROP SCHEMA IF EXISTS shop, shop_old, shop_new, other CASCADE; DROP SCHEMA public CASCADE;"
                     f" CREATE SCHEMA public; SET search_path = public; {case.setup};"
                     f" ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO {ROLE}; GRANT USAGE ON SCHEMA public TO {ROLE};"
                     f" GRANT SELECT ON ALL TABLES IN SCHEMA public TO {ROLE}")


def change(case: Case, connection) -> None:
    with connection.cursor() as cursor:
        for transaction in case.ddl:
            cursor.execute(transaction)


def state_of(case: Case, database) -> State:
    """What a run that had the database for itself would bring into the lake."""
    relations = database.query(f"""
        SELECT n.nspname, c.relname, c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'v', 'm') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
              AND (NOT c.relispartition OR {case.selected if case.arguments else "false"}) AND {case.selected}""")
    return {**{layout.folder_of(schema, name): table_of(database, f"SELECT * FROM {quoted}") for schema, name, quoted in relations},
            **{f"q{number}": table_of(database, query) for number, query in enumerate(case.queries)}}


def table_of(database, query: str) -> Table:
    source = oracle.postgres_says(database, query)
    attributes = {column: list(value) for column in source.columns for value, in
                  database.query(f"SELECT to_json(q) -> '{column}' FROM ({query}) AS q LIMIT 1") if isinstance(value, dict)}
    return Table(source, attributes)


def states_of(case: Case, database) -> list[State]:
    make(case, database)
    before = state_of(case, database)
    between = [{table: table_of(database, query) for table, query in tables.items()} for tables in case.between]
    change(case, connected(database))
    return [before, *between, state_of(case, database)]


def connected(database, **settings):
    connection = psycopg2.connect(database.url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SET search_path = public")
        for name, value in settings.items():
            cursor.execute(f"SET {name} = '{value}'")
    return connection


def command(case: Case, source: Source, lake) -> list:
    url = source.proxy.url_with(user=ROLE if case.as_reader else None)
    queries = [argument for number, query in enumerate(case.queries) for argument in ("--query", query, "--as", f"q{number}")]
    return ["run", "--workers", "1", "--lock-timeout", OUR_PATIENCE, *case.arguments, *queries, url, lake]


def steps(case: Case, source: Source, lake) -> list[Step]:
    """Those of a run that nobody disturbs, from where the keeper begins, as far as they can make a difference."""
    make(case, source.database)
    source.proxy.clear()
    assert_exit(run_pg2athena(*command(case, source, lake)), DONE)
    statements: list[Step] = []
    for said in source.proxy.seen():
        if said.role in (KEEPER, WORKER):
            pattern = f"^{SNAPSHOT_ID.sub('.*', re.escape(said.text))}$"
            before = sum(step.role == said.role and step.pattern == pattern for step in statements)
            statements.append(Step(said.role, pattern, before + 1, said.text))
    assert {statement.role for statement in statements} == {KEEPER, WORKER}, "see ROLES in harness/postgres_faults.py"
    return statements if EVERY_STEP else [step for step in statements if is_telling(case, step, statements)]


def is_telling(case: Case, step: Step, run: list[Step]) -> bool:
    """Whether a step is likely to make a difference that no other one does."""
    def first(pattern: str, role: str) -> int:
        return next(at for at, other in enumerate(run) if other.role == role and re.search(pattern, other.text))

    at = run.index(step)
    around_locks = AROUND_LOCKS.search(step.text) is not None
    ends = [number for number, other in enumerate(run) if other.text == "ROLLBACK" and other.role == WORKER]
    if step.role == WORKER and (len(ends) > 1 and at <= ends[-2] or case.is_locked_out):
        # Of several tables the last; and where the first one ends.
        return at in (ends[0], first("^COPY", WORKER), first("^LOCK", WORKER))
    if case.is_locked_out:
        return around_locks
    planned = first("^LOCK", KEEPER) < at <= first("pg_export_snapshot", KEEPER)
    # What is read before all is locked is read again; and so it is, to compare, when the snapshot is there.
    if step.role == KEEPER and not planned:
        return around_locks or at == len(run) - 1
    return not UNTELLING.search(step.text)


def run_with_ddl_at(case: Case, source: Source, lake, step: Step):
    """The run's result, and what the other session was told."""
    make(case, source.database)
    source.proxy.clear()
    pause = source.proxy.add(Pause(), step.pattern, role=step.role, nth=step.nth)
    process = start_pg2athena(*command(case, source, lake))
    wait_until(lambda: pause.is_reached or process.poll() is not None, f"the run to get to {step}")
    other = connected(source.database, lock_timeout=THEIR_PATIENCE)
    refusal = []

    def disturb():
        try:
            change(case, other)
        except psycopg2.Error as error:
            refusal.append(error)

    thread = threading.Thread(target=disturb)
    thread.start()
    waits = "SELECT FROM pg_stat_activity WHERE pid = %s AND wait_event_type = 'Lock'"
    pid = other.info.backend_pid
    wait_until(lambda: not thread.is_alive() or source.database.query(waits, (pid,)), "the DDL to be done, or to wait")
    pause.release()
    result = finish(process, timeout=60)
    thread.join(30)
    assert not thread.is_alive(), "the DDL waits for ever"
    other.close()
    return result, refusal[0] if refusal else None


def holds(lake, state: State, tables: set[str]) -> bool:
    """Whether the run's tables are exactly those of a state, with its columns and rows."""
    try:
        for table in tables:
            files = layout.files(lake, table)
            oracle.assert_files_hold(state[table].rows, files)
            for column, names in state[table].attributes.items():
                assert [field.name for field in pyarrow.parquet.read_schema(files[0]).field(column).type.fields] == names
    except (AssertionError, KeyError, ValueError):
        return False
    return tables == set(state)


def verdict(result, lake, published_before: dict, states: list[State]) -> str:
    """What became of a run; an AssertionError if that isn't one of the things that may be."""
    published = layout.published(lake)
    new = {table for table, run in published.items() if published_before.get(table) != run}
    assert not layout.leftovers(lake)
    if result.returncode != DONE:
        assert result.returncode in (FAILED, REFUSED), assert_exit(result, FAILED)
        assert_error(result, result.returncode)
        assert not new, f"the run failed and published {new}"
        assert "this is a bug" not in result.stderr and "another run" not in result.stderr, "the error names a wrong cause"
        said = next(line for line in result.stderr.splitlines() if line.startswith("error: "))
        return f"exit {result.returncode}: {said}"
    fitting = [number for number, state in enumerate(states) if holds(lake, state, new)]
    assert fitting, describe(lake, new, states)
    return "as before" if fitting[0] == 0 else "as after"


def describe(lake, new: set[str], states: list[State]) -> str:
    """Which of the run's tables is as it was at which moment."""
    lines = [f"what the run published is no state of the database; it published {sorted(new)}"]
    for table in sorted(new):
        fits = [holds(lake, {table: state[table]}, {table}) if table in state else None for state in states]
        lines.append(f"  {table}: as in the states before … after (None: it isn't there): {fits};"
                     f" {oracle.lake_says(lake, table, 'count(*)')[0]} rows in the lake")
    return "\n".join(lines)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_The_lake_is_as_the_tables_were_at_one_moment(source, lake, case):
    states = states_of(case, source.database)
    outcomes, wrong = collections.Counter(), []
    for step in steps(case, source, lake):
        published = layout.published(lake)
        result, refusal = run_with_ddl_at(case, source, lake, step)
        try:
            outcomes[verdict(result, lake, published, states)] += 1
        except AssertionError as error:
            told = f"refused: {refusal}" if refusal else "done"
            wrong.append(f"at {step}\n  the DDL was {told}\n{error}\n{result.stderr}")
    print(case.name, dict(outcomes))
    assert not wrong, f"{len(wrong)} of {len(wrong) + outcomes.total()} steps\n" + "\n".join(wrong)
    # Who refuses everything is never wrong either.
    assert outcomes["as before"] or outcomes["as after"], outcomes


def test_A_run_that_starts_over_is_not_refused_because_of_itself(source, lake):
    # The server learns with some delay that the first attempt's connection has gone, and with it its advisory locks.
    database, proxy = source
    database.execute("CREATE TABLE p (part integer) PARTITION BY LIST (part); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);"
                     " CREATE TABLE p2 AS SELECT 2 AS part; INSERT INTO p VALUES (1)")
    proxy.farewell_takes = 1
    attach = Call(lambda _: database.execute("ALTER TABLE p ATTACH PARTITION p2 FOR VALUES IN (2)"))
    proxy.add(attach, "pg_export_snapshot")
    assert_exit(run_pg2athena("run", "--table", "p", proxy.url, lake), DONE)
    assert oracle.assert_arrived(database, lake, "public", "p") == 2
    assert len(proxy.seen("pg_export_snapshot", role=KEEPER)) == 2


def test_A_swap_that_is_undone_when_the_rows_are_read_is_found_out_all_the_same(source, lake):
    database, proxy = source
    case = next(case for case in CASES if case.name == "swap two schemas")
    make(case, database)
    before = table_of(database, "SELECT * FROM shop.t")

    def swap_and_swap_back(_):
        change(case, connected(database))
        proxy.add(Call(lambda _: change(case, connected(database))), role=WORKER)   # at the worker's next statement

    swaps = proxy.add(Call(swap_and_swap_back), "^COPY", role=WORKER)
    result = run_pg2athena("run", "--table", "shop.t", proxy.url, lake)
    assert [statement.fault for statement in proxy.seen("^COPY")][0] == swaps
    assert result.returncode == FAILED or holds(lake, {"shop.t": before}, {"shop.t"}), result.stderr


def test_A_partition_whose_detaching_was_broken_off_is_no_part_of_its_parent(database, lake):
    """PostgreSQL shows it no more (find_inheritance_children_extended in src/backend/catalog/pg_inherits.c), until somebody
    says FINALIZE."""
    database.execute("CREATE TABLE p (part integer) PARTITION BY LIST (part); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);"
                     " CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2); INSERT INTO p VALUES (1), (2)")
    with database.connect(autocommit=False) as reader, reader.cursor() as cursor:
        cursor.execute("SELECT FROM p")
        other = connected(database, lock_timeout=THEIR_PATIENCE)
        with other.cursor() as impatient, pytest.raises(psycopg2.errors.LockNotAvailable):
            impatient.execute("ALTER TABLE p DETACH PARTITION p2 CONCURRENTLY")
    other.close()
    assert database.query("SELECT part FROM p") == [(1,)]
    export(database, lake, "--table", "p")
    assert oracle.assert_arrived(database, lake, "public", "p") == 1
