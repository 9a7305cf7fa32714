"""Builds of the project beside the usual ones."""
import os
import pathlib
import shutil
import subprocess

from harness.paths import ROOT


def run(*command, cwd: pathlib.Path) -> str:
    # ccache finds the same compilation again wherever the build is.
    environment = {**os.environ, "CCACHE_BASEDIR": str(ROOT), "CCACHE_NOHASHDIR": "1"}
    result = subprocess.run([str(part) for part in command], cwd=cwd, env=environment, capture_output=True, text=True,
                            timeout=900, check=False)
    assert result.returncode == 0, f"$ {' '.join(map(str, command))}\n{result.stdout}\n{result.stderr}"
    return result.stdout


def configure(source: pathlib.Path, build: pathlib.Path, *options: str) -> None:
    launcher = ["-DCMAKE_CXX_COMPILER_LAUNCHER=ccache"] if shutil.which("ccache") else []
    run("cmake", "-G", "Ninja", "-S", source, "-B", build, "-DCMAKE_BUILD_TYPE=Release", *launcher, *options, cwd=ROOT)
