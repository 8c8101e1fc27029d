// Words that name a number, found once for a stretch of a text and asked for by every number in it: a dense text has ten numbers within
// reach of each word. Which words, and what they mean, is the lists' own (nearby.cpp, words_kr.cpp).
// Owner: one scan's scratch, which keeps no more than window_bytes_max of a text; what is further back is read again.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "guard/literals.hpp"

namespace gilmok::guard {

// What is searched for. Immutable: shared by all shards.
class WordList {
public:
    struct Entry {
        std::string text;   // ASCII in lower case
        std::uint8_t topic = 0;
    };
    // Texts have two bytes at least. Where `digits_join`, a digit beside an ASCII word makes it a part of something longer.
    WordList(const std::vector<Entry>& entries, bool digits_join);
    WordList(const WordList&) = delete;
    WordList& operator=(const WordList&) = delete;

private:
    friend class WordIndex;
    static constexpr std::size_t literal_bytes_min = 3;
    std::vector<Entry> entries_;            // those of two bytes last
    std::vector<std::string_view> texts_;   // of the others
    bool digits_join_ = false;
    Literals literals_;
};

class WordIndex {
public:
    static constexpr std::size_t window_bytes_max = 16'384;
    struct Word {
        std::uint32_t place = 0;   // of its first byte, or of its first character beyond ASCII
        std::uint32_t begin = 0, end = 0;
        std::uint8_t topic = 0;
        bool is_free_left = false, is_free_right = false;   // no letter touches it there; other scripts need no spaces
    };
    // Words whose place is in [from, to), in order. Valid until the next call.
    std::span<const Word> between(const WordList& list, std::string_view text, std::size_t from, std::size_t to);
    void forget();
    [[nodiscard]] std::size_t words_kept() const { return words_.size(); }

private:
    void extend(const WordList& list, std::string_view text, std::size_t to);
    void add(const WordList& list, std::string_view text, std::size_t begin, std::size_t entry);
    std::size_t begin_ = 0, end_ = 0;   // what has been searched
    std::vector<Word> words_;
    std::vector<Literals::Hit> hits_;
};

// Of one text at a time: a text at another place, or of another length, is another text.
class Surroundings {
public:
    enum class List : std::uint8_t { world, korean, count_ };
    struct Reach {
        std::size_t from = 0, to = 0;   // so many characters in front of the place, and behind
    };
    std::span<const WordIndex::Word> between(List which, const WordList& list, std::string_view text, std::size_t from,
                                             std::size_t to);
    Reach reach(std::string_view text, std::size_t begin, std::size_t end, std::size_t characters);
    void forget();

private:
    void turn_to(std::string_view text);
    const char* text_ = nullptr;
    std::size_t text_bytes_ = 0;
    std::array<WordIndex, static_cast<std::size_t>(List::count_)> lists_;
    // The last answer: every kind asks about the same number.
    std::size_t begin_ = 0, end_ = 0, characters_ = 0;
    Reach reach_;
};

}   // namespace gilmok::guard
