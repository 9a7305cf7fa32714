"""A finding is found, also of a program whose end nobody looks at."""
import os
import subprocess

import pytest

from harness.sanitizer import Findings

RACE = """
#include <thread>
int counted = 0;
int main() {
  std::thread other([] { ++counted; });
  ++counted;
  other.join();
}
"""


@pytest.fixture
def findings(tmp_path, monkeypatch) -> Findings:
    for variable in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"):
        monkeypatch.setenv(variable, "")
    folder = tmp_path / "findings"
    folder.mkdir()
    return Findings(folder)


def test_A_data_race_ends_the_program_with_a_code_of_its_own_and_leaves_a_report(findings, tmp_path):
    source, program = tmp_path / "race.cpp", tmp_path / "race"
    source.write_text(RACE)
    subprocess.run(["g++", "-std=c++20", "-g", "-fsanitize=thread", source, "-o", program], check=True)
    assert not findings.take()
    result = subprocess.run([program], env=os.environ, capture_output=True, text=True, check=False)
    assert result.returncode == 66 and not result.stderr
    found = findings.take()
    assert "WARNING: ThreadSanitizer: data race" in found and "race.cpp" in found, found
    assert not findings.take()
