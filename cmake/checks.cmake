# Checks of the tree itself, run as tests: layering, house rules, every header on its own.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_test(NAME "tree: layers" COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/layers.py ${CMAKE_SOURCE_DIR})
add_test(NAME "tree: house rules" COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/tidy.py ${CMAKE_SOURCE_DIR})
add_test(NAME "tree: documents name what exists" COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/docs.py ${CMAKE_SOURCE_DIR})
add_test(NAME "tree: the checkers find what they are for" COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_SOURCE_DIR}/tools/test_tools.py)

# Compiles each header of src/ alone, so that none depends on what its includer happened to include before. One compiler
# is enough to know, so only clang does it, as part of `all`.
function(gilmok_check_headers)
    file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR}/src/*.hpp)
    set(units)
    foreach(header ${headers})
        string(REGEX REPLACE "[/.]" "_" name ${header})
        set(unit ${CMAKE_BINARY_DIR}/headers/${name}.cpp)
        file(CONFIGURE OUTPUT ${unit} CONTENT "#include \"${header}\"\n" @ONLY)
        list(APPEND units ${unit})
    endforeach()
    add_library(gilmok_headers OBJECT ${units})
    target_link_libraries(gilmok_headers PRIVATE gilmok_flags)
    target_compile_options(gilmok_headers PRIVATE -O0 -g0)
    set_target_properties(gilmok_headers PROPERTIES CXX_CLANG_TIDY "")
endfunction()

if(CMAKE_CXX_COMPILER_ID MATCHES "Clang" AND NOT GILMOK_FUZZ)
    gilmok_check_headers()
endif()
