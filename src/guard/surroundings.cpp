#include "guard/surroundings.hpp"

#include <algorithm>
#include <bit>

#include "base/assert.hpp"
#include "base/text.hpp"
#include "guard/matcher.hpp"

#if defined(__x86_64__)
#include <emmintrin.h>
#endif

namespace gilmok::guard {

namespace {

// Numbers stand close together or far apart: what is searched ahead for the next one costs little, a gap is left out.
constexpr std::size_t step_bytes = 256;
static_assert(look_bytes_max < Surroundings::none);

bool is_joined(char c, bool digits_join) {
    const char lower = ascii_lower(c);
    return (lower >= 'a' && lower <= 'z') || (digits_join && c >= '0' && c <= '9');
}

// Calls `use` with each place in [from, to) where `word` stands, two bytes of ASCII in lower case.
template <class Use>
void each_pair(std::string_view text, std::size_t from, std::size_t to, std::string_view word, Use&& use) {
    to = std::min(to, text.size() - std::min<std::size_t>(text.size(), 1));   // both bytes are inside
    std::size_t at = from;
#if defined(__x86_64__)
    const __m128i fold = _mm_set1_epi8('\x20'), first = _mm_set1_epi8(word[0]), second = _mm_set1_epi8(word[1]);
    const auto load = [&](std::size_t i) {
        return _mm_or_si128(_mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + i)), fold);
    };
    for (; at + 16 <= to; at += 16) {
        const __m128i both = _mm_and_si128(_mm_cmpeq_epi8(load(at), first), _mm_cmpeq_epi8(load(at + 1), second));
        for (auto fits = static_cast<unsigned>(_mm_movemask_epi8(both)); fits != 0; fits &= fits - 1) {
            const std::size_t place = at + static_cast<std::size_t>(std::countr_zero(fits));
            if (equal_ignoring_case(text.substr(place, 2), word)) use(place);
        }
    }
#endif
    for (; at < to; ++at)
        if (equal_ignoring_case(text.substr(at, 2), word)) use(at);
}

}   // namespace

WordList::WordList(const std::vector<Entry>& entries) {
    const auto take = [&](bool is_short) {
        for (const Entry& entry : entries)
            if ((entry.text.size() < literal_bytes_min) == is_short) entries_.push_back(entry);
    };
    take(false);
    take(true);
    for (const Entry& entry : entries_) {
        const std::string_view word = entry.text;
        GILMOK_ASSERT(word.size() >= 2 && word.size() <= Literals::text_bytes_max && entry.topic < topics_max);
        const auto* const beyond =
            std::find_if(word.begin(), word.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
        const auto skip = beyond == word.end() ? 0 : beyond - word.begin();
        known_.push_back({static_cast<std::uint8_t>(word.size()), entry.topic, static_cast<std::uint8_t>(skip),
                          entry.digits_join, is_joined(word.front(), entry.digits_join),
                          is_joined(word.back(), entry.digits_join)});
        if (word.size() >= literal_bytes_min) texts_.push_back(word);
    }
    literals_ = Literals(texts_, Literals::Case::ignored);
}

void WordIndex::forget() {
    begin_ = end_ = 0;
    words_.clear();
}

void WordIndex::add(const WordList& list, std::string_view text, std::size_t begin, std::size_t entry) {
    const WordList::Known& known = list.known_[entry];
    const std::size_t end = begin + known.bytes;
    const bool is_free_left = begin == 0 || !known.is_joined_left || !is_joined(text[begin - 1], known.digits_join);
    const bool is_free_right = end >= text.size() || !known.is_joined_right || !is_joined(text[end], known.digits_join);
    words_.push_back({static_cast<std::uint32_t>(begin + known.skip), static_cast<std::uint32_t>(begin),
                      static_cast<std::uint32_t>(end), known.topic, is_free_left, is_free_right, known.digits_join});
}

void WordIndex::extend(const WordList& list, std::string_view text, std::size_t to) {
    const std::size_t known = words_.size();
    hits_.clear();
    list.literals_.find(text, end_, to, hits_);
    for (const Literals::Hit& hit : hits_) add(list, text, hit.begin, hit.index);
    for (std::size_t i = list.texts_.size(); i < list.entries_.size(); ++i)
        each_pair(text, end_, to, list.entries_[i].text, [&](std::size_t at) { add(list, text, at, i); });
    std::sort(words_.begin() + static_cast<std::ptrdiff_t>(known), words_.end(),
              [](const Word& left, const Word& right) { return left.place < right.place; });
    end_ = to;
}

std::span<const WordIndex::Word> WordIndex::between(const WordList& list, std::string_view text, std::size_t from,
                                                    std::size_t to) {
    if (from >= to) return {};
    if (from < begin_ || from > end_ + step_bytes || to > begin_ + window_bytes_max) {
        words_.clear();
        // A little further back, where the next question may begin: places are asked about nearly in order.
        begin_ = end_ = from - std::min(from, step_bytes);
    }
    if (to > end_) extend(list, text, std::min(text.size(), std::max(to, end_ + step_bytes)));
    // From where the last answer began: the next place is mostly a few words further.
    std::size_t first = std::min(first_, words_.size());
    while (first > 0 && words_[first - 1].place >= from) --first;
    while (first < words_.size() && words_[first].place < from) ++first;
    first_ = first;
    std::size_t last = first;
    while (last < words_.size() && words_[last].place < to) ++last;
    return std::span(words_).subspan(first, last - first);
}

void Surroundings::forget() {
    text_ = nullptr;
    text_bytes_ = 0;
    far_.is_there = close_.is_there = false;
    words_.forget();
}

void Surroundings::turn_to(std::string_view text) {
    if (text.data() == text_ && text.size() == text_bytes_) return;
    forget();
    text_ = text.data();
    text_bytes_ = text.size();
}

void Surroundings::look(const WordList& list, std::string_view text, Answer& answer) {
    const std::size_t begin = answer.begin, end = answer.end;
    const std::size_t from = characters_before(text, begin, answer.characters),
                      to = characters_behind(text, end, answer.characters);
    answer.distances.fill(none);
    for (const WordIndex::Word& word : words_.between(list, text, from, to)) {
        if (word.place >= begin && word.place < end) continue;
        const std::size_t limit = word.place < begin ? begin : to;
        const bool ends = word.is_free_right || (word.is_whole_at_end && word.end == limit);
        if (word.end > limit || !word.is_free_left || !ends) continue;
        const std::size_t bytes = word.begin >= end ? word.begin - end : begin - std::min<std::size_t>(word.end, begin);
        auto& nearest = answer.distances[word.topic];
        nearest = std::min(nearest, static_cast<std::uint16_t>(bytes));
    }
}

const Surroundings::Distances& Surroundings::nearest(const WordList& list, std::string_view text, std::size_t begin,
                                                     std::size_t end, std::size_t characters) {
    turn_to(text);
    Answer& answer = characters > far_characters ? far_ : close_;
    if (answer.is_there && begin == answer.begin && end == answer.end && characters == answer.characters)
        return answer.distances;
    answer.is_there = true;
    answer.begin = begin;
    answer.end = end;
    answer.characters = characters;
    look(list, text, answer);
    return answer.distances;
}

}   // namespace gilmok::guard
