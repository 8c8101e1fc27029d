// What of a request stays the same over the turns of its conversation, where the client gives the conversation no name: how it begins.
// Stand-ins are keyed by it, so the same turns sent once more must give the same bytes, whatever was added behind them.
// Sans-IO.
#pragma once

#include <string_view>

namespace gilmok::guard {

// The messages up to and with the first one that is not an instruction (system, developer), as they stand in `body`, a JSON text
// that was read before. Without messages the beginning of `prompt` or `input`, else of the body.
std::string_view beginning_of_conversation(std::string_view body);

}   // namespace gilmok::guard
