# What src/aws needs: the system's libcurl, and the parts of AWS's C runtime that scripts/build-aws-crt builds.

# Where they are; scripts/build says so. Without it they are made here, at the first configuration.
set(PG2ATHENA_AWS_CRT "" CACHE PATH "The folder that scripts/build-aws-crt printed")
if(NOT EXISTS "${PG2ATHENA_AWS_CRT}/complete")
  execute_process(COMMAND ${PROJECT_SOURCE_DIR}/scripts/build-aws-crt
    OUTPUT_VARIABLE built OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE code)
  if(NOT code EQUAL 0)
    message(FATAL_ERROR "AWS's C runtime couldn't be built; -D PG2ATHENA_AWS=OFF builds without it")
  endif()
  set(PG2ATHENA_AWS_CRT "${built}" CACHE PATH "The folder that scripts/build-aws-crt printed" FORCE)
endif()

# Its packages look for each other and for libcrypto: s2n by a module of its own, which takes libcrypto.a unless it is
# told to take what aws-c-cal takes.
set(S2N_USE_CRYPTO_SHARED_LIBS TRUE)
list(PREPEND CMAKE_PREFIX_PATH ${PG2ATHENA_AWS_CRT})
find_package(aws-c-auth REQUIRED)
find_package(aws-checksums REQUIRED)
find_package(CURL REQUIRED)
