#include "cli/schema.hpp"

#include "config/load.hpp"
#include "config/schema.hpp"

namespace gilmok::cli {

std::string schema(const SchemaArgs& args) { return args.is_docs ? config::render_docs() : config::json_schema(); }

}   // namespace gilmok::cli
