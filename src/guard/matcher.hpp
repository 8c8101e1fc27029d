// The second stage of detection: at a place where the first stage saw an anchor, a matcher looks closely and tells what it
// is and how sure it is. Matchers are plain functions over the view; they keep nothing, never read outside, and cost at most
// a constant number of steps for each anchor (look_bytes_max), so that no text can make a scan slow.
// Scores: 95 checked by a checksum or unmistakable by form; 85 form and a word beside it that names it; 70 form
// alone where form is rare; 50 form alone where other numbers look alike; below `guard.score_min` (60) nothing is found.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "guard/ascii.hpp"
#include "guard/surroundings.hpp"
#include "model/guarded.hpp"

namespace gilmok::guard {

// Bytes that a matcher may look at, on each side of its anchor.
inline constexpr std::size_t look_bytes_max = 1'024;
// Context words count within so many characters on both sides, because Korean names the number behind it as often.
inline constexpr std::size_t context_characters = 300;

// A run of digits as people write numbers: groups of digits with at most one separator (space, hyphen, dot, slash, parenthesis,
// low line, tilde; ") " and " - " count as one) between. The first stage finds it; begins and ends at a digit (or '+', or '(').
struct DigitRun {
    static constexpr std::size_t digits_max = 40;
    static constexpr std::size_t groups_max = 12;
    struct Group {
        std::uint32_t begin, end;   // in the text
        std::uint8_t first;         // index of its first digit in `digits`
        std::uint8_t count;
        char separator;   // in front of it; 0 for the first
    };
    std::size_t begin = 0, end = 0;
    std::uint8_t digits_count = 0, groups_count = 0;
    // Read for each number, so what stands behind the counts is not set.
    std::array<char, digits_max> digits;   // '0' to '9'
    std::array<Group, groups_max> groups;
    [[nodiscard]] std::string_view all() const { return {digits.data(), digits_count}; }
    [[nodiscard]] std::string_view of(std::size_t group) const {
        return {digits.data() + groups[group].first, groups[group].count};
    }
};

// Where matchers put what they find in one text, and what they share of it.
class Sink {
public:
    explicit Sink(std::vector<model::Finding>& findings) : findings_(findings), around_(own_) {}
    // `around` is a scratch's, and forgets what it knew of another text.
    Sink(std::vector<model::Finding>& findings, Surroundings& around) : findings_(findings), around_(around) {
        around.forget();
    }
    Sink(const Sink&) = delete;
    Sink& operator=(const Sink&) = delete;
    Surroundings& around() { return around_; }
    void add(std::size_t begin, std::size_t end, model::DataKind kind, int score, std::uint16_t own = 0) {
        findings_.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end), kind,
                             static_cast<std::uint8_t>(score), own});
    }

private:
    std::vector<model::Finding>& findings_;
    Surroundings own_;
    Surroundings& around_;
};

// Whether one of `words` stands within context_characters of [begin, end), on either side; ASCII without regard to case.
bool has_word_near(std::string_view text, std::size_t begin, std::size_t end, std::span<const std::string_view> words,
                   std::size_t characters = context_characters);
// Where `what` stands in `text` from `from` on, as it is written; npos where it does not. Made for words of Korean, all of which
// begin with one of four bytes: it asks for the first and the last byte at once.
std::size_t find_text(std::string_view text, std::string_view what, std::size_t from);
// Where the text begins that lies within so many characters before `begin`, and ends behind `end`; at most look_bytes_max away.
std::size_t characters_before(std::string_view text, std::size_t begin, std::size_t characters);
std::size_t characters_behind(std::string_view text, std::size_t end, std::size_t characters);
// Called for each digit run. Groups may be used from any start: a matcher looks at all of them.
void match_korean_numbers(
    std::string_view text, const DigitRun& run,
    Sink& sink);   // rrn, frn, licence, business, corporate, health, phone, account, customs code's digits
void match_world_numbers(
    std::string_view text, const DigitRun& run,
    Sink& sink);   // card, us_*, jp_*, gb_nhs, nl_bsn, pl_pesel, se, phone, ip, dates of birth, routing …
// Called where an ASCII capital letter or digit begins a word that mixes both, or a lone capital is followed by digits:
// `at` is the word's begin.
void match_korean_letters(std::string_view text, std::size_t at, Sink& sink);   // passports, customs code
void match_world_letters(std::string_view text, std::size_t at,
                         Sink& sink);   // iban, bic, vat, nino, fiscal code, dni, nric, uen, hetu, jp/us passports …
// Called at each '@'.
void match_at_sign(std::string_view text, std::size_t at, Sink& sink);
// Called at Hangul syllables that begin what the first stage's tables hold: plate letters between digits, address heads,
// surnames with a title, a label or particles behind.
void match_plate(std::string_view text, std::size_t at, Sink& sink);   // `at`: the digits in front of the letter
void match_mission_plate(std::string_view text, const DigitRun& run, Sink& sink);   // "외교 001-001"
void match_address(std::string_view text, std::size_t at,
                   Sink& sink);   // `at`: 로, 길, 동, 리, 가, 읍, 면 … followed by a number, see addresses_kr
void match_name(std::string_view text, std::size_t at,
                Sink& sink);   // `at`: the title, label or particle that gives it away, see names_kr
// Secrets: literal prefixes found by the first stage; `literal` is the index in secret_literals().
std::span<const std::string_view> secret_literals();
void match_secret(std::string_view text, std::size_t at, std::size_t literal, Sink& sink);

}   // namespace gilmok::guard
