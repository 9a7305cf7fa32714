"""scripts/get-minio: what it says when it can't, and that it does nothing when it has. It builds nothing here."""
import os
import pathlib
import subprocess

import pytest

from harness.paths import ROOT

SCRIPT = ROOT / "scripts/get-minio"
WITHOUT_GO = "/usr/bin:/bin"


def run(cache: pathlib.Path, *options: str, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run([SCRIPT, *options], env={**os.environ, "XDG_CACHE_HOME": str(cache), **environment},
                          capture_output=True, text=True, check=False)


@pytest.fixture
def go(tmp_path) -> pathlib.Path:
    """A folder with a go that says which it is, as in GO_VERSION, and can't build."""
    program = tmp_path / "bin/go"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\nif [ "$1" = env ]; then echo "go$GO_VERSION"; else echo "asked: $*" >&2; exit 1; fi\n',
                       encoding="utf-8")
    program.chmod(0o755)
    return program.parent


def leftovers(cache: pathlib.Path) -> list[str]:
    return [path.name for path in (cache / "pg2athena").iterdir() if path.name != "minio.lock"]


def test_Without_building_it_says_that_there_is_none(tmp_path):
    result = run(tmp_path, "--no-build")
    assert result.returncode == 1
    assert result.stdout == ""
    assert f"error: no MinIO is in {tmp_path}/pg2athena" in result.stderr
    assert "hint: scripts/get-minio" in result.stderr


def test_What_is_built_is_not_built_again(tmp_path):
    trace = subprocess.run(["bash", "-x", SCRIPT, "--no-build"], env={**os.environ, "XDG_CACHE_HOME": str(tmp_path)},
                           capture_output=True, text=True, check=False).stderr
    program = pathlib.Path(next(line.split("=", 1)[1] for line in trace.splitlines() if line.startswith("+ program=")))
    program.parent.mkdir(parents=True)
    program.touch(0o755)
    for options in ([], ["--no-build"]):
        result = run(tmp_path, *options, PATH=WITHOUT_GO)
        assert (result.returncode, result.stdout, result.stderr) == (0, f"{program}\n", "")


@pytest.mark.parametrize("version", ["1.24.0", "1.26.8", "1.100", "2.0"])
def test_A_go_that_is_new_enough_is_taken(tmp_path, go, version):
    result = run(tmp_path, PATH=f"{go}:{WITHOUT_GO}", GO_VERSION=version)
    assert result.returncode == 1
    assert f"builds MinIO v0.0.0-20260212201848-7aac2a2c5b7c with go{version}" in result.stderr
    assert "asked: install " in result.stderr
    assert "error: MinIO" in result.stderr and "hint: " in result.stderr
    assert leftovers(tmp_path) == []


def test_A_go_that_is_too_old_is_not(tmp_path, go):
    result = run(tmp_path, PATH=f"{go}:{WITHOUT_GO}", GO_VERSION="1.9", PIP_NO_INDEX="1", PIP_NO_CACHE_DIR="1",
                 PIP_FIND_LINKS="")
    assert result.returncode == 1
    assert "downloads Go 1.27.3" in result.stderr
    assert "error: Go 1.27.3 can't be had from the Python package index" in result.stderr
    assert "PG2ATHENA_MINIO=FILE" in result.stderr
    assert leftovers(tmp_path) == []


def test_Another_argument_is_refused(tmp_path):
    result = run(tmp_path, "--nonsense")
    assert (result.returncode, result.stderr) == (2, "scripts/get-minio [--no-build]\n")
