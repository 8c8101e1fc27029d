// Documents whose data are known to the byte: Korean and English, as people write letters, chats, forms, logs, code, JSON and
// tables; values valid by their rules, on request disguised; documents full of numbers that are none; and clean prose. Everything follows
// from the seed. Words and rules are the generator's own (words.hpp), never the detector's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/prng.hpp"
#include "model/guarded.hpp"

namespace gilmok::bench {

enum class Register : std::uint8_t { official, chat, form, english, log, code, json, table, count_ };
std::string_view name_of(Register kind);

// How a value is hidden from simple patterns.
enum class Disguise : std::uint8_t {
    none,
    full_width,
    zero_width,
    spaced,
    numerals,
    look_alike,
    jamo,
    mixed,     // some digits are spelled
    glued,     // all are, and a word goes on with the next syllable
    scripts,   // digits of other scripts, and Hanja
    parted,    // low lines, dots, tildes or the end of a line for hyphens
    count_,
};
std::string_view name_of(Disguise disguise);
// The same value in another dress; the value itself where the disguise does not fit (numerals of letters, jamo of digits).
std::string disguised(std::string_view value, Disguise disguise, Prng& prng);

// What is written behind a value that is glued: "이에요" and its like, as the value's last sound asks for.
std::string word_glued_to(std::string_view value, Prng& prng);

struct Truth {
    std::size_t begin = 0, end = 0;
    model::DataKind kind = model::DataKind::count_;
    std::string_view variant{};   // "recent", "plain", "no region", "bare", "prose": see values.hpp and the sentences
};
struct Document {
    std::string text;
    std::vector<Truth> truths;
};

class Generator {
public:
    explicit Generator(std::uint64_t seed) : prng_(seed) {}
    // One to three values of `kind` among sentences of the register.
    Document with(model::DataKind kind, Register as, Disguise disguise);
    // Registers in which documents of this kind are made.
    static bool is_usual(model::DataKind kind, Register as);
    // Numbers that are nobody's: orders, versions, dates, amounts, hashes, ISBN, tracking numbers, sizes, coordinates.
    Document look_alikes(Register as);
    // Prose, at least `bytes` of it, in lines.
    std::string clean(Register as, std::size_t bytes);

private:
    void add_sentence(std::string& out, Register as);
    void add_value(Document& document, model::DataKind kind, Register as, Disguise disguise);
    void add_name(Document& document, model::DataKind kind, Register as, Disguise disguise);
    void put(Document& document, model::DataKind kind, std::string_view value, std::string_view variant);
    std::string look_alike(bool is_korean);
    Prng prng_;
};

// Korean particles by the last sound of the word: with_particle("예산", "은", "는") is "예산은".
std::string with_particle(std::string_view word, std::string_view behind_consonant, std::string_view behind_vowel);

}   // namespace gilmok::bench
