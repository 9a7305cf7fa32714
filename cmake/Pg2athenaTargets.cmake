# One static library and one test program for each folder of src, all with the same warnings.

add_library(pg2athena_flags INTERFACE)
target_include_directories(pg2athena_flags INTERFACE ${CMAKE_SOURCE_DIR}/src)
target_compile_options(pg2athena_flags INTERFACE
  -Wall -Wextra -Wpedantic -Werror
  -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast -Wcast-qual -Wnon-virtual-dtor
  -Woverloaded-virtual -Wnull-dereference -Wdouble-promotion -Wformat=2 -Wimplicit-fallthrough
  # A designated initializer names what it means to set.
  -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(pg2athena_flags INTERFACE -Wduplicated-cond -Wlogical-op -Wuseless-cast)
  # GCC 12 sees null dereferences and uninitialised reads inside its own std::expected and std::variant
  # once a sanitizer changes what it inlines (gcc.gnu.org/PR105562 and its relatives).
  if(PG2ATHENA_SANITIZE OR CMAKE_BUILD_TYPE MATCHES "Release|RelWithDebInfo")
    target_compile_options(pg2athena_flags INTERFACE -Wno-null-dereference -Wno-maybe-uninitialized)
  endif()
endif()
if(PG2ATHENA_SANITIZE)
  target_compile_options(pg2athena_flags INTERFACE
    -fsanitize=${PG2ATHENA_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(pg2athena_flags INTERFACE -fsanitize=${PG2ATHENA_SANITIZE})
endif()

# pg2athena_library(<folder> SOURCES a.cpp … LINK target …): the library pg2athena::<folder>.
function(pg2athena_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_library(pg2athena_${name} STATIC ${ARG_SOURCES})
  add_library(pg2athena::${name} ALIAS pg2athena_${name})
  target_link_libraries(pg2athena_${name} PUBLIC ${ARG_LINK} PRIVATE pg2athena_flags)
  target_include_directories(pg2athena_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
endfunction()

# pg2athena_test(<folder> SOURCES a_test.cpp … [LINK target …]): the GoogleTest program of a folder.
function(pg2athena_test name)
  if(NOT PG2ATHENA_TESTS)
    return()
  endif()
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name}_test ${ARG_SOURCES})
  target_link_libraries(${name}_test PRIVATE
    pg2athena_${name} ${ARG_LINK} GTest::gmock GTest::gtest_main pg2athena_flags)
  set_target_properties(${name}_test PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  include(GoogleTest)
  gtest_discover_tests(${name}_test TEST_PREFIX ${name}. DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 300)
endfunction()
