"""The layout of a lake in a local folder, as people and other programs see it."""
import json
import os
import pathlib

LOWER_CASE = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


def lake_name(name: str) -> str:
    """The documented naming rule: lower-case; every other character becomes an underscore."""
    return "".join(c if c in "abcdefghijklmnopqrstuvwxyz0123456789_" else "_" for c in name.translate(LOWER_CASE))


def folder_of(schema: str, relation: str) -> str:
    return f"{lake_name(schema)}.{lake_name(relation)}"


def published(lake: pathlib.Path) -> dict[str, str]:
    """The tables that a reader sees, each with its current run's id."""
    links = sorted(path for path in lake.glob("*/latest") if path.is_symlink())
    return {link.parent.name: link.readlink().name for link in links}


def files(lake: pathlib.Path, table: str) -> list[pathlib.Path]:
    """The Parquet files of a table's current run."""
    link = lake / table / "latest"
    assert link.is_symlink(), f"{table} was not published; published: {sorted(published(lake)) or 'nothing'}"
    target = link.readlink()
    assert not target.is_absolute() and target.parts[0] == "data" and len(target.parts) == 2, \
        f"{link} has to be a relative link to data/<run-id>, it leads to {target}"
    found = sorted(link.glob("**/*.parquet"))
    assert found, f"{table} has no files in its current run {target}"
    return found


def receipts(lake: pathlib.Path, table: str | None = None) -> list[dict]:
    """What shards made, as the program wrote it, by their numbers: those of a table's current run, or all that there are."""
    run = published(lake)[table] if table else "*"
    found = [json.loads(file.read_text(encoding="utf-8")) for file in lake.glob(f"_pg2athena/runs/{run}/receipts/*.json")]
    return sorted((receipt for receipt in found if table in (None, receipt["table"])), key=lambda receipt: receipt["shard"])


def parquet_files(lake: pathlib.Path) -> list[pathlib.Path]:
    """Every Parquet file under the lake, visible or not."""
    return sorted(lake.rglob("*.parquet")) if lake.is_dir() else []


def leftovers(lake: pathlib.Path) -> list[pathlib.Path]:
    """Files that are neither data nor part of the lake's own book-keeping: what an unfinished write leaves."""
    if not lake.is_dir():
        return []
    return [path for path in sorted(lake.rglob("*"))
            if path.is_file() and not path.is_symlink()
            and (path.suffix not in {".parquet", ".json"} or path.name.startswith("."))
            and path != lake / ".lock"]


def everything(lake: pathlib.Path) -> dict[str, bytes | str]:
    """Every file and link under the lake, hidden ones too, with its content."""
    return {str(path.relative_to(lake)): os.readlink(path) if path.is_symlink() else path.read_bytes()
            for path in sorted(lake.rglob("*")) if path.is_symlink() or path.is_file()}


def runs_of(lake: pathlib.Path) -> set[str]:
    """The ids of the runs that have records there."""
    return {path.name for path in lake.glob("_pg2athena/runs/*")}
