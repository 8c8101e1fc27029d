// The query of a question to the ledger's tables. Pure.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "report/question.hpp"

namespace gilmok::gateway::admin {

// The parameters by the names of the command line. What is wrong in people's words.
report::Told<report::Asked> read_query(std::string_view query);

// Puts each parameter where its name says. One that is not named, stands twice or has a broken escape is told in people's words.
report::Told<bool> read_parameters(std::string_view query,
                                   std::initializer_list<std::pair<std::string_view, std::string*>> into);

}   // namespace gilmok::gateway::admin
