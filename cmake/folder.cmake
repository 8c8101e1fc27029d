# What a folder of src/ is made into, and how its files are compiled.
find_package(doctest REQUIRED)
include(${doctest_DIR}/doctest.cmake)
find_package(benchmark QUIET)

# The release preset, which is built whole more often than changed, compiles the files of a library in batches and reads the headers
# of the standard library once: most of a file's time is its headers. Everywhere else one file is one step, so that a change costs
# what it changed, and each file must include what it uses.
# In a batch a name in an anonymous namespace is used once, so a folder of many small codecs or matchers is ALONE.
set(GILMOK_BATCH 0 CACHE STRING "Files of a library compiled together; 0: each alone")
set(GILMOK_STANDARD_HEADERS <algorithm> <array> <atomic> <charconv> <chrono> <cstdint> <cstring> <deque> <functional> <map> <memory>
    <mutex> <optional> <set> <span> <string> <string_view> <unordered_map> <utility> <vector> <tl/expected.hpp>)

function(gilmok_in_batches NAME)
    set_target_properties(${NAME} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE ${GILMOK_BATCH})
    # g++ warns of types that hold something of an anonymous namespace outside of the file it was called with; in a batch that is
    # every file.
    target_compile_options(${NAME} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
endfunction()

# Uses the standard headers as OWNER compiled them, with the same options; OWNER itself compiles them.
function(gilmok_share_headers NAME OWNER)
    if(NOT GILMOK_BATCH)
        return()
    endif()
    if(NAME STREQUAL OWNER)
        target_precompile_headers(${NAME} PRIVATE ${GILMOK_STANDARD_HEADERS})
    else()
        target_precompile_headers(${NAME} REUSE_FROM ${OWNER})
    endif()
    # ccache wants the first. As for the others: with precompiled headers g++ 12 forgets that std::string is not ours, and its false
    # alarms of it, kept back elsewhere, come through. The preset `alone` compiles without any of this.
    target_compile_options(${NAME} PRIVATE "$<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess;-Wno-array-bounds;-Wno-restrict;-Wno-stringop-overflow;-Wno-stringop-overread>")
endfunction()

# The product is tested as it is optimised; the tests' own lines need not be, and are a third of all that is compiled.
function(gilmok_as_test NAME)
    target_link_libraries(${NAME} PRIVATE gilmok_flags)
    target_compile_definitions(${NAME} PRIVATE GILMOK_SOURCE_DIR="${CMAKE_SOURCE_DIR}" DOCTEST_CONFIG_SUPER_FAST_ASSERTS)
    target_compile_options(${NAME} PRIVATE $<$<CONFIG:RelWithDebInfo>:-O1>)
    gilmok_share_headers(${NAME} gilmok_doctest_main)
endfunction()

# What every test program and every fuzz target brings along, compiled once.
add_library(gilmok_doctest_main OBJECT ${CMAKE_SOURCE_DIR}/tests/doctest_main.cpp)
target_link_libraries(gilmok_doctest_main PUBLIC doctest::doctest)
gilmok_as_test(gilmok_doctest_main)
if(NOT GILMOK_FUZZ)
    add_library(gilmok_fuzz_main OBJECT ${CMAKE_SOURCE_DIR}/tests/fuzz_main.cpp)
    gilmok_as_test(gilmok_fuzz_main)
endif()

# gilmok_test_program(NAME LABEL sources…): a doctest program whose cases are tests of ctest, named "LABEL: …".
function(gilmok_test_program NAME LABEL)
    add_executable(${NAME} ${ARGN})
    target_link_libraries(${NAME} PRIVATE gilmok_doctest_main)
    gilmok_as_test(${NAME})
    doctest_discover_tests(${NAME} TEST_PREFIX "${LABEL}: " PROPERTIES TIMEOUT 120)
endfunction()

# gilmok_folder(NAME [ALONE] DEPENDS folders… LIBRARIES targets… EXECUTABLE name)
# Makes of src/NAME: a static library (or an executable), one test program of all *_test.cpp, one program for each
# *_fuzz.cpp and *_bench.cpp. Sources are found by name, so that a new file needs no line here.
function(gilmok_folder NAME)
    cmake_parse_arguments(F "ALONE" "EXECUTABLE" "DEPENDS;LIBRARIES" ${ARGN})
    set(dir ${CMAKE_SOURCE_DIR}/src/${NAME})
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${dir}/*.cpp)
    file(GLOB_RECURSE tests CONFIGURE_DEPENDS ${dir}/*_test.cpp)
    file(GLOB_RECURSE fuzzers CONFIGURE_DEPENDS ${dir}/*_fuzz.cpp)
    file(GLOB_RECURSE benches CONFIGURE_DEPENDS ${dir}/*_bench.cpp)
    set(library ${sources})
    if(tests OR fuzzers OR benches)
        list(REMOVE_ITEM library ${tests} ${fuzzers} ${benches})
    endif()
    list(FILTER library EXCLUDE REGEX "/main\\.cpp$")
    list(TRANSFORM F_DEPENDS PREPEND gilmok_ OUTPUT_VARIABLE deps)
    if(library)
        add_library(gilmok_${NAME} STATIC ${library})
        target_link_libraries(gilmok_${NAME} PRIVATE gilmok_flags PUBLIC ${deps} ${F_LIBRARIES})
        gilmok_share_headers(gilmok_${NAME} gilmok_base)
        if(GILMOK_BATCH AND NOT F_ALONE)
            gilmok_in_batches(gilmok_${NAME})
        endif()
    else()
        add_library(gilmok_${NAME} INTERFACE)
        target_link_libraries(gilmok_${NAME} INTERFACE ${deps} ${F_LIBRARIES})
    endif()
    if(F_EXECUTABLE AND EXISTS ${dir}/main.cpp)
        add_executable(${F_EXECUTABLE} ${dir}/main.cpp)
        target_link_libraries(${F_EXECUTABLE} PRIVATE gilmok_flags gilmok_${NAME})
        set_target_properties(${F_EXECUTABLE} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
    endif()
    if(tests)
        gilmok_test_program(${NAME}_test ${NAME} ${tests})
        target_link_libraries(${NAME}_test PRIVATE gilmok_${NAME})
    endif()
    foreach(file ${fuzzers})
        gilmok_fuzz(${NAME} ${file})
    endforeach()
    if(benchmark_FOUND AND NOT GILMOK_SANITIZE AND NOT GILMOK_FUZZ)
        foreach(file ${benches})
            get_filename_component(program ${file} NAME_WE)
            add_executable(${program} EXCLUDE_FROM_ALL ${file})
            target_link_libraries(${program} PRIVATE gilmok_flags gilmok_${NAME} benchmark::benchmark)
        endforeach()
    endif()
endfunction()

# A fuzz target is LLVMFuzzerTestOneInput in NAME_fuzz.cpp with seeds in NAME_corpus/. Under the fuzz preset libFuzzer
# drives it; elsewhere tests/fuzz_main.cpp replays the seeds and mutates them for one second, as an ordinary test.
function(gilmok_fuzz FOLDER FILE)
    get_filename_component(program ${FILE} NAME_WE)
    get_filename_component(dir ${FILE} DIRECTORY)
    string(REPLACE "_fuzz" "_corpus" corpus ${program})
    if(GILMOK_FUZZ)
        add_executable(${program} ${FILE})
        target_link_libraries(${program} PRIVATE gilmok_flags gilmok_${FOLDER})
        target_compile_options(${program} PRIVATE -fsanitize=fuzzer)
        target_link_options(${program} PRIVATE -fsanitize=fuzzer)
    else()
        add_executable(${program} ${FILE})
        target_link_libraries(${program} PRIVATE gilmok_${FOLDER} gilmok_fuzz_main)
        gilmok_as_test(${program})
        add_test(NAME "fuzz: ${program}" COMMAND ${program} ${dir}/${corpus})
        set_tests_properties("fuzz: ${program}" PROPERTIES TIMEOUT 120)
    endif()
endfunction()
