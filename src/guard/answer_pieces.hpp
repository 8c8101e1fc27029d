// Where an answer of the OpenAI dialect has its texts: pieces of channels in a streamed event, whole strings in a body.
// Source: the chat completion (chunk) and completion objects of the API reference; members of engines (reasoning_content,
// reasoning_details, …) are found by where they stand, so new ones need no line here.
// Internal to guard/. Owner: one exchange. Views point into the data that was read.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "wire/json.hpp"

namespace gilmok::guard {

// A string of an answer. The path is what tells channels apart: it has the names and indexes from the choice on.
struct Piece {
    static constexpr std::size_t path_max = 10;
    struct Step {
        std::string_view name;    // of a member; "" for an element
        std::int64_t index = 0;   // of an element: its member "index", else its place
    };
    std::string_view raw;   // without its quotes
    std::array<Step, path_max> path{};
    bool is_of_choice = false;
    std::size_t path_size = 0;       // 0: not a text of a choice
    std::size_t choice = 0;          // index in choices(), when there is a path
    bool comes_in_pieces = false;    // more of it may follow in the next event
    bool is_looked_through = true;   // it is language, not an id or base64
    bool is_json = false;            // arguments of a tool
    bool is_content = false;
};

struct ChoiceSeen {
    std::int64_t index = 0;
    bool is_ending = false;       // has a finish_reason
    wire::json::Value logprobs;   // empty text when there are none
};

class AnswerPieces {
public:
    // On JSON that was checked. With `is_stream` texts of a delta come in pieces.
    void read(std::string_view json, bool is_stream);
    [[nodiscard]] const std::vector<Piece>& pieces() const { return pieces_; }
    [[nodiscard]] const std::vector<ChoiceSeen>& choices() const { return choices_; }
    [[nodiscard]] bool has_error() const { return has_error_; }

private:
    void choice(const wire::json::Value& value);
    void value(std::string_view name, const wire::json::Value& value, Piece& at);
    void elements(const wire::json::Value& value, std::string_view name, Piece& at);
    void string(std::string_view name, std::string_view text, Piece& at);

    std::vector<Piece> pieces_;
    std::vector<ChoiceSeen> choices_;
    bool is_stream_ = false, has_error_ = false;
    int depth_ = 0;
};

// What stands around a piece's text inside its choice: "delta":{"content":" and "}.
void append_around(const Piece& piece, std::string& open, std::string& close);

}   // namespace gilmok::guard
