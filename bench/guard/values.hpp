// One value of each kind of data, valid by its country's rules: dates, regions, check digits. Written from the public definitions apart
// from the detector, so that an error in one of them shows.
#pragma once

#include <string>
#include <string_view>

#include "base/prng.hpp"
#include "model/guarded.hpp"
#include "words.hpp"

namespace gilmok::bench {

struct Value {
    std::string text;
    std::string_view
        variant{};   // "recent": issued since 2020-10, when registration numbers lost their check digit; "plain": no separators
    std::string_view label{};   // that belongs to just this value (a bank's name); "" = any of the kind's
};

// How the kind is called in documents, and whether it can be known without that.
struct KindWords {
    model::DataKind kind;
    Words korean, english;
    std::string_view identifier;   // in code, logs and JSON
    bool is_known_alone;           // by form or check digit, without a word beside it
};
std::span<const KindWords> kind_words();   // every kind that is text and the generator makes

Value make_value(model::DataKind kind, Prng& prng);
// Of values_world.cpp and values_secret.cpp; empty for other kinds.
Value make_world_value(model::DataKind kind, Prng& prng);
Value make_secret(model::DataKind kind, Prng& prng);

// Tools of the three.
std::string random_digits(Prng& prng, std::size_t count);
std::string random_of(Prng& prng, std::string_view letters, std::size_t count);
std::string two_digits(std::int64_t number);
std::string_view pick(Words words, Prng& prng);
int digit_at(std::string_view digits, std::size_t at);
// "123456789012" as "1234 5678 9012" by group sizes.
std::string grouped(std::string_view digits, std::initializer_list<std::size_t> sizes, std::string_view separator);
char luhn_digit(std::string_view digits);   // that goes behind them

}   // namespace gilmok::bench
