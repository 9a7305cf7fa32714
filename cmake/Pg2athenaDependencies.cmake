# Everything outside the standard library, as the distribution packages it. The reasons: docs/dependencies.md.

include(${CMAKE_CURRENT_LIST_DIR}/Pg2athenaLibraryDependencies.cmake)

if(PG2ATHENA_PROGRAM)
  find_package(PostgreSQL REQUIRED)
  find_package(spdlog REQUIRED)
  find_package(CLI11 REQUIRED)
  find_package(yaml-cpp REQUIRED)
endif()

if(PG2ATHENA_PROGRAM OR PG2ATHENA_TESTS)
  find_package(nlohmann_json REQUIRED)
endif()

if(PG2ATHENA_AWS)
  include(${CMAKE_CURRENT_LIST_DIR}/Pg2athenaAwsDependencies.cmake)
endif()

if(PG2ATHENA_TESTS)
  find_package(GTest REQUIRED)
  # Debian's librapidcheck-dev has a header-only-looking layout with a static library and its own CMake files.
  find_package(rapidcheck REQUIRED)
endif()
