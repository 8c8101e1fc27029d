// The query of a question to the ledger's tables. Pure.
#pragma once

#include <string_view>

#include "report/question.hpp"

namespace gilmok::gateway::admin {

// The parameters by the names of the command line. What is wrong in people's words.
report::Told<report::Asked> read_query(std::string_view query);

}   // namespace gilmok::gateway::admin
