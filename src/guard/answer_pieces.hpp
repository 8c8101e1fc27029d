// Where an answer of the OpenAI dialect has its texts: pieces of channels in a streamed event, whole strings in a body.
// Source: the chat completion (chunk) and completion objects of the API reference; members of engines (reasoning_content,
// reasoning_details, …) are found by where they stand, so new ones need no line here.
// Internal to guard/. Owner: a shard, between two suspensions. One pass, at most depth_max deep. Views point into the data that
// was read.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dialect/openai.hpp"
#include "wire/json_walk.hpp"

namespace gilmok::guard {

// A string of an answer.
struct Piece {
    // What tells channels apart: the names and indexes from the choice on.
    struct Step {
        std::string_view name;    // of a member; "" for an element
        std::int64_t index = 0;   // of an element: its member "index", else its place
    };
    std::string_view raw;                          // without its quotes
    std::size_t choice = 0;                        // index in choices(), where is_of_choice
    std::uint32_t path_begin = 0, path_size = 0;   // in path(); only of what comes in pieces
    bool is_of_choice = false;
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
    static constexpr std::uint32_t depth_max = 128;

    // Checks that `json` is one JSON text and finds its pieces. With `is_stream` texts of a delta come in pieces. False when it
    // is not JSON, or too deep: what was found until then means nothing.
    bool read(std::string_view json, bool is_stream);
    [[nodiscard]] const std::vector<Piece>& pieces() const { return pieces_; }
    [[nodiscard]] const std::vector<ChoiceSeen>& choices() const { return choices_; }
    [[nodiscard]] std::span<const Piece::Step> path(const Piece& piece) const {
        return std::span(steps_).subspan(piece.path_begin, piece.path_size);
    }
    [[nodiscard]] bool has_error() const { return has_error_; }
    [[nodiscard]] std::size_t bytes_held() const {
        return pieces_.capacity() * sizeof(Piece) + choices_.capacity() * sizeof(ChoiceSeen) +
               steps_.capacity() * sizeof(Piece::Step);
    }
    // As dialect::openai::read_facts() would read them.
    [[nodiscard]] dialect::openai::AnswerFacts facts() const;

private:
    using Walk = wire::json::Walk<wire::json::FastKernel>;
    static constexpr std::size_t path_max = 10;
    // Where the walk stands. There is no path outside of a choice's text.
    struct Place {
        std::uint32_t path_size = 0;
        bool is_of_choice = false;
    };
    bool root_member(Walk& walk, std::string_view name);
    bool all_choices(Walk& walk);
    bool choice_member(Walk& walk, std::string_view name, ChoiceSeen& seen);
    bool value(Walk& walk, std::string_view name);
    bool elements(Walk& walk, std::string_view name);
    void add_step(std::string_view name, std::int64_t index);
    void string(std::string_view name, std::string_view text);

    std::string_view json_;
    std::vector<Piece> pieces_;
    std::vector<ChoiceSeen> choices_;
    std::vector<Piece::Step> steps_;   // of the pieces, one path behind the other
    std::array<Piece::Step, path_max> path_{};
    Place place_{};
    wire::json::Once usage_, model_, tier_;
    std::uint32_t depth_ = 0;
    bool is_stream_ = false, has_error_ = false;
};

// What stands around a text inside its choice: "delta":{"content":" and "}.
void append_around(std::span<const Piece::Step> path, std::string& open, std::string& close);

}   // namespace gilmok::guard
