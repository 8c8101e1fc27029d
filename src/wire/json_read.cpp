// Reading values that stand in a checked text: json.hpp's Cursor and what turns a value into ours.
#include <charconv>

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

// Four hex digits that were checked.
std::uint32_t hex4(std::string_view digits) {
    std::uint32_t number = 0;
    std::from_chars(digits.data(), digits.data() + 4, number, 16);
    return number;
}

void append_code_point(std::string& out, std::uint32_t code_point) {
    const auto add = [&](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
    if (code_point < 0x80) {
        add(code_point);
    } else if (code_point < 0x800) {
        add(0xc0 | (code_point >> 6));
        add(0x80 | (code_point & 0x3f));
    } else if (code_point < 0x10000) {
        add(0xe0 | (code_point >> 12));
        add(0x80 | ((code_point >> 6) & 0x3f));
        add(0x80 | (code_point & 0x3f));
    } else {
        add(0xf0 | (code_point >> 18));
        add(0x80 | ((code_point >> 12) & 0x3f));
        add(0x80 | ((code_point >> 6) & 0x3f));
        add(0x80 | (code_point & 0x3f));
    }
}

// The code point of the "\uXXXX" at the front of `rest`, with the second half of a pair; `used` is what it took.
std::uint32_t take_unicode_escape(std::string_view rest, std::size_t& used) {
    constexpr std::uint32_t replacement = 0xfffd;
    const std::uint32_t first = hex4(rest.substr(2));
    used = 6;
    if (first < 0xd800 || first > 0xdfff) return first;
    if (first > 0xdbff || rest.size() < 12 || rest[6] != '\\' || rest[7] != 'u') return replacement;
    const std::uint32_t second = hex4(rest.substr(8));
    if (second < 0xdc00 || second > 0xdfff) return replacement;
    used = 12;
    return 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
}

char plain_escape(char letter) {
    switch (letter) {
        case 'b': return '\b';
        case 'f': return '\f';
        case 'n': return '\n';
        case 'r': return '\r';
        case 't': return '\t';
        default: return letter;
    }
}

}  // namespace

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
    if (value.type != Type::string || value.text.size() < 2) return false;
    std::string_view rest = value.text.substr(1, value.text.size() - 2);
    const std::size_t begin = out.size();
    while (!rest.empty()) {
        const std::size_t plain_bytes = std::min(rest.find('\\'), rest.size());
        if (out.size() - begin + plain_bytes > bytes_max) return false;
        out.append(rest.substr(0, plain_bytes));
        rest.remove_prefix(plain_bytes);
        if (rest.empty()) break;
        if (escape_end(rest.data(), rest.data() + rest.size()) == nullptr) return false;
        std::size_t used = 2;
        if (rest[1] == 'u')
            append_code_point(out, take_unicode_escape(rest, used));
        else
            out.push_back(plain_escape(rest[1]));
        rest.remove_prefix(used);
    }
    return out.size() - begin <= bytes_max;
}

bool to_i64(const Value& value, std::int64_t& number) {
    if (value.type != Type::number) return false;
    std::int64_t read = 0;
    const char* const end = value.text.data() + value.text.size();
    const auto [stop, problem] = std::from_chars(value.text.data(), end, read);
    if (problem != std::errc{} || stop != end) return false;
    number = read;
    return true;
}

}  // namespace gilmok::wire::json
