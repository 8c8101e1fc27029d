# gilmok_embed(FOLDER PATTERN…): puts the text files that match into the library of src/FOLDER, so that the program needs no files
# beside it. They are read through `std::string_view gilmok::FOLDER::embedded(std::string_view name)`, declared in
# src/FOLDER/embedded.hpp; `name` is the path below the folder of the first PATTERN, "" is the answer for one that is not there.
function(gilmok_embed FOLDER PATTERN)
    file(GLOB files CONFIGURE_DEPENDS ${PATTERN} ${ARGN})
    get_filename_component(top ${PATTERN} DIRECTORY)
    list(SORT files)
    set(rows "")
    foreach(file ${files})
        set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
        file(RELATIVE_PATH name ${top} ${file})
        file(READ ${file} text)
        string(APPEND rows "    if (name == \"${name}\") return R\"embedded(${text})embedded\";\n")
    endforeach()
    set(source ${CMAKE_BINARY_DIR}/embedded/${FOLDER}.cpp)
    # file(GENERATE) leaves a file alone whose content is the same, so that nothing is compiled again.
    file(GENERATE OUTPUT ${source} CONTENT
"#include \"${FOLDER}/embedded.hpp\"

namespace gilmok::${FOLDER} {

std::string_view embedded(std::string_view name) {
${rows}    return {};
}

}  // namespace gilmok::${FOLDER}
")
    target_sources(gilmok_${FOLDER} PRIVATE ${source})
endfunction()
