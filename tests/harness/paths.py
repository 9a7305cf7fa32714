"""Where things are: the repository, the program under test, test data that is not part of the repository."""
import os
import pathlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = pathlib.Path(os.environ.get("PG2ATHENA") or ROOT / "build/release/pg2athena").resolve()


def pagila() -> pathlib.Path:
    """The dump of the Pagila sample database. Skips the test when it isn't here: it is not ours to ship."""
    folder = os.environ.get("PG2ATHENA_TEST_DATA")
    candidates = [pathlib.Path(folder)] if folder else [ROOT.parent / "shared" / "data"]
    for candidate in candidates:
        file = candidate / "pagila.sql"
        if file.is_file():
            return file
    pytest.skip(f"no pagila.sql in {candidates[0]}: dump the Pagila sample database (github.com/devrimgunduz/pagila) with"
                " pg_dump into one file, and name its folder in PG2ATHENA_TEST_DATA")
