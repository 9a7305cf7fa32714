"""The program as a thing to ship: its size, and what it needs at run time."""
import re
import shutil
import subprocess

import pytest

from harness.paths import PROGRAM, ROOT

TEN_MEGABYTES = 10_000_000
DOCUMENT = ROOT / "docs" / "dependencies.md"
MARKER = "<!-- shared objects -->"


def test_The_stripped_program_is_smaller_than_ten_megabytes(tmp_path):
    if "/release/" not in str(PROGRAM):
        pytest.skip("only the release build is shipped; PG2ATHENA names another")
    stripped = shutil.copy(PROGRAM, tmp_path / "pg2athena")
    subprocess.run(["strip", stripped], check=True)
    assert stripped.stat().st_size < TEN_MEGABYTES


def test_It_needs_exactly_the_shared_objects_that_the_document_lists():
    if "/release/" not in str(PROGRAM):
        pytest.skip("only the release build is shipped; PG2ATHENA names another")
    dynamic = subprocess.run(["readelf", "--dynamic", "--wide", PROGRAM], capture_output=True, text=True, check=True).stdout
    # The loader (ld-linux-…) is there wherever a program runs.
    needed = {name for name in re.findall(r"\(NEEDED\).*\[(.+)\]", dynamic) if not name.startswith("ld-linux")}
    documented = re.search(re.escape(MARKER) + r"\s*```[^\n]*\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    assert documented, f"{DOCUMENT} has no fenced block after the line {MARKER}"
    # One on each line; what follows the name is for people.
    listed = {line.split()[0] for line in documented.group(1).splitlines() if line.strip()}
    assert needed == listed, f"only in the program: {needed - listed}; only in the document: {listed - needed}"
