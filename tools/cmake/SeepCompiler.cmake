# Compiler, linker and cache settings common to every target.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
# Release keeps assertions of the libraries off but our own SEEP_CHECKs are
# always on. -O2 as measured; -g1 keeps backtraces readable at small cost.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1 -DNDEBUG")
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1")

add_compile_options(-Wall -Wextra -Wnon-virtual-dtor -Woverloaded-virtual -fno-omit-frame-pointer)
# g++ 12 at -O2 warns of impossible overlaps in std::string's operator+ (GCC bug
# 105329) and of optional<string>s that are never read unset (80635).
add_compile_options(-Wno-restrict -Wno-maybe-uninitialized)
option(SEEP_WERROR "Treat warnings as errors" ON)
if(SEEP_WERROR)
  add_compile_options(-Werror)
endif()

set(SEEP_SANITIZER "" CACHE STRING "address, thread or undefined")
if(SEEP_SANITIZER)
  add_compile_options(-fsanitize=${SEEP_SANITIZER} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${SEEP_SANITIZER})
  if(SEEP_SANITIZER STREQUAL "thread")
    add_compile_options(-Wno-tsan)
  endif()
endif()

find_program(SEEP_CCACHE ccache)
if(SEEP_CCACHE)
  # Paths relative to the checkout, so that a second build folder or checkout hits what the first compiled.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
      ${SEEP_CCACHE})
endif()
find_program(SEEP_MOLD mold)
if(SEEP_MOLD)
  add_link_options(-fuse-ld=mold)
endif()
