// The request body of the benches: a chat of exactly the wanted size, the same for every subject and every run.
#pragma once

#include <cstddef>
#include <string>

namespace load {

// Messages in turn from user and assistant: English prose with ~5 % digits, quotes and newlines that need escapes, some
// Korean. `extra` is put in before the messages, e.g. "\"stream\":true,". Ends the program when `bytes` is too small.
std::string chat_body(std::size_t bytes, const std::string& model, const std::string& extra);

}   // namespace load
