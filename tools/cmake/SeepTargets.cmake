# seep_library, seep_binary, seep_test, seep_bench: one line a target, sources
# listed by name, so that a folder's CMakeLists.txt reads as its contents.
#
#   seep_library(seep_common_clock SOURCES system_clock.cc DEPS absl::time)
#   seep_test(fake_clock_test DEPS seep::common_clock)       # fake_clock_test.cc
#   seep_binary(seep-agent SOURCES main.cc DEPS seep::agent)
#   seep_bench(chunk_codec_bench DEPS seep::storage_chunks)  # chunk_codec_bench.cc

set_property(GLOBAL PROPERTY SEEP_LISTED_SOURCES "")

function(_seep_note_sources)
  foreach(source IN LISTS ARGN)
    cmake_path(ABSOLUTE_PATH source BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} NORMALIZE)
    set_property(GLOBAL APPEND PROPERTY SEEP_LISTED_SOURCES ${source})
  endforeach()
endfunction()

function(seep_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPS;PRIVATE_DEPS" ${ARGN})
  string(REGEX REPLACE "^seep_" "" short ${name})
  if(arg_SOURCES)
    add_library(${name} STATIC ${arg_SOURCES})
    target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
    target_link_libraries(${name} PUBLIC ${arg_DEPS} PRIVATE ${arg_PRIVATE_DEPS})
  else()
    add_library(${name} INTERFACE)
    target_include_directories(${name} INTERFACE ${CMAKE_SOURCE_DIR})
    target_link_libraries(${name} INTERFACE ${arg_DEPS})
  endif()
  add_library(seep::${short} ALIAS ${name})
  _seep_note_sources(${arg_SOURCES})
endfunction()

function(seep_binary name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${arg_DEPS})
  _seep_note_sources(${arg_SOURCES})
endfunction()

# Extra arguments: SOURCES (beyond NAME.cc), TIMEOUT seconds, LABELS, ENV.
function(seep_test name)
  cmake_parse_arguments(arg "" "TIMEOUT" "SOURCES;DEPS;LABELS;ENV" ${ARGN})
  add_executable(${name} ${name}.cc ${arg_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${arg_DEPS} GTest::gmock GTest::gtest_main)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME ${name} COMMAND ${name})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  set_tests_properties(${name} PROPERTIES TIMEOUT ${arg_TIMEOUT} LABELS "${arg_LABELS}"
                       ENVIRONMENT "${arg_ENV}")
  _seep_note_sources(${name}.cc ${arg_SOURCES})
endfunction()

function(seep_bench name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${name}.cc ${arg_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${arg_DEPS} benchmark::benchmark)
  _seep_note_sources(${name}.cc ${arg_SOURCES})
endfunction()

# A test or benchmark that nobody builds is worse than none: configuring fails
# when one below a configured folder is named by no CMakeLists.txt.
function(seep_check_listed_sources)
  get_property(listed GLOBAL PROPERTY SEEP_LISTED_SOURCES)
  foreach(folder IN LISTS SEEP_FOLDERS)
    file(GLOB_RECURSE found CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${folder}/*_test.cc
         ${CMAKE_SOURCE_DIR}/${folder}/*_bench.cc)
    foreach(source IN LISTS found)
      if(NOT source MATCHES "/node_modules/" AND NOT source IN_LIST listed)
        message(FATAL_ERROR "${source} is named by no CMakeLists.txt")
      endif()
    endforeach()
  endforeach()
endfunction()
