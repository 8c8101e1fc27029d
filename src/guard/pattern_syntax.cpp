#include "guard/pattern_syntax.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "base/text.hpp"

namespace gilmok::guard {

namespace {

constexpr std::size_t depth_max = 64;

struct Refused {
    std::string_view form, why;
};
// PCRE's constructs that look back or around. Longer forms first.
constexpr std::array<Refused, 13> refused_groups{{
    {"(?<=", "lookbehind cannot run in linear time; put what stands before into the pattern, or into `words`"},
    {"(?<!", "lookbehind cannot run in linear time; leave it out, or use \\b for a word's edge"},
    {"(?=", "lookahead cannot run in linear time; put what stands behind into the pattern, or into `words`"},
    {"(?!", "lookahead cannot run in linear time; leave it out, or use \\b for a word's edge"},
    {"(?>", "an atomic group depends on the order of attempts; write (?: instead"},
    {"(?|", "branch reset belongs to captures; write (?: instead"},
    {"(?(", "a condition on what was matched before cannot run in linear time; write both cases with |"},
    {"(?R", "recursion cannot run in linear time; write out as many levels as you need"},
    {"(?&", "recursion cannot run in linear time; write out as many levels as you need"},
    {"(?P>", "recursion cannot run in linear time; write out as many levels as you need"},
    {"(?P=", "a backreference cannot run in linear time; repeat the form itself instead"},
    {"(?C", "callouts are not known here; leave it out"},
    {"(*", "verbs of backtracking are not known here; leave it out"},
}};

// Walks over a regex, counting what it unrolls to: each group's size, multiplied by its repeats.
class Walker {
public:
    Walker(std::string_view regex, std::size_t repeat_max, std::size_t positions_max)
        : regex_(regex), repeat_max_(repeat_max), positions_max_(positions_max) {}

    std::optional<SyntaxProblem> walk() {
        while (at_ < regex_.size() && !problem_) step();
        return problem_;
    }

private:
    void fail(std::size_t at, std::string_view text) {
        if (!problem_) problem_ = SyntaxProblem{at + 1, std::string(text)};
    }

    void step() {
        const std::size_t begin = at_;
        const char c = regex_[at_];
        if (c == '\\') return escape(begin);
        if (c == '[') return set(begin);
        if (c == '(') return open(begin);
        if (c == ')') return close(begin);
        ++at_;
        if (c == '|' || c == '^' || c == '$') return;
        atom(begin, 1);
    }

    void escape(std::size_t begin) {
        const char c = begin + 1 < regex_.size() ? regex_[begin + 1] : '\0';
        at_ = std::min(regex_.size(), begin + 2);
        if ((c >= '1' && c <= '9') || c == 'k' || c == 'g')
            return fail(begin, "a backreference cannot run in linear time; repeat the form itself instead");
        if (c == 'Q') {
            const std::size_t end = regex_.find("\\E", at_);
            const std::size_t size = std::min(end, regex_.size()) - at_;
            at_ = end == std::string_view::npos ? regex_.size() : end + 2;
            return atom(begin, std::max<std::size_t>(size, 1));
        }
        if (c == 'G' || c == 'K' || c == 'X' || c == 'C' || c == 'R')
            return fail(begin, "\\G, \\K, \\X, \\C and \\R are not known here; write the characters that you mean");
        if (c == 'p' || c == 'P' || c == 'x') skip_braces();
        atom(begin, 1);
    }

    void skip_braces() {
        if (at_ >= regex_.size() || regex_[at_] != '{') return;
        const std::size_t end = regex_.find('}', at_);
        at_ = end == std::string_view::npos ? regex_.size() : end + 1;
    }

    void set(std::size_t begin) {
        ++at_;
        if (at_ < regex_.size() && regex_[at_] == '^') ++at_;
        if (at_ < regex_.size() && regex_[at_] == ']') ++at_;   // first, it is one of the set
        while (at_ < regex_.size() && regex_[at_] != ']') {
            const std::size_t class_end =
                regex_.substr(at_).starts_with("[:") ? regex_.find(":]", at_) : std::string_view::npos;
            at_ = class_end != std::string_view::npos ? class_end + 2 : at_ + (regex_[at_] == '\\' ? 2 : 1);
        }
        if (at_ >= regex_.size()) return fail(begin, "this set is not closed; add ]");
        ++at_;
        atom(begin, 1);
    }

    void open(std::size_t begin) {
        const std::string_view rest = regex_.substr(begin);
        for (const Refused& refused : refused_groups)
            if (rest.starts_with(refused.form)) return fail(begin, refused.why);
        if (rest.size() > 2 && rest[1] == '?' && rest[2] >= '0' && rest[2] <= '9')
            return fail(begin, "recursion cannot run in linear time; write out as many levels as you need");
        if (rest.starts_with("(?#")) {
            const std::size_t end = regex_.find(')', begin);
            at_ = end == std::string_view::npos ? regex_.size() : end + 1;
            return;
        }
        if (opened_.size() == depth_max) return fail(begin, "more than 64 groups inside each other; flatten it");
        opened_.push_back({begin, size_});
        size_ = 0;
        ++at_;
        if (!rest.starts_with("(?")) return;
        // Flags and names: up to where the group's inside begins.
        const std::size_t end = regex_.find_first_of(":>)'", begin + 2);
        at_ = end == std::string_view::npos ? regex_.size() : regex_[end] == ')' ? end : end + 1;
    }

    void close(std::size_t begin) {
        if (opened_.empty()) return fail(begin, "this ) closes nothing; write \\) for the character");
        const Opened opened = opened_.back();
        opened_.pop_back();
        const std::size_t inside = std::max<std::size_t>(size_, 1);
        size_ = opened.size_before;
        ++at_;
        atom(opened.begin, inside);
    }

    // What was just read, `size` positions, and the quantifier behind it.
    void atom(std::size_t begin, std::size_t size) {
        std::size_t times = 1;
        if (at_ < regex_.size() && regex_[at_] == '{') times = braces();
        if (problem_) return;
        if (at_ < regex_.size() && (regex_[at_] == '*' || regex_[at_] == '+' || regex_[at_] == '?')) {
            ++at_;
            if (at_ < regex_.size() && regex_[at_] == '+')
                return fail(at_, "a possessive repeat depends on the order of attempts; leave out the second +");
            if (at_ < regex_.size() && regex_[at_] == '?') ++at_;
        }
        size_ += size * times;
        if (size_ > positions_max_)
            fail(begin, "its repeats unroll to more than " + std::to_string(positions_max_) +
                            " characters; make them smaller");
    }

    // {m}, {m,}, {m,n}: how often at most the engine unrolls it. Other braces are characters.
    std::size_t braces() {
        const std::size_t begin = at_, end = regex_.find('}', at_);
        if (end == std::string_view::npos) return ++at_, 1;
        const std::string_view inside = regex_.substr(begin + 1, end - begin - 1);
        const std::size_t comma = inside.find(',');
        const auto least = parse_u64(inside.substr(0, comma));
        if (!least) return ++at_, 1;
        const std::string_view second = comma == std::string_view::npos ? std::string_view() : inside.substr(comma + 1);
        const auto most = second.empty() ? least : parse_u64(second);
        if (!most) return ++at_, 1;
        at_ = end + 1;
        const std::uint64_t times = std::max(*least, *most);
        if (times > repeat_max_) {
            fail(begin, "a repeat of more than " + std::to_string(repeat_max_) + "; make it smaller, or write + or *");
            return 1;
        }
        if (at_ < regex_.size() && regex_[at_] == '+')
            fail(at_, "a possessive repeat depends on the order of attempts; leave out the +");
        return std::max<std::size_t>(static_cast<std::size_t>(times), 1);
    }

    struct Opened {
        std::size_t begin = 0, size_before = 0;
    };
    std::string_view regex_;
    std::size_t repeat_max_, positions_max_;
    std::size_t at_ = 0, size_ = 0;
    std::vector<Opened> opened_;
    std::optional<SyntaxProblem> problem_;
};

}   // namespace

std::optional<SyntaxProblem> look_at_syntax(std::string_view regex, std::size_t repeat_max, std::size_t positions_max) {
    return Walker(regex, repeat_max, positions_max).walk();
}

}   // namespace gilmok::guard
