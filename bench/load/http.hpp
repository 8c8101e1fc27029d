// One HTTP/1 message from bytes as they come: head, then a body by Content-Length, chunks or end of connection. Strict
// where a wrong framing must be noticed (the fault driver relies on it), and otherwise only as complete as the benches need.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace load {

class MessageReader {
public:
    enum class State { head, length, chunk_size, chunk_data, chunk_end, trailer, until_close, done, bad };

    explicit MessageReader(bool is_request) : is_request_(is_request) {}
    void reset();

    // Takes what belongs to this message and returns how many bytes that was; body bytes go to on_body(string_view) as
    // they come, without framing. After done or bad nothing more is taken.
    template <class OnBody>
    std::size_t feed(std::string_view bytes, OnBody&& on_body) {
        std::size_t used = 0;
        while (used < bytes.size() && state_ != State::done && state_ != State::bad)
            used += step(bytes.substr(used), on_body);
        return used;
    }
    // The connection ended. True when the message is whole.
    bool finish();

    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] bool is_done() const { return state_ == State::done; }
    [[nodiscard]] bool is_bad() const { return state_ == State::bad; }
    [[nodiscard]] bool is_idle() const { return state_ == State::head && head_.empty(); }
    [[nodiscard]] int status() const { return status_; }   // of a response
    [[nodiscard]] bool has_head() const { return has_head_; }
    [[nodiscard]] bool closes() const { return closes_; }   // "Connection: close", or framed by the close
    [[nodiscard]] const std::string& head() const { return head_; }
    // Value of a header, "" when absent; names in lower case.
    [[nodiscard]] std::string_view header(std::string_view name) const;

private:
    template <class OnBody>
    std::size_t step(std::string_view bytes, OnBody&& on_body) {
        if (state_ != State::length && state_ != State::chunk_data && state_ != State::until_close)
            return step_framing(bytes);
        const std::size_t take = state_ == State::until_close
                                     ? bytes.size()
                                     : static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), left_));
        on_body(bytes.substr(0, take));
        if (state_ == State::until_close) return take;
        left_ -= take;
        if (left_ == 0) state_ = state_ == State::length ? State::done : State::chunk_end;
        return take;
    }
    std::size_t step_framing(std::string_view bytes);
    void end_head();
    void end_line();

    bool is_request_;
    State state_ = State::head;
    std::string head_;
    std::string line_;
    std::uint64_t left_ = 0;
    int status_ = 0;
    bool has_head_ = false;
    bool closes_ = false;
};

}   // namespace load
