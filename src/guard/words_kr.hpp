// Words that name a Korean number, Korean and English.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "guard/surroundings.hpp"

namespace gilmok::guard {

enum class KoreanTopic : std::uint8_t {
    resident,
    foreigner,
    passport,
    license,
    business,
    corporate,
    health,
    phone,
    account,   // an account, or the name of a bank
    customs,
    count_,
};

// Appends them with topics from `first_topic` on.
void add_korean_words(std::vector<WordList::Entry>& entries, std::uint8_t first_topic);

// What stands near one number. Looks when it is asked, at context_characters on both sides.
class KoreanWords {
public:
    KoreanWords(Surroundings& around, std::string_view text, std::size_t begin, std::size_t end)
        : around_(around), text_(text), begin_(begin), end_(end) {}
    [[nodiscard]] bool has(KoreanTopic topic, std::size_t bytes_max = far) const {
        return distance_to(topic) <= bytes_max;
    }
    [[nodiscard]] std::size_t distance_to(KoreanTopic topic) const;   // none where there is no such word
    static constexpr std::size_t none = Surroundings::none, far = none - 1;

private:
    Surroundings& around_;
    std::string_view text_;
    std::size_t begin_, end_;
};

}   // namespace gilmok::guard
