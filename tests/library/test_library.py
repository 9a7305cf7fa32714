"""src/parquet as a library: built and installed without PostgreSQL, found by another project, read by pyarrow."""
import os
import pathlib

import pyarrow.compute
import pyarrow.parquet
import pytest

from harness.paths import ROOT
from library.building import configure, run

# What only the program needs; CMake is told that it isn't there.
PROGRAM_ONLY = ("PostgreSQL", "spdlog", "CLI11", "yaml-cpp", "nlohmann_json", "GTest", "rapidcheck")


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> pathlib.Path:
    """The library alone, as a user installs it."""
    build = ROOT / "build" / "library"
    prefix = tmp_path_factory.mktemp("installed")
    configure(ROOT, build, "-DPG2ATHENA_PROGRAM=OFF", "-DPG2ATHENA_TESTS=OFF",
              *[f"-DCMAKE_DISABLE_FIND_PACKAGE_{name}=ON" for name in PROGRAM_ONLY])
    run("cmake", "--build", build, cwd=ROOT)
    run("cmake", "--install", build, "--prefix", prefix, cwd=ROOT)
    return prefix


def test_The_example_is_built_against_the_installed_library_and_pyarrow_reads_the_same(installed, tmp_path):
    configure(ROOT / "examples/parquet", tmp_path / "build", f"-DCMAKE_PREFIX_PATH={installed}")
    run("cmake", "--build", tmp_path / "build", cwd=tmp_path)
    said = run(tmp_path / "build/write_orders", "orders.parquet", cwd=tmp_path)
    assert "100000 rows" in said
    table = pyarrow.parquet.read_table(tmp_path / "orders.parquet")
    quantity = sum(item["quantity"] for items in table["items"].to_pylist() for item in items)
    found = run(tmp_path / "build/read_orders", "orders.parquet", cwd=tmp_path)
    assert found == (f"100000 orders, {table['customer'].null_count} without a customer, "
                     f"{pyarrow.compute.sum(table['total'])} in total, {quantity} items\n")

    rows = table.slice(98, 2).to_pylist()
    assert rows[0]["id"] == 99 and rows[0]["customer"] == "customer 99"
    assert [item["quantity"] for item in rows[0]["items"]] == [1, 2, 3]
    assert rows[0]["items"][0]["product"] == "product 49" and rows[0]["labels"] == []
    assert rows[1]["customer"] is None and rows[1]["items"] == [] and rows[1]["labels"] == [("gift", "yes")]
    assert str(rows[1]["total"]) == "999.00" and rows[1]["ordered_at"].isoformat() == "2026-01-01T01:40:00+00:00"

    metadata = pyarrow.parquet.read_metadata(tmp_path / "orders.parquet")
    assert metadata.metadata[b"source"] == b"the example"
    identifiers = metadata.row_group(0).column(0)
    assert identifiers.compression == "ZSTD" and "DELTA_BINARY_PACKED" in identifiers.encodings
    assert identifiers.has_offset_index and identifiers.has_column_index
    assert [(column.column_index, column.descending) for column in metadata.row_group(0).sorting_columns] == [(0, False)]


def test_Every_installed_header_stands_alone(installed, tmp_path):
    headers = sorted((installed / "include/pg2athena").rglob("*.h"))
    assert any(header.name == "file_writer.h" for header in headers)
    for header in headers:
        name = header.relative_to(installed / "include/pg2athena")
        (tmp_path / "one.cpp").write_text(f'#include "{name}"\n', encoding="utf-8")
        run(os.environ.get("CXX", "c++"), "-std=c++23", "-fsyntax-only", f"-I{installed / 'include/pg2athena'}", "one.cpp",
            cwd=tmp_path)


def test_It_can_be_a_part_of_another_project(tmp_path):
    """Only configured and generated, which finds targets that aren't visible where the last link is."""
    (tmp_path / "main.cpp").write_text("int main() {}\n", encoding="utf-8")
    (tmp_path / "CMakeLists.txt").write_text(f"""
cmake_minimum_required(VERSION 3.25)
project(other LANGUAGES CXX)
add_subdirectory({ROOT} pg2athena)
add_executable(other main.cpp)
target_link_libraries(other PRIVATE pg2athena::parquet)
if(TARGET pg2athena_postgres OR TARGET parquet_test)
  message(FATAL_ERROR "more than the library")
endif()
""", encoding="utf-8")
    configure(tmp_path, tmp_path / "build")
