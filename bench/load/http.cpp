#include "http.hpp"

#include <algorithm>
#include <charconv>

namespace load {
namespace {

constexpr std::size_t head_bytes_max = 64 * 1024;
constexpr std::size_t line_bytes_max = 4096;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool same_name(std::string_view text, std::string_view name) {
    return text.size() == name.size() &&
           std::equal(text.begin(), text.end(), name.begin(), [](char a, char b) { return lower(a) == b; });
}

std::string_view trim(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
    return text;
}

bool read_number(std::string_view text, int base, std::uint64_t& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    return error == std::errc{} && end == text.data() + text.size() && !text.empty();
}

}   // namespace

void MessageReader::reset() {
    state_ = State::head;
    head_.clear();
    line_.clear();
    left_ = 0;
    status_ = 0;
    has_head_ = false;
    closes_ = false;
}

std::string_view MessageReader::header(std::string_view name) const {
    std::string_view rest = head_;
    while (!rest.empty()) {
        const std::size_t end = rest.find('\n');
        const std::string_view line = rest.substr(0, end);
        const std::size_t colon = line.find(':');
        if (colon != std::string_view::npos && same_name(line.substr(0, colon), name))
            return trim(line.substr(colon + 1));
        if (end == std::string_view::npos) break;
        rest.remove_prefix(end + 1);
    }
    return {};
}

std::size_t MessageReader::step_framing(std::string_view bytes) {
    if (state_ == State::head) {
        // The blank line may be cut anywhere, so look again from three bytes before the seam.
        const std::size_t before = head_.size();
        const std::size_t from = before > 3 ? before - 3 : 0;
        head_.append(bytes.substr(0, head_bytes_max));
        const std::size_t blank = head_.find("\r\n\r\n", from);
        if (blank == std::string::npos) {
            if (head_.size() > head_bytes_max) state_ = State::bad;
            return head_.size() - before;
        }
        head_.resize(blank + 4);
        end_head();
        return blank + 4 - before;
    }
    const std::size_t newline = bytes.find('\n');
    line_.append(bytes.substr(0, newline));
    if (newline == std::string_view::npos) {
        if (line_.size() > line_bytes_max) state_ = State::bad;
        return bytes.size();
    }
    end_line();
    return newline + 1;
}

void MessageReader::end_head() {
    if (!is_request_) {
        std::uint64_t status = 0;
        if (head_.size() < 13 || !head_.starts_with("HTTP/1.") ||
            !read_number(std::string_view(head_).substr(9, 3), 10, status)) {
            state_ = State::bad;
            return;
        }
        status_ = static_cast<int>(status);
        if (status_ >= 100 && status_ < 200) {   // an interim answer: the real one follows
            head_.clear();
            return;
        }
    }
    has_head_ = true;
    const std::string_view connection = header("connection");
    closes_ = same_name(connection, "close");
    const std::string_view encoding = header("transfer-encoding");
    const std::string_view length = header("content-length");
    if (!encoding.empty()) {
        state_ = same_name(encoding, "chunked") ? State::chunk_size : State::bad;
    } else if (!length.empty()) {
        state_ = read_number(length, 10, left_) ? (left_ == 0 ? State::done : State::length) : State::bad;
    } else if (is_request_ || status_ == 204 || status_ == 304) {
        state_ = State::done;
    } else {
        closes_ = true;
        state_ = State::until_close;
    }
}

void MessageReader::end_line() {
    const std::string_view line = trim(line_);
    switch (state_) {
        case State::chunk_size:
            if (!read_number(line.substr(0, line.find(';')), 16, left_))
                state_ = State::bad;
            else
                state_ = left_ == 0 ? State::trailer : State::chunk_data;
            break;
        case State::chunk_end: state_ = line.empty() ? State::chunk_size : State::bad; break;
        case State::trailer:
            if (line.empty()) state_ = State::done;
            break;
        case State::head:
        case State::length:
        case State::chunk_data:
        case State::until_close:
        case State::done:
        case State::bad: break;
    }
    line_.clear();
}

bool MessageReader::finish() {
    if (state_ == State::until_close) state_ = State::done;
    return state_ == State::done;
}

}   // namespace load
