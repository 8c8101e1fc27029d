// `gilmok reload`: asks the running gateway to read its configuration again, and tells what it said.
#pragma once

#include <string>
#include <string_view>

#include "cli/fetch.hpp"
#include "cli/outcome.hpp"
#include "config/load.hpp"
#include "io/files.hpp"

namespace gilmok::cli {

// Exit codes: 0 in service, 3 refused (nothing changed), 4 nobody answers, 5 the token is refused.
Outcome reload(const std::string& config_path, io::Files& files, config::Secrets& secrets, Fetcher& fetcher);

// The words of {"error":{"message":…,"fix":…}}, as the admin API refuses; the body itself when it is something else.
std::string words_of_refusal(std::string_view body);

// The admin token that a gateway with this configuration uses; empty when it cannot be known here.
Secret admin_token_of(const config::Server& server, io::Files& files);

}   // namespace gilmok::cli
