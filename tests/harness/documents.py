"""What the documentation promises, read from it."""
import re

from harness.paths import ROOT


def documented_exit_codes() -> set[int]:
    text = (ROOT / "docs" / "exit-codes.md").read_text(encoding="utf-8")
    return {int(code) for code in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)}
