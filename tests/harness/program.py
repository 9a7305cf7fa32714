"""Running pg2athena and judging how it ended."""
import json
import os
import subprocess

from harness.paths import PROGRAM
from harness.sanitizer import SLOWNESS

# The documented exit codes.
DONE, FAILED, USAGE, REFUSED, DIFFERENT, COMMIT_UNKNOWN, INTERRUPTED = 0, 1, 2, 3, 4, 5, 130


def environment(changes: dict[str, str] | None = None) -> dict[str, str]:
    """The caller's environment without what would lead libpq, or what speaks to AWS, somewhere else."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "AWS_"))}
    return {**kept, **(changes or {})}


def start_pg2athena(*arguments, env=None, program=PROGRAM, **popen_options) -> subprocess.Popen:
    assert program.exists(), f"{program} isn't there: build it with scripts/build release, or name another in PG2ATHENA"
    options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen([program, *map(str, arguments)], env=environment(env), **{**options, **popen_options})


def finish(process: subprocess.Popen, timeout: float) -> subprocess.CompletedProcess:
    """Waits for a started program; one that hangs is killed and fails the test with what it had said."""
    timeout *= SLOWNESS
    try:
        stdout, stderr = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        stdout, stderr = process.communicate()
        raise AssertionError(f"did not end within {timeout} s:\n{described(process.args, None, stdout, stderr)}") from None
    return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)


def run_pg2athena(*arguments, env=None, timeout: float = 120, **popen_options) -> subprocess.CompletedProcess:
    return finish(start_pg2athena(*arguments, env=env, **popen_options), timeout)


def described(command, code, stdout, stderr) -> str:
    return f"$ {' '.join(map(str, command))}\nexit code {code}\n--- stdout\n{stdout}\n--- stderr\n{stderr}"


def assert_exit(result: subprocess.CompletedProcess, code: int) -> subprocess.CompletedProcess:
    assert result.returncode == code, (f"exit code {result.returncode} instead of {code}\n"
                                       f"{described(result.args, result.returncode, result.stdout, result.stderr)}")
    return result


def assert_error(result: subprocess.CompletedProcess, code: int, *mentions: str) -> None:
    """It ended with `code` and a message for people that has all of `mentions` in it, whatever their case.

    The message has the program's form: what happened, and for all but the usage what to do about it.
    """
    assert_exit(result, code)
    said = described(result.args, result.returncode, result.stdout, result.stderr)
    assert any(line.startswith("error: ") for line in result.stderr.splitlines()), f"no line says `error: …`\n{said}"
    assert code == USAGE or "hint: " in result.stderr, f"no hint on what to do\n{said}"
    for mention in mentions:
        assert mention.lower() in result.stderr.lower(), f"the message doesn't mention {mention!r}\n{said}"


def export(database, lake, *options, **run_options) -> subprocess.CompletedProcess:
    """A run that has to succeed."""
    return assert_exit(run_pg2athena("run", *options, database.url, lake, **run_options), DONE)


def gc(lake, *options) -> dict:
    """What `pg2athena gc` says of a lake, without a word besides."""
    result = assert_exit(run_pg2athena("gc", lake, "--output", "json", *options), DONE)
    assert result.stderr == ""
    return json.loads(result.stdout)
