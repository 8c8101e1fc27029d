// `gilmok schema`: what gilmok.toml may say, for editors (JSON Schema) and for people (docs/config.md).
#pragma once

#include <string>

namespace gilmok::cli {

struct SchemaArgs {
    bool is_docs = false;   // --docs: Markdown instead of JSON Schema
};
// For standard output.
std::string schema(const SchemaArgs& args);

}   // namespace gilmok::cli
