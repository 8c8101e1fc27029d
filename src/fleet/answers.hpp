// What a simulated model says. Deterministic: the same seed, request and choice give the same answer on every engine, so
// a test knows what must arrive whichever engine served it. Sans-IO.
//
// What decides, in this order: a tool that must be called, or that the user names ("call get_weather"); a response
// format; "echo: TEXT" in the last user message, which answers TEXT; otherwise made-up sentences, in Korean when the user
// wrote Hangul. A model with "think" in its name, or reasoning_effort, thinks first.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fleet/sim_request.hpp"

namespace gilmok::fleet {

struct AnswerRange {
    std::uint32_t tokens_min = 8;   // of text, when the request does not say
    std::uint32_t tokens_max = 96;
    std::uint32_t tokens_reasoning = 24;
};

struct ToolCall {
    std::string id;   // "call_" and 24 characters
    std::string name;
    std::string arguments;   // JSON that the tool's schema accepts; cut off by max_tokens like any text
};

// One token's worth of the answer. A tool call's head (its id and name) is one token.
struct Piece {
    enum class What : std::uint8_t { reasoning, text, tool_head, tool_arguments };
    What what;
    std::uint16_t tool = 0;
    std::uint32_t begin = 0;   // bytes of reasoning, text or arguments
    std::uint32_t end = 0;
};

enum class Finish : std::uint8_t { stop, length, tool_calls };
std::string_view name_of(Finish finish);

struct Answer {
    std::string reasoning;
    std::string text;
    std::vector<ToolCall> tools;
    std::vector<Piece> pieces;   // in order of generation; as many as completion tokens
    Finish finish = Finish::stop;
    [[nodiscard]] std::string_view view(const Piece& piece) const;
    [[nodiscard]] std::uint32_t tokens() const { return static_cast<std::uint32_t>(pieces.size()); }
    [[nodiscard]] std::uint32_t tokens_reasoning() const;
};

// `tokens_left` is what the context still holds; max_tokens is cut to it.
Answer make_answer(const SimRequest& request, std::size_t prompt, std::size_t choice, const AnswerRange& range,
                   std::uint64_t seed, std::uint64_t tokens_left);

// A unit vector that depends on the text alone (and the seed); texts that begin alike lie nearer to each other.
std::vector<float> make_embedding(std::string_view text, std::size_t dimensions, std::uint64_t seed);
// 0 … 1: how many of the query's words the document has, and a little of its own.
double make_relevance(std::string_view query, std::string_view document, std::uint64_t seed);
// The made-up log probability of a token and of its rivals; at most 0.
double make_logprob(std::string_view token, std::uint64_t index, std::uint64_t rival);

}  // namespace gilmok::fleet
