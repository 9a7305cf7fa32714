"""The files that the program parquet_generate_files writes (generate_files.cpp), and what has to be in them.

PG2ATHENA_PARQUET_FILES names the program; build/release/tests/parquet_generate_files otherwise.
"""
import json
import os
import pathlib
import subprocess

from parquet import plain_values

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PROGRAM = pathlib.Path(os.environ.get("PG2ATHENA_PARQUET_FILES", ROOT / "build/release/tests/parquet_generate_files"))


def generate(*arguments):
    if not PROGRAM.exists():
        import pytest  # which spark_reader.py does without
        pytest.skip(f"{PROGRAM} isn't there: scripts/build release parquet_generate_files")
    subprocess.run([PROGRAM, *map(str, arguments)], check=True)


class File:
    def __init__(self, path):
        self.path = path
        description = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        self.columns = description["columns"]
        self.codec = description["codec"]
        self.options = description["options"]
        self.rows = description["rows"]
        self.bytes = description["bytes"]
        self.row_groups = description["row_groups"]
        self.summaries = description["summaries"]
        self._values = None

    def values(self, index):
        """The values of a column (plain_values.py)."""
        if self._values is None:
            with open(self.path.with_suffix(".jsonl"), encoding="utf-8") as lines:
                rows = [json.loads(line) for line in lines]
            self._values = [[plain_values.from_json(column, row[i]) for row in rows]
                            for i, column in enumerate(self.columns)]
        return self._values[index]

    def leaves(self, begin=0, end=None):
        """(path, type, slots) of each leaf in these rows."""
        for i, column in enumerate(self.columns):
            yield from plain_values.leaves(column, self.values(i)[begin:end])
