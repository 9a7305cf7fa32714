# Everything outside the standard library, as the distribution packages it. The reasons: docs/dependencies.md.

find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(PostgreSQL REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(nlohmann_json REQUIRED)
pkg_check_modules(zstd REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(xxhash REQUIRED IMPORTED_TARGET libxxhash)
find_package(Snappy REQUIRED)
pkg_check_modules(lz4 REQUIRED IMPORTED_TARGET liblz4)
pkg_check_modules(deflate REQUIRED IMPORTED_TARGET libdeflate)
find_package(yaml-cpp REQUIRED)

if(PG2ATHENA_TESTS)
  find_package(GTest REQUIRED)
  # Debian's librapidcheck-dev has a header-only-looking layout with a static library and its own CMake files.
  find_package(rapidcheck REQUIRED)
endif()
