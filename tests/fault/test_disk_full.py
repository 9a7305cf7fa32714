"""The target's disk is full: nothing is visible, the message says so, and with room again the next run works."""
import contextlib
import os
import subprocess

import pytest

from harness import lake as layout
from harness import oracle
from harness.program import FAILED, assert_error, export, run_pg2athena


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 2 MiB; a function to make it larger comes with it."""
    folder = tmp_path / "disk"
    folder.mkdir()

    def mount(*options):
        command = ["mount", "-t", "tmpfs", "-o", *options, "p2a-test", folder]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    if os.geteuid() != 0:
        pytest.skip("mounting a small file system needs root")
    mounted = mount("size=2m")
    if mounted.returncode != 0:
        pytest.skip(f"mounting a small file system is not allowed here ({mounted.stderr.strip()}): needs CAP_SYS_ADMIN")
    yield folder, lambda: mount("remount,size=200m").check_returncode()
    with contextlib.suppress(subprocess.CalledProcessError):
        subprocess.run(["umount", folder], check=True)


def test_A_full_disk_leaves_the_run_before_as_it_was(database, small_disk):
    disk, enlarge = small_disk
    lake = disk / "lake"
    database.execute("CREATE TABLE small AS SELECT i AS id FROM generate_series(1, 100) AS i;"
                     " CREATE TABLE large (id integer, noise text)")
    export(database, lake)
    before = layout.published(lake)

    # Hexadecimal digests: a compressor gets them to half their size at best.
    database.execute("INSERT INTO large SELECT i, md5(i::text) || md5((-i)::text) FROM generate_series(1, 200000) AS i")
    result = run_pg2athena("run", database.url, lake)
    assert_error(result, FAILED, "no space left")
    assert layout.published(lake) == before
    assert oracle.assert_arrived(database, lake, "public", "small") == 100
    assert not layout.leftovers(lake)

    enlarge()
    export(database, lake)
    assert oracle.assert_arrived(database, lake, "public", "large") == 200_000


def test_A_disk_without_room_for_anything_is_an_error(database, small_disk):
    disk, _ = small_disk
    database.execute("CREATE TABLE t AS SELECT 1 AS a")
    with contextlib.suppress(OSError), open(disk / "filler", "wb", buffering=0) as filler:
        while True:
            filler.write(b"\0" * 4096)
    assert_error(run_pg2athena("run", database.url, disk / "lake"), FAILED, "no space left")
