"""Runs aws_probe (aws_probe.cpp), which asks src/aws one question."""
import json
import os
import pathlib
import subprocess
import time

from harness.paths import ROOT
from harness.sanitizer import SLOWNESS

PROGRAM = pathlib.Path(os.environ.get("PG2ATHENA_AWS_PROBE") or ROOT / "build/release/tests/aws_probe")
# What an operator may be asked to wait for an error.
PATIENCE = 10 * SLOWNESS


class Refused(Exception):
    """The Error that the program ended with."""

    def __init__(self, error: dict):
        super().__init__(error["description"])
        self.kind: str = error["kind"]
        self.message: str = error["message"]
        self.hint: str = error["hint"]
        self.context: dict = error["context"] or {}
        self.description: str = error["description"]


class Probe:
    def __init__(self, home: pathlib.Path):
        self.home = home
        # Nothing of this machine's: neither proxies nor somebody's credentials. And no question to an instance's
        # metadata, which some machines have.
        self.environment = {"HOME": str(home), "AWS_EC2_METADATA_DISABLED": "true", "PATH": os.environ["PATH"]}
        for name in ("ASAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS"):
            if name in os.environ:
                self.environment[name] = os.environ[name]

    def __call__(self, *arguments: object, patience: float = PATIENCE) -> dict:
        """The answer; raises Refused with the program's error. It has to be there within `patience` seconds."""
        begin = time.monotonic()
        result = subprocess.run([PROGRAM, *map(str, arguments)], env=self.environment, capture_output=True, text=True,
                                check=False, timeout=60 * SLOWNESS)
        assert result.returncode in (0, 1), f"{result.returncode}: {result.stderr}"
        assert time.monotonic() - begin < patience, "took too long: " + result.stdout
        answer = json.loads(result.stdout)
        if result.returncode == 1:
            raise Refused(answer)
        return answer

    def write(self, name: str, content: str) -> pathlib.Path:
        """A file under the home folder."""
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
        return path
