"""scripts/build-aws-crt: what it says when it can't, and that it does nothing when it has."""
import os
import pathlib
import subprocess

from harness.paths import ROOT

SCRIPT = ROOT / "scripts/build-aws-crt"


def run(cache: pathlib.Path, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run([SCRIPT], env={**os.environ, "XDG_CACHE_HOME": str(cache), **environment}, capture_output=True,
                          text=True, check=False)


def test_Another_file_than_the_pinned_one_is_refused(tmp_path):
    other = tmp_path / "awscrt-0.38.1.tar.gz"
    other.write_bytes(b"something else")
    for file in (other, tmp_path / "absent.tar.gz"):
        result = run(tmp_path, AWSCRT_SDIST=str(file))
        assert result.returncode == 1
        assert f"error: {file} isn't awscrt 0.38.1" in result.stderr
        assert result.stdout == ""


def test_A_download_that_fails_says_what_else_can_be_done(tmp_path):
    result = run(tmp_path, PIP_NO_INDEX="1", PIP_NO_CACHE_DIR="1")
    assert result.returncode == 1
    assert "error: awscrt 0.38.1 can't be downloaded" in result.stderr
    assert "PG2ATHENA_AWS=OFF scripts/build" in result.stderr
    assert not list((tmp_path / "pg2athena").glob("aws-crt-*/complete"))


def test_What_is_built_is_not_built_again(tmp_path):
    # A first run, cut short, only to learn the folder's name.
    trace = subprocess.run(["bash", "-x", SCRIPT], env={**os.environ, "XDG_CACHE_HOME": str(tmp_path),
                                                        "AWSCRT_SDIST": "/nowhere"}, capture_output=True, text=True,
                           check=False).stderr
    prefix = next(line.split("=", 1)[1] for line in trace.splitlines() if line.startswith("+ prefix="))
    pathlib.Path(prefix).mkdir(parents=True)
    (pathlib.Path(prefix) / "complete").touch()
    result = run(tmp_path, AWSCRT_SDIST="/nowhere", PATH="/usr/bin:/bin")
    assert (result.returncode, result.stdout, result.stderr) == (0, prefix + "\n", "")


def test_Without_AWS_it_is_not_needed(tmp_path):
    """Configuring is what would look for it; src/aws is then no target."""
    build = tmp_path / "build"
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache"), "AWSCRT_SDIST": "/nowhere"}
    subprocess.run(["cmake", "-G", "Ninja", "-S", ROOT, "-B", build, "-D", "PG2ATHENA_AWS=OFF"], env=environment, check=True,
                   capture_output=True)
    targets = subprocess.run(["cmake", "--build", build, "--target", "help"], check=True, capture_output=True, text=True)
    assert "pg2athena_aws" not in targets.stdout
    assert "pg2athena_storage" in targets.stdout
    assert not (tmp_path / "cache").exists()
