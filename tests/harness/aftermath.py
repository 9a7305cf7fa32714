"""What a run may leave when something broke meanwhile: the new state of all tables, or the old one of all."""
import pathlib

from harness import lake as layout
from harness import oracle
from harness.program import DONE, FAILED, assert_error, export


class Aftermath:
    """Remembers what is published before a run; judges what is there after it. Of tables in the schema public."""

    def __init__(self, database, lake: pathlib.Path, tables: tuple[str, ...] = ("t",)):
        self.database = database
        self.lake = lake
        self.tables = tables
        self.published = layout.published(lake)
        self.files = layout.parquet_files(lake)

    def assert_right(self, result) -> None:
        """The run ended well, and all tables are new and right."""
        assert result.returncode == DONE, result.stderr
        published = layout.published(self.lake)
        for table in self.tables:
            name = layout.folder_of("public", table)
            assert published[name] != self.published.get(name)
            oracle.assert_arrived(self.database, self.lake, "public", table)
        assert not layout.leftovers(self.lake)

    def assert_failed(self, result, *mentions: str) -> None:
        """The run said what happened, everything is as it was, and the next run needs no hand work."""
        assert_error(result, FAILED, *mentions)
        assert "this is a bug" not in result.stderr, result.stderr
        assert layout.published(self.lake) == self.published
        assert layout.parquet_files(self.lake) == self.files
        assert not layout.leftovers(self.lake)
        self.assert_right(export(self.database, self.lake))

    def assert_right_or_failed(self, result, *mentions: str) -> None:
        if result.returncode == DONE:
            self.assert_right(result)
        else:
            self.assert_failed(result, *mentions)
