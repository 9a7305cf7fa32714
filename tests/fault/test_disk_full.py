"""The target's disk is full: nothing is visible, the message says so, and with room again the next run works."""
import contextlib
import os
import pathlib
import shutil
import subprocess

import pytest

from harness import lake as layout
from harness import oracle
from harness.program import DONE, FAILED, assert_error, export, run_pg2athena

PAGE = 4096     # what a file on a tmpfs is a multiple of


class SmallDisk:
    """A file system of a few MiB, in memory."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self.lake = folder / "lake"

    def mount(self, *options: str) -> subprocess.CompletedProcess:
        command = ["mount", "-t", "tmpfs", "-o", ",".join(options), "p2a-test", self.folder]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def resize(self, size: int) -> None:
        """In bytes. It can't be less than what is in use."""
        self.mount("remount", f"size={size}").check_returncode()

    def used(self) -> int:
        usage = os.statvfs(self.folder)
        return (usage.f_blocks - usage.f_bfree) * usage.f_frsize


@pytest.fixture
def small_disk(tmp_path):
    if os.geteuid() != 0:
        pytest.skip("mounting a small file system needs root")
    disk = SmallDisk(tmp_path / "disk")
    disk.folder.mkdir()
    mounted = disk.mount("size=2m")
    if mounted.returncode != 0:
        pytest.skip(f"mounting a small file system is not allowed here ({mounted.stderr.strip()}): needs CAP_SYS_ADMIN")
    yield disk
    with contextlib.suppress(subprocess.CalledProcessError):
        subprocess.run(["umount", disk.folder], check=True)


def test_A_full_disk_leaves_the_run_before_as_it_was(database, small_disk):
    lake = small_disk.lake
    database.execute("CREATE TABLE small AS SELECT i AS id FROM generate_series(1, 100) AS i;"
                     " CREATE TABLE large (id integer, noise text)")
    export(database, lake)
    before = layout.published(lake)

    # Hexadecimal digits: a compressor gets them to half their size at best.
    database.execute("INSERT INTO large SELECT i, md5(i::text) || md5((-i)::text) FROM generate_series(1, 200000) AS i")
    result = run_pg2athena("run", database.url, lake)
    assert_error(result, FAILED, "no space left")
    assert layout.published(lake) == before
    assert oracle.assert_arrived(database, lake, "public", "small") == 100
    assert not layout.leftovers(lake)

    small_disk.resize(200 << 20)
    export(database, lake)
    assert oracle.assert_arrived(database, lake, "public", "large") == 200_000


def test_A_disk_without_room_for_anything_is_an_error(database, small_disk):
    database.execute("CREATE TABLE t AS SELECT 1 AS a")
    with contextlib.suppress(OSError), open(small_disk.folder / "filler", "wb", buffering=0) as filler:
        while True:
            filler.write(b"\0" * PAGE)
    assert_error(run_pg2athena("run", database.url, small_disk.lake), FAILED, "no space left")


@pytest.fixture
def three_tables(database):
    for name in "abc":
        database.execute(f"CREATE TABLE {name} AS SELECT i AS id, 1 AS version, md5(i::text) AS noise FROM generate_series(1, 300) AS i")
    return database


def versions(lake) -> dict[str, tuple]:
    return {table: oracle.lake_says(lake, table, "min(version), max(version), count(*)") for table in layout.published(lake)}


def decided_and_not_shown(lake) -> bool:
    """A run is, whose marker is all that may lie around besides the lake's documents and data."""
    rest = layout.leftovers(lake)
    for marker in rest:
        assert marker.parent == lake / "_pg2athena/pending", f"left over: {rest}"
        assert (lake / "_pg2athena/runs" / marker.name / "commit.json").exists(), f"{marker} is of a run that isn't decided"
    return bool(rest)


def publish_with_room(disk: SmallDisk) -> None:
    disk.resize(disk.used() + (1 << 20))
    result = run_pg2athena("publish", disk.lake)
    assert result.returncode == DONE, result.stderr


def test_With_any_room_at_all_a_first_run_is_there_or_it_is_not(three_tables, small_disk):
    outcomes = set()
    for pages in range(1, 200):
        shutil.rmtree(small_disk.lake, ignore_errors=True)
        small_disk.resize(small_disk.used() + pages * PAGE)
        result = run_pg2athena("run", three_tables.url, small_disk.lake)
        outcomes.add(result.returncode)
        if result.returncode == DONE:
            break
        assert_error(result, FAILED, "no space left")
        if decided_and_not_shown(small_disk.lake):      # or not all of it
            publish_with_room(small_disk)
            assert len(versions(small_disk.lake)) == 3
        else:
            assert not versions(small_disk.lake)
    assert outcomes == {DONE, FAILED}
    for table in "abc":
        oracle.assert_arrived(three_tables, small_disk.lake, "public", table)


def test_With_any_room_at_all_the_run_before_stays_or_the_new_one_is_there(three_tables, small_disk):
    lake = small_disk.lake
    export(three_tables, lake)
    version, outcomes, old = 1, set(), 1
    for pages in range(200):
        version += 1
        three_tables.execute(";".join(f"UPDATE {table} SET version = {version}" for table in "abc"))
        small_disk.resize(small_disk.used() + pages * PAGE)
        result = run_pg2athena("run", three_tables.url, lake)
        outcomes.add(result.returncode)
        if result.returncode == DONE:
            break
        assert_error(result, FAILED, "no space left")
        seen = set(versions(lake).values())
        if decided_and_not_shown(lake):
            assert seen <= {(old, old, 300), (version, version, 300)}
            publish_with_room(small_disk)
            old, seen = version, set(versions(lake).values())
        assert seen == {(old, old, 300)} and len(versions(lake)) == 3
    assert outcomes == {DONE, FAILED}
    assert set(versions(lake).values()) == {(version, version, 300)}
    assert not layout.leftovers(lake)
    # And by itself, once there is room: without publish or gc.
    small_disk.resize(200 << 20)
    export(three_tables, lake)
    for table in "abc":
        oracle.assert_arrived(three_tables, lake, "public", table)
