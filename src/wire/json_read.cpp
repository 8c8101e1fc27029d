// Reading values that stand in a checked text: json.hpp's Cursor and what turns a value into ours.
#include <charconv>

#include "wire/json_unescape.hpp"
#include "wire/json_walk.hpp"

namespace gilmok::wire::json {

namespace {

// Behind what was read: at the next member or element, or at the end of the text when there is none.
bool begin_next(Walk<FastKernel>& walk, bool has_begun, char opening) {
    walk.space();
    if (!has_begun) {
        if (!walk.take(opening, {})) return false;
        walk.space();
        return !walk.is_at('}') && !walk.is_at(']');
    }
    if (!walk.take(',', {})) return false;
    walk.space();
    return true;
}

std::string_view from(const char* at, std::string_view rest) {
    return {at, static_cast<std::size_t>(rest.data() + rest.size() - at)};
}

}   // namespace

bool Cursor::next_member(std::string_view& name, Value& value) {
    Walk<FastKernel> walk(rest_, depth_limit, false);
    const bool is_there = begin_next(walk, has_begun_, '{') && walk.name(name) && walk.value(value);
    has_begun_ = true;
    rest_ = is_there ? from(walk.at(), rest_) : std::string_view{};
    return is_there;
}

bool Cursor::next_element(Value& value) {
    Walk<FastKernel> walk(rest_, depth_limit, false);
    const bool is_there = begin_next(walk, has_begun_, '[') && walk.value(value);
    has_begun_ = true;
    rest_ = is_there ? from(walk.at(), rest_) : std::string_view{};
    return is_there;
}

Value find(const Value& object, std::string_view name) {
    Cursor cursor(object);
    std::string_view candidate;
    Value value;
    while (cursor.next_member(candidate, value))
        if (candidate == name) return value;
    return {};
}

bool has_escape(std::string_view raw) { return raw.find('\\') != std::string_view::npos; }

bool append_unescaped(std::string& out, const Value& value, std::size_t bytes_max) {
    constexpr std::size_t escape_bytes_max = 6;   // of one byte of text: "\u0041"
    if (value.type != Type::string || value.text.size() < 2) return false;
    const std::string_view raw = value.text.substr(1, value.text.size() - 2);
    if (raw.size() / escape_bytes_max > bytes_max) return false;
    const std::size_t begin = out.size();
    return append_unescaped(out, raw) && out.size() - begin <= bytes_max;
}

bool to_i64(const Value& value, std::int64_t& number) {
    if (value.type != Type::number) return false;
    std::int64_t read = 0;
    // Most are counts of a few digits.
    constexpr std::size_t digits_max = 18;
    if (value.text.size() <= digits_max && value.text.front() != '-') {
        for (const char c : value.text) {
            if (c < '0' || c > '9') return false;
            read = read * 10 + (c - '0');
        }
        number = read;
        return true;
    }
    const char* const end = value.text.data() + value.text.size();
    const auto [stop, problem] = std::from_chars(value.text.data(), end, read);
    if (problem != std::errc{} || stop != end) return false;
    number = read;
    return true;
}

}   // namespace gilmok::wire::json
