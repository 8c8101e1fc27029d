# Checks of the tree itself, run as tests: layering, house rules, every header on its own.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_test(NAME "tree: layers" COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/layers.py ${CMAKE_SOURCE_DIR})
add_test(NAME "tree: house rules" COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/tidy.py ${CMAKE_SOURCE_DIR})
