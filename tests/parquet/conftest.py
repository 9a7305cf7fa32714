import pytest

from parquet.generated_files import File, generate

NAMES = [
    "all_null", "codec_none", "codec_snappy", "codec_zstd_19", "decimals", "dictionary_fallback", "empty_lists",
    "every_type_nullable", "every_type_required", "extremes", "floats", "lists_in_small_pages",
    "lists_nullable_of_nullable", "lists_nullable_of_required", "lists_required_of_nullable",
    "lists_required_of_required", "long_lists", "long_strings", "many_row_groups", "maps_of_every_type", "names",
    "nested", "nested_in_row_groups", "nested_in_small_pages", "nested_lists", "nested_nothing", "nested_without_rows",
    "no_dictionaries", "no_rows", "null_before_dictionary", "null_patterns", "null_patterns_in_odd_batches", "one_row",
    "pages_of_19999_rows", "pages_of_20000_rows", "pages_of_20001_rows", "pages_of_40000_rows", "runs_and_widths",
    "small_pages_1", "small_pages_7", "small_pages_8", "small_pages_9", "small_pages_64", "small_pages_65",
    "small_pages_by_bytes", "sorted_row_groups", "string_bounds", "string_lengths", "structs_nullable",
    "structs_required",
]
# Written a second time with a page index and Bloom filters (file_cases.cpp, add_modern_twins).
MODERN = [
    f"{name}_modern" for name in (
        "all_null", "decimals", "dictionary_fallback", "every_type_nullable", "extremes", "floats", "many_row_groups",
        "null_before_dictionary", "null_patterns", "runs_and_widths", "small_pages_by_bytes", "sorted_row_groups",
        "string_bounds", "string_lengths")
]
NAMES += MODERN


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("parquet")
    generate(made)
    return made


@pytest.fixture(scope="session", params=NAMES)
def file(request, folder):
    return File(folder / f"{request.param}.parquet")
