#include "message.hpp"

#include <algorithm>
#include <charconv>

#include "base/text.hpp"
#include "wire/json.hpp"

namespace gilmok::exchange {

std::size_t Message::feed(std::string_view bytes) {
    const std::size_t offered = bytes.size();
    while (!bytes.empty() && (state_ == State::head || state_ == State::body)) {
        const bool wants_line = state_ == State::head || (framing_ == Framing::chunked && chunk_ != Chunk::data);
        if (wants_line) {
            if (!take_line(bytes)) break;
            if (state_ == State::head)
                take_head_line();
            else
                take_chunk_line();
            line_.clear();
            continue;
        }
        const std::size_t most = framing_ == Framing::close
                                     ? bytes.size()
                                     : static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), bytes_left_));
        body_ += bytes.substr(0, most);
        bytes.remove_prefix(most);
        bytes_left_ -= framing_ == Framing::close ? 0 : most;
        if (framing_ == Framing::length && bytes_left_ == 0) state_ = State::done;
        if (framing_ == Framing::chunked && bytes_left_ == 0) chunk_ = Chunk::data_end;
    }
    return offered - bytes.size();
}

void Message::close() {
    if (state_ == State::body && framing_ == Framing::close) state_ = State::done;
    if (state_ == State::head || state_ == State::body) fail("closed in the middle");
}

bool Message::take_line(std::string_view& bytes) {
    const std::size_t end = bytes.find('\n');
    line_ += bytes.substr(0, end == std::string_view::npos ? bytes.size() : end);
    bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
    if (end == std::string_view::npos) return false;
    if (!line_.ends_with('\r'))
        fail("a line that does not end with CRLF");
    else
        line_.pop_back();
    return true;
}

void Message::take_head_line() {
    if (state_ != State::head) return;
    if (start_line_.empty()) {
        start_line_ = line_;
        if (kind_ == Kind::response && status() == 0) fail("not a status line: " + line_);
        return;
    }
    if (line_.empty()) return begin_body();
    const std::size_t colon = line_.find(':');
    if (colon == std::string::npos) return fail("a header line without a colon: " + line_);
    headers_.emplace_back(lowercase(std::string_view(line_).substr(0, colon)),
                          trim(std::string_view(line_).substr(colon + 1)));
}

void Message::begin_body() {
    const auto lengths = values("content-length");
    const auto codings = values("transfer-encoding");
    const unsigned code = status();
    state_ = State::body;
    if (answers_head_ || (kind_ == Kind::response && (code < 200 || code == 204 || code == 304))) {
        state_ = State::done;
    } else if (!codings.empty()) {
        if (codings.size() > 1 || lowercase(codings[0]) != "chunked" || !lengths.empty())
            return fail("framing that can be read in two ways");
        framing_ = Framing::chunked;
    } else if (!lengths.empty()) {
        const auto length = parse_u64(lengths[0]);
        if (lengths.size() > 1 || !length) return fail("content-length that can be read in two ways");
        framing_ = Framing::length;
        bytes_left_ = *length;
        if (bytes_left_ == 0) state_ = State::done;
    } else if (kind_ == Kind::request) {
        state_ = State::done;
    } else {
        framing_ = Framing::close;
    }
}

void Message::take_chunk_line() {
    if (state_ != State::body) return;
    switch (chunk_) {
        case Chunk::size: {
            std::uint64_t size = 0;
            const auto read = std::from_chars(line_.data(), line_.data() + line_.size(), size, 16);
            if (read.ec != std::errc{} || read.ptr != line_.data() + line_.size())
                return fail("not a chunk size: " + line_);
            bytes_left_ = size;
            chunk_ = size == 0 ? Chunk::trailer : Chunk::data;
            return;
        }
        case Chunk::data_end:
            if (!line_.empty()) return fail("no line end behind a chunk");
            chunk_ = Chunk::size;
            return;
        case Chunk::trailer:
            if (line_.empty()) state_ = State::done;
            return;
        case Chunk::data: return;
    }
}

void Message::fail(std::string complaint) {
    if (state_ == State::broken) return;
    state_ = State::broken;
    complaint_ = std::move(complaint);
}

unsigned Message::status() const {
    if (!start_line_.starts_with("HTTP/1.") || start_line_.size() < 12 || start_line_[8] != ' ') return 0;
    const auto code = parse_u64(std::string_view(start_line_).substr(9, 3));
    return code ? static_cast<unsigned>(*code) : 0;
}

std::string Message::method() const { return start_line_.substr(0, start_line_.find(' ')); }

std::string Message::target() const {
    const std::size_t begin = start_line_.find(' ');
    if (begin == std::string::npos) return {};
    return start_line_.substr(begin + 1, start_line_.find(' ', begin + 1) - begin - 1);
}

std::vector<std::string> Message::values(std::string_view name) const {
    const std::string wanted = lowercase(name);
    std::vector<std::string> found;
    for (const auto& [each, value] : headers_)
        if (each == wanted) found.push_back(value);
    return found;
}

bool next_event(std::string_view body, std::size_t& at, EventBlock& block) {
    const std::size_t lf = body.find("\n\n", at);
    const std::size_t crlf = body.find("\r\n\r\n", at);
    const std::size_t end = std::min(lf, crlf);
    if (end == std::string_view::npos) return false;
    std::string_view text = body.substr(at, end - at);
    at = end + (crlf < lf ? 4 : 2);
    block = {};
    bool has_data = false;
    while (!text.empty()) {
        const std::size_t line_end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, line_end);
        text.remove_prefix(std::min(line_end + 1, text.size()));
        if (line.ends_with('\r')) line.remove_suffix(1);
        const std::size_t colon = std::min(line.find(':'), line.size());
        std::string_view value = line.substr(std::min(colon + 1, line.size()));
        if (value.starts_with(' ')) value.remove_prefix(1);
        if (line.substr(0, colon) == "event") block.name = value;
        if (line.substr(0, colon) != "data") continue;
        if (has_data) block.data += '\n';
        block.data += value;
        has_data = true;
    }
    block.is_comment = !has_data;
    return true;
}

std::string json_at(std::string_view json, std::string_view path) {
    std::string_view text = json;
    while (!path.empty()) {
        const std::size_t dot = std::min(path.find('.'), path.size());
        const std::string_view part = path.substr(0, dot);
        path.remove_prefix(std::min(dot + 1, path.size()));
        wire::json::Cursor cursor(text);
        wire::json::Value value;
        bool found = false;
        const std::string_view inside = trim(text);
        if (inside.starts_with('[')) {
            const auto index = parse_u64(part);
            for (std::uint64_t i = 0; index && cursor.next_element(value); ++i)
                if (i == *index) {
                    found = true;
                    break;
                }
        } else {
            std::string_view name;
            while (!found && cursor.next_member(name, value)) found = name == part;
        }
        if (!found) return {};
        text = value.text;
    }
    return std::string(text);
}

}   // namespace gilmok::exchange
