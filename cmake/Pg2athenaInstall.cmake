# Installs the library: archives, public headers, and the CMake package that find_package(pg2athena) finds.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/pg2athena)
# Headers name each other from src on ("columnar/batch.h"), so they have a folder to themselves.
install(TARGETS pg2athena_base pg2athena_columnar pg2athena_parquet
  EXPORT pg2athena
  FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/pg2athena)
install(EXPORT pg2athena NAMESPACE pg2athena:: FILE pg2athena-targets.cmake DESTINATION ${package})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/pg2athena-config-version.cmake
  # Before 1.0 a minor version may change what the headers say.
  COMPATIBILITY SameMinorVersion)
install(FILES
  ${PROJECT_SOURCE_DIR}/cmake/pg2athena-config.cmake
  ${PROJECT_SOURCE_DIR}/cmake/Pg2athenaLibraryDependencies.cmake
  ${PROJECT_BINARY_DIR}/pg2athena-config-version.cmake
  DESTINATION ${package})
