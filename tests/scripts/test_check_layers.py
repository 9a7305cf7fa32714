"""scripts/check-layers finds the arrows that go upwards, and only these."""
import pathlib
import subprocess

import pytest

from harness.paths import ROOT


def check(src: pathlib.Path) -> subprocess.CompletedProcess:
    return subprocess.run([ROOT / "scripts" / "check-layers", src], capture_output=True, text=True, check=False)


def source_tree(root: pathlib.Path, **includes: str) -> pathlib.Path:
    """A source tree with one file in each folder that is named, including what is named."""
    for folder, include in includes.items():
        (root / folder).mkdir()
        (root / folder / "README.md").write_text("what it is for\n")
        (root / folder / "file.cpp").write_text(f"#include <vector>\n\n#include {include}\n")
    return root


@pytest.mark.parametrize("folder, include", [
    ("columnar", '"base/error.h"'),
    ("types", '"columnar/schema.h"'),
    ("postgres", '"base/error.h"'),          # not only the next layer down
    ("catalog", '"columnar/schema.h"'),
    ("pipeline", '"parquet/file_writer.h"'),
    ("cli", '"pipeline/plan.h"'),
    ("base", '"base/error.h"'),              # itself
    ("base", "<fmt/format.h>"),              # not ours
    ("base", '"error.h"'),                   # beside it
])
def test_An_include_downwards_passes(tmp_path, folder, include):
    result = check(source_tree(tmp_path, **{folder: include}))
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("folder, include", [
    ("base", '"columnar/schema.h"'),
    ("parquet", '"types/type_table.h"'),     # the Parquet writer knows no PostgreSQL
    ("types", '"parquet/file_writer.h"'),
    ("aws", '"columnar/schema.h"'),
    ("storage", '"observe/log.h"'),
    ("postgres", '"storage/object_store.h"'),
    ("pipeline", '"cli/main.h"'),
    ("columnar", '"../base/error.h"'),       # climbs out of its folder
])
def test_An_include_that_is_not_allowed_is_named_with_file_and_line(tmp_path, folder, include):
    result = check(source_tree(tmp_path, **{folder: include}))
    assert result.returncode == 1
    assert f"{folder}/file.cpp:3: " in result.stderr and include.strip('"') in result.stderr


def test_A_folder_without_README_is_named(tmp_path):
    (source_tree(tmp_path, base="<vector>") / "base" / "README.md").unlink()
    result = check(tmp_path)
    assert result.returncode == 1 and "base: has no README.md" in result.stderr


def test_A_folder_that_is_no_layer_is_named(tmp_path):
    result = check(source_tree(tmp_path, utils="<vector>"))
    assert result.returncode == 1 and "utils: no layer of this name" in result.stderr
