// The organisation's own patterns, run by Hyperscan: all of them in one pass, in time that grows with the text only.
// What cannot run so (backreferences, lookaround) is refused when the configuration is checked, never at run time.
// Syntax: PCRE as Hyperscan's developer reference, "Pattern Support", lists it. A pattern sees UTF-8 characters; \w, \d and
// \s are Unicode's, but in a pattern with \b or \B they are ASCII's. Overlapping matches of one pattern are one
// finding, because the engine reports each possible end.
// Immutable after compile(): shared by all shards; the scratch is the caller's.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "config/snapshot.hpp"
#include "guard/detector.hpp"
#include "guard/matcher.hpp"

namespace gilmok::guard {

struct PatternProblem {
    std::size_t pattern = 0;   // index
    std::size_t column = 0;    // byte of the regex, from 1; 0 = all of it
    std::string text;          // what, why and how to mend it
};

class Patterns {
public:
    static constexpr std::size_t patterns_max = 256;
    static constexpr std::size_t regex_bytes_max = 1'024;
    static constexpr std::size_t repeat_max = 512;        // {m,n}; the engine unrolls them
    static constexpr std::size_t positions_max = 4'096;   // characters of one pattern with its repeats unrolled
    static constexpr std::size_t database_bytes_max = 64U << 20;
    static constexpr std::size_t words_max = 64;    // context words of a pattern, whole words within 300 characters
    static constexpr int score_without_word = 30;   // counted off when none of them is near

    using Made = tl::expected<std::shared_ptr<const Patterns>, std::vector<PatternProblem>>;
    // Tells all problems, not just the first. No patterns: one that finds nothing.
    static Made compile(std::span<const config::GuardPattern> patterns);
    ~Patterns();

    // Adds findings of kind `pattern`; `own` is the index + 1. False when the engine failed or found more than
    // findings_max: then nothing may leave.
    [[nodiscard]] bool scan(std::string_view text, DetectScratch& scratch, Sink& sink) const;
    [[nodiscard]] std::size_t count() const;

    struct Inside;
    explicit Patterns(std::unique_ptr<Inside> inside);   // for compile()

private:
    std::unique_ptr<Inside> inside_;
};

}   // namespace gilmok::guard
