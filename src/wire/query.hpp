// The text of a URL's query as a server reads it: %40 is "@", "+" a space (WHATWG URL, application/x-www-form-urlencoded). Pure.
#pragma once

#include <string>
#include <string_view>

namespace gilmok::wire {

// Appends to `out`. False where an escape is broken; its bytes are appended as they stand.
bool append_from_query(std::string& out, std::string_view text);

}   // namespace gilmok::wire
