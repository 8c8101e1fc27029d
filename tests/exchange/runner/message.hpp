// Reads HTTP/1.1 messages from raw bytes, leniently and on its own: what the gateway's parser got wrong, this one must
// not get wrong in the same way.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gilmok::exchange {

class Message {
public:
    enum class Kind : std::uint8_t { request, response };
    enum class State : std::uint8_t { head, body, done, broken };

    Message(Kind kind, bool answers_head) : kind_(kind), answers_head_(answers_head) {}

    // Takes bytes up to the end of the message; returns how many.
    std::size_t feed(std::string_view bytes);
    // The peer closed in order: the end of a body without a length, a cut for all others.
    void close();

    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] bool has_head() const { return state_ != State::head && !start_line_.empty(); }
    [[nodiscard]] const std::string& start_line() const { return start_line_; }
    [[nodiscard]] unsigned status() const;   // 0 when there is none
    [[nodiscard]] std::string method() const;
    [[nodiscard]] std::string target() const;
    // All values of that name, in order.
    [[nodiscard]] std::vector<std::string> values(std::string_view name) const;
    [[nodiscard]] const std::string& body() const { return body_; }
    [[nodiscard]] const std::string& complaint() const { return complaint_; }

private:
    enum class Framing : std::uint8_t { none, length, chunked, close };
    bool take_line(std::string_view& bytes);
    void take_head_line();
    void begin_body();
    void take_chunk_line();
    void fail(std::string complaint);

    Kind kind_;
    bool answers_head_;
    State state_ = State::head;
    Framing framing_ = Framing::none;
    std::string line_;
    std::string start_line_;
    std::vector<std::pair<std::string, std::string>> headers_;   // names in lower case
    std::string body_;
    std::uint64_t bytes_left_ = 0;
    enum class Chunk : std::uint8_t { size, data, data_end, trailer };
    Chunk chunk_ = Chunk::size;
    std::string complaint_;
};

// Server-sent events in a body: the block that begins at `at`, moved behind it. False when none is whole.
struct EventBlock {
    std::string name;
    std::string data;
    bool is_comment = false;   // no data line
};
bool next_event(std::string_view body, std::size_t& at, EventBlock& block);

// The exact JSON text at a path such as "choices.0.delta.content"; "" when there is none.
std::string json_at(std::string_view json, std::string_view path);

}   // namespace gilmok::exchange
