// Whether one of some words stands near a match, for matches that come in their order: two cursors go over the text once, so that
// many matches cost no more than a few. Pure but for the cursors, which belong to one scan of one text.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace gilmok::guard {

// Immutable: shared by all shards. A word whose first or last character is an ASCII letter or digit is whole on that side.
class ContextWords {
public:
    explicit ContextWords(const std::vector<std::string>& words);
    [[nodiscard]] bool is_empty() const { return words_.empty(); }
    [[nodiscard]] std::size_t bytes_max() const { return bytes_max_; }
    // The first place in [from, to) at which a word begins that ends by `to`; `to` for none.
    [[nodiscard]] std::size_t find(std::string_view text, std::size_t from, std::size_t to) const;
    // Bytes of the word that begins at `at` and ends by `to`, or 0.
    [[nodiscard]] std::size_t word_at(std::string_view text, std::size_t at, std::size_t to) const;

private:
    std::vector<std::string> words_;   // ASCII in lower case
    std::array<bool, 256> is_first_{};
    std::size_t bytes_max_ = 0;
};

struct WordCursor {
    std::size_t left_to = 0, left_last = 0;   // searched up to; where the last word in it ends
    bool has_left = false;
    std::size_t right_next = 0, right_to = 0;   // the next word's begin; searched up to
    bool has_right = false;
    // Whether a word stands within `characters` of [begin, end), on either side. `begin` and `end` do not fall from call to call.
    bool is_near(const ContextWords& words, std::string_view text, std::size_t begin, std::size_t end,
                 std::size_t characters);
};

}   // namespace gilmok::guard
