# find_package(pg2athena [COMPONENTS parquet]): the target pg2athena::parquet.

include(${CMAKE_CURRENT_LIST_DIR}/Pg2athenaLibraryDependencies.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/pg2athena-targets.cmake)

foreach(component ${pg2athena_FIND_COMPONENTS})
  if(TARGET pg2athena::${component})
    set(pg2athena_${component}_FOUND TRUE)
  elseif(pg2athena_FIND_REQUIRED_${component})
    set(pg2athena_FOUND FALSE)
    set(pg2athena_NOT_FOUND_MESSAGE "pg2athena has no component ${component}: it has parquet")
  endif()
endforeach()
