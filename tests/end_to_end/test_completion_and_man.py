"""What is made from the command line itself: completions for shells, the man page; and the versions."""
import re
import shutil
import subprocess

import pytest

from harness.documents import documented_exit_codes
from harness.program import DONE, assert_exit, run_pg2athena
from harness.shell import bash_offers


def test_The_version_has_a_line_for_each_library():
    lines = assert_exit(run_pg2athena("--version"), DONE).stdout.splitlines()
    assert re.fullmatch(r"pg2athena \d+\.\d+\.\d+", lines[0])
    found = dict(line.split(maxsplit=1) for line in lines[1:])
    assert {"libpq", "zstd", "snappy", "xxHash", "fmt", "spdlog", "nlohmann-json", "CLI11", "yaml-cpp", "compiler",
            "build"} <= set(found)
    for name, version in found.items():
        if name not in ("compiler", "build"):
            assert re.fullmatch(r"\d+(\.\d+)+", version), name
    assert len({len(line) - len(line.split(maxsplit=1)[1]) for line in lines[1:]}) == 1, "values stand below each other"


@pytest.fixture(scope="module")
def bash_script() -> str:
    return assert_exit(run_pg2athena("completion", "bash"), DONE).stdout


COMMANDS = {"run", "plan", "publish", "ddl", "completion", "man"}


@pytest.mark.parametrize("words, offered", [
    (["pl"], {"plan"}),
    (["run", "--compression", ""], {"zstd", "snappy", "gzip", "lz4_raw", "none"}),
    (["run", "--compression", "z"], {"zstd"}),
    (["run", "--output", "="], {"text", "json"}),
    (["run", "--output", "=", "j"], {"json"}),
    (["run", "--comp"], {"--compression", "--compression-level"}),
    (["run", "postgresql:///x", "--sch"], {"--schema"}),
    (["run", "--table", ""], set()),
    (["run", ""], set()),
    (["run", "--verify", "="], {"none", "totals", "deep"}),
    (["run", "--verify", "=", "d"], {"deep"}),
    (["run", "--verify", ""], set()),
    (["run", "--verify", "postgresql:///x", "lau"], {"laundry"}),
    (["run", "--verify", "=", "deep", "postgresql:///x", "lau"], {"laundry"}),
    (["--ver"], {"--version"}),
    (["completion", ""], {"bash", "zsh", "fish"}),
    (["ddl", "lake", "--data"], {"--database"}),
    # Folders stand for the lake, whatever options were before it.
    (["run", "postgresql:///x", "la"], {"lake", "laundry"}),
    (["run", "--workers", "2", "--quiet", "postgresql:///x", "lau"], {"laundry"}),
    (["run", "--output", "=", "json", "postgresql:///x", "lau"], {"laundry"}),
    (["publish", "la"], {"lake", "laundry"}),
    (["ddl", "--location", "s3://x", "la"], {"lake", "laundry"}),
], ids=lambda value: " ".join(value) if isinstance(value, list) else "")
def test_Bash_offers(bash_script, tmp_path, words, offered):
    for folder in ("lake", "laundry"):
        (tmp_path / folder).mkdir()
    (tmp_path / "lamp.txt").touch()
    assert bash_offers(bash_script, *words, cwd=tmp_path) == offered


def test_Bash_offers_every_command_and_every_option_of_the_help(bash_script):
    commands = bash_offers(bash_script, "")
    assert COMMANDS <= commands
    for command in commands:
        text = assert_exit(run_pg2athena(command, "--help"), DONE).stdout
        options = set(re.findall(r"^  (?:-\w,)?(--[\w-]+)", text, re.MULTILINE))
        assert options and bash_offers(bash_script, command, "-") == options


@pytest.mark.parametrize("shell, check", [("bash", ["bash", "-n"]), ("zsh", ["zsh", "-n"]), ("fish", ["fish", "--no-execute"])])
def test_The_scripts_are_well_formed(tmp_path, shell, check):
    script = tmp_path / "script"
    script.write_text(assert_exit(run_pg2athena("completion", shell), DONE).stdout)
    assert all(word in script.read_text() for word in COMMANDS | {"compression", "location"})
    if not shutil.which(shell):
        pytest.skip(f"no {shell} here")
    result = subprocess.run([*check, script], capture_output=True, text=True, check=False)
    assert result.returncode == 0 and result.stderr == "", result.stderr


def test_The_man_page_has_every_command_option_and_exit_code():
    page = assert_exit(run_pg2athena("man"), DONE).stdout
    text = page.replace("\\-", "-")
    for command in COMMANDS:
        assert f".SS {command}\n" in page
        for option in re.findall(r"^  (?:-\w,)?(--[\w-]+)", run_pg2athena(command, "--help").stdout, re.MULTILINE):
            assert option in text
    status = page[page.index(".SH EXIT STATUS"):page.index(".SH ENVIRONMENT")]
    assert {int(code) for code in re.findall(r"^\\fB(\d+)\\fR$", status, re.MULTILINE)} == documented_exit_codes()


def test_The_man_page_is_clean_roff():
    if not shutil.which("groff"):
        pytest.skip("no groff here")
    page = run_pg2athena("man").stdout
    result = subprocess.run(["groff", "-man", "-ww", "-Tutf8", "-P-cbou"], input=page, capture_output=True, text=True,
                            check=False)
    assert result.returncode == 0 and result.stderr == "", result.stderr
    for line in ("pg2athena - moves PostgreSQL tables", "--lock-timeout TIME", "EXIT STATUS"):
        assert line in " ".join(result.stdout.split()), result.stdout
