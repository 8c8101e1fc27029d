// Terms of the organisation: project names, customers, code words. Aho-Corasick over bytes, so that a million terms cost
// one pass. ASCII letters match without regard to case; all else as the guard's view of it reads (guard/view.hpp).
// File: UTF-8, one term a line, spaces around it ignored, '#' begins a comment line. Signed with Ed25519 (RFC 8032) over the
// file's bytes, so that whoever can write the file but does not hold the key cannot empty it unnoticed.
// Immutable after build(): shared by all shards.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "guard/detector.hpp"
#include "guard/matcher.hpp"

namespace gilmok::guard {

class Dictionary {
public:
    static constexpr std::size_t terms_max = 1'000'000;   // of all dictionaries together
    static constexpr std::size_t file_bytes_max = 64U << 20;
    static constexpr std::size_t term_bytes_max = 256;
    static constexpr std::size_t term_bytes_min = 2;       // a single letter would be found everywhere
    static constexpr std::size_t nodes_max = 24'000'000;   // of the automaton, 16 bytes each
    static constexpr std::size_t dictionaries_max = 255;

    struct Source {
        std::string_view name;         // for problems
        std::string_view terms;        // the file's bytes
        std::string_view signature;    // the signature file's bytes: base64 of 64 bytes
        std::string_view public_key;   // base64 of 32 bytes; "" = not signed
        std::uint32_t score = 85;
        bool is_whole_word = true;
    };
    using Made = tl::expected<std::shared_ptr<const Dictionary>, std::string>;   // or what is wrong, in people's words
    static Made build(std::span<const Source> sources);
    ~Dictionary();

    // Adds findings of kind `term`; `own` is the source's index + 1. Overlapping terms of one source are one finding. False
    // when there are more than findings_max: then nothing may leave.
    [[nodiscard]] bool scan(std::string_view text, DetectScratch& scratch, Sink& sink) const;
    [[nodiscard]] std::size_t terms_count() const;
    // Steps that scan() takes: what tests hold against the text's length.
    [[nodiscard]] std::size_t steps_of(std::string_view text) const;

    struct Inside;
    explicit Dictionary(std::unique_ptr<Inside> inside);   // for build()

private:
    std::unique_ptr<Inside> inside_;
};

}   // namespace gilmok::guard
