# One static library and one test program for each folder of src, all with the same warnings.

add_library(pg2athena_flags INTERFACE)
target_include_directories(pg2athena_flags INTERFACE ${PROJECT_SOURCE_DIR}/src)
# Another project that this one is a part of has its own warnings.
if(PROJECT_IS_TOP_LEVEL)
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
endif()
if(PG2ATHENA_SANITIZE)
  target_compile_options(pg2athena_flags INTERFACE
    -fsanitize=${PG2ATHENA_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(pg2athena_flags INTERFACE -fsanitize=${PG2ATHENA_SANITIZE})
endif()

# pg2athena_library(<folder> SOURCES a.cpp … LINK target … [PUBLIC_HEADERS a.h …]): the library pg2athena::<folder>.
# Public headers are those that the installed library has.
function(pg2athena_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK;PUBLIC_HEADERS" ${ARGN})
  add_library(pg2athena_${name} STATIC ${ARG_SOURCES})
  add_library(pg2athena::${name} ALIAS pg2athena_${name})
  set_target_properties(pg2athena_${name} PROPERTIES EXPORT_NAME ${name})
  target_compile_features(pg2athena_${name} PUBLIC cxx_std_23)
  target_link_libraries(pg2athena_${name} PUBLIC ${ARG_LINK} PRIVATE $<BUILD_INTERFACE:pg2athena_flags>)
  target_include_directories(pg2athena_${name} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/src>)
  if(ARG_PUBLIC_HEADERS)
    target_sources(pg2athena_${name} PUBLIC
      FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR}/src FILES ${ARG_PUBLIC_HEADERS})
  endif()
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
  set_target_properties(${name}_test PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
  include(GoogleTest)
  gtest_discover_tests(${name}_test TEST_PREFIX ${name}. DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 300)
endfunction()
