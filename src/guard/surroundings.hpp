// Words that name a number, found once for a stretch of a text and asked for by every number in it: a dense text has ten numbers within
// reach of each word. Which words, and what they mean, is the list's own (nearby.cpp, words_kr.cpp).
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
        std::string text;   // ASCII in lower case, two bytes at least
        std::uint8_t topic = 0;
        // A digit beside an ASCII word makes it a part of something longer; but where the look ends every word is whole.
        bool digits_join = false;
    };
    static constexpr std::size_t topics_max = 40;   // of all that name a number, with room
    explicit WordList(const std::vector<Entry>& entries);
    WordList(const WordList&) = delete;
    WordList& operator=(const WordList&) = delete;

private:
    friend class WordIndex;
    static constexpr std::size_t literal_bytes_min = 3;
    // What is asked of each place where an entry stands.
    struct Known {
        std::uint8_t bytes = 0, topic = 0;
        std::uint8_t skip = 0;   // ASCII in front of its first other character
        bool digits_join = false;
        bool is_joined_left = false, is_joined_right = false;   // by a letter, or a digit where digits join
    };
    std::vector<Entry> entries_;            // those of two bytes last
    std::vector<Known> known_;              // of each entry
    std::vector<std::string_view> texts_;   // of the others
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
        bool is_whole_at_end = false;                       // what stands behind the end of a look does not count
    };
    // Words whose place is in [from, to), in order. Valid until the next call.
    std::span<const Word> between(const WordList& list, std::string_view text, std::size_t from, std::size_t to);
    void forget();
    [[nodiscard]] std::size_t words_kept() const { return words_.size(); }

private:
    void extend(const WordList& list, std::string_view text, std::size_t to);
    void add(const WordList& list, std::string_view text, std::size_t begin, std::size_t entry);
    std::size_t begin_ = 0, end_ = 0;   // what has been searched
    std::size_t first_ = 0;             // in words_: where the last answer began
    std::vector<Word> words_;
    std::vector<Literals::Hit> hits_;
};

// Of one text at a time: a text at another place, or of another length, is another text.
class Surroundings {
public:
    static constexpr std::uint16_t none = 0xFFFF;   // further than any look goes
    using Distances = std::array<std::uint16_t, WordList::topics_max>;
    // Bytes between [begin, end) and the nearest word of each topic, within so many characters on both sides. Every kind asks about
    // the same number, so the last answers are kept, one of those that look far and one of the others. Valid until the next call;
    // always asked with the same list.
    const Distances& nearest(const WordList& list, std::string_view text, std::size_t begin, std::size_t end,
                             std::size_t characters);
    void forget();

private:
    static constexpr std::size_t far_characters = 100;
    struct Answer {
        bool is_there = false;
        std::size_t begin = 0, end = 0, characters = 0;
        Distances distances{};
    };
    void turn_to(std::string_view text);
    void look(const WordList& list, std::string_view text, Answer& answer);
    const char* text_ = nullptr;
    std::size_t text_bytes_ = 0;
    WordIndex words_;
    Answer far_, close_;
};

}   // namespace gilmok::guard
