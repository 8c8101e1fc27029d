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
        const char* const begin = at_ + 1;
        if (const char* const stop = usual_name_end(at_); stop != nullptr) [[likely]] {
            raw = {begin, static_cast<std::size_t>(stop - begin)};
            at_ = stop + 2;
            return true;
        }
        return long_name(raw);
    }

    // Checks one value, which begins here. Short words and counts are read in line.
    [[gnu::always_inline]] bool value(Value& found) {
        const char* const begin = at_;
        if (begin != end_)
            if (const char* const behind = usual_value_end(begin); behind != nullptr) {
                found.type = *begin == '"' ? Type::string : Type::number;
                found.text = {begin, static_cast<std::size_t>(behind - begin)};
                at_ = behind;
                return true;
            }
        return other_value(found);
    }

private:
    static constexpr std::string_view cut_off = "the text ends too early";
    static constexpr std::string_view not_a_value =
        "a value is none of string, number, object, array, true, false, null";
    static constexpr std::string_view comma_of_members = "a comma or a closing brace must follow a member";
    static constexpr std::string_view comma_of_elements = "a comma or a closing bracket must follow an element";

    [[gnu::noinline]] bool other_value(Value& found) {
        const char* const begin = at_;
        if (is_at_end()) return refuse(cut_off);
        const char c = *begin;
        if (c == '"') {
            found.type = Type::string;
            if (!long_string()) return false;
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
            if (is_at_lone_comma(at_)) {
                ++at_;
                continue;
            }
            space();
            if (is_at(closing)) return leave(), true;
            if (!take(',', comma)) return false;
            space();
        }
    }

    // As programs write it: what follows stands right behind the comma.
    [[nodiscard]] bool is_at_lone_comma(const char* at) const {
        return end_ - at > 1 && *at == ',' && static_cast<unsigned char>(at[1]) > ' ';
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
        at_ = digits_end(begin);
        return at_ != begin || refuse(is_at_end() ? cut_off : problem);
    }
    // With a pointer of its own: through one to bytes at_ itself might be read, for all the compiler knows.
    const char* digits_end(const char* at) const {
        while (at != end_ && is_digit(*at)) ++at;
        return at;
    }

    bool number() {
        const char* const whole = at_ + (*at_ == '-' ? 1 : 0);
        const char* const behind = digits_end(whole);
        at_ = behind;
        if (behind == whole) return refuse(is_at_end() ? cut_off : "a number lacks its digits");
        if (*whole == '0' && behind - whole != 1) {
            at_ = whole + 1;
            return refuse("a number begins with a needless 0");
        }
        if (behind == end_ || (*behind != '.' && *behind != 'e' && *behind != 'E')) return true;
        return fraction_and_exponent();
    }

    [[gnu::noinline]] bool fraction_and_exponent() {
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

    // The closing quote of a name as programs write it, or null, which says nothing.
    [[gnu::always_inline]] const char* usual_name_end(const char* at) const {
        if (at == end_ || *at != '"') return nullptr;
        const char* const stop = Kernel::short_end(at + 1, end_);
        const bool is_usual =
            stop != nullptr && end_ - stop > 2 && stop[1] == ':' && static_cast<unsigned char>(stop[2]) > ' ';
        return is_usual ? stop : nullptr;
    }

    // Behind a number without sign, fraction and exponent, with a comma or a bracket right behind it; else null, which says
    // nothing. There is a byte at `at`.
    [[gnu::always_inline]] const char* usual_number_end(const char* at) const {
        if (!is_digit(*at)) return nullptr;
        const char* const behind = digits_end(at + 1);
        if (behind == end_ || (*behind != ',' && *behind != '}' && *behind != ']')) return nullptr;
        return *at == '0' && behind - at != 1 ? nullptr : behind;
    }

    // With a pointer of its own all the way, for it is the inner loop: at_ is set before whoever goes by it.
    bool container() {
        const std::uint32_t outside = depth_;
        const char* at = at_;
        while (true) {
            if (*at == '{' || *at == '[') {
                at_ = at;
                if (!enter()) return false;
                at = at_;
                if (at == end_ || *at != closing()) {
                    if (!before_value(at)) return false;
                    continue;
                }
                ++at;
                pop();
            } else if (const char* const behind = usual_value_end(at); behind != nullptr) {
                at = behind;
            } else {
                at_ = at;
                if (*at == '"' ? !long_string() : !plain()) return false;
                at = at_;
            }
            if (!after_value(at, outside)) return false;
            if (depth_ == outside) {
                at_ = at;
                return true;
            }
        }
    }

    [[gnu::always_inline]] const char* usual_value_end(const char* at) const {
        if (*at != '"') return usual_number_end(at);
        const char* const stop = Kernel::short_end(at + 1, end_);
        return stop != nullptr ? stop + 1 : nullptr;
    }

    [[nodiscard]] char closing() const { return in_object() ? '}' : ']'; }

    // At what precedes a value inside an array or object; ends at a byte that the value begins with.
    [[gnu::always_inline]] bool before_value(const char*& at) {
        if (in_object()) {
            if (const char* const stop = usual_name_end(at); stop != nullptr) [[likely]] {
                at = stop + 2;
                return true;
            }
            std::string_view ignored;
            at_ = at;
            if (!long_name(ignored)) return false;
            at = at_;
        }
        return at != end_ || refuse_at(at, cut_off);
    }

    // Closes what ends here; ends at the next value or outside.
    [[gnu::always_inline]] bool after_value(const char*& at, std::uint32_t outside) {
        while (depth_ != outside) {
            if (is_at_lone_comma(at)) {
                ++at;
                return before_value(at);
            }
            at = Kernel::space_end(at, end_);
            if (at == end_) return refuse_at(at, cut_off);
            if (*at == ',') {
                at = Kernel::space_end(at + 1, end_);
                return before_value(at);
            }
            if (*at != closing()) return refuse_at(at, in_object() ? comma_of_members : comma_of_elements);
            ++at;
            pop();
        }
        return true;
    }

    [[gnu::noinline]] bool refuse_at(const char* at, std::string_view problem) {
        at_ = at;
        return refuse(problem);
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
