"""The tables of docs/types.md are what tests/types/cases.toml makes."""
import subprocess

from harness.paths import ROOT


def test_The_page_of_types_is_what_the_file_of_cases_makes():
    result = subprocess.run([ROOT / "scripts" / "type-tables", "--check"], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
