"""What the program says, and to whom: a person at a terminal, a pipe, a log collector."""
import json
import os
import pty
import select
import time

import pytest

from harness.program import DONE, USAGE, assert_exit, export, run_pg2athena, start_pg2athena
from harness.slow_query import slow_query

# Long enough for a progress line, whatever the machine.
SLOW = slow_query(seconds=3)


@pytest.fixture
def shop(database):
    database.execute("CREATE TABLE orders AS SELECT i, 'order ' || i AS name FROM generate_series(1, 20000) AS i;"
                     " CREATE TABLE nobody AS SELECT 1 AS a WHERE false")
    return database


def at_a_terminal(*arguments, timeout=60) -> tuple[int, str]:
    """Runs the program with stdout and stderr on a pseudo terminal; gives its exit code and all it wrote there."""
    try:
        ours, theirs = pty.openpty()
    except OSError as error:
        pytest.skip(f"no pseudo terminals here ({error}): mount devpts on /dev/pts")
    process = start_pg2athena(*arguments, env={"TERM": "xterm", "COLUMNS": "100"}, stdout=theirs, stderr=theirs)
    os.close(theirs)
    written, deadline = b"", time.monotonic() + timeout
    while time.monotonic() < deadline:
        if not select.select([ours], [], [], 0.2)[0]:
            continue
        try:
            part = os.read(ours, 65536)
        except OSError:  # EIO: the other end is closed, that is how a terminal says end of file on Linux
            break
        written += part
    os.close(ours)
    return process.wait(timeout=10), written.decode("utf-8")


def test_On_a_pipe_stdout_is_the_summary_and_stderr_shows_no_progress(shop, lake):
    result = export(shop, lake, "--query", SLOW, "--as", "slow", "--table", "orders")
    assert "public.orders" in result.stdout and "20000" in result.stdout.replace(",", "").replace(" ", "")
    for text in (result.stdout, result.stderr):
        assert "\x1b" not in text and "\r" not in text
    assert "ETA" not in result.stderr and "MB/s" not in result.stderr


def test_At_a_terminal_progress_is_shown_while_it_runs(shop, lake):
    code, written = at_a_terminal("run", "--query", SLOW, "--as", "slow", shop.url, lake)
    assert code == DONE, written
    # Lines are drawn again in place, so the same name is written more than once.
    assert written.count("slow") > 2, repr(written)
    assert "rows" in written


def test_Quiet_says_nothing_when_all_is_well(shop, lake):
    result = export(shop, lake, "--quiet")
    assert result.stdout == "" and result.stderr == ""


def test_Quiet_still_says_what_went_wrong(shop, lake):
    result = run_pg2athena("run", "--quiet", "--table", "no_such_table", shop.url, lake)
    assert result.returncode == 3 and "no_such_table" in result.stderr and result.stdout == ""


def test_The_JSON_log_has_one_object_a_line_with_the_run_and_its_shards(shop, lake):
    result = export(shop, lake, "--log-format", "json")
    events = [json.loads(line) for line in result.stderr.splitlines()]
    assert events and all(isinstance(event, dict) for event in events)
    assert len({event["run_id"] for event in events}) == 1
    shards = [event for event in events if "shard" in event]
    assert {"public.orders"} <= {event["table"] for event in shards}
    # The run's id is the folder's name.
    assert (lake / "_pg2athena" / "runs" / events[0]["run_id"]).is_dir()


def test_Errors_are_in_the_JSON_log_too(shop, lake):
    result = run_pg2athena("run", "--log-format", "json", "--table", "no_such_table", shop.url, lake)
    assert result.returncode == 3
    events = [json.loads(line) for line in result.stderr.splitlines()]
    assert any("no_such_table" in json.dumps(event) for event in events)


@pytest.mark.parametrize("arguments, mention", [
    (["run", "postgresql:///x", "lake", "--no-such-option"], "--no-such-option"),
    (["run", "postgresql:///x", "s3a://acme-lake/x"], "did you mean s3://acme-lake/x?"),
    (["run", "--config", "wrong.yaml"], "wrong.yaml:1:1"),
    (["verify", "--config", "nowhere.yaml"], "nowhere.yaml can't be read"),
], ids=lambda value: value if isinstance(value, str) else "")
def test_An_error_before_there_is_a_log_is_in_the_JSON_log_too(tmp_path, arguments, mention):
    (tmp_path / "wrong.yaml").write_text("sorce: {}\n")
    result = run_pg2athena(*arguments, "--log-format", "json", cwd=tmp_path)
    assert_exit(result, USAGE)
    event, = (json.loads(line) for line in result.stderr.splitlines())
    assert (event["event"], event["level"], event["kind"]) == ("failed", "error", "invalid_argument")
    assert mention in event["message"] + event["hint"]


def test_Values_are_in_no_log(shop, lake):
    shop.execute("CREATE TABLE secret (word text); INSERT INTO secret VALUES ('xyzzy-4711')")
    for options in ([], ["--log-format", "json"]):
        result = export(shop, lake, *options)
        assert "xyzzy-4711" not in result.stdout + result.stderr
    receipts = list((lake / "_pg2athena").rglob("*.json"))
    assert receipts


@pytest.mark.parametrize("command", [[], ["run"], ["plan"], ["publish"]], ids=lambda words: " ".join(words) or "alone")
def test_Help_shows_an_example(command):
    result = assert_exit(run_pg2athena(*command, "--help"), DONE)
    assert result.stderr == ""
    assert f"pg2athena {' '.join(command)}".strip() in result.stdout
    assert "example" in result.stdout.lower()


def test_The_exit_codes_are_in_the_help():
    text = assert_exit(run_pg2athena("run", "--help"), DONE).stdout
    assert "Exit codes" in text and all(f" {code} " in text for code in ("0", "1", "2", "3", "5", "130"))


def test_Version_names_the_program_and_its_libraries():
    result = assert_exit(run_pg2athena("--version"), DONE)
    assert result.stdout.startswith("pg2athena ") and "libpq" in result.stdout


def test_A_closed_pipe_is_no_crash(shop, lake):
    reading, writing = os.pipe()
    os.close(reading)
    process = start_pg2athena("plan", shop.url, lake, stdout=writing)
    os.close(writing)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode >= 0 or process.returncode == -13, stderr  # SIGPIPE is the way of ordinary programs


def test_The_plan_tells_columns_types_and_what_they_become(shop):
    shop.execute("CREATE TABLE priced (amount numeric(12,2) NOT NULL, anything numeric, at timestamptz)")
    plan = assert_exit(run_pg2athena("plan", shop.url), DONE).stdout
    for word in ("public.priced", "amount", "numeric(12,2)", "decimal(12,2)", "anything", "string"):
        assert word in plan, f"{word!r} is not in the plan:\n{plan}"
