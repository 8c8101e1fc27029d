// Hangul syllables in UTF-8, as the matchers of names and addresses walk over them. Nothing reads outside the text.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "guard/ascii.hpp"
#include "guard/hangul_anchors.hpp"

namespace gilmok::guard {

constexpr bool is_hangul_before(std::string_view text, std::size_t at) { return at >= 3 && is_hangul_at(text, at - 3); }

// Words of two to four syllables, looked up at once: asked for every word beside a title or a label, in lists of thousands. Made at
// compile time of a list of such words; `slots` is a power of two and twice as many as they are, or more.
template <std::size_t slots>
class HangulWordSet {
public:
    static constexpr std::size_t syllables_max = 4;
    // Sixteen bits a syllable, none of which is zero.
    static constexpr std::uint64_t with(std::uint64_t key, std::uint16_t syllable) {
        return key << 16U | (syllable + 1U);
    }
    static constexpr std::uint64_t key_of(std::span<const std::uint16_t> syllables) {
        std::uint64_t key = 0;
        for (const std::uint16_t syllable : syllables) key = with(key, syllable);
        return key;
    }
    constexpr explicit HangulWordSet(std::span<const std::string_view> words) {
        for (const std::string_view word : words) {
            std::uint64_t key = 0;
            for (std::size_t at = 0; at + 3 <= word.size(); at += 3) key = with(key, syllable_at(word, at));
            std::size_t slot = slot_of(key);
            while (keys_[slot] != 0) slot = (slot + 1) % slots;
            keys_[slot] = key;
        }
    }
    [[nodiscard]] constexpr bool has(std::uint64_t key) const {
        std::size_t slot = slot_of(key);
        while (keys_[slot] != 0 && keys_[slot] != key) slot = (slot + 1) % slots;
        return keys_[slot] != 0;
    }

private:
    static constexpr std::size_t slot_of(std::uint64_t key) {
        return static_cast<std::size_t>(key * 0x9E37'79B9'7F4A'7C15U >> 40U) % slots;
    }
    std::array<std::uint64_t, slots> keys_{};
};
template <std::size_t N>
constexpr bool are_hangul_words(const std::array<std::string_view, N>& words) {
    for (const std::string_view word : words) {
        if (word.size() < 6 || word.size() > 12) return false;
        for (std::size_t at = 0; at < word.size(); at += 3)
            if (!is_hangul_at(word, at)) return false;
    }
    return true;
}

// A run of syllables with nothing between. `is_whole` says that it ended by itself, not by the limit.
struct HangulWord {
    static constexpr std::size_t syllables_max = 12;
    std::size_t begin = 0, end = 0;
    std::array<std::uint16_t, syllables_max> syllables{};
    std::size_t count = 0;
    bool is_whole = false;
    [[nodiscard]] std::span<const std::uint16_t> all() const { return {syllables.data(), count}; }
};
inline HangulWord hangul_word_from(std::string_view text, std::size_t begin) {
    HangulWord word{.begin = begin, .end = begin};
    while (word.count < HangulWord::syllables_max && is_hangul_at(text, word.end)) {
        word.syllables[word.count++] = syllable_at(text, word.end);
        word.end += 3;
    }
    word.is_whole = !is_hangul_at(text, word.end);
    return word;
}
// Where the run of at most `syllables_max` syllables that ends at `end` begins.
inline std::size_t hangul_begin_before(std::string_view text, std::size_t end, std::size_t syllables_max) {
    while (syllables_max-- > 0 && is_hangul_before(text, end)) end -= 3;
    return end;
}

// Asked for each word of long lists: two bytes that differ between Korean words come first.
inline bool stands_at(std::string_view text, std::size_t at, std::string_view what) {
    if (at > text.size() || what.size() > text.size() - at) return false;
    if (what.size() > 2 && (text[at + 2] != what[2] || text[at + what.size() - 1] != what.back())) return false;
    return text.substr(at).starts_with(what);
}
inline bool stands_before(std::string_view text, std::size_t end, std::string_view what) {
    return end <= text.size() && text.substr(0, end).ends_with(what);
}
constexpr bool is_ascii_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

// The word of a sorted list; tables of words are checked to be sorted where they stand.
template <std::size_t N>
constexpr bool has_word(const std::array<std::string_view, N>& sorted, std::string_view word) {
    std::size_t low = 0, high = N;
    while (low < high) {
        const std::size_t middle = (low + high) / 2;
        if (sorted[middle] < word)
            low = middle + 1;
        else
            high = middle;
    }
    return low < N && sorted[low] == word;
}
template <std::size_t N>
constexpr bool is_sorted_table(const std::array<std::string_view, N>& words) {
    for (std::size_t i = 1; i < N; ++i)
        if (words[i] <= words[i - 1]) return false;
    return true;
}

}   // namespace gilmok::guard
