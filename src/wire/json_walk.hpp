// The walk over a JSON text behind json.hpp: grammar and depth, without recursion, so that a hostile text cannot choose
// how much of the C stack we use. Never reads outside the text, checked or not. For wire/ itself, and for
// loops that run for every token or answer; everybody else wants json.hpp.
#pragma once

#include <array>
#include <cstring>

#include "wire/json.hpp"
#include "wire/json_string.hpp"

namespace gilmok::wire::json {

inline constexpr std::uint32_t depth_limit = 1024;

template <class Kernel>
class Walk {
public:
    // With `checks_utf8`, text from the first byte above 0x7f on is validated, once.
    Walk(std::string_view text, std::uint32_t depth_max, bool checks_utf8)
        : at_(text.data()),
          end_(text.data() + text.size()),
          depth_max_(depth_max < depth_limit ? depth_max : depth_limit),
          is_utf8_known_(!checks_utf8) {}

    [[nodiscard]] const char* at() const { return at_; }
    [[nodiscard]] bool is_at_end() const { return at_ == end_; }
    [[nodiscard]] bool is_at(char c) const { return at_ != end_ && *at_ == c; }
    [[nodiscard]] Error error() const { return {code_, Fault::client, Retry::never, problem_}; }

    void space() { at_ = Kernel::space_end(at_, end_); }

    bool refuse(std::string_view problem, Code code = Code::bad_json) {
        problem_ = problem;
        code_ = code;
        return false;
    }

    // Past `c`, which must stand here.
    bool take(char c, std::string_view problem) {
        if (!is_at(c)) return refuse(is_at_end() ? cut_off : problem);
        ++at_;
        return true;
    }

    // The object that begins here. Calls `read` with each member's name, at its value, which it must walk over; where it
    // returns false the walk ends.
    template <class Read>
    bool members(Read read) {
        return inside('}', comma_of_members, [&] {
            std::string_view raw;
            return name(raw) && read(raw);
        });
    }
    // The same for the array that begins here: calls `read` at each element.
    template <class Read>
    bool elements(Read read) {
        return inside(']', comma_of_elements, read);
    }

    // A member's name, the colon and the white space around it. `raw` is without quotes. As programs write it, a short
    // name with the colon and the value right behind it, it is read in line: half of a request's strings are names.
    [[gnu::always_inline]] bool name(std::string_view& raw) {
        if (is_at('"')) {
            const char* const begin = at_ + 1;
            const char* const stop = Kernel::short_end(begin, end_);
            if (stop != nullptr && end_ - stop > 2 && stop[1] == ':' && static_cast<unsigned char>(stop[2]) > ' ') {
                raw = {begin, static_cast<std::size_t>(stop - begin)};
                at_ = stop + 2;
                return true;
            }
        }
        return long_name(raw);
    }

    // Checks one value, which begins here.
    bool value(Value& found) {
        const char* const begin = at_;
        if (is_at_end()) return refuse(cut_off);
        const char c = *at_;
        if (c == '"') {
            found.type = Type::string;
            if (!string()) return false;
        } else if (c == '{' || c == '[') {
            found.type = c == '{' ? Type::object : Type::array;
            if (!container()) return false;
        } else {
            found.type = c == 't' || c == 'f' ? Type::boolean : c == 'n' ? Type::null : Type::number;
            if (!plain()) return false;
        }
        found.text = {begin, static_cast<std::size_t>(at_ - begin)};
        return true;
    }

private:
    static constexpr std::string_view cut_off = "the text ends too early";
    static constexpr std::string_view not_a_value =
        "a value is none of string, number, object, array, true, false, null";
    static constexpr std::string_view comma_of_members = "a comma or a closing brace must follow a member";
    static constexpr std::string_view comma_of_elements = "a comma or a closing bracket must follow an element";

    bool enter() {
        if (depth_ >= depth_max_) return refuse("arrays and objects are nested too deeply", Code::json_too_deep);
        push(*at_ == '{');
        ++at_;
        space();
        return true;
    }
    void leave() {
        ++at_;
        pop();
    }

    // Calls `read` at each thing between the brackets that begin here.
    template <class Read>
    [[gnu::always_inline]] bool inside(char closing, std::string_view comma, Read read) {
        if (!enter()) return false;
        if (is_at(closing)) return leave(), true;
        while (true) {
            if (!read()) return false;
            space();
            if (is_at(closing)) return leave(), true;
            if (!take(',', comma)) return false;
            space();
        }
    }

    [[gnu::noinline]] bool long_name(std::string_view& raw) {
        if (!is_at('"')) return refuse(is_at_end() ? cut_off : "a member name must be a string in double quotes");
        const char* const begin = at_ + 1;
        if (!string()) return false;
        raw = {begin, static_cast<std::size_t>(at_ - 1 - begin)};
        space();
        if (!take(':', "a colon must follow a member name")) return false;
        space();
        return true;
    }

    // The innermost 64 containers are one word, the latest in its lowest bit; words further out wait in outer_.
    void push(bool is_object) {
        if (depth_ % 64 == 0 && depth_ != 0) [[unlikely]]
            outer_[depth_ / 64 - 1] = kinds_;
        kinds_ = (kinds_ << 1) | static_cast<std::uint64_t>(is_object);
        ++depth_;
    }
    void pop() {
        --depth_;
        kinds_ >>= 1;
        if (depth_ % 64 == 0 && depth_ != 0) [[unlikely]]
            kinds_ = outer_[depth_ / 64 - 1];
    }
    [[nodiscard]] bool in_object() const { return (kinds_ & 1) != 0; }

    bool string() {
        if (const char* const stop = Kernel::short_end(at_ + 1, end_); stop != nullptr) {
            at_ = stop + 1;
            return true;
        }
        return long_string();
    }

    // Apart, so that a name or a short word is passed over in line.
    [[gnu::noinline]] bool long_string() {
        const StringEnd found = Kernel::long_end(at_ + 1, end_, is_ascii_);
        if (!found.is_whole || !(is_ascii_ || is_utf8_known_)) [[unlikely]]
            return unusual_string(found);
        at_ = found.stop + 1;
        return true;
    }

    [[gnu::noinline]] bool unusual_string(StringEnd found) {
        if (!is_ascii_ && !is_utf8_known_) {
            // Everything before was ASCII, so a character begins here and the rest can be checked in one go.
            const std::string_view rest(at_, static_cast<std::size_t>(end_ - at_));
            if (!Kernel::is_text(rest)) {
                std::size_t valid_bytes = 0;
                static_cast<void>(is_utf8_scalar(rest, valid_bytes));
                at_ += valid_bytes;
                return refuse("the text is not UTF-8");
            }
            is_utf8_known_ = true;
        }
        at_ = found.stop;
        if (!found.is_whole) {
            if (is_at_end()) return refuse(cut_off);
            return refuse(*at_ == '\\' ? "a string holds an escape that JSON does not know"
                                       : "a string holds a control byte; write it as an escape");
        }
        ++at_;
        return true;
    }

    bool literal(std::string_view word) {
        if (static_cast<std::size_t>(end_ - at_) < word.size() || std::memcmp(at_, word.data(), word.size()) != 0)
            return refuse(not_a_value);
        at_ += word.size();
        return true;
    }

    bool digits(std::string_view problem) {
        const char* const begin = at_;
        while (at_ != end_ && is_digit(*at_)) ++at_;
        return at_ != begin || refuse(is_at_end() ? cut_off : problem);
    }

    bool number() {
        if (*at_ == '-') ++at_;
        if (is_at('0')) {
            ++at_;
            if (at_ != end_ && is_digit(*at_)) return refuse("a number begins with a needless 0");
        } else if (!digits("a number lacks its digits")) {
            return false;
        }
        if (is_at('.')) {
            ++at_;
            if (!digits("a number lacks the digits of its fraction")) return false;
        }
        if (is_at('e') || is_at('E')) {
            ++at_;
            if (is_at('+') || is_at('-')) ++at_;
            if (!digits("a number lacks the digits of its exponent")) return false;
        }
        return true;
    }

    static bool is_digit(char c) { return c >= '0' && c <= '9'; }

    bool plain() {
        if (*at_ == '-' || is_digit(*at_)) return number();
        switch (*at_) {
            case 't': return literal("true");
            case 'f': return literal("false");
            case 'n': return literal("null");
            default: return refuse(not_a_value);
        }
    }

    bool container() {
        const std::uint32_t outside = depth_;
        while (true) {
            if (*at_ == '{' || *at_ == '[') {
                if (!enter()) return false;
                if (is_at(in_object() ? '}' : ']')) {
                    leave();
                } else if (!before_value()) {
                    return false;
                } else {
                    continue;
                }
            } else if (*at_ == '"') {
                if (!string()) return false;
            } else if (!plain()) {
                return false;
            }
            if (!after_value(outside)) return false;
            if (depth_ == outside) return true;
        }
    }

    // At what precedes a value inside an array or object; ends at a byte that the value begins with.
    bool before_value() {
        if (in_object()) {
            std::string_view ignored;
            if (!name(ignored)) return false;
        }
        return !is_at_end() || refuse(cut_off);
    }

    // Closes what ends here; ends at the next value or outside.
    bool after_value(std::uint32_t outside) {
        while (depth_ != outside) {
            space();
            if (is_at(',')) {
                ++at_;
                space();
                return before_value();
            }
            if (!is_at(in_object() ? '}' : ']')) {
                if (is_at_end()) return refuse(cut_off);
                return refuse(in_object() ? comma_of_members : comma_of_elements);
            }
            leave();
        }
        return true;
    }

    const char* at_;
    const char* const end_;
    const std::uint32_t depth_max_;
    std::uint32_t depth_ = 0;
    bool is_ascii_ = true;   // of the strings so far
    bool is_utf8_known_;
    Code code_ = Code::bad_json;
    std::string_view problem_{};
    std::uint64_t kinds_ = 0;                             // one bit for each open container: is it an object
    std::array<std::uint64_t, depth_limit / 64> outer_;   // not cleared before: most texts need none
};

}   // namespace gilmok::wire::json
