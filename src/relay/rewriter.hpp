// Where somebody else may change an answer on its way to the client: the gateway hangs the guard in here, of which the relay
// knows nothing. Without one the answer passes as it came, at no cost.
// Sans-IO. Owner: one exchange; called in the order of the bytes, and not again after an error.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "dialect/openai.hpp"

namespace gilmok::relay {

class Rewriter {
public:
    virtual ~Rewriter() = default;
    // One server-sent event that the client would get, "[DONE]" too; `data` is the text of its data lines. Appends whole events.
    virtual Result<bool> event(std::string_view raw, std::string_view data, std::string& out) = 0;
    // The end of a stream, also of one that was cut: appends what is still held back, as whole events.
    virtual Result<bool> end(std::string& out) = 0;
    // A whole JSON answer, be it an error's. True: what was appended to `out` goes on in its place; false: it goes on itself.
    // Whoever reads it whole finds what decides its price on the way, and may tell: views into `json`. What is told is told
    // also of an answer that is then refused.
    virtual Result<bool> body(std::string_view json, std::string& out,
                              std::optional<dialect::openai::AnswerFacts>& facts) = 0;
    // A whole answer of another type of text; the same.
    virtual Result<bool> text(std::string_view text, std::string& out) = 0;
};

}   // namespace gilmok::relay
