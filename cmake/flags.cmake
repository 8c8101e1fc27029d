# Compiler, warnings and sanitizers. Included once, before any target.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

option(GILMOK_WERROR "Treat warnings as errors" ON)
set(GILMOK_SANITIZE "" CACHE STRING "Sanitizers, e.g. address,undefined or thread")
option(GILMOK_FUZZ "Build fuzz targets with libFuzzer (clang)" OFF)

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
    if(GILMOK_BATCH)   # without these words ccache finds nothing that includes precompiled headers (cmake/folder.cmake)
        set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=include_file_mtime,pch_defines,time_macros ${CCACHE})
    endif()
endif()
find_program(MOLD mold)
if(MOLD)
    add_link_options(-fuse-ld=mold)
endif()

add_library(gilmok_flags INTERFACE)
target_include_directories(gilmok_flags INTERFACE ${CMAKE_SOURCE_DIR}/src)
target_compile_options(gilmok_flags INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast -Wcast-align -Wnon-virtual-dtor
    -Woverloaded-virtual -Wformat=2 -Wimplicit-fallthrough -Wswitch-enum -Wundef -Wvla -Wextra-semi
    -fno-omit-frame-pointer)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(gilmok_flags INTERFACE -fcoroutines -Wduplicated-cond -Wduplicated-branches -Wlogical-op -Wsuggest-override)
else()
    # g++ names designated initialisers with defaults complete; clang wants every field named.
    target_compile_options(gilmok_flags INTERFACE -Wno-missing-designated-field-initializers)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND GILMOK_SANITIZE MATCHES thread)
    # g++ 12 takes the union inside tl::expected for uninitialised once ThreadSanitizer's calls stand between.
    target_compile_options(gilmok_flags INTERFACE -Wno-maybe-uninitialized)
endif()
if(GILMOK_WERROR)
    target_compile_options(gilmok_flags INTERFACE -Werror)
endif()
if(GILMOK_SANITIZE)
    target_compile_options(gilmok_flags INTERFACE -fsanitize=${GILMOK_SANITIZE} -fno-sanitize-recover=all)
    target_link_options(gilmok_flags INTERFACE -fsanitize=${GILMOK_SANITIZE})
    target_compile_definitions(gilmok_flags INTERFACE GILMOK_DEBUG_ASSERTIONS)
else()
    target_compile_options(gilmok_flags INTERFACE -fstack-protector-strong -fcf-protection)
    target_compile_definitions(gilmok_flags INTERFACE $<$<CONFIG:RelWithDebInfo>:_FORTIFY_SOURCE=2> $<$<CONFIG:RelWithDebInfo>:_GLIBCXX_ASSERTIONS>)
endif()
