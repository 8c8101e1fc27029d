#include "guard/digit_run.hpp"

#include <algorithm>
#include <cstring>

namespace gilmok::guard {

namespace {

bool is_digit(std::string_view text, std::size_t at) { return at < text.size() && text[at] >= '0' && text[at] <= '9'; }

std::size_t digits_end(std::string_view text, std::size_t at) {
    constexpr std::size_t most = 8;
    for (std::size_t count = most; count == most; at += count) count = digits_at(text, at);
    return at;
}

// The separator in front of the next group; `bytes` 0 when no group follows.
struct Separator {
    char what = 0;
    std::size_t bytes = 0;
};
Separator separator_at(std::string_view text, std::size_t at) {
    if (at >= text.size()) return {};
    const char c = text[at];
    constexpr std::string_view separators = " -./)(_~";
    if (separators.find(c) == std::string_view::npos) return {};
    if (is_digit(text, at + 1)) return {c, 1};
    const std::string_view rest = text.substr(at, 4);
    if ((c == ')' && (rest.substr(1, 1) == " " || rest.substr(1, 1) == "-")) || (c == ' ' && rest.substr(1, 1) == "("))
        return is_digit(text, at + 2) ? Separator{c == ' ' ? '(' : ')', 2} : Separator{};
    if (rest.starts_with(" - ") && is_digit(text, at + 3)) return {'-', 3};
    return {};
}

}   // namespace

DigitRun read_digit_run(std::string_view text, std::size_t at, std::size_t& next) {
    DigitRun run;
    run.begin = run.end = at;
    if (run.begin > 0 && text[run.begin - 1] == '(') --run.begin;
    if (run.begin > 0 && text[run.begin - 1] == '+') --run.begin;
    constexpr std::size_t most = 8;
    bool is_cut = false;
    Separator separator;
    for (std::size_t begin = at;;) {
        const std::size_t end = digits_end(text, begin);
        if (end - begin > DigitRun::digits_max) {   // no digit of it begins a run
            next = end;
            return run;
        }
        is_cut = run.groups_count == DigitRun::groups_max || run.digits_count + (end - begin) > DigitRun::digits_max;
        if (is_cut) break;
        DigitRun::Group& group = run.groups[run.groups_count];
        group = {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end), run.digits_count,
                 static_cast<std::uint8_t>(end - begin), separator.what};
        ++run.groups_count;
        const char* const from = text.data() + begin;
        char* const to = run.digits.data() + run.digits_count;
        // Groups are short: a fixed number of bytes is copied without a call, and what stands behind is written over or not read.
        if (begin + most <= text.size() && run.digits_count + most <= DigitRun::digits_max && end - begin <= most)
            std::memcpy(to, from, most);
        else
            std::copy(from, from + (end - begin), to);
        run.digits_count = static_cast<std::uint8_t>(run.digits_count + (end - begin));
        run.end = end;
        separator = separator_at(text, end);
        if (separator.bytes == 0) break;
        begin = end + separator.bytes;
    }
    // At a cut the later half is read once more with what follows; one group alone cannot be halved.
    next = is_cut && run.groups_count > 1 ? run.groups[(run.groups_count + 1U) / 2U].begin : run.end;
    return run;
}

}   // namespace gilmok::guard
